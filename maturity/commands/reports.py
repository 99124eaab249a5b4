"""``maturity report``: the results of an office, a province, a round, or all offices as files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from maturity.commands.language import say, spoken
from maturity.commands.parser import Commands
from maturity.commands.settings import read_settings
from maturity.commands.writing import meter, put
from maturity.errors import MaturityError

if TYPE_CHECKING:
    from maturity.config import Settings
    from maturity.reports.report import Report

STAGES = ("self", "verified", "settled")


def add(commands: Commands) -> None:
    """Register the commands of this module."""
    words = say("tulis laporan kantor, provinsi, atau periode", "write reports of a round")
    parser = commands.add_parser("report", help=words)
    words = say("periode pengukuran, misalnya 2026", "assessment period, e.g. 2026")
    parser.add_argument("--round", required=True, metavar="R", help=words)
    _add_whose(parser)
    words = say("berkas yang ditulis; dengan --all: folder", "file to write; with --all: a folder")
    parser.add_argument("--out", required=True, type=Path, metavar="PATH", help=words)
    words = say("PDF, atau DOCX yang dapat disunting", "PDF, or DOCX that can be edited")
    parser.add_argument("--format", choices=("pdf", "docx"), default="pdf", help=words)
    words = say("banyaknya proses untuk --all", "number of processes for --all")
    parser.add_argument("--processes", type=_processes, metavar="N", help=words)
    words = say("tahap untuk --national dan --province", "stage for --national and --province")
    parser.add_argument("--stage", choices=STAGES, help=words)
    parser.set_defaults(run=run_report)


def _add_whose(parser: argparse.ArgumentParser) -> None:
    whose = parser.add_mutually_exclusive_group(required=True)
    words = say("kode kantor, misalnya 36.71", "office code, e.g. 36.71")
    whose.add_argument("--office", metavar="CODE", help=words)
    words = say("kode provinsi, misalnya 36", "province code, e.g. 36")
    whose.add_argument("--province", metavar="CODE", help=words)
    words = say(
        "laporan nasional: semua kantor bersama", "the national report: all offices together"
    )
    whose.add_argument("--national", action="store_true", help=words)
    words = say("semua kantor yang sudah mengajukan", "all offices that have handed in")
    whose.add_argument("--all", action="store_true", help=words)


def _processes(said: str) -> int:
    number = int(said)
    if not 1 <= number <= 256:
        raise ValueError(said)
    return number


def run_report(args: argparse.Namespace) -> int:
    """Write one report, or all of a round with their manifest."""
    if args.office is None and args.format != "pdf":
        raise MaturityError(
            "Hanya laporan satu kantor yang dapat dibuat sebagai DOCX.",
            "Only the report of one office can be made as DOCX.",
        )
    together = args.national or args.province is not None
    if args.stage and not together:
        raise MaturityError(
            "--stage hanya untuk --national dan --province.",
            "--stage is for --national and --province only.",
        )
    if together:
        return _together(args)
    return _all(args) if args.all else _one(args)


# --- one ------------------------------------------------------------------------------


def _one(args: argparse.Namespace) -> int:
    """An assessment that is not handed in gives a provisional report."""
    from maturity.reports.docx_paper import docx_paper
    from maturity.reports.paper import paper

    settings = read_settings()
    with _report(args, settings) as report:
        as_docx = args.format == "docx"
        made = docx_paper(report, spoken(), settings) if as_docx else paper(report, spoken())
    return _put(args.out, made.body)


def _put(path: Path, body: bytes) -> int:
    put(path, body)
    sys.stdout.write(say(f"{path}: {len(body)} bita\n", f"{path}: {len(body)} bytes\n"))
    return 0


@contextmanager
def _report(args: argparse.Namespace, settings: Settings) -> Iterator[Report]:
    from sqlalchemy import select

    from maturity.app import create_app
    from maturity.reports.build import report_of
    from maturity.survey.models import Assessment, Round
    from maturity.web import reading

    app = create_app(settings)
    with closing(app.extensions["maturity"]), app.test_request_context():
        session = reading()
        chosen = (Round.slug == args.round, Assessment.office_code == args.office)
        assessment = session.scalar(select(Assessment).join(Assessment.round).where(*chosen))
        if assessment is None:
            raise MaturityError(
                f"Tidak ada penilaian kantor {args.office} pada periode {args.round}.",
                f"There is no assessment of office {args.office} in round {args.round}.",
            )
        yield report_of(session, assessment)


# --- a round or a province together ---------------------------------------------------


def _together(args: argparse.Namespace) -> int:
    """The same bytes as from the round's page."""
    from maturity.app import create_app
    from maturity.dashboards.round_queries import round_named
    from maturity.round_reports.build import round_report
    from maturity.round_reports.paper import round_paper
    from maturity.survey.models import Stage
    from maturity.web import is_demo, reading

    _known_province(args.province)
    app = create_app(read_settings())
    with closing(app.extensions["maturity"]), app.test_request_context():
        round_ = round_named(reading(), args.round)
        if round_ is None:
            raise MaturityError(
                f"Tidak ada periode {args.round}.", f"There is no round {args.round}."
            )
        stage = Stage(args.stage) if args.stage else None
        report = round_report(
            reading(), round_, language=spoken(), stage=stage, province=args.province,
            demo=is_demo(),
        )  # fmt: skip
        made = round_paper(report)
    return _put(args.out, made.body)


def _known_province(code: str | None) -> None:
    from maturity.dashboards.provinces import province_names

    if code is not None and code not in province_names(spoken()):
        raise MaturityError(
            f"{code}: bukan kode provinsi.", f"{code}: this is not the code of a province."
        )


# --- all ------------------------------------------------------------------------------


def _all(args: argparse.Namespace) -> int:
    """Those that are there already and unchanged are not drawn again."""
    from concurrent.futures import BrokenExecutor
    from functools import partial

    from maturity.commands.database import current
    from maturity.reports.bulk import MANIFEST
    from maturity.worker.bulk_reports import make, work_of
    from maturity.worker.executors import executor

    settings = read_settings()
    settings = replace(settings, job_processes=args.processes or settings.job_processes)
    into = args.out.resolve()
    with current() as database, database.read() as session:
        work = work_of(session, settings, args.round, language=spoken(), into=into)
    try:
        made = make(work, partial(executor, settings), meter(say("Laporan", "Reports")))
    except BrokenExecutor as error:
        raise MaturityError(
            "Sebuah proses berakhir mendadak; jalankan lagi untuk melanjutkan.",
            "A process ended suddenly; run this again to go on.",
        ) from error
    sys.stdout.write(
        say(
            f"{args.out}: {len(made.entries)} laporan, {made.drawn} dibuat baru; {MANIFEST}\n",
            f"{args.out}: {len(made.entries)} reports, {made.drawn} made anew; {MANIFEST}\n",
        )
    )
    return 0
