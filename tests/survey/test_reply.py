"""The office's right of reply through its pages, and all who must keep out of it."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from maturity.db import Database
from maturity.survey import judging
from maturity.survey.answers import Author
from maturity.survey.assessments import Work
from maturity.survey.file_models import EvidenceFile
from maturity.survey.models import Assessment, Evidence, Stage
from maturity.survey.rulings import Ruling
from maturity.survey.stage_models import Judgement, Verdict
from tests.clock import START, Clock
from tests.strict_client import StrictClient, fields_of
from tests.survey import made_files as made
from tests.survey.filling import client_of, token
from tests.survey.in_reply import OPERATOR, OTHER, SETTLER, VERIFIER, InReply, in_reply
from tests.survey.test_evidence_files import send, upload

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
AGREE, DISAGREE = "agree", "disagree"


@pytest.fixture
def world(database: Database, monkeypatch: pytest.MonkeyPatch) -> InReply:
    monkeypatch.setattr(Work, "missing", lambda _work, _items=None: [])
    return in_reply(database)


@pytest.fixture
def office(app: Flask, world: InReply) -> StrictClient:
    return client_of(app, OPERATOR)


def address(world: InReply) -> str:
    return f"/assessments/{world.assessment}/reply"


def replies(world: InReply) -> dict[str, tuple[str, str]]:
    with world.database.read() as session:
        rows = session.scalars(
            select(Judgement).where(Judgement.stage == Stage.REPLIED).order_by(Judgement.id)
        )
        return {row.key: (row.verdict, row.words) for row in rows}


def say(client: StrictClient, world: InReply, **fields: str):
    """Fill in the form of the page that is fetched now, and send it."""
    client.get(address(world))
    named = {name.replace("_", ":", 1): said for name, said in fields.items()}
    return client.submit(named, action=address(world))


def test_only_what_was_verified_differently_stands_there(
    office: StrictClient, world: InReply
) -> None:
    page = office.get(address(world)).text
    assert "reply:V01" in page
    assert "reply:V02" in page
    assert "reply:V03" not in page
    assert "SK tidak memuat kewajiban ini." in page
    assert "Cek lagi 2027." not in page, "private words are for verifiers and settlers"
    assert "24 November 2026, 14.00 WIB (3 hari lagi)" in page
    assert "2 hal belum ditanggapi" in page
    assert "bila klaim ini diterima" in page


def test_all_of_the_page_is_saved_and_evidence_with_it(
    office: StrictClient, world: InReply, clock: Clock
) -> None:
    clock.advance(hours=1)
    office.get(address(world))
    _, filled = fields_of(office.last_page, address(world))
    said = {
        "reply:V01": DISAGREE,
        "words:V01": "Lihat halaman 4.",
        "reply:V02": AGREE,
        "url:V01": "https://jdih.kpu.go.id/sk-12",
        "file:V01": [upload(made.pdf(), "SK 12.pdf")],
    }
    answer = send(office, address(world), {**filled, **said})
    assert answer.status_code == 303
    assert replies(world) == {"V01": (DISAGREE, "Lihat halaman 4."), "V02": (AGREE, "")}
    page = office.get(address(world)).text
    assert page.count("</svg>baru<") == 2, "the new link and the new file are marked"
    with world.database.read() as session:
        assert session.scalars(select(Evidence.url)).all() == ["https://jdih.kpu.go.id/sk-12"]
        assert session.scalars(select(EvidenceFile.name_as_given)).all() == ["SK 12.pdf"]


def test_what_cannot_be_saved_stays_in_its_field_and_the_rest_is_saved(
    office: StrictClient, world: InReply
) -> None:
    answer = say(
        office, world, reply_V01=DISAGREE, words_V01=" ", reply_V02=AGREE, url_V02="C:\\SK.pdf"
    )
    assert answer.status_code == 422
    assert "Tulis alasan keputusan ini dengan kata-kata." in answer.text
    assert 'value="C:\\SK.pdf"' in answer.text
    assert replies(world) == {"V02": (AGREE, "")}
    answer = say(office, world, words_V01="Belum memilih.")
    assert "Pilih setuju atau tidak setuju." in answer.text
    assert "Belum memilih.</textarea>" in answer.text


def test_two_people_of_the_office_hear_of_each_other(
    app: Flask, office: StrictClient, world: InReply
) -> None:
    office.get(address(world))
    colleague = client_of(app, OPERATOR)
    say(colleague, world, reply_V01=DISAGREE, words_V01="Dari rekan.")
    answer = office.submit({"reply:V01": AGREE}, action=address(world))
    assert answer.status_code == 422
    assert "Orang lain sudah memutuskan jawaban ini" in answer.text
    assert replies(world)["V01"] == (DISAGREE, "Dari rekan.")


def test_a_reply_to_a_verification_that_was_changed_since_is_refused(
    office: StrictClient, world: InReply
) -> None:
    office.get(address(world))
    with world.database.write() as session:
        assessment = session.get_one(Assessment, world.assessment)
        judging.take_up_again(session, assessment, words="Salah baca.", author=world.verifier)
        found = world.opened(session)
        ruling = Ruling(Verdict.CHANGED, raw="l2", words="Level 2.",
                        seen=found.rows["V01"][Stage.VERIFIED].id)  # fmt: skip
        judging.verify(session, found, found.work.instrument.item("V01"), ruling,
                       author=world.verifier)  # fmt: skip
        judging.open_reply(session, world.opened(session), author=world.verifier)
    answer = office.submit({"reply:V01": AGREE}, action=address(world))
    assert answer.status_code == 422
    assert "Keputusan sebelumnya berubah" in answer.text
    assert replies(world) == {}


def test_after_the_deadline_the_page_is_read_only_and_shows_what_was_typed(
    app: Flask, world: InReply, clock: Clock
) -> None:
    clock.advance(days=3, minutes=1)
    office = client_of(app, OPERATOR)
    said = {"reply:V01": DISAGREE, "words:V01": "Terlambat.", "csrf_token": token(office)}
    answer = office.post(address(world), data=said)
    assert answer.status_code == 409
    assert "Masa sanggah sudah lewat" in answer.text
    assert "Terlambat." in answer.text
    assert "reply:V01" not in answer.text
    assert replies(world) == {}


def test_done_means_that_each_one_was_replied_to(office: StrictClient, world: InReply) -> None:
    finish = f"{address(world)}/finish"
    assert "Tanggapi dahulu hal berikut" in office.get(finish).text
    say(office, world, reply_V01=AGREE, reply_V02=AGREE)
    office.get(finish)
    assert office.submit({}, action=finish).status_code == 422
    assert office.submit({"confirm": "yes"}, action=finish).status_code == 303
    assert "Kantor Anda sudah menyatakan selesai menanggapi" in office.get(address(world)).text


def test_nothing_differs(app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Work, "missing", lambda _work, _items=None: [])
    world = in_reply(database, plain=True)
    page = client_of(app, OPERATOR).get(address(world)).text
    assert "Semua jawaban kantor Anda dikonfirmasi verifikator" in page
    assert "<form" in page
    assert "reply:" not in page


def test_while_it_is_verified_the_office_sees_nothing_of_it(
    office: StrictClient, world: InReply
) -> None:
    with world.database.write() as session:
        assessment = session.get_one(Assessment, world.assessment)
        judging.take_up_again(session, assessment, words="Salah baca.", author=world.verifier)
    page = office.get(address(world)).text
    assert "Masa sanggah belum dibuka" in page
    assert "SK tidak memuat" not in page


@pytest.mark.parametrize("email", [OTHER, VERIFIER, SETTLER])
def test_nobody_else_replies(app: Flask, world: InReply, email: str) -> None:
    client = client_of(app, email)
    for path in ("", "/finish"):
        assert client.get(address(world) + path).status_code == 403
        token = {"csrf_token": client.csrf()}
        assert client.post(address(world) + path, data=token).status_code == 403
    assert replies(world) == {}


def test_in_english(office: StrictClient, world: InReply) -> None:
    office.get("/about")
    office.post("/language", data={"lang": "en", "csrf_token": office.csrf()})
    page = office.get(address(world)).text
    assert "Reply to the verification" in page
    assert "Agree with the verification" in page
    assert "Masa sanggah" not in page


def test_the_author_of_a_reply_is_who_signed_in(office: StrictClient, world: InReply) -> None:
    say(office, world, reply_V01=AGREE)
    with world.database.read() as session:
        row = session.scalars(select(Judgement).where(Judgement.stage == Stage.REPLIED)).one()
        assert Author(row.by_id, row.at) == Author(world.office.person_id, START)


def test_task_list_of_what_is_handed_in_leads_to_reply_and_paper(
    office: StrictClient, world: InReply
) -> None:
    page = office.get(f"/assessments/{world.assessment}").text
    assert "Periksa dan ajukan" not in page
    assert page.count(f'href="{address(world)}"') == 1
    assert f"/assessments/{world.assessment}/berita-acara" in page


def test_start_leads_those_who_fill_in_nothing_to_their_work(app: Flask, world: InReply) -> None:
    client = client_of(app, SETTLER)
    menu, _, main = client.get("/start").text.partition("<main")
    assert 'href="/settlement"' in main
    marked = '<a href="/settlement" aria-current="page">'
    assert marked not in menu
    assert marked not in client.get("/account/interests").text
    assert marked in client.get("/settlement").text
    assert marked in client.get(f"/assessments/{world.assessment}/settlement").text
