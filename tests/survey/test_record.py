"""The record of decisions: what is written, and that no bending of it goes unnoticed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from maturity.backup import backup, restore
from maturity.cli import main
from maturity.db import Database
from maturity.offices.models import Person
from maturity.survey import log
from maturity.survey.answers import Author
from maturity.survey.assessments import change_state
from maturity.survey.chain import EMPTY, Fault, Head, What, canonical, sha256, verify
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.log import Note
from maturity.survey.log_models import LogEntry
from maturity.survey.models import Assessment, Decision, StoredScorecard
from maturity.survey.receipt_models import Receipt
from tests.builders import START, make_assessment
from tests.conftest import ROOT
from tests.survey.filling import RESPONSIBLE, client_of, fill_by_forms, office_at_work, token
from tools import verify_log

SCRIPT = ROOT / "tools" / "verify_log.py"
ODD = "Baris 1\nbaris 2\t“kutip” \\ 🗳 é\u2028\x00\x7f"
ENTRIES = 9


def notes(count: int = ENTRIES) -> list[Note]:
    """Decisions with data of every kind."""
    return [
        Note(
            kind="test",
            at=START + timedelta(microseconds=n),
            assessment_id=n if n % 2 else None,
            by_id=n if n % 3 else None,
            data={"words": ODD * n, "größer": [n, -n, None, True], "a": {"ß": {}, "z": 2**60 * n}},
        )
        for n in range(count)
    ]


def write(database: Database, *what: Note) -> Head:
    with database.write() as session:
        return log.append(session, *what)


def stored_lines(database: Database) -> list[str]:
    with database.read() as session:
        return list(log.lines(session))


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str) -> Callable[..., int]:
    """The command, over the test's database."""
    monkeypatch.setenv("MATURITY_DATABASE_URL", database_url)
    monkeypatch.setenv("MATURITY_DATA", str(tmp_path))
    monkeypatch.setenv("MATURITY_LANG", "en")
    return lambda *words: main([str(word) for word in words])


