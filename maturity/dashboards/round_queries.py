"""Which round is asked for, which were before it, and what stage its pages show."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from maturity.survey.lifecycle import DECIDED, HANDED_IN, AssessmentState
from maturity.survey.models import Assessment, Round, Stage


def all_rounds(session: Session) -> Sequence[Round]:
    """Every round, the newest first."""
    return session.scalars(select(Round).order_by(Round.opens_at.desc(), Round.id.desc())).all()


def round_named(session: Session, slug: str) -> Round | None:
    """The round with this slug. Its copy of the instrument is read only where this process has
    not parsed it yet."""
    if not slug.isprintable():
        return None
    return session.scalar(select(Round).where(Round.slug == slug))


def rounds_before(session: Session, round_: Round) -> Sequence[Round]:
    """The rounds that opened before this one in which some of its offices took part, the newest
    first."""
    earlier = select(Round).where(Round.opens_at < round_.opens_at, shares_offices(round_))
    return session.scalars(earlier.order_by(Round.opens_at.desc(), Round.id.desc())).all()


def round_before(session: Session, round_: Round) -> Round | None:
    """The last of them."""
    return next(iter(rounds_before(session, round_)), None)


def shares_offices(round_: Round) -> ColumnElement[bool]:
    """Rounds in which some of this one's offices took part."""
    here = select(Assessment.office_code).where(Assessment.round_id == round_.id)
    return exists().where(Assessment.round_id == Round.id, Assessment.office_code.in_(here))


def stage_of(session: Session, round_: Round) -> Stage:
    """The stage a round's pages show unless asked: settled once nothing is on its way any more."""
    query = (
        select(Assessment.state, func.count())
        .where(Assessment.round_id == round_.id)
        .group_by(Assessment.state)
    )
    states = {AssessmentState(state) for state, _ in session.execute(query)} & HANDED_IN
    return Stage.SETTLED if states and states <= DECIDED else Stage.SELF
