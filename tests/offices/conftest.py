"""Tests of this folder make many applications: they share compiled templates.

Most of them are about pages and run on SQLite; those about rows carry ``both_databases``.
"""

import pytest
from argon2 import PasswordHasher
from jinja2 import FileSystemBytecodeCache


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch):
    """Real hashes, made with little work: else most of the time goes into them."""
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr("maturity.offices.passwords._hasher", quick)


@pytest.fixture
def database_kind():
    return "sqlite"


@pytest.fixture
def database_url(new_database, database_kind):
    return new_database(database_kind)


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory):
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(app, compiled_templates):
    app.jinja_env.bytecode_cache = compiled_templates
    return app
