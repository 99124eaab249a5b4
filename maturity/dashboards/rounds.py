"""The list of rounds, each with the pages of it that a person may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from maturity.dashboards.national import RoundCard
from maturity.dashboards.round_queries import all_rounds
from maturity.dashboards.summary import Counts
from maturity.offices.models import Office
from maturity.offices.permissions import Action, Actor, Thing, may
from maturity.offices.registry import OfficeKind
from maturity.survey.lifecycle import HANDED_IN, AssessmentState
from maturity.survey.models import Assessment, Round

Link = tuple[str, str]


def round_cards(
    session: Session, actor: Actor, *, locale: str, at: datetime
) -> tuple[RoundCard, ...]:
    """Every round, the newest first; counts only for those who may see all offices."""
    counts = _counts(session) if may(actor, Action.SEE_ROUND) else None
    own = _own(session, actor)
    return tuple(
        _card(round_, own.get(round_.id, []), counts, locale=locale, at=at)
        for round_ in all_rounds(session)
    )


def _card(
    round_: Round,
    own: Sequence[Office],
    counts: Mapping[int, Counts] | None,
    *,
    locale: str,
    at: datetime,
) -> RoundCard:
    provinces = [one for one in own if one.kind == OfficeKind.PROVINCE]
    state = "upcoming" if at < round_.opens_at else "open" if at < round_.closes_at else "closed"
    return RoundCard(
        slug=round_.slug,
        title=round_.title.in_(locale),
        ref=f"{round_.instrument_id}@{round_.instrument_version}",
        opens_at=round_.opens_at,
        closes_at=round_.closes_at,
        state=state,
        counts=None if counts is None else counts.get(round_.id, Counts("", 0, 0, 0, 0)),
        provinces=_links(provinces, locale),
        offices=_links([one for one in own if one not in provinces], locale),
    )


def _links(offices: Sequence[Office], locale: str) -> tuple[Link, ...]:
    return tuple((one.code, one.name_en if locale == "en" else one.short_name) for one in offices)


def _counts(session: Session) -> dict[int, Counts]:
    found: dict[int, dict[str, int]] = defaultdict(dict)
    query = select(Assessment.round_id, Assessment.state, func.count().label("offices"))
    for row in session.execute(query.group_by(Assessment.round_id, Assessment.state)):
        found[row.round_id][row.state] = row.offices
    return {
        round_id: Counts(
            kind="",
            total=sum(states.values()),
            submitted=sum(states.get(state, 0) for state in HANDED_IN),
            in_progress=states.get(AssessmentState.IN_PROGRESS, 0)
            + states.get(AssessmentState.RETURNED, 0),
            not_started=states.get(AssessmentState.NOT_STARTED, 0),
        )
        for round_id, states in found.items()
    }


def _own(session: Session, actor: Actor) -> dict[int, list[Office]]:
    """Round -> the person's own offices that take part in it and may be seen."""
    codes = {grant.office for grant in actor.grants}
    query = (
        select(Assessment.round_id, Office)
        .join(Office, Office.code == Assessment.office_code)
        .where(Office.code.in_(codes))
        .order_by(Office.code)
    )
    found: dict[int, list[Office]] = defaultdict(list)
    for round_id, office in session.execute(query):
        if may(actor, Action.SEE_PROVINCE, Thing(office.code, office.province_code)):
            found[round_id].append(office)
    return found
