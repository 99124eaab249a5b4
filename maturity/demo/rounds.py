"""The two made-up rounds, and their rows: assessments, answers, history, evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import numpy as np
from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from maturity.db import Base
from maturity.demo.filling import Case, Filled
from maturity.demo.people import Staff
from maturity.survey.answers import STATES
from maturity.survey.instrument import Instrument
from maturity.survey.models import (
    Answer,
    AnswerEvent,
    Assessment,
    AssessmentState,
    Decision,
    Evidence,
    Round,
)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Span:
    """When a round is open, as days from the moment of building."""

    slug: str
    opens: int
    closes: int


SPANS = (Span("2025", -400, -360), Span("2026", -24, 30))


@dataclass(frozen=True, slots=True)
class Course:
    """When an office worked on its assessment. None: it did not (yet)."""

    started_at: datetime | None = None
    updated_at: datetime | None = None
    submitted_at: datetime | None = None


@dataclass(slots=True)
class Task:
    """What one office does in one round; ``assessment_id`` is 0 until it is stored."""

    case: Case
    filled: Filled
    course: Course
    staff: Staff
    assessment_id: int = 0

    def of(self, round_slug: str) -> bool:
        """Whether it belongs to this round."""
        return self.case.round_slug == round_slug


def add_round(
    session: Session, span: Span, *, instrument: Instrument, source: str, now: datetime
) -> Round:
    """Insert a round with its own copy of the instrument."""
    made = Round(
        slug=span.slug,
        title_id=f"Pengukuran Kematangan Data Terbuka {span.slug}",
        title_en=f"Open Data Maturity Assessment {span.slug}",
        instrument_id=instrument.id,
        instrument_version=instrument.version,
        fingerprint=instrument.fingerprint,
        source=source,
        opens_at=now + timedelta(days=span.opens),
        closes_at=now + timedelta(days=span.closes),
        demo=True,
    )
    session.add(made)
    session.flush()
    return made


def course_of(case: Case, *, round_: Round, now: datetime, rng: np.random.Generator) -> Course:
    """Begin some time after the opening; go on until handed in, or until it rests."""
    begin, end, checking = rng.random(3).tolist()
    if case.state is AssessmentState.NOT_STARTED:
        return Course()
    until = min(round_.closes_at, now - timedelta(hours=2))
    started = round_.opens_at + 0.5 * begin * (until - round_.opens_at)
    ended = started + (0.3 + 0.7 * end) * (until - started)
    started, ended = started.replace(microsecond=0), ended.replace(microsecond=0)
    if not case.finished:
        return Course(started, ended)
    answered = ended - timedelta(seconds=int(checking * 0.2 * (ended - started).total_seconds()))
    return Course(started, answered, ended)


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
    case, filled, course = task.case, task.filled, task.course
    return {
        "round_id": round_id,
        "office_code": case.office,
        "state": case.state.value,
        "answered": filled.done,
        "asked": filled.asked,
        "started_at": course.started_at,
        "updated_at": course.submitted_at or course.updated_at,
        "submitted_at": course.submitted_at,
        "submitted_by_id": task.staff.responsible if course.submitted_at else None,
    }


def add_answers(session: Session, tasks: Sequence[Task], *, history: bool) -> None:
    """Insert answers, evidence and decisions; with ``history`` each answer's one save, too."""
    answers = [row for task in tasks for row in _answers(task)]
    links = [row for task in tasks for row in _links(task)]
    decisions = [_decision(task) for task in tasks if task.course.submitted_at]
    _insert(session, Answer, answers)
    if history:
        _insert(session, AnswerEvent, [_event(row) for row in answers])
    _insert(session, Evidence, links)
    _insert(session, Decision, decisions)


def _insert(session: Session, model: type[Base], rows: Sequence[Row]) -> None:
    """Straight into the table, past the mapper: twice as fast with so many rows."""
    if rows:
        session.connection().execute(insert(cast(Table, model.__table__)), rows)


def _answers(task: Task) -> Iterator[Row]:
    filled, course, keys = task.filled, task.course, task.filled.keys
    if course.started_at is None or course.updated_at is None or not keys:
        return
    span = int((course.updated_at - course.started_at).total_seconds())
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
            "updated_at": course.started_at + timedelta(seconds=span * place // len(keys)),
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
    for link in task.filled.links:
        yield {
            "assessment_id": task.assessment_id,
            "key": link.key,
            "url": link.url,
            "note": link.note,
            "usable": link.usable,
            "added_at": task.course.updated_at,
            "added_by_id": task.staff.operator,
        }


def _decision(task: Task) -> Row:
    return {
        "assessment_id": task.assessment_id,
        "before": AssessmentState.IN_PROGRESS.value,
        "after": AssessmentState.SUBMITTED.value,
        "words": "",
        "at": task.course.submitted_at,
        "by_id": task.staff.responsible,
    }


def keep_open(session: Session, now: datetime) -> None:
    """Move the end of the last round on when it is near or past."""
    round_ = session.scalar(select(Round).where(Round.slug == SPANS[-1].slug))
    if round_ is not None and round_.closes_at < now + timedelta(days=7):
        round_.closes_at = now + timedelta(days=SPANS[-1].closes)
