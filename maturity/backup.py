"""The whole content of a database as one file, the same for SQLite and PostgreSQL.

A backup is a zip file: ``manifest.json`` (revision of the tables, their columns with kinds,
row counts, SHA-256 of each member) and ``tables/<name>.jsonl``, one row a line as an array in
the order of the columns; and the evidence files where a folder keeps them. It is read in one
snapshot while the application serves, and restored in one transaction, so it can also carry an
installation from one kind of database to the other. It holds personal data and password hashes,
but not the secret that signs sessions.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy import Connection, Table, text
from sqlalchemy.exc import DataError, IntegrityError

from maturity import backup_files, schema
from maturity.backup_tables import continue_numbers, references_resting, tables_of
from maturity.backup_values import Kind, decoded, encoded, kind_of
from maturity.db import Database
from maturity.errors import MaturityError
from maturity.survey.files import FolderStore

FORMAT, VERSION = "maturity-backup", 1
MANIFEST = "manifest.json"
BATCH = 1000
MOST_MANIFEST, MOST_ROW = 1 << 20, 1 << 26  # bytes; more is no backup of ours
_UNREADABLE = (ValueError, RecursionError)


@dataclass(frozen=True, slots=True)
class Member:
    """One table in a backup: its columns in order with their kinds, and what it holds."""

    columns: dict[str, Kind]
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    revision: str
    created_at: str
    tables: dict[str, Member]
    files: int | None = None
    """How many evidence files are in it; None: it was made without them."""
    damaged: tuple[str, ...] = ()
    """Files that were damaged already and left out."""
    format: str = FORMAT
    version: int = VERSION

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(member.rows for member in self.tables.values())


def fault(indonesian: str, english: str) -> MaturityError:
    """What is wrong with a backup."""
    return MaturityError(indonesian, english, field="file")


# --- writing --------------------------------------------------------------------------


def backup(database_url: str, file: Path, *, files: FolderStore | None = None) -> Manifest:
    """Write all rows, and the evidence files, to a new file that only its owner can read.

    MaturityError when the file exists or the database has no tables of ours.
    """
    if file.exists():
        raise fault(
            f"Berkas {file} sudah ada dan tidak ditimpa.",
            f"The file {file} exists and is not overwritten.",
        )
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as out:
            manifest = _write(database_url, out, files)
            out.flush()
            os.fsync(out.fileno())
        Path(name).replace(file)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(name).unlink()
        raise
    return manifest


def _write(database_url: str, out: IO[bytes], files: FolderStore | None) -> Manifest:
    with _snapshot(database_url) as connection, zipfile.ZipFile(
        out, "w", zipfile.ZIP_DEFLATED, compresslevel=6
    ) as packed:  # fmt: skip
        revision = schema.current(connection)
        if revision is None:
            raise MaturityError(
                "Basis data belum berisi tabel aplikasi ini; tidak ada yang dicadangkan.",
                "The database has no tables of this application; there is nothing to back up.",
            )
        tables = {table.name: _dump(connection, table, packed) for table in tables_of(connection)}
        # After the rows: a file is there before the row that names it.
        taken, damaged = (None, []) if files is None else backup_files.pack(packed, files)
        at = datetime.now(UTC).isoformat(timespec="seconds")
        manifest = Manifest(revision, at, tables, taken, tuple(damaged))
        packed.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))
    return manifest


@contextmanager
def _snapshot(database_url: str) -> Iterator[Connection]:
    """One state of the database, whatever is written meanwhile."""
    database = Database(database_url)
    options: dict[str, Any] = {} if database.is_sqlite else {"isolation_level": "REPEATABLE READ"}
    try:
        with database.engine.connect().execution_options(**options) as connection:
            yield connection
    finally:
        database.dispose()


def _dump(connection: Connection, table: Table, packed: zipfile.ZipFile) -> Member:
    kinds = {column.name: kind_of(column.type) for column in table.columns}
    digest, rows = hashlib.sha256(), 0
    query = sa.select(table).order_by(*table.primary_key.columns)
    result = connection.execution_options(yield_per=BATCH).execute(query)
    with packed.open(_member(table.name), "w", force_zip64=True) as out:
        for row in result:
            cells = [encoded(value) for value in row]
            line = json.dumps(cells, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            digest.update(line)
            out.write(line)
            rows += 1
    return Member(kinds, rows, digest.hexdigest())


def _member(table: str) -> str:
    return f"tables/{table}.jsonl"


# --- reading --------------------------------------------------------------------------


def restore(
    database_url: str, file: Path, *, force: bool = False, files: FolderStore | None = None
) -> Manifest:
    """Put the rows of a backup into an empty database, and bring its tables up to date.

    ``force`` removes what is there before. All is checked first and done in one
    transaction: after a MaturityError the database is as it was. Evidence files that are in the
    backup are put into the folder ``files``, from which nothing is removed.
    """
    with _opened(file) as packed:
        manifest = _manifest(packed, file)
        for name, member in manifest.tables.items():
            _check(packed, name, member, file)
        _check_files(packed, manifest, file)
        with _fitting(file), schema.transaction(database_url) as connection:
            _make_room(connection, force=force)
            schema.upgrade_over(connection, manifest.revision)
            tables = tables_of(connection)
            if {table.name for table in tables} != set(manifest.tables):
                raise _damaged(file, f"{MANIFEST} (tables)")
            with references_resting(connection):
                for table in tables:
                    _load(connection, table, packed, manifest.tables[table.name])
            continue_numbers(connection)
            schema.upgrade_over(connection, "head")
            if connection.dialect.name == "postgresql":
                connection.execute(text("ANALYZE"))  # else its first plans are for empty tables
            if files is not None:
                backup_files.unpack(packed, files)
    return manifest


@contextmanager
def _opened(file: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(file) as packed:
            yield packed
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise _damaged(file, str(error)) from error


@contextmanager
def _fitting(file: Path) -> Iterator[None]:
    """Rows that the tables refuse are the backup's fault."""
    try:
        yield
    except (IntegrityError, DataError, schema.DanglingRowsError, *_UNREADABLE) as error:
        raise _damaged(file, type(error).__name__) from error


