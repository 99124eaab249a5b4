"""``maturity invite`` and ``maturity users import``: people get their links."""

from __future__ import annotations

import argparse
import csv
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from maturity.commands.database import writing
from maturity.commands.language import say, spoken, warn
from maturity.commands.parser import Commands
from maturity.commands.settings import read_settings

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from maturity.config import Settings
    from maturity.offices.importing import Done
    from maturity.offices.lists import Fault

ROLES = (
    "operator", "responsible", "verifier", "external", "settler", "researcher", "viewer",
    "administrator",
)  # fmt: skip
HERE = "http://127.0.0.1:8000"
FIELDS = ("email", "name", "office", "role", "link", "expires")


@dataclass(frozen=True, slots=True)
class Posting:
    """Whether invitations also leave by mail, and what is said of it."""

    settings: Settings
    wanted: bool

    @classmethod
    def of(cls, settings: Settings, args: argparse.Namespace) -> Posting:
        """As the page does, unless told not to; never a letter whose link leads nowhere."""
        return cls(settings, bool(settings.smtp) and not args.no_mail)

    def order(self, session: Session, token: str, person_id: int, at: datetime) -> None:
        """Have the letter sent once the session commits."""
        from maturity.offices.letters import order_invite

        base = self.settings.base_url
        if self.wanted and base:
            order_invite(session, token, person_id, settings=self.settings, base=base, at=at)

    def tell(self, count: int) -> None:
        """How many letters wait for the worker, or why none does."""
        if self.wanted and not self.settings.base_url:
            warn(
                say(
                    "Undangan tidak dikirim lewat surel: MATURITY_BASE_URL belum diatur.",
                    "No invitation is sent by e-mail: MATURITY_BASE_URL is not set.",
                )
            )
        elif self.wanted and count:
            _say(
                f"Undangan yang dikirim lewat surel oleh `maturity worker`: {count}.",
                f"Invitations that `maturity worker` sends by e-mail: {count}.",
            )


class _DryRunError(Exception):
    """Ends a transaction whose changes are not wanted."""


def add(commands: Commands) -> None:
    """Register the commands of this module."""
    invite = commands.add_parser(
        "invite",
        help=say("beri seseorang peran dan buat tautannya", "give somebody a role and a link"),
    )
    invite.add_argument("email", metavar="EMAIL", help=say("alamat surel", "e-mail address"))
    invite.add_argument("--name", required=True, metavar="N", help=say("nama", "name"))
    invite.add_argument(
        "--office",
        required=True,
        metavar="CODE",
        help=say("kode kantor: 0, 36, 36.71", "code of the office: 0, 36, 36.71"),
    )
    invite.add_argument("--role", required=True, choices=ROLES, help=say("peran", "role"))
    invite.add_argument(
        "--new-link",
        action="store_true",
        help=say(
            "buat tautan juga bagi yang sudah memiliki kata sandi",
            "make a link also for somebody who has a password",
        ),
    )
    _add_no_mail(invite)
    invite.set_defaults(run=run_invite)
    _add_users(commands)


def _add_users(commands: Commands) -> None:
    users = commands.add_parser("users", help=say("urus pengguna", "look after the users"))
    below = users.add_subparsers(
        title=say("perintah", "commands"), metavar=say("PERINTAH", "COMMAND"), required=True
    )
    parser = below.add_parser(
        "import",
        help=say(
            "undang banyak orang dari CSV atau XLSX (kolom email,name,office,role)",
            "invite many people from CSV or XLSX (columns email,name,office,role)",
        ),
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help=say("periksa saja, jangan mengubah apa pun", "only check, change nothing"),
    )
    parser.add_argument(
        "--out",
        metavar="FILE",
        help=say("tulis tautan ke berkas CSV ini", "write the links to this CSV file"),
    )
    _add_no_mail(parser)
    parser.set_defaults(run=run_import)


def _add_no_mail(parser: argparse.ArgumentParser) -> None:
    words = say("jangan kirim undangan lewat surel", "send no invitation by e-mail")
    parser.add_argument("--no-mail", action="store_true", help=words)


