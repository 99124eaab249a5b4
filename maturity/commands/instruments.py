"""``maturity check`` and ``maturity bridge``: faults of an instrument, and what changed."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

from maturity.commands.faults import in_indonesian
from maturity.commands.language import say
from maturity.commands.parser import Commands
from maturity.survey.bridge import bridge
from maturity.survey.loader import Fault, InstrumentError, load
from maturity.survey.shipped import find


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
    between = commands.add_parser(
        "bridge",
        help=say(
            "apa yang terjadi pada tiap pertanyaan di antara dua instrumen",
            "what became of each question between two instruments",
        ),
    )
    for name in ("before", "after"):
        between.add_argument(
            name,
            metavar=name.upper(),
            help=say(
                "berkas, id, atau id@versi instrumen", "an instrument's file, id or id@version"
            ),
        )
    between.set_defaults(run=run_bridge)


def run_bridge(args: argparse.Namespace) -> int:
    """Print one line a question, tab-separated; then whether each kind's highest reach is kept."""
    found = bridge(find(args.before), find(args.after))
    for one in found.spans:
        title = say(one.title.id, one.title.en)
        sys.stdout.write(f"{one.fate}\t{one.id}\t{title}\n")
    for kind, same in found.reach.items():
        kept = say("batas tertinggi tetap", "reach kept")
        lost = say("batas tertinggi berubah", "reach changed")
        sys.stdout.write(f"{kept if same else lost}\t{kind or '-'}\n")
    return 0


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
