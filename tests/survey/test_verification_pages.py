"""The verifier's pages: queue, overview, claims, acts; and who is kept out of them."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from maturity.offices.models import Interest, Membership, Role
from maturity.survey.file_models import EvidenceFile, StoredFile
from maturity.survey.lifecycle import AssessmentState as S
from maturity.survey.models import Answer, Assessment, Round
from maturity.survey.shipped import locate
from maturity.survey.stage_models import Judgement
from tests.builders import (
    LEBAK,
    MAIN,
    TANGERANG,
    add_offices,
    instrument_of,
    make_assessment,
    make_round,
)
from tests.clock import START
from tests.survey.filling import OPERATOR, RESPONSIBLE
from tests.survey.verifying import (
    ADMIN,
    CLAIMS,
    EXTERNAL,
    OTHER,
    SETTLER,
    VERIFIER,
    WORDS,
    Verification,
    handed_in,
)

SECTION = "/verification/SD1"
INSTRUMENT = instrument_of(locate(MAIN))
CLAIMABLE = next(one.key for one in INSTRUMENT.items if one.claim and one.thing is None)


def section_of(key: str) -> str:
    """Where a claim is decided."""
    question = INSTRUMENT.item(key).question
    section = next(one for one in INSTRUMENT.sections if question in one.questions)
    return f"/verification/{section.id}"


@pytest.fixture
def made(app, database, monkeypatch) -> Verification:
    return handed_in(app, database, monkeypatch, CLAIMS)


def text_of(response) -> str:
    return " ".join(response.text.split())


def decide(client, made, values, *, do="stay"):
    """Fill in the section's form and send it."""
    client.get(made.url(SECTION))
    return client.submit({**values, "do": do}, action=made.url(SECTION))


# --- the queue ------------------------------------------------------------------------


def test_the_queue_shows_what_waits_with_its_reasons(made):
    page = text_of(made.client().get("/verification"))
    assert "KPU Kota Tangerang" in page
    assert "Belum ditugaskan" in page
    assert "2 klaim level tanpa tautan atau berkas bukti" in page
    assert "0 dari 3 diputuskan" in page


def test_the_queue_is_for_verifiers_only(made):
    for email in (OPERATOR, RESPONSIBLE, ADMIN, SETTLER):
        assert made.client(email).get("/verification").status_code == 403


def test_the_queue_shows_nothing_that_another_verifier_has_taken(made):
    made.begin()
    assert "KPU Kota Tangerang" not in made.client(OTHER).get("/verification").text
    client = made.client()
    page = text_of(client.get("/verification?whose=mine"))
    assert "Tugas Anda" in page
    assert "Verifikasi (1)" in page
    assert "Tidak ada penilaian yang cocok" in client.get("/verification?state=settled").text
    assert "Tidak ada penilaian yang cocok" in client.get("/verification?whose=open").text


def test_nonsense_in_the_queues_address_does_no_harm(made):
    client = made.client()
    for query in ("page=99999999999", "page=x", "state=x&province=y", "round=%00", "whose=''"):
        assert client.get(f"/verification?{query}").status_code == 200


