"""A worker as a process: until a signal, or beside the server that started it."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from threading import Event, Thread

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
        self._ending = Event()
        self._keeper = Thread(target=self._keep, daemon=True)

    def __enter__(self) -> Beside:
        self._keeper.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._keeper.join()

    def _keep(self) -> None:
        """From one thread that stays, because Linux ends a process with its parent's thread."""
        pause = FIRST_PAUSE
        while not self._ending.is_set():
            begun, process = time.monotonic(), self._begin()
            while (code := _exit_code(process)) is None:
                if self._ending.wait(0.2):
                    _put_down(process)
                    return
            lasted = time.monotonic() - begun > LASTING
            pause = FIRST_PAUSE if lasted else min(2 * pause, LONGEST_PAUSE)
            _log.warning("worker died", code=code, again_in=pause)
            self._ending.wait(pause)

    def _begin(self) -> int:
        """The process, of a group of its own: Ctrl-C is for the server, which ends this.

        Not by ``subprocess``, which waits until a pipe of its own is closed: a server process
        forked in the same moment holds that pipe open for as long as it lives.
        """
        return os.posix_spawn(sys.executable, self._command, self._environment, setpgroup=0)


def _exit_code(process: int) -> int | None:
    """Of a child, once; None while it lives."""
    try:
        ended, status = os.waitpid(process, os.WNOHANG)
    except ChildProcessError:  # somebody else was told
        return 0
    return os.waitstatus_to_exitcode(status) if ended else None


def _put_down(process: int) -> None:
    """Ask a child to end, give it its time, then make it."""
    os.kill(process, signal.SIGTERM)
    until = time.monotonic() + PATIENCE
    while _exit_code(process) is None:
        if time.monotonic() > until:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
            return
        time.sleep(0.05)