def by_script(file: Path, *heads: Head) -> tuple[int, str]:
    """The stand-alone script's exit code and words, without any package at hand."""
    command = [sys.executable, "-I", "-S", str(SCRIPT), str(file), *map(str, heads)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


# --- the chain, bent in every way ---------------------------------------------------------


@pytest.fixture(scope="module")
def whole(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """The lines of a whole record."""
    file = tmp_path_factory.mktemp("record") / "a.sqlite3"
    file.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{file}")
    for note in notes():
        write(database, note)
    found = tuple(stored_lines(database))
    database.dispose()
    return found


WORDS = {
    What.ALTERED: "diubah / altered",
    What.MISSING: "hilang / missing",
    What.MOVED: "berpindah / moved",
    What.UNPUBLISHED: "bukan yang diumumkan / not the published one",
}


def both(lines: Sequence[str], *published: Head) -> Fault | None:
    """What the package finds, having asserted that the stand-alone script finds the same."""
    verdict = verify(lines, published)
    found = verify_log.check(list(lines), [(head.seq, head.hash) for head in published])
    fault = verdict.fault
    wrong = f"{fault.seq}: {WORDS[fault.what]}" if fault else ""
    assert found == (verdict.head.seq, verdict.head.hash, wrong)
    return fault


def rehashed(line: str, **changes: Any) -> str:
    """An entry changed by somebody who knows how to hash."""
    body = {**json.loads(line), **changes}
    del body["hash"]
    return canonical(body | {"hash": sha256(canonical(body))})


def head_of(line: str) -> Head:
    entry = json.loads(line)
    return Head(entry["seq"], entry["hash"])


places = st.integers(0, ENTRIES - 1)


def test_a_whole_record_is_found_whole(whole: tuple[str, ...]) -> None:
    assert both(whole) is None
    assert both(whole, *map(head_of, whole)) is None
    assert verify(whole).head == head_of(whole[-1])
    assert both([]) is None
    assert verify([]).head == EMPTY


@given(place=places, data=st.data())
def test_any_character_that_is_changed_is_found(
    whole: tuple[str, ...], place: int, data: st.DataObject
) -> None:
    line = whole[place]
    at = data.draw(st.integers(0, len(line) - 1))
    new = data.draw(st.text(max_size=2).filter(lambda text: text != line[at]))
    bent = [*whole]
    bent[place] = line[:at] + new + line[at + 1 :]
    assert both(bent) == Fault(place + 1, What.ALTERED)


@given(place=places, name=st.sampled_from(["seq", "at", "kind", "assessment", "round", "by", "data",
                                           "previous", "hash", "new"]))  # fmt: skip
def test_any_field_that_is_changed_is_found(whole: tuple[str, ...], place: int, name: str) -> None:
    bent = [*whole]
    bent[place] = canonical({**json.loads(whole[place]), name: "x"})
    assert both(bent) == Fault(place + 1, What.ALTERED)


@given(place=places)
def test_any_entry_that_is_taken_out_is_missed(whole: tuple[str, ...], place: int) -> None:
    bent = [*whole[:place], *whole[place + 1 :]]
    published = head_of(whole[-1])
    assert both(bent, published) == Fault(place + 1, What.MISSING)
    assert (both(bent) is None) == (place == ENTRIES - 1)  # the end is missed by its head alone


@given(order=st.permutations(range(ENTRIES)))
def test_any_other_order_is_found(whole: tuple[str, ...], order: list[int]) -> None:
    wrong = next((place for place, number in enumerate(order) if place != number), None)
    expected = None if wrong is None else Fault(wrong + 1, What.MOVED)
    assert both([whole[number] for number in order]) == expected


@given(place=places, again=places)
def test_an_entry_put_in_twice_is_found(whole: tuple[str, ...], place: int, again: int) -> None:
    bent = [*whole]
    bent.insert(place, whole[again])
    fault = both(bent)
    assert fault is not None
    assert fault.seq == (place + 2 if place == again else place + 1)


@given(place=places)
def test_an_entry_altered_with_a_new_hash_is_found_by_those_after(
    whole: tuple[str, ...], place: int
) -> None:
    bent = [*whole]
    bent[place] = rehashed(whole[place], by=77)
    if place < ENTRIES - 1:
        assert both(bent) == Fault(place + 1, What.ALTERED)
    else:
        assert both(bent) is None
        assert both(bent, head_of(whole[-1])) == Fault(ENTRIES, What.UNPUBLISHED)


@given(place=st.integers(0, ENTRIES - 2))
def test_an_entry_hung_elsewhere_with_a_new_hash_is_found(
    whole: tuple[str, ...], place: int
) -> None:
    bent = [*whole]
    bent[place] = rehashed(whole[place], previous="f" * 64)
    assert both(bent) == Fault(place + 1, What.ALTERED)


@given(place=places)
def test_an_end_written_anew_is_found_by_a_published_head(
    whole: tuple[str, ...], place: int
) -> None:
    bent = [*whole[:place], rehashed(whole[place], kind="other")]
    for line in whole[place + 1 :]:
        bent.append(rehashed(line, previous=head_of(bent[-1]).hash))
    assert both(bent) is None
    assert both(bent, head_of(whole[-1])) == Fault(ENTRIES, What.UNPUBLISHED)
    assert both(bent, *map(head_of, whole)) == Fault(place + 1, What.UNPUBLISHED)


@pytest.mark.parametrize(
    "line", ["", "{}", "[]", "null", "NaN", '"\\ud800"', "[" * 100_000, "9" * 5000, "\udcff", "{"]
)
def test_lines_that_are_no_entries_are_named(whole: tuple[str, ...], line: str) -> None:
    assert both([*whole[:3], line, *whole[4:]]) == Fault(4, What.ALTERED)


# --- in the database and in the export ----------------------------------------------------


def bend(database: Database, statement: str) -> None:
    with database.engine.begin() as connection:
        assert connection.exec_driver_sql(statement).rowcount > 0


BENT = {
    "at": ("UPDATE log_entry SET at = '2026-11-21 07:00:01' WHERE seq = 4", "entry 4 was altered"),
    "kind": ("UPDATE log_entry SET kind = 'x' WHERE seq = 1", "entry 1 was altered"),
    "subject": ("UPDATE log_entry SET by_id = NULL WHERE seq = 3", "entry 3 was altered"),
    "data": ("UPDATE log_entry SET data = '{}' WHERE seq = 9", "entry 9 was altered"),
    "lines": (r"UPDATE log_entry SET data = '{' || chr(10) WHERE seq = 6", "entry 6 was altered"),
    "form": ("UPDATE log_entry SET data = data || ' ' WHERE seq = 2", "entry 2 was altered"),
    "twin": ("UPDATE log_entry SET data = '1,\"data\":' || data WHERE seq = 5",
             "entry 5 was altered"),
    "hash": ("UPDATE log_entry SET hash = previous WHERE seq = 7", "entry 7 was altered"),
    "previous": ("UPDATE log_entry SET previous = hash WHERE seq = 7", "entry 7 was altered"),
    "first": ("DELETE FROM log_entry WHERE seq = 1", "entry 1 is missing"),
    "middle": ("DELETE FROM log_entry WHERE seq IN (5, 6)", "entry 5 is missing"),
    "number": ("UPDATE log_entry SET seq = 77 WHERE seq = 5", "entry 5 is missing"),
}  # fmt: skip


@pytest.mark.parametrize("how", BENT)
def test_what_is_bent_in_the_database_is_named_there_and_in_the_export(
    database: Database,
    run: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    how: str,
) -> None:
    statement, words = BENT[how]
    if database.is_sqlite:
        statement = statement.replace("chr(", "char(")
    write(database, *notes())
    assert run("log", "verify") == 0
    bend(database, statement)
    capsys.readouterr()
    assert run("log", "verify") == 1
    assert words in capsys.readouterr().err
    file = tmp_path / "record.jsonl"
    assert run("log", "export", file) == 0
    assert run("log", "verify", file) == 1
    assert words in capsys.readouterr().err
    code, told = by_script(file)
    assert code == 1
    assert told.startswith(f"{words.split()[1]}: ")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("how", ["at = 'x'", "data = x'ff00'", "data = CAST(x'ff' AS TEXT)",
                                 "at = 5", "by_id = 'x'"])  # fmt: skip
def test_what_cannot_be_read_any_more_is_named(
    database: Database, run: Callable[..., int], capsys: pytest.CaptureFixture[str], how: str
) -> None:
    write(database, *notes())
    bend(database, f"UPDATE log_entry SET {how} WHERE seq = 4")
    assert run("log", "verify") == 1
    assert "entry 4 was altered" in capsys.readouterr().err


def test_what_was_swapped_in_the_database_is_named(
    database: Database, run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    write(database, *notes())
    bend(database, "UPDATE log_entry SET seq = -seq WHERE seq IN (3, 8)")
    bend(database, "UPDATE log_entry SET seq = 11 + seq WHERE seq < 0")
    assert run("log", "verify") == 1
    assert "entry 3 was altered" in capsys.readouterr().err


def test_an_export_is_whole_and_its_head_is_the_one_to_publish(
    database: Database,
    run: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    head, file = write(database, *notes()), tmp_path / "record.jsonl"
    assert run("log", "head") == 0
    assert capsys.readouterr().out == f"{head}\n"
    assert run("log", "export", file) == 0
    assert run("log", "verify", file, "--head", head) == 0
    assert capsys.readouterr().out.endswith(f"The record is whole: {head}\n")
    assert by_script(file, head) == (0, f"utuh / whole: {head}\n")
    file.write_text("".join(file.read_text(encoding="utf-8").splitlines(keepends=True)[:1]))
    assert run("log", "verify", file) == 0
    assert run("log", "verify", file, "--head", head) == 1
    assert "entry 2 is missing" in capsys.readouterr().err
    assert by_script(file, head) == (1, "2: hilang / missing\n")


def test_wrong_usage_is_said(
    database: Database, run: Callable[..., int], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run("log", "verify", "--head", "12") == 1
    assert "is not a head" in capsys.readouterr().err
    assert run("log", "verify", tmp_path / "none") == 1
    assert "No such file" in capsys.readouterr().err
    for words in ([], [str(tmp_path / "none")], [str(SCRIPT), "12"]):
        command = [sys.executable, str(SCRIPT), *words]
        assert subprocess.run(command, capture_output=True, check=False).returncode == 2


def test_the_script_is_short_and_the_kinds_are_documented() -> None:
    assert len(SCRIPT.read_text(encoding="utf-8").splitlines()) < 60
    told = (ROOT / "docs" / "record.md").read_text(encoding="utf-8")
    assert [kind for kind in log.Kind if f"| `{kind}` |" not in told] == []


def test_a_database_without_tables_is_said(
    run: Callable[..., int],
    empty_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MATURITY_DATABASE_URL", empty_url)
    assert run("log", "verify") == 1
    assert "maturity db upgrade" in capsys.readouterr().err


def test_the_record_moves_with_a_backup_to_either_kind_of_database(
    database: Database, database_url: str, new_database: Callable[..., str], tmp_path: Path
) -> None:
    write(database, *notes())
    backup(database_url, tmp_path / "a.zip")
    for kind in ("sqlite", "postgresql"):
        url = new_database(kind, tables=False)
        restore(url, tmp_path / "a.zip")
        other = Database(url)
        assert stored_lines(other) == stored_lines(database)
        assert write(other, *notes(1)).seq == ENTRIES + 1
        assert verify(stored_lines(other)).fault is None
        other.dispose()


# --- writing --------------------------------------------------------------------------------


def test_many_at_once_make_the_same_chain_as_one_by_one(database: Database) -> None:
    one_by_one = EMPTY
    for note in notes():
        one_by_one = write(database, note)
    with database.write() as session:
        session.execute(sa.delete(LogEntry))
    assert write(database, *notes()) == one_by_one
    assert write(database) == one_by_one


def test_the_zone_in_which_a_moment_is_told_makes_no_difference(database: Database) -> None:
    jayapura = START.astimezone(timezone(timedelta(hours=9)))
    write(database, Note(kind="test", at=jayapura))
    (line,) = stored_lines(database)
    assert json.loads(line)["at"] == "2026-11-21T07:00:00.000000Z"
    assert verify([line]).fault is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"data": {"share": 0.5}},
        {"data": {"deep": [{"x": 1.0}]}},
        {"data": {1: "a"}},
        {"data": {"at": START}},
        {"data": {"text": "\ud800"}},
        {"at": datetime(2026, 1, 1)},  # noqa: DTZ001
    ],
)
def test_what_two_machines_could_write_differently_is_refused(
    database: Database, wrong: dict[str, Any]
) -> None:
    with pytest.raises(ValueError), database.write() as session:
        log.append(session, Note(**{"kind": "test", "at": START, **wrong}))
    assert stored_lines(database) == []


def test_writers_at_once_keep_one_chain(database: Database, database_url: str) -> None:
    def work(number: int) -> None:
        own = Database(database_url)
        try:
            for _ in range(15):
                write(own, *notes(1 + number % 2))
        finally:
            own.dispose()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    lines = stored_lines(database)
    assert len(lines) == 15 * (1 + 2 + 1 + 2)
    assert verify(lines).fault is None


@pytest.fixture
def postgres_database(new_database: Callable[..., str]) -> Iterator[Database]:
    database = Database(new_database("postgresql"))
    yield database
    database.dispose()


def test_who_decides_waits_for_who_is_deciding(postgres_database: Database) -> None:
    database = postgres_database
    with database.write() as first:
        log.append(first, *notes(2))
        with database.write() as second:
            second.execute(sa.text("SET LOCAL lock_timeout = '50ms'"))
            with pytest.raises(OperationalError):
                log.append(second, *notes(1))
            second.rollback()
    assert write(database, *notes(1)).seq == 3
    assert verify(stored_lines(database)).fault is None


# --- what is decided is on record -----------------------------------------------------------


def test_a_submission_through_the_page_is_on_record(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    client = client_of(app, RESPONSIBLE)
    form = {"confirm": "yes", "csrf_token": token(client)}
    assert client.post(f"/assessments/{assessment}/submit", data=form).status_code == 422
    assert stored_lines(database) == []
    fill_by_forms(client, assessment)
    client.get(f"/assessments/{assessment}/submit")
    client.submit({"confirm": "yes"}, action=f"/assessments/{assessment}/submit")
    (line,) = stored_lines(database)
    entry = json.loads(line)
    with database.read() as session:
        stored = session.scalars(sa.select(StoredScorecard)).one()
        person = session.scalars(sa.select(Person).where(Person.email == RESPONSIBLE)).one()
        made = session.get_one(Assessment, assessment)
        receipt = session.scalars(sa.select(Receipt)).one()
        assert entry["data"] == {
            "before": "in-progress", "after": "submitted", "way": "web", "scorecard": stored.digest,
            "receipt": receipt.digest,
        }  # fmt: skip
        assert (entry["assessment"], entry["round"]) == (assessment, made.round_id)
        assert (entry["kind"], entry["by"]) == ("state-changed", person.id)
        assert person.email not in line
        assert person.name not in line


def test_words_of_a_decision_are_on_record_by_their_hash(database: Database) -> None:
    words = "Diminta oleh Siti Rahma"
    with database.write() as session:
        made = make_assessment(session, state=AssessmentState.IN_PROGRESS)
        author = Author(None, START)
        change_state(session, made, AssessmentState.SUBMITTED, author=author, words=words)
        assert session.scalars(sa.select(Decision.words)).one() == words
    (line,) = stored_lines(database)
    assert words not in line
    assert json.loads(line)["data"]["words_sha256"] == sha256(words)


def test_the_opening_of_a_period_is_on_record(database: Database, run: Callable[..., int]) -> None:
    opening = ("round", "open", "2027", "--title", "Pengukuran", "--closes", "2027-03-31")
    assert run(*opening) == 0
    assert run(*opening) == 1
    (line,) = stored_lines(database)
    entry = json.loads(line)
    assert (entry["kind"], entry["by"], entry["assessment"]) == ("round-opened", None, None)
    assert entry["data"]["offices"] == 553
    assert entry["data"]["closes_at"] == "2027-03-31T16:59:59.000000Z"
    assert verify([line]).fault is None
