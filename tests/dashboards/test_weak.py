"""The variables in which most offices are low come first, under the filters of the page."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import select

from maturity.db import Database
from maturity.offices.models import Office
from maturity.survey.models import Assessment, Stage, StoredScorecard
from tests.dashboards.country import hold_round, rows_of
from tests.dashboards.test_whole_page_filters import PATH, STATES, file_of
from tests.strict_client import StrictClient, page_text


@pytest.fixture
def database_url(new_database: Callable[..., str]) -> str:
    """One database is enough: the numbers are read from one column."""
    return new_database("sqlite")


def counted(database: Database, stage: Stage, kind: str) -> dict[str, Counter[int]]:
    """Variable -> offices by level, straight from the rows."""
    with database.read() as session:
        query = (
            select(StoredScorecard.variables)
            .join(Assessment, Assessment.id == StoredScorecard.assessment_id)
            .join(Office, Office.code == Assessment.office_code)
            .where(StoredScorecard.stage == stage, Office.kind == kind)
        )
        found: dict[str, Counter[int]] = {}
        for text in session.scalars(query):
            for variable, (level, _percent, _why) in json.loads(text).items():
                if level:
                    found.setdefault(variable, Counter())[level] += 1
        return found


def test_offices_are_counted_by_level_and_the_weakest_stands_first(
    viewer: StrictClient, database: Database
):
    with database.write() as session:
        hold_round(session, "2026", seed=4, states=STATES)
    wish = "stage=verified&kind=regency"
    expected = counted(database, Stage.VERIFIED, "regency")
    rows = file_of(viewer, f"{PATH}/weak.csv?{wish}")
    assert {row["variable"] for row in rows} == set(expected)
    for row in rows:
        levels = expected[row["variable"]]
        assert [int(row[f"level_{n}"]) for n in (1, 2, 3, 4)] == [levels[n] for n in (1, 2, 3, 4)]
        assert int(row["low"]) == levels[1] + levels[2]
    shares = [float(row["low_percent"]) for row in rows]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > shares[-1]
    shown = rows_of(page_text(viewer.get(f"{PATH}?{wish}")), "tabel-lemah")
    assert len(shown) == 8
    assert [row[2] for row in shown] == [row["low"] for row in rows[:8]]
    assert rows[0]["title"] in shown[0][0]


def test_a_round_without_results_has_no_weak_variable(viewer: StrictClient, database: Database):
    with database.write() as session:
        hold_round(session, "2026", states=("in-progress",))
    assert file_of(viewer, f"{PATH}/weak.csv") == []
    assert "paling sering lemah" not in page_text(viewer.get(PATH))
