"""Lists of many offices: fifty a page, filters in the address, and nothing unseen is changed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from maturity.db import Database
from maturity.offices.models import Role
from maturity.offices.registry import load_registry
from maturity.survey.models import Assessment
from tests.builders import make_assessment, make_person, make_round
from tests.offices.signing import make_user
from tests.strict_client import StrictClient
from tests.survey.filling import client_of

ADMIN = "admin@contoh.example"
GIVE, MORE_TIME = (
    "/administration/rounds/2026/assignments",
    "/administration/rounds/2026/extensions",
)
JAVA = [one.code for one in load_registry() if one.code[:2] in ("32", "33")]
MORE = {"stage": "filling", "until_day": "2027-03-31", "words": "Banjir."}


@pytest.fixture
def database_url(new_database: Callable[..., str]) -> str:
    """One database is enough: what is listed is not the database's work."""
    return new_database("sqlite")


@pytest.fixture
def judges(database: Database) -> tuple[int, int]:
    """West and Central Java in a round, with the verifiers of both provinces."""
    with database.write() as session:
        make_user(session, email=ADMIN, role=Role.ADMINISTRATOR, office="0")
        round_ = make_round(session)
        for code in JAVA:
            make_assessment(session, round_=round_, office=code)
        west, central = (
            make_person(session, role=Role.VERIFIER, office=code, name=name).id
            for code, name in (("32", "Ani Barat"), ("33", "Budi Tengah"))
        )
    return west, central


@pytest.fixture
def admin(app: Flask, judges: tuple[int, int]) -> StrictClient:
    return client_of(app, ADMIN)


def given(database: Database) -> dict[str, int | None]:
    with database.read() as session:
        rows = session.execute(select(Assessment.office_code, Assessment.verifier_id))
        return {row.office_code: row.verifier_id for row in rows}


def offices_in(page: str) -> list[str]:
    return re.findall(r'name="pick" value="\d+"[^>]*><label for="a-\d+">([^<]+)', page)


def test_a_page_holds_fifty_and_keeps_its_filters(admin: StrictClient) -> None:
    first = admin.get(f"{GIVE}?verifier=none").text
    assert len(offices_in(first)) == 50
    assert f"Kantor 1 sampai 50 dari {len(JAVA)}" in first
    assert f"{GIVE}?verifier=none&amp;page=2#daftar" in first
    last = admin.get(f"{GIVE}?verifier=none&page=99").text
    assert len(offices_in(last)) == len(JAVA) - 50
    assert not set(offices_in(first)) & set(offices_in(last))
    assert len(first) < 60_000


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("q=kab+bogor", ["KPU Kabupaten Bogor"]),
        ("q=32.73", ["KPU Kota Bandung"]),
        ("q=bandung&kind=city", ["KPU Kota Bandung"]),
        ("q=bandung&province=33", []),
        ("q=%00&page=x&kind=village&province=99&province=x", None),
    ],
)
def test_offices_are_found_by_name_and_code(
    admin: StrictClient, asked: str, names: list[str] | None
) -> None:
    page = admin.get(f"{GIVE}?{asked}").text
    if names is not None:
        assert offices_in(page) == names
    assert "Traceback" not in page


def test_only_the_page_that_was_seen_is_given(
    admin: StrictClient, database: Database, judges: tuple[int, int]
) -> None:
    seen = offices_in(admin.get(f"{GIVE}?page=2").text)
    admin.submit({"to": str(judges[1]), "all": "page"}, action=GIVE)
    got = [code for code, who in given(database).items() if who]
    assert len(got) == len(seen) == len(JAVA) - 50


