"""The worker: claims jobs one after the other and does them."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from traceback import extract_tb

import structlog
from flask import Flask
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from maturity.errors import MaturityError, PassingError
from maturity.jobs import queue
from maturity.jobs.queue import LEASE, Held, LeaseLostError
from maturity.web import Services
from maturity.worker.context import CancelledError, Context, Handler, MustStopError
from maturity.worker.periodic import Periodic, Timetable

IDLE = 1.0
"""Seconds between looks into the database while there is nothing to do."""
TROUBLED = 10.0
"""The same while the database does not answer."""
_log = structlog.stdlib.get_logger("maturity.worker")
Ending = Callable[[Session], None]


def _own_name() -> str:
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"


@dataclass
class Worker:
    """Does the jobs of the kinds it knows until ``stopping`` is set."""

    app: Flask
    handlers: Mapping[str, Handler]
    schedule: Sequence[Periodic] = ()
    kinds: Collection[str] = ()
    """Only these kinds; empty: all that have a handler."""
    lease: timedelta = LEASE
    stopping: Event = field(default_factory=Event)
    name: str = field(default_factory=_own_name)

    def __post_init__(self) -> None:
        self.kinds = [kind for kind in self.handlers if not self.kinds or kind in self.kinds]
        mine = [each for each in self.schedule if each.kind in self.kinds]
        self._timetable = Timetable(mine)
        self._services: Services = self.app.extensions["maturity"]

    def run(self) -> int:
        """Work until told to stop, waiting out troubles of the database; jobs begun."""
        begun = 0
        while not self.stopping.is_set():
            try:
                busy, pause = self.step(), IDLE
            except DBAPIError:
                _log.exception("database")
                busy, pause = False, TROUBLED
            begun += busy
            if not busy:
                self.stopping.wait(pause)
        return begun

    def drain(self) -> int:
        """Do all that is due; how many jobs were begun."""
        begun = 0
        while not self.stopping.is_set() and self.step():
            begun += 1
        return begun

    def step(self) -> bool:
        """Do one job; False when none is due."""
        now, database = self._services.now(), self._services.database
        self._timetable.add_due(database, now)
        with database.read() as session:
            if not queue.is_due(session, kinds=self.kinds, now=now):
                return False
        with database.write() as session:
            held = queue.claim(
                session, worker=self.name, kinds=self.kinds, now=now, lease=self.lease
            )
        if held is not None:
            self._do(held)
        return held is not None

    def _do(self, held: Held) -> None:
        context = Context(self.app, held, self.stopping)
        _log.info("job begun", job=held.id, kind=held.kind, attempt=held.attempt)
        with self._holding(context):
            words, ending = self._ending(context)
        try:
            with self._services.database.write() as session:
                ending(session)
        except LeaseLostError:
            words = "lost"
        _log.info(f"job {words}", job=held.id, kind=held.kind, attempt=held.attempt)

    def _ending(self, context: Context) -> tuple[str, Ending]:
        """Do the work; what became of it, and how that is to be written down."""
        held, now = context.held, self._services.now
        try:
            result = self.handlers[held.kind](context, held.payload) or {}
            return "done", lambda session: queue.finish(session, held, result, now=now())
        except CancelledError:
            return "cancelled", lambda session: queue.stop(session, held, now=now())
        except MustStopError:
            return "given back", lambda session: queue.give_back(session, held, now=now())
        except LeaseLostError:
            return "lost", lambda session: None
        except MaturityError as error:
            told = (error.message_id, error.message_en)
            passing = isinstance(error, PassingError)
            return "failed", lambda session: queue.fail(
                session, held, told, now=now(), retry=passing
            )
        except Exception as error:
            _log.exception("job went wrong", job=held.id, kind=held.kind)
            told = _told(error)
            return "failed", lambda session: queue.fail(session, held, told, now=now())

    @contextmanager
    def _holding(self, context: Context) -> Iterator[None]:
        """Prolong the lease from a thread of its own while the work goes on."""
        over = Event()

        def beat() -> None:
            while not over.wait(self.lease.total_seconds() / 4):
                if not self._prolonged(context):
                    return

        thread = Thread(target=beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _prolonged(self, context: Context) -> bool:
        try:
            with self._services.database.write() as session:
                queue.heartbeat(session, context.held, now=self._services.now(), lease=self.lease)
        except LeaseLostError:
            context.lost.set()
            return False
        except DBAPIError:
            _log.exception("heartbeat", job=context.held.id)
        return True


def _told(error: Exception) -> tuple[str, str]:
    """Type and place of a fault. Its message stays out: it may repeat what people typed."""
    kind, frames = type(error).__name__, extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    return (
        f"Kesalahan tak terduga: {kind} di {place}.",
        f"Unexpected error: {kind} at {place}.",
    )
