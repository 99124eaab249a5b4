"""Everything that happened to one assessment, newest first: read, never written.

The rows are those that the doors write; here they only stand in one order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from maturity.offices.models import Person
from maturity.survey.file_models import EvidenceFile
from maturity.survey.models import AnswerEvent, Decision, Evidence, Stage
from maturity.survey.section_models import SectionAssignment
from maturity.survey.stage_models import Comment, Extension, Judgement, Thread

PAGE = 50
_MARGIN = 40
"""Rows read beyond a page, so that what happened at one moment is not torn apart."""


class Happening(StrEnum):
    """What sort of thing happened."""

    ANSWER = "answer"
    EVIDENCE = "evidence"
    JUDGEMENT = "judgement"
    COMMENT = "comment"
    DECISION = "decision"
    EXTENSION = "extension"
    ASSIGNMENT = "assignment"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. ``before`` and ``after`` are stored values, not yet words.

    ``detail`` says more precisely what: a verdict, a side, ``added`` or ``removed`` …
    """

    kind: Happening
    at: datetime
    by_id: int | None
    key: str = ""
    detail: str = ""
    before: str = ""
    after: str = ""
    words: str = ""
    way: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page of entries, and from where the older ones follow (None: there are none)."""

    entries: tuple[Entry, ...]
    older: datetime | None


@dataclass(frozen=True, slots=True)
class Sight:
    """What of an assessment's story somebody may read: decisions of these stages, conversations."""

    stages: frozenset[Stage] = frozenset(Stage)
    talks: bool = True


ALL = Sight()


def timeline(
    session: Session,
    assessment_id: int,
    *,
    before: datetime | None = None,
    kind: Happening | None = None,
    keys: Sequence[str] = (),
    sight: Sight = ALL,
) -> Timeline:
    """The newest entries before a moment, of one kind and of some questions where that is asked."""
    asked = _Asked(session, assessment_id, before, keys, sight)
    sources = [read for of, read in _SOURCES if kind in (None, of)]
    found = sorted(
        (entry for read in sources for entry in read(asked)), key=lambda e: e.at, reverse=True
    )
    shown = found[:PAGE]
    shown += [entry for entry in found[PAGE:] if entry.at == shown[-1].at]
    return Timeline(tuple(shown), shown[-1].at if len(found) > len(shown) else None)


@dataclass(frozen=True, slots=True)
class _Asked:
    session: Session
    assessment_id: int
    before: datetime | None
    keys: Sequence[str]
    sight: Sight

    def rows(self, query: Any, owner: Any, at: Any, key: Any) -> list[Any]:
        """The newest rows of a query that belong to what was asked."""
        if self.keys and key is None:
            return []
        query = query.where(owner == self.assessment_id)
        if self.before is not None:
            query = query.where(at < self.before)
        if self.keys:
            below = (key.startswith(f"{one}/", autoescape=True) for one in self.keys)
            query = query.where(or_(key.in_(self.keys), *below))
        return list(self.session.execute(query.order_by(at.desc()).limit(PAGE + _MARGIN)))


def _answers(asked: _Asked) -> Iterator[Entry]:
    now, was = AnswerEvent, aliased(AnswerEvent)
    same = and_(
        was.assessment_id == now.assessment_id,
        was.key == now.key,
        was.version == now.version - 1,
    )
    query = select(now, was).outerjoin(was, same)
    for new, old in asked.rows(query, now.assessment_id, now.at, now.key):
        yield Entry(
            Happening.ANSWER, new.at, new.by_id, new.key,
            detail="draft" if new.draft is not None else "saved",
            before=_shown(old), after=_shown(new), words=new.note or new.reason, way=new.way,
        )  # fmt: skip


def _shown(row: AnswerEvent | None) -> str:
    if row is None:
        return ""
    if row.draft is not None:
        return row.draft
    return row.value if row.state in ("answered", "") else row.state


def _links(asked: _Asked) -> Iterator[Entry]:
    yield from _pieces(asked, Evidence, Evidence.url)


def _files(asked: _Asked) -> Iterator[Entry]:
    yield from _pieces(asked, EvidenceFile, EvidenceFile.name_as_given)


def _pieces(asked: _Asked, table: Any, name: Any) -> Iterator[Entry]:
    moments = (
        ("added", table.added_at, table.added_by_id),
        ("removed", table.removed_at, table.removed_by_id),
    )
    for detail, at, by in moments:
        query = select(at, by, table.key, name, table.note).where(at.is_not(None))
        for row in asked.rows(query, table.assessment_id, at, table.key):
            yield Entry(
                Happening.EVIDENCE, row[0], row[1], row[2],
                detail=detail, after=row[3], words=row[4],
            )  # fmt: skip


def _judgements(asked: _Asked) -> Iterator[Entry]:
    table = Judgement
    query = select(table).where(table.stage.in_(asked.sight.stages))
    for (row,) in asked.rows(query, table.assessment_id, table.at, table.key):
        after = row.value if row.state == "answered" else row.state
        yield Entry(
            Happening.JUDGEMENT, row.at, row.by_id, row.key,
            detail=f"{row.stage}:{row.verdict}", after=after, words=row.words, way=row.way,
        )  # fmt: skip


def _comments(asked: _Asked) -> Iterator[Entry]:
    if not asked.sight.talks:
        return
    query = select(Comment, Thread).join(Thread, Thread.id == Comment.thread_id)
    for said, thread in asked.rows(query, Thread.assessment_id, Comment.at, Thread.key):
        detail = f"{thread.kind}:{said.side}"
        yield Entry(
            Happening.COMMENT, said.at, said.by_id, thread.key, detail=detail, words=said.words
        )


def _decisions(asked: _Asked) -> Iterator[Entry]:
    table = Decision
    for (row,) in asked.rows(select(table), table.assessment_id, table.at, None):
        yield Entry(
            Happening.DECISION, row.at, row.by_id,
            before=row.before, after=row.after, words=row.words,
        )  # fmt: skip


def _extensions(asked: _Asked) -> Iterator[Entry]:
    table = Extension
    for (row,) in asked.rows(select(table), table.assessment_id, table.at, None):
        yield Entry(
            Happening.EXTENSION, row.at, row.by_id,
            detail=row.stage, after=row.until.isoformat(), words=row.words,
        )  # fmt: skip


def _assignments(asked: _Asked) -> Iterator[Entry]:
    now, person = SectionAssignment, aliased(Person)
    query = select(now, person.name).outerjoin(person, person.id == now.person_id)
    for row, name in asked.rows(query, now.assessment_id, now.at, None):
        yield Entry(
            Happening.ASSIGNMENT, row.at, row.by_id,
            detail="given" if row.person_id else "taken", before=row.section, after=name or "",
        )  # fmt: skip


_SOURCES = (
    (Happening.ANSWER, _answers),
    (Happening.EVIDENCE, _links),
    (Happening.EVIDENCE, _files),
    (Happening.JUDGEMENT, _judgements),
    (Happening.COMMENT, _comments),
    (Happening.DECISION, _decisions),
    (Happening.EXTENSION, _extensions),
    (Happening.ASSIGNMENT, _assignments),
)
