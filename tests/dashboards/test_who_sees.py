"""Which pages of a round a person may see, and what they lead to."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from maturity.db import Database
from maturity.offices.models import Role
from maturity.survey.models import Assessment, Round
from tests.dashboards.country import by_id, codes_of, hold_round, rows_of, words
from tests.strict_client import StrictClient, page_text

NATIONAL, FILE = "/rounds/2026", "/rounds/2026/offices.csv"
BANTEN, ACEH = "/rounds/2026/provinces/36", "/rounds/2026/provinces/11"
TANGERANG, KIP, KPU = (f"/rounds/2026/offices/{code}" for code in ("36.71", "11.71", "0"))
PAGES = (NATIONAL, FILE, BANTEN, ACEH, TANGERANG, KIP, KPU)

# role, office: which of PAGES open
TABLE = {
    (Role.OPERATOR, "36.71"): (TANGERANG,),
    (Role.RESPONSIBLE, "36.71"): (TANGERANG,),
    (Role.OPERATOR, "36"): (BANTEN, TANGERANG),
    (Role.VERIFIER, "36"): (BANTEN, TANGERANG),
    (Role.VERIFIER, "0"): PAGES,
    (Role.OPERATOR, "0"): (BANTEN, ACEH, TANGERANG, KIP, KPU),
    (Role.RESEARCHER, "0"): PAGES,
    (Role.VIEWER, "0"): PAGES,
    (Role.ADMINISTRATOR, "0"): PAGES,
}


@pytest.fixture(autouse=True)
def _two_rounds(database: Database) -> None:
    with database.write() as session:
        hold_round(session, "2025", days=-400, seed=5, states=("submitted",),
                   other_instrument=["36.72"])  # fmt: skip
        hold_round(session, "2026", seed=29, states=("submitted",))


@pytest.mark.parametrize(("role", "office"), TABLE)
def test_pages_open_by_role(as_role: Callable[..., StrictClient], role: Role, office: str):
    client = as_role(role, office)
    opened = tuple(path for path in PAGES if client.get(path).status_code == 200)
    assert opened == TABLE[role, office]
    refused = {client.get(path).status_code for path in PAGES if path not in opened}
    assert refused <= {403}


def test_strangers_are_sent_to_sign_in(client: StrictClient):
    for path in ("/rounds", *PAGES):
        response = client.get(path)
        assert response.status_code == 303
        assert response.location.startswith("/sign-in?next=")


def test_the_list_of_rounds_leads_only_where_one_may_go(as_role: Callable[..., StrictClient]):
    for (role, office), pages in TABLE.items():
        client = as_role(role, office)
        html = page_text(client.get("/rounds"))
        assert html.index("Pengukuran 2026") < html.index("Pengukuran 2025")
        links = [a.get("href") for a in by_id(html, "isi").iter("a")]
        assert (NATIONAL in links) == (NATIONAL in pages)
        client.strict = False
        assert all(client.get(link).status_code == 200 for link in links)
        assert ("diajukan" in words(by_id(html, "isi"))) == (NATIONAL in pages)


def test_people_of_an_office_find_the_rounds_in_the_menu(as_role: Callable[..., StrictClient]):
    html = page_text(as_role(Role.OPERATOR, "36.71").get("/rounds"))
    assert '<a href="/rounds" aria-current="page">Periode pengukuran</a>' in html
    assert ">Nasional</a>" not in html
    html = page_text(as_role(Role.VIEWER).get("/rounds"))
    assert '<a href="/rounds" aria-current="page">Nasional</a>' in html


def test_a_province_shows_its_own_office_apart_from_those_in_it(
    as_role: Callable[..., StrictClient],
):
    html = page_text(as_role(Role.VERIFIER, "36").get(BANTEN))
    assert codes_of(html) == [f"36.{n}" for n in ("01", "02", "03", "04", "71", "72", "73", "74")]
    assert "8 dari 8 kantor kabupaten/kota" in html
    assert "KPU Provinsi Banten" in html
    assert "tidak dapat dibandingkan" in html
    assert NATIONAL not in [a.get("href") for a in by_id(html, "isi").iter("a")]


@pytest.mark.parametrize("path", ["provinces/36.71", "provinces/99", "provinces/0", "offices/99"])
def test_what_is_no_province_or_office_is_not_found(viewer: StrictClient, path: str):
    assert viewer.get(f"/rounds/2026/{path}").status_code == 404
    assert viewer.get(f"/rounds/1999/{path}").status_code == 404


def test_an_office_outside_the_round_is_not_found(viewer: StrictClient, database: Database):
    with database.write() as session:
        hold_round(session, "2027", ("12.01",), days=300)
    assert viewer.get("/rounds/2027/offices/12.01").status_code == 200
    assert viewer.get("/rounds/2027/offices/36.71").status_code == 404
    assert "tidak ikut" in page_text(viewer.get("/rounds/2027/provinces/36"))


def assessment(database: Database, office: str, slug: str = "2026") -> Assessment:
    with database.read() as session:
        query = select(Assessment).join(Round, Round.id == Assessment.round_id)
        found = session.scalar(query.where(Round.slug == slug, Assessment.office_code == office))
        session.expunge_all()
        return found


def test_the_result_is_linked_only_for_those_who_may_open_it(
    as_role: Callable[..., StrictClient], database: Database
):
    number = str(assessment(database, "36.71").id)
    for role, office, expected in [
        (Role.OPERATOR, "36.71", True),
        (Role.OPERATOR, "36", False),  # sees its province, not the reasons of others
        (Role.VERIFIER, "36", True),
        (Role.VIEWER, "0", True),
    ]:
        html = page_text(as_role(role, office).get(TANGERANG))
        links = {words(a): a.get("href") for a in by_id(html, "isi").iter("a")}
        assert ("Buka hasil lengkap" in links) is expected, (role, office)
        if expected:
            assert number in links["Buka hasil lengkap"].split("/")


def test_an_unfinished_office_shows_progress_and_no_result(
    as_role: Callable[..., StrictClient], database: Database
):
    with database.write() as session:
        hold_round(session, "2028", ("36.71",), days=-1, states=("in-progress",))
    work = assessment(database, "36.71", "2028")
    html = page_text(as_role(Role.OPERATOR, "36.71").get("/rounds/2028/offices/36.71"))
    assert f"{work.answered} dari {work.asked}" in html
    assert "Buka hasil lengkap" not in html
    assert rows_of(html, "tabel-riwayat")[0][2:] == ["–"] * 5


def test_the_history_compares_only_results_of_the_same_instrument(viewer: StrictClient):
    same = rows_of(page_text(viewer.get(TANGERANG)), "tabel-riwayat")
    assert [row[0] for row in same] == ["Pengukuran 2026", "Pengukuran 2025"]
    now, before = (float(row[4].replace(",", ".")) for row in same)
    shown = float(same[0][5].replace(",", ".").replace("−", "-"))
    assert shown == pytest.approx(now - before, abs=0.0101)
    assert same[1][5] == "–"
    other = rows_of(page_text(viewer.get("/rounds/2026/offices/36.72")), "tabel-riwayat")
    assert other[0][5] == "tidak dapat dibandingkan"
