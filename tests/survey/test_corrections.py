"""Words of a running round's instrument are corrected, for all to see; nothing else ever is."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from maturity.cli import main
from maturity.dashboards.queries import standings
from maturity.db import Database
from maturity.offices.models import Role
from maturity.survey import assessments
from maturity.survey.answers import Author
from maturity.survey.corrections import correct
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.log_models import LogEntry
from maturity.survey.models import Round
from maturity.survey.shipped import locate
from maturity.survey.stage_models import Correction
from tests.builders import MAIN, make_assessment, make_round
from tests.clock import START
from tests.offices.signing import make_user
from tests.strict_client import StrictClient, fields_of
from tests.survey.filling import answers_of, client_of, office_at_work
from tests.survey.test_workbook import apply, as_bytes, cell, downloaded, label, upload

ADMIN, PAGE = "admin@contoh.example", "/administration/rounds/2026/correction"
SOURCE = locate(MAIN).read_text(encoding="utf-8")


@pytest.fixture
def database_url(new_database: Callable[..., str]) -> str:
    """SQLite: nothing here differs between databases."""
    return new_database("sqlite")


@pytest.fixture
def admin(app: Flask, database: Database) -> StrictClient:
    with database.write() as session:
        make_user(session, email=ADMIN, role=Role.ADMINISTRATOR, office="0")
    return client_of(app, ADMIN)


def corrected() -> str:
    """The shipped file with one label of V01 changed, as an author would."""
    question = SOURCE.index("question: V01") if "question: V01" in SOURCE else SOURCE.index("V01")
    start = SOURCE.index("id: ", SOURCE.index("title:", question)) + 4
    end = SOURCE.index(",", start)
    return SOURCE[:start] + SOURCE[start:end].replace("a", "ä", 1) + SOURCE[end:]


def send(client: StrictClient, text: str):
    client.get(PAGE)
    file = (io.BytesIO(text.encode()), "koreksi.yaml")
    return client.submit({"file": file}, action=PAGE, content_type="multipart/form-data")


def test_words_are_corrected_after_the_difference_was_seen(
    app: Flask, admin: StrictClient, database: Database
) -> None:
    with database.write() as session:
        before = make_round(session).fingerprint
    shown = send(admin, corrected())
    assert shown.status_code == 200
    assert "1 teks akan berubah" in shown.text
    with database.read() as session:
        assert session.scalars(select(Correction)).all() == []
    filled = filled_in(shown.text)
    assert admin.post(PAGE, data={**filled, "do": "apply"}).status_code == 422, "no reason"
    done = admin.post(PAGE, data={**filled, "words": "Salah ketik.", "do": "apply"})
    assert done.status_code == 303
    public = app.test_client().get("/rounds/2026/corrections").text
    assert "Salah ketik." in public
    assert "ä" in public
    assert "(V01) – judul, bahasa Indonesia</b>" in public
    reader = client_of(app, ADMIN)
    reader.get("/rounds/2026/corrections")
    reader.post("/language", data={"lang": "en", "csrf_token": reader.csrf()})
    english = reader.get("/rounds/2026/corrections").text
    assert "Open data action plan (V01) – title, Indonesian</b>" in english
    assert ".title.id</span>" in english, "the path in the file, below"
    with database.read() as session:
        round_ = session.scalars(select(Round)).one()
        note = session.scalars(select(LogEntry)).one()
        assert json.loads(note.data)["before"] == before
        assert json.loads(note.data)["after"] == round_.fingerprint != before


def filled_in(page: str) -> dict[str, str]:
    """The first form of the page: the one that applies what is shown."""
    start = page.index('<form class="stack prose"')
    form = page[start : page.index("</form>", start) + 7]
    return fields_of(f"<main>{form}</main>", PAGE)[1]


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("version: ", "version: 9", "version"),
        ("evidence_from: 3", "evidence_from: 2", "evidence_from"),
        ("format: 1", "format: 1\nnonsense: 2", "nonsense"),
    ],
)
def test_anything_but_words_is_refused_with_its_place(
    admin: StrictClient, database: Database, old: str, new: str, named: str
) -> None:
    assert old in SOURCE
    with database.write() as session:
        before = make_round(session).fingerprint
    page = send(admin, SOURCE.replace(old, new, 1))
    assert page.status_code == 422
    assert named in page.text
    with database.read() as session:
        assert session.scalars(select(Round.fingerprint)).one() == before


def test_the_command_shows_first_and_needs_a_reason(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    database: Database,
    database_url: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MATURITY_DATABASE_URL", database_url)
    monkeypatch.setenv("MATURITY_DATA", str(tmp_path))
    file = tmp_path / "koreksi.yaml"
    file.write_text(corrected(), encoding="utf-8")
    with database.write() as session:
        before = make_round(session).fingerprint
    assert main(["round", "correct", "2026", str(file)]) == 0
    assert "Tidak ada yang diubah" in capsys.readouterr().out
    assert main(["round", "correct", "2026", str(file), "--reason", "Salah ketik."]) == 0
    assert main(["round", "show", "2026", "--lang", "en"]) == 0
    assert before not in capsys.readouterr().out
    file.write_text(SOURCE.replace("evidence_from: 3", "evidence_from: 2", 1), encoding="utf-8")
    assert main(["round", "correct", "2026", str(file), "--reason", "x"]) == 1
    assert "evidence_from" in capsys.readouterr().err


def test_a_workbook_from_before_the_correction_is_still_taken(
    app: Flask, database: Database
) -> None:
    assessment = office_at_work(database)
    operator = client_of(app)
    book = downloaded(operator, assessment)
    cell(book, "V01").value = label("V01", "l2")
    changed = SOURCE
    for words in label("V01", "l2").removeprefix("Level 2: "), book.sheetnames[2]:
        assert words in changed
        changed = changed.replace(words, words + " (baru)")
    with database.write() as session:
        round_ = session.scalars(select(Round)).one()
        done = correct(session, round_, changed, words="Salah ketik.", author=Author(None, START))
        assert done.texts
        again = changed.replace("(baru)", "(lagi)")
        later = Author(None, START + timedelta(hours=1))
        correct(session, round_, again, words="Salah lagi.", author=later)
    assert upload(operator, assessment, as_bytes(book)).status_code == 200
    apply(operator, assessment)
    assert answers_of(database, assessment)["V01"].value == "l2"


def test_results_compare_across_a_correction(database: Database) -> None:
    author = Author(None, START)
    with database.write() as session:
        rounds = [make_round(session, slug=slug) for slug in ("2025", "2026")]
        for round_ in rounds:
            one = make_assessment(session, round_=round_, state=AssessmentState.SUBMITTED)
            opened = assessments.work(session, one)
            card = assessments.provisional(opened)
            assessments.freeze(session, one, opened.instrument, card, author=author)
            if round_ is rounds[0]:
                correct(session, rounds[1], corrected(), words="Salah ketik.", author=author)
    with database.read() as session:
        earlier, later = session.scalars(select(Round).order_by(Round.slug))
        assert earlier.fingerprint != later.fingerprint
        office = next(one for one in standings(session, later, earlier) if one.result)
        assert office.comparable
