"""The application as it is, with a clock that a simulation can set."""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask

from maturity import logs
from maturity.app import create_app
from maturity.config import settings_from
from maturity.simulate.world import Clock
from maturity.worker.family import end_with_parent

CLOCK = "MATURITY_SIMULATED_CLOCK"


def application() -> Flask:
    """What each server process of a simulation runs."""
    end_with_parent()
    settings = settings_from(os.environ)
    logs.configure(settings.log_level)
    app = create_app(settings, now=Clock(Path(os.environ[CLOCK])).now)
    logs.watch(app)
    return app
