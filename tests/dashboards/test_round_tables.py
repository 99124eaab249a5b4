"""All tables of a round as one workbook: what stands in the database, typed, in both languages."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from maturity.cli import main
from maturity.config import Settings
from maturity.db import Database
from maturity.offices.models import Role
from maturity.survey import assessments
from maturity.survey.models import Assessment, Round
from tests.builders import LEBAK, TANGERANG, make_assessment
from tests.clock import START
from tests.strict_client import StrictClient, page_text
from tests.survey.filling import token
from tests.worker.handed_in import handed_in, small_round

PATH = "/rounds/2026/tables.xlsx"
NATIONAL = "0"


@pytest.fixture(autouse=True)
def cards(database: Database) -> dict[str, Any]:
    """Two offices have handed in, and KPU RI too; one has not. Their scorecards."""
    with database.write() as session:
        round_ = small_round(session)
        made = handed_in(session, round_, (TANGERANG, LEBAK, NATIONAL))
        made[0].office.short_name = '=HYPERLINK("http://contoh.example")'
        make_assessment(session, round_=round_, office="36.04")
        session.flush()
        results = {one.office_code: assessments.valid_results(session, one) for one in made}
        return {
            code: assessments.card_of(next(iter(found.values())))
            for code, found in results.items()
        }  # fmt: skip


def book_of(body: bytes) -> dict[str, list[list[Any]]]:
    book = openpyxl.load_workbook(io.BytesIO(body))
    for sheet in book:
        assert sheet.freeze_panes is not None
        assert all(cell.data_type in ("s", "n", "b", "d") for row in sheet for cell in row)
    return {sheet.title: [[c.value for c in row] for row in sheet.rows] for sheet in book}


def records(table: list[list[Any]]) -> dict[str, dict[str, Any]]:
    return {row[0]: dict(zip(table[0], row, strict=True)) for row in table[1:]}


def test_it_says_what_the_database_says(viewer: StrictClient, cards: dict[str, Any]) -> None:
    assert PATH in page_text(viewer.get("/rounds/2026"))
    reply = viewer.get(PATH)
    assert 'filename="2026-id.xlsx"' in reply.headers["Content-Disposition"]
    book = book_of(reply.data)
    assert list(book) == ["Tentang", "Kantor", "Bagian", "Pertanyaan", "Level", "Sebaran",
                          "Provinsi", "Status"]  # fmt: skip
    offices = records(book["Kantor"])
    assert set(offices) == {TANGERANG, LEBAK, NATIONAL, "36.04"}
    card = cards[TANGERANG]
    one = offices[TANGERANG]
    assert one["Indeks"] == pytest.approx(card.root.index)
    assert (one["Level"], one["Level terjaga"]) == (card.root.level, card.root.gated_level)
    assert one["Kantor"].startswith("=HYPERLINK"), "words, not a formula"
    assert isinstance(one["Diajukan (WIB)"], datetime)
    assert offices["36.04"]["Indeks"] is None
    asked = records(book["Pertanyaan"])
    assert set(asked) == {TANGERANG, LEBAK, NATIONAL}
    for title, value in list(asked[TANGERANG].items())[2:]:
        expected = card.node(title.split()[0]).index
        assert value == (None if expected is None else pytest.approx(expected)), title
    for title, value in list(records(book["Bagian"])[LEBAK].items())[2:]:
        assert isinstance(value, int | float), title
    assert len(book["Provinsi"]) == 39


def test_it_says_what_it_is_about(viewer: StrictClient, database: Database) -> None:
    about = dict(map(tuple, book_of(viewer.get(PATH).data)["Tentang"]))
    with database.read() as session:
        fingerprint = session.query(Round).one().fingerprint
    assert about["Sidik instrumen"] == fingerprint
    assert about["Tahap"] == "Nilai mandiri"
    assert about["Sudah mengajukan"] == 3
    assert about["Waktu pembuatan (WIB)"].utcoffset() is None
    assert about["Waktu pembuatan (WIB)"].day == START.day


def test_the_same_moment_gives_the_same_bytes_and_english_its_words(viewer: StrictClient) -> None:
    assert viewer.get(PATH).data == viewer.get(PATH).data
    viewer.post("/language", data={"lang": "en", "next": "/", "csrf_token": token(viewer)})
    book = book_of(viewer.get(PATH).data)
    assert list(book)[:4] == ["About", "Offices", "Parts", "Questions"]
    assert records(book["Offices"])["36.04"]["State"] == "Not started"


def test_answers_are_of_the_offices_that_the_reader_may_see(as_role: Any) -> None:
    verifier = as_role(Role.VERIFIER)
    asked = records(book_of(verifier.get(PATH).data)["Pertanyaan"])
    assert set(asked) == {TANGERANG, LEBAK}, "a verifier does not see the own office's"
    assert as_role(Role.OPERATOR, TANGERANG).get(PATH).status_code == 403
    assert verifier.get("/rounds/2031/tables.xlsx").status_code == 404


def test_the_command_writes_all(
    database: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MATURITY_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("MATURITY_DATA", str(settings.data))
    out = tmp_path / "tables.xlsx"
    assert main(["round", "tables", "2026", "--out", str(out), "--lang", "en"]) == 0
    assert set(records(book_of(out.read_bytes())["Questions"])) == {TANGERANG, LEBAK, NATIONAL}
    assert main(["round", "tables", "2031", "--out", str(out)]) == 1
    with database.read() as session:
        assert session.query(Assessment).count() == 4
