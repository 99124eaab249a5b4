"""An office beside its peers: which groups, what is told to whom, with which numbers."""

from __future__ import annotations

import csv
import io
import statistics
from collections.abc import Callable
from xml.etree.ElementTree import tostring

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select

from maturity.dashboards.group_words import group_name
from maturity.dashboards.peers import groups_of, profile_of
from maturity.dashboards.queries import standings
from maturity.dashboards.strips import dots
from maturity.db import Database
from maturity.offices.models import Office, Role
from maturity.offices.registry import load_registry
from maturity.survey.models import Assessment, Round, Stage, StoredScorecard
from tests.dashboards.country import by_id, hold_round, page, rows_of, words
from tests.strict_client import StrictClient, page_text

JAWA = tuple(
    one.code for one in load_registry() if one.province in ("33", "34", "36") and one.code[:2]
)  # 33: 29 regencies, 6 cities; 34: 4 and 1; 36: 4 and 4
PAGE = "/rounds/2026/offices/{}"
AsRole = Callable[..., StrictClient]


@pytest.fixture
def final(database: Database) -> None:
    """Everything is settled."""
    with database.write() as session:
        hold_round(session, "2026", ("0", *JAWA), states=("published", "settled"), seed=4)


@pytest.fixture
def running(database: Database) -> None:
    """Some results are on their way."""
    with database.write() as session:
        hold_round(session, "2026", JAWA, states=("submitted", "reply-open", "in-progress"))


def table(client: StrictClient, code: str, **query: str) -> list[dict[str, str]]:
    response = client.get(PAGE.format(code) + "/peers.csv", query_string=query)
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.get_data(as_text=True).lstrip("\ufeff"))))


def section(client: StrictClient, code: str) -> bytes:
    return tostring(by_id(page_text(client.get(PAGE.format(code))), "pembanding"))


def groups_in(rows: list[dict[str, str]]) -> set[str]:
    return {row["group"] for row in rows}


def indexes(database: Database, stage: Stage = Stage.SETTLED) -> dict[str, float]:
    with database.read() as session:
        query = (
            select(Assessment.office_code, StoredScorecard.index_value)
            .join(StoredScorecard)
            .where(StoredScorecard.stage == stage)
        )
        return {row.office_code: row.index_value for row in session.execute(query)}


@pytest.mark.usefixtures("final")
def test_the_office_stands_among_the_numbers_of_its_peers(as_role: AsRole, database: Database):
    client, known = as_role(Role.OPERATOR, "33.01"), indexes(database)
    rows = {(row["group"], row["part"]): row for row in table(client, "33.01")}
    regencies = [code for code in JAWA if "." in code and code[3] != "7"]
    expected = {
        "kind-regency": regencies,
        "kind-regency-33": [code for code in regencies if code.startswith("33")],
        "profile-regency-jawa": regencies,
    }
    assert {group for group, _part in rows} == set(expected)
    assert {part for _group, part in rows} == {"all", "P1", "P2", "P3"}
    for group, codes in expected.items():
        row, values = rows[group, "all"], [known[code] for code in codes]
        assert int(row["offices"]) == len(codes)
        assert float(row["median"]) == pytest.approx(statistics.median(values))
        assert (float(row["min"]), float(row["max"])) == (min(values), max(values))
        assert float(row["own"]) == known["33.01"]
        assert 1 <= int(row["rank_best"]) <= int(row["rank_worst"]) <= len(codes)
        assert int(row["rank_of"]) == len(codes) > int(row["tied_with"])
    html = page_text(client.get(PAGE.format("33.01")))
    for group in expected:
        shown = rows_of(html, f"tabel-{group}")[0]
        row = rows[group, "all"]
        assert shown[6] == "–".join(dict.fromkeys((row["rank_best"], row["rank_worst"])))
        figure = by_id(html, f"grafik-{group}")
        dots_ = [one.get("d") for one in figure.iter() if one.get("class") == "dots"]
        assert dots_[0].count("M") == int(row["offices"])
        assert f"setara secara statistik dengan {row['tied_with']} kantor" in words(figure)
    assert "kind-city-34" not in groups_in(table(as_role(Role.OPERATOR, "34.71"), "34.71"))
    assert "Anda" in words(by_id(html, "pembanding"))
    assert "Jumlah pemilih dan daerah pemilihan tidak dipakai" in html


