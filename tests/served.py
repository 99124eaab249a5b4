"""An application on a data folder of its own, for tests that share one over a whole module."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from maturity.app import create_app
from maturity.config import Settings
from maturity.db import Database
from tests.strict_client import StrictClient, watch_sessions


@contextmanager
def served(data: Path) -> Iterator[tuple[Flask, Database]]:
    """The application with a strict client, and connections of the test's own to its database."""
    app = create_app(Settings(data=data, secret_key="tests", secure_cookies=False,
                              extra={"TESTING": True}))  # fmt: skip
    app.test_client_class = StrictClient
    watch_sessions(app)
    database = Database(f"sqlite:///{data / 'maturity.sqlite3'}")
    yield app, database
    database.dispose()
    app.extensions["maturity"].close()