def test_the_queue_takes_as_many_queries_for_many_offices(made, database):
    client = made.client(EXTERNAL)

    def count() -> int:
        seen = []
        engine = made.app.extensions["maturity"].database.engine
        listener = lambda *args: seen.append(args[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", listener)
        assert client.get("/verification").status_code == 200
        event.remove(engine, "before_cursor_execute", listener)
        return len(seen)

    few = count()
    with database.write() as session:
        round_ = session.scalars(select(Round)).one()
        kinds = ("national", "province", "regency", "city")
        round_.verifiers = json.dumps({kind: ["external"] for kind in kinds})
        offices = [office.code for office in add_offices(session)]
        session.add_all(
            Assessment(round_id=round_.id, office_code=code, state="submitted", submitted_at=START)
            for code in offices
            if code != TANGERANG
        )
    assert count() == few
    assert "553 penilaian" in client.get("/verification").text
    assert client.get("/verification?page=23").text.count('class="card queue-row"') == 3


# --- taking up, deciding --------------------------------------------------------------


def test_who_begins_is_the_verifier(made):
    client = made.begin()
    page = text_of(client.get(made.url("/verification")))
    assert "Arif Hidayat (Anda)" in page
    assert "0 dari 3 jawaban" in page
    assert made.state == S.VERIFYING


def test_a_page_of_decisions_is_saved_at_once(made):
    client = made.begin()
    page = client.get(made.url(SECTION)).text
    assert "Level ini memerlukan bukti dukung" in page
    assert "Lihat SK 12/2026." in page
    response = decide(client, made, {
        "verdict:V01": "changed", "value:V01": "l1", "words:V01": WORDS,
        "private:V01": "Pernah diperiksa 2025.", "confidence:V01": "3",
        "verdict:V02": "not-verifiable", "words:V02": WORDS,
        "verdict:V03": "confirmed",
    })  # fmt: skip
    assert response.status_code == 303
    assert made.rows() == [
        ("V01", "changed", "l1", WORDS),
        ("V02", "not-verifiable", "l2", WORDS),
        ("V03", "confirmed", "l2", ""),
    ]
    page = text_of(client.get(made.url(SECTION)))
    assert "Semua jawaban di halaman ini sudah diputuskan." in page
    assert "Diputuskan oleh Arif Hidayat" in page
    client.submit({}, action=made.url(SECTION))
    assert len(made.rows()) == 3, "sending the same page again decides nothing anew"


def test_what_is_right_is_saved_and_what_is_not_is_kept_on_the_page(made):
    client = made.begin()
    response = decide(client, made, {
        "verdict:V01": "changed", "value:V01": "l1", "words:V01": "", "private:V01": "rahasia saya",
        "verdict:V02": "changed", "words:V02": "kata saya",
        "verdict:V03": "confirmed",
    })  # fmt: skip
    page = text_of(response)
    assert response.status_code == 422
    assert made.rows() == [("V03", "confirmed", "l2", "")]
    assert "Tulis alasan keputusan ini dengan kata-kata." in page
    assert "Pilih jawaban yang benar." in page
    assert "rahasia saya" in page
    assert "kata saya" in page
    assert 'href="#q-V01-words"' in page
    assert 'href="#q-V02-v"' in page


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"words:V01": "hanya kata"}, "Pilih salah satu keputusan."),
        ({"verdict:V01": "upheld", "words:V01": WORDS}, "Pilih salah satu keputusan."),
        ({"verdict:V01": "changed", "value:V01": "l3", "words:V01": WORDS}, "sama dengan jawaban"),
        ({"verdict:V01": "changed", "value:V01": "x" * 30, "words:V01": WORDS}, "bukan salah satu"),
        ({"verdict:V01": "confirmed", "words:V01": "x" * 4001}, "terlalu panjang"),
    ],
)
def test_a_faulty_decision_is_refused_at_its_field(made, values, words):
    response = decide(made.begin(), made, values)
    assert response.status_code == 422
    assert words in response.text
    assert made.rows() == []


def test_two_tabs_hear_of_each_other(made):
    first, second = made.begin(), made.client()
    second.get(made.url(SECTION))
    decide(first, made, {"verdict:V01": "confirmed"})
    values = {"verdict:V01": "changed", "value:V01": "l1", "words:V01": WORDS, "do": "stay"}
    response = second.submit(values, action=made.url(SECTION))
    page = text_of(response)
    assert response.status_code == 409
    assert "Orang lain sudah memutuskan jawaban ini" in page
    assert WORDS in page
    second.last_page = response.text
    again = second.submit({"do": "stay"}, action=made.url(SECTION))
    assert again.status_code == 303
    assert [row[1] for row in made.rows()] == ["confirmed", "changed"]


