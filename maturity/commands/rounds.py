"""``maturity round open``: begin an assessment period for all offices."""

from __future__ import annotations

import argparse
import re
import sys
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from maturity.commands.database import writing
from maturity.commands.language import say
from maturity.commands.parser import Commands
from maturity.commands.settings import read_settings
from maturity.errors import MaturityError

ZONE = ZoneInfo("Asia/Jakarta")


def add(commands: Commands) -> None:
    """Register the commands of this module."""
    base = commands.add_parser("round", help=say("urus periode pengukuran", "assessment periods"))
    below = base.add_subparsers(
        title=say("perintah", "commands"), metavar=say("PERINTAH", "COMMAND"), required=True
    )
    words = say("buka periode untuk semua kantor", "open a period for all offices")
    parser = below.add_parser("open", help=words)
    words = say("nama singkat di alamat, misalnya 2027", "short name in addresses, e.g. 2027")
    parser.add_argument("slug", metavar="SLUG", help=words)
    words = say("berkas atau id instrumen", "file or id of the instrument")
    parser.add_argument("--instrument", default="ogd-kpu-2026", metavar="I", help=words)
    parser.add_argument("--title", required=True, help=say("judul", "title in Indonesian"))
    words = say("judul dalam bahasa Inggris", "title in English")
    parser.add_argument("--title-en", metavar="TITLE", help=words)
    words = say("hari pertama, misalnya 2027-02-01 (bawaan: hari ini)", "first day (today)")
    parser.add_argument("--opens", metavar="DATE", help=words)
    words = say("hari terakhir, sampai 23.59 WIB", "last day, until 23:59 WIB")
    parser.add_argument("--closes", required=True, metavar="DATE", help=words)
    parser.set_defaults(run=run_open)


def run_open(args: argparse.Namespace) -> int:
    """Open the period and say how many offices take part."""
    from sqlalchemy import func, select

    from maturity.survey.answers import Author
    from maturity.survey.instrument import Text
    from maturity.survey.models import Assessment
    from maturity.survey.rounds import NewRound, open_round
    from maturity.survey.shipped import locate

    now = datetime.now(UTC)
    opens = now if args.opens is None else _moment(args.opens, time(0, 0))
    closes = _moment(args.closes, time(23, 59, 59))
    title = Text(args.title, args.title_en or args.title)
    new = NewRound(_slug(args.slug), title, locate(args.instrument), opens, closes)
    with writing(read_settings()) as session:
        made = open_round(session, new, today=now.date(), author=Author(None, now, "cli"))
        ref = f"{made.instrument_id}@{made.instrument_version}"
        offices = session.scalar(select(func.count()).where(Assessment.round_id == made.id))
    sys.stdout.write(
        say(
            f"Periode {new.slug} dibuka untuk {offices} kantor dengan {ref}.\n",
            f"Period {new.slug} is open for {offices} offices with {ref}.\n",
        )
    )
    return 0


def _slug(said: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,38}", said):
        raise MaturityError(
            f"“{said}” tidak dapat dipakai dalam alamat; gunakan huruf kecil, angka, dan “-”.",
            f"“{said}” cannot stand in an address; use small letters, digits and “-”.",
            field="slug",
        )
    return said


def _moment(said: str, clock: time) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(said), clock, ZONE)
    except ValueError:
        raise MaturityError(
            f"“{said}” bukan tanggal; tulislah seperti 2027-02-28.",
            f"“{said}” is not a date; write it like 2027-02-28.",
        ) from None
