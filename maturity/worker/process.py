"""A worker as a process: until a signal, or beside the server that started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager, suppress
from threading import Event, Lock, Thread

import structlog

from maturity.app import create_app
from maturity.config import Settings, environment
from maturity.worker.kinds import HANDLERS, SCHEDULE
from maturity.worker.loop import Worker

PATIENCE = 8
"""Seconds that a worker beside a server is given to put down what it holds."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0
LASTING = 30.0
"""Seconds after which a worker that ended is taken for one that could begin."""
_log = structlog.stdlib.get_logger("maturity.worker")


def work(settings: Settings, *, once: bool = False, kinds: Collection[str] = ()) -> int:
    """Do jobs until SIGTERM or SIGINT, or with ``once`` until none is due; how many were begun."""
    app = create_app(settings)
    with closing(app.extensions["maturity"]):
        worker = Worker(app, HANDLERS, schedule=SCHEDULE, kinds=kinds)
        with _ended_by_signals(worker.stopping):
            _log.info("worker ready", pid=os.getpid(), kinds=list(worker.kinds))
            begun = worker.drain() if once else worker.run()
        _log.info("worker ended")
    return begun


@contextmanager
def _ended_by_signals(stopping: Event) -> Iterator[None]:
    signals = (signal.SIGTERM, signal.SIGINT)
    before = {one: signal.signal(one, lambda *_: stopping.set()) for one in signals}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


class Beside:
    """A worker process beside this one: begun again when it dies, ended with the ``with``."""

    def __init__(self, settings: Settings) -> None:
        self._command = [sys.executable, "-m", "maturity.worker", str(os.getpid())]
        self._environment = {**os.environ, **environment(settings)}
        self._ending, self._guard = Event(), Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._keeper = Thread(target=self._keep, daemon=True)

    def __enter__(self) -> Beside:
        self._keeper.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        with self._guard:
            process = self._process
        if process is not None:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE)
            process.kill()
        self._keeper.join()

    def _keep(self) -> None:
        """From one thread that stays, because Linux ends a process with its parent's thread."""
        pause = FIRST_PAUSE
        while (process := self._begin()) is not None:
            begun = time.monotonic()
            while (code := process.poll()) is None:  # a wait without end was seen to miss a death
                self._ending.wait(0.5)
                if self._ending.is_set():
                    return
            if self._ending.is_set():
                return
            lasted = time.monotonic() - begun > LASTING
            pause = FIRST_PAUSE if lasted else min(2 * pause, LONGEST_PAUSE)
            _log.warning("worker died", code=code, again_in=pause)
            self._ending.wait(pause)

    def _begin(self) -> subprocess.Popen[bytes] | None:
        with self._guard:
            if self._ending.is_set():
                return None
            self._process = subprocess.Popen(  # noqa: S603
                self._command,
                env=self._environment,
                process_group=0,  # Ctrl-C is for the server, which ends this
            )
            return self._process
