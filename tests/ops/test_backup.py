"""A backup is whole, moves between the databases, and a bad one changes nothing."""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
import threading
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from maturity import schema
from maturity.backup import MOST_ROW, backup, restore
from maturity.db import Database
from maturity.errors import MaturityError
from maturity.jobs.models import Job
from maturity.offices.models import Interest, Invite, Person, Role, SignInFailure
from maturity.survey.example_models import ExampleConsent
from maturity.survey.file_models import EvidenceFile, StoredFile
from maturity.survey.files import FolderStore
from maturity.survey.link_models import ArchivedLink
from maturity.survey.log import Note, append
from maturity.survey.models import (
    Answer,
    AnswerEvent,
    Assessment,
    Decision,
    Evidence,
    Round,
    StoredScorecard,
)
from maturity.survey.receipt_models import Receipt, SignedPaper
from maturity.survey.section_models import SectionAssignment, SectionLink
from maturity.survey.stage_models import Comment, Correction, Extension, Judgement, Thread
from maturity.survey.target_models import RoundTarget
from tests.builders import LEBAK, START, make_assessment, make_person, make_round

ODD = "Baris 1\nbaris 2\t“kutip” \\ 🗳 =HYPERLINK() é\u2028"
OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}


def _rows(url: str) -> dict[str, list[tuple[Any, ...]]]:
    database = Database(url)
    with database.read() as session:
        found = {
            table.name: [
                tuple(row)
                for row in session.execute(sa.select(table).order_by(*table.primary_key.columns))
            ]
            for table in schema.METADATA.sorted_tables
        }
    database.dispose()
    return found


def _fill(url: str) -> None:
    """At least one row in each table, with values that are easily bent on the way."""
    database = Database(url)
    with database.write() as session:
        person = make_person(session, role=Role.RESPONSIBLE, name=ODD[:100])
        made = make_assessment(session, round_=make_round(session, slug="satu"), office=LEBAK)
        key = {"assessment_id": made.id, "key": "v1/data[1]"}
        words = {"state": "value", "value": ODD, "reason": "", "note": "=1+1"}
        at = START + timedelta(microseconds=123456)
        session.add(StoredFile(sha256="a" * 64, size=3, media_type="text/csv", uploaded_at=at))
        link = SectionLink(
            token_hash="h" * 64, assessment_id=made.id, section="SD1", name=ODD[:100],
            created_at=at, created_by_id=person.id, expires_at=at,
        )  # fmt: skip
        session.add(link)
        session.flush()
        session.add_all([
            EvidenceFile(
                **key, sha256="a" * 64, name_as_given="rekap.csv", note="", place="", added_at=at
            ),
            Answer(**key, **words, draft=None, version=7, updated_at=at, updated_by_id=person.id),
            AnswerEvent(**key, **words, draft=ODD, version=7, way="link", at=at,
                        delegation_id=link.id),
            SectionAssignment(assessment_id=made.id, section="SD1", person_id=person.id, at=at),
            Evidence(**key, url="https://contoh.example/?a=1&b=2", added_at=at, removed_at=at),
            ArchivedLink(
                url=f"https://contoh.example/?a={ODD}", url_sha256="b" * 64, checked_at=at,
                status=200, final_url="https://contoh.example/", content_sha256="c" * 64, size=3,
            ),
            Decision(assessment_id=made.id, before="a", after="b", at=at, by_id=person.id),
            Interest(person_id=person.id, office_code=made.office_code, declared_at=at),
            ExampleConsent(
                assessment_id=made.id, part="V01", shown="f" * 64, given_at=at,
                given_by_id=person.id,
            ),
            Judgement(
                **key, stage="verified", verdict="changed", state="answered", value="l2",
                words=ODD, on_version=7, way="web", at=at,
            ),
            Thread(
                **key, kind="dispute", opened_at=at,
                comments=[Comment(side="office", words=ODD, at=at)],
            ),
            Extension(assessment_id=made.id, stage="reply", until=at, words=ODD, at=at),
            Correction(
                round_id=made.round_id, before="a", after="b", changes="[]", words=ODD, at=at
            ),
            StoredScorecard(
                assessment_id=made.id, stage="self", fingerprint="f" * 64, digest="d" * 64,
                level=2, gated_level=None, index_value=0.1 + 0.2, coverage=1 / 3,
                dimensions="{}", payload=bytes(range(256)), created_at=at,
            ),
            RoundTarget(round_id=made.round_id, part="SD1", kind="city", value=0.1 + 0.2),
            Invite(token_hash="t", person_id=person.id, created_at=at, expires_at=at),
            SignInFailure(key="k", count=3, last_at=at),
            Job(kind="k", payload='{"a": "ü"}', max_attempts=5, not_before=at, created_at=at),
        ])  # fmt: skip
        receipt = Receipt(
            assessment_id=made.id, code="0123456789ABCDEF", digest="e" * 64, answers=1, evidence=2,
            issued_at=at, by_id=person.id, payload=bytes(range(256)),
        )  # fmt: skip
        session.add(receipt)
        session.flush()
        scan = {"sha256": "a" * 64, "name_as_given": ODD[:100], "added_at": at}
        session.add(SignedPaper(receipt_id=receipt.id, **scan))
        append(session, Note(kind="test", at=at, by_id=person.id, data={"words": ODD}))
    database.dispose()


