"""Requests that no page of ours makes: refused in words, never an error of the server."""

from __future__ import annotations

import json
import unicodedata
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import select

from maturity.db import Database
from maturity.offices.models import Role
from maturity.survey.loader import load_text
from maturity.survey.models import Evidence
from maturity.survey.pages import answer_words
from tests.offices.signing import make_user
from tests.strict_client import StrictClient, page_text
from tests.survey.filling import OPERATOR, answers_of, client_of, office_at_work, put, token
from tests.survey.written import TINY

SECTION = "/assessments/{}/sections/SD1"


def _controls(text: str) -> set[str]:
    return {c for c in text if unicodedata.category(c) == "Cc" and c not in "\n\t"}


# --- addresses -------------------------------------------------------------------------


def test_a_number_too_great_for_the_database_is_no_page(app: Flask, database: Database) -> None:
    office_at_work(database)
    client = client_of(app)
    for number in (2**31, 2**63, 10**30):
        for page in ("", "/check", "/sections/SD1", "/result", "/report.pdf"):
            assert client.get(f"/assessments/{number}{page}").status_code == 404


def test_a_code_that_no_database_takes_is_no_page(app: Flask, database: Database) -> None:
    with database.write() as session:
        make_user(session, email=OPERATOR, role=Role.ADMINISTRATOR, office="0")
    client = client_of(app)
    for path in ("/rounds/%00", "/rounds/2026/offices/%00", "/offices/%00/people", "/people?q=%00"):
        assert client.get(path).status_code == (200 if "?" in path else 404)


def test_no_file_has_such_a_name(client: StrictClient) -> None:
    for name in ("%00", "a%00.css", "a" * 5000, "css", "..%2f..%2fpyproject.toml"):
        assert client.get(f"/static/{name}").status_code == 404


def test_control_characters_of_an_address_stay_out_of_its_page(client: StrictClient) -> None:
    for path in ("/%00", "/%1b%07", "/invite/%00", "/about?%00"):
        assert not _controls(page_text(client.get(path)))


# --- ways back -------------------------------------------------------------------------


def test_switching_the_language_leads_to_own_pages_only(client: StrictClient) -> None:
    for target in (
        "//evil.example", "/\\evil.example", "https://evil.example", "/\r/evil.example",
        "/\n/evil.example", "/\t/evil.example", "\t//evil.example", "evil.example", "/\x00/x",
    ):  # fmt: skip
        sent = {"lang": "en", "next": target, "csrf_token": client.csrf()}
        assert client.post("/language", data=sent).location == "/"
    sent = {"lang": "en", "next": "/about?a=b c", "csrf_token": client.csrf()}
    assert client.post("/language", data=sent).location == "/about?a=b%20c"


def test_a_strange_referrer_does_no_harm(client: StrictClient, database: Database) -> None:
    assessment = office_at_work(database)
    for referrer in ("http://[a/x", "http://localhost//evil.example/x", "\x01"):
        reply = client.post(f"/assessments/{assessment}/submit", headers={"Referer": referrer})
        assert reply.status_code == 303
        assert urlsplit(reply.location).path == "/sign-in"


# --- what is shown ---------------------------------------------------------------------


def test_a_number_that_is_none_is_shown_as_it_was_typed() -> None:
    instrument = load_text(TINY)
    number = instrument.item("Q3")
    for draft in ("1..2", "1.2.3", ".", "1.", "፩", "²", "١٢", "1e9", "9" * 400):
        assert answer_words(instrument, number, draft, language="id") == draft
    for typed, shown in (("12.50", "12,50"), ("1234", "1.234"), (f"9.{'9' * 27}", "10,000000000")):
        assert answer_words(instrument, number, typed, language="id") == shown


# --- what scripts and forms send ---------------------------------------------------------


def test_a_version_that_is_none_is_refused_as_stale(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    assert put(client, assessment, "V01", "l1").status_code == 200
    for seen in ("²", "१", "-1", 10**30, None, [], {"a": 1}, "9" * 30):
        assert put(client, assessment, "V01", "l2", seen=seen).status_code == 409
    assert answers_of(database, assessment)["V01"].value == "l1"


def test_what_no_database_keeps_is_left_out_of_a_draft(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    for version, typed in enumerate(("a\ud800", "\udc80b", "a\x00b", "\x1b[31mmerah")):
        reply = put(client, assessment, "V01", typed, note=typed, seen=version)
        assert reply.status_code == 200
        assert reply.json["fault"]
        stored = answers_of(database, assessment)["V01"]
        kept = "".join(c for c in typed if unicodedata.category(c) not in ("Cc", "Cs"))
        assert (stored.draft, stored.note) == (kept, kept)
    assert put(client, assessment, "V01", "c\x00d\ud800", seen=1).status_code == 409


def test_evidence_that_is_not_there_is_not_dropped(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    for said in ("²", "१", "-1", "9" * 30, str(2**31), str(2**63)):
        sent = {"drop:V01": said, "csrf_token": token(client)}
        assert client.post(SECTION.format(assessment), data=sent).status_code == 303


def test_evidence_that_is_not_there_is_not_replaced(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    for replaces in (10**30, 2**31, 2**63, -1, True, "²", 1.5, {}, None):
        reply = client.put(
            f"/assessments/{assessment}/evidence/V01",
            json={"url": "https://kpu.go.id/a", "replaces": replaces},
            headers={"X-CSRFToken": token(client)},
        )
        assert reply.status_code == 200
    with database.read() as session:
        assert session.scalars(select(Evidence)).one().removed_at is None


def test_json_that_is_none_is_said_to_be_none(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    nested = b"[" * 100_000
    for body in (nested, b'{"value":' * 100_000, b'{"value":' + b"9" * 100_000 + b"}", b"\xff"):
        reply = client.put(
            f"/assessments/{assessment}/answers/V01",
            data=body,
            content_type="application/json",
            headers={"X-CSRFToken": token(client), "Accept": "application/json"},
        )
        assert reply.status_code == 400
        assert "JSON" in json.loads(reply.data)["error"]
