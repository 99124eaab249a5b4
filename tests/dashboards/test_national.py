"""The national page tells what the stored rows tell, and no more."""

from __future__ import annotations

import csv
import io
import json
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import event, select

from maturity.db import Database
from maturity.offices.models import Office
from maturity.offices.registry import load_tiles
from maturity.survey.models import Assessment, Round, StoredScorecard
from tests.builders import make_round
from tests.clock import START
from tests.dashboards.country import PARTS, SMALL, by_id, card_of, hold_round, rows_of, words
from tests.strict_client import StrictClient, page_text


@contextmanager
def counted(app: Any) -> Iterator[list[str]]:
    """The statements that the application sends to its database."""
    engine, sent = app.extensions["maturity"].database.engine, []

    def note(_connection, _cursor, statement, *_rest):
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def stored(database: Database, slug: str) -> list[tuple[Any, Any, Any]]:
    """(office, assessment, scorecard or None) of a round, straight from the tables."""
    with database.read() as session:
        query = (
            select(Office, Assessment, StoredScorecard)
            .join(Assessment, Assessment.office_code == Office.code)
            .join(Round, Round.id == Assessment.round_id)
            .outerjoin(StoredScorecard, StoredScorecard.assessment_id == Assessment.id)
            .where(Round.slug == slug)
        )
        rows = [tuple(row) for row in session.execute(query)]
        session.expunge_all()
        return rows


def comma(value: float) -> str:
    return f"{np.floor(value * 100 + 0.5 + 1e-7) / 100:.2f}".replace(".", ",")


KINDS = {"national": "KPU RI", "province": "Provinsi", "regency": "Kabupaten", "city": "Kota"}


@pytest.fixture
def two_rounds(database: Database) -> None:
    with database.write() as session:
        hold_round(session, "2025", days=-400, seed=5)
        hold_round(session, "2026", seed=29)


@pytest.mark.usefixtures("two_rounds")
def test_offices_are_counted_by_status_and_kind(viewer: StrictClient, database: Database):
    html = page_text(viewer.get("/rounds/2026"))
    found = Counter((office.kind, work.state) for office, work, _card in stored(database, "2026"))
    expected = []
    for kind, name in KINDS.items():
        counts = [found[kind, state] for state in ("submitted", "in-progress", "not-started")]
        expected.append([name, *map(str, counts), str(sum(counts))])
    totals = [sum(int(row[n]) for row in expected) for n in range(1, 5)]
    assert rows_of(html, "tabel-status") == [*expected, ["Semua kantor", *map(str, totals)]]
    share = comma(totals[0] * 100 / totals[3])[:-1]
    assert f"{totals[0]} dari {totals[3]} kantor ({share}" in html


@pytest.mark.usefixtures("two_rounds")
def test_offices_are_counted_by_level_of_index_and_gated(viewer: StrictClient, database: Database):
    html = page_text(viewer.get("/rounds/2026"))
    cards = [(office.kind, card) for office, _work, card in stored(database, "2026") if card]
    expected = []
    for kind in ("", *KINDS):
        mine = [card for of, card in cards if kind in ("", of)]
        for name, column in (("Level", "level"), ("Level terjaga", "gated_level")):
            levels = Counter(getattr(card, column) for card in mine)
            counts = [str(levels[level]) for level in (1, 2, 3, 4, None)]
            expected.append([KINDS.get(kind, "Semua kantor"), name, str(len(mine)), *counts])
    assert rows_of(html, "tabel-level") == expected


@pytest.mark.usefixtures("two_rounds")
def test_offices_are_counted_by_level_in_each_part_and_kind(
    viewer: StrictClient, database: Database
):
    cards = [(office.kind, card) for office, _work, card in stored(database, "2026") if card]
    expected = []
    for kind in ("", *KINDS):
        for part in PARTS:
            mine = [json.loads(card.dimensions)[part][0] for of, card in cards if kind in ("", of)]
            for level in (1, 2, 3, 4, None) if mine else ():
                count = str(mine.count(level))
                expected.append([kind or "all", part, str(len(mine)), str(level or ""), count])
    rows = csv.DictReader(io.StringIO(viewer.get("/rounds/2026/part_levels.csv").text[1:]))
    head = ("kind", "part", "with_result", "level", "offices")
    assert [[row[name] for name in head] for row in rows] == expected
    shown = rows_of(page_text(viewer.get("/rounds/2026")), "tabel-level-bagian")
    assert len(shown) * 5 == len(expected)
    assert [cell for row in shown for cell in row[3:]] == [row[4] for row in expected]


