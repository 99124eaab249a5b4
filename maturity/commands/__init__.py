"""The commands: a module of this package for each family, each offering ``add``."""

from __future__ import annotations

from importlib import import_module

COMMANDS = tuple(
    import_module(f"{__name__}.{name}")
    for name in (
        "demo", "files", "imports", "instruments", "jobs", "links", "mail", "people", "record",
        "reports", "retention", "rounds", "scores", "serve", "simulate", "storage", "worker",
    )
)  # fmt: skip
