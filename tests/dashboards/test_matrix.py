"""The matrix tells what was frozen, in the order asked for, and stays light."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from maturity.dashboards.likeness import by_likeness
from maturity.dashboards.matrix_markup import SIGNS
from maturity.db import Database
from maturity.offices.models import Role
from maturity.survey.models import Assessment, Stage, StoredScorecard
from tests.dashboards.country import SMALL, by_id, hold_round, words
from tests.dashboards.test_national import counted
from tests.strict_client import StrictClient, page_text

STATES = ("published", "settled", "reply-open", "in-progress")
HEAVIEST = 300_000
LABELS = {"not-applicable": "Tidak berlaku", "unanswered": "Belum dijawab"}


@pytest.fixture
def a_round(database: Database) -> None:
    with database.write() as session:
        hold_round(session, "2026", states=STATES, seed=7)


def kept(database: Database, stage: Stage) -> dict[str, tuple[int, dict[str, Any]]]:
    """Office -> assessment and what was frozen of its variables."""
    with database.read() as session:
        query = (
            select(Assessment.office_code, Assessment.id, StoredScorecard.variables)
            .join(StoredScorecard)
            .where(StoredScorecard.stage == stage)
        )
        return {row[0]: (row[1], json.loads(row[2])) for row in session.execute(query)}


def matrix(html: str) -> dict[str, list[Any]]:
    """Office -> its cells after the index, in the page's order."""
    body = next(by_id(html, "matriks").iter("tbody"))
    return {words(row[0]): list(row)[3:] for row in body.iter("tr")}


@pytest.mark.usefixtures("a_round")
@pytest.mark.parametrize("stage", [Stage.SELF, Stage.SETTLED])
def test_every_cell_shows_what_was_frozen_and_leads_to_it(
    viewer: StrictClient, database: Database, stage: Stage
) -> None:
    found = matrix(page_text(viewer.get(f"/rounds/2026/matrix?stage={stage}")))
    frozen = kept(database, stage)
    assert set(found) == {"0", *SMALL}
    assert 0 < len(frozen) < len(found)
    for code, cells in found.items():
        if code not in frozen:
            assert [words(one) for one in cells] == ["Belum ada hasil pada tahap ini"]
            continue
        assessment, variables = frozen[code]
        for cell, (variable, (level, _percent, why)) in zip(cells, variables.items(), strict=True):
            assert words(cell) == (str(level) if level else SIGNS[why])
            assert cell[0].get("href") == f"{stage}/{assessment}/{variable}"
            assert cell[0].get("aria-label") == (LABELS[why] if why else None)


@pytest.mark.usefixtures("a_round")
def test_a_cell_leads_to_the_page_of_its_number(viewer: StrictClient, database: Database) -> None:
    assessment, _ = kept(database, Stage.SETTLED)["36"]
    answer = viewer.get(f"/rounds/2026/settled/{assessment}/V03")
    assert (answer.status_code, answer.location) == (
        303, f"/assessments/{assessment}/result/nodes/V03?stage=settled",
    )  # fmt: skip
    viewer.strict = False
    assert viewer.get(f"/rounds/other/settled/{assessment}/V03").status_code == 404


@pytest.mark.usefixtures("a_round")
def test_rows_come_in_the_order_of_any_column(viewer: StrictClient, database: Database) -> None:
    frozen = {code: found["V05"][1] for code, (_, found) in kept(database, Stage.SELF).items()}
    codes = sorted({"0", *SMALL})
    known = [code for code in codes if frozen.get(code) is not None]
    rest = [code for code in codes if code not in known]
    up = list(matrix(page_text(viewer.get("/rounds/2026/matrix?stage=self&sort=V05"))))
    assert up == sorted(known, key=lambda code: frozen[code]) + rest
    down = page_text(viewer.get("/rounds/2026/matrix?stage=self&sort=-V05"))
    assert list(matrix(down)) == sorted(known, key=lambda code: -frozen[code]) + rest
    assert 'aria-sort="descending"><a href="?stage=self&amp;sort=V05"' in down
    alike = list(matrix(page_text(viewer.get("/rounds/2026/matrix?sort=likeness&stage=self"))))
    nothing = [code for code in codes if code not in frozen]
    assert sorted(alike) == codes
    assert alike[-len(nothing) :] == nothing
    assert list(matrix(page_text(viewer.get("/rounds/2026/matrix?sort=nothing")))) == codes


