"""Whatever is lost, doubled or out of order is named after a simulated round."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from maturity.db import Database
from maturity.simulate.checks import faults
from maturity.simulate.ledger import Ledger
from maturity.survey import answers, assessments
from maturity.survey.answers import Author, Change
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.log_models import LogEntry
from maturity.survey.models import Answer, AnswerEvent, Assessment
from tests.builders import make_assessment, make_round
from tests.clock import START


@dataclass
class Store:
    """A store that has lost some contents."""

    lost: set[str] = field(default_factory=set)

    def get(self, sha256: str) -> bytes:
        if sha256 in self.lost:
            raise LookupError(sha256)
        return b""


@pytest.fixture
def ledger(database: Database) -> Ledger:
    """Three acknowledged saves of one answer; nothing else."""
    kept = Ledger()
    with database.write() as session:
        made = make_assessment(session, round_=make_round(session))
        item = assessments.instrument_of(made.round).item("V01")
        for version, value in enumerate(("l1", "l2", "l3")):
            change = Change(value, seen=version)
            answers.save(session, made, item, change, author=Author(None, START))
            kept.saved(made.id, {"V01": value})
    return kept


def _found(database: Database, ledger: Ledger) -> list[str]:
    with database.read() as session:
        return list(faults(session, ledger, Store()))  # type: ignore[arg-type]


def _event(session: Session, version: int) -> AnswerEvent:
    return session.scalars(select(AnswerEvent).where(AnswerEvent.version == version)).one()


def test_a_sound_round_has_no_faults(database: Database, ledger: Ledger) -> None:
    assert _found(database, ledger) == []


def test_an_acknowledged_answer_that_is_gone(database: Database, ledger: Ledger) -> None:
    with database.write() as session:
        session.execute(delete(AnswerEvent).where(AnswerEvent.version == 2))
    said = _found(database, ledger)
    assert any("lost answer" in one and "'l2'" in one for one in said)
    assert any("version 3 where 2 was due" in one for one in said)


def test_the_same_save_twice(database: Database, ledger: Ledger) -> None:
    with database.write() as session:
        _event(session, 3).value = "l2"
        session.scalars(select(Answer)).one().value = "l2"
    ledger.answers.clear()
    assert _found(database, ledger) == ["(1, 'V01'): the same was saved twice (version 3)"]


def test_an_answer_that_is_not_the_end_of_its_history(database: Database, ledger: Ledger) -> None:
    with database.write() as session:
        session.scalars(select(Answer)).one().value = "l4"
    assert _found(database, ledger) == ["the answer (1, 'V01') is not the last one of its history"]


def test_a_state_that_no_decision_led_to(database: Database, ledger: Ledger) -> None:
    with database.write() as session:
        session.scalars(select(Assessment)).one().state = AssessmentState.SETTLED
    said = _found(database, ledger)
    assert "assessment 1 is settled; its decisions say None" in said
    assert any("scorecards" in one for one in said)


def test_a_record_that_was_altered(database: Database, ledger: Ledger) -> None:
    with database.write() as session:
        made = session.scalars(select(Assessment)).one()
        author = Author(None, START)
        assessments.change_state(session, made, AssessmentState.SUBMITTED, author=author)
        session.scalars(select(LogEntry)).one().data = "{}"
    said = _found(database, ledger)
    assert any("the record is broken at entry 1" in one for one in said)


def test_a_decision_or_submission_that_is_gone(database: Database, ledger: Ledger) -> None:
    ledger.judged(1, "verified", {"V01": "confirmed"})
    ledger.handed_in(1)
    ledger.uploaded(1, "a" * 64)
    said = _found(database, ledger)
    assert any("lost decision" in one for one in said)
    assert any("the acknowledged submission is lost" in one for one in said)
    assert any("lost file" in one for one in said)
