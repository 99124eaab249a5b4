"""A few offices and groups side by side: the numbers, who sees whom, and how they are picked."""

from __future__ import annotations

import csv
import io
import json
import statistics
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import undefer

from maturity.db import Database
from maturity.offices.models import Role
from maturity.survey.models import Assessment, Stage, StoredScorecard
from tests.dashboards.country import PARTS, by_id, comma_like, hold_round, rows_of, words
from tests.dashboards.test_peers import JAWA
from tests.strict_client import StrictClient, page_text

AsRole = Callable[..., StrictClient]
PAGE = "/rounds/2026/compare"


@pytest.fixture
def final(database: Database) -> None:
    with database.write() as session:
        hold_round(session, "2026", ("0", *JAWA), states=("published", "settled"), seed=4)


def asked(*ids: str, **more: str) -> dict[str, object]:
    return {"with": list(ids), **more}


def shown(client: StrictClient, *ids: str, **more: str) -> str:
    return page_text(client.get(PAGE, query_string=asked(*ids, **more)))


def table(client: StrictClient, *ids: str) -> list[list[str]]:
    text = client.get(f"{PAGE}.csv", query_string=asked(*ids)).get_data(as_text=True)
    return list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))


def frozen(database: Database) -> dict[str, StoredScorecard]:
    with database.read() as session:
        query = (
            select(Assessment.office_code, StoredScorecard)
            .join(StoredScorecard)
            .where(StoredScorecard.stage == Stage.SETTLED)
            .options(undefer(StoredScorecard.variables))
        )
        found = {row.office_code: row.StoredScorecard for row in session.execute(query)}
        session.expunge_all()
        return found


def states(database: Database) -> dict[str, str]:
    with database.read() as session:
        query = select(Assessment.office_code, Assessment.state)
        return {row.office_code: row.state for row in session.execute(query)}


@pytest.mark.usefixtures("final")
def test_offices_and_groups_stand_side_by_side(viewer: StrictClient, database: Database):
    ids, cards = ("33.01", "36.71", "kind-regency-33"), frozen(database)
    members = [card for code, card in cards.items()
               if code.startswith("33.") and code[3] != "7"]  # fmt: skip
    head, *rows = table(viewer, *ids)
    assert [one.split(" ")[0] for one in head[3:]] == list(ids)
    found = {(row[0], row[1]): row[3:] for row in rows}
    two = [cards["33.01"], cards["36.71"]]
    assert found["offices", ""] == ["1", "1", str(len(members))]
    assert found["level", ""] == [*(str(card.level) for card in two), ""]
    middle = statistics.median(card.index_value for card in members)
    for value, expected in zip(
        found["index", "all"], [*(card.index_value for card in two), middle], strict=True
    ):
        assert float(value) == pytest.approx(expected)
    for part in PARTS:
        numbers = [json.loads(card.dimensions)[part][2] for card in (*two, *members)]
        expected = [*numbers[:2], statistics.median(numbers[2:])]
        assert [float(one) for one in found["index", part]] == pytest.approx(expected, abs=1e-6)
    variables = [json.loads(card.variables) for card in (*two, *members)]
    between = []
    for row in (row for row in rows if row[0] == "percent"):
        values = [one[row[1]][1] for one in variables]
        group = [value for value in values[2:] if value is not None]
        expected = [*values[:2], statistics.median(group)]
        assert [float(one) if one else None for one in row[3:]] == [
            None if one is None else pytest.approx(one, abs=1e-6) for one in expected
        ]
        known = [one for one in expected if one is not None]
        between.append(max(known) - min(known))
    assert between == sorted(between, reverse=True)
    html = shown(viewer, *ids)
    assert [row[0] for row in rows_of(html, "tabel-selisih")] == [
        row[2] for row in rows if row[0] == "percent"
    ][:10]
    index = next(r for r in rows_of(html, "tabel-banding") if r[0] == "Indeks keseluruhan")
    assert index[1:] == [comma_like(float(one)) for one in found["index", "all"]]
    assert "Jenis kantor berbeda" in html
    assert "Jenis kantor berbeda" not in shown(viewer, "33.01", "33.02")
    ranks = next(r for r in rows_of(shown(viewer, "33.01", "33.02"), "tabel-banding")
                 if r[0].startswith("Peringkat"))  # fmt: skip
    assert all("setara" in one or "berbeda" in one for one in ranks[1:])


