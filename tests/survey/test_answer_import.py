"""Offices of another body and a file of answers, brought in by the commands."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from maturity.app import create_app
from maturity.cli import main
from maturity.config import Settings
from maturity.db import Database
from maturity.offices.models import Office, Role
from maturity.offices.permissions import Actor, Grant
from maturity.survey.assignments import refusal
from maturity.survey.log_models import LogEntry
from maturity.survey.models import (
    Answer,
    AnswerEvent,
    Assessment,
    Decision,
    Evidence,
    Round,
    StoredScorecard,
)
from tests.builders import make_person
from tests.conftest import DATABASES
from tests.offices.signing import make_user, sign_in
from tests.strict_client import StrictClient, page_text, watch_sessions

STEPS = "\n".join(
    f"  - {{level: {n}, name: {{id: Tahap {n}, en: Stage {n}}}}}" for n in range(1, 7)
)
BANDS = "\n".join(f"      - {{level: {n}, from: {n - 1}, to: {n}}}" for n in range(1, 7))
CLUBS = f"""\
format: 1
id: clubs
version: 1.0.0
title: {{id: Klub, en: Clubs}}
summary: {{id: Enam level, en: Six levels}}
kinds:
  - {{id: club, title: {{id: Klub, en: Club}}}}
scale: {{from: 1, to: 6}}
levels:
{STEPS}
bands:
  six:
    bands:
{BANDS}
root:
  id: all
  title: {{id: Semua, en: All}}
  combine: sum
  bands: six
  children:
    - id: A
      title: {{id: Bagian A, en: Part A}}
      combine: sum
      section: true
      children:
        - question: K1
          type: choice
          title: {{id: Satu, en: One}}
          text: {{id: Sudah?, en: Done?}}
          options:
            - {{id: "yes", label: {{id: Ya, en: "Yes"}}, points: 2}}
            - {{id: "no", label: {{id: Tidak, en: "No"}}, points: 0}}
        - question: K2
          type: number
          title: {{id: Dua, en: Two}}
          text: {{id: Berapa?, en: How many?}}
          maximum: 100
          points:
            - {{to: 5, points: 0}}
            - {{from: 5, points: 4}}
