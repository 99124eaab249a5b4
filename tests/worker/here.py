"""Work done in the test's own process."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import Any

import pytest

from maturity.config import Settings
from maturity.worker import context, executors, report_piece


class Here(Executor):
    """Does the work at once, in this process."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


@contextmanager
def without_processes() -> Iterator[None]:
    """Heavy work is done without processes, each of which takes seconds to begin."""

    @contextmanager
    def executor(_settings: Settings) -> Iterator[Executor]:
        yield Here()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(context, "executor", executor)
        patch.setattr(executors, "executor", executor)
        yield


@pytest.fixture
def here() -> Iterator[None]:
    """``without_processes`` for a test."""
    with without_processes():
        yield
    for app in report_piece._apps.values():
        app.extensions["maturity"].close()
    report_piece._apps.clear()
