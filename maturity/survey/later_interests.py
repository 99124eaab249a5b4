"""Verifications by people who afterwards declared an interest: shown to those who settle."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from maturity.offices.models import Interest
from maturity.survey.instrument import Item
from maturity.survey.stage_words import item_title
from maturity.survey.stages import Stages
from maturity.web import locale


def doubtful(session: Session, stages: Stages) -> tuple[str, ...]:
    """The titles of ``judged_before`` in the reader's language."""
    return tuple(item_title(item).in_(locale()) for item in judged_before(session, stages))


def judged_before(session: Session, stages: Stages) -> list[Item]:
    """Items whose verification counts and is by somebody who later declared an interest in the
    office or the province above it, or was noted with one; also where that has ended since."""
    office = stages.work.office
    near = or_(Interest.office_code == office.code, Interest.office_code == office.province_code)
    latest: dict[int, list[Interest]] = {}
    for one in session.scalars(select(Interest).where(near)):
        latest.setdefault(one.person_id, []).append(one)
    found = []
    for item in stages.claims():
        row = stages.verified(item.key)
        if row is None or row.by_id is None:
            continue
        if any(one.declared_at >= row.at for one in latest.get(row.by_id, ())):
            found.append(item)
    return found
