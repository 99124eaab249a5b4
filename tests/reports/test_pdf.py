"""The report on paper: what a reader, a screen reader and an archive need of it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pikepdf
import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select
from weasyprint.urls import URLFetchingError

from maturity.cli import main
from maturity.db import Database
from maturity.reports import pdf as printer
from maturity.survey.models import StoredScorecard
from tests.reports.archive import faults_of
from tests.survey.filling import RESPONSIBLE, client_of, fill_by_forms, office_at_work, put, token

NOTE = 'Lihat <img src="file:///etc/passwd"> dan <b>SK 12</b> & =HYPERLINK("http://x.example")'


@pytest.fixture
def database_url(new_database: Callable[..., str]) -> str:
    """Paper does not depend on the database; the result pages' tests know both."""
    return new_database("sqlite")


@pytest.fixture
def handed_in(app: Flask, database: Database) -> int:
    """An assessment that was filled in and submitted."""
    assessment = office_at_work(database)
    client = client_of(app, RESPONSIBLE)
    fill_by_forms(client, assessment)
    put(client, assessment, "V01", "l3", note=NOTE, seen=1)
    data = {"url": "https://jdih.kpu.go.id/banten/sk-12", "note": "SK 12"}
    headers = {"X-CSRFToken": token(client)}
    client.put(f"/assessments/{assessment}/evidence/V01", json=data, headers=headers)
    data = {"confirm": "yes", "csrf_token": token(client)}
    assert client.post(f"/assessments/{assessment}/submit", data=data).status_code == 303
    return assessment


def fetched(app: Flask, assessment: int) -> bytes:
    reply = client_of(app, RESPONSIBLE).get(f"/assessments/{assessment}/report.pdf")
    assert reply.mimetype == "application/pdf"
    return reply.data


def words(body: bytes) -> str:
    pages = PdfReader(BytesIO(body)).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


def elements(node: pikepdf.Object, found: list[pikepdf.Object]) -> list[pikepdf.Object]:
    """All structure elements of a tagged document, in reading order."""
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            found.append(kid)
            elements(kid, found)
    return found


def test_it_says_who_what_and_by_which_instrument(
    app: Flask, database: Database, handed_in: int
) -> None:
    text = words(fetched(app, handed_in))
    with database.read() as session:
        stored = session.scalars(select(StoredScorecard)).one()
        fingerprint, digest = stored.fingerprint, stored.digest
    assert "KPU Kota Tangerang" in text
    assert "disusun mengikuti struktur OD-MM" in text
    for printed in (fingerprint, digest):
        assert printed in text.replace(" ", "")
    assert "Halaman 1 dari " in text
    assert "14.00 WIB" in text


def test_it_is_tagged_titled_and_speaks_its_language(app: Flask, handed_in: int) -> None:
    with pikepdf.open(BytesIO(fetched(app, handed_in))) as document:
        root = document.Root
        assert root.Lang == "id"
        assert bool(root.MarkInfo.Marked)
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        assert str(document.docinfo["/Title"]).startswith("Laporan maturitas data terbuka")
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
        tags = elements(root.StructTreeRoot, [])
        kinds = [str(tag.S) for tag in tags]
        headings = [int(kind[2:]) for kind in kinds if kind[:2] == "/H" and kind[2:].isdigit()]
        assert headings[0] == 1
        steps = pairwise(headings)
        assert all(later <= before + 1 for before, later in steps)
        assert {"/Table", "/TH", "/TD", "/L", "/LI", "/Figure", "/Link"} <= set(kinds)
        figures = [tag for tag in tags if str(tag.S) == "/Figure"]
        assert all(str(figure.get("/Alt", "")).strip() for figure in figures)


