"""``maturity simulate round``: a whole round over HTTP, and what must hold after it."""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from maturity.commands.language import say
from maturity.commands.parser import Commands
from maturity.commands.settings import read_settings
from maturity.errors import MaturityError

if TYPE_CHECKING:
    from maturity.simulate.run import Outcome


def add(commands: Commands) -> None:
    """Register the commands of this module."""
    base = commands.add_parser("simulate", help=say("simulasi", "simulations"))
    below = base.add_subparsers(
        title=say("perintah", "commands"), metavar=say("PERINTAH", "COMMAND"), required=True
    )
    words = say("satu periode penuh lewat HTTP", "a whole round over HTTP")
    parser = below.add_parser("round", help=words)
    words = say("banyaknya kantor", "number of offices")
    parser.add_argument("--offices", type=int, default=20, metavar="N", help=words)
    words = say("banyaknya klien serentak", "clients at once")
    parser.add_argument("--clients", type=int, default=32, metavar="N", help=words)
    words = say("benih acak", "seed of chance")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help=words)
    words = say(
        "dengan gangguan: sambungan putus, server dimatikan, cakram bukti penuh",
        "with faults: lost answers, kills, a full disk for evidence",
    )
    parser.add_argument("--faults", action="store_true", help=words)
    words = say(
        "folder kosong untuk data (bawaan: sementara)", "an empty folder (default: temporary)"
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help=words)
    parser.set_defaults(run=run_round)


def run_round(args: argparse.Namespace) -> int:
    """Simulate and say what came of it; 1 when anything was lost, doubled or left unsaid."""
    try:
        import lxml  # noqa: F401 - a browser reads pages with it
        import openpyxl  # noqa: F401 - people fill in workbooks with it
    except ImportError:
        raise MaturityError(
            "Simulasi memerlukan paket tambahan: pip install 'maturity[simulate]'.",
            "The simulation needs an extra: pip install 'maturity[simulate]'.",
        ) from None
    from maturity.simulate.disk import NoDiskError
    from maturity.simulate.run import Plan, simulate

    plan = Plan(args.offices, args.clients, args.seed)
    if args.faults:
        plan = replace(plan, dropped=0.02, kill_every=60.0, full_every=30.0)
    with tempfile.TemporaryDirectory() as folder:
        data = args.data or Path(folder)
        if data.exists() and any(data.iterdir()):
            raise MaturityError(f"{data} tidak kosong.", f"{data} is not empty.")
        settings = replace(read_settings(), data=data.resolve(), secure_cookies=False)
        try:
            outcome = simulate(settings, plan, _say)
        except NoDiskError as error:
            _say(say(f"Cakram penuh tidak dicoba: {error}.", f"No full disk was tried: {error}."))
            outcome = simulate(settings, replace(plan, full_every=0.0), _say)
    return _told(outcome)


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def _told(outcome: Outcome) -> int:
    for name, count in sorted(outcome.states.items()):
        sys.stdout.write(f"{name:>22} {count}\n")
    for name, count in sorted(outcome.counts.items()):
        sys.stdout.write(f"{name:>22} {count}\n")
    sys.stdout.write(f"{'kills':>22} {outcome.kills}\n{'times without room':>22} {outcome.full}\n")
    for words in [*outcome.faults, *outcome.troubles]:
        sys.stderr.write(words + "\n")
    if outcome.sound:
        sys.stdout.write(say("Periode ini utuh.\n", "The round is sound.\n"))
    return 0 if outcome.sound else 1