"""
OFFICES = """\
code,kind,name_id,name_en,timezone,short_name,parent
FED,club,Federasi,Federation,Asia/Jakarta,,
C1,club,Klub Satu,Club One,Asia/Makassar,Satu,FED
C2,club,Klub Dua,Club Two,Asia/Jayapura,Dua,FED
"""
LONG = """\
office,question,value,note,evidence
C1,K1,Ya,Surat 12,https://klub.example/12 https://klub.example/13
C1,K2,7,,
C2,K1,no,,
"""


class Home:
    """An installation with the round of clubs, and its commands."""

    def __init__(self, folder: Path, database: Database, capsys: Any) -> None:
        self.folder, self.database, self.capsys = folder, database, capsys
        self.url = str(database.engine.url)

    def write(self, text: str, name: str = "answers.csv") -> str:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def run(self, *argv: str, code: int = 0) -> str:
        """What a command says on both outputs."""
        assert main([*argv, "--lang", "en"]) == code
        said = self.capsys.readouterr()
        return str(said.out + said.err)

    def bring(self, text: str, *argv: str, name: str = "answers.csv", code: int = 0) -> str:
        file = self.write(text, name)
        return self.run("import", "answers", file, "--round", "clubs", *argv, code=code)

    def answers(self) -> dict[tuple[str, str], str]:
        def read(session: Session) -> dict[tuple[str, str], str]:
            rows = select(Assessment.office_code, Answer.key, Answer.value).join(
                Answer, Answer.assessment_id == Assessment.id
            )
            return {(row[0], row[1]): row[2] for row in session.execute(rows)}

        return self.look(read)

    def look(self, read: Callable[[Session], Any]) -> Any:
        with self.database.read() as session:
            found = read(session)
            session.expunge_all()
            return found

    def counts(self) -> list[int]:
        kinds = (Answer, AnswerEvent, Evidence, Decision, StoredScorecard, LogEntry)
        return [self.look(lambda s, kind=kind: s.scalar(select(func.count()).select_from(kind)))
                for kind in kinds]  # fmt: skip


@pytest.fixture
def home(
    tmp_path: Path,
    request: pytest.FixtureRequest,
    new_database: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Home]:
    url = new_database(getattr(request, "param", "sqlite"))
    monkeypatch.setenv("MATURITY_DATA", str(tmp_path))
    monkeypatch.setenv("MATURITY_DATABASE_URL", url)
    database = Database(url)
    made = Home(tmp_path, database, capsys)
    made.run("offices", "import", made.write(OFFICES, "offices.csv"), "--apply")
    made.run("round", "open", "clubs", "--instrument", made.write(CLUBS, "clubs.yaml"),
             "--title", "Klub", "--opens", "2026-01-01", "--closes", "2199-01-31")  # fmt: skip
    yield made
    database.dispose()


# --- offices --------------------------------------------------------------------------


def test_the_round_is_for_the_offices_its_instrument_names(home: Home):
    codes = select(Assessment.office_code).order_by(Assessment.office_code)
    assert home.look(lambda s: s.scalars(codes).all()) == ["C1", "C2", "FED"]
    one = home.look(lambda s: s.get(Office, "C1"))
    assert (one.short_name, one.parent_code, one.province_code) == ("Satu", "FED", None)
    home.run("round", "open", "kpu", "--title", "KPU", "--closes", "2199-01-31")
    kinds = select(Office.kind).join(Assessment, Assessment.office_code == Office.code)
    assert home.look(lambda s: s.scalar(select(func.count()).select_from(kinds.subquery()))) == 556
    said = home.run("round", "open", "eu", "--instrument", "eu-odm-2023", "--title", "E",
                    "--closes", "2199-01-31", code=1)  # fmt: skip
    assert "kinds: country" in said


def test_offices_are_changed_by_the_same_file_and_never_half(home: Home):
    said = home.run("offices", "import", home.write(OFFICES, "o.csv"), "--apply")
    assert "unchanged     3" in said
    other = OFFICES.replace("Klub Satu", "Klub Pertama")
    assert "changed       1  C1" in home.run("offices", "import", home.write(other, "o.csv"))
    assert home.look(lambda s: s.get(Office, "C1")).name_id == "Klub Satu"
    bad = OFFICES.replace("C1,club", "36.71,city").replace("Asia/Jayapura", "Mars")
    bad += "FED,club,F,F,Asia/Jakarta,,C1\nc2,club,x,x,Asia/Jakarta,,none\n"
    said = home.run("offices", "import", home.write(bad, "o.csv"), "--apply", code=1)
    places = [line.partition(":")[2].partition(": ")[0].strip() for line in said.splitlines()[:-1]]
    assert places == ["row 3, column code", "row 3, column kind", "row 4, column timezone",
                      "row 5, column code", "row 5, column parent", "row 6, column code",
                      "row 6, column parent"]  # fmt: skip
    assert home.look(lambda s: s.get(Office, "36.71")).kind == "city"


def test_other_offices_have_people_and_are_verified_from_above(home: Home):
    home.run("invite", "rina@contoh.example", "--name", "Rina Dewi", "--office", "C1",
             "--role", "responsible")  # fmt: skip
    said = home.run("invite", "budi@contoh.example", "--name", "Budi Dewi", "--office", "FED",
                    "--role", "verifier", code=1)  # fmt: skip
    assert "does not exist at Federasi" in said

    def refused(session: Session) -> list[bool]:
        club = session.get_one(Office, "C1")
        round_ = session.scalars(select(Round)).one()
        judges = [Actor(1, (Grant(role, office),)) for role, office in (
            (Role.VERIFIER, "0"), (Role.EXTERNAL, "0"), (Role.VERIFIER, "36"))]  # fmt: skip
        return [refusal(round_, judge, club) is not None for judge in judges]

    assert home.look(refused) == [False, False, True]


# --- answers --------------------------------------------------------------------------


def test_a_long_file_is_foretold_then_applied_once(home: Home):
    before = home.counts()
    said = home.bring(LONG)
    assert "Dry run: nothing was changed" in said
    assert home.counts() == before
    assert "C1             2       0       0        2       0" in said
    home.bring(LONG, "--apply")
    assert home.answers() == {("C1", "K1"): "yes", ("C1", "K2"): "7", ("C2", "K1"): "no"}
    links = home.look(lambda s: s.scalars(select(Evidence.url).order_by(Evidence.id)).all())
    assert links == ["https://klub.example/12", "https://klub.example/13"]
    assert home.look(lambda s: s.scalars(select(AnswerEvent.way).distinct()).all()) == ["import"]
    after = home.counts()
    home.bring(LONG, "--apply")
    assert home.counts() == after


def test_what_changes_is_told_and_empty_cells_change_nothing(home: Home):
    home.bring(LONG, "--apply")
    said = home.bring("unit,question,answer,note\nC1,K2,9,\nC1,K1,,\n", "--apply")
    assert "answers.csv:row 2, column answer: 7 → 9" in said
    assert home.answers() == {("C1", "K1"): "yes", ("C1", "K2"): "9", ("C2", "K1"): "no"}
    note = select(Answer.note).where(Answer.key == "K1", Answer.note != "")
    assert home.look(lambda s: s.scalars(note).all()) == ["Surat 12"]


@pytest.mark.parametrize("shape", ["wide.csv", "wide.xlsx", "nested.json", "records.json"])
def test_other_shapes_say_the_same(home: Home, shape: str):
    rows = [["kantor", "k1", "K2", "Other"], ["C1", "Ya", 7, "x"], ["C2", "no", None, None]]
    if shape == "wide.csv":
        text = "\n".join(",".join("" if cell is None else str(cell) for cell in row)
                         for row in rows)  # fmt: skip
        said = home.bring(text, "--apply", name=shape)
        assert "ignored columns: Other" in said
    elif shape == "wide.xlsx":
        book = Workbook()
        for row in rows:
            book.active.append(row)
        book.save(home.folder / shape)
        home.run("import", "answers", str(home.folder / shape), "--round", "clubs", "--apply")
    elif shape == "nested.json":
        clubs = {"C1": {"answers": {"1": {"answer": "Ya", "score": 2}, "2": 7}},
                 "C2": {"answers": {"K1": {"value": "no"}, "2": None}}}  # fmt: skip
        text = json.dumps({"units": clubs})
        home.bring(text, "--question-prefix", "K", "--apply", name=shape)
    else:
        records = [{"unit": "c1", "question": "1", "answer": "Ya"},
                   {"unit": "C1", "question": "k2", "answer": 7},
                   {"unit": "C2", "question": "1", "answer": "no"}]  # fmt: skip
        home.bring(json.dumps(records), "--question-prefix", "K", "--apply", name=shape)
    assert home.answers() == {("C1", "K1"): "yes", ("C1", "K2"): "7", ("C2", "K1"): "no"}


def test_everything_that_cannot_be_taken_is_named_and_nothing_is_done(home: Home):
    before = home.counts()
    said = home.bring(LONG + "C9,K1,Ya,,\nC2,K9,Ya,,\nC2,K2,many,,\n", "--apply", code=1)
    for place in ("row 5, column unit: “C9”", "row 6, column question: “K9”",
                  "row 7, column answer: K2: “many”"):  # fmt: skip
        assert f"answers.csv:{place}" in said
    assert "nothing was changed" in said
    said = home.bring(LONG.replace("https://klub.example/12", "lihat"), "--apply", code=1)
    assert "answers.csv:row 2, column evidence: A link must" in said
    said = home.bring("unit,K1,K2\nC1,Ya,many\nC1,Ya,3\n", "--apply", name="w.csv", code=1)
    assert "w.csv:row 2, column K2: K2: “many”" in said
    assert "w.csv:row 3, column K1: this cell was answered already in row 2" in said
    said = home.bring('{"units": {"C1": {"answers": {"K2": "many"}}}}', name="n.json", code=1)
    assert "n.json:C1, K2: K2: “many”" in said
    assert "missing columns: question, answer" in home.bring("unit,x\nC1,1\n", code=1)
    assert home.counts() == before


@pytest.mark.parametrize("home", DATABASES, indirect=True)
def test_handing_in_is_on_record_with_who_and_what_lacked(home: Home):
    with home.database.write() as session:
        make_person(session, office="0", role=Role.ADMINISTRATOR, email="dewi@contoh.example")
        make_person(session, office="0", role=Role.VIEWER, email="budi@contoh.example")
    assert "no active account" in home.bring(LONG, "--by", "budi@contoh.example", code=1)
    who = ("--by", "Dewi@contoh.example", "--submit", "--apply")
    assert "C2: 1 things are incomplete (K2)" in home.bring(LONG, *who, code=1)
    assert home.answers() == {}
    home.bring(LONG, *who, "--incomplete")
    entries = home.look(lambda s: s.scalars(select(LogEntry).order_by(LogEntry.seq)).all())
    person = entries[-1].by_id
    assert person is not None
    imported = json.loads(entries[-1].data)
    assert entries[-1].kind == "answers-imported"
    assert {name: imported[name] for name in ("added", "offices", "submitted", "way")} == {
        "added": 3, "offices": 2, "submitted": 2, "way": "import"}  # fmt: skip
    handed_in = [json.loads(one.data) for one in entries if one.kind == "state-changed"]
    assert [one.get("missing") for one in handed_in] == [None, 1]
    assert {one["way"] for one in handed_in} == {"import"}
    levels = select(StoredScorecard.level).order_by(StoredScorecard.assessment_id)
    assert home.look(lambda s: s.scalars(levels).all()) == [6, 1]
    after = home.counts()
    home.bring(LONG, *who)
    assert home.counts() == after
    said = home.bring(LONG.replace("K2,7", "K2,8"), "--apply", code=1)
    assert "answers.csv:row 2, column unit: This assessment has been submitted" in said
    assert home.counts() == after
    assert "whole" in home.run("log", "verify")


# --- pages of other instruments -------------------------------------------------------


@pytest.fixture
def pages(home: Home) -> Iterator[Callable[[str], str]]:
    """What the pages of an installation with rounds of clubs say to an administrator."""
    plain = CLUBS.partition("bands:\n")[0] + "root:" + CLUBS.partition("root:")[2]
    plain = plain.replace("id: clubs", "id: plain").replace("  bands: six\n", "")
    home.run("round", "open", "plain", "--instrument", home.write(plain, "plain.yaml"),
             "--title", "Polos", "--closes", "2199-01-31")  # fmt: skip
    file = home.write("unit,K1,K2\nC1,Ya,7\nC2,no,7\n", "wide.csv")
    for slug in ("clubs", "plain"):
        home.run("import", "answers", file, "--round", slug, "--submit", "--apply")
    settings = Settings(data=home.folder, database_url=home.url, secret_key="tests",
                        secure_cookies=False, extra={"TESTING": True})  # fmt: skip
    app = create_app(settings)
    app.test_client_class = StrictClient
    watch_sessions(app)
    with home.database.write() as session:
        make_user(session, email="a@contoh.example", role=Role.ADMINISTRATOR, office="0")
    client = app.test_client()
    assert isinstance(client, StrictClient)
    sign_in(client, "a@contoh.example")
    yield lambda address: page_text(client.get(address)).partition("<main")[2]
    app.extensions["maturity"].close()


def test_instruments_with_six_levels_and_with_none_have_their_pages(
    home: Home, pages: Callable[[str], str]
):
    wanted = select(Assessment.id).join(Assessment.round).where(Assessment.office_code == "C1")
    six, none = home.look(lambda s: s.scalars(wanted.order_by(Assessment.id)).all())
    assert 'id="level"' in pages("/rounds/clubs")
    assert 'id="level"' not in pages("/rounds/plain")
    assert "Level 6: Tahap 6" in pages("/rounds/clubs/offices/C1")
    assert "<h2>Indeks 6,00</h2>" in pages("/rounds/plain/offices/C1")
    page = pages(f"/assessments/{six}/result")
    assert "Jumlah poin 1 dimensi = 6,00 → Level 6" in page
    assert page.count(">Level 6</text>") == 1  # every band of the chart has its name
    assert "100,00%" in pages(f"/assessments/{none}/result")
