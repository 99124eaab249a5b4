"""The revisions make what the models say, keep what is there, and agree on both databases."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from maturity import schema
from maturity.config import Settings
from maturity.db import Database
from maturity.errors import MaturityError
from tests.builders import make_assessment, make_person

VALUES: dict[type, Any] = {
    sa.Boolean: True,
    sa.DateTime: datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    sa.Date: date(2026, 1, 2),
    sa.Float: 0.25,
    sa.Integer: 1,
    sa.LargeBinary: b"\x00\xff",
    sa.String: "1",
}


def _value(column: sa.Column[Any]) -> Any:
    return next(v for kind, v in VALUES.items() if isinstance(column.type, kind))


def _fill(url: str) -> dict[str, list[Any]]:
    """One row in each table, by what the database itself says of its tables."""
    database = Database(url)
    metadata = sa.MetaData()
    with database.engine.begin() as connection:
        metadata.reflect(connection)
        for table in metadata.sorted_tables:
            if table.name != "alembic_version":
                connection.execute(table.insert(), {c.name: _value(c) for c in table.columns})
    database.dispose()
    return _rows(url)


def _rows(url: str) -> dict[str, list[Any]]:
    database = Database(url)
    metadata = sa.MetaData()
    with database.engine.connect() as connection:
        metadata.reflect(connection)
        metadata.remove(metadata.tables["alembic_version"])
        found = {
            name: [dict(row) for row in connection.execute(sa.select(table)).mappings()]
            for name, table in metadata.tables.items()
        }
    database.dispose()
    return found


def _differences(url: str) -> list[Any]:
    database = Database(url)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        found = compare_metadata(context, schema.METADATA)
    database.dispose()
    return list(found)


def test_revisions_make_what_the_models_say(empty_url: str) -> None:
    assert schema.upgrade(empty_url) == schema.head()
    assert _differences(empty_url) == []


def test_difference_would_be_seen(empty_url: str) -> None:
    schema.upgrade(empty_url)
    with schema.transaction(empty_url) as connection:
        connection.exec_driver_sql("ALTER TABLE person ADD COLUMN shoe VARCHAR(3)")
    assert [difference[0] for difference in _differences(empty_url)] == ["remove_column"]


def test_models_and_revisions_name_constraints_alike(new_database: Callable[..., str]) -> None:
    def names(url: str) -> set[str]:
        with schema.transaction(url) as connection:
            rows = connection.exec_driver_sql("SELECT conname FROM pg_constraint").scalars()
            return {name for name in rows if not name.startswith(("alembic", "pg_"))}

    migrated = new_database("postgresql", tables=False)
    schema.upgrade(migrated)
    assert names(migrated) == names(new_database("postgresql"))


@pytest.mark.parametrize("revision", schema.revisions())
def test_each_revision_comes_to_the_newest_with_its_rows(empty_url: str, revision: str) -> None:
    assert schema.upgrade(empty_url, revision) == revision
    before = _fill(empty_url)
    assert all(len(rows) == 1 for rows in before.values())
    assert schema.upgrade(empty_url) == schema.head()
    after = _rows(empty_url)
    assert {name: len(after[name]) for name in before if name in after} == {
        name: 1 for name in before if name in after
    }
    assert _differences(empty_url) == []


def test_upgrade_twice_changes_nothing(empty_url: str) -> None:
    schema.upgrade(empty_url)
    before = _fill(empty_url)
    schema.upgrade(empty_url)
    assert _rows(empty_url) == before


def test_processes_that_start_at_once_upgrade_once(empty_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        reached = list(pool.map(schema.upgrade, [empty_url] * 4))
    assert reached == [schema.head()] * 4
    assert _differences(empty_url) == []


REBUILD = '''"""Rebuild a table that others refer to."""
import sqlalchemy as sa
from alembic import op
revision, down_revision = "9999", "{head}"
branch_labels = depends_on = None
def upgrade():
    how = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("person", recreate=how) as batch:
        batch.add_column(sa.Column("shoe", sa.String(3)))
    {more}
def downgrade():
    raise NotImplementedError
'''


def _with_revision(monkeypatch: pytest.MonkeyPatch, folder: Path, *, more: str = "pass") -> None:
    copied = folder / "migrations"
    shutil.copytree(schema.MIGRATIONS, copied, ignore=shutil.ignore_patterns("__pycache__"))
    text = REBUILD.format(head=schema.head(), more=more)
    (copied / "versions" / "9999_rebuild.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr(schema, "MIGRATIONS", copied)


def test_rebuilding_a_table_keeps_the_rows_that_refer_to_it(
    empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema.upgrade(empty_url)
    before = _fill(empty_url)
    _with_revision(monkeypatch, tmp_path)
    assert schema.upgrade(empty_url) == "9999"
    after = _rows(empty_url)
    assert after.pop("person") == [row | {"shoe": None} for row in before.pop("person")]
    assert after == before


def test_failing_upgrade_changes_nothing(
    empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema.upgrade(empty_url)
    before = _fill(empty_url)
    _with_revision(monkeypatch, tmp_path, more='raise RuntimeError("halfway")')
    with pytest.raises(RuntimeError, match="halfway"):
        schema.upgrade(empty_url)
    assert _rows(empty_url) == before


def test_upgrade_that_would_leave_dangling_rows_is_refused(
    new_database: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = new_database("sqlite", tables=False)
    schema.upgrade(url)
    before = _fill(url)
    _with_revision(monkeypatch, tmp_path, more='op.execute("DELETE FROM person")')
    with pytest.raises(RuntimeError, match="refer to missing"):
        schema.upgrade(url)
    assert _rows(url) == before


def test_database_of_a_newer_version_is_refused(
    empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        _with_revision(patch, tmp_path)
        schema.upgrade(empty_url)
    with pytest.raises(MaturityError, match="newer version"):
        schema.upgrade(empty_url)


def test_models_work_on_what_the_revisions_made(empty_url: str) -> None:
    schema.upgrade(empty_url)
    database = Database(empty_url)
    with database.write() as session:
        made = make_assessment(session)
        made.submitted_by_id = make_person(session).id
    database.dispose()
    assert len(_rows(empty_url)["assessment"]) == 1


def test_data_is_for_its_owner_only(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    before = os.umask(0o022)
    try:
        schema.upgrade(settings.database)
        settings.secret()
        database = Database(settings.database)
        with database.write() as session:
            make_person(session)
            made = {path.name: _mode(path) for path in settings.data.iterdir()}
    finally:
        os.umask(before)
    database.dispose()
    assert {"maturity.sqlite3", "maturity.sqlite3-wal", "secret-key"} < set(made)
    assert set(made.values()) == {"-rw-------"}
    assert _mode(settings.data) == "drwx------"


def _mode(path: Path) -> str:
    return stat.filemode(path.stat().st_mode)
