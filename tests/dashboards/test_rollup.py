"""Means of the country and of provinces: the same weight for all, or by voters; labelled which."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from sqlalchemy import select

from maturity.db import Database
from maturity.offices.models import Office
from maturity.survey.models import Stage
from tests.dashboards.country import hold_round, rows_of
from tests.dashboards.test_national import comma
from tests.dashboards.test_whole_page_filters import PATH, STATES, file_of, indexes
from tests.strict_client import StrictClient, page_text


@pytest.fixture
def database_url(new_database: Callable[..., str]) -> str:
    """One database is enough: nothing is asked of it beyond the standings."""
    return new_database("sqlite")


def means(viewer: StrictClient, way: str) -> dict[str, dict[str, str]]:
    rows = file_of(viewer, f"{PATH}/rollup.csv?stage=self")
    return {row["province"]: row for row in rows if row["weighted_by"] == way}


def test_means_weigh_every_office_the_same(viewer: StrictClient, database: Database):
    with database.write() as session:
        hold_round(session, "2026", seed=4, states=STATES)
    found = indexes(database, Stage.SELF)
    rows = means(viewer, "office")
    assert float(rows["all"]["mean_index"]) == pytest.approx(np.mean(list(found.values())))
    banten = [index for code, index in found.items() if code.startswith("36")]
    assert float(rows["36"]["mean_index"]) == pytest.approx(np.mean(banten), abs=1e-6)
    assert {row["mean_index"] for row in means(viewer, "voters").values()} == {""}
    html = page_text(viewer.get(f"{PATH}?stage=self"))
    assert "setiap kantor berbobot sama" in html
    assert f"belum tercatat untuk {len(found)} dari {len(found)} kantor" in html
    assert {row[1] for row in rows_of(html, "tabel-rekap")} == {"per kantor"}
    assert rows_of(html, "tabel-rekap")[0][3] == comma(float(np.mean(list(found.values()))))
    html = page_text(viewer.get(f"{PATH}/provinces/36?stage=self&kind=city"))
    cities = [index for code, index in found.items() if code.startswith("36.7")]
    assert rows_of(html, "tabel-rekap")[0][3] == comma(float(np.mean(cities)))


def test_voters_weigh_only_where_all_of_them_are_known(viewer: StrictClient, database: Database):
    with database.write() as session:
        hold_round(session, "2026", seed=4, states=STATES)
        offices = session.scalars(select(Office).where(Office.province_code.in_(["12", "36"])))
        voters = {one.code: 1000 * number for number, one in enumerate(offices, start=1)}
        unknown = next(one for one in voters if one.startswith("12"))
        for code in voters.keys() - {unknown}:
            session.get_one(Office, code).voters = voters[code]
    found = indexes(database, Stage.SELF)
    assert unknown in found, "the one without voters has a result"
    rows = means(viewer, "voters")
    banten = [code for code in found if code.startswith("36")]
    expected = np.average([found[one] for one in banten], weights=[voters[one] for one in banten])
    assert float(rows["36"]["mean_index"]) == pytest.approx(expected)
    assert rows["36"]["without_voters"] == "0"
    assert rows["12"]["mean_index"] == rows["12"]["mean_P1"] == rows["all"]["mean_index"] == ""
    assert rows["12"]["without_voters"] == "1"
    html = page_text(viewer.get(f"{PATH}?stage=self"))
    by_voters = [row for row in rows_of(html, "tabel-rekap") if "per pemilih" in row[1]]
    shown = {row[0]: row for row in by_voters}
    assert shown["Banten"][3] == comma(float(expected))
    assert shown["Sumatera Utara"][1:4:2] == ["per pemilihbelum tercatat untuk 1 kantor", "–"]
