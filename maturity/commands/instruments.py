"""``maturity check``: is this an instrument, and if not, everything that is wrong with it."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

from maturity.commands.faults import in_indonesian
from maturity.commands.language import say
from maturity.commands.parser import Commands
from maturity.survey.loader import Fault, InstrumentError, load


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


def _spoken(fault: Fault) -> Fault:
    """The fault in Indonesian, for those who ask for it."""
    return replace(fault, message=in_indonesian(fault.message))


def run_check(args: argparse.Namespace) -> int:
    """Print one line a fault, or one line a good file; 1 when any file is bad."""
    bad = False
    for file in args.files:
        try:
            instrument = load(Path(file))
        except InstrumentError as error:
            bad = True
            asked = getattr(args, "lang", None) or os.environ.get("MATURITY_LANG")
            lines = [str(_spoken(fault) if asked == "id" else fault) for fault in error.faults]
        else:
            lines = [f"{file}: ok  {instrument.ref}  {instrument.fingerprint}"]
        sys.stdout.writelines(f"{line}\n" for line in lines)
    return 1 if bad else 0
