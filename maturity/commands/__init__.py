"""The commands: a module of this package for each family, each offering ``add``."""

from __future__ import annotations

from maturity.commands import (
    demo,
    instruments,
    jobs,
    mail,
    people,
    record,
    reports,
    retention,
    rounds,
    scores,
    serve,
    storage,
    worker,
)

COMMANDS = (
    demo,
    instruments,
    jobs,
    mail,
    people,
    record,
    reports,
    retention,
    rounds,
    scores,
    serve,
    storage,
    worker,
)
