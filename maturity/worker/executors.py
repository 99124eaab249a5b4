"""Where heavy work goes: processes of this machine, or those of a Dask scheduler."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

from maturity import logs
from maturity.config import Settings
from maturity.errors import MaturityError
from maturity.worker.family import end_with_parent

CONNECTING = 10
"""Seconds that a Dask scheduler has to answer."""
RETRIES = 3
"""How often Dask begins a piece again that failed, beside those whose process vanished."""


@contextmanager
def executor(settings: Settings) -> Iterator[Executor]:
    """Something to submit functions of modules to; ends with all that was begun ended.

    MaturityError when Dask is asked for and not installed, OSError when it does not answer.
    """
    if settings.scheduler:
        with _dask(settings.scheduler) as found:
            yield found
        return
    pool = ProcessPoolExecutor(
        max(1, settings.job_processes),
        mp_context=get_context("spawn"),
        initializer=_begin,
        initargs=(settings.log_level,),
    )
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _begin(log_level: str) -> None:
    """Ctrl-C is for the worker, which ends these; pages come before jobs."""
    end_with_parent(signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.nice(5)
    logs.configure(log_level)


@contextmanager
def _dask(address: str) -> Iterator[Executor]:
    try:
        from distributed import Client
    except ImportError as error:
        raise MaturityError(
            "MATURITY_SCHEDULER diisi, tetapi Dask tidak terpasang; pasang maturity[dask].",
            "MATURITY_SCHEDULER is set but Dask is not installed; install maturity[dask].",
        ) from error
    client: Any = Client(address, timeout=CONNECTING, set_as_default=False)  # type: ignore[no-untyped-call]
    with client:
        executor: Executor = client.get_executor(retries=RETRIES)
        try:
            yield executor
        finally:
            executor.shutdown(wait=False)
