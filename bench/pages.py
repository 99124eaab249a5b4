"""Pages of a round with all offices and five rounds: p95, queries, weight, both databases."""

from __future__ import annotations

import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text

from bench.served import tables
from maturity import schema
from maturity.app import create_app
from maturity.config import Settings
from maturity.dashboards.memory import Memory
from maturity.db import Database
from maturity.offices.models import Role
from maturity.server import keep_for_good
from tests import postgres
from tests.builders import make_person
from tests.dashboards.country import hold_round

ROUNDS, REQUESTS = 5, 20
AIM = 300
STATES = ("published", "published", "settled", "reply-open", "submitted", "in-progress")
PAGES = {
    "national": "",
    "national, second page by index": "?sort=-index&page=2",
    "national, search": "?q=tangerang",
    "all offices as CSV": "/offices.csv",
    "one province": "/provinces/32",
    "one office": "/offices/32.73",
    "two offices compared": "/compare?with=32.73&with=32.04",
    "monitor": "/monitor",
    "matrix": "/matrix",
    "matrix by likeness": "/matrix?sort=likeness",
    "matrix as CSV": "/matrix.csv",
    "all variables": "/variables",
    "one variable": "/variables/V03",
}
HEAD = ("page", "median ms", "p95 ms", "anew ms", "queries", "HTML kB", "as sent kB")


def section() -> str:
    """Requests through the WSGI application in one process."""
    parts = []
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        addresses = {"SQLite": Settings(data=Path(folder)).database}
        programs = postgres.binaries()
        if programs is not None:
            server = stack.enter_context(postgres.server(programs))
            addresses["PostgreSQL"] = server.url(server.create())
        slow = []
        for name, address in addresses.items():
            rows = _measured(address, Path(folder))
            parts += [f"**{name}**", tables.table(HEAD, rows)]
            slow += [f"{row[0]} ({name})" for row in rows if float(str(row[2])) >= AIM]
    words = (
        f"553 offices, {ROUNDS} rounds, one process; {REQUESTS} requests each, after one to warm "
        "up. Anew: median of 5 with nothing kept between requests, as for the first reader after "
        "a result has changed. As sent: with gzip, which is in the time."
    )
    aim = f"Aim: a p95 under {AIM} ms. Missed by: {', '.join(slow) or 'none'}."
    return tables.section("Pages of a round", "python bench/run.py pages", words, *parts, aim)


def _measured(address: str, folder: Path) -> list[list[object]]:
    schema.upgrade(address)
    database = Database(address)
    with database.write() as session:
        for number in range(ROUNDS):
            days = -400.0 * (ROUNDS - 1 - number) - 60
            hold_round(session, f"r{number}", None, days=days, seed=number, states=STATES)
        person = make_person(session, role=Role.EXTERNAL, office="0")
        identity = f"{person.id}:{person.session_key}"
    if not database.is_sqlite:
        with database.engine.begin() as connection:
            connection.execute(text("ANALYZE"))  # as the server does by itself within a minute
    settings = Settings(
        data=folder,
        database_url=address,
        secret_key="only for this benchmark",
        secure_cookies=False,
    )
    app = create_app(settings)
    keep_for_good()
    try:
        client = _signed_in(app, identity)
        return [_row(client, name, f"/rounds/r{ROUNDS - 1}{path}") for name, path in PAGES.items()]
    finally:
        database.dispose()
        app.extensions["maturity"].database.dispose()


def _signed_in(app: Flask, identity: str) -> FlaskClient:
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = identity
        cookie["seen"] = time.time()
    return client


def _row(client: FlaskClient, name: str, path: str) -> list[object]:
    queries: list[str] = []
    engine = client.application.extensions["maturity"].database.engine

    def note(_connection, _cursor, statement, *_rest):
        if statement.startswith("SELECT"):
            queries.append(statement)

    plain = client.get(path)
    assert plain.status_code == 200, f"{path}: {plain.status_code}"
    event.listen(engine, "before_cursor_execute", note)
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    event.remove(engine, "before_cursor_execute", note)
    times = [_timed(client, path) for _ in range(REQUESTS)]
    with patch.object(Memory, "get", lambda _memory, _key, make: make()):
        anew = [_timed(client, path) for _ in range(5)]
    p95 = statistics.quantiles(times, n=20, method="inclusive")[-1]
    return [name, f"{statistics.median(times):.0f}", f"{p95:.0f}",
            f"{statistics.median(anew):.0f}", len(queries),
            f"{len(plain.data) / 1000:.0f}", f"{len(packed.data) / 1000:.1f}"]  # fmt: skip


def _timed(client: FlaskClient, path: str) -> float:
    start = time.perf_counter()
    client.get(path, headers={"Accept-Encoding": "gzip"})
    return (time.perf_counter() - start) * 1000
