"""``maturity log``: export the record of decisions, check its chain, tell its head."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from maturity.commands.database import reading
from maturity.commands.language import say
from maturity.commands.parser import Commands
from maturity.commands.writing import output
from maturity.errors import MaturityError

if TYPE_CHECKING:
    from maturity.survey.chain import Fault, Head
    from maturity.survey.sealed import Bent


def add(commands: Commands) -> None:
    """Register the commands of this module."""
    base = commands.add_parser("log", help=say("catatan keputusan", "the record of decisions"))
    below = base.add_subparsers(
        title=say("perintah", "commands"), metavar=say("PERINTAH", "COMMAND"), required=True
    )
    words = say("tulis semua entri, satu per baris", "write all entries, one a line")
    export = below.add_parser("export", help=words)
    words = say("berkas JSONL yang dibuat", "the JSONL file to make")
    export.add_argument("file", metavar="FILE", help=words)
    export.set_defaults(run=run_export)
    words = say("periksa bahwa tidak ada entri yang diubah", "check that no entry was altered")
    verify = below.add_parser("verify", help=words)
    words = say("hasil ekspor (bawaan: basis data)", "an export (default: the database)")
    verify.add_argument("file", nargs="?", type=Path, metavar="FILE", help=words)
    words = say("kepala yang pernah diumumkan, boleh berulang", "a published head; repeatable")
    verify.add_argument("--head", action="append", default=[], metavar="SEQ:HASH", help=words)
    verify.set_defaults(run=run_verify)
    words = say("tampilkan kepala catatan untuk diumumkan", "print the head, to be published")
    below.add_parser("head", help=words).set_defaults(run=run_head)


def run_export(args: argparse.Namespace) -> int:
    """Write every entry as it is stored, whether the chain holds or not."""
    from maturity.survey.log import lines

    with reading() as session, output(args.file) as out:
        count = 0
        for line in lines(session):
            out.write(line + "\n")
            count += 1
    sys.stdout.write(say(f"{args.file}: {count} entri\n", f"{args.file}: {count} entries\n"))
    return 0


def run_verify(args: argparse.Namespace) -> int:
    """Say that the chain is whole, or name the first entry that is not as it was written.

    In the database also whether what it sealed (decisions, conversations) is as it was.
    """
    from maturity.survey.chain import verify
    from maturity.survey.log import lines
    from maturity.survey.sealed import bent

    published = [_head(text) for text in args.head]
    sealed: Bent | None = None
    if args.file is None:
        with reading() as session:
            verdict = verify(lines(session), published)
            sealed = next(bent(session), None) if verdict.fault is None else None
    else:
        with args.file.open(encoding="utf-8", errors="surrogateescape", newline="\n") as file:
            verdict = verify(_without_ends(file), published)
    if verdict.fault is not None:
        raise _broken(verdict.fault)
    if sealed is not None:
        raise _altered(sealed)
    whole = say("Catatan utuh", "The record is whole")
    sys.stdout.write(f"{whole}: {verdict.head}\n")
    return 0


def run_head(_args: argparse.Namespace) -> int:
    """Print the newest entry's number and hash."""
    from maturity.survey.log import head

    with reading() as session:
        sys.stdout.write(f"{head(session)}\n")
    return 0


def _without_ends(lines: Iterable[str]) -> Iterator[str]:
    return (line.rstrip("\r\n") for line in lines)


def _head(text: str) -> Head:
    from maturity.survey.chain import head_from

    try:
        return head_from(text)
    except ValueError:
        raise MaturityError(
            f"“{text}” bukan kepala catatan; tulislah NOMOR:HASH seperti `maturity log head`.",
            f"“{text}” is not a head; write SEQ:HASH as `maturity log head` does.",
            field="head",
        ) from None


def _broken(fault: Fault) -> MaturityError:
    from maturity.survey.chain import What

    indonesian, english = {
        What.ALTERED: ("telah diubah", "was altered"),
        What.MISSING: ("hilang", "is missing"),
        What.MOVED: ("tidak lagi di tempatnya", "is no longer in its place"),
        What.UNPUBLISHED: ("bukan yang diumumkan", "is not the one published"),
    }[fault.what]
    return MaturityError(
        f"Catatan tidak utuh: entri {fault.seq} {indonesian}.",
        f"The record is not whole: entry {fault.seq} {english}.",
    )


def _altered(found: Bent) -> MaturityError:
    indonesian, english = {
        "judgements": ("keputusan atas jawaban", "decisions about answers"),
        "comments": ("tanya jawab", "conversations"),
    }[found.what]
    return MaturityError(
        f"Catatan utuh, tetapi {indonesian} penilaian {found.assessment_id} tidak lagi seperti "
        f"ketika disegel oleh entri {found.seq}.",
        f"The record is whole, but the {english} of assessment {found.assessment_id} are not as "
        f"they were when entry {found.seq} sealed them.",
    )
