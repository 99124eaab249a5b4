"""Using evidence again that an office handed in before, here or in an earlier period."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from maturity.errors import MaturityError
from maturity.survey.answers import Author, attach, must_take_evidence
from maturity.survey.file_evidence import Use, use_stored
from maturity.survey.file_models import EvidenceFile
from maturity.survey.instrument import Text
from maturity.survey.models import Assessment, Evidence, Round

Used: TypeAlias = Evidence | EvidenceFile


@dataclass(frozen=True, slots=True)
class Piece:
    """A link or a file of an office. ``ref`` names it in forms; ``content`` is URL or SHA-256.

    ``earlier`` is the period it comes from, None for the present one.
    """

    ref: str
    content: str
    words: str
    place: str
    valid_until: date | None
    assessment_id: int
    earlier: Text | None


@dataclass(frozen=True, slots=True)
class Again:
    """What is said when a piece is used again; nothing said: as before."""

    place: str = ""
    valid_until: date | None = None
    still_valid: bool = False


class StillValidError(MaturityError):
    """Evidence of an earlier period that nobody has said still holds."""

    def __init__(self) -> None:
        super().__init__(
            "Bukti dari periode sebelumnya belum dipakai: periksa lalu nyatakan bahwa bukti itu "
            "masih berlaku.",
            "The evidence of an earlier period was not used: look at it, then say that it is "
            "still valid.",
            status=422,
        )


def offered(session: Session, assessment: Assessment) -> list[Piece]:
    """All that this office hands in now or handed in before, newest period first, each once."""
    found: dict[str, Piece] = {}
    rows = _rows(session, assessment)
    for row, its in sorted(rows, key=lambda one: (-one[1].opens_at.timestamp(), one[0].id)):
        piece = _piece(row, its, assessment)
        found.setdefault(piece.content, piece)
    return list(found.values())


def _rows(session: Session, here: Assessment) -> Iterator[tuple[Used, Round]]:
    own = (
        Assessment.office_code == here.office_code,
        Round.opens_at <= here.round.opens_at,
    )
    links = (
        select(Evidence, Round)
        .join(Assessment, Assessment.id == Evidence.assessment_id)
        .join(Round, Round.id == Assessment.round_id)
        .where(*own, Evidence.removed_at.is_(None), Evidence.usable)
    )
    files = (
        select(EvidenceFile, Round)
        .join(Assessment, Assessment.id == EvidenceFile.assessment_id)
        .join(Round, Round.id == Assessment.round_id)
        .where(*own, EvidenceFile.removed_at.is_(None))
    )
    for link, its in session.execute(links):
        yield link, its
    for file, its in session.execute(files):
        yield file, its


def _piece(row: Used, its: Round, here: Assessment) -> Piece:
    link = isinstance(row, Evidence)
    return Piece(
        ref=f"{'l' if link else 'f'}{row.id}",
        content=row.url if isinstance(row, Evidence) else row.sha256,
        words=row.url if isinstance(row, Evidence) else row.name_as_given,
        place=row.place,
        valid_until=row.valid_until,
        assessment_id=row.assessment_id,
        earlier=None if row.assessment_id == here.id else Text(its.title_id, its.title_en),
    )


def use_piece(
    session: Session, assessment: Assessment, key: str, ref: str, *, again: Again, author: Author
) -> Used | None:
    """Use a piece at a question: a new row beside the old one; None where it is not this office's.

    StillValidError for one of an earlier period; else as ``attach`` and ``attach_file``.
    """
    must_take_evidence(assessment, author.now)
    piece = next((one for one in offered(session, assessment) if one.ref == ref), None)
    if piece is None:
        return None
    if piece.earlier is not None and not again.still_valid:
        raise StillValidError
    number = int(ref[1:])
    old: Used = (
        session.get_one(Evidence, number)
        if ref[0] == "l"
        else session.get_one(EvidenceFile, number)
    )
    row = _used(session, assessment, key, old, again=again, author=author)
    if piece.earlier is not None and row.added_at == author.now:
        row.carried_from_id = piece.assessment_id
    session.flush()
    return row


def _used(
    session: Session,
    assessment: Assessment,
    key: str,
    old: Used,
    *,
    again: Again,
    author: Author,
) -> Used:
    place, until = again.place or old.place, again.valid_until or old.valid_until
    if isinstance(old, EvidenceFile):
        use = Use(old.name_as_given, old.note, place, until)
        return use_stored(session, assessment, key, old.sha256, use=use, author=author)
    row, _ = attach(
        session, assessment, key,
        url=old.url, note=old.note, author=author, place=place, valid_until=until,
    )  # fmt: skip
    return row
