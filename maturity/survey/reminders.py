"""Which reminders are due: found from a few queries, for all offices at once.

Every reminder has a key of its own, so it does not matter how often or how late one looks. One
that was missed is made up for until the next is due; nobody is written to at night.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager

from maturity.jobs.models import Job
from maturity.mail import outbox
from maturity.mail.outbox import Order
from maturity.survey.deadlines import Due, due, filling_due, there
from maturity.survey.letters import TO_VERIFY, is_overdue
from maturity.survey.lifecycle import OPEN, AssessmentState
from maturity.survey.models import Assessment, Decision, Round
from maturity.survey.recipients import FILLING, JUDGING, WATCHING, Recipient, wanting_reminders
from maturity.survey.stage_models import Extension

KIND = "remind"
FILLING_DAYS, REPLY_DAYS = (14, 7, 3, 1), (1,)
MORNING, EVENING = 8, 20
MONDAY = 0
CURRENT = timedelta(days=180)
"""So long after its closing a round is looked at."""
DIGEST_UNTIL = timedelta(days=7)
REMEMBERED = timedelta(days=30)
_S = AssessmentState


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides about reminders, read at one moment."""

    assessments: Sequence[Assessment]
    people: Mapping[tuple[str, str], Sequence[Recipient]]
    """By office and role."""
    since: Mapping[int, datetime]
    """By assessment: when it was last returned, its reply opened, or its time extended."""
    told: Mapping[int, Mapping[str, Any]]
    """By verifier: what the last letter about verification was about."""

    def of(self, office: str, roles: Sequence[str]) -> list[Recipient]:
        """People with one of the roles for an office, each once."""
        found = [one for role in roles for one in self.people.get((office, role), ())]
        return list({one.person_id: one for one in found}.values())


def read(session: Session, now: datetime) -> Situation:
    """Read it, in five queries however many offices there are."""
    query = (
        select(Assessment)
        .join(Assessment.office)
        .join(Assessment.round)
        .options(contains_eager(Assessment.office), contains_eager(Assessment.round))
        .where(Round.closes_at > now - CURRENT)
        .order_by(Assessment.id)
    )
    people: dict[tuple[str, str], list[Recipient]] = defaultdict(list)
    for one in wanting_reminders(session):
        people[one.office, one.role].append(one)
    found = session.scalars(query).all()
    return Situation(found, people, _since(session), _told(session, now))


def _since(session: Session) -> dict[int, datetime]:
    moments = (
        select(Decision.assessment_id, func.max(Decision.at))
        .where(Decision.after.in_((_S.RETURNED, _S.REPLY)))
        .group_by(Decision.assessment_id)
    )
    extended = select(Extension.assessment_id, func.max(Extension.at)).group_by(
        Extension.assessment_id
    )
    found: dict[int, datetime] = {}
    for query in (moments, extended):
        for number, at in session.execute(query):
            found[number] = max(at, found.get(number, at))
    return found


def _told(session: Session, now: datetime) -> dict[int, dict[str, Any]]:
    rows = select(Job.payload).where(
        Job.kind == outbox.KIND,
        Job.key.startswith("remind:verifying:"),
        Job.created_at > now - REMEMBERED,
    )
    orders = [json.loads(payload) for payload in session.scalars(rows.order_by(Job.id))]
    return {one["person"]: one["facts"]["assessments"] for one in orders}


def orders(situation: Situation, now: datetime) -> Iterator[Order]:
    """All letters whose time has come; also those that were ordered before."""
    for one in situation.assessments:
        if there(one.round.opens_at, one.office.timezone) > now:
            continue
        if one.state in OPEN:
            yield from _filling(situation, one, now)
        elif one.state == _S.REPLY and one.replied_at is None:
            yield from _reply(situation, one, now)
    yield from _verifying(situation, now)
    yield from _provinces(situation, now)


