"""``maturity offices import`` and ``maturity import answers``: foretold first, then done."""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from maturity.commands.database import writing
from maturity.commands.language import say, spoken, warn
from maturity.commands.parser import Commands, Parser
from maturity.commands.settings import read_settings
from maturity.errors import MaturityError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from maturity.offices.further import Brought
    from maturity.offices.lists import Fault
    from maturity.survey.answer_import import Imported
    from maturity.survey.answers import Author

MOST_TOLD = 200


class _ForetoldError(Exception):
    """Ends a transaction whose changes are not wanted."""


@contextmanager
def _transaction(*, applied: bool) -> Iterator[Session]:
    """A session whose changes stay only if they are ``applied``: otherwise they are foretold by
    making them, and undone."""
    with suppress(_ForetoldError), writing(read_settings()) as session:
        yield session
        if not applied:
            raise _ForetoldError


def add(commands: Commands) -> None:
    """Register the commands of this module."""
    _add_offices(commands)
    words = say("muat data dari berkas", "bring in data from a file")
    below = _group(commands.add_parser("import", help=words))
    words = say("jadikan berkas jawaban isi sebuah periode", "make a file's answers a period's")
    parser = _file(below.add_parser("answers", help=words))
    words = say("periode pengukuran, misalnya 2027", "assessment period, e.g. 2027")
    parser.add_argument("--round", required=True, metavar="SLUG", help=words)
    words = say("awalan id pertanyaan: dengan Q, “1” dibaca Q1",
                "what stands before question names: with Q, “1” is read as Q1")  # fmt: skip
    parser.add_argument("--question-prefix", default="", metavar="P", help=words)
    words = say(
        "akun administrator yang bertanggung jawab (bawaan: operator server)",
        "account of the administrator who answers for it (default: the server's operator)",
    )
    parser.add_argument("--by", metavar="EMAIL", help=words)
    words = say("ajukan juga penilaian kantor-kantor itu", "hand in these offices' assessments too")
    parser.add_argument("--submit", action="store_true", help=words)
    words = say("ajukan walaupun ada yang belum dijawab", "hand in what has gaps as well")
    parser.add_argument("--incomplete", action="store_true", help=words)
    parser.set_defaults(run=run_answers)


def _add_offices(commands: Commands) -> None:
    words = say("urus kantor di luar register", "look after offices beyond the register")
    below = _group(commands.add_parser("offices", help=words))
    words = say(
        "tambahkan kantor dari CSV atau XLSX (kolom code,kind,name_id,name_en,timezone"
        "[,short_name,parent])",
        "add offices from CSV or XLSX (columns code,kind,name_id,name_en,timezone"
        "[,short_name,parent])",
    )
    _file(below.add_parser("import", help=words)).set_defaults(run=run_offices)
    words = say(
        "catat jumlah pemilih dan dapil kantor dari CSV atau XLSX (kolom code[,voters][,districts]"
        ",source)",
        "note offices' registered voters and electoral districts from CSV or XLSX (columns "
        "code[,voters][,districts],source)",
    )
    _file(below.add_parser("profile", help=words)).set_defaults(run=run_profiles)


def _group(base: Parser) -> Commands:
    return base.add_subparsers(
        title=say("perintah", "commands"), metavar=say("PERINTAH", "COMMAND"), required=True
    )


def _file(parser: Parser) -> Parser:
    parser.add_argument("file", type=Path, metavar="FILE")
    words = say("lakukan; tanpa ini perubahan hanya ditampilkan", "do it; without, only shown")
    parser.add_argument("--apply", action="store_true", help=words)
    return parser


# --- offices --------------------------------------------------------------------------


def run_offices(args: argparse.Namespace) -> int:
    """Add or change the offices of a file, or none where a row is bad."""
    from maturity.offices.further import bring, read_offices

    with _transaction(applied=args.apply) as session:
        listed = read_offices(session, args.file)
        if listed.faults:
            return _refused(args.file, listed.faults)
        done = bring(session, listed.offices)
        if done.added or done.changed:
            counts = {"added": len(done.added), "changed": len(done.changed)}
            _record(session, "offices-imported", args.file, counts)
    _tell_offices(done)
    _end(applied=args.apply)
    return 0


def _refused(file: Path, faults: Iterable[Fault]) -> int:
    for fault in faults:
        place = say(f"baris {fault.row}, kolom", f"row {fault.row}, column")
        sys.stderr.write(f"{file}: {place} {fault.column}: {fault.error.in_(spoken())}\n")
    _nothing_done()
    return 1