SQLITE_ONLY = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For faults of the file, which are met before any database is touched."""


@pytest.fixture
def filled_url(database_url: str) -> str:
    """A database with rows in every table."""
    _fill(database_url)
    assert all(_rows(database_url).values())
    return database_url


@pytest.fixture
def made(filled_url: str, tmp_path: Path) -> Path:
    """A good backup."""
    backup(filled_url, tmp_path / "a.zip")
    return tmp_path / "a.zip"


@pytest.mark.parametrize("same", [True, False], ids=["same-kind", "other-kind"])
def test_restored_rows_are_those_backed_up(
    filled_url: str, made: Path, new_database: Callable[..., str], same: bool
) -> None:
    kind = sa.make_url(filled_url).get_backend_name()
    other = new_database(kind if same else OTHER[kind], tables=False)
    manifest = restore(other, made)
    assert _rows(other) == _rows(filled_url)
    assert manifest.rows == sum(map(len, _rows(filled_url).values()))
    assert schema.upgrade(other) == schema.head()


@SQLITE_ONLY
def test_new_rows_get_new_numbers_after_restoring(
    made: Path, new_database: Callable[..., str]
) -> None:
    for kind in OTHER:
        url = new_database(kind, tables=False)
        restore(url, made)
        database = Database(url)
        with database.write() as session:
            greatest = session.scalar(sa.select(sa.func.max(Person.id))) or 0
            assert make_person(session).id > greatest
            make_round(session, slug="baru")
        database.dispose()


@SQLITE_ONLY
def test_references_are_enforced_after_restoring(
    made: Path, new_database: Callable[..., str]
) -> None:
    url = new_database("postgresql", tables=False)
    restore(url, made)
    fresh = new_database("postgresql", tables=False)
    schema.upgrade(fresh)
    query = "SELECT conname, condeferrable, condeferred, convalidated FROM pg_constraint ORDER BY 1"
    found = []
    for each in (url, fresh):
        with schema.transaction(each) as connection:
            found.append(connection.exec_driver_sql(query).all())
    assert found[0] == found[1]


@SQLITE_ONLY
def test_queries_are_planned_for_what_was_restored(
    made: Path, new_database: Callable[..., str]
) -> None:
    """A server that has not looked at its tables yet takes them for empty: the page of all offices
    took three times as long."""
    url = new_database("postgresql", tables=False)
    restore(url, made)
    with schema.transaction(url) as connection:
        query = "SELECT reltuples FROM pg_class WHERE relname = 'assessment'"
        assert connection.exec_driver_sql(query).scalar_one() > 0


def test_backup_while_others_write_is_one_moment(database_url: str, tmp_path: Path) -> None:
    database = Database(database_url)
    with database.write() as session:
        assessment = make_assessment(session).id
    stop, written, wrong = threading.Event(), threading.Event(), []

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            key = {"assessment_id": assessment, "key": f"v{number}"}
            words = {"state": "value", "value": "x", "reason": "", "note": "", "version": 1}
            with database.write() as session:
                session.add(Answer(**key, **words, updated_at=START))
                session.flush()
                session.add(AnswerEvent(**key, **words, way="page", at=START))
            written.set()

    def guarded() -> None:
        try:
            write()
        except Exception as error:
            wrong.append(error)
            written.set()

    writer = threading.Thread(target=guarded)
    writer.start()
    counts = []
    try:
        for number in range(4):
            assert written.wait(30)
            written.clear()
            tables = backup(database_url, tmp_path / f"{number}.zip").tables
            counts.append((tables["answer"].rows, tables["answer_event"].rows))
    finally:
        stop.set()
        writer.join()
        database.dispose()
    assert not wrong
    assert all(answers == events for answers, events in counts)
    assert counts[0][0] < counts[-1][0], "nothing was written between the backups"


@SQLITE_ONLY
def test_backup_is_for_its_owner_only_and_holds_no_secret(made: Path) -> None:
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    with zipfile.ZipFile(made) as packed:
        names = {*packed.namelist()}
    expected = {f"tables/{name}.jsonl" for name in schema.METADATA.tables}
    assert names == expected | {"manifest.json"}


@SQLITE_ONLY
def test_existing_file_is_not_overwritten(filled_url: str, made: Path) -> None:
    before = made.read_bytes()
    with pytest.raises(MaturityError, match="exists"):
        backup(filled_url, made)
    assert made.read_bytes() == before


def test_failed_backup_leaves_no_file(empty_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    with pytest.raises(MaturityError, match="no tables"):
        backup(empty_url, folder / "a.zip")
    assert list(folder.iterdir()) == []


def test_used_database_is_refused_without_force(filled_url: str, made: Path) -> None:
    database = Database(filled_url)
    with database.write() as session:
        session.execute(sa.update(Person).values(name="Lain"))
        make_round(session, slug="dua")
    before = _rows(filled_url)
    with pytest.raises(MaturityError, match="not empty"):
        restore(filled_url, made)
    assert _rows(filled_url) == before
    restore(filled_url, made, force=True)
    with database.read() as session:
        assert [r.slug for r in session.scalars(sa.select(Round))] == ["satu"]
        assert session.scalars(sa.select(Person.name)).first() == ODD[:100]
        assert len(session.scalars(sa.select(Assessment)).all()) == 1
    database.dispose()


def _changed(made: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    with zipfile.ZipFile(made) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    change(members)
    path = made.with_name("changed.zip")
    with zipfile.ZipFile(path, "w") as out:
        for name, body in members.items():
            out.writestr(name, body)
    return path


def _with(**told: Any) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        manifest = json.loads(members["manifest.json"]) | told
        members["manifest.json"] = json.dumps(manifest).encode()

    return change


def _rewrite(members: dict[str, bytes], row: bytes, *, rows: int = 1) -> None:
    """One row instead of the people's, and a manifest that vouches for it."""
    told = json.loads(members["manifest.json"])
    told["tables"]["person"] |= {"rows": rows, "sha256": hashlib.sha256(row).hexdigest()}
    members |= {PERSON: row, "manifest.json": json.dumps(told).encode()}


