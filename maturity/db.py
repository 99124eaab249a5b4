"""The declarative base, and sessions for reading and for writing.

SQLite runs in WAL mode with synchronous=FULL: what was acknowledged survives a crash.
Its writers begin with BEGIN IMMEDIATE and queue in turn inside a process, because
waiting SQLite writers starve each other otherwise.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Engine, MetaData, create_engine, event
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

BUSY_SECONDS = 30
MAX_ID = 2**31 - 1
"""The greatest number of a row; a greater one in an address is refused before it is looked up."""


class Base(DeclarativeBase):
    """Base of all tables, with names for constraints that migrations can rely on."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """Moments with a zone, kept as UTC on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse moments without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Turns:
    """A lock that serves waiting threads in the order of their coming."""

    def __init__(self) -> None:
        self._guard, self._queue = threading.Lock(), deque[threading.Event]()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the own turn; pass it on at the end."""
        mine = threading.Event()
        with self._guard:
            self._queue.append(mine)
            if len(self._queue) == 1:
                mine.set()
        mine.wait()
        try:
            yield
        finally:
            with self._guard:
                self._queue.popleft()
                if self._queue:
                    self._queue[0].set()


class Database:
    """One database: an engine, reading sessions and writing sessions."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        self._turns = Turns() if self.is_sqlite else None
        # SQLite's readers see one state anyhow; PostgreSQL's would see each commit at once.
        self._snapshots = (
            self.engine
            if self.is_sqlite
            else self.engine.execution_options(isolation_level="REPEATABLE READ")
        )

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one state of the data and writes nothing."""
        with Session(self._snapshots, autoflush=False) as session:
            yield session
            session.rollback()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that is committed at the end, or rolled back on any error."""
        bind = self.engine.execution_options(maturity_write=True)
        turn = self._turns.turn() if self._turns else nullcontext()
        with turn, Session(bind) as session, session.begin():
            yield session

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _engine(url: str) -> Engine:
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, pool_size=8, max_overflow=8)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _sqlite_connect)
    event.listen(engine, "begin", _sqlite_begin)
    return engine


def _sqlite_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON",
                   f"busy_timeout={BUSY_SECONDS * 1000}", "cache_size=-16000"):  # fmt: skip
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("maturity_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
