"""Answers of the period before: offered where the same is asked, confirmed one by one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select

from maturity.db import Database
from maturity.survey import answers as door
from maturity.survey import carried
from maturity.survey.answers import Author, Change
from maturity.survey.assessments import instrument_of
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.models import AnswerEvent, Assessment, Decision, Evidence, Round, Stage
from maturity.survey.stage_models import Judgement, Verdict
from tests.builders import LEBAK, TANGERANG, make_assessment, make_round
from tests.clock import START
from tests.offices.signing import both_databases
from tests.strict_client import StrictClient
from tests.survey.filling import answers_of, client_of, office_at_work, put
from tests.survey.test_section_links import make as make_link
from tests.survey.test_section_links import opened as opened_link
from tests.survey.written import TINY

URL = "https://jdih.kpu.go.id/sk-12"
LAST = datetime(2025, 9, 20, 7, 0, tzinfo=START.tzinfo)
SETTLED = datetime(2025, 11, 21, 7, 0, tzinfo=START.tzinfo)
SECTION = "/assessments/{}/sections/{}"
OFFER = ">Masih berlaku<"


@pytest.fixture
def database_kind() -> str:
    """SQLite, unless a test asks for both."""
    return "sqlite"


@pytest.fixture
def database_url(database_kind: str, new_database) -> str:  # type: ignore[no-untyped-def]
    return new_database(database_kind)


def before(
    database: Database,
    answers: Mapping[str, str],
    *,
    office: str = TANGERANG,
    source: str = "",
    state: AssessmentState = AssessmentState.SETTLED,
    slug: str = "2025",
    demo: bool = False,
) -> int:
    """An assessment of the period before with these answers, settled; its id."""
    with database.write() as session:
        opens, closes = LAST - timedelta(days=9), LAST + timedelta(days=9)
        round_ = make_round(session, slug=slug, opens_at=opens, closes_at=closes, demo=demo)
        if source:
            round_.source, round_.fingerprint = source, f"{abs(hash(source)):064}"
        made = make_assessment(session, round_=round_, office=office)
        for key, raw in answers.items():
            item = instrument_of(round_).item(key)
            change = Change(raw, note=f"SK {key}", reason="UK 3/2025", private_note="dapur")
            door.save(session, made, item, change, author=Author(None, LAST))
        made.state = state
        session.add(
            Decision(
                assessment_id=made.id, before="reply-open", after="settled", words="",
                at=SETTLED, by_id=None,
            )
        )  # fmt: skip
        return made.id


def judged(database: Database, assessment: int, key: str, value: str) -> None:
    """The verifier lowered an answer."""
    with database.write() as session:
        row = Judgement(
            assessment_id=assessment, key=key, stage=Stage.VERIFIED, verdict=Verdict.CHANGED,
            state="answered", value=value, on_version=1, way="web", at=SETTLED,
        )  # fmt: skip
        session.add(row)


def evidence(
    database: Database,
    assessment: int,
    key: str = "V01",
    until: date | None = None,
    *,
    url: str = URL,
) -> None:
    with database.write() as session:
        row = Evidence(assessment_id=assessment, key=key, url=url, added_at=LAST, valid_until=until)
        session.add(row)


def page(client: StrictClient, assessment: int, section: str = "SD1") -> str:
    return client.get(SECTION.format(assessment, section)).text


def ways(database: Database, assessment: int) -> list[tuple[str, int, str]]:
    with database.read() as session:
        rows = session.scalars(select(AnswerEvent).where(AnswerEvent.assessment_id == assessment))
        return [(row.key, row.version, row.way) for row in rows.all()]


@both_databases
def test_the_settled_answer_is_offered_with_its_age_and_counts_once_confirmed(
    app: Flask, database: Database
) -> None:
    old = before(database, {"V01": "l4", "V02": "l2"})
    judged(database, old, "V01", "l3")
    evidence(database, old, until=date(2026, 10, 1))
    here, client = office_at_work(database), client_of(app)
    shown = " ".join(page(client, here).split())
    assert "Periode lalu:</b> Level 3 – " in shown
    assert "(ditetapkan 21 November 2025; bukti 1 tahun 2 bulan)" in shown
    assert f'href="{URL}"' in shown
    assert "Masa berlaku berakhir 1 Oktober 2026" in shown
    assert "dapur" not in shown
    assert answers_of(database, here) == {}, "nothing is copied"
    typed = {"carry": "V01", "value:V03": "l2", "note:V01": "", "private:V02": "lihat lemari 2"}
    reply = client.submit(typed)
    assert (reply.status_code, reply.location) == (
        303, f"{SECTION.format(here, 'SD1')}#q-V01-item",
    )  # fmt: skip
    found = answers_of(database, here)
    assert {k: (a.state, a.value, a.note) for k, a in found.items()} == {
        "V01": ("answered", "l3", "SK V01"),
        "V02": ("", "", ""),
        "V03": ("answered", "l2", ""),
    }
    assert found["V01"].private_note == ""
    assert found["V02"].private_note == "lihat lemari 2"
    assert {k: w for k, _, w in ways(database, here)} == {
        "V01": "carried", "V02": "web", "V03": "web",
    }  # fmt: skip
    assert page(client, here).count(OFFER) == 1, "V02 is still open"
    with database.read() as session:
        assert carried.carried_items(session, here) == {"V01"}
    put(client, here, "V01", "l2", seen=1)
    with database.read() as session:
        assert carried.carried_items(session, here) == set()
    assert "dibawa dari periode lalu" in client.get(f"/assessments/{here}/timeline").text


@both_databases
def test_many_are_confirmed_at_once_each_ticked_by_somebody(app: Flask, database: Database) -> None:
    before(database, {"V01": "l3", "V02": "l2", "V03": "l1", "V19": "dont-know",
                      "INV/dpt-rekap/available": "excluded"})  # fmt: skip
    here, client = office_at_work(database), client_of(app)
    tasks = client.get(f"/assessments/{here}").text
    assert "4 jawaban dari periode lalu dapat dikonfirmasi" in tasks
    address = f"/assessments/{here}/carried"
    shown = client.get(address).text
    assert re.findall(r'name="carry" value="([^"]+)"( checked)?', shown) == [
        ("V01", ""), ("V02", ""), ("V03", ""), ("INV/dpt-rekap/available", ""),
    ]  # fmt: skip
    assert client.submit({}, action=address).status_code == 422
    assert answers_of(database, here) == {}
    put(client, here, "V02", "l4")
    ticked = {"carry": ["V01", "V02", "V03", "INV/dpt-rekap/available", "V19", "../x"]}
    client.get(address)
    reply = client.submit({**ticked, "seen:V02": "0"}, action=address)
    assert reply.status_code == 409
    assert "3 jawaban dikonfirmasi." in reply.text
    assert "V02" in reply.text
    assert "sudah dijawab" in reply.text
    assert "../x: tidak dapat dibawa" in reply.text
    found = answers_of(database, here)
    assert {key: (row.state, row.value, row.reason) for key, row in found.items()} == {
        "V01": ("answered", "l3", "UK 3/2025"),
        "V02": ("answered", "l4", ""),
        "V03": ("answered", "l1", "UK 3/2025"),
        "INV/dpt-rekap/available": ("answered", "excluded", "UK 3/2025"),
    }
    with database.read() as session:
        assert session.get_one(Assessment, here).answered == 4
    assert "Tidak ada lagi" in client.get(address).text


def test_an_answer_given_meanwhile_is_not_replaced(app: Flask, database: Database) -> None:
    before(database, {"V01": "l3"})
    here, client = office_at_work(database), client_of(app)
    page(client, here)
    put(client, here, "V01", "l1", note="baru")
    reply = client.submit({"carry": "V01", "value:V01": "l1", "note:V01": "baru", "seen:V01": "1"})
    assert "sudah dijawab" in client.get(reply.location.partition("#")[0]).text
    assert answers_of(database, here)["V01"].value == "l1"
    stale = {"carry": "V01", "seen:V01": "0", "value:V01": "l2"}
    assert client.submit(stale, action=SECTION.format(here, "SD1")).status_code == 409
    assert answers_of(database, here)["V01"].value == "l1"


@pytest.mark.parametrize(
    "other",
    [
        {"office": LEBAK},
        {"state": AssessmentState.SUBMITTED},
        {"state": AssessmentState.VERIFYING},
        {"demo": True},
    ],
)
def test_what_is_not_settled_or_not_this_offices_is_never_offered(
    app: Flask, database: Database, other: dict[str, object]
) -> None:
    old = before(database, {"V01": "l3"}, **other)  # type: ignore[arg-type]
    evidence(database, old)
    here, client = office_at_work(database), client_of(app)
    assert "dapat dikonfirmasi" not in client.get(f"/assessments/{here}").text
    shown = page(client, here)
    assert OFFER not in shown
    client.submit({"carry": "V01"}, action=SECTION.format(here, "SD1"))
    assert answers_of(database, here) == {}
    client.get(f"/assessments/{here}/carried")
    reply = client.post(f"/assessments/{here}/carried", data={
        "carry": "V01", "seen:V01": "0", "csrf_token": re.search(
            r'name="csrf_token" value="([^"]+)"', shown)[1]})  # type: ignore[index]  # fmt: skip
    assert reply.status_code == 409
    assert answers_of(database, here) == {}


def test_a_later_period_is_not_an_earlier_one(app: Flask, database: Database) -> None:
    before(database, {"V01": "l3"})
    here, client = office_at_work(database), client_of(app)
    with database.write() as session:
        past = session.scalars(select(Round).where(Round.slug == "2025")).one()
        past.opens_at = START + timedelta(days=1)
    assert OFFER not in page(client, here)


def _tiny(app: Flask, database: Database, then: str, now: str = TINY) -> tuple[StrictClient, int]:
    before(database, {"Q1": "yes", "Q2": "soon", "Q3": "50"}, source=then)
    here = office_at_work(database)
    with database.write() as session:
        round_ = session.get_one(Assessment, here).round
        round_.source, round_.fingerprint = now, f"{abs(hash(now)):064}"
    return client_of(app), here


def _offered(client: StrictClient, here: int) -> list[str]:
    shown = client.get(f"/assessments/{here}/carried").text
    return re.findall(r'name="carry" value="([^"]+)"', shown)


def test_an_unchanged_question_is_offered_without_a_warning(app: Flask, database: Database) -> None:
    then = TINY.replace("{id: Berapa?, en: How many?}", '{id: "  Berapa? ", en: "How  many?"}')
    client, here = _tiny(app, database, then)
    assert _offered(client, here) == ["Q1", "Q3"], "Q2 is asked once Q1 is answered"
    assert "berubah; periksa" not in client.get(f"/assessments/{here}/carried").text
    put(client, here, "Q1", "yes")
    assert _offered(client, here) == ["Q2", "Q3"]


def test_other_words_are_pointed_out(app: Flask, database: Database) -> None:
    client, here = _tiny(app, database, TINY.replace("id: Berapa?", "id: Berapa persen?"))
    assert _offered(client, here) == ["Q1", "Q3"]
    shown = client.get(f"/assessments/{here}/carried").text
    assert shown.count("Kalimat pertanyaan berubah; periksa.") == 1
    assert "Berapa persen?" in shown


@pytest.mark.parametrize(
    ("now", "offered"),
    [
        (TINY.replace("maximum: 100", "maximum: 40"), ["Q1"]),
        (TINY.replace('id: "yes"', 'id: "agree"').replace('is: ["yes"]', 'is: ["agree"]'), ["Q3"]),
        (re.sub(r"question: Q3\n", "question: Q9\n", TINY), ["Q1"]),
        (
            TINY.replace("{id: Sudah?, en: Done?}", "{id: Lain?, en: Other?}").replace(
                "{id: Berapa?, en: How many?}", "{id: Sudah?, en: Done?}"
            ),
            [],
        ),
    ],
    ids=["bounds", "options", "key-gone", "key-moved"],
)
def test_where_not_the_same_is_asked_nothing_is_offered(
    app: Flask, database: Database, now: str, offered: list[str]
) -> None:
    assert now != TINY
    client, here = _tiny(app, database, TINY, now)
    assert _offered(client, here) == offered


def test_somebody_with_a_link_confirms_in_the_own_section_only(
    app: Flask, database: Database
) -> None:
    old = before(database, {"V01": "l3", "V19": "l2"})
    evidence(database, old)
    here, client = office_at_work(database), client_of(app)
    guest = opened_link(app, make_link(client, here))
    assert f'href="{URL}"' in page(guest, here)
    guest.submit({"carry": "V01"}, action=SECTION.format(here, "SD1"))
    page(guest, here)
    guest.submit({"carry": "V19"}, action=SECTION.format(here, "SD1"))
    assert set(answers_of(database, here)) == {"V01"}
    with database.read() as session:
        found = session.scalars(select(AnswerEvent).where(AnswerEvent.way == "carried")).one()
        assert found.delegation_id is not None
        assert found.by_id is None
    assert guest.get(f"/assessments/{here}/carried").status_code == 403


def test_a_section_page_with_earlier_answers_is_small(app: Flask, database: Database) -> None:
    questions = [f"V{n:02}" for n in range(1, 34)]
    old = before(database, dict.fromkeys(questions, "l3"))
    here, client = office_at_work(database), client_of(app)
    for key in questions:
        evidence(database, old, key, url=f"{URL}/2025/{key}.pdf")
        evidence(database, here, key, url=f"{URL}/2026/{key}.pdf")
    for number in range(1, 10):
        address = SECTION.format(here, f"SD{number}")
        plain = len(client.get(address).data)
        packed = len(client.get(address, headers={"Accept-Encoding": "gzip"}).data)
        assert plain <= 40_000, f"SD{number}: {plain} bytes"
        assert packed <= 15_000, f"SD{number}: {packed} bytes compressed"


def test_the_page_of_all_earlier_answers_is_light(app: Flask, database: Database) -> None:
    with database.write() as session:
        items = instrument_of(make_round(session, slug="like")).items
    answers = {item.key: "yes" if item.thing else "l3" for item in items}
    before(database, answers)
    here, client = office_at_work(database), client_of(app)
    address = f"/assessments/{here}/carried"
    assert len(client.get(address, headers={"Accept-Encoding": "gzip"}).data) <= 15_000
    offered = re.findall(r'name="carry" value="([^"]+)"', client.get(address).text)
    assert len(offered) > 200
    assert client.submit({"carry": offered}, action=address).status_code == 303
    with database.read() as session:
        made = session.get_one(Assessment, here)
        assert made.answered == made.asked == len(offered)
        assert carried.carried_items(session, here) == set(offered)


def test_pages_read_the_past_in_a_fixed_number_of_queries(app: Flask, database: Database) -> None:
    old = before(database, {"V01": "l3"})
    evidence(database, old)
    here, client = office_at_work(database), client_of(app)
    page(client, here)
    few = _queries(app, client, SECTION.format(here, "SD1"))
    with database.write() as session:
        made = session.get_one(Assessment, old)
        made.state = AssessmentState.IN_PROGRESS
        for key in ("V02", "V03", "V04"):
            item = instrument_of(made.round).item(key)
            door.save(session, made, item, Change("l3"), author=Author(None, LAST))
        made.state = AssessmentState.PUBLISHED
    evidence(database, old, "V02")
    evidence(database, old, "V03")
    assert _queries(app, client, SECTION.format(here, "SD1")) == few
    assert page(client, here).count(OFFER) >= 3


def _queries(app: Flask, client: StrictClient, address: str) -> int:
    engine = app.extensions["maturity"].database.engine
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        client.get(address)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)
