"""The two made-up rounds, and their rows: assessments, answers, history, evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import Table, insert, select, update
from sqlalchemy.orm import Session

from maturity.db import Base
from maturity.demo.filling import Case, Filled
from maturity.demo.people import Staff
from maturity.survey.answers import STATES
from maturity.survey.instrument import Instrument
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.models import Answer, AnswerEvent, Assessment, Decision, Evidence, Round

Row = dict[str, Any]
MORNING, OFFICE_HOURS = timedelta(hours=8, minutes=30), timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class Span:
    """When a round is open, as days from the moment of building."""

    slug: str
    opens: int
    closes: int


SPANS = (Span("2025", -400, -360), Span("2026", -24, 30))


@dataclass(frozen=True, slots=True)
class Course:
    """When an office worked on its assessment, always in its own office hours.

    Moments are UTC, ``offset`` leads to the office's clock; ``answered`` is the share of the
    time after which the last answer was given.
    """

    begin: datetime
    end: datetime
    offset: timedelta
    answered: float

    def at(self, share: float) -> datetime:
        """The moment at which a share 0..1 of the time was over."""
        local = self.begin + share * (self.end - self.begin) + self.offset
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        into_the_day = MORNING + OFFICE_HOURS * ((local - midnight) / timedelta(days=1))
        return (midnight + into_the_day - self.offset).replace(microsecond=0)


@dataclass(slots=True)
class Task:
    """What one office does in one round; ``assessment_id`` is 0 until it is stored.

    ``state`` is where it stands in the end.
    """

    case: Case
    filled: Filled
    course: Course | None  # None: not started
    staff: Staff
    assessment_id: int = 0
    state: str = ""

    def __post_init__(self) -> None:
        self.state = self.state or self.case.state.value

    def of(self, round_slug: str) -> bool:
        """Whether it belongs to this round."""
        return self.case.round_slug == round_slug

    @property
    def submitted_at(self) -> datetime | None:
        """When it was handed in."""
        return self.course.at(1.0) if self.course and self.case.finished else None

    @property
    def updated_at(self) -> datetime | None:
        """When something was done last."""
        if self.course is None:
            return None
        return self.submitted_at or self.course.at(self.course.answered)


def add_round(
    session: Session, span: Span, *, instrument: Instrument, source: str, now: datetime
) -> Round:
    """Insert a round with its own copy of the instrument."""
    made = Round(
        slug=span.slug,
        title_id=f"Pengukuran Maturitas Data Terbuka {span.slug}",
        title_en=f"Open Data Maturity Assessment {span.slug}",
        instrument_id=instrument.id,
        instrument_version=instrument.version,
        fingerprint=instrument.fingerprint,
        source=source,
        opens_at=_day(now, span.opens),
        **_deadlines(now, span),
        demo=True,
    )
    session.add(made)
    session.flush()
    return made


def _deadlines(now: datetime, span: Span) -> dict[str, datetime]:
    """The last minutes of the stages: two weeks to verify, one to reply, one to settle."""
    days = {"closes_at": 0, "verify_by": 14, "reply_by": 21, "settle_by": 28}
    return {
        name: _day(now, span.closes + 1 + more) - timedelta(minutes=1)
        for name, more in days.items()
    }


def course_of(
    case: Case, zone: str, *, round_: Round, now: datetime, rng: np.random.Generator
) -> Course | None:
    """Begin some time after the opening; go on until handed in, or until it rests."""
    begin, end, checking = rng.random(3).tolist()
    if case.state is AssessmentState.NOT_STARTED:
        return None
    day = timedelta(days=1)
    first, last = round_.opens_at + day, min(round_.closes_at, now) - day
    started = first + 0.5 * begin * (last - first)
    ended = started + (0.3 + 0.7 * end) * (last - started)
    offset = now.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    return Course(started, ended, offset, 1.0 - 0.2 * checking if case.finished else 1.0)


def add_assessments(session: Session, round_: Round, tasks: Sequence[Task]) -> None:
    """Insert the assessments of a round and note their ids."""
    session.execute(insert(Assessment), [_assessment(round_.id, task) for task in tasks])
    found = session.execute(
        select(Assessment.office_code, Assessment.id).where(Assessment.round_id == round_.id)
    )
    ids = {row.office_code: row.id for row in found}
    for task in tasks:
        task.assessment_id = ids[task.case.office]


def _assessment(round_id: int, task: Task) -> Row:
    case, filled = task.case, task.filled
    return {
        "round_id": round_id,
        "office_code": case.office,
        "state": case.state.value,
        "answered": filled.done,
        "asked": filled.asked,
        "started_at": task.course.at(0.0) if task.course else None,
        "updated_at": task.updated_at,
        "submitted_at": task.submitted_at,
        "submitted_by_id": task.staff.responsible if case.finished else None,
    }


def add_answers(session: Session, tasks: Sequence[Task], *, history: bool) -> None:
    """Insert answers, evidence and decisions; with ``history`` each answer's one save, too."""
    answers = [row for task in tasks for row in _answers(task)]
    links = [row for task in tasks for row in _links(task)]
    decisions = [decision(task) for task in tasks if task.case.finished]
    insert_rows(session, Answer, answers)
    if history:
        insert_rows(session, AnswerEvent, [_event(row) for row in answers])
    insert_rows(session, Evidence, links)
    insert_rows(session, Decision, decisions)


