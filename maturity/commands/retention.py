"""``maturity retention``: what personal data is due to go, and letting it go."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime

from maturity.commands.database import writing
from maturity.commands.language import say, spoken
from maturity.commands.parser import Commands
from maturity.commands.settings import read_settings


def add(commands: Commands) -> None:
    """Register the commands of this module."""
    words = say("data pribadi yang habis masa simpannya", "personal data that is due to go")
    parser = commands.add_parser("retention", help=words)
    words = say("lakukan; tanpa ini hanya laporan", "do it; without this only report")
    parser.add_argument("--apply", action="store_true", help=words)
    parser.set_defaults(run=run_retention)


def run_retention(args: argparse.Namespace) -> int:
    """Report each class with its rule and the number of rows; apply only when told to."""
    from maturity.survey.answers import Author
    from maturity.survey.retention import apply, report

    now = datetime.now(UTC)
    with writing(read_settings()) as session:
        found = (
            apply(session, author=Author(None, now, "cli")) if args.apply else report(session, now)
        )
    for due in found:
        one, language = due.data_class, spoken()
        rule = say(f"sesudah {one.days} hari", f"after {one.days} days")
        sys.stdout.write(
            f"{due.count:>8}  {one.title.in_(language)}: {one.rule.in_(language)}, {rule}\n"
        )
    if not args.apply:
        words = "Laporan saja; tidak ada yang diubah. Tambahkan --apply untuk melakukannya.\n"
        sys.stdout.write(say(words, "A report only; nothing was changed. Add --apply to do it.\n"))
    return 0
