"""``maturity offices profile``: numbers of voters and districts, from a file, all or none."""

import hashlib
import json

import pytest
from openpyxl import Workbook
from sqlalchemy import select

from maturity.cli import main
from maturity.db import Database
from maturity.offices.load import load_offices
from maturity.offices.models import Office
from maturity.survey.log_models import LogEntry

GOOD = (
    "Kode;Pemilih;Dapil;Sumber\n"
    "36;9.000.000;12;DPT Pemilu 2024, KPU RI\n"
    '36.71;"1,400,000";7;DPT Pemilu 2024, KPU RI\n'
    "36.02;999999;;DPT Pemilu 2024, KPU RI\n"
)
SOURCE = "DPT Pemilu 2024, KPU RI"


@pytest.fixture
def home(tmp_path, monkeypatch, new_database, capsys):
    """Runs the command on a text or a file, and says what it wrote."""
    monkeypatch.setenv("MATURITY_DATA", str(tmp_path))
    monkeypatch.setenv("MATURITY_LANG", "en")
    url = new_database("sqlite")
    monkeypatch.setenv("MATURITY_DATABASE_URL", url)
    database = Database(url)
    with database.write() as session:
        load_offices(session)

    def run(content, *more, code=0):
        path = tmp_path / "profil.csv"
        if isinstance(content, str):
            path.write_text(content, encoding="utf-8")
        else:
            path = content
        assert main(["offices", "profile", str(path), *more]) == code
        printed = capsys.readouterr()
        return printed.out + printed.err

    run.database, run.folder = database, tmp_path
    yield run
    database.dispose()


def profile(home, code):
    with home.database.read() as session:
        office = session.get_one(Office, code)
        return office.voters, office.districts, office.profile_source


def entries(home):
    with home.database.read() as session:
        query = select(LogEntry.data).where(LogEntry.kind == "offices-profiled")
        return [json.loads(data) for data in session.scalars(query)]


def test_numbers_are_foretold_then_noted_once(home):
    said = home(GOOD)
    assert "changed       3  36 36.71 36.02" in said
    assert "Dry run: nothing was changed" in said
    assert profile(home, "36") == (None, None, None)
    home(GOOD, "--apply")
    assert profile(home, "36") == (9_000_000, 12, SOURCE)
    assert profile(home, "36.71") == (1_400_000, 7, SOURCE)
    assert profile(home, "36.02") == (999_999, None, SOURCE)
    assert "unchanged     3" in home(GOOD, "--apply")
    digest = hashlib.sha256(GOOD.encode()).hexdigest()
    assert entries(home) == [{"changed": 3, "file": digest, "way": "cli"}]
    with home.database.write() as session:
        load_offices(session)
    assert profile(home, "36") == (9_000_000, 12, SOURCE), "a newer register leaves them"


def test_an_empty_cell_leaves_what_is_there_and_a_dash_takes_it_away(home):
    home(GOOD, "--apply")
    home("code,voters,districts,source\n36,-,,\n36.71,,-,\n36.02,-,,\n", "--apply")
    assert profile(home, "36") == (None, 12, SOURCE)
    assert profile(home, "36.71") == (1_400_000, None, SOURCE)
    assert profile(home, "36.02") == (None, None, None)


def test_every_bad_cell_is_named_and_nothing_is_noted(home):
    bad = GOOD + (
        "99;1;1;x\n36.71;5;5;x\n36.01;3,5;0;x\n36.03;1;1;\n36.04;-5;1e3;x\n36.72;12.34.567;;"
        + "y" * 201 + "\n"
    )  # fmt: skip
    said = home(bad, "--apply", code=1)
    places = [line.partition(".csv: ")[2].partition(": ")[0] for line in said.splitlines()[:-1]]
    assert places == [
        "row 5, column code", "row 6, column code", "row 7, column voters",
        "row 7, column districts", "row 8, column source", "row 9, column voters",
        "row 9, column districts", "row 10, column voters", "row 10, column source",
    ]  # fmt: skip
    assert "nothing was changed" in said
    assert profile(home, "36") == (None, None, None)
    assert entries(home) == []


def test_a_workbook_is_read_the_same(home):
    book = Workbook()
    book.active.append(["code", "voters", "source"])
    book.active.append([36.71, 1_400_000, SOURCE])
    book.save(home.folder / "profil.xlsx")
    home(home.folder / "profil.xlsx", "--apply")
    assert profile(home, "36.71") == (1_400_000, None, SOURCE)
