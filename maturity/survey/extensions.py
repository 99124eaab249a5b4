"""The door for extensions: more time for an office in one stage, with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from maturity.survey import log
from maturity.survey.answers import Author
from maturity.survey.assignments import Refused
from maturity.survey.chain import moment, sha256
from maturity.survey.deadlines import Due, due, there
from maturity.survey.instrument import Text
from maturity.survey.judging import must_say
from maturity.survey.lifecycle import OPEN, AssessmentState
from maturity.survey.log import Kind, Note
from maturity.survey.models import Assessment
from maturity.survey.reading import clean
from maturity.survey.stage_models import Extension

_S = AssessmentState
COLUMNS = {Due.FILLING: "due_at", Due.VERIFICATION: "verify_due_at", Due.REPLY: "reply_due_at"}
RUNS = {
    Due.FILLING: OPEN,
    Due.VERIFICATION: OPEN | {_S.SUBMITTED, _S.VERIFYING},
    Due.REPLY: frozenset({_S.REPLY}),
}
"""In which states a stage is still ahead or under way. A reply's time is set when it opens."""
STAGE_NAMES = {
    Due.FILLING: Text("Pengisian", "Filling in"),
    Due.VERIFICATION: Text("Verifikasi", "Verification"),
    Due.REPLY: Text("Masa sanggah", "Reply"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """More time for a stage, until a moment of Western Indonesian Time (``deadlines.there``)."""

    stage: Due
    until: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Extended:
    """What became of it."""

    done: int
    refused: tuple[Refused, ...]


def extend(
    session: Session, assessments: Sequence[Assessment], wanted: Wanted, *, author: Author
) -> Extended:
    """Give these assessments, held by the caller, more time; each in the office's own zone.

    MaturityError where the reason or the time itself is at fault; what only some offices
    cannot have is told by office.
    """
    must_say(wanted.words)
    notes, refused, again = [], [], 0
    for one in assessments:
        until = there(wanted.until, one.office.timezone)
        if _was_given(session, one, wanted, until=until, author=author):
            again += 1
            continue
        why = _why_not(one, wanted.stage, until, now=author.now)
        if why is not None:
            refused.append(Refused.of(one, why))
            continue
        notes.append(_extended(session, one, wanted, until=until, author=author))
    session.flush()
    log.append(session, *notes)
    return Extended(len(notes) + again, tuple(refused))


def _was_given(
    session: Session, one: Assessment, wanted: Wanted, *, until: datetime, author: Author
) -> bool:
    """Whether the same person gave the same last: a form sent twice over a broken line."""
    newest = (
        select(Extension)
        .where(Extension.assessment_id == one.id, Extension.stage == wanted.stage)
        .order_by(Extension.id.desc())
        .limit(1)
    )
    last = session.scalar(newest)
    said = (until, clean(wanted.words).strip(), author.person_id)
    return last is not None and said == (last.until, last.words, last.by_id)


def _extended(
    session: Session, one: Assessment, wanted: Wanted, *, until: datetime, author: Author
) -> Note:
    words, before = clean(wanted.words).strip(), due(one, wanted.stage)
    setattr(one, COLUMNS[wanted.stage], until)
    if wanted.stage is Due.REPLY:
        one.replied_at = None  # who said to be done may go on
    row = Extension(
        assessment_id=one.id,
        stage=wanted.stage,
        before=before,
        until=until,
        words=words,
        at=author.now,
        by_id=author.person_id,
    )
    session.add(row)
    return note_of(row, round_id=one.round_id, way=author.way)


def note_of(row: Extension, *, round_id: int, way: str) -> Note:
    """An extension as the record keeps it."""
    return Note(
        kind=Kind.DEADLINE_EXTENDED,
        at=row.at,
        assessment_id=row.assessment_id,
        round_id=round_id,
        by_id=row.by_id,
        data={
            "stage": str(row.stage),
            "before": None if row.before is None else moment(row.before),
            "until": moment(row.until),
            "words_sha256": sha256(row.words),
            "way": way,
        },
    )


def _why_not(one: Assessment, stage: Due, until: datetime, *, now: datetime) -> Text | None:
    if one.state not in RUNS[stage]:
        return Text("Tahap ini tidak berjalan untuk kantor tersebut.",
                    "This stage is not open for this office.")  # fmt: skip
    if until <= now:
        return Text("Batas baru harus di waktu mendatang.", "The new deadline must lie ahead.")
    before = due(one, stage)
    if before is None:
        return Text("Tahap ini tidak mempunyai batas waktu dalam periode ini.",
                    "This stage has no deadline in this period.")  # fmt: skip
    if until <= before:
        return Text("Batas baru tidak lebih lambat daripada batas yang berlaku.",
                    "The new deadline is no later than the present one.")  # fmt: skip
    return None


def extensions(session: Session, assessment: Assessment) -> list[Extension]:
    """What an office was given before, the newest first."""
    mine = select(Extension).where(Extension.assessment_id == assessment.id)
    return list(session.scalars(mine.order_by(Extension.id.desc())))