def _damaged(file: Path, why: str) -> MaturityError:
    return fault(
        f"{file} bukan cadangan yang utuh: {why}. Basis data tidak diubah.",
        f"{file} is not an intact backup: {why}. The database was not changed.",
    )


def _manifest(packed: zipfile.ZipFile, file: Path) -> Manifest:
    try:
        with packed.open(MANIFEST) as told_of:
            told = json.loads(told_of.read(MOST_MANIFEST))
        told["tables"] = {name: Member(**member) for name, member in told["tables"].items()}
        told["damaged"] = tuple(told.get("damaged", ()))
        manifest = Manifest(**told)
    except (KeyError, TypeError, AttributeError, *_UNREADABLE) as error:
        raise _damaged(file, f"{MANIFEST} ({error})") from error
    if (manifest.format, manifest.version) != (FORMAT, VERSION):
        raise _damaged(file, f"format {manifest.format} {manifest.version}")
    if manifest.revision not in schema.revisions():
        raise fault(
            f"{file} dibuat oleh versi aplikasi yang lebih baru (revisi {manifest.revision}).",
            f"{file} was made by a newer version of the application "
            f"(revision {manifest.revision}).",
        )
    return manifest


def _check(packed: zipfile.ZipFile, name: str, member: Member, file: Path) -> None:
    digest, rows = hashlib.sha256(), 0
    try:
        with packed.open(_member(name)) as lines:
            for line in iter(lambda: lines.readline(MOST_ROW), b""):
                digest.update(line)
                rows += 1
    except KeyError as error:
        raise _damaged(file, f"{_member(name)} ?") from error
    if (rows, digest.hexdigest()) != (member.rows, member.sha256):
        raise _damaged(file, f"{_member(name)} SHA-256")


def _check_files(packed: zipfile.ZipFile, manifest: Manifest, file: Path) -> None:
    found = backup_files.packed_files(packed)
    if len(found) != (manifest.files or 0):
        raise _damaged(file, f"{backup_files.FOLDER} ({len(found)} ≠ {manifest.files or 0})")
    for sha256 in found:
        if not backup_files.is_whole(packed, sha256):
            raise _damaged(file, f"{backup_files.FOLDER}{sha256} SHA-256")


def _make_room(connection: Connection, *, force: bool) -> None:
    tables = tables_of(connection)
    used = [table.name for table in tables
            if connection.execute(sa.select(table).limit(1)).first() is not None]  # fmt: skip
    if used and not force:
        raise fault(
            f"Basis data tidak kosong ({', '.join(used)}). Gunakan --force untuk menggantinya.",
            f"The database is not empty ({', '.join(used)}). Use --force to replace it.",
        )
    cascade = "" if connection.dialect.name == "sqlite" else " CASCADE"
    for name in sa.inspect(connection).get_table_names():
        quoted = connection.dialect.identifier_preparer.quote(name)
        connection.exec_driver_sql(f"DROP TABLE {quoted}{cascade}")


def _load(connection: Connection, table: Table, packed: zipfile.ZipFile, member: Member) -> None:
    aware, batch = connection.dialect.name != "sqlite", []
    with packed.open(_member(table.name)) as lines:
        for line in iter(lambda: lines.readline(MOST_ROW), b""):
            cells = zip(member.columns.items(), json.loads(line), strict=True)
            row = {name: decoded(cell, kind, aware=aware) for (name, kind), cell in cells}
            batch.append(row)
            if len(batch) == BATCH:
                connection.execute(table.insert(), batch)
                batch = []
    if batch:
        connection.execute(table.insert(), batch)
