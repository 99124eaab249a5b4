"""The table of offices answers what its address asks, and shrugs off nonsense."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from maturity.db import Database
from maturity.offices.registry import load_registry
from tests.dashboards.country import SMALL, by_id, codes_of, hold_round, rows_of, words
from tests.strict_client import StrictClient, fields_of, page_text

PATH = "/rounds/2026"
NONSENSE = [
    {"sort": "drop table"},
    {"sort": "'; DROP TABLE office; --"},
    {"sort": "__class__"},
    {"sort": "-"},
    {"page": "-1"},
    {"page": "0"},
    {"page": "١"},
    {"page": "1e9"},
    {"page": "9" * 400},
    {"kind": "village"},
    {"province": "99"},
    {"province": "36.71"},
    {"state": "SUBMITTED"},
    {"level": "-1"},
    {"level": "99"},
    {"level": "<script>alert(1)</script>"},
    {"unknown": "1"},
]


@pytest.fixture
def database_url(new_database: Callable[..., str]) -> str:
    """One database is enough: filters, order and search are not the database's work."""
    return new_database("sqlite")


@pytest.fixture
def small(database: Database) -> None:
    with database.write() as session:
        hold_round(session, "2025", days=-400, seed=5)
        hold_round(session, "2026", seed=29)


@pytest.fixture
def everywhere(database: Database) -> None:
    with database.write() as session:
        hold_round(session, "2026", None, seed=29)


def ask(client: StrictClient, **wish: str) -> str:
    response = client.get(f"{PATH}?{urlencode(wish)}")
    assert response.status_code == 200
    return page_text(response)


def csv_rows(client: StrictClient, **wish: str) -> list[dict[str, str]]:
    response = client.get(f"{PATH}/offices.csv?{urlencode(wish)}")
    assert response.status_code == 200
    text = response.data.decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.mark.usefixtures("small")
def test_the_order_is_by_code_and_never_by_score_unless_asked(viewer: StrictClient):
    html = ask(viewer)
    assert codes_of(html) == sorted({"0", *SMALL})
    assert "bukan daftar peringkat" in html
    asked = ask(viewer, sort="-index")
    assert codes_of(asked) != codes_of(html)
    assert "Selisih indeks yang kecil tidak berarti" in asked


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("column", "field"),
    [("code", "code"), ("name", "name"), ("level", "level"), ("gated", "gated_level"),
     ("index", "index"), ("change", "change"), ("weakest", "weakest"),
     ("province", "province_name")],
)  # fmt: skip
def test_every_column_sorts_both_ways_with_the_unknown_last(
    viewer: StrictClient, column: str, field: str
):
    rows = csv_rows(viewer)
    numeric = column in ("level", "gated", "index", "change")

    def key(row):
        return float(row[field]) if numeric else row[field].casefold()

    known = [row for row in rows if row[field]]
    unknown = [row["code"] for row in rows if not row[field]]
    assert known
    for down in (False, True):
        expected = [row["code"] for row in sorted(known, key=key, reverse=down)] + unknown
        html = ask(viewer, sort="-" * down + column)
        assert codes_of(html) == expected
        assert f'aria-sort="{"descending" if down else "ascending"}"' in html


@pytest.mark.usefixtures("small")
def test_sorting_by_status_goes_by_how_far_offices_are(viewer: StrictClient):
    states = [row["state"] for row in csv_rows(viewer, sort="state")]
    order = ["not-started", "in-progress", "submitted"]
    assert states == sorted(states, key=order.index)
    assert len(set(states)) == 3


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    "wish",
    [{"kind": "city"}, {"province": "36"}, {"state": "in-progress"}, {"level": "2"},
     {"kind": "regency", "province": "36", "state": "submitted"}],
)  # fmt: skip
def test_filters_keep_exactly_what_fits(viewer: StrictClient, wish: dict[str, str]):
    fitting = [
        row["code"]
        for row in csv_rows(viewer)
        if all(row[name] == value for name, value in wish.items())
    ]
    assert fitting
    assert codes_of(ask(viewer, **wish)) == fitting
    assert [row["code"] for row in csv_rows(viewer, **wish)] == fitting


NEAREST = {
    "tangerang": {"36.03", "36.71"},
    "BANDUNG": {"32.04", "32.73"},
    "kota tangerang": {"36.71"},
    "kab. bandung": {"32.04"},
    "36.71": {"36.71"},
    "madiun city": {"35.77"},
    "  tanger  ": {"36.03", "36.71", "36.74"},
    "banda aceh": {"11.71"},
    "yogyakarta": {"34.71"},
}


@pytest.mark.usefixtures("everywhere")
def test_search_puts_regency_and_city_of_a_name_first(viewer: StrictClient):
    viewer.strict = False
    for wanted, first in NEAREST.items():
        found = codes_of(ask(viewer, q=wanted))
        assert set(found[: len(first)]) == first, wanted