@pytest.mark.usefixtures("two_rounds")
def test_the_spread_of_every_part_is_that_of_the_frozen_results(
    viewer: StrictClient, database: Database
):
    html = page_text(viewer.get("/rounds/2026"))
    cards = [card for _office, _work, card in stored(database, "2026") if card]
    columns = [[card.index_value for card in cards]]
    columns += [[json.loads(card.dimensions)[part][2] for card in cards] for part in PARTS]
    rows = rows_of(html, "tabel-sebaran")
    assert len(rows) == len(columns) == 13
    for row, values in zip(rows, columns, strict=True):
        assert row[1] == str(len(values))
        assert row[2:] == [comma(float(np.percentile(values, q))) for q in (0, 25, 50, 75, 100)]


@pytest.mark.usefixtures("two_rounds")
def test_a_tile_shows_the_level_of_the_provinces_own_office(
    viewer: StrictClient, database: Database
):
    html = page_text(viewer.get("/rounds/2026"))
    own = {o.code: (w, c) for o, w, c in stored(database, "2026") if o.kind == "province"}
    names = {1: "Awal", 2: "Mulai Tumbuh", 3: "Mapan", 4: "Unggul"}
    tiles = {}
    for element in by_id(html, "peta").iter("a"):
        if (element.get("class") or "").startswith("tile"):
            tiles[element.get("href").rsplit("/", 1)[1]] = element
    assert list(tiles) == [tile.code for tile in load_tiles()]
    assert len(tiles) == 38
    for code, element in tiles.items():
        work, card = own.get(code, (None, None))
        if card:
            expected = f"Level {card.level} {names[card.level]}"
        else:
            states = {"in-progress": "Sedang diisi", "not-started": "Belum dimulai"}
            expected = states[work.state] if work else "Tidak ikut"
        assert expected in words(element)
        assert element.get("class") == f"tile level-{card.level if card else 0}"


@pytest.mark.usefixtures("two_rounds")
def test_the_table_of_provinces_gives_the_median_of_those_below(
    viewer: StrictClient, database: Database
):
    rows = {row[0]: row for row in rows_of(page_text(viewer.get("/rounds/2026")), "tabel-provinsi")}
    below = [
        (work, card)
        for office, work, card in stored(database, "2026")
        if office.province_code == "36" and office.code != "36"
    ]
    indexes = [card.index_value for _work, card in below if card]
    assert rows["Banten"][5:] == [f"{len(indexes)} dari 8", comma(float(np.median(indexes)))]
    assert rows["Bali"][1:] == ["Tidak ikut", "–", "–", "–", "0 dari 0", "–"]


def test_offices_that_have_not_submitted_have_no_score(viewer: StrictClient, database: Database):
    with database.write() as session:
        round_ = hold_round(session, "2026", ("36.71",), states=("in-progress",))
        work = session.scalar(select(Assessment).where(Assessment.office_code == "36.71"))
        stray = card_of(
            work.id, 3.9, fingerprint=round_.fingerprint, dice=random.Random(1)
        )  # a row that should not be there
        session.add(StoredScorecard(**stray))
        progress = f"{work.answered} dari {work.asked}"
    html = page_text(viewer.get("/rounds/2026"))
    row = next(row for row in rows_of(html, "tabel-kantor") if row[0] == "36.71")
    assert row[3] == f"Sedang diisi {progress}"
    assert row[4:] == ["–"] * 5
    assert "Belum ada kantor yang mengajukan" in html
    assert "3,90" not in html


def test_changes_are_told_only_where_the_instrument_is_the_same(
    viewer: StrictClient, database: Database
):
    submitted = ("submitted",)
    with database.write() as session:
        hold_round(session, "2025", days=-400, seed=5, states=submitted,
                   other_instrument=["36.71", "36.01"])  # fmt: skip
        hold_round(session, "2026", seed=29, states=submitted)
    html = page_text(viewer.get("/rounds/2026"))
    before = {o.code: c for o, _w, c in stored(database, "2025")}
    now = {o.code: c for o, _w, c in stored(database, "2026")}
    shown = {row[0]: row[8] for row in rows_of(html, "tabel-kantor")}
    steps = []
    for code, card in now.items():
        if code in ("36.71", "36.01"):
            assert shown[code] == "tidak dapat dibandingkan"
            continue
        change = card.index_value - before[code].index_value
        steps.append(card.level - before[code].level)
        assert shown[code] == ("+" if change > 0 else "−") + comma(abs(change))
    cards = [words(one) for one in by_id(html, "perubahan").iter("dd")]
    expected = [sum(s > 0 for s in steps), sum(s == 0 for s in steps), sum(s < 0 for s in steps)]
    assert cards == [f"{n} kantor" for n in expected]
    assert "2 kantor lain tidak dapat dibandingkan" in html