def test_a_stale_page_that_changes_nothing_overwrites_nothing(made):
    first, second = made.begin(), made.client()
    decide(first, made, {"verdict:V01": "confirmed"})
    second.get(made.url(SECTION))
    decide(first, made, {"verdict:V01": "not-verifiable", "words:V01": WORDS})
    response = second.submit({"verdict:V03": "confirmed", "do": "stay"}, action=made.url(SECTION))
    assert response.status_code == 303
    assert [row[:2] for row in made.rows()] == [
        ("V01", "confirmed"), ("V01", "not-verifiable"), ("V03", "confirmed"),
    ]  # fmt: skip


def test_confirming_the_rest_says_what_it_left_out(made):
    client = made.begin()
    response = decide(client, made, {}, do="rest")
    page = text_of(client.get(response.location))
    assert "1 jawaban dikonfirmasi. 2 klaim tanpa bukti dukung menunggu keputusan Anda." in page
    assert made.rows() == [("V03", "confirmed", "l2", "")]


def test_what_could_not_be_saved_in_time_is_still_on_the_page(made, clock):
    client = made.begin()
    made.change(verify_due_at=START + timedelta(hours=1))
    client.get(made.url(SECTION))
    clock.advance(hours=2)
    response = client.submit(
        {"words:V01": "hampir selesai", "do": "stay"}, action=made.url(SECTION)
    )
    assert response.status_code == 409
    assert "Batas verifikasi sudah lewat" in response.text
    assert "hampir selesai" in response.text
    assert made.rows() == []


# --- not applicable, matrices ---------------------------------------------------------


def test_not_applicable_is_granted_or_refused_one_by_one(app, database, monkeypatch):
    made = handed_in(app, database, monkeypatch, {CLAIMABLE: "not-applicable", "V03": "l2"})
    section = section_of(CLAIMABLE)
    client = made.begin()
    page = text_of(client.get(made.url(section)))
    assert "Disetujui: tidak berlaku" in page
    assert "Ditolak, diubah" in page
    assert "Tidak ada unit ini." in page
    assert f'name="verdict:{CLAIMABLE}" value="not-verifiable"' not in page
    for values, words in (
        ({"verdict": "not-verifiable", "words": WORDS}, "Pilih salah satu keputusan."),
        ({"verdict": "changed", "words": WORDS, "value": "not-applicable"}, "yang berlaku bagi"),
    ):
        client.get(made.url(section))
        named = {f"{name}:{CLAIMABLE}": value for name, value in values.items()}
        response = client.submit({**named, "do": "stay"}, action=made.url(section))
        assert response.status_code == 422
        assert words in response.text
    client.get(made.url(section))
    client.submit({"do": "rest"}, action=made.url(section))
    assert CLAIMABLE not in [row[0] for row in made.rows()], "never confirmed along"
    client.get(made.url(section))
    client.submit({f"verdict:{CLAIMABLE}": "confirmed", "do": "stay"}, action=made.url(section))
    assert (CLAIMABLE, "confirmed", "", "") in made.rows()


def test_the_inventory_is_decided_object_by_object(app, database, monkeypatch):
    stem = "INV/parpol-verifikasi"
    cells = {f"{stem}/available": "yes", f"{stem}/timely": "no"}
    made = handed_in(app, database, monkeypatch, cells)
    client = made.begin()
    section = section_of(f"{stem}/available")
    page = client.get(made.url(section)).text
    address = made.url(f"{section}/{stem}")
    assert address in page
    assert "0 dari 2 diputuskan" in page
    client.get(address)
    response = client.submit({
        f"verdict:{stem}/available": "confirmed",
        f"verdict:{stem}/timely": "changed", f"value:{stem}/timely": "yes",
        f"words:{stem}/timely": WORDS,
    }, action=address)  # fmt: skip
    assert response.location == made.url(section), "no further object was answered"
    assert made.rows() == [
        (f"{stem}/available", "confirmed", "yes", ""),
        (f"{stem}/timely", "changed", "yes", WORDS),
    ]
    assert client.get(made.url(f"{section}/INV/none")).status_code == 404


