"""A database as commands write to it: tables up to date, offices there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from maturity.config import Settings


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
