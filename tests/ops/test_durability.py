"""An answer that was acknowledged is there after the server was killed in the midst of saving."""

from __future__ import annotations

import http.client
import json
import re
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from maturity.db import Database
from maturity.offices.models import Role
from maturity.survey.instrument import Kind
from maturity.survey.models import Answer, AnswerEvent
from maturity.survey.shipped import locate
from tests.builders import MAIN, instrument_of, make_assessment, make_round
from tests.offices.signing import PASSWORD, make_user
from tests.serving import Server, serving

pytestmark = pytest.mark.slow
EMAIL = "operator@contoh.example"
WRITERS, ENOUGH = 6, 120


def _assessment(url: str) -> int:
    database = Database(url)
    now = datetime.now(UTC)  # the served process goes by the machine's clock
    with database.write() as session:
        make_user(session, email=EMAIL, role=Role.OPERATOR)
        opened = make_round(
            session, opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=1)
        )
        made = make_assessment(session, round_=opened).id
    database.dispose()
    return made


@dataclass
class Line:
    """One kept-alive connection with a session's cookies."""

    server: Server
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> tuple[int, str]:
        """Status and body of the reply."""
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.connection.request(method, path, body, headers)
        reply = self.connection.getresponse()
        for cookie in reply.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return reply.status, reply.read().decode()


def _signed_in(server: Server) -> tuple[dict[str, str], str]:
    line = Line(server)
    token = re.search(r'name="csrf_token" value="([^"]+)"', line.ask("GET", "/sign-in")[1])
    assert token
    form = urlencode({"csrf_token": token[1], "email": EMAIL, "password": PASSWORD})
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert line.ask("POST", "/sign-in", form, **kind)[0] in (302, 303)
    fresh = json.loads(line.ask("GET", "/form-token")[1])["token"]
    line.connection.close()
    return line.cookies, fresh


@dataclass
class Acknowledged:
    """What the server has said to be saved."""

    notes: dict[tuple[str, int], str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def add(self, key: str, version: int, note: str) -> None:
        with self.changed:
            self.notes[key, version] = note
            self.changed.notify()

    def fail(self, words: str) -> None:
        with self.changed:
            self.faults.append(words)
            self.changed.notify()


def _write(line: Line, path: str, key: str, value: str, token: str, found: Acknowledged) -> None:
    """Save one answer again and again until the server is gone."""
    version = 0
    headers = {"Content-Type": "application/json", "X-CSRFToken": token}
    while True:
        note = f"{key} {version + 1}"
        body = json.dumps({"value": value, "reason": "", "note": note, "seen": version})
        try:
            status, reply = line.ask("PUT", path, body, **headers)
        except (OSError, http.client.HTTPException):
            line.connection.close()
            return  # killed: this save was not acknowledged
        if status != 200:
            found.fail(f"{status} {reply[:300]}")
            return
        version = json.loads(reply)["version"]
        found.add(key, version, note)


def test_acknowledged_answers_survive_a_killed_server(database_url: str, tmp_path: Path) -> None:
    assessment = _assessment(database_url)
    items = [item for item in instrument_of(locate(MAIN)).items
             if item.thing is None and item.question.kind is Kind.LEVEL][:WRITERS]  # fmt: skip
    assert len(items) == WRITERS
    found = Acknowledged()
    with serving(tmp_path, database_url) as server:
        cookies, token = _signed_in(server)
        writers = [
            threading.Thread(target=_write, args=(
                Line(server, dict(cookies)), f"/assessments/{assessment}/answers/{item.key}",
                item.key, item.options[0].id, token, found,
            ))
            for item in items
        ]  # fmt: skip
        for writer in writers:
            writer.start()
        with found.changed:
            enough = found.changed.wait_for(lambda: len(found.notes) >= ENOUGH or found.faults, 120)
        server.kill()
        for writer in writers:
            writer.join()
    assert not found.faults
    assert enough, f"only {len(found.notes)} saves"
    assert len({key for key, _ in found.notes}) == WRITERS
    _compare(database_url, found)


def _compare(url: str, found: Acknowledged) -> None:
    database = Database(url)
    with database.read() as session:
        history = {(e.key, e.version): e.note for e in session.scalars(select(AnswerEvent))}
        present = {a.key: (a.version, a.note) for a in session.scalars(select(Answer))}
    database.dispose()
    assert found.notes.items() <= history.items()
    for key, (version, note) in present.items():
        assert history[key, version] == note
        assert version >= max(v for k, v in found.notes if k == key)
