"""``maturity report``: the PDF of an office's result."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from pathlib import Path

from maturity.commands.language import say, spoken
from maturity.commands.parser import Commands
from maturity.commands.settings import read_settings
from maturity.errors import MaturityError


def add(commands: Commands) -> None:
    """Register the commands of this module."""
    words = say("tulis laporan PDF satu kantor", "write the PDF report of one office")
    parser = commands.add_parser("report", help=words)
    words = say("periode pengukuran, misalnya 2026", "assessment period, e.g. 2026")
    parser.add_argument("--round", required=True, metavar="R", help=words)
    words = say("kode kantor, misalnya 36.71", "office code, e.g. 36.71")
    parser.add_argument("--office", required=True, metavar="CODE", help=words)
    words = say("berkas PDF yang ditulis", "PDF file to write")
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help=words)
    parser.set_defaults(run=run_report)


def run_report(args: argparse.Namespace) -> int:
    """Write one report; an assessment that is not handed in gives a provisional one."""
    from sqlalchemy import select

    from maturity.app import create_app
    from maturity.reports.build import report_of
    from maturity.reports.paper import paper
    from maturity.survey.models import Assessment, Round
    from maturity.web import reading

    app = create_app(read_settings())
    with closing(app.extensions["maturity"]), app.test_request_context():
        session = reading()
        chosen = (Round.slug == args.round, Assessment.office_code == args.office)
        assessment = session.scalar(select(Assessment).join(Assessment.round).where(*chosen))
        if assessment is None:
            raise MaturityError(
                f"Tidak ada penilaian kantor {args.office} pada periode {args.round}.",
                f"There is no assessment of office {args.office} in round {args.round}.",
            )
        made = paper(report_of(session, assessment), spoken())
    _write(args.out, made.body)
    size = len(made.body)
    sys.stdout.write(say(f"{args.out}: {size} bita\n", f"{args.out}: {size} bytes\n"))
    return 0


def _write(path: Path, body: bytes) -> None:
    """The file appears whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(body)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise MaturityError(
            f"{path}: tidak dapat ditulis ({error.strerror}).",
            f"{path}: cannot be written ({error.strerror}).",
        ) from error
