"""The production server: several processes of the application, each with several threads."""

from __future__ import annotations

import gc
import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from http.client import HTTPConnection, HTTPException
from typing import Any

import structlog
from flask import Flask
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from maturity import logs, schema
from maturity.app import create_app
from maturity.config import Settings, environment, settings_from
from maturity.errors import MaturityError
from maturity.worker.family import end_with_parent
from maturity.worker.process import Beside

THREADS = 8
"""Requests that one process works on at once; PostgreSQL's pool has room for as many."""
WAITING = 128
"""Requests a process takes in before it lets others wait in the socket's queue."""
PATIENCE = 30
"""Seconds that requests under way are given at the end."""
_log = structlog.stdlib.get_logger("maturity.server")


def serve(
    settings: Settings,
    *,
    host: str,
    port: int,
    ready: Callable[[], None] | None = None,
    application: str = "maturity.server:application",
) -> None:
    """Serve until SIGTERM or SIGINT; ``ready`` is called once it answers.

    ``application`` is ``module:function``, a factory that each process calls.

    MaturityError when the address is taken or the database is newer than this version.

    The processes read their settings from the environment, which is set accordingly.
    """
    logs.configure(settings.log_level)
    address = _free_address(host, port)
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings.secret()
    schema.upgrade(settings.database)
    os.environ.update(environment(settings))
    server = _granian(settings, application, address, port)
    server.on_startup(lambda: _when_answering(address, port, lambda: _announce(host, port, ready)))
    with Beside(settings) if settings.worker else nullcontext():
        server.serve()
    _log.info("stopped")


def _granian(settings: Settings, application: str, address: str, port: int) -> Any:
    return Granian(
        application,
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=max(1, settings.workers),
        blocking_threads=THREADS,
        backpressure=WAITING,
        workers_kill_timeout=PATIENCE,
        respawn_failed_workers=True,
        log_level=LogLevels.error,
        log_dictconfig=logs.dictionary(settings.log_level),
    )


def _free_address(host: str, port: int) -> str:
    """The numeric address, when it can be listened at; MaturityError otherwise."""
    try:
        if not 0 < port < 65536:
            raise OverflowError("1–65535")
        family, kind, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
    except (OSError, OverflowError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise MaturityError(
            f"Tidak dapat melayani di {host}:{port}: {why}.",
            f"Cannot serve at {host}:{port}: {why}.",
        ) from error
    return str(where[0])


def _announce(host: str, port: int, ready: Callable[[], None] | None) -> None:
    _log.info("serving", host=host, port=port)
    if ready is not None:
        ready()


def _when_answering(address: str, port: int, then: Callable[[], None]) -> None:
    """Call ``then``, from a thread, once the application answers there."""

    def ask() -> None:
        while not _answers(address, port):
            time.sleep(0.05)
        then()

    threading.Thread(target=ask, daemon=True).start()


def _answers(address: str, port: int) -> bool:
    connection = HTTPConnection(address, port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def application() -> Flask:
    """What each server process runs."""
    end_with_parent()
    settings = settings_from(os.environ)
    logs.configure(settings.log_level)
    app = create_app(settings)
    logs.watch(app)
    keep_for_good()
    return app


def keep_for_good() -> None:
    """What is there when serving begins stays to the end: looking through all of it for garbage
    again and again only holds up requests (for a quarter of a second on 2 cores)."""
    gc.collect()
    gc.freeze()