def test_files_of_other_offices_are_told_by_their_number_only(made, database):
    with database.write() as session:
        round_ = session.get_one(Assessment, made.id).round
        foreign = make_assessment(session, round_=round_, office=LEBAK)
        session.add(StoredFile(sha256="a" * 64, size=2000, media_type="application/pdf",
                               holds_nik=True, uploaded_at=START))  # fmt: skip
        session.flush()
        for one in (made.id, foreign.id):
            session.add(EvidenceFile(assessment_id=one, key="V01", sha256="a" * 64,
                                     name_as_given=f"sk-{one}.pdf", added_at=START))  # fmt: skip
        name = f"sk-{foreign.id}.pdf"
    client = made.begin()
    page = text_of(client.get(made.url(SECTION)))
    assert "juga diserahkan oleh 1 kantor lain" in page
    assert "tampaknya memuat NIK" in page
    assert name not in page
    assert "Lebak" not in page
    queue = text_of(client.get("/verification"))
    assert "1 berkas juga diserahkan oleh kantor lain" in queue


def test_what_was_settled_last_time_is_shown(made, database):
    with database.write() as session:
        now = session.get_one(Assessment, made.id).round
        old = make_round(session, slug="2024", opens_at=now.opens_at - timedelta(days=700),
                         closes_at=now.opens_at - timedelta(days=600))  # fmt: skip
        earlier = make_assessment(session, round_=old, state=S.SETTLED)
        session.add(Answer(assessment_id=earlier.id, key="V01", state="answered", value="l2",
                           updated_at=START))  # fmt: skip
    page = text_of(made.begin().get(made.url(SECTION)))
    assert "Penetapan periode lalu" in page


# --- acts -----------------------------------------------------------------------------


def test_returning_needs_words_and_days_and_tells_the_office(made):
    client = made.begin()
    address = made.url("/verify/return")
    client.get(address)
    assert client.submit({"words": " ", "days": "3"}, action=address).status_code == 422
    client.get(address)
    response = client.submit({"words": "Lengkapi V01.", "days": "0"}, action=address)
    assert response.status_code == 422
    assert "Lengkapi V01." in response.text
    client.get(address)
    assert (
        client.submit({"words": "Lengkapi V01.", "days": "25"}, action=address).status_code == 303
    )
    assert made.state == S.RETURNED
    page = text_of(made.client(OPERATOR).get(made.url()))
    assert "Penilaian dikembalikan untuk diperbaiki" in page
    assert "Lengkapi V01." in page
    assert "16 Desember 2026" in page
    assert "Belum dapat dilakukan" in client.get(address).text


def test_verification_ends_only_when_all_is_decided(made):
    client = made.begin()
    page = client.get(made.url("/verify/finish")).text
    assert "3 jawaban belum diputuskan, dalam 1 bagian" in page
    assert re.search(r"<h2[^>]*>[^<]+ \(3\)</h2>", page), "by section, with how many"
    assert f"{made.url(SECTION)}#q-V01-verdict" in page
    assert "masa sanggah" in made.client(OPERATOR).get(made.url("/decisions")).text
    decide(client, made, {
        "verdict:V01": "changed", "value:V01": "l1", "words:V01": WORDS, "private:V01": "Diam-diam",
        "verdict:V02": "confirmed", "verdict:V03": "confirmed",
    })  # fmt: skip
    client.get(made.url("/verify/finish"))
    assert client.submit({}, action=made.url("/verify/finish")).status_code == 303
    assert made.state == S.REPLY
    office = made.client(OPERATOR)
    assert "masa sanggah dibuka" in office.get(made.url()).text
    decisions = text_of(office.get(made.url("/decisions")))
    assert WORDS in decisions
    assert "Diam-diam" not in decisions
    assert "1 dari 3 jawaban dinilai berbeda" in decisions
    differing = office.get(made.url("/decisions?only=differing")).text
    assert "V01" in differing
    assert "V03" not in differing
    assert "Tidak ada jawaban yang cocok" in office.get(made.url("/decisions?section=SD2")).text
    assert "V03" in office.get(made.url("/decisions?section=SD1&page=9&only=x")).text


