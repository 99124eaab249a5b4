"""A published round of 18 countries, brought in by the commands: pages, files and paper show
the published points. Its data lies beside the project and is read in place."""

from __future__ import annotations

import csv
import io
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from maturity.cli import main
from maturity.offices.models import Role
from maturity.survey.models import Assessment
from tests.dashboards.country import rows_of
from tests.offices.signing import make_user, sign_in
from tests.served import served
from tests.strict_client import StrictClient, page_text
from tests.survey.published import DATA, published
from tests.survey.test_replay_eu import fair

ANSWERS = "eu-odm-2023/answers.json"
IMPORT = ("import", "answers", str(DATA / ANSWERS), "--round", "eu", "--question-prefix", "Q")
GAPS = {"AL": 2, "BA": 2, "HU": 2, "IS": 1, "MT": 25}


@dataclass(frozen=True)
class Loaded:
    """The round as a national administrator meets it."""

    countries: dict[str, Any]
    client: StrictClient
    assessments: dict[str, int]
    refused: str
    data: Path


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Loaded]:
    countries = published(ANSWERS)["countries"]
    data = tmp_path_factory.mktemp("eu")
    shutil.copy(sqlite_template, data / "maturity.sqlite3")
    lines = [f"{code},country,Negara {code},Land {code},Europe/Paris" for code in countries]
    offices = data / "offices.csv"
    offices.write_text("code,kind,name_id,name_en,timezone\n" + "\n".join(lines), encoding="utf-8")
    opening = ("round", "open", "eu", "--instrument", "eu-odm-2023", "--title", "Eropa",
               "--opens", "2023-01-01", "--closes", "2199-01-31")  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MATURITY_DATA", str(data))
        patch.setenv("MATURITY_LANG", "en")
        patch.delenv("MATURITY_DATABASE_URL", raising=False)
        assert main(["offices", "import", str(offices), "--apply"]) == 0
        assert main(opening) == 0
        with redirect_stderr(io.StringIO()) as said:
            assert main([*IMPORT, "--submit", "--apply"]) == 1
        assert main([*IMPORT, "--submit", "--incomplete", "--apply"]) == 0
    with served(data) as (app, database):
        with database.write() as session:
            make_user(session, email="a@contoh.example", role=Role.ADMINISTRATOR, office="0")
            found = session.execute(select(Assessment.office_code, Assessment.id))
            ids = {row.office_code: row.id for row in found}
        client = app.test_client()
        assert isinstance(client, StrictClient)
        sign_in(client, "a@contoh.example")
        yield Loaded(countries, client, ids, said.getvalue(), data)


def table(loaded: Loaded, address: str) -> list[dict[str, str]]:
    reply = loaded.client.get(address)
    assert reply.status_code == 200
    return list(csv.DictReader(io.StringIO(page_text(reply).removeprefix("\ufeff"))))


def percent_of(code: str, country: dict[str, Any]) -> float:
    """The mean of the published dimensions' percentages, the one known error put right."""
    shares = [fair(code, dim, one["points"]) / one["max"] for dim, one in country["dims"].items()]
    return sum(shares) / len(shares) * 100


def test_only_the_countries_take_part(loaded: Loaded):
    assert sorted(loaded.assessments) == sorted(loaded.countries)
    assert len(loaded.countries) == 18


def test_gaps_are_named_before_they_are_handed_in(loaded: Loaded):
    for code, count in GAPS.items():
        assert f"{code}: {count} things are incomplete (Q" in loaded.refused
    assert loaded.refused.count("are incomplete") == len(GAPS)


def test_files_of_results_hold_the_published_points(loaded: Loaded):
    compared = 0
    for code, country in loaded.countries.items():
        rows = table(loaded, f"/assessments/{loaded.assessments[code]}/result.csv")
        found = {row["id"]: row for row in rows}
        for node, given in {**country["indicators"], **country["dims"]}.items():
            assert float(found[node]["score"]) == fair(code, node, given["points"]), (code, node)
            assert float(found[node]["max"]) == given["max"], (code, node)
            compared += 1
        assert float(found["odm"]["score"]) == fair(code, "total", country["total"])
        assert float(found["odm"]["percent"]) == pytest.approx(percent_of(code, country))
    assert compared == 18 * (17 + 4)


def test_result_pages_say_the_published_points(loaded: Loaded):
    for code in ("AL", "DE"):
        country = loaded.countries[code]
        text = page_text(loaded.client.get(f"/assessments/{loaded.assessments[code]}/result"))
        for node, given in {**country["indicators"], **country["dims"]}.items():
            if not node.startswith("Ind2_3"):  # below what the page shows
                points = f"= {fair(code, node, given['points']):g} dari {given['max']}"
                assert points in text, (code, node)
        assert "belum memiliki level" not in text
        assert "Belum ada level" not in text


