"""Saving one answer through HTTP: ``python bench/saving.py``.

As the script of a questionnaire page does: PUT with the version seen; each writer on an
assessment of its own. SQLite in WAL mode with synchronous=FULL, PostgreSQL with its own
defaults (fsync on). The floor is one fsync of 4 kB in the same folder.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from unittest.mock import patch

import psycopg

from bench.served import demo, tables, tasks
from bench.served.load import run_load
from bench.served.server import COMMAND, served
from bench.serving import lost_of
from tests import postgres

WRITERS = (1, 32)
SECONDS = 5.0
DURABLE = "-c listen_addresses='' -c max_connections=120 -c shared_buffers=128MB"
HEAD = ("database", "writers", "saves a second", "p50 ms", "p95 ms", "worst ms", "client's CPU")


def section() -> str:
    """The table as Markdown."""
    data = demo.folder("saving")
    url = f"sqlite:///{data / 'maturity.sqlite3'}"
    rows, lost = measured("SQLite, WAL, synchronous=FULL", data, url)
    programs = postgres.binaries()
    note = "" if programs else " PostgreSQL is not on this machine."
    if programs:
        with durable_postgres(programs) as (address, settings):
            more, missing = measured(f"PostgreSQL, {settings}", demo.folder("saving"), address)
        rows, lost = rows + more, lost + missing
    return tables.section(
        "Saving one answer",
        f"python bench/saving.py  # {COMMAND}",
        tables.table(HEAD, rows),
        f"One fsync of 4 kB in the same folder: {fsync(data):.2f} ms (median). Saves that were "
        f"acknowledged and are not in the database: {lost}.{note}",
    )


def measured(name: str, data: Path, url: str) -> tuple[list[list[object]], int]:
    """A row for each number of writers; and how many saves were lost."""
    demo.build(url, provinces=demo.SOME_PROVINCES)
    rows: list[list[object]] = []
    lost = 0
    with served(data, url) as port:
        people = tasks.at_work(port, demo.operators(url, max(WRITERS)))
        for writers in WRITERS:
            plans = [tasks.saving_answer(one) for one in people[:writers]]
            load = run_load(plans, port=port, seconds=SECONDS)
            times = (f"{one:.1f}" for one in (load.p50, load.p95, load.worst))
            rows.append([name, writers, f"{load.rate:.0f}", *times, f"{load.cpu:.0%}"])
            lost += lost_of(plans, people, load, url=url)
    return rows, lost


@contextmanager
def durable_postgres(programs: Path) -> Iterator[tuple[str, str]]:
    """A database of the tests' server, started without the shortcuts that may lose data."""
    with patch.object(postgres, "OPTIONS", DURABLE), postgres.server(programs) as server:
        url = server.url(server.create())
        with psycopg.connect(url) as connection:
            fsync = connection.execute("SHOW fsync").fetchone()
            commit = connection.execute("SHOW synchronous_commit").fetchone()
        yield url, f"fsync={fsync[0] if fsync else '?'}, commit={commit[0] if commit else '?'}"


def fsync(folder: Path, times: int = 100) -> float:
    """Milliseconds of writing 4 kB through to the disk."""
    path, found = folder / "fsync", []
    with path.open("wb", buffering=0) as file:
        for _ in range(times):
            start = time.perf_counter()
            file.write(bytes(4096))
            os.fsync(file.fileno())
            found.append((time.perf_counter() - start) * 1000)
    path.unlink()
    return median(found)


if __name__ == "__main__":
    sys.stdout.write(section() + "\n")
