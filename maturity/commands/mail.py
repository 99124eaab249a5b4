"""``maturity mail`` and ``maturity remind``: try the way out, see who gets which letter."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from maturity.commands.database import current
from maturity.commands.language import say, spoken
from maturity.commands.parser import Commands
from maturity.commands.settings import read_settings
from maturity.errors import MaturityError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from maturity.mail.outbox import Order

REFERENCE = ZoneInfo("Asia/Jakarta")


def add(commands: Commands) -> None:
    """Register the commands of this module."""
    base = commands.add_parser("mail", help=say("surel", "e-mail"))
    below = base.add_subparsers(
        title=say("perintah", "commands"), metavar=say("PERINTAH", "COMMAND"), required=True
    )
    words = say("kirim surat percobaan sekarang", "send a test letter now")
    test = below.add_parser("test", help=words)
    test.add_argument("address", metavar="ADDRESS", help=say("alamat surel", "e-mail address"))
    test.set_defaults(run=run_test)
    words = say("pesan pengingat yang sudah waktunya", "order the reminders that are due")
    remind = commands.add_parser("remind", help=words)
    words = say("hanya tunjukkan siapa menerima apa hari ini", "only show who gets what today")
    remind.add_argument("--dry-run", action="store_true", help=words)
    remind.set_defaults(run=run_remind)


def run_test(args: argparse.Namespace) -> int:
    """Send a letter and tell what the server answered."""
    from maturity.mail.letters import Letter
    from maturity.mail.transport import transport

    now = datetime.now(UTC)
    text = say(
        "Surel dari aplikasi Maturitas Data Terbuka dapat sampai kepada Anda.",
        "E-mail from the open-data maturity application reaches you.",
    )
    subject = say("Surat percobaan", "A test letter")
    letter = Letter(args.address, subject, text, f"test:{now.timestamp()}")
    try:
        answer = transport(read_settings()).send(letter, now=now)
    except MaturityError as error:
        told = f"\n{error.answer}" if error.answer else ""
        raise MaturityError(error.message_id + told, error.message_en + told) from error
    sys.stdout.write(say(f"Diterima: {answer}\n", f"Accepted: {answer}\n"))
    return 0


def run_remind(args: argparse.Namespace) -> int:
    """Order what is due now, or list what is due until the end of this day."""
    from maturity.mail.outbox import post
    from maturity.survey import reminders

    now = datetime.now(UTC)
    with current() as database:
        with database.read() as session:
            situation = reminders.read(session, now)
            moments = _rest_of_day(now) if args.dry_run else [now]
            found = {one.key: one for at in moments for one in reminders.orders(situation, at)}
            fresh = reminders.unposted(session, list(found.values()))
            lines = _lines(session, fresh)
        if not args.dry_run:
            with database.write() as session:
                for order in fresh:
                    post(session, order, now=now)
    sys.stdout.writelines(lines or [say("Tidak ada pengingat.\n", "There are no reminders.\n")])
    return 0


def _rest_of_day(now: datetime) -> list[datetime]:
    """This moment and each full hour until midnight in Jakarta."""
    there = now.astimezone(REFERENCE)
    hours = range(1, 24 - there.hour)
    full = there.replace(minute=0, second=0, microsecond=0)
    return [now, *(full + timedelta(hours=count) for count in hours)]


def _lines(session: Session, orders: list[Order]) -> list[str]:
    from sqlalchemy import select

    from maturity.jobs.titles import letter_of
    from maturity.offices.models import Person

    people = {row[0]: row[1] for row in session.execute(select(Person.id, Person.email))}
    return [
        f"{people[one.person_id]}  {letter_of(one.letter, spoken())}  {one.key}\n" for one in orders
    ]
