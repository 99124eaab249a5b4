"""The tables of a database as a backup finds them, and what restoring asks of each kind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy import Connection, MetaData, Table

REVISION = "alembic_version"  # the table that holds the revision, which the manifest says


def tables_of(connection: Connection) -> list[Table]:
    """All tables as the database describes them, whichever revision it is at."""
    metadata = MetaData()
    metadata.reflect(connection)
    found = sorted(metadata.tables.values(), key=lambda table: table.name)
    return [table for table in found if table.name != REVISION]


@contextmanager
def references_resting(connection: Connection) -> Iterator[None]:
    """Rows come in any order; references are checked once all are there."""
    if connection.dialect.name == "sqlite":
        yield  # they rest during the whole transaction and are checked at its end
        return
    preparer = connection.dialect.identifier_preparer
    keys = [
        (preparer.quote(table.name), preparer.quote(str(key.name)))
        for table in tables_of(connection)
        for key in table.foreign_key_constraints
    ]
    for table, key in keys:
        connection.exec_driver_sql(
            f"ALTER TABLE {table} ALTER CONSTRAINT {key} DEFERRABLE INITIALLY DEFERRED"
        )
    yield
    connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    for table, key in keys:
        connection.exec_driver_sql(f"ALTER TABLE {table} ALTER CONSTRAINT {key} NOT DEFERRABLE")


def continue_numbers(connection: Connection) -> None:
    """PostgreSQL counts apart from the rows: go on after the greatest number restored."""
    if connection.dialect.name == "sqlite":
        return
    for table in tables_of(connection):
        for column in table.primary_key.columns:
            name = connection.scalar(
                sa.select(sa.func.pg_get_serial_sequence(table.name, column.name))
            )
            if name is not None:
                top = connection.scalar(sa.select(sa.func.max(column)))
                connection.execute(sa.select(sa.func.setval(name, top or 1, top is not None)))
