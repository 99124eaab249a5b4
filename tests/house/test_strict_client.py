"""The strict client finds each fault that it is there to find."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.engine import make_url

from maturity.db import Database
from maturity.offices.guard import public
from maturity.offices.models import Office, Person, Role
from maturity.survey.models import Round
from maturity.web import reading
from tests.builders import LEBAK, add_offices, make_assessment, make_person, make_round
from tests.strict_client import StrictClient, faults_of, fields_of

GOOD = """<!doctype html><html lang="id"><head><title>Galat: Satu – Situs</title></head><body>
<main><h1>Satu</h1><form method="post" action="/kirim">
<input type="hidden" name="csrf_token" value="t"><textarea name="teks">
isi</textarea><label for="a">A</label><input id="a" type="checkbox" name="a" value="1">
<select name="s"><option value="x">X</option><option value="y" selected>Y</option></select>
<button name="lain">Kirim</button></form><img src="/a.png" alt=""></main></body></html>"""

FAULTS = [
    ("<!doctype html>", "", "HTML5 expected-doctype"),
    ("</form>", "", "HTML5"),
    (' lang="id"', "", "no lang"),
    ("<h1>Satu</h1>", "", "0 h1"),
    ("<h1>Satu</h1>", "<h1>Satu</h1><h1>Satu</h1>", "2 h1"),
    ("<h1>Satu</h1>", "<h1>Dua</h1>", "does not begin"),
    ("<title>Galat: Satu – Situs</title>", "<title></title>", "no title"),
    ("<img ", '<img id="a" ', "2 times"),
    ('for="a"', 'for="b"', "points at no element"),
    ("<img ", '<a href="#x">x</a><img ', "points at no element"),
    (' action="/kirim"', "", "no action"),
    ('name="csrf_token"', 'name="token"', "no csrf token"),
    ("<img ", "<script>1</script><img ", "no nonce"),
    ("<img ", '<p style="color: red">x</p><img ', "inline 'style'"),
    ("<img ", '<p onclick="x()">x</p><img ', "inline 'onclick'"),
    ("</head>", "<style>p {}</style></head>", "inline <style>"),
    ("<img ", '<a href="javascript:x()">x</a><img ', "runs a script"),
    ('src="/a.png"', 'src="https://contoh.example/a.png"', "another host"),
    ('src="/a.png"', 'src="//contoh.example/a.png"', "another host"),
    ("<img ", '<svg><use xlink:href="//contoh.example/a#b"/></svg><img ', "another host"),
    (' alt=""', "", "no alt"),
]


def test_good_page_has_no_fault() -> None:
    assert faults_of(GOOD) == []


def test_links_to_other_hosts_are_allowed() -> None:
    assert faults_of(GOOD.replace("<img ", '<a href="https://kpu.example">x</a><img ')) == []


@pytest.mark.parametrize(("old", "new", "expected"), FAULTS)
def test_fault_is_found(old: str, new: str, expected: str) -> None:
    assert old in GOOD
    found = faults_of(GOOD.replace(old, new, 1))
    assert any(expected in fault for fault in found), found


def test_fields_are_read_as_a_browser_fills_them() -> None:
    assert fields_of(GOOD) == ("/kirim", {"csrf_token": "t", "teks": "isi", "s": "y"})
    assert fields_of(GOOD, "/kirim")[0] == "/kirim"


def test_page_of_the_application_is_checked(app: Flask, client: StrictClient) -> None:
    app.add_url_rule("/rusak", view_func=public(lambda: "<h1>Satu</h1>"))
    with pytest.raises(AssertionError, match="GET /rusak"):
        client.get("/rusak")


def test_session_left_open_is_found(app: Flask, client: StrictClient) -> None:
    left = []

    def leave() -> dict[str, str]:
        left.append(app.extensions["maturity"].database.engine.connect())
        return {}

    app.add_url_rule("/buka", view_func=public(leave))
    with pytest.raises(AssertionError, match="left a session open"):
        client.get("/buka")
    left[0].close()


def test_change_in_a_reading_session_is_found(
    app: Flask, client: StrictClient, database: Database
) -> None:
    with database.write() as session:
        make_person(session)

    def change() -> dict[str, str]:
        person = reading().scalars(select(Person)).one()
        person.name = "Lain"
        return {}

    app.add_url_rule("/ubah", view_func=public(change))
    with pytest.raises(AssertionError, match="changed objects"):
        client.get("/ubah")


def test_health_is_answered_on_both_databases(client: StrictClient) -> None:
    assert client.get("/health").json == {"status": "ok"}


def test_each_test_begins_with_an_empty_database(database: Database) -> None:
    with database.read() as session:
        assert session.scalars(select(Round)).all() == []
    with database.write() as session:
        make_assessment(session, round_=make_round(session, slug="satu"))
        make_assessment(session, round_=make_round(session, slug="dua"), office=LEBAK)
        make_person(session, office="0", role=Role.ADMINISTRATOR)
    with database.read() as session:
        assert len(session.scalars(select(Office)).all()) == 4
    assert make_url(database.url).get_backend_name() in ("sqlite", "postgresql")


def test_all_offices_can_be_loaded(database: Database) -> None:
    with database.write() as session:
        add_offices(session)
    with database.read() as session:
        assert len(session.scalars(select(Office)).all()) == 553
