"""``maturity check``: is this an instrument, and if not, everything that is wrong with it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from maturity.commands.language import say
from maturity.commands.parser import Commands


def add(commands: Commands) -> None:
    """Register the commands of this module."""
    check = commands.add_parser(
        "check", help=say("periksa berkas instrumen", "check instrument files")
    )
    check.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help=say("berkas instrumen (YAML)", "an instrument's file (YAML)"),
    )
    check.set_defaults(run=run_check)


def run_check(args: argparse.Namespace) -> int:
    """Print one line a fault, or one line a good file; 1 when any file is bad."""
    from maturity.survey.loader import InstrumentError, load

    bad = False
    for file in args.files:
        try:
            instrument = load(Path(file))
        except InstrumentError as error:
            bad = True
            lines = [str(fault) for fault in error.faults]
        else:
            lines = [f"{file}: ok  {instrument.ref}  {instrument.fingerprint}"]
        sys.stdout.writelines(f"{line}\n" for line in lines)
    return 1 if bad else 0
