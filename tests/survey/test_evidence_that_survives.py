"""Links with what was found of them, evidence used again, dates, places, notes for inside."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from maturity.app import create_app
from maturity.config import Settings
from maturity.db import Database
from maturity.offices.models import Role
from maturity.reports.build import report_of
from maturity.survey import link_archive
from maturity.survey.answers import Author, attach
from maturity.survey.files import FolderStore
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.link_archive import record
from maturity.survey.link_fetch import Fetched
from maturity.survey.link_guard import Fault
from maturity.survey.models import Answer, AnswerEvent, Assessment, Evidence
from maturity.worker import kinds
from maturity.worker.loop import Worker
from tests.builders import LEBAK, TANGERANG, make_assessment, make_round
from tests.clock import START, Clock
from tests.offices.signing import make_user
from tests.strict_client import StrictClient, watch_sessions
from tests.survey import made_files as made
from tests.survey.filling import answers_of, client_of, office_at_work, put, token
from tests.survey.test_evidence_files import hand_in, uses

SECTION = "/assessments/{}/sections/SD1"
URL = "https://jdih.kpu.go.id/sk-12"
THERE = "operator.lebak@contoh.example"
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def link(database: Database, assessment: int, url: str = URL, key: str = "V01") -> int:
    with database.write() as session:
        row = session.get_one(Assessment, assessment)
        made_row, _ = attach(session, row, key, url=url, note="", author=Author(None, START))
        return made_row.id


def check(database: Database, settings: Settings, found: Fetched) -> int:
    store = FolderStore(settings.data / "files")
    copy = None if found.body is None else store.put(found.body)
    with database.write() as session:
        row = record(session, found, copy)
        session.flush()
        return row.id


def links(database: Database) -> list[Evidence]:
    with database.read() as session:
        rows = session.scalars(select(Evidence).order_by(Evidence.id)).all()
        session.expunge_all()
        return list(rows)


def test_what_was_found_of_a_link_is_told_to_both_sides(
    app: Flask, database: Database, settings: Settings
) -> None:
    assessment, client = office_at_work(database), client_of(app)
    link(database, assessment)
    with database.write() as session:
        make_user(session, email="verif@contoh.example", role=Role.VERIFIER, office="36")
    verifier = client_of(app, "verif@contoh.example")
    pages = [(client, SECTION.format(assessment)), (client, f"/assessments/{assessment}/check"),
             (verifier, f"/assessments/{assessment}/sections/SD1/check")]  # fmt: skip
    assert all("Belum diperiksa." in who.get(page).text for who, page in pages)
    at = datetime(2026, 11, 21, 7, 2, tzinfo=UTC)
    page = b"<script>alert(1)</script>"
    first = check(database, settings, Fetched(URL, at, 200, URL, None, "text/html", page))
    told = "Diperiksa 21 November 2026, 14.02 WIB: dapat dibuka."
    assert all(told in who.get(page).text for who, page in pages)
    check(database, settings, Fetched(URL, at + timedelta(days=1), 404, URL))
    told = "Diperiksa 22 November 2026, 14.02 WIB: tidak ditemukan (404)."
    copy = f"/assessments/{assessment}/links/{first}/copy"
    for who, address in pages:
        shown = who.get(address).text
        assert told in shown
        assert f'<a href="{copy}" download>salinan tersimpan, 21 November 2026</a>' in shown
        reply = who.get(copy)
        assert reply.data == page
        assert reply.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert reply.headers["Content-Disposition"].startswith("attachment; filename=salinan-")
        assert "sandbox" in reply.headers["Content-Security-Policy"]
    check(database, settings, Fetched(URL, at + timedelta(days=2), fault=Fault.TIMEOUT))
    assert "tidak dapat dibuka: situsnya terlalu lama menjawab." in client.get(pages[0][1]).text
    away = Fetched(URL, at + timedelta(days=3), 200, "https://www.kpu.go.id/")
    check(database, settings, away)
    told = "dapat dibuka, tetapi dialihkan ke https://www.kpu.go.id/."
    assert told in client.get(pages[0][1]).text


def test_a_copy_is_for_those_who_see_an_assessment_with_that_link(
    app: Flask, database: Database, settings: Settings
) -> None:
    here = office_at_work(database)
    with database.write() as session:
        make_user(session, email=THERE, role=Role.OPERATOR, office=LEBAK, name="Ani")
        there = make_assessment(session, round_=make_round(session, slug="x"), office=LEBAK).id
    evidence = link(database, here)
    number = check(database, settings, Fetched(URL, START, 200, URL, body=b"%PDF-1.4 x"))
    empty = check(database, settings, Fetched(URL, START, 404, URL))
    mine, theirs = client_of(app), client_of(app, THERE)
    reply = mine.get(f"/assessments/{here}/links/{number}/copy")
    assert (reply.status_code, reply.content_type) == (200, "application/octet-stream")
    assert theirs.get(f"/assessments/{here}/links/{number}/copy").status_code == 403
    assert theirs.get(f"/assessments/{there}/links/{number}/copy").status_code == 404
    for odd in (empty, 99, 2**40):
        assert mine.get(f"/assessments/{here}/links/{odd}/copy").status_code == 404
    hand_in(mine, here, drop=str(evidence))
    assert mine.get(f"/assessments/{here}/links/{number}/copy").status_code == 404


def test_where_links_are_not_checked_pages_say_so(
    settings: Settings, database: Database, app: Flask, clock: Clock
) -> None:
    assessment = office_at_work(database)
    link(database, assessment)
    off = create_app(replace(settings, check_links=False), now=clock)
    off.test_client_class = StrictClient
    watch_sessions(off)
    page = client_of(off).get(SECTION.format(assessment)).text
    off.extensions["maturity"].database.dispose()
    assert "Tautan tidak diperiksa." in page


def test_places_and_dates_of_links_and_files(app: Flask, database: Database) -> None:
    assessment, client = office_at_work(database), client_of(app)
    more = {"url": URL, "place": "halaman 3", "until": "31 Desember 2026",
            "file_place": "baris 2", "file_until": "1-11-2026"}  # fmt: skip
    page = hand_in(client, assessment, (made.CSV, "a.csv"), **more)
    assert '<p class="small">halaman 3</p>' in page
    assert '<p class="small">Berlaku sampai 31 Desember 2026</p>' in page
    assert '<p class="small error-text">Masa berlaku berakhir 1 November 2026</p>' in page
    page = hand_in(client, assessment, url=f"{URL}0", until="kapan saja", value="l2")
    assert "Berlaku sampai “kapan saja”: Tulislah tanggal seperti 21-11-2026." in page
    assert [row.url for row in links(database)] == [URL, f"{URL}0"]
    reply = client.put(
        f"/assessments/{assessment}/evidence/V02",
        json={"url": URL, "note": "", "place": "sel B2", "until": "2027-01-31"},
        headers={"X-CSRFToken": token(client), "Accept": "application/json"},
    )
    assert reply.json["fault"] == ""
    assert (links(database)[2].place, str(links(database)[2].valid_until)) == (
        "sel B2",
        "2027-01-31",
    )


def earlier(database: Database, office: str = TANGERANG) -> int:
    """An assessment of the year before, handed in by the same office."""
    with database.write() as session:
        then = START - timedelta(days=400)
        round_ = make_round(session, slug="2025", opens_at=then, closes_at=START + timedelta(9))
        return make_assessment(session, round_=round_, office=office).id


def test_evidence_of_an_earlier_period_is_carried_over(
    app: Flask, database: Database, clock: Clock
) -> None:
    assessment, client = office_at_work(database), client_of(app)
    before = earlier(database)
    old = link(database, before, f"{URL}-lama")
    hand_in(client, before, (made.CSV, "rekap.csv"), file_until="31-12-2026")
    page = client.get(SECTION.format(assessment) + "?again=1").text
    assert f'<option value="l{old}">{URL}-lama – Pengukuran 2025</option>' in page
    assert "rekap.csv – Pengukuran 2025 – Berlaku sampai 31 Desember 2026</option>" in page
    page = hand_in(client, assessment, again=f"l{old}", value="l2")
    assert "periksa lalu nyatakan bahwa bukti itu masih berlaku" in page
    assert len(links(database)) == 1
    page = hand_in(client, assessment, again=f"l{old}", still="yes", again_place="bab 2")
    assert "Dari Pengukuran 2025; dinyatakan masih berlaku 21 November 2026" in page
    row = links(database)[1]
    assert (row.assessment_id, row.carried_from_id, row.place) == (assessment, before, "bab 2")
    hand_in(client, assessment, again="f1", still="yes")
    assert [key for key, name, _ in uses(database) if name == "rekap.csv"] == ["V01", "V01"]
    page = hand_in(client, assessment, again="f1", still="yes")
    assert len(uses(database)) == 2


def test_evidence_of_others_and_of_later_periods_is_not_offered(
    app: Flask, database: Database
) -> None:
    assessment, client = office_at_work(database), client_of(app)
    other = earlier(database, office=LEBAK)
    foreign = link(database, other, f"{URL}-asing")
    page = hand_in(client, assessment, again=f"l{foreign}", still="yes")
    assert "asing" not in page
    for odd in ("l999", "x1", "l", "f-1", "l1;"):
        hand_in(client, assessment, again=odd, still="yes")
    assert [row.assessment_id for row in links(database)] == [other]


def test_a_link_is_used_at_a_second_question(app: Flask, database: Database) -> None:
    assessment, client = office_at_work(database), client_of(app)
    first = link(database, assessment)
    page = hand_in(client, assessment, key="V02", again=f"l{first}")
    assert [(row.key, row.carried_from_id) for row in links(database)] == [
        ("V01", None), ("V02", None),
    ]  # fmt: skip
    assert page.count(f'href="{URL}"') == 2


def test_what_is_there_is_listed_once_what_was_typed_is_saved(
    app: Flask, database: Database
) -> None:
    assessment, client = office_at_work(database), client_of(app)
    address, first = SECTION.format(assessment), link(database, assessment)
    page = client.get(address).text
    assert 'name="again"' not in page
    assert "Simpan dan pakai bukti yang sudah ada" in page
    reply = client.submit({"value:V02": "l2", "do": "again"})
    assert (reply.status_code, reply.location) == (303, f"{address}?again=1#pakai-lagi")
    page = client.get(reply.location).text
    assert page.count('name="again"') == 1
    assert answers_of(database, assessment)["V02"].value == "l2"
    reply = client.submit({"again": f"l{first}", "do": "stay"})
    assert "Pilih pertanyaan yang memakai bukti itu." in client.get(reply.location).text
    chosen = {"again": f"l{first}", "again-for": ["V02", "V03"], "do": "stay"}
    client.submit(chosen)
    assert [row.key for row in links(database)] == ["V01", "V02", "V03"]


def test_a_note_for_inside_stays_inside(app: Flask, database: Database) -> None:
    assessment, client = office_at_work(database), client_of(app)
    hand_in(client, assessment, value="l2", note="untuk umum", private="rahasia dapur")
    assert "rahasia dapur" in client.get(SECTION.format(assessment)).text
    assert (
        "Catatan internal:</b> rahasia dapur" in client.get(f"/assessments/{assessment}/check").text
    )
    with database.read() as session:
        answer = session.scalars(select(Answer).where(Answer.key == "V01")).one()
        event = session.scalars(select(AnswerEvent).where(AnswerEvent.key == "V01")).one()
        assert (answer.note, answer.private_note) == ("untuk umum", "rahasia dapur")
        assert event.private_note == "rahasia dapur"
        report = repr(report_of(session, session.get_one(Assessment, assessment)))
    assert "untuk umum" in report
    assert "rahasia dapur" not in report
    seen = {"note": "untuk umum", "seen": 1}
    assert put(client, assessment, "V01", "l3", **seen).json["version"] == 2
    reply = put(client, assessment, "V01", "l3", note="untuk umum", seen=2, private=f"N {made.NIK}")
    assert "tampaknya memuat NIK" in reply.json["saved"]
    with database.read() as session:
        events = session.scalars(select(AnswerEvent).order_by(AnswerEvent.version)).all()
        assert [event.private_note for event in events] == [
            "rahasia dapur", "rahasia dapur", f"N {made.NIK}",
        ]  # fmt: skip
    refused = put(client, assessment, "V01", "l1", seen=1, private="punya saya")
    assert refused.status_code == 409
    assert "punya saya" in refused.json["html"]
    assert made.NIK in refused.json["html"]


# --- looked at again --------------------------------------------------------------------


def look_again(app: Flask, monkeypatch: pytest.MonkeyPatch, *, status: int = 200) -> list[str]:
    """Let the worker do its hourly round; the links that it opened."""
    asked: list[str] = []

    def fetch(url: str, *, now: Clock) -> Fetched:
        asked.append(url)
        return Fetched(url, now(), status, url)

    monkeypatch.setattr(kinds, "fetch", fetch)
    Worker(app, kinds.HANDLERS, schedule=kinds.SCHEDULE, kinds=["look-again"]).drain()
    return asked


def test_links_of_published_results_are_looked_at_once_a_year(
    app: Flask, database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assessment = office_at_work(database)
    link(database, assessment)
    assert look_again(app, monkeypatch) == [], "nothing rests on it yet"
    with database.write() as session:
        session.get_one(Assessment, assessment).state = AssessmentState.PUBLISHED
    clock.advance(hours=2)
    assert look_again(app, monkeypatch) == [URL]
    clock.advance(days=364)
    assert look_again(app, monkeypatch) == []
    clock.advance(days=2)
    assert look_again(app, monkeypatch, status=404) == [URL]
    with database.write() as session:
        make_user(session, email="verif@contoh.example", role=Role.VERIFIER, office="36")
    told = "tidak ditemukan (404)"
    assert told in client_of(app).get(f"/assessments/{assessment}/check").text
    verifier = client_of(app, "verif@contoh.example")
    assert told in verifier.get(f"/assessments/{assessment}/sections/SD1/check").text


def test_a_link_that_failed_is_tried_again_before_it_rests_for_a_year(
    app: Flask, database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assessment = office_at_work(database)
    link(database, assessment)
    with database.write() as session:
        session.get_one(Assessment, assessment).state = AssessmentState.PUBLISHED
    for days, status in ((1, 503), (4, 503), (15, 200), (366, 503), (4, 404), (15, 404)):
        if days > 1:
            clock.advance(days=days - 2)
            assert look_again(app, monkeypatch) == [], f"{days} days have not passed"
            clock.advance(days=2)
        assert look_again(app, monkeypatch, status=status) == [URL]
    clock.advance(days=364)
    assert look_again(app, monkeypatch) == []
    clock.advance(days=2)
    assert look_again(app, monkeypatch) == [URL], "after a year as well"


def test_carried_links_are_looked_at_a_few_at_a_time_and_not_where_that_is_off(
    app: Flask, database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assessment = office_at_work(database)
    for number in range(3):
        link(database, assessment, f"{URL}/{number}")
    with database.write() as session:
        for row in session.scalars(select(Evidence).where(Evidence.url != f"{URL}/0")):
            row.carried_from_id = assessment
    monkeypatch.setattr(link_archive, "AT_MOST", 1)
    assert look_again(app, monkeypatch) == [f"{URL}/1"]
    clock.advance(hours=1)
    running = app.extensions["maturity"]
    off = replace(running, settings=replace(running.settings, check_links=False))
    app.extensions["maturity"] = off
    assert look_again(app, monkeypatch) == []
    app.extensions["maturity"] = running
    clock.advance(hours=1)
    assert look_again(app, monkeypatch) == [f"{URL}/2"]
    clock.advance(hours=1)
    assert look_again(app, monkeypatch) == []
