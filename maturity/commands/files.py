"""``maturity files``: are all evidence files there, and copying them to another store."""

from __future__ import annotations

import argparse
import sys

from maturity.commands.database import current
from maturity.commands.language import say
from maturity.commands.parser import Commands
from maturity.commands.settings import read_settings
from maturity.errors import MaturityError


def add(commands: Commands) -> None:
    """Register the commands of this module."""
    base = commands.add_parser("files", help=say("berkas bukti dukung", "evidence files"))
    below = base.add_subparsers(
        title=say("perintah", "commands"), metavar=say("PERINTAH", "COMMAND"), required=True
    )
    words = say("periksa bahwa semua berkas ada dan utuh", "check that all files are there, whole")
    below.add_parser("check", help=words).set_defaults(run=run_check)
    words = say("salin semua berkas ke penyimpanan lain", "copy all files to another store")
    move = below.add_parser("move", help=words)
    words = say("folder, atau s3://bucket/prefiks?endpoint=…", "folder, or s3://bucket/prefix?…")
    move.add_argument("--to", required=True, metavar="URL", help=words)
    words = say("penyimpanan asal (bawaan: MATURITY_FILES)", "from which store (MATURITY_FILES)")
    move.add_argument("--from", dest="source", metavar="URL", help=words)
    move.set_defaults(run=run_move)


def run_check(_args: argparse.Namespace) -> int:
    """Read every file and say which are missing or damaged."""
    from maturity.survey.files import store_of
    from maturity.survey.stored_contents import lost, referred

    settings = read_settings()
    with current() as database, database.read() as session:
        contents = referred(session)
    missing = 0
    for sha256 in lost(store_of(settings), contents):
        sys.stdout.write(say(f"{sha256}: hilang atau rusak\n", f"{sha256}: missing or damaged\n"))
        missing += 1
    _must_be_whole(missing, len(contents))
    sys.stdout.write(
        say(f"{len(contents)} berkas, semua utuh\n", f"{len(contents)} files, all whole\n")
    )
    return 0


def run_move(args: argparse.Namespace) -> int:
    """Copy every file; what is there already is not copied again. Nothing is deleted."""
    from maturity.survey.files import store_at, store_of
    from maturity.survey.stored_contents import Copied, copy, referred

    settings = read_settings()
    with current() as database, database.read() as session:
        contents = referred(session)
    source = store_at(args.source) if args.source else store_of(settings)
    target = store_at(args.to)
    counts = dict.fromkeys(Copied, 0)
    for done, (sha256, became) in enumerate(copy(source, target, contents), start=1):
        counts[became] += 1
        words = {
            Copied.COPIED: say("disalin", "copied"),
            Copied.THERE: say("sudah ada", "already there"),
            Copied.LOST: say("hilang atau rusak", "missing or damaged"),
        }[became]
        sys.stdout.write(f"{done}/{len(contents)} {sha256}: {words}\n")
    _must_be_whole(counts[Copied.LOST], len(contents))
    copied, there = counts[Copied.COPIED], counts[Copied.THERE]
    sys.stdout.write(
        say(f"{copied} disalin, {there} sudah ada\n", f"{copied} copied, {there} already there\n")
    )
    return 0


def _must_be_whole(missing: int, of: int) -> None:
    if missing:
        raise MaturityError(
            f"{missing} dari {of} berkas hilang atau rusak; pulihkan dari cadangan.",
            f"{missing} of {of} files are missing or damaged; restore them from a backup.",
        )
