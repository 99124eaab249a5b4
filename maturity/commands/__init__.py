"""The commands: a module of this package for each family, each offering ``add``."""

from __future__ import annotations

from maturity.commands import (
    demo,
    files,
    instruments,
    links,
    people,
    record,
    reports,
    rounds,
    scores,
    serve,
    storage,
)

COMMANDS = (
    demo,
    instruments,
    people,
    record,
    reports,
    rounds,
    scores,
    serve,
    storage,
    files,
    links,
)
