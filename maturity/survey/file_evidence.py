"""The door for evidence files: take in, attach to an answer, take away, find who shares one.

Taking in (recognising, cleaning, storing) needs no database and is done before a session for
writing begins: a content that nothing refers to in the end does no harm.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from maturity.errors import MaturityError
from maturity.offices.models import Office
from maturity.survey.answers import (
    MAX_NOTE,
    MAX_PLACE,
    Author,
    TooLongError,
    mark_removed,
    must_be_open,
    must_take_evidence,
    touch,
)
from maturity.survey.file_kinds import (
    BY_MEDIA_TYPE,
    KINDS,
    Kind,
    RefusedFileError,
    recognised,
)
from maturity.survey.file_models import EvidenceFile, StoredFile
from maturity.survey.files import FileStore
from maturity.survey.identity_numbers import file_holds_nik
from maturity.survey.links import clean
from maturity.survey.models import Assessment

MAX_FILES = 10
MAX_NAME = 150


@dataclass(frozen=True, slots=True)
class Taken:
    """A content that is in the store; what the store does not know of it."""

    sha256: str
    size: int
    kind: Kind
    holds_nik: bool | None


@dataclass(frozen=True, slots=True)
class Use:
    """What somebody says of a file at one question: its name, why, and where to look."""

    name: str
    note: str = ""
    place: str = ""
    valid_until: date | None = None


class TooManyFilesError(MaturityError):
    """More files than one answer may have."""

    def __init__(self) -> None:
        super().__init__(
            f"paling banyak {MAX_FILES} berkas untuk satu pertanyaan; berkas ini tidak disimpan.",
            f"at most {MAX_FILES} files for one question; this file was not saved.",
        )


def take(store: FileStore, content: bytes, *, most: int, kinds: Sequence[Kind] = KINDS) -> Taken:
    """Recognise, clean, search and store a content of at most ``most`` bytes.

    RefusedFileError where it is too large or of no kind that is taken; NotKeptError.
    """
    if not content:
        raise RefusedFileError("berkas ini kosong.", "this file is empty.")
    if len(content) > most:
        raise RefusedFileError(
            f"berkas ini melebihi batas {megabytes(most, ',')} MB.",
            f"this file exceeds the limit of {megabytes(most, '.')} MB.",
        )
    kind, kept = recognised(content)
    if kind not in kinds:
        names = ", ".join(one.name for one in kinds)
        raise RefusedFileError(
            f"berkas ini {kind.name}; yang diterima di sini hanya {names}.",
            f"this file is {kind.name}; only {names} are taken here.",
        )
    return Taken(store.put(kept), len(kept), kind, file_holds_nik(kind, kept))


def megabytes(size: int, point: str) -> str:
    """A limit in words: ``5`` or ``2,5``."""
    return f"{size / 1_000_000:g}".replace(".", point)


def plain_name(said: str, kind: Kind) -> str:
    """A name as it is given, without folders, control and direction signs; with its kind's ending.

    >>> plain_name("../../SK 12.exe", file_kinds.PDF)
    'SK 12.exe.pdf'
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", said))[-1]
    shown = "".join(" " if c.isspace() else c for c in last)
    shown = "".join(c for c in shown if not unicodedata.category(c).startswith("C"))
    shown = " ".join(shown.split()).strip(". ")[-MAX_NAME:] or "berkas"
    return shown if shown.lower().endswith(kind.endings) else shown + kind.endings[0]


def files(session: Session, assessment_id: int) -> dict[str, list[EvidenceFile]]:
    """Present files of an assessment by question (or ``matrix/object``), oldest first."""
    rows = session.scalars(
        select(EvidenceFile)
        .where(EvidenceFile.assessment_id == assessment_id, EvidenceFile.removed_at.is_(None))
        .options(joinedload(EvidenceFile.stored))
        .order_by(EvidenceFile.id)
    )
    found: dict[str, list[EvidenceFile]] = defaultdict(list)
    for row in rows:
        found[row.key].append(row)
    return dict(found)


