"""The report as a text that can be edited: whole, readable for all, in a template of one's own."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from docx.document import Document as DocxDocument
from docx.oxml.ns import qn
from flask import Flask
from sqlalchemy import select

from maturity.cli import main
from maturity.config import Settings
from maturity.db import Database
from maturity.offices.models import Role
from maturity.reports.docx_template import _NOT_XML
from maturity.resources import folder
from maturity.survey.models import Answer
from tests.builders import make_assessment, make_round
from tests.conftest import ROOT
from tests.offices.signing import make_user
from tests.reports.answered import fill, submit
from tests.strict_client import StrictClient, page_text
from tests.survey.filling import client_of, token

EMAIL = "pj@contoh.example"
STRANGE = 'Kata {{ 7*7 }} {%p if x %} <b>& "SK"\nbaris kedua'


@pytest.fixture
def database_url(new_database: Callable[..., str]) -> str:
    """A file does not depend on the database; the result pages' tests know both."""
    return new_database("sqlite")


@pytest.fixture
def assessment(database: Database) -> int:
    """A handed-in assessment with words that no template engine should take for its own."""
    with database.write() as session:
        person = make_user(session, email=EMAIL, role=Role.RESPONSIBLE, name="Budi Santoso")
        made = make_assessment(session, round_=make_round(session))
        fill(session, made)
        session.flush()
        answers = select(Answer).where(Answer.assessment_id == made.id, Answer.key == "V01")
        session.scalars(answers).one().note = STRANGE
        submit(session, made, person.id)
        return made.id


@pytest.fixture
def reader(app: Flask, assessment: int) -> StrictClient:
    return client_of(app, EMAIL)


def fetched(reader: StrictClient, assessment: int) -> bytes:
    reply = reader.get(f"/assessments/{assessment}/report.docx")
    assert reply.mimetype.endswith("wordprocessingml.document")
    assert "attachment" in reply.headers["Content-Disposition"]
    return reply.data


def words(document: DocxDocument) -> str:
    return "\n".join(
        "".join(
            "\n" if one.tag == qn("w:br") else one.text or ""
            for one in paragraph.iter(qn("w:t"), qn("w:br"))
        )
        for paragraph in document.element.body.iter(qn("w:p"))
    )


def test_it_holds_the_report_with_headings_heads_and_alternative_texts(
    reader: StrictClient, assessment: int
) -> None:
    page = page_text(reader.get(f"/assessments/{assessment}/result"))
    assert f'href="/assessments/{assessment}/report.docx"' in page
    body = fetched(reader, assessment)
    assert body == fetched(reader, assessment), "same input, same bytes"
    document = Document(BytesIO(body))
    text = words(document)
    assert "KPU Kota Tangerang" in text
    assert "{%" not in text.replace(STRANGE, "")
    assert STRANGE in text
    styles = [p.style.name for p in document.paragraphs if p.style and p.text]
    assert styles.count("Heading 1") >= 6
    assert styles.count("Heading 3") >= 33, "each variable has its own"
    assert document.core_properties.title.startswith("Laporan maturitas data terbuka – KPU Kota")
    assert document.core_properties.language == "id-ID"
    for table in document.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert table._tbl.tblPr.find(qn("w:tblDescription")) is not None
    pictures = list(document.element.body.iter(qn("wp:docPr")))
    assert len(pictures) >= 2
    assert all(one.get("descr") for one in pictures)
    assert len({one.get("id") for one in pictures}) == len(pictures)


def test_in_english(reader: StrictClient, assessment: int) -> None:
    reader.post("/language", data={"lang": "en", "next": "/", "csrf_token": token(reader)})
    document = Document(BytesIO(fetched(reader, assessment)))
    text = words(document)
    assert "Annex B. Answers, evidence and steps" in text
    assert "Lampiran" not in text
    assert document.core_properties.language == "en-GB"


def own_template(settings: Settings, *paragraphs: tuple[str, ...]) -> None:
    """A template whose paragraphs are divided into runs as Word likes to."""
    document = Document()
    for runs in paragraphs:
        paragraph = document.add_paragraph()
        for number, run in enumerate(runs):
            paragraph.add_run(run).bold = bool(number % 2)
    path = settings.data / "templates" / "report-id.docx"
    path.parent.mkdir(parents=True, exist_ok=True)
    document.save(str(path))


def test_a_template_of_ones_own_takes_its_place(
    reader: StrictClient, assessment: int, settings: Settings
) -> None:
    own_template(
        settings,
        ("Nota: {", "{ off", "ice }} dan {", "{ co", "de }}."),
        ("{%p for d in dim", "ensions %}"),
        ("{{ d.title }}{% if d.title == ‘Teknologi’ %}!{% endif %}",),
        ("{%p endfor %}",),
    )
    lines = words(Document(BytesIO(fetched(reader, assessment)))).splitlines()
    assert lines[0] == "Nota: KPU Kota Tangerang dan 36.71."
    assert "Teknologi!" in lines
    assert len(lines) == 4


@pytest.mark.parametrize(
    ("said", "fault"),
    [("{{ kantor }}", "kantor"), ("{%p for x in %}", "tidak dapat diisi"),
     ("{{ office.__class__.mro() }}", "tidak dapat diisi")],
)  # fmt: skip
def test_a_faulty_template_is_refused_with_words(
    reader: StrictClient, assessment: int, settings: Settings, said: str, fault: str
) -> None:
    own_template(settings, (said,))
    reply = reader.get(f"/assessments/{assessment}/report.docx")
    assert reply.status_code == 400
    page = page_text(reply)
    assert "Templat DOCX" in page
    assert fault in page


def test_no_word_file_at_all_is_refused_too(
    reader: StrictClient, assessment: int, settings: Settings
) -> None:
    own_template(settings)
    (settings.data / "templates" / "report-id.docx").write_bytes(b"no zip file")
    assert reader.get(f"/assessments/{assessment}/report.docx").status_code == 400


def test_the_command_writes_the_same(
    reader: StrictClient, assessment: int, settings: Settings, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("MATURITY_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("MATURITY_DATA", str(settings.data))
    out = tmp_path / "laporan.docx"
    arguments = ["report", "--round", "2026", "--format", "docx", "--out", str(out)]
    assert main([*arguments, "--office", "36.71"]) == 0
    assert out.read_bytes() == fetched(reader, assessment)
    assert main([*arguments, "--all"]) == 1


def test_a_word_processor_opens_it(reader: StrictClient, assessment: int, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    path = tmp_path / "laporan.docx"
    path.write_bytes(fetched(reader, assessment))
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    command = [office, "--headless", profile, "--convert-to", "pdf", "--outdir", tmp_path, path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    made = path.with_suffix(".pdf")
    if not made.exists() and not list(Path(office).resolve().parent.glob("libswlo.so")):
        pytest.skip("LibreOffice is installed without Writer")
    assert made.exists(), done.stderr
    told = subprocess.run(["pdftotext", made, "-"], capture_output=True, text=True, check=True)
    assert "Lampiran B. Jawaban, bukti dukung, dan langkah" in told.stdout
    assert "Halaman 1 dari" in told.stdout


def test_the_shipped_templates_are_those_of_the_tool(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    from tools.report_templates import report

    for language in ("id", "en"):
        shipped = folder("templates") / f"reports/docx/report-{language}.docx"
        assert shipped.read_bytes() == report(language), "run tools/report_templates.py"


def test_signs_that_xml_cannot_hold_are_left_out() -> None:
    assert _NOT_XML.sub("", "a\x00\x0bb\ud800c\ufffe\tä😀") == "abc\tä😀"