def run_invite(args: argparse.Namespace) -> int:
    """Invite one person and print the link."""
    from maturity.offices import people
    from maturity.offices.models import Person

    settings, at = read_settings(), datetime.now(UTC)
    who = people.Newcomer(args.email, args.name, args.office, args.role)
    with writing(settings) as session:
        invited = people.invite(session, who, at=at, by=None)
        person, token = session.get_one(Person, invited.person_id), invited.token
        if token is None and (args.new_link or not person.password_hash):
            token = people.renew(session, person, at=at, by=None)
        posting = Posting.of(settings, args)
        if token is not None:
            posting.order(session, token, person.id, at)
    if token is None:
        _say(
            f"Peran ditambahkan; {invited.email} sudah memiliki kata sandi.",
            f"The role is added; {invited.email} has a password already.",
        )
    else:
        sys.stdout.write(f"{_link(settings, token)}\n")
        _say("Berlaku tujuh hari, satu kali pakai.", "Valid for seven days, to be used once.")
        posting.tell(1)
    return 0


def run_import(args: argparse.Namespace) -> int:
    """Invite everybody of a file, or nobody where a row is bad."""
    from maturity.offices import importing

    settings, at = read_settings(), datetime.now(UTC)
    lines = importing.read_people(args.file)
    done: list[Done] = []
    try:
        with writing(settings) as session:
            faults = importing.faults_of(session, lines)
            if faults:
                return _report(faults, args.file, len(lines))
            done = importing.carry_out(session, lines, at=at)
            if args.dry_run:
                raise _DryRunError
            posting, links = Posting.of(settings, args), _links(done)
            for one in links.values():
                posting.order(session, one.invited.token or "", one.invited.person_id, at)
    except _DryRunError:
        _foretell(done)
        return 0
    _write_links(settings, links, args.out, at)
    same = sum(not one.invited.role_added for one in done)
    _say(
        f"{len(links)} tautan dibuat; {same} baris tidak mengubah apa pun.",
        f"{len(links)} links made; {same} rows changed nothing.",
    )
    posting.tell(len(links))
    return 0


def _report(faults: Iterable[Fault], file: Path, rows: int) -> int:
    bad = set()
    for fault in faults:
        bad.add(fault.row)
        place = say(f"baris {fault.row}, kolom", f"row {fault.row}, column")
        sys.stderr.write(f"{file}: {place} {fault.column}: {fault.error.in_(spoken())}\n")
    warn(
        say(
            f"{len(bad)} dari {rows} baris keliru; tidak ada yang diubah.",
            f"{len(bad)} of {rows} rows are bad; nothing was changed.",
        )
    )
    return 1


def _foretell(done: Iterable[Done]) -> None:
    for one in done:
        sys.stdout.write(f"{one.line.row}\t{one.invited.email}\t{_outcome(one)}\n")
    _say("Uji coba: tidak ada yang diubah.", "Dry run: nothing was changed.")


def _outcome(one: Done) -> str:
    where = f"{one.line.who.role} {one.line.who.office}"
    if one.invited.is_new:
        return say(f"akan diundang: {where}", f"would be invited: {where}")
    if one.invited.role_added:
        return say(f"akan mendapat peran: {where}", f"would get the role: {where}")
    return say("sudah memiliki peran ini", "has this role already")


def _links(done: Iterable[Done]) -> dict[str, Done]:
    """One link a person: of several roles in the file the last one's holds."""
    return {one.invited.email: one for one in done if one.invited.token}


def _write_links(settings: Settings, links: dict[str, Done], out: str | None, at: datetime) -> None:
    from maturity.commands.writing import output
    from maturity.offices.invites import LIFE
    from maturity.survey.neutral import neutral

    until = (at + LIFE).isoformat(timespec="seconds")
    mask = os.umask(0o077)  # whoever reads the links can take the accounts
    try:
        with output(out) as stream:
            rows = csv.writer(stream, lineterminator="\n")
            rows.writerow(FIELDS)
            for email, one in links.items():
                who, link = one.line.who, _link(settings, one.invited.token or "")
                cells = (email, who.name, who.office, who.role)
                rows.writerow([*map(neutral, cells), link, until])
    finally:
        os.umask(mask)


def _link(settings: Settings, token: str) -> str:
    return f"{settings.base_url or HERE}/invite/{token}"


def _say(indonesian: str, english: str) -> None:
    sys.stderr.write(say(indonesian, english) + "\n")
