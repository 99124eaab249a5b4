"""How long a report takes, and many: ``python bench/reports.py``.

One report is everything from the stored answers to the bytes of the PDF, in processor time. The
floor beside it is WeasyPrint on the same HTML as it comes: untagged, its own font set-up for each
document. Many reports are made as ``maturity report --all`` makes them, from the start of the
processes to the manifest, into an empty folder and again; plain WeasyPrint makes the first few.
"""

from __future__ import annotations

import io
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
from maturity.reports import pdf
from maturity.reports.build import report_of
from maturity.reports.paper import paper, paper_html
from maturity.reports.report import Report
from maturity.resources import folder
from maturity.survey.models import Assessment
from maturity.web import page_of, services
from maturity.worker.bulk_reports import Work, make
from maturity.worker.executors import executor

PROCESSES = 2
MANY = 553
FEW = 20
AIM = 180
RUNS = 3
PLAIN = "plain WeasyPrint, same HTML"
NAMES = (
    ("read", "read the answers and build the report"),
    ("html", "charts and HTML"),
    ("pdf", "HTML to PDF (UA-1 and A-2a)"),
    ("parse", "– of it: parse the HTML"),
    ("layout", "– of it: styles and layout"),
    ("write", "– of it: draw, tag and write"),
    ("ours", "all of it"),
    ("plain", PLAIN),
)


def section() -> str:
    """The tables as Markdown."""
    data = demo.copy_of_country()
    numbers = demo.handed_in(f"sqlite:///{data / 'maturity.sqlite3'}", MANY)
    with pool(data, processes=1) as one:
        parts, facts = one.submit(one_report, numbers[0]).result()
        memory = one.submit(most_memory).result()
    floor = parts["plain"]
    rows = [[name, f"{parts[key] * 1000:.0f}", f"{parts[key] / floor:.2f}"] for key, name in NAMES]
    first, again = many(data, numbers), many(data, numbers)
    within = float(first[2]) <= AIM
    with pool(data, processes=PROCESSES) as several:
        plain_row = many_plain(several, numbers[:FEW])
    return tables.section(
        "Reports",
        "python bench/reports.py",
        tables.table(("one report", "median ms of CPU", "ratio to plain WeasyPrint"), rows),
        facts,
        tables.table(
            (
                f"reports on {PROCESSES} processes",
                "reports",
                "s of CPU",
                "s",
                "to the first",
                "a minute",
            ),
            [
                ["`report --all`, empty folder", *first],
                ["`report --all` again, unchanged", *again],
                plain_row,
            ],
        ),
        "CPU: of all processes, with their start. A minute: from the first finished one to the "
        "last, as a long run goes; before the first lies the start of the processes. One process "
        f"held {memory:.0f} MB after one report and {most_of_children():.0f} MB at most.",
        f"Aim: {MANY} reports in {AIM} s: {'kept' if within else 'missed'}. Of one report "
        f"{(parts['layout'] + parts['write']) / parts['ours']:.0%} are styles, layout and drawing, "
        "in the PDF library.",
    )


# --- in the processes -----------------------------------------------------------------

_app: list[Flask] = []


def settings_of(data: Path) -> Settings:
    """The settings of a command on this data."""
    return Settings(data=data, secure_cookies=False, job_processes=PROCESSES)


def begin(data: Path) -> None:
    """Make the application of a process, and its first report, which fills the caches."""
    _app[:] = [create_app(settings_of(data))]
    with page_of(_app[0]):
        paper(read(demo.handed_in(settings_of(data).database, 1)[0]), "id")


def pool(data: Path, *, processes: int) -> ProcessPoolExecutor:
    """Processes that begin anew, as those of a worker would."""
    return ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), initializer=begin, initargs=(data,)
    )


def read(number: int) -> Report:
    """The report of an assessment."""
    with services().database.read() as session:
        return report_of(session, session.get_one(Assessment, number))


