"""How long a report takes: ``python bench/reports.py``.

One report is everything from the stored answers to the bytes of the PDF. The floor beside it
is WeasyPrint on the same HTML as it comes: untagged, its own font set-up for each document.
Many reports run on two processes, each of which was warmed up with one.
"""

from __future__ import annotations

import io
import os
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from flask import Flask
from pypdf import PdfReader
from weasyprint import HTML

from bench.served import demo, tables
from maturity.app import create_app
from maturity.config import Settings
from maturity.reports.build import report_of
from maturity.reports.paper import paper, paper_html
from maturity.reports.pdf import render
from maturity.reports.report import Report
from maturity.resources import folder
from maturity.survey.models import Assessment
from maturity.web import page_of, services

PROCESSES = 2
MANY = 20
RUNS = 5


def section() -> str:
    """The tables as Markdown."""
    data = demo.copy_of_country()
    numbers = demo.handed_in(f"sqlite:///{data / 'maturity.sqlite3'}", MANY)
    with pool(data, processes=1) as executor:
        parts, facts = executor.submit(one_report, numbers[0]).result()
    ours, floor = parts["ours"], parts["plain"]
    rows = [[name, f"{parts[key] * 1000:.0f}", f"{parts[key] / floor:.2f}"] for key, name in NAMES]
    return tables.section(
        "Reports",
        "python bench/reports.py",
        tables.table(("one report", "median ms", "ratio to plain WeasyPrint"), rows),
        facts,
        tables.table(
            (f"{MANY} reports on {PROCESSES} processes", "seconds", "a minute", "MB a process"),
            [
                many_row("ours", produce, data, numbers),
                many_row(PLAIN, produce_plain, data, numbers),
            ],
        ),
        f"One process after another would give {60 / ours:.0f} a minute. MB: most memory that a "
        "process held at a time.",
    )


PLAIN = "plain WeasyPrint, same HTML"
NAMES = (
    ("read", "read the answers and build the report"),
    ("html", "charts and HTML"),
    ("pdf", "HTML to PDF/UA-1"),
    ("ours", "all of it"),
    ("plain", PLAIN),
)

# --- in the processes -----------------------------------------------------------------

_app: list[Flask] = []


def begin(data: Path) -> None:
    """Make the application of a process, and its first report, which fills the caches."""
    settings = Settings(data=data, secure_cookies=False)
    _app[:] = [create_app(settings)]
    produce(demo.handed_in(settings.database, 1)[0])


def pool(data: Path, *, processes: int) -> ProcessPoolExecutor:
    """Processes that begin anew, as those of a worker would."""
    return ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), initializer=begin, initargs=(data,)
    )


def read(number: int) -> Report:
    """The report of an assessment."""
    with services().database.read() as session:
        return report_of(session, session.get_one(Assessment, number))


def produce(number: int) -> tuple[int, int]:
    """One report; the process and the most memory it has held so far, in kB."""
    with page_of(_app[0]):
        paper(read(number), "id")
    return os.getpid(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def produce_plain(number: int) -> tuple[int, int]:
    """The same with WeasyPrint as it comes."""
    with page_of(_app[0]):
        plain(paper_html(read(number), "id"))
    return os.getpid(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def plain(html: str) -> bytes:
    """WeasyPrint as it comes."""
    return bytes(HTML(string=html, base_url=folder("static").as_uri() + "/").write_pdf())


def one_report(number: int) -> tuple[dict[str, float], str]:
    """Median seconds of each part, turn by turn, and what the report came to."""
    found: dict[str, list[float]] = {key: [] for key, _ in NAMES}
    with page_of(_app[0]):
        report = read(number)
        html = paper_html(report, "id")
        work: dict[str, Callable[[], object]] = {
            "read": partial(read, number),
            "html": partial(paper_html, report, "id"),
            "pdf": partial(render, html),
            "ours": partial(produce, number),
            "plain": partial(plain, html),
        }
        for _ in range(RUNS):
            for key, one in work.items():
                start = time.perf_counter()
                one()
                found[key].append(time.perf_counter() - start)
        body = render(html)
    pages = len(PdfReader(io.BytesIO(body)).pages)
    facts = (
        f"{pages} pages, {len(body) / 1000:.0f} kB of PDF from {len(html) / 1000:.0f} kB of HTML."
    )
    return {key: median(times) for key, times in found.items()}, facts


# --- many -----------------------------------------------------------------------------


def many_row(
    name: str, work: Callable[[int], tuple[int, int]], data: Path, numbers: list[int]
) -> list[object]:
    """Time for all; the processes are up and warm before."""
    with pool(data, processes=PROCESSES) as executor:
        list(executor.map(work, numbers[:PROCESSES]))
        start = time.perf_counter()
        memory = dict(sorted(executor.map(work, numbers)))
        taken = time.perf_counter() - start
    most = max(memory.values()) / 1024
    return [name, f"{taken:.1f}", f"{60 * len(numbers) / taken:.0f}", f"{most:.0f}"]


if __name__ == "__main__":
    sys.stdout.write(section() + "\n")
