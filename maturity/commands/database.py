"""The database as commands write to it (tables up to date, offices there) and read it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from maturity.commands.settings import read_settings
from maturity.errors import MaturityError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from maturity.config import Settings
    from maturity.db import Database


@contextmanager
def writing(settings: Settings) -> Iterator[Session]:
    """A writing session over a database that has its tables and the offices."""
    from sqlalchemy import select

    from maturity import schema
    from maturity.db import Database
    from maturity.offices.load import load_offices
    from maturity.offices.models import Office

    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    schema.upgrade(settings.database)
    database = Database(settings.database)
    try:
        with database.write() as session:
            if session.scalar(select(Office.code).limit(1)) is None:
                load_offices(session)
            yield session
    finally:
        database.dispose()


@contextmanager
def reading() -> Iterator[Session]:
    """A reading session over the installation's database, which is not brought up to date."""
    with current() as database, database.read() as session:
        yield session


@contextmanager
def current() -> Iterator[Database]:
    """The installation's database as it is; MaturityError where its tables are not up to date."""
    from maturity import schema
    from maturity.db import Database

    database = Database(read_settings().database)
    file = database.engine.url.database if database.is_sqlite else None
    try:
        if file and not Path(file).exists():
            raise _outdated()
        with database.read() as session:
            if schema.current(session.connection()) != schema.head():
                raise _outdated()
        yield database
    finally:
        database.dispose()


def _outdated() -> MaturityError:
    return MaturityError(
        "Tabel basis data belum ada atau belum mutakhir; jalankan `maturity db upgrade`.",
        "The database's tables are not there or not up to date; run `maturity db upgrade`.",
    )