def insert_rows(session: Session, model: type[Base], rows: Sequence[Row]) -> None:
    """Straight into the table, past the mapper: twice as fast with so many rows."""
    if rows:
        session.connection().execute(insert(cast(Table, model.__table__)), rows)


def _answers(task: Task) -> Iterator[Row]:
    filled, course, keys = task.filled, task.course, task.filled.keys
    if course is None:
        return
    step = course.answered / max(len(keys), 1)
    for place, key in enumerate(keys, start=1):
        reading = filled.readings.get(key)
        yield {
            "assessment_id": task.assessment_id,
            "key": key,
            "state": STATES[reading.state] if reading else "",
            "value": reading.value if reading else "",
            "reason": reading.reason if reading else "",
            "note": filled.notes.get(key, ""),
            "draft": filled.drafts.get(key),
            "version": 1,
            "updated_at": course.at(step * place),
            "updated_by_id": task.staff.operator,
        }


def _event(answer: Row) -> Row:
    same = ("assessment_id", "key", "version", "state", "value", "reason", "note", "draft")
    return {
        **{name: answer[name] for name in same},
        "way": "web",
        "at": answer["updated_at"],
        "by_id": answer["updated_by_id"],
    }


def _links(task: Task) -> Iterator[Row]:
    if task.course is None:
        return
    added_at = task.course.at(task.course.answered)
    for link in task.filled.links:
        yield {
            "assessment_id": task.assessment_id,
            "key": link.key,
            "url": link.url,
            "note": link.note,
            "usable": link.usable,
            "added_at": added_at,
            "added_by_id": task.staff.operator,
        }


def decision(task: Task) -> Row:
    """The handing in of an office that has finished."""
    return {
        "assessment_id": task.assessment_id,
        "before": AssessmentState.IN_PROGRESS.value,
        "after": AssessmentState.SUBMITTED.value,
        "words": "",
        "at": task.submitted_at,
        "by_id": task.staff.responsible,
    }


def keep_open(session: Session, now: datetime) -> None:
    """Move the end of the last round on when it is near or past, and that of open replies."""
    round_ = session.scalar(select(Round).where(Round.slug == SPANS[-1].slug))
    if round_ is not None and round_.closes_at < now + timedelta(days=7):
        for name, moment in _deadlines(now, SPANS[-1]).items():
            setattr(round_, name, moment)
    if round_ is not None:
        session.execute(
            update(Assessment)
            .where(Assessment.round_id == round_.id, Assessment.replied_at.is_(None))
            .where(Assessment.state == AssessmentState.REPLY)
            .where(Assessment.reply_due_at < now + timedelta(days=1))
            .values(reply_due_at=now + timedelta(days=3))
        )


def _day(now: datetime, days: int) -> datetime:
    """The beginning of a day in Jakarta, so many days from now."""
    today = now.astimezone(ZoneInfo("Asia/Jakarta")).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    return (today + timedelta(days=days)).astimezone(UTC)