def _filling(situation: Situation, one: Assessment, now: datetime) -> Iterator[Order]:
    since = max(one.round.opens_at, situation.since.get(one.id, one.round.opens_at))
    end = filling_due(one)
    days = step(now, end, zone=one.office.timezone, days=FILLING_DAYS, since=since)
    if days is not None:
        yield from _to_office(situation, one, f"filling-{days}", end)


def _reply(situation: Situation, one: Assessment, now: datetime) -> Iterator[Order]:
    end, since = due(one, Due.REPLY), situation.since.get(one.id, one.round.opens_at)
    if end is None:
        return
    days = step(now, end, zone=one.office.timezone, days=REPLY_DAYS, since=since)
    if days is not None:
        yield from _to_office(situation, one, f"reply-{days}", end)


def _to_office(situation: Situation, one: Assessment, name: str, end: datetime) -> Iterator[Order]:
    """To all who fill in for the office; of which sections, is seen when it is written."""
    for person in situation.of(one.office_code, FILLING):
        key = f"remind:{one.id}:{person.person_id}:{name}:{end:%Y%m%d}"
        yield Order(name.partition("-")[0], key, person.person_id, {"assessment": one.id})


def step(
    now: datetime, end: datetime, *, zone: str, days: Sequence[int], since: datetime
) -> int | None:
    """The reminder whose time it is: the last of so many days before the end that has come.

    None at night, after the end, and for mornings from before there was anything to do.
    """
    if now > end or not is_day(now, zone):
        return None
    local = ZoneInfo(zone)
    last = end.astimezone(local).date()
    come = [
        count
        for count in days
        if since <= datetime.combine(last - timedelta(days=count), time(MORNING), local) <= now
    ]
    return min(come) if come else None


def is_day(now: datetime, zone: str) -> bool:
    """Whether people there are at work, or at least awake."""
    return MORNING <= now.astimezone(ZoneInfo(zone)).hour < EVENING


def _verifying(situation: Situation, now: datetime) -> Iterator[Order]:
    waiting: dict[int, list[Assessment]] = defaultdict(list)
    for one in situation.assessments:
        if one.state in TO_VERIFY and one.verifier_id is not None:
            waiting[one.verifier_id].append(one)
    people = (one for (_, role), some in situation.people.items() if role in JUDGING
              for one in some)  # fmt: skip
    for person in {one.person_id: one for one in people}.values():
        mine = waiting.get(person.person_id, [])
        if not mine or not is_day(now, person.zone):
            continue
        told = situation.told.get(person.person_id, {})
        marks = {str(one.id): _mark(one) for one in mine}
        fresh = [one.id for one in mine if told.get(str(one.id)) != marks[str(one.id)]]
        if fresh or any(is_overdue(one, now) for one in mine):
            today = now.astimezone(ZoneInfo(person.zone)).date()
            key = f"remind:verifying:{person.person_id}:{today}"
            facts = {"assessments": marks, "new": fresh}
            yield Order("verifying", key, person.person_id, facts)


def _mark(one: Assessment) -> int:
    """Another number after each submission: what comes back from the office is new."""
    return int(one.submitted_at.timestamp()) if one.submitted_at else 0


def _provinces(situation: Situation, now: datetime) -> Iterator[Order]:
    """On Mondays, while offices of the province have not handed in."""
    behind = {
        (one.round_id, one.office.province_code)
        for one in situation.assessments
        if one.state in OPEN
        and one.office.province_code not in (None, one.office_code)
        and one.round.opens_at <= now <= one.round.closes_at + DIGEST_UNTIL
    }
    for round_id, province in sorted(behind, key=str):
        for person in situation.of(province or "", WATCHING):
            today = now.astimezone(ZoneInfo(person.zone)).date()
            if today.weekday() == MONDAY and is_day(now, person.zone):
                key = f"remind:province:{round_id}:{province}:{person.person_id}:{today}"
                facts = {"round": round_id, "province": province}
                yield Order("province", key, person.person_id, facts)


def unposted(session: Session, found: Sequence[Order]) -> list[Order]:
    """Those orders that were not given before."""
    done = outbox.posted(session, [one.key for one in found])
    return [one for one in found if one.key not in done]
