"""A small made-up country: three provinces with their offices, and KPU RI."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from maturity.db import Database
from maturity.demo.build import DemoSummary, build_demo
from maturity.offices.registry import OfficeRecord, load_registry
from tests.builders import START
from tests.conftest import DATABASES

PROVINCES = {"34", "36", "95"}


def some_offices() -> list[OfficeRecord]:
    """KPU RI and all offices of three provinces."""
    return [one for one in load_registry() if one.code == "0" or one.province in PROVINCES]


@dataclass(frozen=True)
class Country:
    """The small country in a database that tests only read."""

    database: Database
    summary: DemoSummary


@pytest.fixture(scope="package", params=DATABASES)
def country(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Country]:
    """Built once for each kind of database."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("country") / "maturity.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        url = f"sqlite:///{path}"
    else:
        server = request.getfixturevalue("postgres")
        url = server.url(server.create(like=request.getfixturevalue("postgres_template")))
    database = Database(url)
    yield Country(database, build_demo(database, now=START, offices=some_offices()))
    database.dispose()


@pytest.fixture(scope="session")
def another_country(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[Country]:
    """The same from another seed."""
    path = tmp_path_factory.mktemp("another") / "maturity.sqlite3"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    yield Country(database, build_demo(database, seed=7, now=START, offices=some_offices()))
    database.dispose()
