"""Stage, kind and province stand in the address and hold for every figure and file of a page."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from sqlalchemy import select

from maturity.db import Database
from maturity.offices.models import Office, Role
from maturity.survey.models import Assessment, Round, Stage, StoredScorecard
from tests.dashboards.country import codes_of, hold_round, page, rows_of, words
from tests.dashboards.test_national import comma
from tests.strict_client import StrictClient, page_text

PATH = "/rounds/2026"
STATES = ("published", "settled", "reply-open", "submitted", "in-progress")


@pytest.fixture
def database_url(new_database: Callable[..., str]) -> str:
    """One database is enough: stages and filters are the same query on both."""
    return new_database("sqlite")


@pytest.fixture
def mixed(database: Database) -> None:
    with database.write() as session:
        hold_round(session, "2026", seed=4, states=STATES)


def indexes(database: Database, stage: Stage, **where: str) -> dict[str, float]:
    with database.read() as session:
        query = (
            select(Office, StoredScorecard.index_value)
            .join(Assessment, Assessment.office_code == Office.code)
            .join(Round, Round.id == Assessment.round_id)
            .join(StoredScorecard, StoredScorecard.assessment_id == Assessment.id)
            .where(StoredScorecard.stage == stage, Round.slug == "2026")
        )
        found = [(office, index) for office, index in session.execute(query)]
        return {
            office.code: index
            for office, index in found
            if all(getattr(office, name) == value for name, value in where.items())
        }


def file_of(client: StrictClient, path: str) -> list[dict[str, str]]:
    response = client.get(path)
    assert response.status_code == 200, path
    return list(csv.DictReader(io.StringIO(response.data.decode("utf-8-sig"))))


@pytest.mark.usefixtures("mixed")
@pytest.mark.parametrize("stage", ["self", "verified", "settled"])
def test_the_stage_in_the_address_decides_every_figure(
    viewer: StrictClient, database: Database, stage: str
):
    html = page_text(viewer.get(f"{PATH}?stage={stage}"))
    found = indexes(database, Stage(stage))
    spread = rows_of(html, "tabel-sebaran")[0]
    assert spread[1] == str(len(found))
    assert spread[4] == comma(float(np.median(list(found.values()))))
    assert rows_of(html, "tabel-level")[0][2] == str(len(found))
    said = {"self": "yang dinyatakan kantor sendiri", "verified": "pemeriksaan verifikator",
            "settled": "hasil penetapan"}  # fmt: skip
    assert [one for one, text in said.items() if text in html] == [stage]
    rows = file_of(viewer, f"{PATH}/offices.csv?stage={stage}")
    assert {row["code"]: float(row["index"]) for row in rows if row["index"]} == found


@pytest.mark.usefixtures("mixed")
def test_kind_and_province_hold_for_page_and_files(viewer: StrictClient, database: Database):
    wish = "stage=self&kind=regency&province=36"
    html = page_text(viewer.get(f"{PATH}?{wish}"))
    found = indexes(database, Stage.SELF, kind="regency", province_code="36")
    assert rows_of(html, "tabel-sebaran")[0][1] == str(len(found))
    assert set(codes_of(html)) == {"36.01", "36.02", "36.03", "36.04"}
    assert [row[0] for row in rows_of(html, "tabel-status")] == ["Kabupaten", "Semua kantor"]
    assert "peta selalu memuat semua provinsi" in html
    files = [a.get("href") for a in page(html).iter("a") if ".csv" in (a.get("href") or "")]
    assert len(files) >= 5
    for file in files:
        assert all(part in file for part in wish.split("&")), file
    counts = Counter(row["kind"] for row in file_of(viewer, f"{PATH}/levels.csv?{wish}"))
    assert set(counts) == {"all", "regency"}
    assert file_of(viewer, f"{PATH}/spread.csv?{wish}")[0]["count"] == str(len(found))
    assert len(file_of(viewer, f"{PATH}/provinces.csv?{wish}")) == 38


@pytest.mark.usefixtures("mixed")
def test_a_province_page_follows_stage_and_kind(
    as_role: Callable[..., StrictClient], database: Database
):
    client = as_role(Role.VERIFIER, "36")
    wish = "stage=verified&kind=city"
    html = page_text(client.get(f"{PATH}/provinces/36?{wish}"))
    found = indexes(database, Stage.VERIFIED, kind="city", province_code="36")
    assert len(found) >= 2
    assert rows_of(html, "tabel-sebaran")[0][1] == str(len(found))
    rows = file_of(client, f"{PATH}/provinces/36/offices.csv?{wish}")
    assert {row["code"]: float(row["index"]) for row in rows if row["index"]} == found
    for table in ("status", "levels", "spread", "changes"):
        assert file_of(client, f"{PATH}/provinces/36/{table}.csv?{wish}")
    assert client.get(f"{PATH}/provinces/12/offices.csv").status_code in (403, 404)


@pytest.mark.usefixtures("mixed")
def test_an_office_shows_the_stage_asked_for(viewer: StrictClient, database: Database):
    verified = indexes(database, Stage.VERIFIED)
    code = next(iter(verified))
    html = page_text(viewer.get(f"{PATH}/offices/{code}?stage=verified"))
    assert rows_of(html, "tabel-riwayat")[0][4] == comma(verified[code])
    waiting = next(one for one in indexes(database, Stage.SELF) if one not in verified)
    html = page_text(viewer.get(f"{PATH}/offices/{waiting}?stage=verified"))
    assert "Belum ada hasil kantor ini pada tahap ini: Nilai verifikasi" in html
    assert words(page(html)).count("Nilai verifikasi") >= 1
