"""What the monitor reads: flat queries, as many for one office as for all."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from maturity.dashboards.monitor import Watched
from maturity.dashboards.queries import table_name
from maturity.dashboards.round_queries import round_before
from maturity.offices.models import Membership, Office, Person, Role
from maturity.survey.deadlines import there
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.models import Assessment, Round
from maturity.survey.recipients import FILLING
from maturity.survey.settlement_list import disputes


def teaching_round(session: Session, round_: Round, at: datetime) -> Round | None:
    """The round before, if it is over and as real as this one."""
    earlier = round_before(session, round_)
    if earlier is None or earlier.closes_at > at or earlier.demo != round_.demo:
        return None
    return earlier


def watched(
    session: Session, round_: Round, *, locale: str, province: str | None = None
) -> list[Watched]:
    """Every office of a round (of one province), by code."""
    query = (
        select(
            Office.code, Office.kind, Office.short_name, Office.name_en, Office.timezone,
            Office.province_code.label("province"), Assessment.id, Assessment.state,
            Assessment.answered, Assessment.asked, Assessment.due_at, Assessment.started_at,
            Assessment.updated_at, Assessment.submitted_at,
        )
        .join(Assessment, Assessment.office_code == Office.code)
        .where(Assessment.round_id == round_.id)
        .order_by(Office.code)
    )  # fmt: skip
    if province is not None:
        query = query.where(Office.province_code == province)
    replying = select(Assessment.id).where(
        Assessment.round_id == round_.id, Assessment.state == AssessmentState.REPLY
    )
    _, undecided = disputes(session, replying.scalar_subquery())
    ends = cache(lambda zone: there(round_.closes_at, zone))
    return [
        _watched(row, ends(row.timezone), disputes=undecided[row.id], locale=locale)
        for row in session.execute(query)
    ]


def _watched(row: Any, common: datetime, *, disputes: int, locale: str) -> Watched:
    return Watched(
        code=row.code,
        name=table_name(
            row.short_name,
            english=row.name_en,
            code=row.code,
            kind=row.kind,
            province=row.province,
            locale=locale,
        ),
        kind=row.kind,
        province=row.province,
        zone=row.timezone,
        state=AssessmentState(row.state),
        answered=row.answered,
        asked=row.asked,
        due=row.due_at or common,
        extended=row.due_at is not None and row.due_at > common,
        started_at=row.started_at,
        updated_at=row.updated_at,
        submitted_at=row.submitted_at,
        disputes=disputes,
    )


Contact = tuple[str, str]


def contacts(session: Session, offices: Collection[str]) -> dict[str, list[Contact]]:
    """Names and addresses of those who fill in for some offices, the responsible ones first."""
    query = (
        select(Membership.office_code, Person.name, Person.email, Membership.role)
        .join(Person, Person.id == Membership.person_id)
        .where(Person.active, Membership.role.in_(FILLING), Membership.office_code.in_(offices))
        .order_by(Membership.id)
    )
    found: dict[str, list[Contact]] = {}
    rows = session.execute(query).all() if offices else []
    for row in sorted(rows, key=lambda row: row.role != Role.RESPONSIBLE):
        people = found.setdefault(row.office_code, [])
        if (row.name, row.email) not in people:
            people.append((row.name, row.email))
    return found