def test_those_who_answered_alike_stand_together() -> None:
    dice = np.random.default_rng(4)
    profiles = dice.choice([0.0, 33.33, 66.67, 100.0], (3, 30))
    group = dice.permutation(np.repeat([0, 1, 2], 20))
    table = profiles[group].copy()
    table[dice.random(table.shape) < 0.1] = np.nan
    table[7] = np.nan
    order = by_likeness(table)
    assert order[-1] == 7
    assert sorted(order) == list(range(60))
    names = [int(group[place]) for place in order[:-1]]
    assert sum(one != other for one, other in itertools.pairwise(names)) == 2
    assert by_likeness(table) == order
    assert by_likeness(table[:0]) == []


@pytest.mark.usefixtures("a_round")
def test_filters_leave_offices_out(viewer: StrictClient) -> None:
    shown = matrix(page_text(viewer.get("/rounds/2026/matrix?kind=city&province=36")))
    assert list(shown) == ["36.71", "36.72", "36.73", "36.74"]
    nobody = page_text(viewer.get("/rounds/2026/matrix?kind=national&province=36"))
    assert "Tidak ada kantor yang cocok" in nobody


@pytest.mark.usefixtures("a_round")
def test_only_cells_of_offices_whose_result_one_may_see_are_links(as_role: Any) -> None:
    page = page_text(as_role(Role.OPERATOR, "36").get("/rounds/2026/provinces/36/matrix"))
    found = matrix(page)
    assert set(found) == {code for code in SMALL if code.startswith("36")}
    linked = {code for code, cells in found.items() if len(cells) > 1 and len(cells[0])}
    plain = {code for code, cells in found.items() if len(cells) > 1 and not len(cells[0])}
    assert linked == {"36"}
    assert plain
    answer = as_role(Role.VERIFIER, "36").get("/rounds/2026/provinces/36/matrix")
    assert re.search(r"<td class=\w><a href=\.\./\.\./self/\d+/V02", page_text(answer))


@pytest.mark.usefixtures("a_round")
def test_the_file_has_level_percent_and_reason(viewer: StrictClient, database: Database) -> None:
    answer = viewer.get("/rounds/2026/matrix.csv?stage=self&sort=-code")
    rows = list(csv.DictReader(io.StringIO(page_text(answer).lstrip("\ufeff"))))
    frozen = kept(database, Stage.SELF)
    assert [row["code"] for row in rows] == sorted({"0", *SMALL}, reverse=True)
    for row in rows:
        for variable, (level, percent, why) in frozen.get(row["code"], (0, {}))[1].items():
            assert row[f"{variable}_level"] == (str(level) if level else "")
            assert row[f"{variable}_percent"] == ("" if percent is None else str(percent))
            assert row[f"{variable}_why"] == why
    one = viewer.get("/rounds/2026/provinces/36/matrix.csv").headers["Content-Disposition"]
    assert one == 'attachment; filename="2026-36-matrix-self.csv"'


def test_the_whole_country_weighs_little_and_asks_little(
    app: Any, viewer: StrictClient, database: Database
) -> None:
    with database.write() as session:
        hold_round(session, "2026", None, states=("published",))
    viewer.strict = False  # a strict reading of 20,000 cells takes seconds; small ones are read
    with counted(app) as sent:
        answer = viewer.get("/rounds/2026/matrix", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.data) < HEAVIEST
    assert page_text(answer).count("<a href=settled/") == 553 * 35
    with database.write() as session:
        hold_round(session, "2027", SMALL, states=("published",), days=0)
    with counted(app) as fewer:
        viewer.get("/rounds/2027/matrix")
    assert len(sent) == len(fewer) < 10
