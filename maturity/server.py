"""The production server: several processes of the application, each with several threads."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import fields

import structlog
from flask import Flask
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from maturity import logs, schema
from maturity.app import create_app
from maturity.config import Settings

THREADS = 8
"""Requests that one process works on at once; PostgreSQL's pool has room for as many."""
WAITING = 128
"""Requests a process takes in before it lets others wait in the socket's queue."""
PATIENCE = 30
"""Seconds that requests under way are given at the end."""
_log = structlog.stdlib.get_logger("maturity.server")


def serve(
    settings: Settings, *, host: str, port: int, ready: Callable[[], None] | None = None
) -> None:
    """Serve until SIGTERM or SIGINT; ``ready`` is called when the address is taken.

    The processes read their settings from the environment, which is set accordingly;
    ``settings.extra`` is not passed on.
    """
    logs.configure(settings.log_level)
    settings.data.mkdir(parents=True, exist_ok=True)
    settings.secret()
    schema.upgrade(settings.database)
    os.environ.update(environment(settings))
    server = Granian(
        "maturity.server:application",
        address=host,
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
    server.on_startup(lambda: _log.info("serving", host=host, port=port, workers=server.workers))
    if ready is not None:
        server.on_startup(ready)
    server.serve()
    _log.info("stopped")


def environment(settings: Settings) -> dict[str, str]:
    """The settings as the environment says them."""
    told = {field.name: getattr(settings, field.name) for field in fields(settings)}
    del told["extra"]
    return {
        f"MATURITY_{name.upper()}": str(int(value)) if isinstance(value, bool) else str(value)
        for name, value in told.items()
    }


def application() -> Flask:
    """What each server process runs."""
    _end_with_parent()
    settings = Settings.from_environment()
    logs.configure(settings.log_level)
    app = create_app(settings)
    logs.watch(app)
    return app


def _end_with_parent() -> None:
    """Ask Linux to stop this process when the main one is killed, or its port stays taken."""
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)
