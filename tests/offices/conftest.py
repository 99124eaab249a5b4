"""Most tests of this folder are about pages and run on SQLite; others carry ``both_databases``."""

import pytest


@pytest.fixture
def database_kind():
    return "sqlite"


@pytest.fixture
def database_url(new_database, database_kind):
    return new_database(database_kind)
