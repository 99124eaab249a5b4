"""Administrators open a round, change it, and everybody sees what was changed."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from maturity.db import Database
from maturity.offices.models import Role
from maturity.survey.lifecycle import TRANSITIONS, AssessmentState
from maturity.survey.log_models import LogEntry
from maturity.survey.models import Assessment, Round
from maturity.survey.shipped import shipped
from tests.builders import add_offices, make_assessment, make_round
from tests.clock import START, Clock
from tests.offices.signing import make_user
from tests.strict_client import StrictClient
from tests.survey.filling import client_of

ADMIN = "admin@contoh.example"
NEW = "/administration/rounds/new"


@pytest.fixture
def admin(app: Flask, database: Database) -> StrictClient:
    with database.write() as session:
        make_user(session, email=ADMIN, role=Role.ADMINISTRATOR, office="0")
    return client_of(app, ADMIN)


def typed(**more: object) -> dict[str, object]:
    return {
        "slug": "2027",
        "title_id": "Pengukuran 2027",
        "title_en": "Assessment 2027",
        "instrument": list(shipped())[-1],
        "opens_day": "2027-02-01",
        "closes_day": "2027-03-31",
        "verify_day": "2027-04-30",
        "reply_day": "2027-05-15",
        "settle_day": "2027-06-30",
        **more,
    }


def open_round(client: StrictClient, **more: object):
    client.get(NEW)
    shown = client.submit(typed(**more) | {"do": "preview"})
    assert shown.status_code == 200, re.findall("error-text.*", shown.text)
    return client.submit({"do": "open"})


def rounds(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Round)) or 0


def test_a_round_is_seen_before_it_is_opened(admin: StrictClient, database: Database) -> None:
    with database.write() as session:
        add_offices(session, ["36.71", "91.71"])
    admin.get(NEW)
    page = admin.submit(typed(do="preview"))
    assert rounds(database) == 0
    assert "5 kantor akan mendapat penilaian" in page.text
    for end in ("23.59 WIB", "23.59 WITA", "23.59 WIT<"):
        assert f"31 Maret 2027, {end}" in page.text
    assert "1 Februari 2027, 02.00 WIT" in page.text, "it opens at one moment"
    back = admin.submit({"do": "edit"})
    assert 'value="2027-04-30"' in back.text
    admin.submit({"do": "preview"})
    assert admin.submit({"do": "open"}).status_code == 303
    with database.read() as session:
        made = session.scalars(select(Round)).one()
        assert made.closes_at.isoformat() == "2027-03-31T16:59:59+00:00"
        assert session.scalar(select(func.count()).select_from(Assessment)) == 5
        note = session.scalars(select(LogEntry).where(LogEntry.kind == "round-opened")).one()
        assert '"verify_by":"2027-04-30T16:59:59.000000Z"' in note.data


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"verify_day": "2027-03-30"}, "verify_day", "sesudah batas pengisian"),
        ({"closes_day": "2027-01-31"}, "closes_day", "sesudah waktu pembukaan"),
        ({"reply_time": "25:00"}, "reply_day", "tidak dapat dibaca"),
        ({"slug": "Tahun 2027"}, "slug", "tidak dapat dipakai"),
        ({"slug": "new"}, "slug", "tidak dapat dipakai"),
        ({"suppress_below": "1"}, "suppress_below", "dari 2 sampai"),
        ({"suppress_below": "x"}, "suppress_below", "angka bulat"),
        ({"verifiers_city": None}, "verifiers_city", "sedikitnya satu pihak"),
        ({"instrument": "../x@1"}, "instrument", "Pilih instrumen"),
        ({"title_en": ""}, "title_en", "bahasa Inggris"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(
    admin: StrictClient, database: Database, wrong: dict[str, object], field: str, words: str
) -> None:
    admin.get(NEW)
    page = admin.submit(typed(**wrong) | {"do": "preview"})
    assert page.status_code == 422
    said = re.search(rf'<a href="#{field}">([^<]*)', page.text)
    assert said, page.text
    assert words in said[1]
    assert 'value="2027-05-15"' in page.text
    assert rounds(database) == 0


def test_a_round_is_opened_once(admin: StrictClient) -> None:
    assert open_round(admin).status_code == 303
    admin.get(NEW)
    page = admin.submit(typed(do="preview"))
    assert page.status_code == 422
    assert "sudah ada" in page.text


def test_deadlines_change_with_a_reason_that_all_can_read(
    app: Flask, admin: StrictClient, database: Database
) -> None:
    open_round(admin)
    admin.get("/administration/rounds/2027")
    page = admin.submit({"closes_day": "2027-04-05"})
    assert page.status_code == 422, "no reason"
    assert 'value="2027-04-05"' in page.text
    words = "Gangguan jaringan nasional."
    assert admin.submit({"closes_day": "2027-04-05", "words": words}).status_code == 303
    public = app.test_client().get("/rounds/2027/corrections").text
    assert "Gangguan jaringan nasional." in public
    assert "5 April 2027, 23.59 WIB" in public
    with database.read() as session:
        made = session.scalars(select(Round)).one()
        assert made.closes_at.isoformat() == "2027-04-05T16:59:59+00:00"
        note = session.scalars(select(LogEntry).where(LogEntry.kind == "round-changed")).one()
        assert "Gangguan" not in note.data
        assert "words_sha256" in note.data


def test_every_change_is_told_in_words_of_both_languages(
    admin: StrictClient, database: Database
) -> None:
    with database.write() as session:
        make_round(session)
    admin.get("/administration/rounds/2026")
    changes = {"verify_day": "2027-01-31", "reply_days": "4", "na_policy": "granted"}
    more = {"verifiers_city": "external", "suppress_below": "7", "words": "Kesepakatan."}
    assert admin.submit({**changes, **more}).status_code == 303
    page = admin.get("/rounds/2026/corrections").text
    for words in ("4 hari", "7 kantor", "Tanpa batas", "setelah disetujui", "31 Januari 2027"):
        assert words in page
    assert "KPU Kota: Verifikator eksternal (universitas)" in page
    assert "Batas pengisian" not in page, "what was left as it was is no change"
    admin.post("/language", data={"lang": "en", "csrf_token": admin.csrf()})
    page = admin.get("/rounds/2026/corrections").text
    assert "City offices: external verifiers (university)" in page
    assert "31 January 2027, 23:59 WIB" in page


def test_a_deadline_is_not_moved_into_the_past(
    admin: StrictClient, database: Database, clock: Clock
) -> None:
    with database.write() as session:
        make_round(session)
    admin.get("/administration/rounds/2026")
    page = admin.submit({"closes_day": "2026-11-20", "words": "Dipercepat."})
    assert page.status_code == 422
    assert "mendatang" in page.text
    assert clock() == START


def test_the_rule_for_not_applicable_stays_once_somebody_has_submitted(
    admin: StrictClient, database: Database
) -> None:
    with database.write() as session:
        make_assessment(session, state=AssessmentState.SUBMITTED)
    admin.get("/administration/rounds/2026")
    page = admin.submit({"na_policy": "granted", "words": "Aturan baru."})
    assert page.status_code == 422
    assert "sudah ada penilaian yang diajukan" in page.text


def test_everybody_can_read_who_may_do_what(client: StrictClient) -> None:
    page = client.get("/lifecycle").text
    for step in TRANSITIONS:
        assert step.name.id in page
    assert "Tim penetapan" in page
    client.post("/language", data={"lang": "en", "csrf_token": client.csrf()})
    assert "End verification, open the reply" in client.get("/lifecycle").text


def test_a_round_opens_for_every_office(admin: StrictClient, database: Database) -> None:
    with database.write() as session:
        add_offices(session)
    assert open_round(admin).status_code == 303
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Assessment)) == 553
    page = admin.get("/administration/rounds/2027/assignments").text
    assert "553 kantor belum mempunyai verifikator" in page
