"""How sure an office is of an answer, and evidence that is valid only until a day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from maturity.db import Database
from maturity.offices.models import Role
from maturity.survey import answers as door
from maturity.survey import assessments, judging
from maturity.survey.answers import Author, Change
from maturity.survey.assessments import Work
from maturity.survey.models import AnswerEvent, Assessment
from maturity.survey.stages import expired, stages
from tests.builders import make_assessment, make_person, make_round
from tests.clock import START, Clock
from tests.offices.signing import make_user
from tests.survey.filling import answers_of, client_of, office_at_work, put
from tests.survey.test_evidence_files import hand_in

URL = "https://jdih.kpu.go.id/sk-12"
TODAY = date(2026, 11, 21)
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_confidence_is_optional_kept_and_told_to_both_sides(app: Flask, database: Database) -> None:
    assessment, client = office_at_work(database), client_of(app)
    hand_in(client, assessment, value="l2", confidence="3")
    assert answers_of(database, assessment)["V01"].confidence == 3
    put(client, assessment, "V01", "l3", seen=1)
    assert answers_of(database, assessment)["V01"].confidence == 3, "unsaid leaves it as it is"
    put(client, assessment, "V01", "l3", seen=2, confidence="1")
    put(client, assessment, "V02", "l2", confidence="9")
    found = answers_of(database, assessment)
    assert (found["V01"].confidence, found["V02"].confidence) == (1, None)
    with database.write() as session:
        make_user(session, email="verif@contoh.example", role=Role.VERIFIER, office="36")
    pages = [(client, f"/assessments/{assessment}/check"),
             (client_of(app, "verif@contoh.example"),
              f"/assessments/{assessment}/sections/SD1/check")]  # fmt: skip
    for who, address in pages:
        assert who.get(address).text.count("Keyakinan:</b> rendah") == 1
    put(client, assessment, "V01", "l3", seen=3, confidence="")
    assert answers_of(database, assessment)["V01"].confidence is None
    with database.read() as session:
        rows = session.scalars(select(AnswerEvent).where(AnswerEvent.key == "V01"))
        assert [row.confidence for row in rows.all()] == [3, 3, 1, None]


def test_evidence_that_ends_soon_is_named_on_the_task_list(
    app: Flask, database: Database, clock: Clock
) -> None:
    assessment, client = office_at_work(database), client_of(app)
    days = {"V01": -1, "V02": 30, "V03": 31, "V19": 0}
    with database.write() as session:
        row = session.get_one(Assessment, assessment)
        for key, days_left in days.items():
            until = TODAY + timedelta(days=days_left)
            door.attach(session, row, key, url=URL, note="", author=Author(None, START),
                        valid_until=until)  # fmt: skip
    shown = client.get(f"/assessments/{assessment}").text
    assert "Bukti berikut sudah berakhir atau berakhir dalam 30 hari" in shown
    assert "<b>sudah berakhir 20 November 2026</b>" in shown
    assert "– berakhir 21 November 2026" in shown
    assert "– berakhir 21 Desember 2026" in shown
    assert "22 Desember 2026" not in shown
    assert f'href="/assessments/{assessment}/sections/SD1#q-V01"' in shown
    clock.advance(days=200)
    assert "Bukti berikut" not in client.get(f"/assessments/{assessment}").text, "it is closed"


def test_a_claim_without_note_needs_evidence_that_still_holds(
    app: Flask, database: Database
) -> None:
    assessment, client = office_at_work(database), client_of(app)
    hand_in(client, assessment, value="l3", url=URL, until="20-11-2026")
    check = f"/assessments/{assessment}/check"
    assert "Bukti dukung yang berlaku atau penjelasan belum ada" in client.get(check).text
    hand_in(client, assessment, url="https://jdih.kpu.go.id/sk-13", until="21-11-2026")
    assert "Bukti dukung yang berlaku atau" not in client.get(check).text


def _handed_in(
    database: Database, monkeypatch: pytest.MonkeyPatch, until: dict[str, date | None]
) -> tuple[int, Author]:
    """An assessment with claims of level 3 whose evidence ends so, handed in at START."""
    monkeypatch.setattr(Work, "missing", lambda _work, _items=None: [])
    with database.write() as session:
        made = make_assessment(session, round_=make_round(session))
        by = Author(make_person(session, role=Role.RESPONSIBLE).id, START)
        verifier = Author(make_person(session, role=Role.VERIFIER, office="36").id, START)
        for key, day in until.items():
            item = assessments.instrument_of(made.round).item(key)
            door.save(session, made, item, Change("l3", note="SK"), author=by)
            door.attach(session, made, key, url=URL, note="", author=by, valid_until=day)
        assessments.submit(session, made, author=by)
        judging.begin(session, made, author=verifier)
        return made.id, verifier


def test_expired_evidence_is_flagged_and_not_confirmed_with_the_rest(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    until = {"V01": date(2026, 11, 20), "V02": TODAY, "V03": None}
    number, verifier = _handed_in(database, monkeypatch, until)
    with database.write() as session:
        made = session.get_one(Assessment, number)
        opened = stages(session, assessments.work(session, made))
        items = opened.work.instrument.items
        flagged = [one.key for one in items if expired(opened.work, one, START)]
        later = [o.key for o in items if expired(opened.work, o, START + timedelta(days=1))]
        done = judging.confirm_rest(session, opened, items, author=verifier)
    assert flagged == ["V01"]
    assert later == ["V01", "V02"]
    assert [item.key for item in done] == ["V02", "V03"]


def test_what_was_handed_in_in_time_stays_complete_when_its_evidence_ends_later(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, _ = _handed_in(database, monkeypatch, {"V02": TODAY})
    monkeypatch.undo()
    with database.read() as session:
        made = session.get_one(Assessment, number)
        after = assessments.work(session, made, now=START + timedelta(days=90))
        item = after.instrument.item("V02")
        assert not after.lacks_link(item, after.route.readings["V02"])


def test_the_day_is_that_of_the_office(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    number, _ = _handed_in(database, monkeypatch, {"V02": TODAY})
    midnight = START.replace(hour=17)  # 00.00 WIB on the 22nd
    with database.read() as session:
        work = assessments.work(session, session.get_one(Assessment, number))
        item = work.instrument.item("V02")
        assert not expired(work, item, midnight - timedelta(seconds=1))
        assert expired(work, item, midnight)
