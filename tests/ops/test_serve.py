"""The production server answers, logs without personal data, and stops in order."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from maturity.config import Settings, environment, settings_from
from maturity.worker.process import Beside
from tests.serving import Server, free_port, serving

pytestmark = pytest.mark.slow
WITH_WORKER = {"MATURITY_WORKER": "1", "MATURITY_WORKERS": "1"}


def _get(server: Server, path: str, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response


def test_serves_an_empty_database_and_stops_when_asked(empty_url: str, tmp_path: Path) -> None:
    with serving(tmp_path, empty_url) as server:
        assert _get(server, "/health").status == 200
        assert _get(server, "/about").status == 200
        assert server.stop() == 0
    assert server.lines[-1]["event"] == "stopped"


def test_log_has_routes_and_no_personal_data(
    new_database: Callable[..., str], tmp_path: Path
) -> None:
    with serving(tmp_path, new_database("sqlite")) as server:
        asked = {"User-Agent": "kepo/1.0", "X-Forwarded-For": "203.0.113.9"}
        answer = _get(server, "/about?token=rahasia&email=siti@contoh.example", **asked)
        given = _get(server, "/static/icon.svg/rahasia", **{"X-Request-ID": "abc-123-def"})
        _get(server, "/health")
        server.stop()
    requests = [line for line in server.lines if line["event"] == "request"]
    assert [(r["method"], r["route"], r["status"]) for r in requests] == [("GET", "/about", 200)]
    assert requests[0]["request_id"] == answer.headers["X-Request-ID"]
    assert requests[0]["ms"] > 0
    assert given.headers["X-Request-ID"] == "abc-123-def"
    whole = json.dumps(server.lines)
    for word in ("rahasia", "siti", "kepo", "203.0.113", '127.0.0.1"'):
        assert word not in whole.replace('"host": "127.0.0.1"', "")


def test_request_under_way_is_answered_before_the_end(
    new_database: Callable[..., str], tmp_path: Path
) -> None:
    body = b"lang=en"
    head = (
        "POST /language HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
    )
    with serving(tmp_path, new_database("sqlite"), MATURITY_WORKERS="1") as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
            connection.sendall(head.encode())
            assert connection.recv(100).startswith(b"HTTP/1.1 100")  # the application waits
            server.process.send_signal(signal.SIGTERM)
            connection.sendall(body)
            assert connection.recv(100).startswith(b"HTTP/1.1 400")  # it has no form token
        assert server.read_to_the_end() == 0


def test_killed_main_process_takes_the_others_along(
    new_database: Callable[..., str], tmp_path: Path
) -> None:
    with serving(tmp_path, new_database("sqlite"), **WITH_WORKER) as server:
        assert _get(server, "/health").status == 200
        _worker(server, 1)
        os.kill(server.process.pid, signal.SIGKILL)
        assert server.process.stderr is not None
        server.process.stderr.read()  # ends when the last process that could write to it has
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", server.port))


def _worker(server: Server, number: int) -> int:
    """Wait until so many workers have begun beside the server; the process of the last."""
    while True:
        ready = [line["pid"] for line in server.lines if line["event"] == "worker ready"]
        if len(ready) >= number:
            return int(ready[number - 1])
        server.read_until("worker ready")


def test_a_worker_beside_the_server_is_begun_again_and_ends_with_it(
    new_database: Callable[..., str], tmp_path: Path
) -> None:
    with serving(tmp_path, new_database("sqlite"), **WITH_WORKER) as server:
        os.kill(_worker(server, 1), signal.SIGKILL)
        again = _worker(server, 2)
        assert _get(server, "/health").status == 200
        assert server.stop() == 0
    events = [line["event"] for line in server.lines]
    assert events.count("worker died") == 1
    assert events.index("worker ended") < events.index("stopped")
    assert not Path(f"/proc/{again}").exists()


def test_a_worker_is_begun_and_ended_while_the_server_forks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pipe, forked = os.pipe, []

    def pipe_that_a_forked_process_holds_too() -> tuple[int, int]:
        ends, process = pipe(), os.fork()
        if process == 0:
            signal.pause()
        forked.append(process)
        return ends

    def begin_and_end() -> None:
        with Beside(Settings(tmp_path)):
            pass

    monkeypatch.setattr(os, "pipe", pipe_that_a_forked_process_holds_too)
    together = Thread(target=begin_and_end, daemon=True)
    together.start()
    together.join(20)
    hangs = together.is_alive()
    for process in forked:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
    together.join(20)
    assert not hangs


def test_settings_reach_the_server_processes(tmp_path: Path) -> None:
    told = Settings(
        data=tmp_path, database_url="sqlite:///x", secret_key="s", base_url="https://a.example",
        secure_cookies=False, workers=3, proxies=1, log_level="DEBUG",
        extra={"MATURITY_DEMO": True},
    )  # fmt: skip
    assert settings_from(environment(told)) == told
    secure = replace(told, secure_cookies=True)
    assert settings_from(environment(secure)) == secure


FAULTS = {
    "a taken port": ({}, "taken", "Address already in use"),
    "no port": ({}, "99999", "65535"),
    "no number": ({"MATURITY_WORKERS": "dua"}, "free", "MATURITY_WORKERS"),
    "no flag": ({"MATURITY_SECURE_COOKIES": "x"}, "free", "MATURITY_SECURE_COOKIES"),
    "no level": ({"MATURITY_LOG_LEVEL": "loud"}, "free", "MATURITY_LOG_LEVEL"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_cannot_be_served_is_said_in_one_line(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from maturity.cli import main

    told, port, expected = FAULTS[name]
    monkeypatch.setenv("MATURITY_DATA", str(tmp_path / "data"))
    for variable, value in told.items():
        monkeypatch.setenv(variable, value)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports = {"taken": str(taken.getsockname()[1]), "free": str(free_port())}
        assert main(["serve", "--port", ports.get(port, port)]) == 1
    said = capfd.readouterr().err
    assert expected in said
    assert said.count("\n") == 1
    assert not (tmp_path / "data").exists()