@pytest.mark.usefixtures("everywhere")
def test_a_search_that_finds_nothing_says_so(viewer: StrictClient):
    html = ask(viewer, q="atlantis")
    assert codes_of(html) == []
    assert "Tidak ada kantor yang cocok" in html
    assert 'value="atlantis"' in html
    hostile = ask(viewer, q='"><script>alert(1)</script>')
    assert "<script>alert" not in hostile


@pytest.mark.usefixtures("everywhere")
def test_the_pages_hold_every_office_once(viewer: StrictClient):
    seen: list[str] = []
    ask(viewer, page="7")
    viewer.strict = False  # one page of twelve was read strictly: that is enough
    for number in range(1, 13):
        codes = codes_of(ask(viewer, page=str(number)))
        assert len(codes) == (50 if number < 12 else 3)
        seen += codes
    assert seen == [record.code for record in load_registry()]
    assert codes_of(ask(viewer, page="99999")) == seen[-3:]
    html = ask(viewer, page="12")
    assert "Kantor 551 sampai 553 dari 553" in html


@pytest.mark.usefixtures("small")
def test_nonsense_in_the_address_counts_as_not_asked(viewer: StrictClient):
    usual = codes_of(ask(viewer))
    viewer.strict = False
    for wish in NONSENSE:
        assert codes_of(ask(viewer, **wish)) == usual, wish
        assert len(csv_rows(viewer, **wish)) == len(usual), wish


@pytest.mark.usefixtures("small")
def test_hostile_words_are_harmless(viewer: StrictClient):
    assert codes_of(ask(viewer, q="\x00\x1b[31m")) == []
    assert "a" * 81 not in by_id(ask(viewer, q="a" * 2000), "cari-q").get("value")


@pytest.mark.usefixtures("everywhere")
def test_links_and_form_keep_what_was_asked(viewer: StrictClient):
    html = ask(viewer, kind="regency", sort="-name", page="2")
    links = [a.get("href") for a in by_id(html, "kantor").iter("a")]
    next_page = [link for link in links if "page=3" in link]
    assert next_page
    assert all("kind=regency" in link and "sort=-name" in link for link in next_page)
    by_code = next(link for link in links if "sort=code" in link)
    assert "kind=regency" in by_code
    assert "page=" not in by_code
    file = next(link for link in links if "offices.csv" in link)
    assert [row["kind"] for row in csv_rows(viewer)] != ["regency"]
    text = viewer.get(file).data.decode("utf-8-sig")
    assert len(text.splitlines()) == 1 + 416
    _action, filled = fields_of(html, f"{PATH}?kind=regency#kantor")
    assert filled == {"q": "", "kind": "regency", "province": "", "state": "", "level": "",
                      "sort": "-name"}  # fmt: skip
    again = page_text(viewer.get(PATH, query_string={**filled, "q": "bandung"}))
    assert set(codes_of(again)) == {"32.04", "32.17"}


@pytest.mark.usefixtures("small")
def test_the_file_gives_the_same_numbers_as_the_page(viewer: StrictClient):
    shown = {row[0]: row for row in rows_of(ask(viewer), "tabel-kantor")}
    for row in csv_rows(viewer):
        cells = shown[row["code"]]
        assert row["name"] == cells[1]
        if row["state"] == "submitted":
            assert cells[4].startswith(f"Level {row['level']}")
            assert abs(float(row["index"]) - float(cells[6].replace(",", "."))) < 0.00501
            assert len([name for name in row if name.startswith("index_")]) == 12
        else:
            assert row["level"] == row["index"] == row["index_P1"] == ""


def test_formulas_in_names_are_harmless_in_the_file(viewer: StrictClient, database: Database):
    from maturity.offices.models import Office

    bad = '=HYPERLINK("http://evil.example";"x")'
    with database.write() as session:
        hold_round(session, "2026", ("36.71",))
        session.get(Office, "36.71").short_name = bad
    rows = csv_rows(viewer)
    assert [row["name"] for row in rows if row["code"] == "36.71"] == ["'" + bad]
    assert words(by_id(ask(viewer), "tabel-kantor")).count("=HYPERLINK") == 1


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("table", ["status", "levels", "spread", "provinces"])
def test_each_chart_has_its_numbers_as_a_file(viewer: StrictClient, table: str):
    response = viewer.get(f"{PATH}/{table}.csv")
    assert response.mimetype == "text/csv"
    assert f'filename="2026-{table}.csv"' in response.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(response.data.decode("utf-8-sig"))))
    lengths = {"status": 5, "levels": 25, "spread": 13, "provinces": 38}
    assert len(rows) == 1 + lengths[table]
    assert len({len(row) for row in rows}) == 1
    assert f"/{table}.csv" in ask(viewer)
