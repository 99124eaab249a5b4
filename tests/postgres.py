"""A temporary PostgreSQL server for the tests, from the machine's own package."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

WANTED = (
    "PostgreSQL is not on this machine (no /usr/lib/postgresql/*/bin). `make test` installs it; "
    "by hand: apt-get install postgresql. To leave its tests out: MATURITY_TEST_POSTGRES=skip"
)
# Test data may be lost, so the server need not wait for the disk.
OPTIONS = (
    "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off "
    "-c max_connections=120 -c shared_buffers=32MB -c wal_level=minimal -c max_wal_senders=0"
)


VERSION = "SELECT '', version_num, '' FROM alembic_version"
FULL = "SELECT '{0}' WHERE EXISTS (SELECT FROM \"{0}\")"
CUT_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
TABLES = (
    "SELECT c.relkind::text, c.relname, "
    "string_agg(a.attname || ' ' || a.atttypid, ',' ORDER BY a.attnum) "
    "FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 "
    "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'i') "
    "GROUP BY c.oid, c.relname, c.relkind ORDER BY c.relkind DESC, c.relname"
)
"""Tables and indexes with their columns."""


def binaries() -> Path | None:
    """The folder of the newest installed server's programs; None when there is none."""
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(found, key=lambda path: float(path.parents[1].name), default=None)
    return newest.parent if newest else None


def _as_server_user() -> dict[str, Any]:
    """The server refuses to run as root: then it runs as ``postgres``."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


class Postgres:
    """A running server; every database it makes is new and empty, or a copy of another."""

    def __init__(self, socket: Path) -> None:
        self.socket = socket
        self._made = 0
        self._known: dict[str, list[Any]] = {}

    def url(self, name: str) -> str:
        """The address of one database, as settings take it."""
        return f"postgresql://maturity@/{name}?host={self.socket}"

    def create(self, *, like: str = "template0") -> str:
        """A new database's name."""
        self._made += 1
        name = f"test_{self._made}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {like} STRATEGY FILE_COPY")
        return name

    def emptied(self, name: str, *, like: str) -> bool:
        """Whether a copy could be made as it was: no row, numbers from 1. That takes a fifth of
        the time of a new one. False where its tables are no longer those of the original."""
        if like not in self._known:
            with self._connect(like) as original:
                self._known[like] = _tables(original)
        with self._connect(name) as connection:
            connection.execute(CUT_OTHERS)
            tables = _tables(connection)
            if tables != self._known[like]:
                return False
            names = sorted(
                {table for kind, table, _ in tables if kind == "r"} - {"alembic_version"}
            )
            full = connection.execute(" UNION ALL ".join(map(FULL.format, names))).fetchall()
            if full:
                many = ", ".join(f'"{name}"' for (name,) in full)
                connection.execute(f"TRUNCATE {many} RESTART IDENTITY CASCADE")
        return True

    def drop(self, name: str) -> None:
        """Remove a database and cut its connections."""
        self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _run(self, sql: str) -> None:
        with self._connect("postgres") as connection:
            connection.execute(sql)  # type: ignore[call-overload]

    def _connect(self, name: str) -> psycopg.Connection[Any]:
        address = f"host={self.socket} user=maturity dbname={name}"
        return psycopg.connect(address, autocommit=True)


def _tables(connection: psycopg.Connection[Any]) -> list[Any]:
    return [*connection.execute(TABLES), *connection.execute(VERSION)]


@contextmanager
def server(programs: Path) -> Iterator[Postgres]:
    """Start a server in a folder of its own; stop it and remove the folder at the end."""
    who = _as_server_user()
    folder = Path(tempfile.mkdtemp(prefix="mpg-"))
    try:
        if who:
            os.chown(folder, who["user"], who["group"])
        data = str(folder / "data")
        _call([programs / "initdb", "-D", data, "-U", "maturity", "--auth=trust", "--no-sync",
               "--encoding=UTF8", "--locale=C.UTF-8"], folder, who)  # fmt: skip
        control = [programs / "pg_ctl", "-D", data, "-w"]
        options = f"{OPTIONS} -c unix_socket_directories='{folder}'"
        _call([*control, "-l", folder / "log", "-o", options, "start"], folder, who)
        try:
            yield Postgres(folder)
        finally:
            _call([*control, "-m", "immediate", "stop"], folder, who)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _call(command: list[Any], folder: Path, who: dict[str, Any]) -> None:
    out = folder / "out"
    with out.open("wb") as file:  # a pipe would be kept open by the server
        done = subprocess.run(
            [str(part) for part in command], cwd=folder, stdout=file, stderr=file, check=False,
            timeout=120, **who,
        )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{out.read_text(errors='replace')}")
