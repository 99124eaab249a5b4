"""Saving and handing in at the same moment, over two connections of PostgreSQL.

SQLite has one writer at a time, so there is nothing to order there.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from maturity.db import Database
from maturity.survey import assessments
from maturity.survey.answers import Author, Change, ClosedError, ConflictError, attach, detach, save
from maturity.survey.blueprint import assessment_or_404
from maturity.survey.models import Answer, Evidence
from tests.clock import START
from tests.survey.filling import answers_of, office_at_work

AUTHOR = Author(person_id=None, now=START)


@pytest.fixture
def database_url(new_database: Callable[..., str]) -> str:
    return new_database("postgresql")


@contextmanager
def impatient(database: Database):
    """A session for writing that fails where it would have to wait."""
    with database.write() as session:
        session.execute(text("SET LOCAL lock_timeout = '50ms'"))
        yield session


def _save(session: Session, assessment_id: int, value: str, *, seen: int = 0) -> None:
    assessment = assessment_or_404(session, assessment_id, held=True)
    item = assessments.instrument_of(assessment.round).item("V01")
    save(session, assessment, item, Change(value, seen=seen), author=AUTHOR)


def _attach(session: Session, assessment_id: int) -> None:
    assessment = assessment_or_404(session, assessment_id, held=True)
    attach(session, assessment, "V01", url="https://kpu.go.id", note="", author=AUTHOR)


def _hand_in(session: Session, assessment_id: int) -> None:
    assessment = session.get_one(assessments.Assessment, assessment_id)
    assessments.submit(session, assessment, author=AUTHOR)


@pytest.fixture
def complete(database: Database, monkeypatch: pytest.MonkeyPatch) -> int:
    """An assessment that lacks nothing, with one answer."""
    monkeypatch.setattr(assessments.Work, "missing", lambda _work: [])
    assessment_id = office_at_work(database)
    with database.write() as session:
        _save(session, assessment_id, "l1")
    return assessment_id


def test_handing_in_waits_for_who_is_saving(database: Database, complete: int) -> None:
    with database.write() as saving:
        assessment_or_404(saving, complete, held=True)
        with pytest.raises(OperationalError), impatient(database) as submitting:
            _hand_in(submitting, complete)
        _save(saving, complete, "l2", seen=1)
    with database.write() as submitting:
        _hand_in(submitting, complete)
    assert answers_of(database, complete)["V01"].value == "l2"


def test_saving_waits_for_who_hands_in_and_is_then_refused(
    database: Database, complete: int
) -> None:
    with database.write() as submitting:
        _hand_in(submitting, complete)
        with pytest.raises(OperationalError), impatient(database) as saving:
            _save(saving, complete, "l2", seen=1)
    with pytest.raises(ClosedError), database.write() as saving:
        _save(saving, complete, "l2", seen=1)
    with pytest.raises(ClosedError), database.write() as saving:
        _attach(saving, complete)
    with pytest.raises(ClosedError), database.write() as saving:
        detach(saving, assessment_or_404(saving, complete, held=True), "V01", 1, author=AUTHOR)
    assert answers_of(database, complete)["V01"].value == "l1"
    with database.read() as session:
        assert session.scalars(select(Evidence)).all() == []


def test_of_two_savers_the_later_one_is_told_of_the_other(
    database: Database, complete: int
) -> None:
    with database.write() as first:
        _save(first, complete, "l2", seen=1)
        with pytest.raises(OperationalError), impatient(database) as second:
            _save(second, complete, "l3", seen=1)
    with pytest.raises(ConflictError), database.write() as second:
        _save(second, complete, "l3", seen=1)
    with database.read() as session:
        assert session.scalars(select(Answer.value)).one() == "l2"
