"""The commands: a module of this package for each family, each offering ``add``."""

from __future__ import annotations

from maturity.commands import (
    demo,
    files,
    imports,
    instruments,
    jobs,
    links,
    mail,
    people,
    record,
    reports,
    retention,
    rounds,
    scores,
    serve,
    simulate,
    storage,
    worker,
)

COMMANDS = (
    demo,
    files,
    imports,
    instruments,
    jobs,
    links,
    mail,
    people,
    record,
    reports,
    retention,
    rounds,
    scores,
    serve,
    simulate,
    storage,
    worker,
)
