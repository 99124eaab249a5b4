"""Gaps between stages: only offices with both, and small groups drawn towards all."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from maturity.dashboards.shrinkage import shrink
from maturity.db import Database
from maturity.survey.models import Stage
from tests.dashboards.country import hold_round, rows_of
from tests.dashboards.test_whole_page_filters import PATH, STATES, file_of, indexes
from tests.strict_client import StrictClient, page_text


@pytest.fixture
def database_url(new_database: Callable[..., str]) -> str:
    """One database is enough: the query has no words of one kind of database."""
    return new_database("sqlite")


@pytest.mark.parametrize("wish", ["", "kind=regency", "province=36&kind=city"])
def test_gaps_are_those_of_offices_with_both_results(
    viewer: StrictClient, database: Database, wish: str
):
    with database.write() as session:
        hold_round(session, "2026", seed=4, states=STATES)
    where = dict(part.split("=") for part in wish.split("&") if part)
    if "province" in where:
        where["province_code"] = where.pop("province")
    own = indexes(database, Stage.SELF, **where)
    rows = {
        (row["kind"], row["part"], row["against"]): row
        for row in file_of(viewer, f"{PATH}/gaps.csv?{wish}")
    }
    kind = where.get("kind", "all")
    for stage in (Stage.VERIFIED, Stage.SETTLED):
        other = indexes(database, stage, **where)
        values = [own[code] - other[code] for code in other]
        row = rows[kind, "all", stage]
        assert int(row["count"]) == len(values) > 0
        quartiles = [float(row[name]) for name in ("q1", "median", "q3")]
        assert quartiles == pytest.approx(np.percentile(values, (25, 50, 75)), abs=1e-6)
        counts = [int(row[name]) for name in ("claimed_higher", "same", "claimed_lower")]
        gap = np.array(values)
        assert counts == [sum(gap >= 0.005), sum(abs(gap) < 0.005), sum(gap <= -0.005)]
    html = page_text(viewer.get(f"{PATH}?{wish}"))
    assert len(rows_of(html, "tabel-selisih")) == len(rows)
    assert "Klaim lebih tinggi daripada hasil verifikasi pada" in html


def test_without_a_verified_result_there_is_no_gap(viewer: StrictClient, database: Database):
    with database.write() as session:
        hold_round(session, "2026", states=("submitted",))
    assert file_of(viewer, f"{PATH}/gaps.csv") == []
    assert "Selisih tampil setelah" in page_text(viewer.get(PATH))


def test_means_of_small_groups_come_nearer_to_the_truth():
    dice = np.random.default_rng(7)
    raw = shrunk = 0.0
    for _ in range(40):
        truth = dice.normal(0.2, 0.1, 38)
        groups = {
            str(place): dice.normal(mean, 0.3, dice.integers(1, 9)).tolist()
            for place, mean in enumerate(truth)
        }
        found = shrink(groups)
        raw += sum((found[str(p)].mean - mean) ** 2 for p, mean in enumerate(truth))
        shrunk += sum((found[str(p)].shrunk - mean) ** 2 for p, mean in enumerate(truth))
    assert shrunk < 0.6 * raw


def test_larger_groups_keep_more_of_their_own():
    found = shrink({"small": [0.9, 0.7], "large": [0.9, 0.7] * 20, "other": [0.1, 0.3] * 20})
    assert 0 < found["small"].own < found["large"].own < 1
    assert found["small"].mean == pytest.approx(found["large"].mean)
    assert 0.2 < found["small"].shrunk < found["large"].shrunk < 0.8


def test_where_nothing_is_known_of_differences_nothing_is_drawn():
    assert shrink({}) == {}
    alone = shrink({"a": [0.3], "b": [0.5]})
    assert [(one.own, one.shrunk) for one in alone.values()] == [(None, None)] * 2
    same = shrink({"a": [0.5, 0.5], "b": [0.5]})
    assert [one.shrunk for one in same.values()] == [0.5, 0.5]
