"""``maturity invite`` and ``maturity users import``, run as commands."""

import csv
import io
import re
import stat

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from maturity.app import create_app
from maturity.cli import main
from maturity.config import Settings
from maturity.db import Database
from maturity.offices.models import Invite, Office, Person
from tests.strict_client import StrictClient

HEAD = "email,name,office,role\n"
GOOD = HEAD + (
    "budi@kpu.example,Budi Santoso,36.71,operator\n"
    "RATNA@kpu.example , Ratna Dewi,KPU Kota Tangerang,Penanggung jawab\n"
    "arif@kpu.example,Arif Hidayat,36,verifikator\n"
)


@pytest.fixture
def home(tmp_path, monkeypatch, new_database):
    monkeypatch.setenv("MATURITY_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("MATURITY_BASE_URL", "https://maturitas.example.go.id/")
    monkeypatch.setenv("MATURITY_LANG", "id")
    monkeypatch.delenv("MATURITY_DATABASE_URL", raising=False)
    return tmp_path


@pytest.fixture
def people_file(home):
    def write(text, name="orang.csv"):
        path = home / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def stored(home, statement):
    database = Database(f"sqlite:///{home / 'data' / 'maturity.sqlite3'}")
    try:
        with database.read() as session:
            return session.scalars(statement).all()
    finally:
        database.dispose()


def emails(home):
    return stored(home, select(Person.email).order_by(Person.email))


def test_the_first_person_of_a_new_installation_is_invited(home, capsys):
    """On an empty machine: tables, offices and a link that opens."""
    words = ["invite", "Admin@KPU.example", "--name", "Dewi", "--office", "0"]
    assert main([*words, "--role", "administrator"]) == 0
    link = capsys.readouterr().out.strip()
    assert re.fullmatch(r"https://maturitas\.example\.go\.id/invite/[\w-]{43}", link)
    assert stored(home, select(func.count()).select_from(Office)) == [553]
    settings = Settings(data=home / "data", secret_key="x", secure_cookies=False)
    app = create_app(settings)
    client = StrictClient(app)
    client.strict = False
    page = client.get(link.removeprefix("https://maturitas.example.go.id"))
    app.extensions["maturity"].database.dispose()
    assert page.status_code == 200
    assert "admin@kpu.example" in page.text


def test_inviting_again_renews_the_link(home, capsys):
    words = ["invite", "a@kpu.example", "--name", "Dewi", "--office", "36.71", "--role", "operator"]
    links = []
    for _ in range(2):
        assert main(words) == 0
        links.append(capsys.readouterr().out)
    assert links[0] != links[1]
    assert len(set(stored(home, select(Invite.expires_at)))) == 2
    assert emails(home) == ["a@kpu.example"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"--office": "99"}, "Tidak ada kantor “99”"),
        ({"--role": "administrator"}, "tidak berlaku untuk KPU Kota Tangerang"),
        ({"--name": " "}, "Tulis nama lengkap"),
    ],
)
def test_a_bad_invitation_is_said_in_one_line(home, capsys, change, words):
    given = {"--name": "Dewi", "--office": "36.71", "--role": "operator", **change}
    flat = [word for pair in given.items() for word in pair]
    assert main(["invite", "a@kpu.example", *flat]) == 1
    assert words in capsys.readouterr().err
    assert emails(home) == []


def test_a_file_is_imported_with_links_for_its_owner_only(home, people_file, capsys):
    out = home / "tautan.csv"
    assert main(["users", "import", people_file(GOOD), "--out", str(out)]) == 0
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"))))
    assert [row["email"] for row in rows] == [
        "budi@kpu.example", "ratna@kpu.example", "arif@kpu.example",
    ]  # fmt: skip
    assert all(row["link"].startswith("https://maturitas.example.go.id/invite/") for row in rows)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert "3 tautan dibuat" in capsys.readouterr().err


def test_importing_twice_changes_nothing(home, people_file, capsys):
    path = people_file(GOOD)
    main(["users", "import", path])
    before = stored(home, select(Invite.token_hash))
    capsys.readouterr()
    assert main(["users", "import", path]) == 0
    printed = capsys.readouterr()
    assert printed.out == "email,name,office,role,link,expires\n"
    assert "3 baris tidak mengubah apa pun" in printed.err
    assert stored(home, select(Invite.token_hash)) == before