def test_a_first_round_has_nothing_to_compare_with(viewer: StrictClient, database: Database):
    with database.write() as session:
        hold_round(session, "2026", ("36.71",), states=("submitted",))
    html = page_text(viewer.get("/rounds/2026"))
    assert "Belum ada periode sebelumnya" in html
    assert "tidak dapat dibandingkan" not in html


def test_a_round_without_offices_is_told_plainly(viewer: StrictClient, database: Database):
    with database.write() as session:
        hold_round(session, "2026", (), states=("not-started",))
    html = page_text(viewer.get("/rounds/2026"))
    assert "dari 0 kantor" in html
    assert "Tidak ada kantor yang cocok" in html


@pytest.mark.usefixtures("two_rounds")
def test_numbers_follow_the_readers_language(viewer: StrictClient, database: Database):
    cards = [card.index_value for _o, _w, card in stored(database, "2026") if card]
    median = comma(float(np.median(cards)))
    assert median in page_text(viewer.get("/rounds/2026"))
    viewer.post("/language", data={"lang": "en", "csrf_token": viewer.csrf()})
    html = page_text(viewer.get("/rounds/2026"))
    assert '<html lang="en">' in html
    assert median.replace(",", ".") in html
    assert median not in html
    assert ">Tangerang City</a>" in html
    assert "Emerging" in html


@pytest.mark.parametrize("slug", ["2027", "2026/x", ".."])
def test_an_unknown_round_is_not_found(viewer: StrictClient, slug: str):
    assert viewer.get(f"/rounds/{slug}").status_code == 404


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", ["/rounds/{}", "/rounds/{}/provinces/36", "/rounds/{}/offices.csv"]
)
def test_as_many_queries_for_ten_offices_as_for_all(
    viewer: StrictClient, database: Database, path: str
):
    with database.write() as session:
        hold_round(session, "few-before", SMALL[:9], days=-500)
        hold_round(session, "few", SMALL[:9], days=-450)
        hold_round(session, "all-before", None, days=-400)
        hold_round(session, "all", None)
    sent = {}
    for slug in ("few", "all"):
        viewer.get(path.format(slug))  # the instrument is parsed once
        with counted(viewer.application) as statements:
            assert viewer.get(path.format(slug)).status_code == 200
        sent[slug] = statements
    assert len(sent["few"]) == len(sent["all"]) <= 14
    assert not any("payload" in statement for statement in sent["all"])


@pytest.mark.usefixtures("two_rounds")
def test_a_round_of_others_in_between_is_not_the_one_before(
    viewer: StrictClient, database: Database
):
    def shown(slug: str) -> str:
        page = page_text(viewer.get(f"/rounds/{slug}"))
        return page.partition("<main")[2].partition("</main")[0]

    before = shown("2026")
    with database.write() as session:
        club = Office(code="C1", kind="club", name_id="Klub", name_en="Club", short_name="Klub",
                      timezone="Asia/Jakarta")  # fmt: skip
        session.add(club)
        others = make_round(session, slug="klub", opens_at=START - timedelta(days=30))
        session.add(Assessment(round=others, office_code="C1", state="not-started"))
    assert shown("2026") == before
    assert "Belum ada periode sebelumnya" in shown("klub")


@pytest.mark.usefixtures("two_rounds")
def test_no_office_has_a_bare_rank(viewer: StrictClient, database: Database):
    html = page_text(viewer.get("/rounds/2026"))
    shown = {row[0]: row[7] for row in rows_of(html, "tabel-kantor")}
    response = viewer.get("/rounds/2026/offices.csv")
    table = csv.DictReader(io.StringIO(response.get_data(as_text=True).lstrip("\ufeff")))
    found = {row["code"]: row for row in table}
    kinds = Counter(o.kind for o, _w, card in stored(database, "2026") if card)
    assert set(kinds.values()) != {1}
    for office, _work, card in stored(database, "2026"):
        row, words_ = found[office.code], shown[office.code]
        if card is None or kinds[office.kind] == 1:
            assert (row["rank_best"], words_) == ("", "–")
            continue
        assert int(row["rank_of"]) == kinds[office.kind]
        ranks = "–".join(dict.fromkeys((row["rank_best"], row["rank_worst"])))
        tied = int(row["tied_with"])
        told = f"setara dengan {tied} kantor" if tied else "berbeda dari semua"
        assert words_.replace(" ", "") == f"{ranks}{told}".replace(" ", "")
