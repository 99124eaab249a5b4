"""The offline workbook through its doors: download, fill in, upload, look, apply."""

from __future__ import annotations

import io
import json
import random
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from maturity.db import Database
from maturity.offices.models import Interest, Role
from maturity.survey.instrument import Instrument
from maturity.survey.log_models import LogEntry
from maturity.survey.models import Answer, AnswerEvent, Assessment, Evidence
from maturity.survey.shipped import locate
from maturity.survey.workbook import labels
from tests.builders import MAIN, instrument_of, make_assessment, make_round
from tests.clock import START
from tests.conftest import Clock
from tests.offices.signing import make_user
from tests.strict_client import StrictClient
from tests.survey.filling import (
    RESPONSIBLE,
    answers_of,
    client_of,
    office_at_work,
    put,
    token,
)

QUESTIONS = "Pertanyaan"
OFFICE = shutil.which("soffice") or shutil.which("libreoffice")


def instrument() -> Instrument:
    return instrument_of(locate(MAIN))


def downloaded(client: StrictClient, assessment: int, language: str = "id") -> Any:
    reply = client.get(f"/assessments/{assessment}/workbook.xlsx?lang={language}")
    assert reply.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(reply.data))


def matrix_of(book: Any) -> Any:
    """The sheet of the inventory."""
    return book.worksheets[2]


def row_of(sheet: Any, key: str) -> int:
    return next(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).value == key)


def cell(book: Any, key: str, column: int = 4) -> Any:
    """The cell of a question's answer, or of a cell of the inventory."""
    if "/" not in key:
        return book[book.sheetnames[1]].cell(row_of(book.worksheets[1], key), column)
    stem, _, name = key.rpartition("/")
    names = [item.column.id for item in instrument().items if item.stem == stem and item.column]
    return matrix_of(book).cell(row_of(matrix_of(book), stem), 4 + names.index(name))


def label(key: str, value: str, language: str = "id") -> str:
    return labels(instrument().item(key), language)[value]