def test_a_dry_run_foretells_and_changes_nothing(home, people_file, capsys):
    assert main(["users", "import", people_file(GOOD), "--dry-run"]) == 0
    printed = capsys.readouterr()
    assert "2\tbudi@kpu.example\takan diundang: operator 36.71" in printed.out
    assert "/invite/" not in printed.out
    assert "tidak ada yang diubah" in printed.err
    assert emails(home) == []


def test_every_bad_cell_is_named_and_nothing_is_written(home, people_file, capsys):
    text = GOOD + (
        "bukan surel,Budi,36.71,operator\n"
        "a@kpu.example,,36.99,operator\n"
        "b@kpu.example,Bu Bé,36.71,raja\n"
        "\n"
        "c@kpu.example,Cici,36.71\n"
        "budi@kpu.example,Budi Santoso,36.71,operator\n"
        "arif@kpu.example,Arif Rahman,36.02,operator\n"
    )
    assert main(["users", "import", people_file(text), "--lang", "en"]) == 1
    said = capsys.readouterr().err
    for place in ("row 5, column email", "row 6, column name", "row 6, column office",
                  "row 7, column role", "row 9, column role", "row 10, column email",
                  "row 11, column name"):  # fmt: skip
        assert f"{place}: " in said
    assert "The same as row 2." in said
    assert "6 of 9 rows are bad; nothing was changed." in said
    assert emails(home) == []


def test_a_workbook_is_read_and_its_numbers_stay_codes(home, capsys):
    book = Workbook()
    book.active.append(["Nama", "Surel", "Kode kantor", "Peran"])
    book.active.append(["Budi Santoso", "budi@kpu.example", 12.10, "Operator"])
    book.active.append(["Ratna Dewi", "ratna@kpu.example", 36, "penanggung jawab"])
    book.save(home / "orang.xlsx")
    assert main(["users", "import", str(home / "orang.xlsx"), "--dry-run"]) == 0
    assert "operator 12.10" in capsys.readouterr().out.lower()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.xlsx", b"PK\x03\x04 broken", "bukan lembar kerja XLSX"),
        ("a.xlsx", b"email,name", "bukan lembar kerja XLSX"),
        ("a.csv", b"\xff\xfe\x00", "bukan CSV UTF-8"),
        ("a.csv", b'email,name,office,role\n"open', "bukan CSV UTF-8"),
        ("a.csv", b"", "kosong"),
        ("a.csv", b"email,name\n", "tidak memiliki kolom office, role"),
    ],
)
def test_files_of_another_kind_are_refused(home, capsys, name, content, words):
    (home / name).write_bytes(content)
    assert main(["users", "import", str(home / name)]) == 1
    assert words in capsys.readouterr().err


def test_a_missing_file_is_said(home, capsys):
    assert main(["users", "import", str(home / "tiada.csv")]) == 1
    assert "tiada.csv" in capsys.readouterr().err


def test_names_that_spreadsheets_would_run_are_made_harmless(home, people_file, capsys):
    text = HEAD + '=budi@kpu.example,"=HYPERLINK(""x"")",36.71,operator\n'
    assert main(["users", "import", people_file(text)]) == 0
    row = next(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert row["name"] == '\'=HYPERLINK("x")'
    assert row["email"] == "'=budi@kpu.example"


def test_what_a_file_says_gives_no_orders_to_a_terminal_or_a_spreadsheet(home, people_file, capsys):
    head = GOOD.splitlines()[0]
    bad = f"{head}\na@kpu.example,Ani Ani,\x1b]0;x\x07,operator\nb@kpu.example,Ani,36.71,\x1b[2Jx\n"
    assert main(["users", "import", people_file(bad)]) == 1
    said = capsys.readouterr().err
    assert "\x1b" not in said
    assert "]0;x" in said
    assert "[2jx" in said
    formula = f'{head}\n=1+1@kpu.example,"=HYPERLINK(""x"")",36.71,operator\n'
    assert main(["users", "import", people_file(formula)]) == 0
    row = next(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert (row["email"], row["name"]) == ("'=1+1@kpu.example", '\'=HYPERLINK("x")')
