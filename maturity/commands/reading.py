"""A database as commands read it: never brought up to date, and of this version."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from maturity.config import Settings
from maturity.errors import MaturityError

if TYPE_CHECKING:
    from maturity.db import Database


@contextmanager
def present(settings: Settings) -> Iterator[Database]:
    """The installation's database; MaturityError where its tables are not of this version."""
    from maturity import schema
    from maturity.db import Database

    database = Database(settings.database)
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
