"""All tables of a round as one workbook: what stands in the database, typed, in both languages."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from maturity.cli import main
from maturity.config import Settings
from maturity.db import Database
from maturity.offices.models import Role
from maturity.survey import assessments, frozen
from maturity.survey.answers import Author
from maturity.survey.models import Assessment, Round
from maturity.survey.targets import set_targets
from tests.builders import LEBAK, TANGERANG, make_assessment
from tests.clock import START
from tests.dashboards.country import hold_round
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
            code: frozen.card_of(next(iter(found.values())))
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
    assert 'filename="2026-self-id.xlsx"' in reply.headers["Content-Disposition"]
    book = book_of(reply.data)
    assert list(book) == ["Tentang", "Kantor", "Bagian", "Pertanyaan", "Level", "Level bagian",
                          "Sebaran", "Provinsi", "Status", "Perubahan", "Selisih klaim",
                          "Selisih provinsi", "Variabel lemah", "Tren", "Rerata wilayah",
                          "Target"]  # fmt: skip
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
        node = card.node(title.split()[0])
        if title.endswith("(%)"):
            expected = None if node.percent is None else pytest.approx(node.percent, abs=0.006)
            assert value == expected, title
        else:
            assert (title.split()[1], value) == ("Level", node.level)
    for title, value in list(records(book["Bagian"])[LEBAK].items())[2:]:
        assert isinstance(value, int | float), title
    assert len(book["Provinsi"]) == 39


def test_it_says_what_it_is_about(viewer: StrictClient, database: Database) -> None:
    about = dict(map(tuple, book_of(viewer.get(PATH).data)["Tentang"]))
    with database.read() as session:
        fingerprint = session.query(Round).one().fingerprint
    assert about["Sidik instrumen"] == fingerprint
    assert about["Tahap"] == "Nilai mandiri"
    assert about["Sudah mengajukan"] == about["Dengan hasil pada tahap ini"] == 3
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


STAGED = "/rounds/2025/tables.xlsx"
FILES = {"Perubahan": "changes", "Selisih klaim": "gaps", "Selisih provinsi": "shrunk",
         "Variabel lemah": "weak", "Tren": "trend", "Rerata wilayah": "rollup",
         "Sebaran": "spread", "Target": "targets"}  # fmt: skip


@pytest.fixture
def staged(database: Database) -> None:
    """Two rounds with results of every stage."""
    with database.write() as session:
        hold_round(session, "2024", states=("published",), seed=5, days=-600)
        hold_round(session, "2025", states=("published", "reply-open", "submitted"), days=-300)
        round_ = session.scalars(select(Round).where(Round.slug == "2025")).one()
        author = Author(None, START, "web")
        set_targets(session, round_, {("", ""): 2.75, ("SD1", "city"): 3.25}, author=author)


@pytest.mark.usefixtures("staged")
@pytest.mark.parametrize("stage", ["verified", "settled"])
def test_every_sheet_is_of_the_stage_and_says_what_the_files_say(
    viewer: StrictClient, stage: str
) -> None:
    book = book_of(viewer.get(f"{STAGED}?stage={stage}").data)
    assert dict(map(tuple, book["Tentang"]))["Tahap"] == {
        "verified": "Nilai verifikasi", "settled": "Penetapan",
    }[stage]  # fmt: skip
    for sheet, name in FILES.items():
        text = page_text(viewer.get(f"/rounds/2025/{name}.csv?stage={stage}"))
        lines = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))[1:]
        assert len(book[sheet]) == len(lines) + 1 > 1, sheet
        for row, line in zip(book[sheet][1:], lines, strict=True):
            assert numbers_in(row) == pytest.approx(numbers_in(line), abs=1e-6), sheet
    offices = records(book["Kantor"])
    with_result = {code for code, row in offices.items() if row["Indeks"] is not None}
    assert set(records(book["Pertanyaan"])) == set(records(book["Bagian"])) == with_result
    assert 0 < len(with_result) < len(offices)


def numbers_in(cells: list[Any]) -> list[float]:
    """The fractions among some cells, typed or written; ids and counts may stand elsewhere."""
    found = [str(cell) for cell in cells]
    return [float(one) for one in found if re.fullmatch(r"-?\d+\.\d*[1-9]", one)]


def test_the_command_writes_all(
    database: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MATURITY_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("MATURITY_DATA", str(settings.data))
    out = tmp_path / "tables.xlsx"
    assert main(["round", "tables", "2026", "--out", str(out), "--lang", "en"]) == 0
    assert set(records(book_of(out.read_bytes())["Questions"])) == {TANGERANG, LEBAK, NATIONAL}
    assert main(["round", "tables", "2026", "--stage", "settled", "--out", str(out)]) == 0
    book = book_of(out.read_bytes())
    assert dict(map(tuple, book["Tentang"]))["Tahap"] == "Penetapan"
    assert len(book["Pertanyaan"]) == 1
    assert main(["round", "tables", "2031", "--out", str(out)]) == 1
    with database.read() as session:
        assert session.query(Assessment).count() == 4