PERSON = "tables/person.jsonl"
SPOILED: dict[str, Callable[[dict[str, bytes]], Any]] = {
    "a changed row": lambda m: m.update({PERSON: m[PERSON].replace(b"contoh", b"c0ntoh")}),
    "a lost row": lambda m: m.update({PERSON: b""}),
    "a lost table": lambda m: m.pop(PERSON),
    "a lost manifest": lambda m: m.pop("manifest.json"),
    "a manifest that is no JSON": lambda m: m.update({"manifest.json": b"{"}),
    "a manifest that is no object": lambda m: m.update({"manifest.json": b"[]"}),
    "tables that are no object": _with(tables=[]),
    "a further key": _with(more=1),
    "no tables": _with(tables={}),
    "a manifest without end": lambda m: m.update({"manifest.json": b"[" * 100_000}),
    "a vast manifest": lambda m: m.update({"manifest.json": b" " * 2**21 + m["manifest.json"]}),
    "a row without end": lambda m: _rewrite(m, b"[" * 100_000),
    "a vast row": lambda m: _rewrite(m, b" " * (MOST_ROW + 1) + b"[]"),
    "a vast row as two": lambda m: _rewrite(m, b" " * (MOST_ROW + 1) + b"[]", rows=2),
    "a foreign format": _with(format="other"),
    "a later format": _with(version=2),
    "a later revision": _with(revision="9999"),
}


@SQLITE_ONLY
@pytest.mark.parametrize("name", SPOILED)
def test_spoiled_backup_changes_nothing(made: Path, filled_url: str, name: str) -> None:
    before = _rows(filled_url)
    with pytest.raises(MaturityError) as error:
        restore(filled_url, _changed(made, SPOILED[name]), force=True)
    assert "changed.zip" in error.value.message_id
    assert _rows(filled_url) == before


def test_rows_that_refer_to_missing_ones_are_refused(made: Path, filled_url: str) -> None:
    def orphan(members: dict[str, bytes]) -> None:
        manifest = json.loads(members["manifest.json"])
        empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        manifest["tables"]["person"] |= {"rows": 0, "sha256": empty}
        members |= {PERSON: b"", "manifest.json": json.dumps(manifest).encode()}

    before = _rows(filled_url)
    with pytest.raises(MaturityError, match="intact"):
        restore(filled_url, _changed(made, orphan), force=True)
    assert _rows(filled_url) == before


