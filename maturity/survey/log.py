"""The door for the record: append decisions in the transaction that makes them, and read all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import Row, Table, func, insert, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from maturity.survey import chain
from maturity.survey.chain import EMPTY, Head
from maturity.survey.log_models import LogEntry

BATCH = 1000
_LOCK = 0x7265636F7264  # one appending transaction at a time on PostgreSQL; any fixed number does


class Kind(StrEnum):
    """What was decided; further kinds are added, none ever changes its meaning."""

    ROUND_OPENED = "round-opened"
    STATE_CHANGED = "state-changed"
    RETENTION = "retention"
    PAPER_SIGNED = "paper-signed"
    SECTION_ASSIGNED = "section-assigned"
    SECTION_SHARED = "section-shared"
    SECTION_LINK_REVOKED = "section-link-revoked"
    THREAD_RESOLVED = "thread-resolved"
    THREAD_REOPENED = "thread-reopened"
    WORKBOOK_BROUGHT = "workbook-brought"
    ROUND_CHANGED = "round-changed"
    TARGETS_SET = "targets-set"
    INSTRUMENT_CORRECTED = "instrument-corrected"
    REPLY_FINISHED = "reply-finished"
    DEADLINE_EXTENDED = "deadline-extended"
    VERIFIER_ASSIGNED = "verifier-assigned"
    INTEREST_DECLARED = "interest-declared"
    INTEREST_ENDED = "interest-ended"
    OFFICES_IMPORTED = "offices-imported"
    OFFICES_PROFILED = "offices-profiled"
    ANSWERS_IMPORTED = "answers-imported"
    EXAMPLE_PERMITTED = "example-permitted"
    EXAMPLE_WITHDRAWN = "example-withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A decision to be recorded. ``data``: texts, whole numbers, yes and no; no personal data."""

    kind: str
    at: datetime
    assessment_id: int | None = None
    round_id: int | None = None
    by_id: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


def append(session: Session, *notes: Note) -> Head:
    """Record decisions in their order; the chain's new head.

    Do it as the last thing of a transaction: on PostgreSQL all others who decide wait from
    here until it ends, so rows that others may hold must be locked before.
    """
    if session.connection().dialect.name != "sqlite":  # whose writers queue anyway
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    last, rows = head(session), []
    for note in notes:
        row = _row(note, last)
        last = Head(row["seq"], row["hash"])
        rows.append(row)
    if rows:
        session.connection().execute(insert(cast(Table, LogEntry.__table__)), rows)
    return last


def head(session: Session) -> Head:
    """The newest entry's number and hash; number 0 when there is none."""
    newest = select(LogEntry.seq, LogEntry.hash).order_by(LogEntry.seq.desc()).limit(1)
    found = session.execute(newest).first()
    return EMPTY if found is None else Head(found.seq, found.hash)


def lines(session: Session) -> Iterator[str]:
    """All entries as lines of an export, without line ends; what cannot be read is empty."""
    numbers = session.scalars(select(LogEntry.id).order_by(LogEntry.seq, LogEntry.id)).all()
    for start in range(0, len(numbers), BATCH):
        yield from _lines(session, numbers[start : start + BATCH])


def _lines(session: Session, ids: Sequence[int]) -> list[str]:
    columns = cast(Table, LogEntry.__table__).columns
    query = select(*columns).where(columns.id.in_(ids)).order_by(columns.seq, columns.id)
    try:
        return [_line(row) for row in session.execute(query)]
    except (ValueError, TypeError, OperationalError):  # SQLite keeps any bytes in any column
        if session.connection().dialect.name != "sqlite":
            raise
        return [""] if len(ids) == 1 else [line for id_ in ids for line in _lines(session, [id_])]


def _line(row: Row[Any]) -> str:
    fields = _fields(
        seq=row.seq,
        at=row.at,
        kind=row.kind,
        subjects=(row.assessment_id, row.round_id, row.by_id),
        previous=row.previous,
    )
    return chain.written(fields | {"hash": row.hash}, row.data)


def _row(note: Note, last: Head) -> dict[str, Any]:
    subjects = (note.assessment_id, note.round_id, note.by_id)
    seq, kind, data = last.seq + 1, str(note.kind), chain.canonical_data(note.data)
    fields = _fields(seq=seq, at=note.at, kind=kind, subjects=subjects, previous=last.hash)
    return {
        "seq": seq,
        "at": note.at,
        "kind": kind,
        "assessment_id": note.assessment_id,
        "round_id": note.round_id,
        "by_id": note.by_id,
        "data": data,
        "previous": last.hash,
        "hash": chain.sha256(chain.written(fields, data)),
    }


def _fields(
    *,
    seq: int,
    at: datetime,
    kind: str,
    subjects: tuple[int | None, int | None, int | None],
    previous: str,
) -> dict[str, Any]:
    """What is hashed of an entry, but for its data."""
    assessment, round_, by = subjects
    return {
        "seq": seq,
        "at": chain.moment(at),
        "kind": kind,
        "assessment": assessment,
        "round": round_,
        "by": by,
        "previous": previous,
    }
