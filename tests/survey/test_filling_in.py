"""Filling in through the pages and through the script's requests, as people do."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from sqlalchemy import select

from maturity.db import Database
from maturity.survey.models import AnswerEvent, Evidence, StoredScorecard
from tests.conftest import Clock
from tests.survey.filling import (
    RESPONSIBLE,
    answers_of,
    client_of,
    fill_by_forms,
    office_at_work,
    put,
    state_of,
    token,
)

SECTION = "/assessments/{}/sections/SD1"


def test_the_whole_way_without_javascript(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    client = client_of(app, RESPONSIBLE)
    page = client.get(f"/assessments/{assessment}/submit")
    assert "Ajukan sekarang" not in page.text
    fill_by_forms(client, assessment)
    assert "Belum diisi" not in client.get(f"/assessments/{assessment}/check").text
    client.get(f"/assessments/{assessment}/submit")
    reply = client.submit({"confirm": "yes"}, action=f"/assessments/{assessment}/submit")
    assert reply.status_code == 303
    assert "Penilaian telah diajukan" in client.get(reply.location).text
    assert state_of(database, assessment) == "submitted"
    with database.read() as session:
        stored = session.scalars(select(StoredScorecard)).one()
        assert stored.fingerprint in client.get(reply.location).text
        assert stored.level in (2, 3)
        assert stored.coverage == 1.0


def test_an_operator_cannot_submit_and_is_told_who_can(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    assert "Hanya penanggung jawab" in client.get(f"/assessments/{assessment}").text
    assert client.get(f"/assessments/{assessment}/submit").status_code == 403


def test_submission_is_refused_with_what_is_missing(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    client = client_of(app, RESPONSIBLE)
    reply = client.post(
        f"/assessments/{assessment}/submit", data={"confirm": "yes", "csrf_token": token(client)}
    )
    assert reply.status_code == 422
    assert f'href="/assessments/{assessment}/sections/SD1#q-V01"' in reply.text
    assert state_of(database, assessment) == "not-started"


def test_what_is_saved_is_shown_again_with_the_time_of_the_office(
    app: Flask, database: Database
) -> None:
    assessment = office_at_work(database, office="91.71")
    client = client_of(app)
    reply = put(client, assessment, "V01", "l3", note="SK 12/2026")
    assert reply.json["version"] == 1
    assert reply.json["saved"] == "Tersimpan 21 November 2026, 16.00 WIT"
    page = client.get(SECTION.format(assessment)).text
    assert 'value="l3" checked' in page
    assert "SK 12/2026" in page


def test_a_stale_save_is_refused_and_both_values_are_shown(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    one, two = client_of(app), client_of(app, RESPONSIBLE)
    assert put(one, assessment, "V01", "l3").status_code == 200
    refused = put(two, assessment, "V01", "l2")
    assert refused.status_code == 409
    assert "Level 3" in refused.json["html"]
    assert "Level 2" in refused.json["html"]
    assert "Siti Rahma" in refused.json["html"]
    assert answers_of(database, assessment)["V01"].value == "l3"
    settled = put(two, assessment, "V01", "l2", seen=refused.json["version"])
    assert settled.json["version"] == 2


def test_a_stale_form_is_refused_but_its_other_answers_are_saved(
    app: Flask, database: Database
) -> None:
    assessment = office_at_work(database)
    one, two = client_of(app), client_of(app, RESPONSIBLE)
    address = SECTION.format(assessment)
    two.get(address)
    put(one, assessment, "V01", "l4", note="dari operator")
    reply = two.submit({"value:V01": "l1", "value:V02": "l2"}, action=address)
    assert reply.status_code == 409
    assert "sudah diubah orang lain" in reply.text
    assert "dari operator" in reply.text
    stored = answers_of(database, assessment)
    assert (stored["V01"].value, stored["V02"].value) == ("l4", "l2")


def test_the_same_save_sent_twice_is_one_save(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    assert put(client, assessment, "V01", "l2").json["version"] == 1
    assert put(client, assessment, "V01", "l2").json["version"] == 1
    with database.read() as session:
        assert len(session.scalars(select(AnswerEvent)).all()) == 1


def test_every_version_is_kept_in_the_record(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    for seen, value in enumerate(["l1", "nonsense", "l3"]):
        put(client, assessment, "V01", value, seen=seen)
    with database.read() as session:
        events = session.scalars(select(AnswerEvent).order_by(AnswerEvent.version)).all()
        said = [(event.version, event.value, event.draft) for event in events]
    assert said == [(1, "l1", None), (2, "", "nonsense"), (3, "l3", None)]


def test_a_draft_that_does_not_parse_is_kept_and_flagged(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    reply = put(client, assessment, "V01", "l9")
    assert reply.status_code == 200
    assert "bukan salah satu pilihan" in reply.json["fault"]
    assert answers_of(database, assessment)["V01"].draft == "l9"
    page = client.get(SECTION.format(assessment)).text
    assert "<title>Galat: " in page
    assert "Perlu diperiksa" in client.get(f"/assessments/{assessment}").text


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "file:///etc/passwd", "http://localhost/x", "http://10.0.0.5/",
     "http://[::1]/", "ftp://kpu.go.id/x", "http://2130706433/"],
)  # fmt: skip
def test_links_that_nobody_can_open_are_kept_but_flagged(
    app: Flask, database: Database, url: str
) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    address = SECTION.format(assessment)
    client.get(address)
    reply = client.submit({"url:V01": url}, action=address)
    page = client.get(reply.location).text
    assert "tautan tidak dapat dipakai" in page
    assert f'href="{url}' not in page
    with database.read() as session:
        row = session.scalars(select(Evidence)).one()
        assert (row.url, row.usable) == (url, False)


def test_evidence_is_added_once_and_removed_on_request(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    address = SECTION.format(assessment)
    for _ in range(2):
        client.get(address)
        link = {"url:V01": "jdih.kpu.go.id/banten", "about:V01": "SK 12"}
        client.submit(link, action=address)
    page = client.get(address).text
    assert page.count('<a href="https://jdih.kpu.go.id/banten"') == 1
    with database.read() as session:
        evidence_id = session.scalars(select(Evidence.id)).one()
    client.submit({"drop:V01": str(evidence_id)}, action=address)
    assert "jdih.kpu.go.id/banten" not in client.get(address).text
    with database.read() as session:
        assert session.scalars(select(Evidence)).one().removed_at is not None


def test_one_link_too_many_keeps_no_answer_from_being_saved(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    for place in range(20):
        data = {"url": f"https://kpu.example.org/{place}"}
        headers = {"X-CSRFToken": token(client)}
        client.put(f"/assessments/{assessment}/evidence/V01", json=data, headers=headers)
    address = SECTION.format(assessment)
    client.get(address)
    late = {"value:V02": "l2", "url:V01": "https://kpu.example.org/21"}
    reply = client.submit(late, action=address)
    assert "tautan terakhir tidak disimpan" in client.get(reply.location).text
    assert answers_of(database, assessment)["V02"].value == "l2"


def test_a_claim_of_level_3_needs_evidence_or_an_explanation(
    app: Flask, database: Database
) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    put(client, assessment, "V01", "l3")
    check = f"{SECTION.format(assessment)}/check"
    assert "Bukti dukung yang berlaku atau penjelasan belum ada" in client.get(check).text
    put(client, assessment, "V01", "l3", note="SK 12/2026 halaman 2", seen=1)
    assert "Bukti dukung yang berlaku atau penjelasan belum ada" not in client.get(check).text


def test_an_excluded_dataset_needs_the_number_of_its_test(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    page = client.get(f"/assessments/{assessment}/sections/G-INV").text
    first = page.split("/sections/G-INV/INV/")[1].split('"')[0]
    key = f"INV/{first}/available"
    put(client, assessment, key, "excluded")
    check = f"/assessments/{assessment}/sections/G-INV/check"
    assert "Perlu diperiksa" in client.get(check).text
    put(client, assessment, key, "excluded", reason="12/PPID/2026", seen=1)
    page = client.get(check).text
    assert "12/PPID/2026" in page
    assert "Perlu diperiksa" not in page


def test_text_with_markup_and_control_characters_is_shown_as_text(
    app: Flask, database: Database
) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    put(client, assessment, "V01", "l2", note="<script>alert(1)</script>\x00\x1b[31m =1+1")
    page = client.get(SECTION.format(assessment)).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;[31m =1+1" in page


def test_too_much_text_is_refused_and_nothing_is_lost(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    put(client, assessment, "V01", "l2", note="semula")
    reply = put(client, assessment, "V01", "l2", note="x" * 1_000_000, seen=1)
    assert reply.status_code == 413
    assert "paling banyak" in reply.json["error"]
    assert answers_of(database, assessment)["V01"].note == "semula"


@pytest.mark.parametrize("body", [b"", b"[1]", b"{", b'"x"', b"\xff\xfe"])
def test_a_request_that_is_no_json_is_refused(app: Flask, database: Database, body: bytes) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    headers = {"X-CSRFToken": token(client), "Content-Type": "application/json"}
    reply = client.put(f"/assessments/{assessment}/answers/V01", data=body, headers=headers)
    assert reply.status_code == 400
    assert json.loads(reply.text)["error"]


def test_unknown_places_are_not_found(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    assert put(client, assessment, "V99", "l1").status_code == 404
    for address in ("sections/XX", "sections/G-INV/INV/nothing", "sections/SD1/V01/x"):
        assert client.get(f"/assessments/{assessment}/{address}").status_code == 404
    assert client.get("/assessments/999999").status_code == 404


def test_another_office_is_out_of_reach(app: Flask, database: Database) -> None:
    mine = office_at_work(database)
    from tests.builders import make_assessment, make_round

    with database.write() as session:
        foreign = make_assessment(session, round_=make_round(session, slug="x"), office="36.02").id
    client = client_of(app)
    assert client.get(f"/assessments/{mine}").status_code == 200
    for address in ("", "/check", "/sections/SD1", "/sections/SD1/check", "/sections/SD1/gap"):
        assert client.get(f"/assessments/{foreign}{address}").status_code == 403
    assert put(client, foreign, "V01", "l1").status_code == 403


def test_two_people_submit_at_once_and_one_scorecard_is_frozen(
    app: Flask, database: Database
) -> None:
    assessment = office_at_work(database)
    client = client_of(app, RESPONSIBLE)
    fill_by_forms(client, assessment)
    data = {"confirm": "yes", "csrf_token": token(client)}
    replies = [client.post(f"/assessments/{assessment}/submit", data=data) for _ in range(2)]
    assert [reply.status_code for reply in replies] == [303, 303]
    with database.read() as session:
        assert len(session.scalars(select(StoredScorecard)).all()) == 1


def test_after_submission_nothing_can_be_changed(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    client = client_of(app, RESPONSIBLE)
    fill_by_forms(client, assessment)
    data = {"confirm": "yes", "csrf_token": token(client)}
    client.post(f"/assessments/{assessment}/submit", data=data)
    reply = put(client, assessment, "V01", "l4", seen=1)
    assert reply.status_code == 409
    assert "sudah diajukan" in reply.json["error"]
    assert client.get(SECTION.format(assessment)).location.endswith("/SD1/check")


def test_after_the_deadline_nothing_can_be_changed(
    app: Flask, database: Database, clock: Clock
) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    clock.advance(days=21)
    client = client_of(app)
    reply = put(client, assessment, "V01", "l2")
    assert reply.status_code == 409
    assert "Batas pengisian" in reply.json["error"]


def test_the_whole_of_it_speaks_english_too(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    client.get(f"/assessments/{assessment}")
    client.submit({}, action="/language")
    page = client.get(f"/assessments/{assessment}").text
    assert '<html lang="en">' in page
    assert "Assessment of KPU Kota Tangerang" in page
    assert "Not started" in page


def test_the_largest_section_page_is_small(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    tasks = client.get(f"/assessments/{assessment}").text
    sections = [
        part.split('"')[0] for part in tasks.split(f"/assessments/{assessment}/sections/")[1:]
    ]
    for section in sections:
        address = f"/assessments/{assessment}/sections/{section}"
        plain = len(client.get(address).data)
        packed = len(client.get(address, headers={"Accept-Encoding": "gzip"}).data)
        assert plain <= 39_000, f"{section}: {plain} bytes"
        assert packed <= 15_000, f"{section}: {packed} bytes compressed"
