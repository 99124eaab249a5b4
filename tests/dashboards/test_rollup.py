"""Means of the country and of provinces: every office weighs the same, and the page says so."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from maturity.db import Database
from maturity.survey.models import Stage
from tests.dashboards.country import hold_round, rows_of
from tests.dashboards.test_national import comma
from tests.dashboards.test_whole_page_filters import PATH, STATES, file_of, indexes
from tests.strict_client import StrictClient, page_text


@pytest.fixture
def database_url(new_database: Callable[..., str]) -> str:
    """One database is enough: nothing is asked of it beyond the standings."""
    return new_database("sqlite")


def test_means_weigh_every_office_the_same(viewer: StrictClient, database: Database):
    with database.write() as session:
        hold_round(session, "2026", seed=4, states=STATES)
    found = indexes(database, Stage.SELF)
    rows = {row["province"]: row for row in file_of(viewer, f"{PATH}/rollup.csv?stage=self")}
    assert float(rows["all"]["mean_index"]) == pytest.approx(np.mean(list(found.values())))
    banten = [index for code, index in found.items() if code.startswith("36")]
    assert float(rows["36"]["mean_index"]) == pytest.approx(np.mean(banten), abs=1e-6)
    assert {row["weighted_by"] for row in rows.values()} == {"office"}
    html = page_text(viewer.get(f"{PATH}?stage=self"))
    assert "Setiap kantor berbobot sama" in html
    assert rows_of(html, "tabel-rekap")[0][2] == comma(float(np.mean(list(found.values()))))
    html = page_text(viewer.get(f"{PATH}/provinces/36?stage=self&kind=city"))
    cities = [index for code, index in found.items() if code.startswith("36.7")]
    assert rows_of(html, "tabel-rekap")[0][2] == comma(float(np.mean(cities)))
