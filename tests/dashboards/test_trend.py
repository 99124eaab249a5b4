"""The trend over rounds: full results of one instrument, linked questions between two."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest
import yaml
from sqlalchemy import select, update

from maturity.db import Database
from maturity.offices.models import Role
from maturity.survey.bridge import common_shares
from maturity.survey.loader import load_text
from maturity.survey.models import Assessment, Round, StoredScorecard
from tests.dashboards.country import hold_round, rows_of
from tests.dashboards.test_national import comma, counted
from tests.dashboards.test_whole_page_filters import PATH, file_of
from tests.strict_client import StrictClient, page_text
from tests.survey.test_bridge import SOURCE, questions

SENT = ("submitted",)


@pytest.fixture
def database_url(new_database: Callable[..., str]) -> str:
    """One database is enough: three plain queries."""
    return new_database("sqlite")


def other_version() -> str:
    """The main instrument with one question dropped, one re-scored and one reworded."""
    content = yaml.safe_load(yaml.safe_dump(SOURCE))
    (_, first), (_, second), (siblings, third) = questions(content)[:3]
    first["text"]["id"] += " (dahulu)"
    second["applies_when"] = {"kind": ["province"]}
    siblings.remove(third)
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)


def numbers(database: Database, slug: str) -> dict[str, tuple[float, dict[str, float]]]:
    with database.read() as session:
        query = (
            select(Assessment.office_code, StoredScorecard.index_value, StoredScorecard.variables)
            .join(StoredScorecard, StoredScorecard.assessment_id == Assessment.id)
            .join(Round, Round.id == Assessment.round_id)
            .where(Round.slug == slug)
        )
        return {
            code: (index, {v: p for v, (_, p, _) in json.loads(text).items() if p is not None})
            for code, index, text in session.execute(query)
        }


@pytest.fixture
def rounds(database: Database) -> None:
    """2024 with another version of the instrument, 2025 and 2026 with the main one."""
    with database.write() as session:
        old = hold_round(session, "2024", days=-800, seed=7, states=SENT)
        hold_round(session, "2025", days=-400, seed=5, states=SENT)
        hold_round(session, "2026", seed=29, states=SENT)
        text = other_version()
        old.source, old.fingerprint = text, load_text(text, name="old").fingerprint
        ids = select(Assessment.id).where(Assessment.round_id == old.id)
        cards = update(StoredScorecard).where(StoredScorecard.assessment_id.in_(ids))
        session.execute(cards.values(fingerprint=old.fingerprint))


@pytest.mark.usefixtures("rounds")
def test_one_instrument_compares_in_full_and_two_on_what_is_linked(
    viewer: StrictClient, database: Database
):
    now = numbers(database, "2026")
    near, far = file_of(viewer, f"{PATH}/trend.csv")
    then = numbers(database, "2025")
    assert (near["round"], near["same_instrument"], far["round"]) == ("2025", "true", "2024")
    change = np.median([now[code][0] - then[code][0] for code in now])
    assert float(near["median_change"]) == pytest.approx(change, abs=1e-6)
    with database.read() as session:
        texts = {r.slug: r.source for r in session.scalars(select(Round))}
    share = common_shares(*(load_text(texts[slug], name=slug) for slug in ("2024", "2026")))
    then, pairs = numbers(database, "2024"), []
    for code in now:
        known = [v for v in share if v in then[code][1] and v in now[code][1]]
        weights = [share[v] for v in known]
        pairs.append([
            1 + 3 * np.average([one[code][1][v] for v in known], weights=weights) / 100
            for one in (then, now)
        ])  # fmt: skip
    found = np.array(pairs)
    assert int(far["linked_variables"]) == len(share) == int(far["variables"]) - 2
    assert int(far["offices"]) == len(now)
    expected = [*np.median(found, axis=0), np.median(found[:, 1] - found[:, 0])]
    got = [float(far[name]) for name in ("median_then", "median_now", "median_change")]
    assert got == pytest.approx(expected, abs=1e-6)
    rows = rows_of(page_text(viewer.get(PATH)), "tabel-tren")
    assert rows[1][1].endswith(f"tabel jembatan – {rows[1][0]}")
    assert rows[1][3] == comma(expected[0])


@pytest.mark.usefixtures("rounds")
def test_province_and_office_pages_have_the_trend_of_their_own(
    as_role: Callable[..., StrictClient], database: Database
):
    client = as_role(Role.VERIFIER, "36")
    near = file_of(client, f"{PATH}/provinces/36/trend.csv?kind=city")[0]
    now, then = numbers(database, "2026"), numbers(database, "2025")
    cities = [code for code in now if code.startswith("36.7")]
    assert int(near["offices"]) == len(cities)
    row = rows_of(page_text(client.get(f"{PATH}/offices/36.71")), "tabel-tren")[0]
    assert row[3:5] == [comma(then["36.71"][0]), comma(now["36.71"][0])]


@pytest.mark.usefixtures("rounds")
def test_the_bridge_names_every_question(as_role: Callable[..., StrictClient]):
    client = as_role(Role.OPERATOR, "36.71")
    html = page_text(client.get(f"{PATH}/bridge?before=2024"))
    rows = file_of(client, f"{PATH}/bridge.csv?before=2024")
    assert len(rows_of(html, "tabel-jembatan")) == len(rows)
    fates = [row["fate"] for row in rows]
    assert [fates.count(one) for one in ("reworded", "re-scored", "new")] == [1, 1, 1]
    assert "Semua" not in {row["fate"] for row in rows}
    assert client.get(f"{PATH}/bridge?before=2027").status_code == 404
    assert client.get("/rounds/2025/bridge?before=2026").status_code == 404
    first = page_text(client.get("/rounds/2024/bridge"))
    assert "Belum ada periode sebelumnya" in first


@pytest.mark.usefixtures("rounds")
def test_the_trend_takes_as_many_queries_for_one_office_as_for_more(viewer: StrictClient):
    sent = []
    for wish in ("kind=national", "kind=regency"):
        viewer.get(f"{PATH}/trend.csv?{wish}")
        with counted(viewer.application) as statements:
            viewer.get(f"{PATH}/trend.csv?{wish}")
        sent.append(len(statements))
    assert sent[0] == sent[1] <= 9
