"""Letters are tested on SQLite; the queue that carries them knows both databases."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from maturity.config import Settings
from maturity.worker import loop
from tests.clock import Clock
from tests.mail.office import Mail


@pytest.fixture
def database_url(new_database: Callable[..., str]) -> str:
    return new_database("sqlite")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    from dataclasses import replace

    return replace(settings, base_url="https://maturitas.example")


@pytest.fixture(autouse=True)
def faults_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault in a handler fails the test at once, not after all attempts."""

    def raised(error: Exception) -> tuple[str, str]:
        raise error

    monkeypatch.setattr(loop, "_told", raised)


@pytest.fixture
def mail(app: Flask, clock: Clock) -> Mail:
    """The folder into which letters go, and the worker that writes them."""
    return Mail(app, clock)
