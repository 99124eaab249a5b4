"""Sections are divided among the people of an office, and nobody loses a right by it."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from maturity.db import Database
from maturity.offices.models import Person, Role
from maturity.survey.log_models import LogEntry
from maturity.survey.models import Round
from maturity.survey.section_models import SectionAssignment
from tests.builders import BANTEN
from tests.clock import Clock
from tests.offices.signing import both_databases, make_user
from tests.strict_client import fields_of
from tests.survey.filling import OPERATOR, RESPONSIBLE, client_of, office_at_work, put


@pytest.fixture
def database_kind() -> str:
    """SQLite, unless a test asks for both."""
    return "sqlite"


@pytest.fixture
def database_url(database_kind: str, new_database) -> str:  # type: ignore[no-untyped-def]
    return new_database(database_kind)


def _id(database: Database, email: str) -> int:
    with database.read() as session:
        return session.scalars(select(Person.id).where(Person.email == email)).one()


def _rows(database: Database) -> list[tuple[str, int | None]]:
    with database.read() as session:
        rows = session.scalars(select(SectionAssignment).order_by(SectionAssignment.id))
        return [(row.section, row.person_id) for row in rows]


def _shown(client, assessment: int) -> dict[str, str]:  # type: ignore[no-untyped-def]
    address = f"/assessments/{assessment}/sections"
    _, fields = fields_of(client.get(address).text, address)
    return {name[4:]: value for name, value in fields.items() if name.startswith("who:")}


@both_databases
def test_sections_are_given_to_colleagues(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    siti, budi = _id(database, OPERATOR), _id(database, RESPONSIBLE)
    client, address = client_of(app), f"/assessments/{assessment}/sections"
    assert "tidak mengurangi hak siapa pun" in client.get(address).text
    client.submit({"who:SD1": siti, "who:SD2": budi}, action=address)
    shown = _shown(client, assessment)
    assert (shown["SD1"], shown["SD2"], shown["SD3"]) == (str(siti), str(budi), "")
    client.submit({"who:SD2": ""}, action=address)
    assert _shown(client, assessment)["SD2"] == ""
    assert _rows(database) == [("SD1", siti), ("SD2", budi), ("SD2", None)]


def test_the_task_list_says_who_and_shows_the_own_ones(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    client, address = client_of(app), f"/assessments/{assessment}/sections"
    client.get(address)
    chosen = {"who:SD1": _id(database, OPERATOR), "who:SD2": _id(database, RESPONSIBLE)}
    client.submit(chosen, action=address)
    everything = client.get(f"/assessments/{assessment}").text
    assert everything.count("Bagian Anda") == 1
    assert re.search(r"0 dari \d+ terisi · Budi S\.", everything)
    assert "Regulasi dan kepatuhan hukum" in everything
    mine = client.get(f"/assessments/{assessment}?sections=mine").text
    assert "Strategi, kepemimpinan" in mine
    assert "Regulasi dan kepatuhan hukum" not in mine
    client.post("/language", data={"lang": "en", "csrf_token": client.csrf()})
    assert "Your section" in client.get(f"/assessments/{assessment}").text


def test_who_has_no_section_is_told_so(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    page = client_of(app).get(f"/assessments/{assessment}?sections=mine").text
    assert "Belum ada bagian yang ditugaskan kepada Anda" in page


def test_everybody_may_still_answer_every_section(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    client, address = client_of(app, RESPONSIBLE), f"/assessments/{assessment}/sections"
    client.get(address)
    client.submit({"who:SD1": _id(database, RESPONSIBLE)}, action=address)
    assert put(client_of(app), assessment, "V01", "l2").status_code == 200


def test_a_page_that_stood_open_undoes_nobody_elses_choice(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    siti, budi = _id(database, OPERATOR), _id(database, RESPONSIBLE)
    address = f"/assessments/{assessment}/sections"
    first, second = client_of(app), client_of(app, RESPONSIBLE)
    first.get(address)
    second.get(address)
    first.submit({"who:SD1": siti}, action=address)
    second.submit({"who:SD2": budi}, action=address)
    assert _shown(first, assessment)["SD1"] == str(siti)
    assert _shown(first, assessment)["SD2"] == str(budi)


def test_nobody_of_another_office_gets_a_section(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    with database.write() as session:
        other = make_user(session, email="lain@contoh.example", office=BANTEN).id
    client, address = client_of(app), f"/assessments/{assessment}/sections"
    for who in (other, 999_999):
        client.get(address)
        reply = client.submit({"who:SD1": who}, action=address)
        assert reply.status_code == 409
        assert "tidak (lagi) mengisi untuk kantor ini" in reply.text
    assert _rows(database) == []


def test_who_left_the_office_has_no_section_any_longer(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    client, address = client_of(app, RESPONSIBLE), f"/assessments/{assessment}/sections"
    client.get(address)
    client.submit({"who:SD1": _id(database, OPERATOR)}, action=address)
    with database.write() as session:
        session.get_one(Person, _id(database, OPERATOR)).active = False
    page = client.get(address).text
    assert "Siti Rahma" not in page
    assert _shown(client, assessment)["SD1"] == ""


def test_nothing_is_divided_once_the_round_is_over(
    app: Flask, database: Database, clock: Clock
) -> None:
    assessment = office_at_work(database)
    client, address = client_of(app), f"/assessments/{assessment}/sections"
    client.get(address)
    with database.write() as session:
        session.scalars(select(Round)).one().closes_at = clock() - timedelta(minutes=1)
    late = client.submit({"who:SD1": _id(database, OPERATOR)}, action=address)
    assert late.status_code == 409
    assert "Batas pengisian sudah lewat" in late.text
    assert "pembagian tidak dapat diubah" in client.get(address).text


@pytest.mark.parametrize("role", [Role.VERIFIER, Role.RESPONSIBLE])
def test_others_do_not_see_how_an_office_divides_its_work(
    app: Flask, database: Database, role: Role
) -> None:
    assessment = office_at_work(database)
    with database.write() as session:
        make_user(session, email="lain@contoh.example", role=role, office=BANTEN)
    client = client_of(app, "lain@contoh.example")
    assert client.get(f"/assessments/{assessment}/sections").status_code == 403


def test_assignments_are_in_the_record_and_the_timeline(app: Flask, database: Database) -> None:
    assessment, siti = office_at_work(database), _id(database, OPERATOR)
    client, address = client_of(app), f"/assessments/{assessment}/sections"
    for who in (siti, ""):
        client.get(address)
        client.submit({"who:SD1": who}, action=address)
    with database.read() as session:
        kept = session.scalars(
            select(LogEntry.data).where(LogEntry.kind == "section-assigned").order_by(LogEntry.seq)
        ).all()
    assert [json.loads(one) for one in kept] == [
        {"section": "SD1", "before": None, "after": siti, "way": "web"},
        {"section": "SD1", "before": siti, "after": None, "way": "web"},
    ]
    page = client.get(f"/assessments/{assessment}/timeline?kind=assignment").text
    for said in ("Bagian ditugaskan", "Penugasan bagian dihapus", "Strategi, kepemimpinan"):
        assert said in page
