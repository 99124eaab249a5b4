"""What a job has at hand while it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event
from typing import Any

from flask import Flask

from maturity.config import Settings
from maturity.db import Database
from maturity.jobs import queue
from maturity.jobs.queue import Held, LeaseLostError
from maturity.web import Services
from maturity.worker.executors import executor


class CancelledError(Exception):
    """Somebody asked to stop this job."""


class MustStopError(Exception):
    """The worker has to end; the job goes on elsewhere."""


@dataclass(frozen=True)
class Context:
    """A running job. ``app`` is for jobs that fill in templates (``web.page_of(app)``)."""

    app: Flask
    held: Held
    stopping: Event
    lost: Event = field(default_factory=Event)

    @property
    def services(self) -> Services:
        """Settings, database and clock of the application."""
        services: Services = self.app.extensions["maturity"]
        return services

    @property
    def settings(self) -> Settings:
        """What the worker was told."""
        return self.services.settings

    @property
    def database(self) -> Database:
        """The database, for the job's own reading and writing."""
        return self.services.database

    def now(self) -> datetime:
        """The present moment by the application's clock."""
        return self.services.now()

    def progress(self, done: int, total: int, word: str = "") -> None:
        """Show how far the work is, and end it here where it shall not go on.

        It writes to the database: call it for pieces of a tenth of a second and more.
        """
        with self.database.write() as session:
            cancelled = queue.progress(session, self.held, done=done, total=total, word=word)
        self._stop_if(cancelled)

    def stop_if_cancelled(self) -> None:
        """End the work here (by an exception that the worker knows) where it shall not go on."""
        with self.database.read() as session:
            cancelled = not queue.wanted(session, self.held)
        self._stop_if(cancelled)

    def _stop_if(self, cancelled: bool) -> None:
        if self.lost.is_set():
            raise LeaseLostError(f"job {self.held.id}, attempt {self.held.attempt}")
        if cancelled:
            raise CancelledError
        if self.stopping.is_set():
            raise MustStopError

    def executor(self) -> AbstractContextManager[Executor]:
        """Processes to divide heavy work among; what was not begun at the end is dropped."""
        return executor(self.settings)


Handler = Callable[[Context, Mapping[str, Any]], Mapping[str, Any] | None]
"""Does the work of one kind of job with its payload and gives its result, both fit for JSON.

MaturityError says that it can never work, with the reason; PassingError and any other exception
that it may work later. It must come out the same when it is done twice.
"""