def test_finishing_with_undecided_claims_is_refused(made):
    client = made.begin()
    response = client.post(made.url("/verify/finish"), data={"csrf_token": client.csrf()})
    assert response.status_code == 422
    assert "Masih ada 3 jawaban yang belum diputuskan." in response.text
    assert made.state == S.VERIFYING


def test_verification_is_taken_up_again_with_a_reason(made):
    client = made.begin()
    decide(client, made, {f"verdict:{key}": "confirmed" for key in CLAIMS})
    client.get(made.url("/verify/finish"))
    client.submit({}, action=made.url("/verify/finish"))
    client.get(made.url("/verify/again"))
    assert client.submit({"words": ""}, action=made.url("/verify/again")).status_code == 422
    client.get(made.url("/verify/again"))
    response = client.submit({"words": "Bukti baru."}, action=made.url("/verify/again"))
    assert response.status_code == 303
    assert made.state == S.VERIFYING


def test_an_answer_changed_since_is_shown_with_the_old_decision(made, database):
    client = made.begin()
    decide(client, made, {"verdict:V03": "confirmed"})
    with database.write() as session:
        row = session.scalars(select(Judgement)).one()
        row.on_version = 0
    page = text_of(client.get(made.url(SECTION)))
    assert "Kantor mengubah jawabannya sejak keputusan ini" in page


# --- who is kept out ------------------------------------------------------------------


def test_another_verifier_reads_and_decides_nothing(made):
    made.begin()
    other = made.client(OTHER)
    assert "Halaman ini hanya dapat dibaca" in other.get(made.url(SECTION)).text
    token = {"csrf_token": other.csrf(), "seen:V01": "0", "verdict:V01": "confirmed"}
    response = other.post(made.url(SECTION), data=token)
    assert response.status_code == 409
    assert "tidak ditugaskan kepada Anda" in response.text
    for act in ("begin", "return", "again", "finish"):
        data = {"csrf_token": other.csrf(), "words": "Alasan saya", "days": "3"}
        assert other.post(made.url(f"/verify/{act}"), data=data).status_code in (403, 409), act
    assert made.rows() == []
    assert made.state == S.VERIFYING


@pytest.mark.parametrize("path", ["/verification", SECTION, "/verify/finish"])
def test_the_office_never_sees_the_verifiers_pages(made, path):
    for email in (OPERATOR, RESPONSIBLE):
        assert made.client(email).get(made.url(path)).status_code == 403


@pytest.mark.parametrize("office", [TANGERANG, "36"])
def test_a_declared_interest_closes_the_pages_with_the_reason(made, office):
    made.declare(VERIFIER, office)
    client = made.client()
    for path in ("/verification", SECTION):
        response = client.get(made.url(path))
        assert response.status_code == 403
        assert "menyatakan kepentingan" in response.text
    response = client.post(made.url("/verify/begin"), data={"csrf_token": client.csrf()})
    assert response.status_code == 403
    assert made.state == S.SUBMITTED


def test_a_verifier_who_also_fills_in_for_the_office_is_kept_out(made, database):
    with database.write() as session:
        session.add(Membership(person_id=made.people[VERIFIER], office_code=TANGERANG,
                               role=Role.OPERATOR, created_at=START))  # fmt: skip
    client = made.client()
    assert "menyatakan kepentingan" in client.get(made.url("/verification")).text
    assert "KPU Kota Tangerang" not in client.get("/verification").text


def test_keys_that_are_no_claims_are_ignored(made):
    client = made.begin()
    client.get(made.url(SECTION))
    values = {
        "seen:V09": "0",
        "verdict:V09": "confirmed",
        "seen:../x": "0",
        "verdict:../x": "confirmed",
    }
    client.submit({**values, "do": "stay"}, action=made.url(SECTION))
    assert made.rows() == []
    assert client.get(made.url("/verification/none")).status_code == 404