def test_the_national_page_shows_a_round_without_provinces(loaded: Loaded):
    page = page_text(loaded.client.get("/rounds/eu"))
    assert "18 dari 18 kantor (100,0%) sudah mengajukan" in page
    assert rows_of(page, "tabel-status")[0] == ["Negara", "18", "0", "0", "18"]
    levels = Counter(min(int(percent_of(*one) // 25) + 1, 4) for one in loaded.countries.items())
    row = next(row for row in rows_of(page, "tabel-level") if row[1] == "Level")
    assert row[2:7] == ["18", *(str(levels.get(n, 0)) for n in (1, 2, 3, 4))]
    for absent in ('id="peta"', "Provinsi", "provinces", "KPU RI"):
        assert absent not in page.partition("<main")[2].partition("</main")[0], absent


def test_the_file_of_countries_holds_index_and_level(loaded: Loaded):
    rows = {row["code"]: row for row in table(loaded, "/rounds/eu/offices.csv")}
    assert sorted(rows) == sorted(loaded.countries)
    for code, country in loaded.countries.items():
        percent = percent_of(code, country)
        assert float(rows[code]["index"]) == pytest.approx(1 + 3 * percent / 100), code
        assert int(rows[code]["level"]) == min(int(percent // 25) + 1, 4), code
        for dim, one in country["dims"].items():
            share = fair(code, dim, one["points"]) / one["max"]
            assert float(rows[code][f"index_{dim}"]) == pytest.approx(1 + 3 * share), (code, dim)
    assert table(loaded, "/rounds/eu/provinces.csv") == []
    kinds = {row["kind"] for row in table(loaded, "/rounds/eu/offices.csv?kind=country")}
    assert kinds == {"country"}


def test_a_country_has_its_page_in_both_languages(loaded: Loaded):
    client = loaded.client
    page = page_text(client.get("/rounds/eu/offices/MT"))
    assert "Negara MT" in page
    assert "Indeks 2,54" in page
    client.submit({"lang": "en"}, action="/language")
    page = page_text(client.get("/rounds/eu"))
    client.submit({"lang": "id"}, action="/language")
    assert "Land MT" in page
    assert "Negara MT" not in page
    assert rows_of(page, "tabel-status")[0] == ["Country", "18", "0", "0", "18"]


def test_all_pages_of_the_round_know_its_kind_of_office(loaded: Loaded):
    get = loaded.client.get
    for page in ("matrix", "monitor", "variables/Q1", "compare?with=kind-country&with=AL"):
        assert "Negara" in page_text(get(f"/rounds/eu/{page}")), page
    assert len(table(loaded, "/rounds/eu/matrix.csv?kind=country")) == 18
    assert [row["kind"] for row in table(loaded, "/rounds/eu/monitor/kinds.csv")] == [
        "all", "country",
    ]  # fmt: skip
    groups = {row["group"]: row["code"] for row in table(loaded, "/rounds/eu/variables/Q1.csv")}
    assert groups["kind"] == "country"
    reply = get("/rounds/eu/tables.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(reply.data))
    rows = book.get_sheet_by_name("Kantor").to_python()
    assert {row[2] for row in rows[1:]} == {"Negara"}


def test_the_paper_says_the_published_points(loaded: Loaded):
    reply = loaded.client.get(f"/assessments/{loaded.assessments['MT']}/report.pdf")
    pages = PdfReader(io.BytesIO(reply.data)).pages[:4]
    text = " ".join(" ".join(page.extract_text().split()) for page in pages)
    for node, given in loaded.countries["MT"]["dims"].items():
        assert f"{given['points']} dari {given['max']}" in text, node
    assert "25 pertanyaan dibiarkan kosong" in text
    assert "penanggung jawab" not in text  # nobody is known to have handed it in


def test_the_same_file_again_changes_nothing(
    loaded: Loaded, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("MATURITY_DATA", str(loaded.data))
    before = table(loaded, "/rounds/eu/offices.csv")
    assert main([*IMPORT, "--submit", "--incomplete", "--apply", "--lang", "en"]) == 0
    counts = [line.split()[1:4] for line in capsys.readouterr().out.splitlines()[1:]]
    assert len(counts) == 18
    assert all(one[:2] == ["0", "0"] and int(one[2]) > 140 for one in counts)
    assert table(loaded, "/rounds/eu/offices.csv") == before
    assert main(["log", "verify"]) == 0