@pytest.mark.usefixtures("final")
def test_offices_of_others_are_refused_until_they_are_published(
    as_role: AsRole, database: Database
):
    client, by_state = as_role(Role.OPERATOR, "33.01"), states(database)
    others = [code for code in JAWA if "." in code and code != "33.01"]
    secret = next(code for code in others if by_state[code] == "settled")
    public = next(code for code in others if by_state[code] == "published")
    html = shown(client, "33.01", secret, public)
    assert "belum diumumkan dan kantor itu tidak termasuk wewenang Anda" in html
    head = table(client, "33.01", secret, public)[0]
    assert [one.split(" ")[0] for one in head[3:]] == ["33.01", public]
    assert len(rows_of(html, "tabel-banding")[0]) == 3
    assert "tidak termasuk wewenang" not in shown(as_role(Role.OPERATOR, secret[:2]), secret)
    assert "tidak cocok" not in html
    assert f"({secret})" not in shown(client, "33.01", q=secret)
    assert f"({public})" in shown(client, "33.01", q=public)


@pytest.mark.usefixtures("final")
def test_small_groups_are_refused_in_words(as_role: AsRole, viewer: StrictClient):
    client = as_role(Role.OPERATOR, "33.01")
    html = shown(client, "33.01", "kind-regency-36", "kind-regency")
    assert "memuat kurang dari 5 kantor lain" in html
    assert len(rows_of(html, "tabel-banding")[0]) == 3
    assert 'value="kind-regency-36"' not in html
    assert [one.split(" ")[0] for one in table(client, "kind-regency-36", "33.01")[0][3:]] == [
        "33.01"
    ]
    assert "kurang dari 5" not in shown(viewer, "33.01", "kind-regency-36")


def test_groups_are_told_only_when_nothing_is_on_its_way(as_role: AsRole, database: Database):
    with database.write() as session:
        hold_round(session, "2026", JAWA, states=("published", "submitted"), seed=2)
    code = next(code for code, state in states(database).items() if state == "submitted")
    html = shown(as_role(Role.OPERATOR, code), code, "kind-regency")
    assert "tampil setelah semua penilaian yang diajukan ditetapkan" in html
    assert "Pilih sedikitnya dua" in html


@pytest.mark.usefixtures("final")
def test_picking_works_by_links_and_one_form(viewer: StrictClient):
    html = shown(viewer)
    assert "Belum ada yang dipilih" in html
    html = shown(viewer, "33.01", q="pandeglang")
    links = [one.get("href") for one in by_id(html, "pilihan").iter("a")]
    assert f"{PAGE}?with=33.01&with=36.01" in links
    html = page_text(viewer.get(PAGE, query_string=asked("33.01", "", "kind-city")))
    assert len(rows_of(html, "tabel-banding")[0]) == 3
    many = ["33.01", "33.02", "33.03", "33.04", "33.05", "33.06", "33.07"]
    html = shown(viewer, *many, "33.01", "x<b>", "99.99")
    assert len(rows_of(html, "tabel-banding")[0]) == 7
    assert "Paling banyak 6" in html
    assert "“99.99” tidak dikenal" in words(by_id(html, "isi"))
    assert "x&lt;b&gt;" in html
    assert "Sudah enam" in html
    assert viewer.get("/rounds/1999/compare").status_code == 404


def test_strangers_are_sent_to_sign_in(client: StrictClient):
    assert client.get(PAGE).status_code == 303
    assert client.get(f"{PAGE}.csv").status_code == 303
