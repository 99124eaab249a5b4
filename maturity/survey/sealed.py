"""What was decided and said about an assessment's answers, as digests that the record holds.

A change of state that follows from decisions carries them, so that a row altered, added in
between or removed afterwards shows. Only rows up to the last one of that day count: later
ones are later decisions. Private words are left out: they decide nothing and are let go.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from maturity.survey.chain import canonical, moment, sha256
from maturity.survey.log_models import LogEntry
from maturity.survey.stage_models import Comment, Judgement, Thread


@dataclass(frozen=True, slots=True)
class Bent:
    """Rows that are not as they were when an entry of the record was written."""

    seq: int
    assessment_id: int
    what: str
    """``judgements`` or ``comments``."""


def seal(session: Session, assessment_id: int) -> dict[str, Any]:
    """Of each sort the number of rows, the last one's id and the digest; none: no entry."""
    found = {name: _digest(session, name, assessment_id) for name in _ROWS}
    return {name: one for name, one in found.items() if one["count"]}


def bent(session: Session) -> Iterator[Bent]:
    """Whatever does not fit its seal, in the order of the record."""
    query = select(LogEntry.seq, LogEntry.assessment_id, LogEntry.data)
    for entry in session.execute(query.order_by(LogEntry.seq)):
        said = json.loads(entry.data)
        for name in _ROWS:
            known = said.get(name)
            if isinstance(known, dict) and entry.assessment_id is not None:
                now = _digest(session, name, entry.assessment_id, last=known["last"])
                if now != known:
                    yield Bent(entry.seq, entry.assessment_id, name)


def _digest(
    session: Session, name: str, assessment_id: int, *, last: int | None = None
) -> dict[str, Any]:
    query, owner, number = _ROWS[name]
    query = query.where(owner == assessment_id).order_by(number)
    if last is not None:
        query = query.where(number <= last)
    rows = [row._asdict() for row in session.execute(query)]
    newest = rows[-1]["id"] if rows else 0
    told = [_told(row) for row in rows]
    return {"count": len(rows), "last": newest, "sha256": sha256(canonical(told))}


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """A row as it is hashed: of words, which may name people, the hash."""
    row["at"], row["words"] = moment(row["at"]), sha256(row["words"])
    return row


_J, _C, _T = Judgement, Comment, Thread
_ROWS: dict[str, tuple[Any, Any, Any]] = {
    "judgements": (
        select(_J.id, _J.key, _J.stage, _J.verdict, _J.state, _J.value, _J.words, _J.confidence,
               _J.on_version, _J.at, _J.by_id.label("by")),
        _J.assessment_id,
        _J.id,
    ),
    "comments": (
        select(_C.id, _T.key, _T.kind, _C.thread_id.label("thread"), _C.side, _C.words, _C.at,
               _C.by_id.label("by")).join(_T, _T.id == _C.thread_id),
        _T.assessment_id,
        _C.id,
    ),
}  # fmt: skip
