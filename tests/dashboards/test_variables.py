"""Pages of variables count what was frozen, and tell remarks only to those who may read them."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable
from statistics import fmean
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from maturity.dashboards.frame import Frame
from maturity.dashboards.grid import Grid, Variable
from maturity.dashboards.remarks import keys_of
from maturity.dashboards.variables import steps_of
from maturity.db import Database
from maturity.offices.models import Office, Role
from maturity.survey.assessments import instrument_of
from maturity.survey.models import Assessment, Round, Stage, StoredScorecard
from maturity.survey.stage_models import Judgement, Verdict
from tests.clock import START
from tests.dashboards.country import hold_round, page, rows_of
from tests.dashboards.test_national import counted
from tests.strict_client import StrictClient, page_text

STATES = ("published", "settled", "reply-open", "submitted", "in-progress")
UNCLEAR = "Bukti tidak dapat dibuka."


@pytest.fixture
def a_round(database: Database) -> None:
    with database.write() as session:
        hold_round(session, "2026", states=STATES, seed=11)


def numbers(database: Database, variable: str, stage: Stage) -> list[tuple[str, str, list[Any]]]:
    """(office, kind, [level, percent, why]) of every frozen result of a stage."""
    with database.read() as session:
        query = (
            select(Office.code, Office.kind, StoredScorecard.variables)
            .join(Assessment, Assessment.office_code == Office.code)
            .join(StoredScorecard)
            .where(StoredScorecard.stage == stage)
        )
        rows = session.execute(query)
        return [(code, kind, json.loads(text)[variable]) for code, kind, text in rows]


@pytest.mark.usefixtures("a_round")
def test_the_list_begins_with_the_weakest(viewer: StrictClient, database: Database) -> None:
    rows = rows_of(page_text(viewer.get("/rounds/2026/variables?stage=self")), "tabel-variabel")
    means = [float(row[2].replace(",", ".")) for row in rows]
    assert len(rows) == 35
    assert means == sorted(means)
    assert means[0] < means[-1]
    known = [one[1] for _, _, one in numbers(database, "V05", Stage.SELF) if one[1] is not None]
    mine = next(row for row in rows if row[0].startswith("V05 "))
    assert mine[5] == str(len(known))
    assert mine[2] == f"{fmean(known):.1f}".replace(".", ",")
    as_asked = page_text(viewer.get("/rounds/2026/variables?stage=self&sort=order"))
    assert [row[0][:3] for row in rows_of(as_asked, "tabel-variabel")][:3] == ["V01", "V02", "V03"]
    table = page_text(viewer.get("/rounds/2026/variables.csv?stage=self&sort=order"))
    found = list(csv.DictReader(io.StringIO(table.lstrip("\ufeff"))))
    assert [one["variable"] for one in found][:2] == ["V01", "V02"]
    assert found[4]["mean_percent"] == str(round(fmean(known), 6))


@pytest.mark.usefixtures("a_round")
def test_one_variable_by_kind_province_and_stage(viewer: StrictClient, database: Database) -> None:
    html = page_text(viewer.get("/rounds/2026/variables/V05?stage=self"))
    own = numbers(database, "V05", Stage.SELF)
    cities = Counter(one[0] for _, kind, one in own if kind == "city" and one[0])
    row = next(row for row in rows_of(html, "tabel-jenis") if row[0] == "Kota")
    assert row[1:6] == [str(cities.total()), *(str(cities[level]) for level in (1, 2, 3, 4))]
    banten = [one[1] for code, _, one in own if code.startswith("36") and one[1] is not None]
    row = next(row for row in rows_of(html, "tabel-provinsi") if row[0] == "Banten")
    assert (row[1], row[6]) == (str(len(banten)), f"{fmean(banten):.1f}".replace(".", ","))
    stages = [row[:2] for row in rows_of(html, "tabel-tahap")]
    assert [name for name, _ in stages] == ["Nilai mandiri", "Nilai verifikasi", "Penetapan"]
    assert int(stages[0][1]) > int(stages[1][1]) > int(stages[2][1]) > 0


@pytest.mark.usefixtures("a_round")
def test_what_went_up_or_down_since_the_self_assessment(
    viewer: StrictClient, database: Database
) -> None:
    html = page_text(viewer.get("/rounds/2026/variables/V05"))
    own = {code: one[1] for code, _, one in numbers(database, "V05", Stage.SELF)}
    later = {code: one[1] for code, _, one in numbers(database, "V05", Stage.SETTLED)}
    pairs = [(own[code], later[code]) for code in later]
    steps = [after - before for before, after in pairs if None not in (before, after)]
    expected = [len(steps), sum(s < 0 for s in steps), sum(s == 0 for s in steps),
                sum(s > 0 for s in steps)]  # fmt: skip
    assert rows_of(html, "tabel-berubah")[-1] == ["Penetapan", *map(str, expected)]


def judge(database: Database) -> None:
    """Verdicts about V05: words of several offices, and of one that is still being verified."""
    with database.write() as session:
        works = session.scalars(select(Assessment).order_by(Assessment.office_code)).all()
        ended = [one for one in works if one.state in ("published", "settled", "reply-open")]
        running = next(one for one in works if one.state == "submitted")
        said = [(one, Verdict.NOT_VERIFIABLE, UNCLEAR) for one in ended[:3]]
        said += [
            (ended[3], Verdict.CHANGED, "Hanya surat edaran."),
            (running, Verdict.CHANGED, "X"),
        ]
        said += [(one, Verdict.CONFIRMED, "") for one in ended[4:]]
        for work, verdict, text in said:
            session.add(Judgement(
                assessment_id=work.id, key="V05", stage=Stage.VERIFIED, verdict=verdict,
                state="answered", value="l1", words=text, private_words="Rahasia.",
                on_version=0, way="page", at=START,
            ))  # fmt: skip


@pytest.mark.usefixtures("a_round")
def test_words_are_for_those_who_may_see_the_assessment(
    as_role: Callable[..., StrictClient], database: Database
) -> None:
    judge(database)
    reader = page_text(as_role(Role.EXTERNAL).get("/rounds/2026/variables/V05"))
    verdicts = dict(rows_of(reader, "tabel-keputusan"))
    assert verdicts["Tidak dapat diverifikasi"] == "3"
    assert verdicts["Diubah"] == "1"
    quotes = ["".join(one.itertext()) for one in page(reader).iter("q")]
    assert quotes == [UNCLEAR, "Hanya surat edaran."]
    assert "3 kali" in reader
    viewer = page_text(as_role(Role.VIEWER).get("/rounds/2026/variables/V05"))
    assert dict(rows_of(viewer, "tabel-keputusan")) == verdicts
    assert UNCLEAR not in viewer
    assert "4 catatan tertulis" in viewer
    assert "Rahasia" not in reader + viewer


@pytest.mark.usefixtures("a_round")
def test_pages_ask_little_and_unknown_variables_are_not_found(
    app: Any, viewer: StrictClient
) -> None:
    with counted(app) as sent:
        viewer.get("/rounds/2026/variables/INV-A")
    assert len(sent) <= 10
    table = page_text(viewer.get("/rounds/2026/variables/INV-A.csv"))
    groups = Counter(row["group"] for row in csv.DictReader(io.StringIO(table.lstrip("\ufeff"))))
    assert groups == {"all": 3, "kind": 4, "province": 3}
    viewer.strict = False
    assert viewer.get("/rounds/2026/variables/SD1").status_code == 404


@pytest.mark.usefixtures("a_round")
def test_remarks_are_looked_for_at_the_cells_of_an_inventory(database: Database) -> None:
    with database.read() as session:
        instrument = instrument_of(session.scalars(select(Round)).one())
        assert keys_of(instrument, "V05") == ["V05"]
        found = keys_of(instrument, "INV-Q")
        columns = {key.rpartition("/")[2] for key in found}
        assert columns == {"timely", "granular", "complete", "analyzable"}
        assert len(found) == 100


def test_percentages_without_levels_are_counted_by_quarters() -> None:
    frame = Frame("x@1", "f", (), (), 0, 100)
    table = Grid(
        (), (Variable("Q1", "Satu", "D", 1),),
        np.array([[50.0], [100.0]]), np.zeros((2, 1), dtype=np.int8), np.array([[""], [""]]),
    )  # fmt: skip
    names = [step.name for step in steps_of(table, 0, frame)]
    assert names == ["0–24%", "25–49%", "50–74%", "75–100%"]
