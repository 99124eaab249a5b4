"""What tests share: a clock, both databases, an application and a strict client."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from argon2 import PasswordHasher
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from werkzeug.routing import Rule

from maturity.config import Settings
from maturity.dashboards import findings, grid_reading, round_ranks
from maturity.db import Database
from maturity.round_reports import around
from tests import postgres as pg
from tests.clock import Clock
from tests.strict_client import StrictClient, watch_sessions

DATABASES = ("sqlite", "postgresql")
ROOT = Path(__file__).resolve().parents[1]


def pytest_configure() -> None:
    """Look for garbage more rarely: a quarter of the run went into that."""
    gc.set_threshold(100_000, 50, 100)


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """Each test asks the database what the first reader would, whatever ran before it."""
    for one in (findings, grid_reading, round_ranks, around):
        one._memory.forget()


@pytest.fixture
def clock() -> Clock:
    """14.00 WIB on 21 November 2026."""
    return Clock()


@pytest.fixture(scope="session")
def postgres() -> Iterator[pg.Postgres]:
    """A PostgreSQL server for this run."""
    if os.environ.get("MATURITY_TEST_POSTGRES") == "skip":
        pytest.skip("MATURITY_TEST_POSTGRES=skip")
    programs = pg.binaries()
    if programs is None:
        pytest.fail(pg.WANTED)
    with pg.server(programs) as running:
        yield running


def _create_tables(url: str) -> None:
    from maturity import schema

    with schema.transaction(url) as connection:
        schema.METADATA.create_all(connection)
        command.stamp(schema.configuration(connection), "head")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with all tables and no row."""
    path = tmp_path_factory.mktemp("template") / "maturity.sqlite3"
    _create_tables(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: pg.Postgres) -> str:
    """The name of a database with all tables and no row."""
    name = postgres.create()
    _create_tables(postgres.url(name))
    return name


@pytest.fixture(scope="session")
def emptied_databases() -> list[str]:
    """Databases of PostgreSQL that are as new ones again."""
    return []


@pytest.fixture
def new_database(
    request: pytest.FixtureRequest, tmp_path: Path, emptied_databases: list[str]
) -> Iterator[Callable[..., str]]:
    """Makes databases: ``new_database("sqlite", tables=False)`` gives an address."""
    made: dict[str, str] = {}

    def make(kind: str, *, tables: bool = True) -> str:
        if kind == "sqlite":
            path = tmp_path / f"maturity-{len(list(tmp_path.glob('*.sqlite3')))}.sqlite3"
            if tables:
                shutil.copy(request.getfixturevalue("sqlite_template"), path)
            return f"sqlite:///{path}"
        server = request.getfixturevalue("postgres")
        like = request.getfixturevalue("postgres_template") if tables else "template0"
        ready = tables and emptied_databases
        name = emptied_databases.pop() if ready else server.create(like=like)
        made[name] = like
        return str(server.url(name))

    yield make
    for name, like in made.items():
        server = request.getfixturevalue("postgres")
        if like != "template0" and server.emptied(name, like=like):
            emptied_databases.append(name)
        else:
            server.drop(name)


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, new_database: Callable[..., str]) -> str:
    """The address of a database with tables and no row: SQLite, then PostgreSQL."""
    return new_database(request.param)


@pytest.fixture(params=DATABASES)
def empty_url(request: pytest.FixtureRequest, new_database: Callable[..., str]) -> str:
    """The address of a database without tables: SQLite, then PostgreSQL."""
    return new_database(request.param, tables=False)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The same database that ``app`` uses, through connections of the test's own."""
    found = Database(database_url)
    yield found
    found.dispose()


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """As in production, but plain http, a known secret, and errors reach the test."""
    return Settings(
        data=tmp_path / "data",
        database_url=database_url,
        secret_key="a-secret-that-only-tests-use",
        secure_cookies=False,
        extra={"TESTING": True, "PROPAGATE_EXCEPTIONS": True},
    )


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Real password hashes, made with little work: else most of the time goes into them."""
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr("maturity.offices.passwords._hasher", quick)


@pytest.fixture(scope="session", autouse=True)
def compiled_addresses() -> Iterator[None]:
    """What builds addresses is compiled once a run: it is most of the work on an application."""
    known: dict[object, Any] = {}
    compiled = Rule._compile_builder

    def once(rule: Rule, append_unknown: bool = True) -> Any:
        key = rule.rule, rule.subdomain, rule.host, repr(rule.defaults), append_unknown
        if key not in known:
            known[key] = compiled(rule, append_unknown)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", once)
        yield


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates compiled once a run, for all the applications that tests make."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(
    settings: Settings, clock: Clock, compiled_templates: FileSystemBytecodeCache
) -> Iterator[Flask]:
    """The application, with its tables made and no row in them."""
    from maturity.app import create_app

    made = create_app(settings, now=clock)
    made.jinja_env.bytecode_cache = compiled_templates
    made.test_client_class = StrictClient
    watch_sessions(made)
    yield made
    made.extensions["maturity"].database.dispose()


@pytest.fixture
def client(app: Flask) -> StrictClient:
    """A browser without JavaScript that complains of every faulty page."""
    made = app.test_client()
    assert isinstance(made, StrictClient)
    return made