@pytest.mark.usefixtures("final")
def test_small_groups_are_told_only_to_who_may_look_at_each_office(as_role: AsRole):
    for code, role, office, told in [
        ("36.01", Role.OPERATOR, "36.01", False),  # four regencies in Banten
        ("36.01", Role.OPERATOR, "36", True),  # sees each of them
        ("36.01", Role.VIEWER, "0", True),
        ("36.71", Role.RESPONSIBLE, "36.71", False),
        ("33.71", Role.OPERATOR, "33.71", True),  # six: five others
    ]:
        client = as_role(role, office)
        group = f"kind-{'city' if code[3] == '7' else 'regency'}-{code[:2]}"
        assert (group in groups_in(table(client, code))) == told
        figure = by_id(page_text(client.get(PAGE.format(code))), f"grafik-{group}")
        assert ("kurang dari 5 kantor lain" in words(figure)) != told
        assert any(one.get("class") == "dots" for one in figure.iter()) == told


@pytest.mark.usefixtures("final")
def test_what_two_hidden_offices_did_could_be_swapped_unnoticed(
    as_role: AsRole, database: Database
):
    client = as_role(Role.OPERATOR, "36.01")
    before = table(client, "36.01"), section(client, "36.01")
    with database.write() as session:
        rows = session.execute(
            select(Assessment.office_code, StoredScorecard).join(StoredScorecard)
            .where(Assessment.office_code.in_(["36.02", "34.03"]))
            .where(StoredScorecard.stage == Stage.SETTLED)
        ).all()  # fmt: skip
        one, other = (row.StoredScorecard for row in rows)
        for name in ("digest", "level", "gated_level", "index_value", "weakest", "dimensions",
                     "variables"):  # fmt: skip
            mine, its = getattr(one, name), getattr(other, name)
            assert name in ("level", "gated_level", "weakest") or mine != its
            setattr(one, name, its)
            setattr(other, name, mine)
    assert (table(client, "36.01"), section(client, "36.01")) == before


@pytest.mark.usefixtures("running")
def test_nothing_of_others_is_told_while_results_are_on_their_way(
    as_role: AsRole, database: Database
):
    code = next(code for code in sorted(indexes(database, Stage.SELF)) if code.startswith("33."))
    client = as_role(Role.OPERATOR, code)
    assert table(client, code) == table(client, code, stage="self") == []
    html = page_text(client.get(PAGE.format(code)))
    assert "Pembanding tampil setelah semua penilaian" in words(by_id(html, "pembanding"))
    assert groups_in(table(as_role(Role.VIEWER), code)) >= {"kind-regency"}


@pytest.mark.usefixtures("final")
def test_whatever_stage_is_asked_for_others_see_what_was_settled(as_role: AsRole):
    client = as_role(Role.OPERATOR, "33.01")
    assert table(client, "33.01", stage="self") == table(client, "33.01")
    viewer = as_role(Role.VIEWER)
    assert table(viewer, "33.01", stage="self") != table(viewer, "33.01")


@pytest.mark.usefixtures("final")
def test_peers_of_another_office_are_refused(as_role: AsRole):
    client = as_role(Role.OPERATOR, "33.01")
    assert client.get(PAGE.format("33.02") + "/peers.csv").status_code == 403
    assert client.get(PAGE.format("33") + "/peers.csv").status_code == 403
    assert client.get("/rounds/1999/offices/33.01/peers.csv").status_code == 404
    assert client.get(PAGE.format("0") + "/peers.csv").status_code == 403


