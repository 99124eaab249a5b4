"""Evidence files through the pages: handing in, using again, taking away, downloading."""

from __future__ import annotations

import gzip
import hashlib
import io
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from maturity.config import Settings
from maturity.db import Database
from maturity.offices.models import Role
from maturity.reports.indicators import evidence_of
from maturity.survey import assessments
from maturity.survey.file_evidence import files, shared_by
from maturity.survey.file_models import EvidenceFile, StoredFile
from maturity.survey.models import Assessment
from tests.builders import LEBAK, make_assessment, make_round
from tests.clock import Clock
from tests.offices.signing import PASSWORD, make_user
from tests.strict_client import StrictClient, fields_of
from tests.survey import made_files as made
from tests.survey.filling import OPERATOR, answers_of, client_of, office_at_work, put

SECTION = "/assessments/{}/sections/SD1"
THERE = "operator.lebak@contoh.example"
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def upload(body: bytes, name: str) -> FileStorage:
    """A file as a form carries it."""
    return FileStorage(io.BytesIO(body), filename=name)


def send(client: StrictClient, address: str, values: dict[str, Any], **kwargs: Any):
    """Send a form with files, encoded in memory: the test client leaves temporary files open."""
    boundary, body = encode_multipart(values)
    kind = f'multipart/form-data; boundary="{boundary}"'
    return client.post(address, data=body, content_type=kind, **kwargs)


def hand_in(
    client: StrictClient, assessment: int, *given: tuple[bytes, str], key: str = "V01", **more: str
) -> str:
    """Send the section's form with files, stay there, and give the page that follows."""
    address = SECTION.format(assessment)
    client.get(address)
    names = {name: name.replace("_", "-") for name in more}
    fields = {
        one if one.startswith(("again", "still")) else f"{one}:{key}": more[name]
        for name, one in names.items()
    }
    if "again" in more:
        fields["again-for"] = key
    chosen = {f"file:{key}": [upload(body, name) for body, name in given]}
    _, filled = fields_of(client.last_page, address)
    reply = send(client, address, {**filled, **fields, **chosen, "do": "stay"})
    assert reply.status_code == 303
    return client.get(reply.location).text


def uses(database: Database) -> list[tuple[str, str, str]]:
    """(key, name, SHA-256) of all present uses."""
    with database.read() as session:
        rows = session.scalars(select(EvidenceFile).where(EvidenceFile.removed_at.is_(None)))
        return [(row.key, row.name_as_given, row.sha256) for row in rows.all()]


def use_of(database: Database) -> int:
    """The number of the only use."""
    with database.read() as session:
        return session.scalars(select(EvidenceFile.id)).one()


def kept(settings: Settings) -> list[Path]:
    """All files below the store's folder."""
    return [path for path in (settings.data / "files").rglob("*") if path.is_file()]