def as_bytes(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(client: StrictClient, assessment: int, body: bytes) -> Any:
    address = f"/assessments/{assessment}/workbook"
    lines = [
        b'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n',
        token(client).encode(),
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="lembar.xlsx"\r\n',
        body,
        b"--x--\r\n",
    ]
    return client.post(
        address, data=b"\r\n".join(lines), content_type="multipart/form-data; boundary=x"
    )


def apply(client: StrictClient, assessment: int) -> Any:
    return client.submit({}, action=f"/assessments/{assessment}/workbook/apply")


def events_of(database: Database) -> list[tuple[str, int, str]]:
    with database.read() as session:
        rows = session.scalars(select(AnswerEvent).order_by(AnswerEvent.id))
        return [(row.key, row.version, row.way) for row in rows]


@pytest.fixture
def database_url(new_database: Any) -> str:
    """SQLite: what differs between databases is behind the doors that are used."""
    return str(new_database("sqlite"))


@pytest.mark.parametrize("language", ["id", "en"])
def test_from_download_to_applied(app: Flask, database: Database, language: str) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    put(client, assessment, "V02", "l1", note="lama")
    book = downloaded(client, assessment, language)
    assert cell(book, "V02").value == label("V02", "l1", language)
    cell(book, "V01").value = label("V01", "l3", language)
    cell(book, "V01", 6).value = "SK 12/2026 <b>"
    cell(book, "V01", 7).value = "jdih.kpu.go.id/sk-12\nhttps://kpu.go.id/b"
    cell(book, "V01", 8).value = "halaman 3"
    cell(book, "V02").value = label("V02", "l2", language)
    cell(book, "INV/dpt-rekap/available").value = label("INV/dpt-rekap/available", "yes", language)
    page = upload(client, assessment, as_bytes(book))
    assert page.status_code == 200
    assert "2 isian baru" in page.text
    assert "1 isian berubah" in page.text
    assert "2 tautan baru" in page.text
    assert "SK 12/2026 &lt;b&gt;" in page.text
    assert "V01" not in answers_of(database, assessment)
    done = apply(client, assessment)
    assert "3 isian dan 2 tautan disimpan" in done.text
    stored = answers_of(database, assessment)
    assert (stored["V01"].value, stored["V01"].note) == ("l3", "SK 12/2026 <b>")
    assert (stored["V02"].value, stored["V02"].note) == ("l2", "lama")
    assert stored["INV/dpt-rekap/available"].value == "yes"
    assert {way for _, _, way in events_of(database)[1:]} == {"workbook"}
    with database.read() as session:
        links = [(row.url, row.note) for row in session.scalars(select(Evidence))]
        assert session.get_one(Assessment, assessment).answered == 3
    assert links == [("https://jdih.kpu.go.id/sk-12", "halaman 3"),
                     ("https://kpu.go.id/b", "halaman 3")]  # fmt: skip


def test_the_same_file_again_changes_nothing(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    book = downloaded(client, assessment)
    cell(book, "V01").value = label("V01", "l3")
    cell(book, "V01", 7).value = "https://kpu.go.id/a"
    body = as_bytes(book)
    first = upload(client, assessment, body)
    apply(client, assessment)
    before = events_of(database)
    again = upload(client, assessment, body)
    assert "Tidak ada perubahan" in again.text
    client.last_page = first.text
    assert "0 isian dan 0 tautan" in apply(client, assessment).text
    assert events_of(database) == before


def test_a_download_sent_back_as_it_is_changes_nothing(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    put(client, assessment, "V01", "tidak jelas", note="=1+1")  # a draft, and a would-be formula
    put(client, assessment, "V03", "dont-know")
    body = client.get(f"/assessments/{assessment}/workbook.xlsx").data
    assert b"<f>1+1" not in zipfile.ZipFile(io.BytesIO(body)).read("xl/worksheets/sheet2.xml")
    page = upload(client, assessment, body)
    assert "Tidak ada perubahan" in page.text
    assert "0 ditolak" in page.text


def test_what_was_saved_meanwhile_is_kept_and_settled_one_by_one(
    app: Flask, database: Database
) -> None:
    assessment = office_at_work(database)
    client, other = client_of(app), client_of(app, RESPONSIBLE)
    book = downloaded(client, assessment)
    put(other, assessment, "V01", "l4", note="dari kantor")
    put(other, assessment, "V03", "l2")  # not touched in the workbook: no conflict
    cell(book, "V01").value = label("V01", "l2")
    cell(book, "V02").value = label("V02", "l2")
    page = upload(client, assessment, as_bytes(book))
    assert "1 bertentangan" in page.text
    put(other, assessment, "V02", "l1")  # between the dry run and applying
    done = apply(client, assessment)
    assert "dari kantor" in done.text
    assert label("V01", "l2") in done.text
    stored = answers_of(database, assessment)
    assert [stored[key].value for key in ("V01", "V02", "V03")] == ["l4", "l1", "l2"]
    reply = client.submit({}, action=f"/assessments/{assessment}/sections/SD1#q-V01")
    assert reply.status_code == 303
    assert answers_of(database, assessment)["V01"].value == "l2"


def test_a_bad_cell_is_refused_by_its_place_and_the_rest_is_applied(
    app: Flask, database: Database
) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    book = downloaded(client, assessment)
    cell(book, "V01").value = "entahlah"
    cell(book, "V02").value = label("V02", "l2")
    cell(book, "V03", 6).value = "x" * 4001
    cell(book, "V04", 7).value = "http://localhost/a"
    cell(book, "V05").value = "=1+1"  # saved without a result
    page = upload(client, assessment, as_bytes(book))
    sheet = book.worksheets[1]
    for key, column in (("V01", "D"), ("V03", "D"), ("V04", "G"), ("V05", "D")):
        assert f"{QUESTIONS}!{column}{row_of(sheet, key)}<" in page.text
    assert "4 ditolak" in page.text
    apply(client, assessment)
    assert list(answers_of(database, assessment)) == ["V02"]


def _no_file(body: bytes) -> bytes:
    return b""


def _nonsense(body: bytes) -> bytes:
    return b"PK\x03\x04 not really"


def _other_workbook(body: bytes) -> bytes:
    return as_bytes(openpyxl.Workbook())


def _changed(change: Any) -> Any:
    def of(body: bytes) -> bytes:
        book = openpyxl.load_workbook(io.BytesIO(body))
        change(book)
        return as_bytes(book)

    return of


def _slip_row(book: Any, name: str) -> Any:
    return book["_slip"].cell(row_of(book["_slip"], name), 2)


def _set_id(book: Any) -> None:
    _slip_row(book, "assessment").value = "2"


def _set_version(book: Any) -> None:
    _slip_row(book, "fingerprint").value = "0" * 64


def _swap_keys(book: Any) -> None:
    sheet = book.worksheets[1]
    one, two = row_of(sheet, "V01"), row_of(sheet, "V02")
    sheet.cell(one, 1).value, sheet.cell(two, 1).value = "V02", "V01"


def _delete_row(book: Any) -> None:
    book.worksheets[1].delete_rows(row_of(book.worksheets[1], "V02"))


def _merge(book: Any) -> None:
    book.worksheets[1].merge_cells("D5:D6")


def _extra(book: Any) -> None:
    book.create_sheet("Catatan saya")


def _fewer(book: Any) -> None:
    del book[book.sheetnames[2]]


def _vast(book: Any) -> None:
    book.worksheets[1].cell(60_000, 40).value = "x"


def _long(book: Any) -> None:
    for row in range(200, 10_200):
        book.worksheets[1].cell(row, 2).value = f"V{row}"


def _with_macros(body: bytes) -> bytes:
    out = io.BytesIO(body)
    with zipfile.ZipFile(out, "a") as packed:
        packed.writestr("xl/vbaProject.bin", b"x")
    return out.getvalue()


def _bomb(body: bytes) -> bytes:
    out = io.BytesIO(body)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/media/a.bin", b"\0" * (50 << 20))
    return out.getvalue()


BAD = [
    (_nonsense, "bukan lembar kerja XLSX"),
    (_other_workbook, "bukan lembar kerja XLSX"),
    (_changed(_set_id), "telah diubah"),
    (_changed(_set_version), "telah diubah"),
    (_changed(_swap_keys), "baris telah dihapus, ditambah, atau dipindahkan"),
    (_changed(_delete_row), "baris telah dihapus, ditambah, atau dipindahkan"),
    (_changed(_merge), "Pertanyaan!D5–D6: sel digabungkan"),
    (_changed(_extra), "Lembar “Catatan saya” bukan bagian"),
    (_changed(_fewer), "telah dihapus atau diganti namanya"),
    (_changed(_vast), "jauh lebih besar"),
    (_changed(_long), "jauh lebih besar"),
    (_with_macros, "memuat makro"),
    (_bomb, "jauh lebih besar"),
    (lambda body: body + b"\0" * 1_500_000, "Berkas terlalu besar; paling besar 1,5 MB"),
]  # fmt: skip


@pytest.mark.parametrize(("spoilt", "said"), BAD)
def test_a_spoilt_file_is_refused_with_the_reason(
    app: Flask, database: Database, spoilt: Any, said: str
) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    body = client.get(f"/assessments/{assessment}/workbook.xlsx").data
    page = upload(client, assessment, spoilt(body))
    assert page.status_code == 422
    assert said in page.text
    assert "tidak ada yang diubah" in page.text
    assert events_of(database) == []


def test_no_damaged_file_is_more_than_refused(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    body = client.get(f"/assessments/{assessment}/workbook.xlsx").data
    parts = zipfile.ZipFile(io.BytesIO(body))
    dice = random.Random(20261121)
    for turn in range(40):
        spoilt = bytearray(body)
        for _ in range(dice.randint(1, 30)):
            spoilt[dice.randrange(len(spoilt))] = dice.randrange(256)
        if turn % 2:  # a sound zip file around damaged XML
            out, name = io.BytesIO(), dice.choice(parts.namelist())
            with zipfile.ZipFile(out, "w") as packed:
                for one in parts.namelist():
                    text = parts.read(one)
                    at = dice.randrange(len(text))
                    cut = text[:at] + bytes([dice.randrange(256)]) * dice.randint(0, 9)
                    packed.writestr(one, cut + text[at + 1 :] if one == name else text)
            spoilt = bytearray(out.getvalue())
        assert upload(client, assessment, bytes(spoilt)).status_code in (200, 422)
    assert events_of(database) == []


def test_no_file_and_another_office_and_another_period(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    with database.write() as session:
        last = make_round(session, slug="2025")
        mine = make_assessment(session, round_=last, office="36.71").id
    address = f"/assessments/{assessment}/workbook"
    client.get(address)
    assert "Pilih berkas" in client.submit({}, action=address).text
    body = client.get(f"/assessments/{mine}/workbook.xlsx").data
    page = upload(client, assessment, body)
    assert "milik kantor 36.71, periode 2025" in page.text
    assert client.get(f"/assessments/{assessment}/workbook").status_code == 200


def test_an_older_questionnaire_is_told(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    body = client.get(f"/assessments/{assessment}/workbook.xlsx").data
    with database.write() as session:
        round_ = session.get_one(Assessment, assessment).round
        round_.source = round_.source.replace("Rencana aksi data terbuka", "Rencana aksi", 1)
        round_.fingerprint = "1" * 64
    assert "versi kuesioner yang lain" in upload(client, assessment, body).text


def test_changes_are_of_use_to_their_person_and_page_only(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    client, other = client_of(app), client_of(app, RESPONSIBLE)
    book = downloaded(client, assessment)
    cell(book, "V01").value = label("V01", "l2")
    upload(client, assessment, as_bytes(book))
    other.get("/about")
    changes = re.search('name="changes" value="([^"]+)"', client.last_page)[1]
    address = f"/assessments/{assessment}/workbook/apply"
    for said in (changes, changes[:-2], "", "x.y"):
        reply = other.post(address, data={"changes": said, "csrf_token": token(other)})
        assert reply.status_code == 422
    assert events_of(database) == []


def test_a_closed_period_takes_no_workbook(app: Flask, database: Database, clock: Clock) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    book = downloaded(client, assessment)
    cell(book, "V01").value = label("V01", "l2")
    upload(client, assessment, as_bytes(book))
    page = client.last_page
    clock.advance(days=21)
    client = client_of(app)
    client.last_page = page
    assert "tidak menerima perubahan" in client.get(f"/assessments/{assessment}/workbook").text
    changes = re.search('name="changes" value="([^"]+)"', page)[1]
    address = f"/assessments/{assessment}/workbook/apply"
    reply = client.post(address, data={"changes": changes, "csrf_token": token(client)})
    assert reply.status_code == 409
    assert events_of(database) == []


def test_only_the_cells_to_be_filled_are_open(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    book = downloaded(client_of(app), assessment)
    assert book.sheetnames[:3] == ["Petunjuk", QUESTIONS, "Inventaris dataset pemilu"]
    assert [sheet.sheet_state for sheet in book][-2:] == ["veryHidden", "veryHidden"]
    assert all(sheet.protection.sheet for sheet in book)
    sheet = book.worksheets[1]
    row = row_of(sheet, "V01")
    open_ = [column for column in range(1, 12) if not sheet.cell(row, column).protection.locked]
    assert open_ == [4, 6, 7, 8]
    lists = [rule.formula1 for rule in sheet.data_validations.dataValidation]
    assert all(formula.startswith("'_options'!") for formula in lists)
    assert len(lists) > 0


TEXT = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Co", "Cn")), max_size=30
).map(str.strip)  # fmt: skip
KEYS = [
    item.key
    for item in instrument_of(locate(MAIN)).items
    if item.thing is None or item.thing.applies_when is None
][::5]


@st.composite
def filled_in(draw: Any) -> dict[str, tuple[str, str]]:
    found = {}
    for key in draw(st.lists(st.sampled_from(KEYS), min_size=1, max_size=12, unique=True)):
        value = draw(st.sampled_from(sorted(labels(instrument().item(key), "id"))))
        found[key] = (value, draw(TEXT) if "/" not in key else "")
    return found


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(one=filled_in(), language=st.sampled_from(["id", "en"]))
def test_random_answers_go_out_and_come_back_the_same(
    app: Flask, database: Database, one: dict[str, tuple[str, str]], language: str
) -> None:

    if not getattr(app, "assessment_of_test", None):
        app.assessment_of_test = office_at_work(database)  # type: ignore[attr-defined]
        app.client_of_test = client_of(app)  # type: ignore[attr-defined]
    assessment, client = app.assessment_of_test, app.client_of_test  # type: ignore[attr-defined]
    with database.write() as session:
        session.execute(delete(Answer))
        session.execute(delete(AnswerEvent))
    book = downloaded(client, assessment, language)
    for key, (value, note) in one.items():
        cell(book, key).value = label(key, value, language)
        if note:
            cell(book, key, 6).value = note
            cell(book, key, 6).data_type = "s"
    upload(client, assessment, as_bytes(book))
    apply(client, assessment)
    stored = answers_of(database, assessment)
    shown = {k: (a.value or a.state, a.note) for k, a in stored.items()}
    assert shown == one
    body = client.get(f"/assessments/{assessment}/workbook.xlsx?lang={language}").data
    assert "Tidak ada perubahan" in upload(client, assessment, body).text


@pytest.mark.slow
@pytest.mark.skipif(OFFICE is None, reason="LibreOffice (soffice) is not installed")
def test_libreoffice_opens_and_saves_it_whole(
    app: Flask, database: Database, tmp_path: Path
) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    put(client, assessment, "V02", "l2", note="=SUM(1;2)\nbaris kedua")
    book = downloaded(client, assessment)
    cell(book, "V01").value = label("V01", "l3")
    cell(book, "INV/dpt-rekap/available").value = label("INV/dpt-rekap/available", "no")
    (tmp_path / "in.xlsx").write_bytes(as_bytes(book))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [OFFICE, profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML",
               "--outdir", str(tmp_path / "out"), str(tmp_path / "in.xlsx")]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    body = (tmp_path / "out" / "in.xlsx").read_bytes()
    values = openpyxl.load_workbook(io.BytesIO(body), data_only=True)
    summary = values["Petunjuk"]
    counts = [[c.value for c in row[1:3]] for row in summary.iter_rows() if row[0].value in
              (QUESTIONS, values.sheetnames[2])]  # fmt: skip
    assert counts[0] == [2, 33]
    assert counts[1][0] == 1
    assert counts[1][1] == counts[1][0] + 9 * (matrix_of(values).max_row - 3) - 9
    page = upload(client, assessment, body)
    assert page.status_code == 200
    assert "2 isian baru" in page.text
    assert "0 isian berubah" in page.text
    assert "0 ditolak" in page.text


def test_a_verifier_brings_the_offices_workbook(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    with database.write() as session:
        verifier = make_user(session, email="v@contoh.example", role=Role.VERIFIER, office="36").id
        make_user(session, email="lain@contoh.example", role=Role.VERIFIER, office="36")
    book = downloaded(client_of(app), assessment)
    cell(book, "V01").value = label("V01", "l2")
    client = client_of(app, "v@contoh.example")
    page = client.get(f"/assessments/{assessment}/workbook").text
    assert "Anda mengunggah atas nama KPU Kota Tangerang" in page
    assert "atas nama KPU Kota Tangerang" in upload(client, assessment, as_bytes(book)).text
    assert apply(client, assessment).status_code == 200
    assert events_of(database) == [("V01", 1, "workbook")]
    with database.read() as session:
        event = session.scalars(select(AnswerEvent)).one()
        entry = session.scalars(select(LogEntry)).one()
        assert (event.by_id, entry.by_id, entry.kind) == (verifier, verifier, "workbook-brought")
        assert json.loads(entry.data) == {"saved": 1, "attached": 0, "way": "workbook"}
    upload(client, assessment, as_bytes(book))
    with database.read() as session:
        assert len(session.scalars(select(LogEntry)).all()) == 1


def test_no_other_verifier_brings_it_and_none_for_an_own_office(
    app: Flask, database: Database
) -> None:
    assessment = office_at_work(database)
    with database.write() as session:
        mine = make_user(session, email="v@contoh.example", role=Role.VERIFIER, office="36").id
        make_user(session, email="lain@contoh.example", role=Role.VERIFIER, office="36")
        make_user(session, email="jabar@contoh.example", role=Role.VERIFIER, office="32")
        session.get_one(Assessment, assessment).verifier_id = mine
    book = downloaded(client_of(app), assessment)
    cell(book, "V01").value = label("V01", "l2")
    for email in ("lain@contoh.example", "jabar@contoh.example"):
        client = client_of(app, email)
        assert upload(client, assessment, as_bytes(book)).status_code == 403
        data = {"changes": "x", "csrf_token": token(client)}
        reply = client.post(f"/assessments/{assessment}/workbook/apply", data=data)
        assert reply.status_code == 403
    with database.write() as session:
        session.add(Interest(person_id=mine, office_code="36", declared_at=START))
    client = client_of(app, "v@contoh.example")
    reply = upload(client, assessment, as_bytes(book))
    assert reply.status_code == 403
    assert "menyatakan kepentingan" in reply.text
    assert events_of(database) == []