@SQLITE_ONLY
@pytest.mark.parametrize("keep", [0, 10, 0.5, 0.99])
def test_truncated_backup_changes_nothing(
    made: Path, new_database: Callable[..., str], keep: float
) -> None:
    body = made.read_bytes()
    made.write_bytes(body[: int(keep if keep > 1 else keep * len(body))])
    url = new_database("sqlite")
    before = _rows(url)
    with pytest.raises(MaturityError, match="intact"):
        restore(url, made)
    assert _rows(url) == before


@SQLITE_ONLY
def test_backup_with_a_flipped_byte_changes_nothing(
    made: Path, new_database: Callable[..., str]
) -> None:
    body = bytearray(made.read_bytes())
    body[len(body) // 2] ^= 0xFF
    made.write_bytes(body)
    url = new_database("sqlite")
    with pytest.raises(MaturityError, match="intact"):
        restore(url, made)
    assert not any(_rows(url).values())


@SQLITE_ONLY
def test_missing_file_is_named(database_url: str, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="absent"):
        restore(database_url, tmp_path / "absent.zip")


def test_backup_of_an_older_revision_is_brought_up_to_date(
    filled_url: str, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = tmp_path / "migrations"
    shutil.copytree(schema.MIGRATIONS, copied, ignore=shutil.ignore_patterns("__pycache__"))
    (copied / "versions" / "9999_more.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f"revision, down_revision = '9999', '{schema.head()}'\n"
        "branch_labels = depends_on = None\n"
        "def upgrade():\n    op.add_column('person', sa.Column('shoe', sa.String(3)))\n"
    )
    before = _rows(filled_url)
    monkeypatch.setattr(schema, "MIGRATIONS", copied)
    restore(filled_url, made, force=True)
    assert _rows(filled_url) == before
    with schema.transaction(filled_url) as connection:
        assert schema.current(connection) == "9999"
        assert connection.exec_driver_sql("SELECT shoe FROM person").all() == [(None,)]


@pytest.fixture
def kept(tmp_path: Path) -> FolderStore:
    """A folder with two evidence files."""
    store = FolderStore(tmp_path / "data" / "files")
    for body in (b"a,b\n1,2\n", bytes(range(256)) * 10_000):
        store.put(body)
    return store


@SQLITE_ONLY
def test_evidence_files_come_back(filled_url: str, kept: FolderStore, tmp_path: Path) -> None:
    made = backup(filled_url, tmp_path / "files.zip", files=kept)
    other = FolderStore(tmp_path / "other" / "files")
    assert made.files == 2
    assert restore(filled_url, tmp_path / "files.zip", force=True, files=other).files == 2
    assert [one for one, _ in other.all()] == [one for one, _ in kept.all()]
    assert [other.get(one) for one, _ in kept.all()] == [kept.get(one) for one, _ in kept.all()]


@SQLITE_ONLY
def test_a_backup_from_before_files_still_restores(
    filled_url: str, made: Path, kept: FolderStore
) -> None:
    def older(members: dict[str, bytes]) -> None:
        manifest = json.loads(members["manifest.json"])
        del manifest["files"], manifest["damaged"]
        members["manifest.json"] = json.dumps(manifest).encode()

    before = _rows(filled_url)
    found = restore(filled_url, _changed(made, older), force=True, files=kept)
    assert found.files is None
    assert _rows(filled_url) == before
    assert len(list(kept.all())) == 2, "what is there stays"


@SQLITE_ONLY
@pytest.mark.parametrize("how", ["changed", "lost", "foreign"])
def test_a_backup_with_a_bad_file_changes_nothing(
    filled_url: str, kept: FolderStore, tmp_path: Path, how: str
) -> None:
    backup(filled_url, tmp_path / "files.zip", files=kept)
    name = f"files/{next(one for one, _ in kept.all())}"

    def spoil(members: dict[str, bytes]) -> None:
        if how == "foreign":
            members["files/" + "0" * 64] = b"x"
        elif how == "lost":
            del members[name]
        else:
            members[name] += b"x"

    before, other = _rows(filled_url), FolderStore(tmp_path / "other" / "files")
    spoiled = _changed(tmp_path / "files.zip", spoil)
    with pytest.raises(MaturityError, match="intact"):
        restore(filled_url, spoiled, force=True, files=other)
    assert _rows(filled_url) == before
    assert list(other.all()) == []


@SQLITE_ONLY
def test_a_damaged_file_is_named_and_left_out(
    filled_url: str, kept: FolderStore, tmp_path: Path
) -> None:
    bad, path = next(kept.all())
    path.chmod(0o600)
    path.write_bytes(b"damaged")
    made = backup(filled_url, tmp_path / "files.zip", files=kept)
    assert (made.files, made.damaged) == (1, (bad,))
    assert restore(filled_url, tmp_path / "files.zip", force=True).damaged == (bad,)