def test_a_validator_finds_no_error(app: Flask, handed_in: int, tmp_path: Path) -> None:
    """The machine-checkable part of PDF/UA-1, by an independent validator."""
    path = tmp_path / "laporan.pdf"
    path.write_bytes(fetched(app, handed_in))
    assert faults_of(path.read_bytes()) == []
    client = client_of(app, RESPONSIBLE)
    client.post("/language", data={"lang": "en", "csrf_token": token(client)})
    english = client.get(f"/assessments/{handed_in}/report.pdf").data
    assert "Open-data maturity report" in words(english)
    assert faults_of(english) == []
    command = [sys.executable, "-m", "pdfua", "check", "--min-severity", "error", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_fonts_are_ours_and_all_in_it(app: Flask, handed_in: int) -> None:
    with pikepdf.open(BytesIO(fetched(app, handed_in))) as document:
        names = set()
        for page in document.pages:
            for font in page.resources.get("/Font", {}).values():
                below = font.DescendantFonts[0]
                names.add(str(below.BaseFont).split("+")[-1])
                assert any(key in below.FontDescriptor for key in ("/FontFile2", "/FontFile3"))
    assert names
    assert all(name.startswith(("Inter", "Plus-Jakarta")) for name in names), names


def test_the_same_result_gives_the_same_bytes(app: Flask, handed_in: int) -> None:
    assert fetched(app, handed_in) == fetched(app, handed_in)


def test_what_people_typed_is_printed_as_they_typed_it(app: Flask, handed_in: int) -> None:
    text = words(fetched(app, handed_in))
    assert '<img src="file:///etc/passwd">' in text
    assert "<b>SK 12</b>" in text
    assert "root:" not in text


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:9/x.css", "https://example.org/x.css", "file:///etc/passwd",
     "../maturity/config.py", "css/../../maturity/config.py", "//example.org/x.css",
     "file://example.org/etc/passwd", "data:text/css,p{color:red}"],
)  # fmt: skip
def test_the_renderer_reaches_nothing_but_our_own_folder(address: str) -> None:
    fetcher = printer._OwnFilesOnly()
    root = printer.folder("static").as_uri() + "/"
    from urllib.parse import urljoin

    with pytest.raises((ValueError, OSError, URLFetchingError)):
        fetcher.fetch(urljoin(root, address))


def test_before_submission_every_page_says_that_it_is_provisional(
    app: Flask, database: Database
) -> None:
    assessment = office_at_work(database)
    put(client_of(app, RESPONSIBLE), assessment, "V01", "l3")
    body = fetched(app, assessment)
    pages = [page.extract_text() for page in PdfReader(BytesIO(body)).pages]
    assert all("SEMENTARA" in page for page in pages)


def test_a_demo_round_is_marked_on_every_page(app: Flask, database: Database) -> None:
    assessment = office_at_work(database, demo=True)
    put(client_of(app, RESPONSIBLE), assessment, "V01", "l3")
    body = fetched(app, assessment)
    pages = [page.extract_text() for page in PdfReader(BytesIO(body)).pages]
    assert all("DATA CONTOH / DEMO" in page for page in pages)


def test_the_command_writes_the_same_report(
    app: Flask,
    handed_in: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    database_url: str,
) -> None:
    monkeypatch.setenv("MATURITY_DATABASE_URL", database_url)
    monkeypatch.setenv("MATURITY_DATA", str(tmp_path / "data"))
    out = tmp_path / "laporan.pdf"
    arguments = ["report", "--round", "2026", "--office", "36.71", "--out", str(out)]
    assert main(arguments) == 0
    assert out.read_bytes() == fetched(app, handed_in)
    assert main([*arguments[:4], "99.99", *arguments[5:]]) == 1


def test_the_pages_can_be_turned_into_pictures(app: Flask, handed_in: int, tmp_path: Path) -> None:
    path = tmp_path / "laporan.pdf"
    path.write_bytes(fetched(app, handed_in))
    done = subprocess.run(
        ["pdftoppm", "-r", "40", "-png", str(path), str(tmp_path / "page")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr == ""
    assert len(list(tmp_path.glob("page*.png"))) >= 6