@pytest.mark.parametrize("state", [S.NOT_STARTED, S.IN_PROGRESS])
def test_nothing_is_verified_before_it_was_handed_in(made, state):
    made.change(state=state)
    client = made.client()
    assert "belum mengajukan" in client.get(made.url("/verification")).text
    assert client.get(made.url(SECTION)).status_code == 302
    response = client.post(made.url("/verify/begin"), data={"csrf_token": client.csrf()})
    assert response.status_code == 409
    assert made.state == state


def test_the_pages_are_there_in_english(made):
    client = made.begin()
    client.get("/verification")
    client.post("/language", data={"csrf_token": client.csrf(), "lang": "en", "next": "/"})
    assert "Verification queue" in client.get("/verification").text
    assert "Confirmed" in client.get(made.url(SECTION)).text
    assert "End verification and open the reply" in client.get(made.url("/verification")).text
    assert "Reason" in client.get(made.url("/verify/return")).text


def test_what_is_undecided_leads_to_each_question_by_its_section(made):
    client = made.begin()
    page = client.get(made.url("/verify/finish")).text
    for key in ("V01", "V02", "V03"):
        assert f'href="{made.url(SECTION)}#q-{key}-verdict"' in page


# --- notes for inside -------------------------------------------------------------------


def notes_seen(made: Verification, email: str) -> set[str]:
    """Which of the two notes a person finds on any page or file of the assessment."""
    client, found = made.client(email), b""
    for rest in ("/sections/SD1/check", "/check", "/verification", SECTION, "/timeline",
                 "/result", "/workbook", "/decisions"):  # fmt: skip
        found += client.get(made.url(rest)).data
    assert b"Lihat SK 12/2026." in found, "the assessment itself is seen"
    return {note for note in ("rahasia dapur", "telepon dinas") if note.encode() in found}


def test_external_verifiers_read_private_notes_only_where_they_may_verify(
    made: Verification,
) -> None:
    client = made.begin()
    client.get(made.url(SECTION))
    typed = {"verdict:V01": "confirmed", "private:V01": "telepon dinas"}
    assert client.submit(typed, action=made.url(SECTION)).status_code == 303
    with made.database.write() as session:
        session.scalars(
            select(Answer).where(Answer.key == "V01")
        ).one().private_note = "rahasia dapur"
    both = {"rahasia dapur", "telepon dinas"}
    assert notes_seen(made, VERIFIER) == both
    assert notes_seen(made, EXTERNAL) == set(), "a city is for its province's verifiers"
    made.change(verifier_id=made.people[EXTERNAL])
    assert notes_seen(made, EXTERNAL) == both
    made.change(verifier_id=made.people[VERIFIER])
    with made.database.write() as session:
        rule = json.dumps({"city": ["external"], "regency": ["external"]})
        session.get_one(Assessment, made.id).round.verifiers = rule
    assert notes_seen(made, EXTERNAL) == both
    made.declare(EXTERNAL, TANGERANG)
    assert notes_seen(made, EXTERNAL) == set()


# --- interests declared afterwards ------------------------------------------------------


def test_verifications_before_a_declared_interest_are_pointed_out(made: Verification) -> None:
    client = made.begin()
    client.get(made.url(SECTION))
    typed = {"verdict:V01": "confirmed", "verdict:V02": "confirmed"}
    assert client.submit(typed, action=made.url(SECTION)).status_code == 303
    told = "2 penilaian dibuat oleh verifikator yang kemudian menyatakan kepentingan"
    pages = [(OTHER, "/verification"), (SETTLER, "/settlement")]
    made.change(state=S.REPLY)
    assert not any(told in made.client(who).get(made.url(rest)).text for who, rest in pages)
    made.declare(VERIFIER, TANGERANG)
    for who, rest in pages:
        page = text_of(made.client(who).get(made.url(rest)))
        assert told in page
        assert f"<li>{INSTRUMENT.item('V01').question.title.id}</li>" in page
    with made.database.write() as session:
        for row in session.scalars(select(Interest)):
            row.declared_at = START - timedelta(days=1)
    assert told not in made.client(SETTLER).get(made.url("/settlement")).text