def test_all_that_match_are_shown_before_any_is_changed(
    admin: StrictClient, database: Database, judges: tuple[int, int]
) -> None:
    west, central = judges
    bandung = update(Assessment).where(Assessment.office_code == "32.73")
    with database.write() as session:
        session.execute(bandung.values(verifier_id=west))
    admin.get(GIVE)
    look = admin.submit({"to": str(central), "all": "yes"}, action=GIVE)
    assert look.status_code == 200
    assert f"Tugaskan {len(JAVA)} kantor kepada Budi Tengah?" in look.text
    assert "1 kantor diambil dari verifikator lain." in look.text
    assert "KPU Kota Bandung" in look.text, "on which page it is does not matter"
    assert [who for who in given(database).values() if who] == [west], "nothing is saved yet"
    done = admin.submit({}, action=GIVE)
    assert done.status_code == 409, "West Java is not theirs"
    found = given(database)
    assert {code for code, who in found.items() if who == central} == {
        code for code in JAVA if code.startswith("33.")
    }
    assert found["32.73"] == west


def test_who_matches_only_since_the_look_is_shown_again(
    admin: StrictClient, database: Database, judges: tuple[int, int]
) -> None:
    west, central = judges
    admin.get(f"{GIVE}?verifier=none&province=33")
    with database.write() as session:
        semarang = update(Assessment).where(Assessment.office_code == "33.74")
        session.execute(semarang.values(verifier_id=west))
    look = admin.submit({"to": str(central), "all": "yes"}, action=GIVE)
    assert look.status_code == 200
    assert "Daftarnya berubah" in look.text
    assert set(given(database).values()) == {None, west}
    assert admin.submit({}, action=GIVE).status_code == 409, "a province is not verified by itself"
    assert given(database)["33.74"] == west


def test_one_may_go_back_from_the_look_and_loses_nothing(
    admin: StrictClient, judges: tuple[int, int], database: Database
) -> None:
    admin.get(f"{MORE_TIME}?state=")
    look = admin.submit({**MORE, "all": "yes"}, action=MORE_TIME)
    assert f"Perpanjang batas {len(JAVA)} kantor?" in look.text
    back = admin.submit({"do": "edit"}, action=MORE_TIME)
    assert back.status_code == 200
    assert "Banjir." in back.text
    with database.read() as session:
        assert not session.scalars(select(Assessment).where(Assessment.due_at.is_not(None))).all()


def test_all_that_match_get_more_time(
    admin: StrictClient, judges: tuple[int, int], database: Database
) -> None:
    admin.get(MORE_TIME)
    admin.submit({**MORE, "all": "yes"}, action=MORE_TIME)
    done = admin.submit({}, action=MORE_TIME)
    assert done.status_code == 303
    assert "state=open" in done.location
    with database.read() as session:
        moved = session.scalars(select(Assessment).where(Assessment.due_at.is_not(None))).all()
    assert len(moved) == len(JAVA)


def test_every_page_of_all_states_can_be_reached(
    admin: StrictClient, judges: tuple[int, int], database: Database
) -> None:
    page = admin.get(f"{MORE_TIME}?state=&page=2").text
    first = re.search(r'href="([^"]+)" rel="prev"', page)
    assert first
    assert "state=" in first[1], "without it only those that have not handed in are shown"


def test_an_even_share_is_shown_person_by_person(admin: StrictClient) -> None:
    page = admin.get(f"{GIVE}/even").text
    row = re.search(r"Ani Barat</th>.*?</tr>", page, re.DOTALL)
    assert row
    assert "KPU Kota Bandung" in row[0]
    assert re.findall(r"<div>(\d+)</div>", row[0]) == ["0", "27", "27"]


@pytest.mark.parametrize("path", [GIVE, MORE_TIME, "/people", "/account", "/settlement"])
def test_a_page_has_at_most_one_primary_button(admin: StrictClient, path: str) -> None:
    page = admin.get(path)
    assert page.status_code == 200
    assert len(re.findall(r'class="btn"', page.text)) <= 1


def test_links_back_and_menu_entries_name_their_target(admin: StrictClient) -> None:
    page = admin.get(GIVE).text
    assert "Kembali ke kelola periode" in page
    assert "Pekerjaan latar belakang</a>" in page
