"""The national page: time, queries and weight with all offices and two rounds."""

from __future__ import annotations

import gzip
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

from maturity import schema
from maturity.app import create_app
from maturity.config import Settings
from maturity.db import Database
from maturity.demo.build import build_demo
from maturity.offices.models import Membership, Office, Person, Role
from maturity.survey.models import Round

REQUESTS = 25
WISHES = {
    "first page": "",
    "second page by index": "?sort=-index&page=2",
    "search": "?q=tangerang",
}


def section() -> str:
    """Medians over requests through the WSGI application, in one process."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            data=Path(folder), secret_key="only for this benchmark", secure_cookies=False
        )
        database = Database(settings.database)
        schema.upgrade(settings.database)
        build_demo(database, now=datetime.now(UTC))
        app = create_app(settings)
        try:
            return _measure(app, database)
        finally:
            database.dispose()
            app.extensions["maturity"].database.dispose()


def _measure(app: Flask, database: Database) -> str:
    with database.read() as session:
        slug = session.scalars(select(Round.slug).order_by(Round.opens_at.desc())).first()
        rounds = session.scalar(select(func.count()).select_from(Round))
        offices = session.scalar(select(func.count()).select_from(Office))
        viewer = session.scalar(
            select(Person).join(Membership).where(Membership.role == Role.VIEWER).limit(1)
        )
        client = _signed_in(app, viewer)
    lines = [
        "## National page",
        "",
        f"{offices} offices, {rounds} rounds, SQLite, one process; {REQUESTS} requests each, "
        "after one to warm up.",
        "",
        "| Page | median | worst | queries | HTML | compressed |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    lines += [_line(client, f"/rounds/{slug}{query}", name) for name, query in WISHES.items()]
    lines.append(_line(client, f"/rounds/{slug}/provinces/36", "one province"))
    lines.append(_line(client, f"/rounds/{slug}/offices.csv", "all offices as CSV"))
    lines.append(_line(client, f"/rounds/{slug}/monitor", "campaign monitor"))
    return "\n".join(lines) + "\n"


def _signed_in(app: Flask, person: Person) -> FlaskClient:
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = f"{person.id}:{person.session_key}"
        cookie["seen"] = time.time()
    return client


def _line(client: FlaskClient, path: str, name: str) -> str:
    queries: list[str] = []
    engine = client.application.extensions["maturity"].database.engine

    def note(_connection, _cursor, statement, *_rest):
        if statement.startswith("SELECT"):
            queries.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    response = client.get(path)
    event.remove(engine, "before_cursor_execute", note)
    assert response.status_code == 200, f"{path}: {response.status_code}"
    times = [_timed(client, path) for _ in range(REQUESTS)]
    plain, packed = len(response.data), len(gzip.compress(response.data, 6, mtime=0))
    return (
        f"| {name} | {statistics.median(times):.0f} ms | {max(times):.0f} ms | {len(queries)} | "
        f"{plain / 1000:.1f} kB | {packed / 1000:.1f} kB |"
    )


def _timed(client: FlaskClient, path: str) -> float:
    start = time.perf_counter()
    client.get(path)
    return (time.perf_counter() - start) * 1000
