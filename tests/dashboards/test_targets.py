"""A round's targets: set on one page, shown to those who see the results, on record."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable

import pytest
from sqlalchemy import select

from maturity.dashboards.queries import Standing, standings
from maturity.db import Database
from maturity.errors import MaturityError
from maturity.offices.models import Role
from maturity.survey.answers import Author
from maturity.survey.log_models import LogEntry
from maturity.survey.models import Round, Stage
from maturity.survey.targets import set_targets, targets_of
from tests.clock import START
from tests.dashboards.country import by_id, comma_like, hold_round, rows_of, words
from tests.dashboards.test_whole_page_filters import PATH, STATES, file_of
from tests.strict_client import StrictClient, page_text

EDIT = "/administration/rounds/2026/targets"
AsRole = Callable[..., StrictClient]


@pytest.fixture
def database_url(new_database: Callable[..., str]) -> str:
    """One database is enough: backup and revisions try the table on both."""
    return new_database("sqlite")


@pytest.fixture
def held(database: Database) -> dict[str, Standing]:
    """A round; its offices with their own results."""
    with database.write() as session:
        round_ = hold_round(session, "2026", seed=4, states=STATES)
        return {row.code: row for row in standings(session, round_, stage=Stage.SELF)}


def aimed(database: Database, targets: dict[tuple[str, str], float]) -> bool:
    with database.write() as session:
        round_ = session.scalars(select(Round)).one()
        return set_targets(session, round_, targets, author=Author(None, START, "test"))


def stored(database: Database) -> dict[tuple[str, str], float]:
    with database.read() as session:
        return targets_of(session, session.scalars(select(Round)).one())


def entries(database: Database) -> list[dict]:
    with database.read() as session:
        query = select(LogEntry.data).where(LogEntry.kind == "targets-set")
        return [json.loads(data) for data in session.scalars(query.order_by(LogEntry.seq))]


@pytest.mark.usefixtures("held")
def test_an_administrator_sets_all_targets_at_once(as_role: AsRole, database: Database):
    admin = as_role(Role.ADMINISTRATOR)
    assert (
        'href="/administration/rounds/2026/targets"'
        in admin.get("/administration/rounds/2026").text
    )
    admin.get(EDIT)
    assert admin.submit({"t0": "2,5", "t0-city": "3", "t1": "3.25"}).status_code == 303
    assert stored(database) == {("", ""): 2.5, ("", "city"): 3.0, ("P1", ""): 3.25}
    html = admin.get(EDIT).text
    assert 'value="2,5"' in html
    assert "Level 3, Kapasitas" in words(by_id(html, "t0-hint"))
    assert admin.submit({"t1": "", "t0-city": "3,5"}).status_code == 303
    assert stored(database) == {("", ""): 2.5, ("", "city"): 3.5}
    admin.get(EDIT)
    assert "Tidak ada target yang berubah" in admin.submit({}, follow_redirects=True).text
    first, second = entries(database)
    assert first["changed"] == [["", "", None, "2.5"], ["", "city", None, "3"],
                                ["P1", "", None, "3.25"]]  # fmt: skip
    assert second["changed"] == [["", "city", "3", "3.5"], ["P1", "", "3.25", None]]
    assert second["changes"] == 2


@pytest.mark.usefixtures("held")
def test_bad_numbers_are_named_and_nothing_typed_is_lost(as_role: AsRole, database: Database):
    aimed(database, {("", ""): 2})
    admin = as_role(Role.ADMINISTRATOR)
    admin.get(EDIT)
    answer = admin.submit({"t0": "4,01", "t2": "1.000", "t3-province": "<b>", "t4": "2,75"})
    assert answer.status_code == 422
    summary = words(by_id(answer.text, "error-summary"))
    assert "Keseluruhan: Tulis angka dari 1 sampai 4" in summary
    assert ", KPU Provinsi: Tulis" in summary
    for field, typed in (("t0", "4,01"), ("t2", "1.000"), ("t3-province", "<b>"), ("t4", "2,75")):
        assert by_id(answer.text, field).get("value") == typed
        assert (f'href="#{field}"' in answer.text) == (field != "t4")
    assert stored(database) == {("", ""): 2}
    assert len(entries(database)) == 1


@pytest.mark.usefixtures("held")
def test_the_door_refuses_what_the_instrument_does_not_have(database: Database):
    for bad in ({("P9", ""): 2.0}, {("", "county"): 2.0}, {("", ""): 0.99}):
        with pytest.raises(MaturityError):
            aimed(database, {("P1", ""): 2.0} | bad)
    assert stored(database) == {}


def test_pages_and_files_say_who_reaches_the_target_of_the_kind(
    viewer: StrictClient, database: Database, held: dict[str, Standing]
):
    assert 'id="target"' not in page_text(viewer.get(f"{PATH}?stage=self"))
    assert file_of(viewer, f"{PATH}/targets.csv") == []
    aimed(database, {("", ""): 2.5, ("", "city"): 3, ("P2", "regency"): 2})
    known = {code: row for code, row in held.items() if row.index is not None}
    gaps = {code: row.index - (3 if row.kind == "city" else 2.5) for code, row in known.items()}
    rows = file_of(viewer, f"{PATH}/targets.csv?stage=self")
    assert [(row["part"], row["kinds"], row["target"]) for row in rows] == [
        ("all", "all", ""), ("all", "national province regency", "2.5"), ("all", "city", "3.0"),
        ("P2", "regency", "2.0"),
    ]  # fmt: skip
    assert int(rows[0]["reached"]) == sum(gap >= 0 for gap in gaps.values())
    assert int(rows[0]["count"]) == len(gaps)
    assert float(rows[0]["median_gap"]) == pytest.approx(statistics.median(gaps.values()))
    cities = [row.index for row in known.values() if row.kind == "city"]
    assert float(rows[2]["median"]) == pytest.approx(statistics.median(cities))
    assert float(rows[2]["median_gap"]) == pytest.approx(statistics.median(cities) - 3)
    assert rows[2]["target_level"] == "3"
    html = page_text(viewer.get(f"{PATH}?stage=self"))
    shown = rows_of(html, "tabel-target")
    assert shown[2][:3] == ["Keseluruhan", "Kota", "3,00Level 3, Kapasitas Mapan"]
    assert shown[0][-1] == f"{rows[0]['reached']} dari {len(gaps)}"
    assert shown[2][3] == comma_like(statistics.median(cities))


def test_a_province_and_an_office_see_their_own(
    as_role: AsRole, database: Database, held: dict[str, Standing]
):
    aimed(database, {("", "city"): 3, ("SD1", ""): 1})
    client = as_role(Role.VERIFIER, "36")
    cities = [row.index for code, row in held.items() if code.startswith("36.7") and row.index]
    row = rows_of(
        page_text(client.get(f"{PATH}/provinces/36?stage=self&kind=city")), "tabel-target"
    )[0]
    assert row[-1] == f"{sum(index >= 3 for index in cities)} dari {len(cities)}"
    assert len(file_of(client, f"{PATH}/provinces/36/targets.csv?stage=self&kind=city")) == 2
    code, own = next((code, row.index) for code, row in held.items()
                     if row.kind == "city" and row.index)  # fmt: skip
    office = as_role(Role.OPERATOR, code)
    rows = rows_of(page_text(office.get(f"{PATH}/offices/{code}?stage=self")), "tabel-target")
    assert rows[0][1] == comma_like(own)
    assert rows[0][4] == ("Tercapai" if own >= 3 else "Belum tercapai")
    assert rows[1][4] == "Tercapai"
    assert len(rows) == 2
