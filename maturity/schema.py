"""The database's tables as revisions, and bringing a database up to the newest one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

import maturity.jobs.models
import maturity.offices.models
import maturity.survey.example_models
import maturity.survey.file_models
import maturity.survey.link_models
import maturity.survey.log_models
import maturity.survey.models
import maturity.survey.receipt_models
import maturity.survey.section_models
import maturity.survey.stage_models
import maturity.survey.target_models  # noqa: F401
from maturity.db import Base, Database
from maturity.errors import MaturityError

METADATA = Base.metadata
MIGRATIONS = Path(__file__).with_name("migrations")
_LOCK = 0x6D61747572697479  # one upgrade at a time on PostgreSQL; any fixed number does


class DanglingRowsError(RuntimeError):
    """A change of tables would leave rows that refer to missing ones."""


def upgrade(database_url: str, to: str = "head") -> str:
    """Bring a database to a revision, all in one transaction; gives the revision reached.

    Makes the tables of an empty database. Safe when several processes start at once.
    MaturityError when the database was made by a newer version of this application.
    """
    with transaction(database_url) as connection:
        _refuse_newer(connection)
        return upgrade_over(connection, to)


def upgrade_over(connection: Connection, to: str = "head") -> str:
    """The same over a connection of ``transaction``."""
    command.upgrade(configuration(connection), to)
    return current(connection) or ""


def current(connection: Connection) -> str | None:
    """The revision a database is at; None when it has no tables of ours."""
    return MigrationContext.configure(connection).get_current_revision()


def head() -> str:
    """The newest revision."""
    return str(_scripts().get_current_head())


def revisions() -> list[str]:
    """All revisions, oldest first."""
    return [script.revision for script in _scripts().walk_revisions()][::-1]


def configuration(connection: Connection) -> Config:
    """What Alembic's commands need to work over this connection."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def transaction(database_url: str) -> Iterator[Connection]:
    """A connection for changing tables: nobody else changes them meanwhile.

    SQLite rebuilds a table by dropping the old one, which would take along every row that
    refers to it: so its foreign keys rest meanwhile and are checked as a whole at the end.
    """
    database = Database(database_url)
    try:
        if database.is_sqlite:
            _make_file(database.engine.url.database)
        with database.engine.connect().execution_options(maturity_write=True) as connection:
            if database.is_sqlite:
                cursor = connection.connection.cursor()
                cursor.execute("PRAGMA foreign_keys=OFF")
                cursor.close()
            with connection.begin():
                if not database.is_sqlite:
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
                yield connection
                _check_references(connection)
    finally:
        database.dispose()


def _make_file(file: str | None) -> None:
    """For its owner only: it holds personal data and password hashes."""
    if file and file != ":memory:":
        Path(file).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        Path(file).touch(mode=0o600)


def _check_references(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        raise DanglingRowsError(f"rows refer to missing ones: {broken[:5]}")


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(MIGRATIONS))


def _refuse_newer(connection: Connection) -> None:
    found = current(connection)
    if found is not None and found not in revisions():
        raise MaturityError(
            f"Basis data berada pada revisi {found} yang tidak dikenal versi aplikasi ini. "
            "Pasang versi aplikasi yang lebih baru.",
            f"The database is at revision {found}, which this version of the application does "
            "not know. Install a newer version of the application.",
        )
