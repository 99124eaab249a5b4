"""Personal data is let go of when its time is over, and nothing else is."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from maturity.cli import main
from maturity.db import Database
from maturity.offices.models import Invite, Membership, Person, SignInFailure
from maturity.survey.answers import Author
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.log_models import LogEntry
from maturity.survey.models import Assessment
from maturity.survey.retention import CLASSES, NAMELESS, apply, report
from maturity.survey.section_models import SectionLink
from maturity.survey.stage_models import Judgement
from tests.builders import make_assessment, make_link, make_person
from tests.clock import START

DAYS = {one.id: one.days for one in CLASSES}


def _old(class_id: str, *, more: float) -> datetime:
    return START - timedelta(days=DAYS[class_id] + more)


def _fill(session: Session, *, more: float) -> None:
    """Something of every class, so many days beyond its time (less than 0: not yet due)."""
    session.add(SignInFailure(key="a", count=3, last_at=_old("sign-in-failures", more=more)))
    gone = make_person(session, email="lama@contoh.example", at=_old("people", more=more))
    gone.active = False
    made = _old("invitations", more=more)
    session.add(
        Invite(token_hash="h", person_id=gone.id, created_at=made, expires_at=made, used_at=None)
    )
    done = make_assessment(session, state=AssessmentState.SETTLED)
    done.updated_at = at = _old("private-words", more=more)
    made = _old("link-addresses", more=more)
    make_link(session, assessment=done.id, section="SD1", until=made).email = "rina@dinas.example"
    session.add(
        Judgement(
            assessment_id=done.id, key="V01", stage="verified", verdict="changed",
            state="answered", value="l1", words="SK tidak memuatnya.", by_id=gone.id,
            private_words="Bapak X menelepon.", on_version=1, way="web", at=at,
        )
    )  # fmt: skip


def test_each_class_goes_when_its_time_is_over(database: Database) -> None:
    with database.write() as session:
        _fill(session, more=1)
        active = make_person(session, email="kini@contoh.example", at=START - timedelta(days=3000))
        active_id = active.id
    with database.read() as session:
        assert {due.data_class.id: due.count for due in report(session, START)} == dict.fromkeys(
            DAYS, 1
        )
    with database.write() as session:
        apply(session, author=Author(None, START, "cli"))
    with database.read() as session:
        assert session.scalars(select(SignInFailure)).all() == []
        assert session.scalars(select(Invite)).all() == []
        words = session.scalars(select(Judgement)).one()
        assert (words.words, words.private_words) == ("SK tidak memuatnya.", "")
        nameless = session.get_one(Person, words.by_id)
        assert nameless.email.endswith(NAMELESS)
        assert "lama" not in nameless.email + nameless.name
        owners = session.scalars(select(Membership.person_id)).all()
        assert nameless.id not in owners
        assert session.scalars(select(SectionLink)).one().email == ""
        assert session.get_one(Person, active_id).email == "kini@contoh.example"
        entry = session.scalars(select(LogEntry)).one()
        assert entry.kind == "retention"
        assert "lama" not in entry.data
        assert [due.count for due in report(session, START)] == [0] * len(DAYS)


def test_nothing_goes_before_its_time(database: Database) -> None:
    with database.write() as session:
        _fill(session, more=-1)
    with database.write() as session:
        apply(session, author=Author(None, START, "cli"))
    with database.read() as session:
        assert session.scalars(select(Judgement)).one().private_words
        assert session.scalars(select(LogEntry)).all() == []


def test_words_stay_while_an_assessment_is_not_settled(database: Database) -> None:
    with database.write() as session:
        _fill(session, more=1)
        session.scalars(select(Assessment)).one().state = AssessmentState.VERIFYING
    with database.read() as session:
        due = {one.data_class.id: one.count for one in report(session, START)}
    assert due["private-words"] == 0


def test_the_command_reports_before_it_acts(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MATURITY_DATABASE_URL", database.url)
    monkeypatch.setenv("MATURITY_LANG", "id")
    with database.write() as session:
        _fill(session, more=4000)
    assert main(["retention"]) == 0
    told = capsys.readouterr().out
    assert "       1  Akun nonaktif" in told
    assert "tidak ada yang diubah" in told
    assert main(["retention", "--apply"]) == 0
    assert main(["retention"]) == 0
    assert "       0  Akun nonaktif" in capsys.readouterr().out.split("--apply")[0]