def handed_in(session: Session, assessment_id: int, sha256: str) -> EvidenceFile | None:
    """The first present use of a content in an assessment; None: it was not handed in there."""
    return session.scalar(
        select(EvidenceFile)
        .where(
            EvidenceFile.assessment_id == assessment_id,
            EvidenceFile.sha256 == sha256,
            EvidenceFile.removed_at.is_(None),
        )
        .options(joinedload(EvidenceFile.stored))
        .order_by(EvidenceFile.id)
        .limit(1)
    )


def keys_of(session: Session, assessment_id: int, sha256: str) -> list[str]:
    """Where in an assessment a content is used at present."""
    wanted = (
        EvidenceFile.assessment_id == assessment_id,
        EvidenceFile.sha256 == sha256,
        EvidenceFile.removed_at.is_(None),
    )
    return list(session.scalars(select(EvidenceFile.key).where(*wanted).distinct()))


def attach_file(
    session: Session, assessment: Assessment, key: str, taken: Taken, *, use: Use, author: Author
) -> EvidenceFile:
    """Use a taken content at a question. The same again only changes what is said of it."""
    must_take_evidence(assessment, author.now)
    store_row(session, taken, author)
    return _attach(session, assessment, key, taken.sha256, use=use, author=author)


def use_stored(
    session: Session, assessment: Assessment, key: str, sha256: str, *, use: Use, author: Author
) -> EvidenceFile:
    """Use a content at a question that this office handed in before (``evidence_again`` knows)."""
    must_take_evidence(assessment, author.now)
    return _attach(session, assessment, key, sha256, use=use, author=author)


def store_row(session: Session, taken: Taken, author: Author) -> None:
    """Know of a content that is in the store, if nobody did."""
    if session.get(StoredFile, taken.sha256) is not None:
        return
    row = StoredFile(
        sha256=taken.sha256,
        size=taken.size,
        media_type=taken.kind.media_type,
        holds_nik=taken.holds_nik,
        uploaded_at=author.now,
        by_id=author.person_id,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        pass  # another office handed in the same content at this moment


def _attach(
    session: Session, assessment: Assessment, key: str, sha256: str, *, use: Use, author: Author
) -> EvidenceFile:
    note, place = _fitting(use.note, MAX_NOTE), _fitting(use.place, MAX_PLACE)
    present = files(session, assessment.id).get(key, [])
    for row in present:
        if row.sha256 == sha256:
            row.note, row.place = note or row.note, place or row.place
            row.valid_until = use.valid_until or row.valid_until
            return row
    if len(present) >= MAX_FILES:
        raise TooManyFilesError
    row = EvidenceFile(
        assessment_id=assessment.id,
        key=key,
        sha256=sha256,
        name_as_given=use.name,
        note=note,
        place=place,
        valid_until=use.valid_until,
        added_at=author.now,
        added_by_id=author.person_id,
        added_delegation_id=author.delegation_id,
    )
    session.add(row)
    touch(assessment, author)
    session.flush()
    return row


def _fitting(text: str, most: int) -> str:
    if len(clean(text)) > most:
        raise TooLongError(most)
    return clean(text)


def detach_file(
    session: Session, assessment: Assessment, key: str, use_id: int, *, author: Author
) -> None:
    """Take a file away from a question; it stays in the record."""
    must_be_open(assessment, author.now)
    mark_removed(assessment, key, session.get(EvidenceFile, use_id), author)
    session.flush()


def shared_by(session: Session, sha256: str) -> list[Office]:
    """The offices that hand in this content at present, by code: for verifiers only."""
    codes = (
        select(Assessment.office_code)
        .join(EvidenceFile, EvidenceFile.assessment_id == Assessment.id)
        .where(EvidenceFile.sha256 == sha256, EvidenceFile.removed_at.is_(None))
    )
    return list(session.scalars(select(Office).where(Office.code.in_(codes)).order_by(Office.code)))


def kind_of(stored: StoredFile) -> Kind:
    """What a stored file is."""
    return BY_MEDIA_TYPE[stored.media_type]