def _tell_offices(done: Brought) -> None:
    _tell_codes(
        (say("baru", "new"), done.added),
        (say("diubah", "changed"), done.changed),
        (say("tetap", "unchanged"), done.same),
    )


def _tell_codes(*lines: tuple[str, tuple[str, ...]]) -> None:
    for words, codes in lines:
        sys.stdout.write(f"{words:<10} {len(codes):>4}  {' '.join(codes)}".rstrip() + "\n")


def run_profiles(args: argparse.Namespace) -> int:
    """Note what a file says of offices' size, or nothing where a row is bad."""
    from maturity.offices.profiles import bring_profiles, read_profiles

    with _transaction(applied=args.apply) as session:
        listed = read_profiles(session, args.file)
        if listed.faults:
            return _refused(args.file, listed.faults)
        done = bring_profiles(session, listed.profiles)
        if done.changed:
            _record(session, "offices-profiled", args.file, {"changed": len(done.changed)})
    _tell_codes((say("diubah", "changed"), done.changed), (say("tetap", "unchanged"), done.same))
    _end(applied=args.apply)
    return 0


# --- answers --------------------------------------------------------------------------


def run_answers(args: argparse.Namespace) -> int:
    """Bring the answers of a file into a period, all of them or none."""
    from maturity.survey.answer_import import Wanted, bring
    from maturity.survey.answer_shapes import read_answers
    from maturity.survey.assessments import instrument_of
    from maturity.survey.findings import AnswersError
    from maturity.survey.rounds import round_named

    try:
        with _transaction(applied=args.apply) as session:
            round_ = round_named(session, args.round)
            table = read_answers(args.file, instrument_of(round_), prefix=args.question_prefix)
            wanted = Wanted(table, _sha256(args.file), args.submit, args.incomplete)
            done = bring(session, round_, wanted, author=_author(session, args.by))
    except AnswersError as error:
        sys.stderr.write(error.in_(spoken()) + "\n")
        _nothing_done()
        return 1
    _tell_answers(done)
    _end(applied=args.apply)
    return 0


def _author(session: Session, email: str | None) -> Author:
    """Who answers for the import: an administrator's account, or nobody known."""
    from sqlalchemy import select

    from maturity.offices.models import Person, Role
    from maturity.offices.people import plain_email
    from maturity.survey.answer_import import WAY
    from maturity.survey.answers import Author

    if email is None:
        return Author(None, datetime.now(UTC), WAY)
    person = session.scalar(select(Person).where(Person.email == plain_email(email), Person.active))
    if person is None or all(one.role != Role.ADMINISTRATOR for one in person.memberships):
        raise MaturityError(
            f"“{email[:80]}” bukan akun administrator yang aktif.",
            f"“{email[:80]}” is no active account of an administrator.",
            field="by",
        )
    return Author(person.id, datetime.now(UTC), WAY)


def _tell_answers(done: Imported) -> None:
    for note in done.notes:
        warn(note.in_(spoken()))
    heads = (say("kantor", "office"), say("baru", "new"), say("diubah", "changed"),
             say("tetap", "same"), say("bukti", "evidence"), say("kosong", "missing"))  # fmt: skip
    sys.stdout.write("{:<8}{:>8}{:>8}{:>8}{:>9}{:>8}\n".format(*heads))
    for one in done.offices:
        counts = (one.added, one.changed, one.same, one.evidence, one.missing)
        state = f"  {say('diajukan', 'handed in')}" if one.submitted else ""
        sys.stdout.write("{:<8}{:>8}{:>8}{:>8}{:>9}{:>8}".format(one.code, *counts) + state + "\n")
    for change in done.changes[:MOST_TOLD]:
        sys.stdout.write(f"{change.place.in_(spoken())}: {change.before} → {change.after}\n")
    more = len(done.changes) - MOST_TOLD
    if more > 0:
        sys.stdout.write(say(f"… dan {more} perubahan lagi\n", f"… and {more} more changes\n"))


# --- both -----------------------------------------------------------------------------


def _record(session: Session, kind: str, file: Path, counts: Mapping[str, int]) -> None:
    from maturity.survey import log
    from maturity.survey.log import Kind, Note

    data = {**counts, "file": _sha256(file), "way": "cli"}
    log.append(session, Note(kind=Kind(kind), at=datetime.now(UTC), data=data))


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _end(*, applied: bool) -> None:
    if not applied:
        sys.stderr.write(say("Uji coba: tidak ada yang diubah; ulangi dengan --apply.\n",
                             "Dry run: nothing was changed; repeat with --apply.\n"))  # fmt: skip


def _nothing_done() -> None:
    warn(say("tidak ada yang diubah.", "nothing was changed."))
