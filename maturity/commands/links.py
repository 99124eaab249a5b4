"""``maturity links check``: open the links of a period now, and keep copies."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from maturity.commands.database import current
from maturity.commands.language import say, spoken
from maturity.commands.parser import Commands
from maturity.commands.settings import read_settings
from maturity.errors import MaturityError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from maturity.survey.link_models import ArchivedLink


def add(commands: Commands) -> None:
    """Register the commands of this module."""
    base = commands.add_parser("links", help=say("tautan bukti dukung", "links as evidence"))
    below = base.add_subparsers(
        title=say("perintah", "commands"), metavar=say("PERINTAH", "COMMAND"), required=True
    )
    words = say(
        "buka tautan satu periode dan simpan salinannya", "open a period's links, keep copies"
    )
    check = below.add_parser("check", help=words)
    words = say("periode pengukuran, misalnya 2026", "assessment period, e.g. 2026")
    check.add_argument("--round", required=True, metavar="R", help=words)
    words = say("nomor satu penilaian (bawaan: semua)", "number of one assessment (default: all)")
    check.add_argument("--assessment", type=int, metavar="N", help=words)
    check.set_defaults(run=run_check)


def run_check(args: argparse.Namespace) -> int:
    """Open every link that was not opened lately; say what was found of each."""
    from maturity.survey import link_fetch
    from maturity.survey.files import store_of
    from maturity.survey.link_archive import Tools, archive_links

    settings = read_settings()
    if not settings.check_links:
        raise MaturityError(
            "Pemeriksaan tautan dimatikan (MATURITY_CHECK_LINKS=0).",
            "Checking links is turned off (MATURITY_CHECK_LINKS=0).",
        )
    now = partial(datetime.now, UTC)
    with current() as database:
        with database.read() as session:
            payload = _payload(session, args.round, args.assessment)
        tools = Tools(
            database, store_of(settings), partial(link_fetch.fetch, now=now), now, seen=_say
        )
        done = archive_links(payload, tools)
    checked, broken = done["checked"], done["broken"]
    sys.stdout.write(
        say(
            f"{checked} tautan diperiksa, {broken} tidak dapat dibuka.\n",
            f"{checked} links checked, {broken} could not be opened.\n",
        )
    )
    return 0


def _payload(session: Session, slug: str, assessment_id: int | None) -> dict[str, int]:
    from sqlalchemy import select

    from maturity.survey.models import Assessment, Round

    round_id = session.scalar(select(Round.id).where(Round.slug == slug))
    if round_id is None:
        raise MaturityError(f"Tidak ada periode {slug}.", f"There is no period {slug}.")
    if assessment_id is None:
        return {"round": round_id}
    found = session.get(Assessment, assessment_id)
    if found is None or found.round_id != round_id:
        raise MaturityError(
            f"Tidak ada penilaian nomor {assessment_id} pada periode {slug}.",
            f"There is no assessment number {assessment_id} in period {slug}.",
        )
    return {"assessment": assessment_id}


def _say(row: ArchivedLink) -> None:
    from maturity.survey.link_words import found_words

    sys.stdout.write(f"{row.url}: {found_words(row).in_(spoken())}\n")
