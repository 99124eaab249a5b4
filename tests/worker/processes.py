"""Workers, schedulers and their kind as processes of their own, on this machine alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.conftest import ROOT
from tests.serving import COMMAND, SECRET

PATIENCE = 120
"""Seconds after which something that should happen has not."""
DASK = Path(sys.executable).with_name("dask")


@contextmanager
def running(*command: object, log: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process with all it starts; killed at the end if it still runs."""
    own = {name: value for name, value in os.environ.items() if "MATURITY" not in name}
    own |= {"PYTHONPATH": str(ROOT), **environment}
    with log.open("ab") as out:
        process = subprocess.Popen(
            [str(word) for word in command],
            env=own, stdout=out, stderr=out, start_new_session=True, cwd=log.parent,
        )  # fmt: skip
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(PATIENCE)


@contextmanager
def worker(data: Path, database_url: str, *options: str, **settings: str) -> Iterator[
    subprocess.Popen[bytes]
]:  # fmt: skip
    """``maturity worker``; its log is ``worker.log`` beside the data folder."""
    told = {
        "MATURITY_DATA": str(data),
        "MATURITY_DATABASE_URL": database_url,
        "MATURITY_SECRET_KEY": SECRET,
        "MATURITY_JOB_PROCESSES": "1",
        **settings,
    }
    log = data.parent / "worker.log"
    with running(COMMAND, "worker", *options, log=log, **told) as process:
        yield process


def until(happened: Callable[[], bool], *, alive: subprocess.Popen[bytes], log: Path) -> None:
    """Wait while a process lives; AssertionError with its log when it ends or takes too long."""
    for _ in range(PATIENCE * 20):
        if happened():
            return
        with suppress(subprocess.TimeoutExpired):
            alive.wait(0.05)
            break
    assert happened(), log.read_text(encoding="utf-8")
