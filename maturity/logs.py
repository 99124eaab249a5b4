"""Logs: one JSON object a line, on standard error, without personal data.

What a person typed, who they are and where from never reaches the log: requests are noted
by their route's pattern, and of an exception only its type and the lines it passed are kept,
because messages repeat values.
"""

from __future__ import annotations

import logging
import logging.config
import re
import secrets
import sys
import time
import traceback
from collections.abc import Mapping, MutableMapping
from types import TracebackType
from typing import Any

import structlog
from flask import Flask, Response, g, request, request_finished, request_started

from maturity.errors import MaturityError

_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_QUIET_ROUTES = ("/health", "/static/<path:filename>")
_log = structlog.stdlib.get_logger("maturity.request")


def dictionary(level: str) -> dict[str, Any]:
    """The configuration of Python's logging, as ``logging.config.dictConfig`` takes it."""
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": [*_shared(), _plain],
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    }
    handler = {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": formatter},
        "handlers": {"standard error": handler},
        "root": {"handlers": ["standard error"], "level": level},
        "loggers": {
            "_granian": {},
            **{name: {"level": "WARNING"} for name in ("alembic", "distributed", "fontTools")},
            # Its warnings are about media queries of ours that are for the screen.
            **{name: {"level": "ERROR"} for name in ("weasyprint", "weasyprint.progress")},
        },
    }


def configure(level: str) -> None:
    """Write all logs of this process as JSON; MaturityError for an unknown level."""
    if level not in logging.getLevelNamesMapping():
        raise MaturityError(
            f"MATURITY_LOG_LEVEL berisi {level!r}; gunakan DEBUG, INFO, WARNING, atau ERROR.",
            f"MATURITY_LOG_LEVEL is {level!r}; use DEBUG, INFO, WARNING or ERROR.",
        )
    logging.config.dictConfig(dictionary(level))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


def watch(app: Flask) -> None:
    """Note every request of an application: method, route, status, duration, request id."""
    request_started.connect(_begin, app)
    request_finished.connect(_end, app)


def _shared() -> list[Any]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_message,
    ]


def _without_message(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> Mapping[str, Any]:
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()
    if isinstance(error, BaseException):
        error = (type(error), error, error.__traceback__)
    if isinstance(error, tuple) and error[1] is not None:
        event["exception"] = _chain(error[1])
    return event


def _plain(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Of other libraries' records: no addresses (tokens lie in them), no printed tracebacks."""
    if event["_record"].msg == "Exception on %s [%s]":
        event["event"] = "unhandled exception"
    event["event"] = str(event["event"]).partition("\n")[0]
    return event


def _chain(error: BaseException) -> list[dict[str, Any]]:
    found, seen = [], set[int]()
    here: BaseException | None = error
    while here is not None and id(here) not in seen:
        seen.add(id(here))
        kind = f"{type(here).__module__}.{type(here).__qualname__}"
        found.append({"type": kind, "at": _lines(here.__traceback__)})
        here = here.__cause__ or here.__context__
    return found


def _lines(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]


def _begin(_app: Flask, **_: Any) -> None:
    asked = request.headers.get("X-Request-ID", "")
    g.request_id = asked if _REQUEST_ID.fullmatch(asked) else secrets.token_hex(8)
    g.request_began = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(_app: Flask, response: Response, **_: Any) -> None:
    response.headers["X-Request-ID"] = g.request_id
    route = request.url_rule.rule if request.url_rule else "(none)"
    level = logging.DEBUG if route in _QUIET_ROUTES else logging.INFO
    took = round((time.perf_counter() - g.request_began) * 1000, 1)
    _log.log(
        level, "request", method=request.method, route=route, status=response.status_code, ms=took
    )
