"""The first page after signing in, and the menu: what is there to do, and where one is."""

from __future__ import annotations

import re

from flask import Flask

from maturity.db import Database
from maturity.offices.models import Role
from tests.offices.signing import make_user
from tests.survey.filling import client_of, office_at_work
from tests.survey.in_reply import OPERATOR, in_reply

ADMINISTRATOR, VERIFIER = "admin@contoh.example", "verif@contoh.example"


def test_who_fills_in_nothing_is_shown_what_there_is_to_do(app: Flask, database: Database) -> None:
    with database.write() as session:
        make_user(session, email=VERIFIER, role=Role.VERIFIER, office="36")
    page = client_of(app, VERIFIER).get("/start").text
    main = page[page.index("<main") :]
    assert "<h1>Beranda</h1>" in main
    assert '<a href="/verification">Verifikasi</a>' in main
    assert "aria-current" not in page[: page.index("<main")]


def test_the_menu_marks_settling_only_on_its_pages(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    with database.write() as session:
        make_user(session, email=ADMINISTRATOR, role=Role.ADMINISTRATOR, office="0")
    client = client_of(app, ADMINISTRATOR)

    def marked(path: str) -> list[str]:
        return re.findall(r'aria-current="page">([^<]+)</a></li>', client.get(path).text)

    assert marked("/start") == []
    assert marked(f"/assessments/{assessment}") == []
    assert marked("/settlement") == ["Penetapan"]
    assert marked(f"/assessments/{assessment}/settlement") == ["Penetapan"]


def test_the_task_list_says_once_that_a_reply_is_awaited(
    app: Flask, database: Database, monkeypatch
) -> None:
    monkeypatch.setattr("maturity.survey.assessments.Work.missing", lambda *_: [])
    made = in_reply(database)
    page = client_of(app, OPERATOR).get(f"/assessments/{made.assessment}").text
    main = page[page.index("<main") :]
    assert main.count(f'href="/assessments/{made.assessment}/reply"') == 1
    assert f'<a class="btn" href="/assessments/{made.assessment}/reply">' in main
    assert "Ajukan penilaian" not in main
    assert "belum berarti sudah diajukan" not in main
