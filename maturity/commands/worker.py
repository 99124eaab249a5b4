"""``maturity worker``: does the jobs that wait in the database."""

from __future__ import annotations

import argparse
import sys

from maturity.commands.language import say
from maturity.commands.parser import Commands
from maturity.commands.settings import read_settings


def add(commands: Commands) -> None:
    """Register the commands of this module."""
    words = say("kerjakan pekerjaan latar belakang", "do the work in the background")
    parser = commands.add_parser("worker", help=words)
    words = say("selesaikan yang menunggu, lalu berhenti", "do what is waiting, then end")
    parser.add_argument("--once", action="store_true", help=words)
    words = say("hanya jenis ini; boleh berulang", "only this kind; repeatable")
    parser.add_argument("--kind", action="append", default=[], metavar="KIND", help=words)
    parser.set_defaults(run=run_worker)


def run_worker(args: argparse.Namespace) -> int:
    """Work until SIGTERM, which lets another worker go on with what this one holds."""
    from maturity import logs, schema
    from maturity.errors import MaturityError
    from maturity.worker.kinds import HANDLERS
    from maturity.worker.process import work

    settings = read_settings()
    for kind in args.kind:
        if kind not in HANDLERS:
            known = ", ".join(sorted(HANDLERS))
            raise MaturityError(
                f"Tidak ada jenis pekerjaan {kind}; yang ada: {known}.",
                f"There is no kind of job {kind}; there are: {known}.",
            )
    logs.configure(settings.log_level)
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    schema.upgrade(settings.database)
    begun = work(settings, once=args.once, kinds=args.kind)
    if args.once:
        sys.stdout.write(say(f"Pekerjaan dikerjakan: {begun}\n", f"Jobs done or tried: {begun}\n"))
    return 0
