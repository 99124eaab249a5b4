"""The door for what an office and its verifier say to each other about one item.

Who may see and take part is asked before, with ``side_of``. Contributions are never changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from maturity.errors import MaturityError
from maturity.offices.permissions import Action, Actor, Thing, may
from maturity.survey import log
from maturity.survey.answers import MAX_NOTE, Author, TooLongError
from maturity.survey.assessments import NotAllowedError
from maturity.survey.instrument import Item
from maturity.survey.judging import LEAST_WORDS
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.links import clean
from maturity.survey.log import Kind, Note
from maturity.survey.models import Assessment
from maturity.survey.stage_models import Comment, Thread, ThreadKind
from maturity.survey.taking_up import is_verifier

MOST_COMMENTS = 200
MOST_THREADS = 500


class Side(StrEnum):
    """For whom somebody speaks; readers only look."""

    OFFICE = "office"
    VERIFIER = "verifier"
    READER = "reader"


class FullError(MaturityError):
    """More was said than one thread, or one assessment, may hold."""

    def __init__(self) -> None:
        super().__init__(
            "Percakapan ini sudah terlalu panjang; tanggapan terakhir tidak disimpan.",
            "This conversation has grown too long; the last contribution was not saved.",
            status=409,
        )


class NoWordsError(MaturityError):
    """A contribution without words."""

    def __init__(self) -> None:
        super().__init__(
            "Tulis pesan Anda lebih dahulu.", "Write your message first.", field="words", status=422
        )


def side_of(actor: Actor, assessment: Assessment) -> Side | None:
    """For whom this person speaks about this assessment; None: it is not theirs to read."""
    thing = Thing(assessment.office_code, assessment.office.province_code)
    if may(actor, Action.ANSWER, thing):
        return Side.OFFICE
    if is_verifier(assessment, actor) or may(actor, Action.SETTLE, thing):
        return Side.VERIFIER
    return Side.READER if may(actor, Action.ADMINISTER, thing) else None


# --- reading --------------------------------------------------------------------------


def all_of(session: Session, assessment_id: int) -> Sequence[Thread]:
    """The threads of an assessment with what was said in them, oldest first; two queries."""
    return session.scalars(
        select(Thread)
        .where(Thread.assessment_id == assessment_id)
        .options(selectinload(Thread.comments))
        .order_by(Thread.id)
    ).all()


def open_counts(session: Session, assessment_id: int) -> Counter[str]:
    """How many threads are open, by item key."""
    query = (
        select(Thread.key, func.count())
        .where(Thread.assessment_id == assessment_id, Thread.resolved_at.is_(None))
        .group_by(Thread.key)
    )
    return Counter({row[0]: row[1] for row in session.execute(query)})


def awaited(thread: Thread) -> Side | None:
    """Who is to speak next; None where the thread is resolved."""
    if thread.resolved_at is not None:
        return None
    return Side.OFFICE if thread.comments[-1].side == Side.VERIFIER else Side.VERIFIER


# --- taking part ----------------------------------------------------------------------


def begin(
    session: Session,
    assessment: Assessment,
    item: Item,
    *,
    kind: ThreadKind,
    words: str,
    side: Side,
    author: Author,
) -> Thread:
    """Open a thread with its first contribution. The same said again changes nothing."""
    _must_have_begun(assessment)
    words = _said(words)
    present = all_of(session, assessment.id)
    for one in present:
        said = (one.key, one.kind, one.comments[0].words)
        if said == (item.key, kind, words) and one.resolved_at is None:
            return one
    if len(present) >= MOST_THREADS:
        raise FullError
    thread = Thread(
        assessment_id=assessment.id,
        key=item.key,
        kind=kind,
        opened_at=author.now,
        opened_by_id=author.person_id,
    )
    thread.comments.append(_comment(words, side, author))
    session.add(thread)
    session.flush()
    return thread


def _must_have_begun(assessment: Assessment) -> None:
    if assessment.state == AssessmentState.NOT_STARTED:
        raise NotAllowedError(
            "Percakapan dapat dimulai setelah kantor menyimpan jawaban pertamanya.",
            "A conversation can begin once the office has saved its first answer.",
            status=409,
        )


def comment(session: Session, thread: Thread, *, words: str, side: Side, author: Author) -> None:
    """Say something in an open thread. The same said twice in a row is one contribution."""
    if thread.resolved_at is not None:
        raise NotAllowedError(
            "Percakapan ini sudah ditandai selesai; buka kembali untuk menanggapi.",
            "This conversation is marked as resolved; reopen it to answer.",
            status=409,
        )
    _add(session, thread, _said(words), side=side, author=author)


def resolve(session: Session, thread: Thread, *, words: str, side: Side, author: Author) -> None:
    """Mark a thread as resolved, with words if there are any. Goes into the record."""
    if thread.resolved_at is not None:
        return
    if clean(words):
        _add(session, thread, _said(words), side=side, author=author)
    thread.resolved_at, thread.resolved_by_id = author.now, author.person_id
    _record(session, thread, Kind.THREAD_RESOLVED, author)


def reopen(session: Session, thread: Thread, *, words: str, side: Side, author: Author) -> None:
    """Take a resolved thread up again, saying why. Goes into the record."""
    if thread.resolved_at is None:
        return
    _add(session, thread, _said(words), side=side, author=author)
    thread.resolved_at = thread.resolved_by_id = None
    _record(session, thread, Kind.THREAD_REOPENED, author)


def _said(words: str) -> str:
    words = clean(words)
    if len(words) < LEAST_WORDS:
        raise NoWordsError
    if len(words) > MAX_NOTE:
        raise TooLongError(MAX_NOTE)
    return words


def _add(session: Session, thread: Thread, words: str, *, side: Side, author: Author) -> None:
    last = thread.comments[-1]
    if (last.words, last.by_id) == (words, author.person_id):
        return
    if len(thread.comments) >= MOST_COMMENTS:
        raise FullError
    thread.comments.append(_comment(words, side, author))
    session.flush()


def _comment(words: str, side: Side, author: Author) -> Comment:
    return Comment(side=side, words=words, at=author.now, by_id=author.person_id)


def _record(session: Session, thread: Thread, kind: Kind, author: Author) -> None:
    note = Note(
        kind=kind,
        at=author.now,
        assessment_id=thread.assessment_id,
        by_id=author.person_id,
        data={"thread": thread.id, "key": thread.key, "way": author.way},
    )
    log.append(session, note)
