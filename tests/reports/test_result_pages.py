"""The pages and files of a result, as people of each role and language fetch them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import event, select

from maturity.db import Database
from maturity.offices.models import Role
from maturity.survey import assessments, frozen
from maturity.survey.loader import load_text
from maturity.survey.models import Answer, Assessment
from tests.builders import LEBAK, TANGERANG, make_assessment, make_round
from tests.offices.signing import make_user, sign_in
from tests.reports.answered import FORMULA, fill, submit
from tests.reports.small import SMALL, small
from tests.strict_client import StrictClient

OPEN = frozenset({"V05", "V06", "V07"})
BOM = "\ufeff"


@pytest.fixture
def submitted(database: Database) -> int:
    """A handed-in assessment of KPU Kota Tangerang; its id."""
    with database.write() as session:
        person = make_user(session, email="pj@contoh.example", role=Role.RESPONSIBLE,
                           name="Budi Santoso")  # fmt: skip
        assessment = make_assessment(session, round_=make_round(session))
        fill(session, assessment)
        submit(session, assessment, person.id)
        return assessment.id


@pytest.fixture
def unfinished(database: Database) -> int:
    """An assessment of the same office with answers missing; its id."""
    with database.write() as session:
        assessment = make_assessment(session, round_=make_round(session))
        fill(session, assessment, skip=OPEN)
        return assessment.id


@pytest.fixture
def as_role(app: Flask, database: Database) -> Callable[..., StrictClient]:
    """A signed-in browser: ``as_role(Role.VIEWER, "0")``."""

    def enter(role: Role, office: str = TANGERANG) -> StrictClient:
        email = f"{role}-{office}@contoh.example"
        with database.write() as session:
            make_user(session, email=email, role=role, office=office)
        client = app.test_client()
        assert isinstance(client, StrictClient)
        assert sign_in(client, email).status_code == 303
        return client

    return enter


@pytest.fixture
def operator(as_role: Callable[..., StrictClient]) -> StrictClient:
    return as_role(Role.OPERATOR)


def in_english(client: StrictClient) -> StrictClient:
    client.get("/about")
    client.post("/language", data={"lang": "en", "csrf_token": client.csrf()})
    return client


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def table(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix(BOM))))


# --- the result -----------------------------------------------------------------------


def test_result_shows_levels_reasons_and_the_weakest(
    operator: StrictClient, submitted: int, database: Database
) -> None:
    with database.read() as session:
        stored = assessments.result_of(session, session.get_one(Assessment, submitted))
        assert stored is not None
        digest, fingerprint, index = stored.digest, stored.fingerprint, stored.index_value
    page = words(operator.get(f"/assessments/{submitted}/result").text)
    assert "Hasil KPU Kota Tangerang" in page
    assert "Diajukan 21 November 2026, 14.00 WIB oleh Budi Santoso" in page
    assert "Rata-rata tertimbang 3 dimensi" in page
    assert f"{index:.2f}".replace(".", ",") in page
    assert "Subdomain terlemah" in page
    assert "Level terjaga" in page
    assert "“Informatif”" in page.replace('"', "”").replace("”Informatif", "“Informatif")
    assert "Ini bukan instrumen FIA UI" in page
    assert digest in page
    assert fingerprint in page
    assert "SEMENTARA" not in page


def test_result_works_without_javascript(operator: StrictClient, submitted: int) -> None:
    page = operator.get(f"/assessments/{submitted}/result").text
    assert page.count("<figure") == 3
    assert page.count('role="img" aria-label') >= 3
    for chart in ("profile", "balance", "inventory-INV"):
        assert f'<table id="t-{chart}"' in page
        assert f"/assessments/{submitted}/result/{chart}.csv" in page


def test_result_in_english(operator: StrictClient, submitted: int) -> None:
    page = words(in_english(operator).get(f"/assessments/{submitted}/result").text)
    assert "Weighted mean of 3 dimensions = " in page
    assert "Why can an office rated" in page
    assert "Rata-rata tertimbang" not in page


def test_every_number_leads_to_its_trace(operator: StrictClient, submitted: int) -> None:
    page = operator.get(f"/assessments/{submitted}/result").text
    addresses = set(re.findall(rf'href="(/assessments/{submitted}/result/nodes/[^"]+)"', page))
    assert len(addresses) >= 1 + 3 + 9 + 33
    for address in sorted(addresses)[::6]:
        assert operator.get(unescape(address)).status_code == 200


# --- one number -----------------------------------------------------------------------


def test_trace_of_a_sub_domain(operator: StrictClient, submitted: int) -> None:
    page = words(operator.get(f"/assessments/{submitted}/result/nodes/SD5").text)
    assert "Asal angka: Akses" in page
    assert "Rata-rata tertimbang 4 variabel" in page
    assert "menahan level terjaga" in page
    assert "Sumbangan" in page


def test_trace_of_a_dataset_and_of_one_cell(operator: StrictClient, submitted: int) -> None:
    base = f"/assessments/{submitted}/result/nodes"
    dataset = words(operator.get(f"{base}/INV-A/pdpb-rekap").text)
    assert "Jumlah poin 5 dari 5 prinsip" in dataset or "Jumlah poin 5 prinsip" in dataset
    cell = words(operator.get(f"{base}/INV/pdpb-rekap/available").text)
    assert "Jawaban memperoleh 7 dari 7 poin" in cell


def test_trace_of_an_answer_shows_what_was_said(operator: StrictClient, submitted: int) -> None:
    page = operator.get(f"/assessments/{submitted}/result/nodes/V01").text
    assert unescape(page).count(FORMULA) == 1
    assert "javascript:alert(1)" in page
    assert 'href="javascript' not in page
    assert "bukan tautan yang dapat dibuka" in page


@pytest.mark.parametrize(
    "node", ["V99", "INV/none/available", "INV", "G-INV", "../1", "<b>", "x" * 900]
)
def test_an_unknown_number_is_not_found(operator: StrictClient, submitted: int, node: str) -> None:
    found = operator.get(f"/assessments/{submitted}/result/nodes/{node}")
    assert found.status_code == 404
    assert "Traceback" not in found.text


def test_an_unknown_assessment_or_chart_is_not_found(
    operator: StrictClient, submitted: int
) -> None:
    assert operator.get("/assessments/999/result").status_code == 404
    assert operator.get(f"/assessments/{submitted}/result/nothing.csv").status_code == 404


# --- files ----------------------------------------------------------------------------


def test_all_numbers_as_a_table(operator: StrictClient, submitted: int) -> None:
    found = operator.get(f"/assessments/{submitted}/result.csv")
    assert found.mimetype == "text/csv"
    assert found.data.startswith(BOM.encode())
    assert f"hasil-2026-{TANGERANG}.csv" in found.headers["Content-Disposition"]
    head, *rows = table(found.text)
    first = dict(zip(head, rows[0], strict=True))
    assert (first["id"], first["parent"], first["weight_in_all"]) == ("ogd", "", "1.0")
    assert len({row[0] for row in rows}) == len(rows) == 323


def test_the_numbers_of_each_chart_as_a_table(operator: StrictClient, submitted: int) -> None:
    base = f"/assessments/{submitted}/result"
    head, *rows = table(operator.get(f"{base}/profile.csv").text)
    assert head == ["Bagian", "Indeks", "Level", "Level terjaga", "Terjawab (%)"]
    assert len(rows) == 12
    assert len(table(operator.get(f"{base}/balance.csv").text)) == 10
    assert len(table(operator.get(f"{base}/inventory-INV.csv").text)[0]) == 11


def test_the_scorecard_in_its_published_form(
    operator: StrictClient, submitted: int, database: Database
) -> None:
    data = json.loads(operator.get(f"/assessments/{submitted}/result.json").text)
    assert set(data) == {"instrument", "units"}
    assert set(data["instrument"]) == {"id", "version", "fingerprint"}
    (unit,) = data["units"]
    assert unit["unit"] == TANGERANG
    with database.read() as session:
        stored = assessments.result_of(session, session.get_one(Assessment, submitted))
        assert stored is not None
        assert unit == frozen.card_of(stored).to_data()
    assert set(unit["nodes"][0]) == {"id", "score", "max", "percent", "index", "level",
                                     "gated_level", "coverage", "weight", "reason"}  # fmt: skip


def test_a_formula_in_a_title_is_no_formula_in_a_file(
    app: Flask, database: Database, operator: StrictClient
) -> None:
    source = SMALL.replace("id: Gratis,", 'id: "=1+1",').replace("id: Pemilih,", 'id: "@SUM(A1)",')
    source = source.replace("id: Rencana,", 'id: "+cmd",').replace("id: Tugas,", 'id: "-2",')
    with database.write() as session:
        round_ = make_round(session)
        round_.source, round_.instrument_id = source, small().id
        round_.fingerprint = load_text(source).fingerprint
        assessment = make_assessment(session, round_=round_)
        fill_small(session, assessment)
        number = assessment.id
    for name in ("result.csv", "result/inventory-INV.csv"):
        rows = table(operator.get(f"/assessments/{number}/{name}").text)
        cells = [cell for row in rows for cell in row]
        assert any(cell.startswith("'") for cell in cells)
        assert not [c for c in cells if c[:1] in ("=", "+", "-", "@", "\t")]


def fill_small(session, assessment: Assessment) -> None:
    from maturity.survey.models import Answer
    from tests.clock import START

    said = {"V1": "l3", "V2": "l1", "V3": "l4", "V4": "l3", "INV/voters/free": "yes",
            "INV/voters/open": "no", "INV/money/free": "no"}  # fmt: skip
    session.add_all(
        Answer(assessment_id=assessment.id, key=key, state="answered", value=value,
               updated_at=START)
        for key, value in said.items()
    )  # fmt: skip


# --- before and after handing in ------------------------------------------------------


def test_an_unfinished_result_is_marked_provisional_everywhere(
    operator: StrictClient, unfinished: int
) -> None:
    base = f"/assessments/{unfinished}"
    for address in (f"{base}/result", f"{base}/result/nodes/SD2", f"{base}/result/nodes/V05"):
        page = words(operator.get(address).text)
        assert "SEMENTARA" in page
    assert "sementara" in operator.get(f"{base}/result.csv").headers["Content-Disposition"]
    assert "Sidik hasil" not in words(operator.get(f"{base}/result").text)


def test_an_empty_assessment_has_a_result_page(operator: StrictClient, database: Database) -> None:
    with database.write() as session:
        number = make_assessment(session, round_=make_round(session)).id
    page = words(operator.get(f"/assessments/{number}/result").text)
    assert "Belum ada level" in page
    assert operator.get(f"/assessments/{number}/result/nodes/SD1").status_code == 200
    assert operator.get(f"/assessments/{number}/result.csv").status_code == 200


def test_a_frozen_result_does_not_follow_later_answers(
    operator: StrictClient, submitted: int, database: Database
) -> None:
    before = operator.get(f"/assessments/{submitted}/result.json").text
    with database.write() as session:
        row = session.scalars(
            select(Answer).where(Answer.assessment_id == submitted, Answer.key == "V01")
        ).one()
        row.value = "l1" if row.value == "l4" else "l4"
    assert operator.get(f"/assessments/{submitted}/result.json").text == before


# --- who ------------------------------------------------------------------------------

PAGES = ("result", "result/nodes/SD1", "result.csv", "result.json", "result/profile.csv")


@pytest.mark.parametrize(
    ("role", "office", "handed_in", "allowed"),
    [
        (Role.OPERATOR, TANGERANG, True, True),
        (Role.OPERATOR, TANGERANG, False, True),
        (Role.RESPONSIBLE, TANGERANG, False, True),
        (Role.OPERATOR, LEBAK, True, False),
        (Role.RESPONSIBLE, LEBAK, False, False),
        (Role.VERIFIER, "36", False, True),
        (Role.VERIFIER, "31", True, False),
        (Role.VIEWER, "0", True, True),
        (Role.VIEWER, "0", False, False),
        (Role.RESEARCHER, "0", True, True),
        (Role.RESEARCHER, "0", False, False),
        (Role.ADMINISTRATOR, "0", False, True),
    ],
)
def test_who_sees_a_result(
    as_role: Callable[..., StrictClient],
    request: pytest.FixtureRequest,
    role: Role,
    office: str,
    *,
    handed_in: bool,
    allowed: bool,
) -> None:
    number = request.getfixturevalue("submitted" if handed_in else "unfinished")
    client = as_role(role, office)
    wanted = 200 if allowed else 403
    for page in PAGES:
        assert client.get(f"/assessments/{number}/{page}").status_code == wanted, page


def test_strangers_are_sent_to_sign_in(client: StrictClient, submitted: int) -> None:
    for page in PAGES:
        found = client.get(f"/assessments/{submitted}/{page}")
        assert found.status_code == 303
        assert "/sign-in" in found.headers["Location"]


# --- cost -----------------------------------------------------------------------------


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    engine = app.extensions["maturity"].database.engine
    seen: list[str] = []

    def note(_c: object, _u: object, statement: str, *_others: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_queries_do_not_grow_with_the_answers(
    app: Flask, operator: StrictClient, submitted: int, database: Database
) -> None:
    with database.write() as session:
        empty = make_assessment(session, round_=make_round(session, slug="2027")).id
    costs = {}
    for number in (empty, submitted):
        for page in ("result", "result/nodes/SD1", "result.csv"):
            with counted(app) as seen:
                assert operator.get(f"/assessments/{number}/{page}").status_code == 200
            costs[number, page] = len(seen)
    for page, more, most in (
        ("result", 10, 18),
        ("result/nodes/SD1", 3, 14),
        ("result.csv", 3, 14),
    ):
        # scorecard, its payload, person; on the first page also other offices and the past
        assert costs[submitted, page] <= costs[empty, page] + more
        assert costs[submitted, page] <= most


def test_the_page_stays_small(operator: StrictClient, submitted: int) -> None:
    found = operator.get(f"/assessments/{submitted}/result", headers={"Accept-Encoding": "gzip"})
    assert found.headers["Content-Encoding"] == "gzip"
    assert len(found.data) < 25_000