GOOD = {
    "pdf": (made.pdf(), "application/pdf"),
    "png": (made.picture("PNG"), "image/png"),
    "jpg": (made.picture(), "image/jpeg"),
    "csv": (made.CSV, "text/csv; charset=utf-8"),
    "xlsx": (
        made.xlsx("TPS", 12),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    "docx": (
        made.docx(),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
}


@pytest.mark.parametrize("ending", GOOD)
def test_a_file_comes_back_as_a_download_of_its_kind(
    app: Flask, database: Database, settings: Settings, ending: str
) -> None:
    body, kind = GOOD[ending]
    assessment, client = office_at_work(database), client_of(app)
    page = hand_in(client, assessment, (body, "bukti.bin"), file_place="halaman 3")
    assert f"bukti.bin.{ending}" in page
    assert "halaman 3" in page
    [(_, _, sha256)] = uses(database)
    reply = client.get(f"/assessments/{assessment}/files/{sha256}")
    assert reply.headers["Content-Type"] == kind
    assert reply.headers["Content-Disposition"] == f"attachment; filename=bukti.bin.{ending}"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in reply.headers["Content-Security-Policy"]
    assert hashlib.sha256(reply.data).hexdigest() == sha256
    if ending not in ("jpg", "png"):
        assert reply.data == body
    [path] = kept(settings)
    assert path.relative_to(settings.data / "files").as_posix() == f"{sha256[:2]}/{sha256[2:]}"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


REFUSED = {
    "gif and html": b"GIF89a/*<html><script>alert(1),2</script>*/=1;",
    "html": b"<!doctype html><script>alert(1,2)</script>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1,2)"/>',
    "program": b"MZ\x90\x00\x03,\x00",
    "nothing": b"",
    "a letter as text": b"Surat biasa tanpa kolom",
    "cut off pdf": made.pdf()[:200],
    "pdf and zip": made.pdf() + made.docx() + b"%%EOF",
    "cut off png": made.picture("PNG")[:60],
    "cut off jpg": made.picture()[:-100],
    "vast picture": made.vast_png(),
    "bomb": made.bomb(),
    "lying bomb": made.lying_bomb(),
    "macros": made.docx(**{"word__vbaProject.bin": b"x"}),
    "macro type": made.zipped({
        "[Content_Types].xml": '<Override ContentType="application/vnd.ms-word.document.'
        'macroEnabled.main+xml"/>', "word/document.xml": "x"}),
    "both at once": made.docx(**{"xl__workbook.xml": "x"}),
    "way out": made.docx(**{"..__..__etc__cron": "x"}),
    "zip": made.zipped({"[Content_Types].xml": made.TYPES, "index.html": "x"}),
    "cut off xlsx": made.xlsx()[:-40],
    "prefixed xlsx": b"<script>" + made.xlsx(),
    "packed svg": gzip.compress(b'<svg xmlns="http://www.w3.org/2000/svg" onload="x(1,2)"/>'),
    "svg with a mark before it": b"\xef\xbb\xbf  <?xml version='1.0'?><svg onload='x(1,2)'/>",
    "svg in utf-16": '<svg onload="x(1,2)"/>'.encode("utf-16"),
    "html behind a comma": b"\n\n <!-- a,b --><script>alert(1,2)</script>",
    "macros of a sheet": made.zipped({
        "[Content_Types].xml": made.TYPES, "xl/workbook.xml": "x", "xl/vbaProject.bin": "x"}),
    "many parts": made.docx(**{f"word__{n}.xml": "x" for n in range(2_100)}),
    "way out by a drive": made.docx(**{"C:__Windows__x.xml": "x"}),
    "way out from the root": made.docx(**{"__etc__passwd": "x"}),
    "way out backwards": made.docx(**{"word\\..\\..\\x.xml": "x"}),
    "bomb in a sheet": made.zipped({
        "[Content_Types].xml": made.TYPES, "xl/workbook.xml": bytes(150_000_000)}),
    "an old sheet": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "zip with a picture before it": made.picture("PNG")[:40] + made.docx(),
    "too large": b"a,b\n" + b"1,2\n" * 1_500_000,
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_hostile_and_broken_files_are_refused_and_the_answers_kept(
    app: Flask, database: Database, settings: Settings, what: str
) -> None:
    assessment, client = office_at_work(database), client_of(app)
    page = hand_in(
        client, assessment, (REFUSED[what], "surat.pdf"), (made.CSV, "baik.csv"), value="l2"
    )
    assert "surat.pdf: " in page
    assert [name for _, name, _ in uses(database)] == ["baik.csv"]
    assert len(kept(settings)) == 1
    assert answers_of(database, assessment)["V01"].value == "l2"


@pytest.mark.parametrize("format_", ["JPEG", "PNG"])
def test_what_hides_behind_a_picture_is_left_behind(
    app: Flask, database: Database, settings: Settings, format_: str
) -> None:
    hidden = b"<script>alert(1)</script>" + made.docx()
    assessment, client = office_at_work(database), client_of(app)
    hand_in(client, assessment, (made.picture(format_, size=(400, 300)) + hidden, "foto.png"))
    content = kept(settings)[0].read_bytes()
    assert b"script" not in content
    assert not zipfile.is_zipfile(io.BytesIO(content))


def test_a_table_of_many_rows_is_kept_as_it_is(
    app: Flask, database: Database, settings: Settings
) -> None:
    """It is evidence that nobody computes with: within the limit its length does not matter."""
    assessment, client = office_at_work(database), client_of(app)
    table = b"no;tps\n" + b"".join(b"%d;TPS %d\n" % (n, n) for n in range(10_000))
    hand_in(client, assessment, (table, "tps.csv"), (made.xlsx(*range(10_000)), "tps.xlsx"))
    assert [name for _, name, _ in uses(database)] == ["tps.csv", "tps.xlsx"]


def test_the_limit_is_told_before_and_after(app: Flask, database: Database) -> None:
    assessment, client = office_at_work(database), client_of(app)
    assert "paling besar 5 MB per berkas" in client.get(SECTION.format(assessment)).text
    page = hand_in(client, assessment, (made.pdf() + bytes(6_000_000), "besar.pdf"))
    assert "besar.pdf: berkas ini melebihi batas 5 MB." in page


def test_other_routes_take_no_large_bodies(app: Flask, database: Database) -> None:
    assessment, client = office_at_work(database), client_of(app)
    body = {"csrf_token": client.csrf(), "file:V01": upload(bytes(3_000_000), "a.pdf")}
    assert send(client, "/language", body).status_code == 413
    much = {"csrf_token": client.csrf(), "file:V01": upload(bytes(23_000_000), "a.pdf")}
    assert send(client, SECTION.format(assessment), much).status_code == 413


def test_who_has_not_signed_in_sends_no_large_body(app: Flask, database: Database) -> None:
    address = SECTION.format(office_at_work(database))
    large = {"file:V01": upload(bytes(9_000_000), "a.pdf"), "value:V01": "l2"}
    client = app.test_client()
    assert isinstance(client, StrictClient)
    reply = send(client, address, large, headers={"Referer": "http://localhost/x"})
    assert reply.status_code == 303
    assert reply.location.startswith("/sign-in")


def test_after_the_end_of_a_session_the_files_are_asked_for_again(
    app: Flask, database: Database, clock: Clock
) -> None:
    assessment, client = office_at_work(database), client_of(app)
    address = SECTION.format(assessment)
    client.get(address)
    _, filled = fields_of(client.last_page, address)
    clock.advance(hours=13)
    typed = {**filled, "value:V01": "l2", "do": "stay", "file:V01": upload(made.CSV, "a.csv")}
    send(client, address, typed, headers={"Referer": f"http://localhost{address}"})
    client.submit({"email": OPERATOR, "password": PASSWORD}, action="/sign-in")
    reply = client.submit({}, action=address)
    assert "belum terkirim; pilih kembali" in client.get(reply.location).text
    assert answers_of(database, assessment)["V01"].value == "l2"


@pytest.mark.parametrize(
    ("said", "shown", "header"),
    [
        ("../../etc/passwd", "passwd.csv", "attachment; filename=passwd.csv"),
        ("C:/Data/tps.CSV", "tps.CSV", "attachment; filename=tps.CSV"),
        ("a'b;c.csv", "a&#39;b;c.csv", "attachment; filename=a_b_c.csv"),
        ("<b>x.csv", "&lt;b&gt;x.csv", "attachment; filename=_b_x.csv"),
        (
            "Düsun \u202egpj.csv", "Düsun gpj.csv",
            "attachment; filename=\"Dusun gpj.csv\"; filename*=UTF-8''D%C3%BCsun%20gpj.csv",
        ),
    ],
)  # fmt: skip
def test_names_are_made_safe(
    app: Flask, database: Database, *, said: str, shown: str, header: str
) -> None:
    assessment, client = office_at_work(database), client_of(app)
    assert f">{shown}</a>" in hand_in(client, assessment, (made.CSV, said))
    [(_, _, sha256)] = uses(database)
    reply = client.get(f"/assessments/{assessment}/files/{sha256}")
    assert reply.headers["Content-Disposition"] == header


def test_line_breaks_in_a_name_are_taken_out(app: Flask, database: Database) -> None:
    assessment, client = office_at_work(database), client_of(app)
    client.get(SECTION.format(assessment))
    body = (
        f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{client.csrf()}\r\n'
        '--x\r\nContent-Disposition: form-data; name="file:V01"; '
        "filename*=UTF-8''a%0D%0AX%3A%22b.csv\r\n\r\na,b\r\n1,2\r\n--x--\r\n"
    )
    reply = client.post(
        SECTION.format(assessment), data=body, content_type="multipart/form-data; boundary=x"
    )
    assert reply.status_code == 303
    [(_, name, sha256)] = uses(database)
    assert name == 'a X:"b.csv'
    reply = client.get(f"/assessments/{assessment}/files/{sha256}")
    assert reply.headers["Content-Disposition"] == 'attachment; filename="a X__b.csv"'


@pytest.mark.parametrize("format_", ["JPEG", "PNG"])
def test_pictures_are_kept_without_what_they_tell(
    app: Flask, database: Database, settings: Settings, format_: str
) -> None:
    given = made.picture(format_, gps=True)
    assert b"KAMERA-RAHASIA" in given
    assessment, client = office_at_work(database), client_of(app)
    hand_in(client, assessment, (given, "foto.jpg"))
    content = kept(settings)[0].read_bytes()
    assert b"RAHASIA" not in content
    with Image.open(io.BytesIO(content)) as picture:
        assert not picture.getexif()
        assert picture.size == (20, 40)  # upright, as the camera had said


def test_one_content_is_stored_once_and_used_often(
    app: Flask, database: Database, settings: Settings
) -> None:
    assessment, client = office_at_work(database), client_of(app)
    hand_in(client, assessment, (made.CSV, "a.csv"))
    hand_in(client, assessment, (made.CSV, "lagi.csv"))
    use = use_of(database)
    page = client.get(SECTION.format(assessment) + "?again=1").text
    assert f'<option value="f{use}">a.csv</option>' in page
    hand_in(client, assessment, key="V02", again=f"f{use}", again_place="baris 2")
    assert [(key, name) for key, name, _ in uses(database)] == [("V01", "a.csv"), ("V02", "a.csv")]
    assert len(kept(settings)) == 1
    with database.read() as session:
        assert len(session.scalars(select(StoredFile)).all()) == 1


def test_a_file_taken_away_stays_in_the_record_only(app: Flask, database: Database) -> None:
    assessment, client = office_at_work(database), client_of(app)
    hand_in(client, assessment, (made.CSV, "a.csv"))
    [(_, _, sha256)] = uses(database)
    with database.read() as session:
        use = session.scalars(select(EvidenceFile)).one().id
    page = hand_in(client, assessment, file_drop=str(use))
    assert "a.csv" not in page
    assert client.get(f"/assessments/{assessment}/files/{sha256}").status_code == 404
    with database.read() as session:
        row = session.scalars(select(EvidenceFile)).one()
        assert row.removed_at is not None


def test_an_office_reaches_no_file_of_another(app: Flask, database: Database) -> None:
    here = office_at_work(database)
    with database.write() as session:
        make_user(session, email=THERE, role=Role.OPERATOR, office=LEBAK, name="Ani")
        round_ = make_round(session, slug="lain")
        there = make_assessment(session, round_=round_, office=LEBAK).id
    mine, theirs = client_of(app), client_of(app, THERE)
    hand_in(mine, here, (made.CSV, "rahasia kami.csv"))
    [(_, _, sha256)] = uses(database)
    assert theirs.get(f"/assessments/{here}/files/{sha256}").status_code == 403
    assert theirs.get(f"/assessments/{there}/files/{sha256}").status_code == 404
    for odd in ("x", "A" * 64, "..%2f..%2fsecret-key", "%00" * 64):
        assert mine.get(f"/assessments/{here}/files/{odd}").status_code == 404
    page = hand_in(theirs, there, again=f"f{use_of(database)}", still="yes")
    assert "rahasia" not in page
    assert len(uses(database)) == 1
    page = hand_in(theirs, there, (made.CSV, "milik sendiri.csv"))
    assert "rahasia" not in page
    with database.read() as session:
        wanted = select(EvidenceFile.id).where(EvidenceFile.assessment_id == here)
        use = session.scalars(wanted).one()
        assert [office.code for office in shared_by(session, sha256)] == [LEBAK, "36.71"]
    hand_in(theirs, there, file_drop=str(use))
    assert len(uses(database)) == 2


@pytest.mark.parametrize(
    ("body", "warned"),
    [
        (f"nama;nik\nAni;{made.NIK}\n".encode(), True),
        (f"no,nik\n1,{made.NIK}\n".encode(), True),
        (b"nama;nomor\nAni;3671019903900001\n", False),
        (b"kode;jumlah\n1234567890123456;2\n", False),
        (made.xlsx("Ani", int(made.NIK)), True),
        (made.xlsx("Ani", f"NIK {made.NIK}"), True),
        (made.xlsx(3671019903900001), False),
        (made.docx(f"NIK {made.NIK}"), True),
        (made.pdf(f"NIK {made.NIK}"), True),
        (made.pdf("Nomor 1234567890123456"), False),
        (made.pdf().replace(b"/Kids[3 0 R]", b"/Kids[2 0 R]"), False),
    ],
)
def test_a_file_that_seems_to_hold_an_identity_number_is_warned_of(
    app: Flask, database: Database, *, body: bytes, warned: bool
) -> None:
    assessment, client = office_at_work(database), client_of(app)
    page = hand_in(client, assessment, (body, "data"))
    assert ("tampaknya memuat NIK" in page) is warned
    later = client.get(f"/assessments/{assessment}/check").text
    assert ("tampaknya memuat NIK" in later) is warned
    assert made.NIK not in later


def test_a_typed_identity_number_is_warned_of(app: Flask, database: Database) -> None:
    assessment, client = office_at_work(database), client_of(app)
    reply = put(client, assessment, "V01", "l2", note=f"Ani, {made.NIK}")
    assert "tampaknya memuat NIK" in reply.json["saved"]
    assert "tampaknya memuat NIK" in client.get(SECTION.format(assessment)).text
    assert "NIK" not in put(client, assessment, "V02", "l2", note="SK 12/2026").json["saved"]


def test_a_file_is_evidence_enough_and_named_in_the_report(app: Flask, database: Database) -> None:
    assessment, client = office_at_work(database), client_of(app)
    put(client, assessment, "V01", "l4")

    def lacks() -> bool:
        with database.read() as session:
            work = assessments.work(session, session.get_one(Assessment, assessment))
            return "V01" in [one.item.key for one in work.missing() if one.lack == "evidence"]

    assert lacks()
    hand_in(client, assessment, (made.CSV, "data.csv"), file_place="baris 2")
    assert not lacks()
    with database.read() as session:
        work = assessments.work(session, session.get_one(Assessment, assessment))
        [shown] = evidence_of(work, "V01")
    assert (shown.shown, shown.href, shown.note) == ("data.csv", None, "baris 2")
    assert ">data.csv</a>" in client.get(f"/assessments/{assessment}/check").text


def test_words_without_a_file_and_files_too_many_are_said(app: Flask, database: Database) -> None:
    assessment, client = office_at_work(database), client_of(app)
    assert "tidak disimpan: SK 3" in hand_in(client, assessment, file_about="SK 3")
    many = [(f"a,b\n{number},2\n".encode(), f"{number}.csv") for number in range(11)]
    page = hand_in(client, assessment, *many)
    assert "paling banyak 10 berkas" in page
    assert len(uses(database)) == 10


def test_a_full_disk_is_said_and_loses_no_answer(
    app: Flask, database: Database, settings: Settings
) -> None:
    assessment, client = office_at_work(database), client_of(app)
    settings.data.mkdir(exist_ok=True)
    (settings.data / "files").write_text("in the way")
    page = hand_in(client, assessment, (made.CSV, "a.csv"), value="l2")
    assert "a.csv: Berkas tidak dapat disimpan" in page
    assert answers_of(database, assessment)["V01"].value == "l2"
    assert uses(database) == []


def test_a_damaged_file_is_never_served(app: Flask, database: Database, settings: Settings) -> None:
    assessment, client = office_at_work(database), client_of(app)
    hand_in(client, assessment, (made.CSV, "a.csv"))
    [path] = kept(settings)
    path.write_bytes(b"a,c\n")
    [(_, _, sha256)] = uses(database)
    reply = client.get(f"/assessments/{assessment}/files/{sha256}")
    assert reply.status_code == 500
    assert "rusak" in reply.text
    hand_in(client, assessment, (made.CSV, "a.csv"), key="V02")
    assert client.get(f"/assessments/{assessment}/files/{sha256}").data == made.CSV


def test_nothing_is_taken_once_the_assessment_is_closed(
    app: Flask, database: Database, settings: Settings
) -> None:
    assessment, client = office_at_work(database), client_of(app)
    client.get(SECTION.format(assessment))
    with database.write() as session:
        session.get_one(Assessment, assessment).state = "submitted"
    body = {"csrf_token": client.csrf(), "file:V01": upload(made.CSV, "a.csv")}
    assert send(client, SECTION.format(assessment), body).status_code == 409
    assert kept(settings) == []
    with database.read() as session:
        assert files(session, assessment) == {}
