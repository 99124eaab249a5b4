"""More time for an office, or many; late submissions; declared interests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from maturity.db import Database
from maturity.offices.models import Role
from maturity.survey.assessments import Work
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.log_models import LogEntry
from maturity.survey.models import Assessment
from maturity.survey.stage_models import Extension
from tests.builders import BANTEN, LEBAK, TANGERANG, add_offices, make_assessment, make_round
from tests.clock import START, Clock
from tests.offices.signing import make_user
from tests.strict_client import StrictClient
from tests.survey.filling import RESPONSIBLE, client_of, office_at_work, put

ADMIN, JUDGE = "admin@contoh.example", "verifikator@contoh.example"
JAYAPURA = "91.71"
MANY = "/administration/rounds/2026/extensions"
MORE = {"until_day": "2026-12-20", "until_time": "16:00", "words": "Banjir memutus jaringan."}


@pytest.fixture
def admin(app: Flask, database: Database) -> StrictClient:
    with database.write() as session:
        make_user(session, email=ADMIN, role=Role.ADMINISTRATOR, office="0")
    return client_of(app, ADMIN)


def due_of(database: Database, assessment: int) -> datetime | None:
    with database.read() as session:
        return session.get_one(Assessment, assessment).due_at


def test_an_office_gets_more_time_and_uses_it(
    app: Flask, admin: StrictClient, database: Database, clock: Clock
) -> None:
    assessment = office_at_work(database)
    operator = client_of(app)
    admin.get(f"/assessments/{assessment}/extension")
    assert admin.submit({"stage": "filling", **MORE}).status_code == 303
    assert due_of(database, assessment) == datetime(2026, 12, 20, 9, 0, 59, tzinfo=UTC)
    page = operator.get(f"/assessments/{assessment}").text
    assert "20 Desember 2026, 16.00 WIB" in page
    assert "Diperpanjang" in page
    assert "Diperpanjang" in operator.get("/start").text
    clock.advance(days=25)
    late = client_of(app)
    assert put(late, assessment, "V01", "l2").status_code == 200, "the round has closed"
    with database.read() as session:
        assert session.scalars(select(Extension)).one().words == "Banjir memutus jaringan."
        note = session.scalars(select(LogEntry).where(LogEntry.kind == "deadline-extended")).one()
        assert "Banjir" not in note.data


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"words": " "}, "words", "alasannya"),
        ({"until_day": "2026-11-20"}, "until_day", "mendatang"),
        ({"until_day": "2026-12-01"}, "until_day", "tidak lebih lambat"),
        ({"until_day": "besok"}, "until_day", "tidak dapat dibaca"),
        ({"stage": "reply"}, "until_day", "tidak berjalan"),
        ({"stage": "x"}, "stage", "Pilih tahap"),
    ],
)
def test_a_fault_is_said_at_its_field(
    admin: StrictClient, database: Database, wrong: dict[str, str], field: str, words: str
) -> None:
    assessment = office_at_work(database)
    admin.get(f"/assessments/{assessment}/extension")
    page = admin.submit({"stage": "filling", **MORE, **wrong})
    assert page.status_code in (409, 422)
    assert f'href="#{field}"' in page.text
    assert words in page.text
    assert 'value="16:00"' in page.text
    assert due_of(database, assessment) is None


def test_a_form_sent_twice_over_a_broken_line_counts_once(
    admin: StrictClient, database: Database
) -> None:
    assessment = office_at_work(database)
    for _ in range(2):
        admin.get(f"/assessments/{assessment}/extension")
        assert admin.submit({"stage": "filling", **MORE}).status_code == 303
    with database.read() as session:
        assert len(session.scalars(select(Extension)).all()) == 1


def test_many_offices_get_the_same_time_of_day_each_in_its_zone(
    admin: StrictClient, database: Database
) -> None:
    with database.write() as session:
        round_ = make_round(session)
        ids = [
            make_assessment(session, round_=round_, office=code).id for code in (LEBAK, JAYAPURA)
        ]
        sent = make_assessment(session, round_=round_, state=AssessmentState.SUBMITTED).id
        ids.append(sent)
    page = admin.get(MANY).text
    assert "KPU Kabupaten Lebak" in page
    assert f'id="a-{sent}"' not in page, "it has been handed in"
    done = admin.submit({"pick": ids, **MORE}, action=MANY)
    assert done.status_code == 409
    assert "tidak berjalan" in done.text
    west, east = (due_of(database, one) for one in ids[:2])
    assert west
    assert east
    assert west - east == timedelta(hours=2)
    assert due_of(database, sent) is None


def test_nothing_ticked_loses_nothing(admin: StrictClient, database: Database) -> None:
    with database.write() as session:
        make_assessment(session)
    admin.get(MANY)
    page = admin.submit(MORE, action=MANY)
    assert page.status_code == 422
    assert "sedikitnya satu kantor" in page.text
    assert "Banjir memutus jaringan." in page.text


@pytest.mark.parametrize(
    ("sent", "minutes", "accepted"),
    [(-1, 10, True), (-1, 16, False), (1, 10, False), (None, 1, False)],
)
def test_what_was_sent_in_time_and_came_late_counts_and_says_so(
    app: Flask,
    database: Database,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    sent: int | None,
    minutes: int,
    accepted: bool,
) -> None:
    monkeypatch.setattr(Work, "missing", lambda _work, _items=None: [])
    assessment = office_at_work(database, closes_at=START + timedelta(hours=1))
    responsible = client_of(app, RESPONSIBLE)
    put(responsible, assessment, "V01", "l2")
    responsible.get(f"/assessments/{assessment}/submit")
    end = START + timedelta(hours=1)
    clock.advance(hours=1, minutes=minutes)
    said = "" if sent is None else (end + timedelta(minutes=sent)).isoformat()
    done = responsible.submit({"confirm": "yes", "sent_at": said.replace("+00:00", "Z")})
    assert (done.status_code == 303) is accepted
    if accepted:
        page = responsible.get(f"/assessments/{assessment}/submitted").text
        assert "Dikirim 21 November 2026, 14.59 WIB, diterima 21 November 2026, 15.10 WIB" in page


# --- interests ------------------------------------------------------------------------


def test_a_judge_declares_an_interest_and_ends_it(app: Flask, database: Database) -> None:
    with database.write() as session:
        add_offices(session, [LEBAK])
        make_user(session, email=JUDGE, role=Role.VERIFIER, office=BANTEN)
    judge = client_of(app, JUDGE)
    assert "/account/interests" in judge.get("/account").text
    judge.get("/account/interests")
    wrong = judge.submit({"office": "Kantor Hantu", "words": "Ipar"})
    assert wrong.status_code == 400
    assert 'value="Ipar"' in wrong.text
    assert judge.submit({"office": "KPU Kabupaten Lebak", "words": "Ipar"}).status_code == 303
    page = judge.get("/account/interests").text
    assert "Ipar" in page
    action = "/account/interests/1/end"
    assert judge.submit({}, action=action).status_code == 303
    assert "Berakhir" in judge.get("/account/interests").text
    with database.read() as session:
        notes = session.scalars(select(LogEntry).order_by(LogEntry.seq)).all()
        assert [one.kind for one in notes] == ["interest-declared", "interest-ended"]
        assert all("Ipar" not in one.data for one in notes)


def test_nobody_ends_the_interest_of_others_but_administrators(
    app: Flask, admin: StrictClient, database: Database
) -> None:
    with database.write() as session:
        add_offices(session, [TANGERANG])
        judge = make_user(session, email=JUDGE, role=Role.VERIFIER, office=BANTEN).id
        make_user(session, email="lain@contoh.example", role=Role.VERIFIER, office=BANTEN)
    assert f"/people/{judge}/interests" in admin.get(f"/people/{judge}").text
    admin.get(f"/people/{judge}/interests")
    assert admin.submit({"office": TANGERANG}).status_code == 303
    other = client_of(app, "lain@contoh.example")
    other.post("/account/interests/1/end", data={"csrf_token": other.csrf()})
    assert "Berakhir" not in admin.get(f"/people/{judge}/interests").text
    assert admin.submit({}, action=f"/people/{judge}/interests/1/end").status_code == 303
    assert "Berakhir" in admin.get(f"/people/{judge}/interests").text