def plain(html: str) -> bytes:
    """WeasyPrint as it comes."""
    return bytes(HTML(string=html, base_url=folder("static").as_uri() + "/").write_pdf())


def plain_of(number: int) -> None:
    """One report with WeasyPrint as it comes."""
    with page_of(_app[0]):
        plain(paper_html(read(number), "id"))


def most_memory() -> float:
    """MB that this process held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def most_of_children() -> float:
    """MB that one of the processes that this one began and that ended held at most."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def one_report(number: int) -> tuple[dict[str, float], str]:
    """Median seconds of processor time of each part, turn by turn, and what it came to."""
    found: dict[str, list[float]] = {key: [] for key, _ in NAMES}
    with page_of(_app[0]):
        report = read(number)
        html = paper_html(report, "id")
        work: dict[str, Callable[[], object]] = {
            "read": partial(read, number),
            "html": partial(paper_html, report, "id"),
            "pdf": partial(pdf.render, html),
            "ours": lambda: paper(read(number), "id"),
            "plain": partial(plain, html),
        }
        for _ in range(RUNS):
            for key, one in work.items():
                found[key].append(spent(one))
            for key, seconds in phases(html).items():
                found[key].append(seconds)
        body = pdf.render(html)
    pages = len(PdfReader(io.BytesIO(body)).pages)
    cost = median(found["ours"])
    facts = (
        f"{pages} pages, {len(body) / 1000:.0f} kB of PDF from {len(html) / 1000:.0f} kB of HTML: "
        f"{cost / pages * 1000:.0f} ms of CPU a page."
    )
    return {key: median(times) for key, times in found.items()}, facts


def spent(one: Callable[[], object]) -> float:
    """Seconds of processor time."""
    start = time.process_time()
    one()
    return time.process_time() - start


def phases(html: str) -> dict[str, float]:
    """The PDF library's own steps, as ``pdf.render`` has them."""
    at = [time.process_time()]
    base = folder("static").as_uri() + "/"
    parsed = HTML(string=html, base_url=base, url_fetcher=pdf._OwnFilesOnly())
    at.append(time.process_time())
    laid = parsed.render(font_config=pdf._fonts(), optimize_images=True)
    at.append(time.process_time())
    laid.write_pdf(pdf_variant=pdf.VARIANT, pdf_identifier=b"bench", optimize_images=True)
    at.append(time.process_time())
    return {"parse": at[1] - at[0], "layout": at[2] - at[1], "write": at[3] - at[2]}


# --- many -----------------------------------------------------------------------------


def many(data: Path, numbers: list[int]) -> list[str]:
    """Seconds, seconds to the first, and the rate of the work of ``maturity report --all``."""
    settings, into = settings_of(data), data / "bulk"
    work = Work(settings, "id", numbers, into, into)
    cpu, times = children(), [time.perf_counter()]
    make(work, partial(executor, settings), lambda done, _: times.append(time.perf_counter()))
    return [str(len(numbers)), f"{children() - cpu:.1f}", *rate(times[0], times[2:])]


def children() -> float:
    """Seconds of processor time of all processes that this one began and that ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def many_plain(several: ProcessPoolExecutor, numbers: list[int]) -> list[str]:
    """The same documents by WeasyPrint as it comes; the processes are up before."""
    list(several.map(plain_of, numbers[:PROCESSES]))
    start = time.perf_counter()
    times = [time.perf_counter() for _ in several.map(plain_of, numbers)]
    return [f"{PLAIN}, processes up", str(len(numbers)), "", *rate(start, times)]


def rate(start: float, times: list[float]) -> list[str]:
    """Whole time, time to the first, and how many a minute came after it."""
    long_run = 60 * (len(times) - 1) / (times[-1] - times[0])
    return [f"{times[-1] - start:.1f}", f"{times[0] - start:.1f}", f"{long_run:.0f}"]


if __name__ == "__main__":
    sys.stdout.write(section() + "\n")
