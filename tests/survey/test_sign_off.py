"""Sign-off: what a receipt seals, the signed paper, and the public check page."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.datastructures import FileStorage

from maturity.config import Settings
from maturity.db import Database
from maturity.offices.models import Role
from maturity.survey import answers as door
from maturity.survey import assessments, log, receipts
from maturity.survey.answers import Author, Change
from maturity.survey.chain import verify
from maturity.survey.models import Answer, Assessment, AssessmentState
from maturity.survey.receipt_models import Receipt, SignedPaper
from maturity.survey.statements import code_of, grouped, typed
from tests.builders import LEBAK
from tests.clock import START, Clock
from tests.offices.signing import make_user
from tests.reports.answered import fill
from tests.strict_client import StrictClient
from tests.survey import made_files as made
from tests.survey.filling import OPERATOR, RESPONSIBLE, client_of, office_at_work, token
from tests.survey.test_evidence_files import hand_in, send

THERE = "operator.lebak@contoh.example"


@pytest.fixture
def database_url(new_database: Callable[..., str]) -> str:
    """Nothing here asks more of a database than the handing in does, which is tested on both."""
    return new_database("sqlite")


@pytest.fixture
def filled(app: Flask, database: Database) -> int:
    """An assessment that only waits to be handed in."""
    assessment = office_at_work(database)
    with database.write() as session:
        found = session.get_one(Assessment, assessment)
        fill(session, found)
        found.state = AssessmentState.IN_PROGRESS
    return assessment


@pytest.fixture
def handed_in(app: Flask, filled: int) -> int:
    """The same, handed in through the page, with a file as evidence."""
    client = client_of(app, RESPONSIBLE)
    hand_in(client, filled, (made.CSV, "rekap.csv"))
    submit(client, filled)
    return filled


def submit(client: StrictClient, assessment: int) -> None:
    client.get(f"/assessments/{assessment}/submit")
    reply = client.submit({"confirm": "yes"}, action=f"/assessments/{assessment}/submit")
    assert reply.status_code == 303


def receipts_of(database: Database, assessment: int) -> list[Receipt]:
    with database.read() as session:
        rows = session.scalars(
            sa.select(Receipt).where(Receipt.assessment_id == assessment).order_by(Receipt.id)
        ).all()
        session.expunge_all()
        return list(rows)


def newer(database: Database, assessment: int, clock: Clock) -> Receipt:
    """Change an answer and hand in once more, as after a return."""
    with database.write() as session:
        found = session.get_one(Assessment, assessment)
        session.execute(
            sa.update(Answer).where(Answer.assessment_id == assessment, Answer.key == "V02")
            .values(value="l4")
        )  # fmt: skip
        card = assessments.result_of(session, found)
        assert card is not None
        author = Author(None, clock())
        made = receipts.issue(session, assessments.work(session, found), card, author)
        session.flush()
        session.expunge(made)
        return made


def plain(page: str) -> str:
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(re.sub(r"<[^>]*>", " ", main).split())


# --- what is sealed -----------------------------------------------------------------------


def test_handing_in_issues_a_receipt_and_shows_its_code(
    app: Flask, database: Database, handed_in: int
) -> None:
    (receipt,) = receipts_of(database, handed_in)
    page = client_of(app).get(f"/assessments/{handed_in}/submitted").text
    assert grouped(receipt.code, 4, "-") in page
    assert f"/assessments/{handed_in}/berita-acara" in page
    assert f"/assessments/{handed_in}/berita-acara" in client_of(app).get(
        f"/assessments/{handed_in}").text  # fmt: skip
    with database.read() as session:
        (line,) = log.lines(session)
    assert json.loads(line)["data"]["receipt"] == receipt.digest


def test_the_download_hashes_to_the_digest_and_says_what_the_tables_say(
    app: Flask, database: Database, handed_in: int
) -> None:
    """Built once more from the tables with nothing but the standard library."""
    (receipt,) = receipts_of(database, handed_in)
    body = client_of(app).get(f"/assessments/{handed_in}/berita-acara.json").data
    assert hashlib.sha256(body).hexdigest() == receipt.digest
    with database.engine.connect() as connection:

        def rows(sql: str) -> list[Any]:
            return list(connection.execute(sa.text(sql)))

        answers = {
            key: {"state": state, "value": value, "reason": reason, "note": note}
            for key, state, value, reason, note in rows(
                "SELECT key, state, value, reason, note FROM answer WHERE state <> ''"
            )
        }
        evidence: dict[str, dict[str, list[str]]] = {}
        for kind, table, column in (("links", "evidence", "url"),
                                    ("files", "evidence_file", "sha256")):  # fmt: skip
            for key, what in rows(f"SELECT key, {column} FROM {table} WHERE removed_at IS NULL"):
                evidence.setdefault(key, {"links": [], "files": []})[kind].append(what)
        for one in evidence.values():
            one["links"].sort()
            one["files"].sort()
        [(fingerprint, scorecard)] = rows("SELECT fingerprint, digest FROM scorecard")
    wanted = {
        "format": "maturity-statement/1", "office": "36.71", "round": "2026",
        "instrument": "ogd-kpu-2026@1.0.0", "fingerprint": fingerprint, "scorecard": scorecard,
        "answers": answers, "evidence": evidence,
    }  # fmt: skip
    assert sum(len(one["files"]) for one in evidence.values()) == 1
    assert len(answers) == receipt.answers > 100
    assert sum(len(o["links"]) + len(o["files"]) for o in evidence.values()) == receipt.evidence
    text = json.dumps(wanted, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert text.encode() == body


@pytest.mark.parametrize("column", ["state", "value", "reason", "note"])
def test_any_altered_answer_gives_another_digest(
    database: Database, handed_in: int, column: str
) -> None:
    with database.write() as session:
        session.execute(
            sa.update(Answer).where(Answer.assessment_id == handed_in, Answer.key == "V03")
            .values({column: "dont-know" if column == "state" else "lain"})
        )  # fmt: skip
    assert digest_now(database, handed_in) != receipts_of(database, handed_in)[0].digest


@pytest.mark.parametrize("change", [
    "UPDATE evidence SET url = 'https://lain.example/' WHERE id = 1",
    "DELETE FROM evidence WHERE id = 1",
    "DELETE FROM evidence_file",
])  # fmt: skip
def test_any_altered_evidence_gives_another_digest(
    database: Database, handed_in: int, change: str
) -> None:
    with database.write() as session:
        session.execute(sa.text(change))
    assert digest_now(database, handed_in) != receipts_of(database, handed_in)[0].digest


def digest_now(database: Database, assessment: int) -> str:
    with database.read() as session:
        found = session.get_one(Assessment, assessment)
        card = assessments.result_of(session, found)
        assert card is not None
        return receipts.statement_of(assessments.work(session, found), card).digest


def test_a_draft_beside_an_answer_is_not_sealed(database: Database, filled: int) -> None:
    """Only what was accepted counts."""
    with database.write() as session:
        found = session.get_one(Assessment, filled)
        card = assessments.freeze(
            session, found, assessments.instrument_of(found.round),
            assessments.provisional(assessments.work(session, found)), author=Author(None, START),
        )  # fmt: skip
        before = receipts.statement_of(assessments.work(session, found), card)
        session.add(Answer(assessment_id=filled, key="V99", draft="x", updated_at=START))
        session.flush()
        after = receipts.statement_of(assessments.work(session, found), card)
    assert before == after


def test_nothing_is_sealed_where_handing_in_fails(
    app: Flask, database: Database, filled: int
) -> None:
    with database.write() as session:
        item = assessments.instrument_of(session.get_one(Assessment, filled).round).item("V05")
        door.save(session, session.get_one(Assessment, filled), item,
                  Change("", seen=1), author=Author(None, START))  # fmt: skip
    client = client_of(app, RESPONSIBLE)
    data = {"confirm": "yes", "csrf_token": token(client)}
    assert client.post(f"/assessments/{filled}/submit", data=data).status_code == 422
    assert receipts_of(database, filled) == []
    reply = client.get(f"/assessments/{filled}/berita-acara")
    assert reply.status_code == 302
    for ending in (".json", ".pdf"):
        assert client.get(f"/assessments/{filled}/berita-acara{ending}").status_code == 404


# --- codes --------------------------------------------------------------------------------


def test_codes_come_from_all_the_chance_they_get() -> None:
    assert code_of(bytes(10)) == "0" * 16
    assert code_of(b"\xff" * 10) == "Z" * 16
    one_bit = {code_of((1 << place).to_bytes(10, "big")) for place in range(80)}
    assert len(one_bit) == 80


def test_codes_are_read_as_people_write_them() -> None:
    code = "0K3MQX2P14VD9T6A"
    digest = hashlib.sha256(b"").hexdigest()
    for said in (code, "0k3m-qx2p-14vd-9t6a", " 0K3M QX2P 14VD 9T6A ", "OK3M-QX2P-l4VD-9T6A",
                 "okem".replace("e", "3") + "qx2pi4vd9t6a", "0K3M–QX2P–14VD–9T6A",
                 "https://maturitas.example.go.id/verify/0K3MQX2P14VD9T6A/"):  # fmt: skip
        assert typed(said) == code, said
    assert typed(grouped(digest, 8, " ").upper()) == digest
    for said in (
        "",
        "x",
        code + "0",
        code[:-1],
        "U" * 16,
        "é" * 16,
        digest[:-1],
        "/",
        "0" * 10_000,
    ):
        assert typed(said) == "", said


# --- the public page ----------------------------------------------------------------------


def test_anybody_sees_that_a_paper_is_genuine_and_current(
    app: Flask, database: Database, client: StrictClient, handed_in: int
) -> None:
    (receipt,) = receipts_of(database, handed_in)
    assert 'action="/verify"' in client.get("/verify").text
    code = grouped(receipt.code, 4, " - ").lower()
    reply = client.get("/verify", query_string={"code": code})
    page = client.get(reply.location).text
    said = plain(page)
    assert "Asli dan terkini" in said
    assert "Genuine and current" in said
    assert "KPU Kota Tangerang" in said
    assert "Pengukuran 2026" in said
    assert "21 November 2026, 14.00 WIB" in said
    assert grouped(receipt.digest, 8, " ") in said
    assert "Belum diserahkan" in said
    by_digest = client.get(f"/verify/{receipt.digest}").text
    assert plain(by_digest) == said


def test_the_page_tells_no_score_and_no_name(
    client: StrictClient, database: Database, handed_in: int
) -> None:
    (receipt,) = receipts_of(database, handed_in)
    said = plain(client.get(f"/verify/{receipt.code}").text)
    assert "Budi" not in said
    assert "Siti" not in said
    assert "Level" not in said
    assert "ndeks" not in said
    without = said
    for known in (grouped(receipt.digest, 8, " "), grouped(receipt.code, 4, "-"), "SHA-256",
                  "21 November 2026, 14.00", "Pengukuran 2026", "7K3M-QX2P-04VD-9T6A"):  # fmt: skip
        without = without.replace(known, "")
    assert re.findall(r"\d+", without) == ["16"]  # letters and digits of a code


@pytest.mark.parametrize("said", ["7K3M-QX2P-04VD-9T6A", "f" * 64, "salah", "<b>x</b>", "%00", "…"])
def test_an_unknown_code_is_told_in_both_languages(
    client: StrictClient, handed_in: int, said: str
) -> None:
    reply = client.get("/verify", query_string={"code": said})
    if reply.status_code == 303:
        reply = client.get(reply.location)
    assert reply.status_code == 404
    assert "Tidak dikenal" in plain(reply.text)
    assert "Not known" in plain(reply.text)


def test_a_newer_handing_in_supersedes_the_paper(
    client: StrictClient, database: Database, clock: Clock, handed_in: int
) -> None:
    (old,) = receipts_of(database, handed_in)
    clock.advance(days=2)
    new = newer(database, handed_in, clock)
    assert new.digest != old.digest
    assert new.code != old.code
    said = plain(client.get(f"/verify/{old.code}").text)
    assert "Asli, tetapi sudah digantikan" in said
    assert "Genuine, but superseded" in said
    assert "23 November 2026, 14.00 WIB" in said
    assert grouped(old.digest, 8, " ") in said
    assert grouped(new.digest, 8, " ") not in said
    assert "Asli dan terkini" in plain(client.get(f"/verify/{new.code}").text)


def test_handed_in_twice_without_a_change_the_digest_stays_current(
    client: StrictClient, database: Database, handed_in: int
) -> None:
    (old,) = receipts_of(database, handed_in)
    with database.write() as session:
        found = session.get_one(Assessment, handed_in)
        card = assessments.result_of(session, found)
        assert card is not None
        receipts.issue(session, assessments.work(session, found), card, Author(None, START))
    assert "Asli dan terkini" in plain(client.get(f"/verify/{old.digest}").text)
    assert "sudah digantikan" in plain(client.get(f"/verify/{old.code}").text)


# --- the signed paper ---------------------------------------------------------------------


def give(client: StrictClient, assessment: int, *given: tuple[bytes, str]) -> Any:
    address = f"/assessments/{assessment}/berita-acara"
    client.get(address)
    values: dict[str, Any] = {"csrf_token": re.search(
        r'name="csrf_token" value="([^"]+)"', client.last_page)[1]}  # type: ignore[index]  # fmt: skip
    for body, name in given:
        values["file"] = FileStorage(BytesIO(body), filename=name)
    return send(client, address, values)


def scans(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        rows = session.scalars(sa.select(SignedPaper).order_by(SignedPaper.id))
        return [(row.name_as_given, row.sha256) for row in rows]


def test_a_signed_scan_is_kept_recorded_and_told_to_all(
    app: Flask, database: Database, client: StrictClient, handed_in: int
) -> None:
    operator = client_of(app)
    assert give(operator, handed_in, (made.pdf(), "../BA.exe")).status_code == 303
    [(name, sha256)] = scans(database)
    assert name == "BA.exe.pdf"
    page = operator.get(f"/assessments/{handed_in}/berita-acara").text
    assert "sudah diserahkan" in page
    reply = operator.get(f"/assessments/{handed_in}/berita-acara/{sha256}")
    assert reply.data == made.pdf()
    assert reply.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in reply.headers["Content-Security-Policy"]
    with database.read() as session:
        lines = list(log.lines(session))
    (receipt,) = receipts_of(database, handed_in)
    entry = json.loads(lines[-1])
    assert entry["kind"] == "paper-signed"
    assert entry["assessment"] == handed_in
    assert entry["data"] == {"receipt": receipt.digest, "file": sha256, "way": "web"}
    assert verify(lines).fault is None
    assert "Sudah diserahkan 21 November 2026" in plain(
        client.get(f"/verify/{receipt.code}").text)  # fmt: skip


def test_the_newest_scan_counts_and_older_ones_stay(
    app: Flask, database: Database, handed_in: int
) -> None:
    operator = client_of(app)
    for body, name in ((made.pdf("satu"), "1.pdf"), (made.picture("PNG"), "2.png"),
                       (made.picture(), "3.jpg")):  # fmt: skip
        assert give(operator, handed_in, (body, name)).status_code == 303
    assert give(operator, handed_in, (made.picture(), "3.jpg")).status_code == 303
    assert [name for name, _ in scans(database)] == ["1.pdf", "2.png", "3.jpg"]
    page = plain(operator.get(f"/assessments/{handed_in}/berita-acara").text)
    assert page.index("3.jpg") < page.index("2.png") < page.index("1.pdf")
    for _, sha256 in scans(database):
        address = f"/assessments/{handed_in}/berita-acara/{sha256}"
        assert operator.get(address).status_code == 200


@pytest.mark.parametrize(("body", "name", "words"), [
    (made.CSV, "a.pdf", "berkas ini csv"),
    (made.xlsx("x"), "a.pdf", "berkas ini xlsx"),
    (b"<svg/>", "a.svg", "isinya bukan pdf"),
    (b"", "a.pdf", "kosong"),
    (b"%PDF-1.7" + b"x" * 5_000_001, "a.pdf", "melebihi batas"),
    (b"", "", "pilih berkasnya"),
])  # fmt: skip
def test_what_is_no_scan_is_refused_with_words(
    app: Flask, database: Database, handed_in: int, body: bytes, name: str, words: str
) -> None:
    reply = give(client_of(app), handed_in, (body, name))
    assert reply.status_code == 422
    assert words in reply.text.lower()
    assert scans(database) == []


def test_a_scan_is_for_those_who_may_see_the_assessment(
    app: Flask, database: Database, client: StrictClient, handed_in: int
) -> None:
    with database.write() as session:
        make_user(session, email=THERE, role=Role.OPERATOR, office=LEBAK)
    give(client_of(app, OPERATOR), handed_in, (made.pdf(), "BA.pdf"))
    [(_, sha256)] = scans(database)
    other = client_of(app, THERE)
    for address in ("", f"/{sha256}", ".json", ".pdf"):
        path = f"/assessments/{handed_in}/berita-acara{address}"
        assert other.get(path).status_code == 403
        assert client.get(path).location.startswith("/sign-in")
    evidence = hashlib.sha256(made.CSV).hexdigest()
    path = f"/assessments/{handed_in}/berita-acara/{evidence}"
    assert client_of(app).get(path).status_code == 404  # a file, but no signed paper


def test_a_scan_belongs_to_the_paper_that_was_signed(
    app: Flask, database: Database, clock: Clock, handed_in: int
) -> None:
    operator = client_of(app)
    give(operator, handed_in, (made.pdf(), "BA.pdf"))
    new = newer(database, handed_in, clock)
    assert "Belum ada pindaian" in operator.get(f"/assessments/{handed_in}/berita-acara").text
    assert "Belum diserahkan" in plain(operator.get(f"/verify/{new.code}").text)
    (old, _) = receipts_of(database, handed_in)
    assert "Sudah diserahkan" in plain(operator.get(f"/verify/{old.code}").text)


def test_a_full_disk_is_said_and_nothing_is_recorded(
    app: Flask, database: Database, settings: Settings, handed_in: int
) -> None:
    operator = client_of(app)
    folder = settings.data / "files"
    folder.rename(settings.data / "away")
    folder.write_text("not a folder")
    reply = give(operator, handed_in, (made.pdf(), "BA.pdf"))
    assert reply.status_code == 507
    assert "tidak dapat disimpan" in reply.text
    assert scans(database) == []
