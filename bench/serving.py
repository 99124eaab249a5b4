"""Requests a second of the questionnaire: ``python bench/serving.py``.

The real server (2 processes) on the demo data of 553 offices and two rounds; clients with
keep-alive in a process of their own, on the same machine. Every client is another operator
with an assessment of its own. A pair is: send the form of a page with one answer changed,
follow to the next page and read it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from bench.served import demo, tables, tasks
from bench.served.load import Load, run_load
from bench.served.server import COMMAND, served
from bench.served.tasks import Person

CLIENTS = (2, 32)
SECONDS = 5.0
PEER = {"GET": (110, 168, "14-21"), "save and next": (88, 119, "20-26")}
"""Published figures of the UK statistics office's questionnaire runner, gunicorn sync with 2
processes, a one-question page, 2 users, gzip: worse and better rate, p95 in ms."""

Make = Callable[[Person, str], dict[str, Any]]


def section() -> str:
    """The tables as Markdown."""
    data = demo.copy_of_country()
    url = f"sqlite:///{data / 'maturity.sqlite3'}"
    with served(data) as port:
        people = tasks.at_work(port, demo.operators(url, max(CLIENTS)))
        rows, lost = measured(people, port=port, url=url)
    return tables.section(
        "Serving the questionnaire",
        f"python bench/serving.py  # {COMMAND}",
        tables.table(
            ("what", "clients", "a second", "p50 ms", "p95 ms", "worst ms", "client's CPU"), rows
        ),
        f"Saves that were acknowledged and are not in the database: {lost}. Client's CPU: share of "
        "one core used by the load generator, which runs beside the server.",
        compared(rows),
    )


def measured(people: list[Person], *, port: int, url: str) -> tuple[list[list[object]], int]:
    """A row for each page, kind of work and number of clients; and how many saves were lost."""
    largest = people[0].largest_section().removeprefix(people[0].tasks)
    thing = people[0].first_thing().removeprefix(people[0].tasks)
    work: list[tuple[str, str, Make]] = [
        ("GET largest section", largest, tasks.reading),
        ("GET one object", thing, tasks.reading),
        ("save and next, largest section", largest, tasks.saving_form),
        ("save and next, one object", thing, tasks.saving_form),
    ]
    rows, lost = [], 0
    for name, path, make in work:
        for clients in CLIENTS:
            plans = [make(one, one.tasks + path) for one in people[:clients]]
            load = run_load(plans, port=port, seconds=SECONDS)
            rows.append(row(name, clients, load))
            lost += lost_of(plans, people, load, url=url)
    return rows, lost


def row(name: str, clients: int, load: Load) -> list[object]:
    """A line of the table."""
    times = (f"{one:.1f}" for one in (load.p50, load.p95, load.worst))
    return [name, clients, f"{load.rate:.0f}", *times, f"{load.cpu:.0%}"]


def lost_of(plans: list[dict[str, Any]], people: list[Person], load: Load, *, url: str) -> int:
    """Acknowledged versions that the database does not have."""
    if "key" not in plans[0]:
        return 0
    keys = {person.assessment: plan["key"] for person, plan in zip(people, plans, strict=False)}
    stored = demo.versions(url, keys)
    acknowledged = zip(keys, load.seen, strict=True)
    return sum(max(0, seen - stored.get(number, 0)) for number, seen in acknowledged)


def compared(rows: list[list[object]]) -> str:
    """Beside the peer's published figures."""
    lines = []
    for name, clients, rate, _, p95, *_ in rows:
        worse, better, peer_p95 = PEER["GET" if str(name).startswith("GET") else "save and next"]
        if clients == CLIENTS[0]:
            ratio = f"{float(str(rate)) / better:.1f}-{float(str(rate)) / worse:.1f}"
            lines.append([name, rate, p95, f"{worse}-{better}", peer_p95, ratio])
    head = ("2 clients", "ours a second", "p95 ms", "peer a second", "peer p95 ms", "ratio")
    words = (
        "The peer: the UK statistics office's questionnaire runner, gunicorn sync with 2 "
        "processes, a one-question page of 24 kB on the wire, 2 users, gzip (with its HTML "
        "minifier on and off). Published figures, another run: "
        "read the ratio as an order of magnitude."
    )
    return words + "\n\n" + tables.table(head, lines)


if __name__ == "__main__":
    sys.stdout.write(section() + "\n")