@pytest.mark.usefixtures("final")
def test_the_national_office_has_no_peers(viewer: StrictClient):
    html = page_text(viewer.get(PAGE.format("0")))
    assert all(one.get("id") != "pembanding" for one in page(html).iter())


def test_every_office_of_the_register_but_the_national_one_has_a_profile(database: Database):
    for one in load_registry():
        assert bool(profile_of(one.code, one.kind)) == (one.code != "0")
    assert profile_of("X1", "country") == ""
    with database.write() as session:
        round_ = hold_round(session, "2026", None, states=("submitted",))
        groups = groups_of(standings(session, session.get(Round, round_.id)))
    assert list(groups)[:4] == ["all", "kind-regency", "kind-city", "kind-province"]
    assert len(groups["all"].members) == 552
    for kind in ("regency", "city", "province"):
        classes = [one for one in groups.values() if one.profile and one.kind == kind]
        members = [code for one in classes for code in one.members]
        assert sorted(members) == sorted(groups[f"kind-{kind}"].members)
    assert len(groups["profile-province-small"].members) == 13


@pytest.mark.usefixtures("final")
@pytest.mark.parametrize("language", ["id", "en"])
def test_the_name_of_a_group_begins_as_a_title_does(app: Flask, database: Database, language: str):
    with database.read() as session, app.test_request_context():
        rows = standings(session, session.scalars(select(Round)).one(), stage=Stage.SETTLED)
        with force_locale(language):
            names = [group_name(one, {}, {}) for one in groups_of(rows).values()]
    assert len(names) > 5
    assert [name for name in names if not name[0].isupper()] == []


def test_offices_of_a_size_are_peers_where_their_numbers_are_known(
    as_role: AsRole, database: Database
):
    with database.write() as session:
        hold_round(session, "2026", JAWA, states=("settled",), seed=4)
        regencies = [code for code in JAWA if code.startswith("33.") and code[3] != "7"]
        for number, code in enumerate(regencies):
            office = session.get_one(Office, code)
            office.voters, office.districts = (150_000, 3) if number < 12 else (149_999, 4)
            office.profile_source = "DPT Pemilu 2024, KPU RI"
    code, smaller = regencies[0], regencies[-1]
    client = as_role(Role.OPERATOR, code)
    sizes = {row["group"]: int(row["offices"]) for row in table(client, code)
             if row["part"] == "all"}  # fmt: skip
    assert sizes["profile-regency-voters-150000"] == sizes["profile-regency-districts-0"] == 12
    html = page_text(client.get(PAGE.format(code)))
    figure = words(by_id(html, "grafik-profile-regency-voters-150000"))
    assert "KPU/KIP kabupaten dengan 150.000 sampai 399.999 pemilih terdaftar" in figure
    assert "jumlah pemilih terdaftarnya dalam kelas yang sama" in figure
    districts = words(by_id(html, "grafik-profile-regency-districts-0"))
    assert "dengan paling banyak 3 daerah pemilihan" in districts
    assert "menurut DPT Pemilu 2024, KPU RI" in html
    told = groups_in(table(as_role(Role.OPERATOR, smaller), smaller))
    assert {"profile-regency-voters-0", "profile-regency-districts-4"} <= told
    unknown = groups_in(table(as_role(Role.OPERATOR, "34.01"), "34.01"))
    assert not any("voters" in group for group in unknown)
    beside = client.get("/rounds/2026/compare?with=profile-regency-voters-150000&with=" + code)
    assert "150.000 sampai 399.999" in page_text(beside)


def test_every_value_is_a_dot_and_equal_ones_are_piled():
    path = dots([1.0, 4.0, 4.0, 2.5], low=1, high=4)
    assert path == "M0 37h0M60 37h0M120 37h0M120 31h0"
    heights = [
        float(one.split()[1][:-2]) for one in dots([2.0] * 400, low=1, high=4).split("M")[1:]
    ]
    assert min(heights) >= 0
