"""The Berita Acara: one page that says all, whose code leads to its check page."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
import zxingcpp
from flask import Flask
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import select

from maturity.config import Settings
from maturity.db import Database
from maturity.reports.date_words import in_words, number
from maturity.survey.models import Assessment, AssessmentState
from maturity.survey.receipt_models import Receipt
from maturity.survey.statements import grouped
from tests.reports.answered import fill
from tests.reports.archive import faults_of
from tests.reports.test_pdf import elements, words
from tests.survey.filling import RESPONSIBLE, client_of, office_at_work

PUBLIC = "https://maturitas.example.go.id"


@pytest.fixture
def database_url(new_database: Callable[..., str]) -> str:
    """Paper does not depend on the database."""
    return new_database("sqlite")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """With a public address, which goes onto the paper."""
    return replace(settings, base_url=f"{PUBLIC}/")


def hand_in(app: Flask, database: Database, **round_: object) -> int:
    assessment = office_at_work(database, **round_)
    with database.write() as session:
        found = session.get_one(Assessment, assessment)
        fill(session, found)
        found.state = AssessmentState.IN_PROGRESS
    client = client_of(app, RESPONSIBLE)
    client.get(f"/assessments/{assessment}/submit")
    client.submit({"confirm": "yes"}, action=f"/assessments/{assessment}/submit")
    return assessment


@pytest.fixture
def handed_in(app: Flask, database: Database) -> int:
    """An assessment that was handed in."""
    return hand_in(app, database)


def fetched(app: Flask, assessment: int, language: str = "id") -> bytes:
    client = client_of(app, RESPONSIBLE)
    reply = client.get(f"/assessments/{assessment}/berita-acara.pdf?lang={language}")
    assert reply.mimetype == "application/pdf"
    return reply.data


def receipt_of(database: Database) -> Receipt:
    with database.read() as session:
        found = session.scalars(select(Receipt)).one()
        session.expunge(found)
        return found


def test_it_is_one_page_that_says_who_what_and_when(
    app: Flask, database: Database, handed_in: int
) -> None:
    body, receipt = fetched(app, handed_in), receipt_of(database)
    said = words(body)
    assert len(PdfReader(BytesIO(body)).pages) == 1
    for part in (
        "PENETAPAN PENILAIAN MANDIRI", "KOTA TANGERANG", "Pengukuran 2026", "ogd-kpu-2026@1.0.0",
        "Sabtu, tanggal dua puluh satu bulan November tahun dua ribu dua puluh enam",
        "Budi S., penanggung jawab", "21 November 2026, 14.00 WIB", "Rapat Pleno", "NIP",
        f"{receipt.answers} jawaban dan {receipt.evidence} bukti dukung",
        grouped(receipt.digest, 8, " "), grouped(receipt.code, 4, "-"), f"{PUBLIC}/verify",
        "Kelembagaan dan Hukum", "Halaman 1 dari 1",
    ):  # fmt: skip
        assert part.lower() in said.lower(), part
    assert "DEMO" not in said


def test_the_english_version_says_that_it_is_for_reading(app: Flask, handed_in: int) -> None:
    said = words(fetched(app, handed_in, "en"))
    assert "the paper to be signed is the Indonesian one" in said
    assert "Saturday, 21 November 2026" in said
    assert "Institutional and Legal" in said


def test_a_demo_paper_says_so(app: Flask, database: Database) -> None:
    assert "DATA CONTOH / DEMO" in words(fetched(app, hand_in(app, database, demo=True)))


def pictured(body: bytes, folder: Path, dots: int) -> Image.Image:
    path = folder / "ba.pdf"
    path.write_bytes(body)
    subprocess.run(["pdftoppm", "-r", str(dots), "-png", "-singlefile", str(path),
                    str(folder / "page")], check=True)  # fmt: skip
    return Image.open(folder / "page.png").convert("L")


@pytest.mark.parametrize("dots", [72, 150])
def test_its_qr_code_is_read_by_another_library_and_leads_to_the_check_page(
    app: Flask, database: Database, handed_in: int, tmp_path: Path, dots: int
) -> None:
    """From a picture of the page, also a coarse and crooked one."""
    picture = pictured(fetched(app, handed_in), tmp_path, dots)
    turned = picture.rotate(4, fillcolor=255, expand=True, resample=Image.Resampling.BICUBIC)
    for seen in (picture, turned):
        (code,) = zxingcpp.read_barcodes(seen)
        assert code.text == f"{PUBLIC}/verify/{receipt_of(database).code}"
    reply = app.test_client().get(code.text.removeprefix(PUBLIC))
    assert "Asli dan terkini" in reply.text


def test_without_a_public_address_the_code_leads_to_this_machine(
    app: Flask, database: Database, handed_in: int, tmp_path: Path
) -> None:
    running = app.extensions["maturity"]
    settings = replace(running.settings, base_url="")
    app.extensions["maturity"] = replace(running, settings=settings)
    (code,) = zxingcpp.read_barcodes(pictured(fetched(app, handed_in), tmp_path, 100))
    assert code.text == f"http://localhost/verify/{receipt_of(database).code}"


def test_it_is_tagged_and_its_code_has_words(app: Flask, handed_in: int) -> None:
    with pikepdf.open(BytesIO(fetched(app, handed_in))) as document:
        assert document.Root.Lang == "id"
        tags = elements(document.Root.StructTreeRoot, [])
        kinds = {str(tag.S) for tag in tags}
        assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/Figure"} <= kinds
        (figure,) = [tag for tag in tags if str(tag.S) == "/Figure"]
        assert f"{PUBLIC}/verify/" in str(figure.Alt)


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_validator_finds_no_error(
    app: Flask, handed_in: int, tmp_path: Path, language: str
) -> None:
    path = tmp_path / "ba.pdf"
    path.write_bytes(fetched(app, handed_in, language))
    assert faults_of(path.read_bytes()) == []
    command = [sys.executable, "-m", "pdfua", "check", "--min-severity", "error", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_same_receipt_gives_the_same_bytes(app: Flask, handed_in: int) -> None:
    assert fetched(app, handed_in) == fetched(app, handed_in)


def test_days_are_written_in_words() -> None:
    assert in_words(date(2026, 11, 21)) == (
        "tanggal dua puluh satu bulan November tahun dua ribu dua puluh enam"
    )
    assert in_words(date(1999, 1, 11)) == (
        "tanggal sebelas bulan Januari tahun seribu sembilan ratus sembilan puluh sembilan"
    )
    said = {0: "nol", 10: "sepuluh", 12: "dua belas", 19: "sembilan belas", 20: "dua puluh",
            31: "tiga puluh satu", 100: "seratus", 110: "seratus sepuluh", 1000: "seribu",
            2011: "dua ribu sebelas", 2117: "dua ribu seratus tujuh belas"}  # fmt: skip
    assert {value: number(value) for value in said} == said
    assert len({number(value) for value in range(10_000)}) == 10_000
