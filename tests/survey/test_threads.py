"""Conversations between an office and its verifier: who may, what is kept, who is awaited."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from maturity.survey.lifecycle import AssessmentState as S
from maturity.survey.log_models import LogEntry
from maturity.survey.models import Assessment
from maturity.survey.stage_models import Comment, Thread
from tests.builders import LEBAK, make_assessment
from tests.survey.filling import OPERATOR, token
from tests.survey.verifying import (
    ADMIN,
    CLAIMS,
    EXTERNAL,
    OTHER,
    SETTLER,
    VERIFIER,
    Verification,
    handed_in,
)

ASKED = "Halaman berapa dari SK 12/2026?"
ANSWERED = "Halaman 4, butir b."


@pytest.fixture
def made(app, database, monkeypatch) -> Verification:
    return handed_in(app, database, monkeypatch, CLAIMS)


def text_of(response) -> str:
    return " ".join(response.text.split())


def begin(client, made, *, words=ASKED, key="V01", kind="question"):
    address = made.url(f"/threads/{key}")
    client.get(address)
    return client.submit({"words": words, "kind": kind}, action=address)


def act(client, made, do, words="", *, thread=1):
    data = {"csrf_token": token(client), "do": do, "words": words}
    return client.post(made.url(f"/thread/{thread}"), data=data)


def comments(database) -> list[tuple[str, str]]:
    with database.read() as session:
        rows = session.scalars(select(Comment).order_by(Comment.id))
        return [(one.side, one.words) for one in rows]


def test_a_question_is_asked_answered_and_resolved(made, database, clock):
    assert begin(made.begin(), made).status_code == 303
    clock.advance(days=2)
    verifier, office = made.client(), made.client(OPERATOR)
    page = text_of(office.get(made.url("/threads")))
    assert ASKED in page
    assert "menunggu jawaban kantor sejak 2 hari" in page
    assert "1 menunggu jawaban Anda" in office.get(made.url()).text
    assert act(office, made, "comment", ANSWERED).status_code == 303
    page = text_of(verifier.get(made.url("/threads/V01")))
    assert ANSWERED in page
    assert "menunggu jawaban verifikator sejak hari ini" in page
    assert "1 menunggu Anda" in verifier.get(made.url("/verification")).text
    assert "1 terbuka" in verifier.get(made.url("/verification/SD1")).text
    assert act(verifier, made, "resolve").status_code == 303
    assert "Tidak ada percakapan dengan status ini." in office.get(made.url("/threads")).text
    assert ANSWERED in office.get(made.url("/threads?show=resolved")).text
    assert act(office, made, "comment", "Tambahan.").status_code == 409
    assert act(office, made, "reopen", "Ada dokumen baru.").status_code == 303
    assert [side for side, _ in comments(database)] == ["verifier", "office", "office"]
    with database.read() as session:
        rows = session.scalars(select(LogEntry).order_by(LogEntry.seq)).all()
        kinds = [row.kind for row in rows if row.kind.startswith("thread")]
        assert kinds == ["thread-resolved", "thread-reopened"]
        assert ASKED not in json.dumps([row.data for row in rows])


def test_the_questionnaire_links_to_the_conversation_while_answers_are_open(made):
    begin(made.begin(), made)
    made.change(state=S.RETURNED)
    page = made.client(OPERATOR).get(made.url("/sections/SD1")).text
    assert made.url("/threads/V01") in page
    assert "1 terbuka" in page


def test_who_takes_part_and_who_only_reads(made, database):
    begin(made.begin(), made)
    settler, admin = made.client(SETTLER), made.client(ADMIN)
    assert ASKED in settler.get(made.url("/threads")).text
    assert act(settler, made, "comment", "Mohon dijawab.").status_code == 303
    assert ASKED in admin.get(made.url("/threads")).text
    assert act(admin, made, "comment", "Saya juga.").status_code == 403
    for email in (OTHER, EXTERNAL):
        client = made.client(email)
        assert client.get(made.url("/threads")).status_code == 403
        assert client.get(made.url("/threads/V01")).status_code == 403
        assert act(client, made, "comment", "Halo semua.").status_code == 403
    assert comments(database) == [("verifier", ASKED), ("verifier", "Mohon dijawab.")]


def test_an_interest_declared_later_closes_the_conversation(made):
    begin(made.begin(), made)
    made.declare(VERIFIER, "36")
    assert made.client().get(made.url("/threads")).status_code == 403


def test_a_thread_of_another_office_is_not_reached_through_the_own_one(made, database):
    begin(made.begin(), made)
    with database.write() as session:
        round_ = session.get_one(Assessment, made.id).round
        foreign = make_assessment(session, round_=round_, office=LEBAK)
        thread = session.scalars(select(Thread)).one()
        thread.assessment_id = foreign.id
    client = made.client(OPERATOR)
    assert ASKED not in client.get(made.url("/threads?show=all")).text
    for number in (1, 999, 2**40):
        assert act(client, made, "comment", ANSWERED, thread=number).status_code == 404
    assert comments(database) == [("verifier", ASKED)]


@pytest.mark.parametrize(
    ("words", "said"), [("  ", "Tulis pesan Anda"), ("x" * 4001, "terlalu panjang")]
)
def test_empty_and_endless_messages_are_refused_and_kept_on_the_page(made, database, words, said):
    client = made.client(OPERATOR)
    response = begin(client, made, words=words)
    assert response.status_code in (413, 422)
    assert said in response.text
    assert words.strip() in response.text
    assert comments(database) == []


def test_the_same_message_twice_is_one(made, database):
    client = made.client(OPERATOR)
    begin(client, made)
    begin(client, made)
    act(client, made, "comment", ANSWERED)
    act(client, made, "comment", ANSWERED)
    assert [words for _, words in comments(database)] == [ASKED, ANSWERED]


def test_identity_numbers_are_warned_of(made):
    client = made.client(OPERATOR)
    begin(client, made, words="NIK petugas 3671014503900001")
    assert "tampaknya memuat NIK" in client.get(made.url("/threads/V01")).text


def test_an_object_of_the_inventory_has_one_page_for_all_its_cells(made):
    client = made.client(OPERATOR)
    key = "INV/parpol-profil"
    page = client.get(made.url(f"/threads/{key}")).text
    assert f'value="{key}/timely"' in page
    address = made.url(f"/threads/{key}")
    client.submit({"words": ASKED, "item": f"{key}/timely"}, action=address)
    assert ASKED in client.get(address).text
    assert client.get(made.url("/threads/none")).status_code == 404


def test_nothing_is_said_before_the_first_answer_was_saved(made, database):
    made.change(state=S.NOT_STARTED)
    client = made.client(OPERATOR)
    assert (
        "setelah kantor menyimpan jawaban pertamanya" in client.get(made.url("/threads/V01")).text
    )
    data = {"csrf_token": client.csrf(), "words": ASKED}
    assert client.post(made.url("/threads/V01"), data=data).status_code == 409
    assert comments(database) == []
