"""The door for answers: save, read back, attach evidence.

What was typed is always kept. What parses becomes the accepted answer; what does not
stays as a draft beside it. A save that has not seen the latest version is refused with
both values, unless it says the same thing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from maturity.errors import MaturityError
from maturity.scoring.rubric import State
from maturity.survey.deadlines import filling_due, is_in_reply
from maturity.survey.file_models import EvidenceFile
from maturity.survey.instrument import Item, Text
from maturity.survey.lifecycle import OPEN, AssessmentState
from maturity.survey.models import Answer, AnswerEvent, Assessment, Evidence
from maturity.survey.reading import MAX_RAW, Reading, UnreadableError, clean, link, read

MAX_NOTE = 4_000
MAX_EVIDENCE, MAX_PLACE = 20, 200
STATES = {
    State.ANSWERED: "answered",
    State.DONT_KNOW: "dont-know",
    State.NOT_APPLICABLE: "not-applicable",
}
_STATE_OF = {word: state for state, word in STATES.items()}


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody typed for one item; ``seen`` is the version they looked at (0: none)."""

    raw: str
    reason: str = ""
    note: str = ""
    seen: int = 0
    private_note: str | None = None
    """None leaves it as it is: workbooks know nothing of it."""
    confidence: int | None = None
    """1 to 3, 0 unsaid; None leaves it as it is."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who saves, by which way, and when; ``delegation_id`` for those who came by a link."""

    person_id: int | None
    now: datetime
    way: str = "web"
    sent_at: datetime | None = None
    """When the device says that it sent this."""
    delegation_id: int | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a change. ``fault`` says why a draft was not accepted."""

    answer: Answer
    changed: bool
    fault: Text | None = None


@dataclass(frozen=True, slots=True)
class Theirs:
    """What somebody else saved: plain values that outlive the session."""

    value: str
    note: str
    version: int
    at: datetime
    by_id: int | None
    private_note: str = ""

    @classmethod
    def of(cls, answer: Answer | Kept) -> Theirs:
        """The values of a row."""
        value = shown_value(answer)
        saved = (answer.version, answer.updated_at, answer.updated_by_id)
        return cls(value, answer.note, *saved, private_note=answer.private_note)


class ConflictError(MaturityError):
    """Somebody else saved in between; both values are kept."""

    def __init__(self, theirs: Theirs, mine: Change) -> None:
        super().__init__(
            "Jawaban ini sudah diubah oleh orang lain sejak Anda membukanya. "
            "Kedua isian ditampilkan; pilih yang benar lalu simpan kembali.",
            "Somebody else changed this answer since you opened it. "
            "Both values are shown; choose the right one and save again.",
            status=409,
        )
        self.theirs, self.mine = theirs, mine


class ClosedError(MaturityError):
    """The assessment takes no more changes."""

    def __init__(self) -> None:
        super().__init__(
            "Penilaian ini sudah diajukan, sehingga jawabannya tidak dapat diubah lagi.",
            "This assessment has been submitted; its answers can no longer be changed.",
            status=409,
        )


class LateError(MaturityError):
    """The round takes no more changes."""

    def __init__(self, closed: datetime, zone: str) -> None:
        there = closed.astimezone(ZoneInfo(zone))
        super().__init__(
            f"Batas pengisian sudah lewat ({there:%d-%m-%Y %H.%M}). Yang tersimpan tetap ada.",
            f"The deadline has passed ({there:%Y-%m-%d %H:%M}); what was saved is kept.",
            status=409,
        )


class TooLongError(MaturityError):
    """More text than any answer may have."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"Isian terlalu panjang (paling banyak {limit} karakter). Isian sebelumnya tetap ada.",
            f"The text is too long (at most {limit} characters). What was saved before is kept.",
            status=413,
        )


class TooManyError(MaturityError):
    """More links than one answer may have."""

    def __init__(self) -> None:
        super().__init__(
            f"Paling banyak {MAX_EVIDENCE} bukti dukung untuk satu pertanyaan; "
            "tautan terakhir tidak disimpan.",
            f"At most {MAX_EVIDENCE} pieces of evidence for one question; "
            "the last link was not saved.",
        )


def must_be_open(assessment: Assessment, now: datetime) -> None:
    """Raise ClosedError or LateError unless answers may still change."""
    if assessment.state not in OPEN:
        raise ClosedError
    if now < assessment.round.opens_at:
        raise MaturityError("Periode ini belum dibuka.", "This period is not open yet.", status=409)
    end = filling_due(assessment)
    if now > end:
        raise LateError(end, assessment.office.timezone)


def must_take_evidence(assessment: Assessment, now: datetime) -> None:
    """Raise unless evidence may be attached: while answers may change, and for a reply."""
    if not is_in_reply(assessment, now):
        must_be_open(assessment, now)


class Kept(NamedTuple):
    """An answer as it is stored, read as plain values: a page reads hundreds of them."""

    key: str
    state: str
    value: str
    reason: str
    note: str
    draft: str | None
    version: int
    updated_at: datetime
    updated_by_id: int | None
    private_note: str = ""
    confidence: int | None = None


def stored(session: Session, assessment_id: int) -> dict[str, Kept]:
    """All answers of an assessment by item key, drafts included."""
    columns = (getattr(Answer, name) for name in Kept._fields)
    rows = session.execute(select(*columns).where(Answer.assessment_id == assessment_id))
    return {row[0]: Kept(*row) for row in rows}


def shown_value(answer: Answer | Kept | None) -> str:
    """What a field shows: the draft, the accepted value, or the word of a non-answer."""
    if answer is None:
        return ""
    if answer.draft is not None:
        return answer.draft
    return answer.value if answer.state in ("answered", "") else answer.state


def reading_of(answer: Answer | Kept) -> Reading | None:
    """The accepted answer of a row, if there is one."""
    state = _STATE_OF.get(answer.state)
    return None if state is None else Reading(state, answer.value, answer.reason)


def readings(answers: Mapping[str, Answer] | Mapping[str, Kept]) -> dict[str, Reading]:
    """The accepted answers among the stored ones."""
    found = ((key, reading_of(answer)) for key, answer in answers.items())
    return {key: reading for key, reading in found if reading is not None}


def fault_of(item: Item, answer: Answer | Kept) -> Text | None:
    """Why a stored draft is not accepted; None where there is no draft."""
    if answer.draft is None:
        return None
    try:
        read(item, answer.draft, reason=answer.reason)
    except UnreadableError as error:
        return error.text
    return None


def accepted(item: Item, change: Change) -> Reading | None:
    """The answer that a change would be accepted as; None where it is none, or only a draft."""
    try:
        return read(item, change.raw, reason=change.reason)
    except UnreadableError:
        return None


def present(session: Session, assessment_id: int, keys: Iterable[str]) -> dict[str, Answer]:
    """The rows of some answers, to be changed."""
    wanted = (Answer.assessment_id == assessment_id, Answer.key.in_(list(keys)))
    return {row.key: row for row in session.scalars(select(Answer).where(*wanted))}


def save(
    session: Session,
    assessment: Assessment,
    item: Item,
    change: Change,
    *,
    author: Author,
    rows: Mapping[str, Answer] | None = None,
) -> Saved:
    """Save one answer; ``rows`` are those ``present``, where several are saved at once.

    Raises ConflictError, LateError, ClosedError, TooLongError.
    """
    must_be_open(assessment, author.now)
    change = _kept_whole(change)
    known = present(session, assessment.id, [item.key]) if rows is None else rows
    existing = known.get(item.key)
    wanted, fault = _wanted(item, change)
    if existing is not None and _same(existing, wanted):
        return Saved(existing, changed=False, fault=fault)
    answer = existing or _new(assessment, item, author)
    if existing is None and not any(wanted.values()):
        return Saved(answer, changed=False)
    if answer.version != change.seen:
        raise ConflictError(Theirs.of(answer), change)
    for name, value in wanted.items():
        setattr(answer, name, value)
    answer.version = change.seen + 1
    answer.updated_at, answer.updated_by_id = author.now, author.person_id
    session.add_all([answer, _event(answer, author)])
    touch(assessment, author)
    return Saved(answer, changed=True, fault=fault)


def _kept_whole(change: Change) -> Change:
    """The change without what no database keeps; TooLongError rather than a cut-off text."""
    if len(change.raw) > MAX_RAW:
        raise TooLongError(MAX_RAW)
    texts = (change.reason, change.note, change.private_note or "")
    if max(map(len, texts)) > MAX_NOTE:
        raise TooLongError(MAX_NOTE)
    if change.confidence not in (None, 0, 1, 2, 3):
        raise ValueError("confidence is 1, 2 or 3")
    return replace(change, raw=clean(change.raw))


def _new(assessment: Assessment, item: Item, author: Author) -> Answer:
    return Answer(
        assessment_id=assessment.id,
        key=item.key,
        version=0,
        state="",
        value="",
        reason="",
        note="",
        private_note="",
        confidence=None,
        draft=None,
        updated_at=author.now,
    )


def _wanted(item: Item, change: Change) -> tuple[dict[str, str | int | None], Text | None]:
    """The columns that a change asks for, and why a draft is only a draft."""
    columns: dict[str, str | int | None] = {
        "state": "",
        "value": "",
        "draft": None,
        "reason": clean(change.reason),
        "note": clean(change.note),
    }
    if change.private_note is not None:
        columns["private_note"] = clean(change.private_note)
    if change.confidence is not None:
        columns["confidence"] = change.confidence or None
    try:
        reading = read(item, change.raw, reason=change.reason)
    except UnreadableError as error:
        return {**columns, "draft": change.raw}, error.text
    if reading is not None:
        columns.update(state=STATES[reading.state], value=reading.value)
    return columns, None


def _same(answer: Answer, wanted: Mapping[str, str | int | None]) -> bool:
    return all(getattr(answer, name) == value for name, value in wanted.items())


def _event(answer: Answer, author: Author) -> AnswerEvent:
    return AnswerEvent(
        assessment_id=answer.assessment_id,
        key=answer.key,
        version=answer.version,
        state=answer.state,
        value=answer.value,
        reason=answer.reason,
        note=answer.note,
        private_note=answer.private_note,
        confidence=answer.confidence,
        draft=answer.draft,
        way=author.way,
        at=author.now,
        by_id=author.person_id,
        delegation_id=author.delegation_id,
    )


def touch(assessment: Assessment, author: Author) -> None:
    """Note that somebody worked on an assessment; the first work begins it."""
    if assessment.state == AssessmentState.NOT_STARTED:
        assessment.state = AssessmentState.IN_PROGRESS
        assessment.started_at = author.now
    assessment.updated_at = author.now


# --- evidence -------------------------------------------------------------------------


def evidence(session: Session, assessment_id: int) -> dict[str, list[Evidence]]:
    """Present evidence of an assessment by question (or ``matrix/object``), oldest first."""
    rows = session.scalars(
        select(Evidence)
        .where(Evidence.assessment_id == assessment_id, Evidence.removed_at.is_(None))
        .order_by(Evidence.id)
    )
    found: dict[str, list[Evidence]] = defaultdict(list)
    for row in rows:
        found[row.key].append(row)
    return dict(found)


def evidence_key(item: Item) -> str:
    """Where the evidence of an item is kept: per question, in a matrix per object."""
    return item.question.id if item.thing is None else f"{item.question.id}/{item.thing.id}"


def attach(
    session: Session,
    assessment: Assessment,
    key: str,
    *,
    url: str,
    note: str,
    author: Author,
    place: str = "",
    valid_until: date | None = None,
) -> tuple[Evidence, Text | None]:
    """Attach a link. Saying the same again changes nothing; a bad link is kept and flagged."""
    must_take_evidence(assessment, author.now)
    for text, most in ((url, MAX_NOTE), (note, MAX_NOTE), (place, MAX_PLACE)):
        if len(text) > most:
            raise TooLongError(most)
    url, note, place, fault = clean(url), clean(note), clean(place), None
    try:
        url = link(url)
    except UnreadableError as error:
        fault = error.text
    present = evidence(session, assessment.id).get(key, [])
    for row in present:
        if row.url == url:
            row.note, row.place = note or row.note, place or row.place
            row.valid_until = valid_until or row.valid_until
            return row, fault
    if len(present) >= MAX_EVIDENCE:
        raise TooManyError
    row = Evidence(
        assessment_id=assessment.id,
        key=key,
        url=url,
        note=note,
        place=place,
        valid_until=valid_until,
        usable=fault is None,
        added_at=author.now,
        added_by_id=author.person_id,
        added_delegation_id=author.delegation_id,
    )
    session.add(row)
    touch(assessment, author)
    session.flush()
    return row, fault


def detach(
    session: Session, assessment: Assessment, key: str, evidence_id: int, *, author: Author
) -> None:
    """Take a piece of evidence away from a question; it stays in the record."""
    must_be_open(assessment, author.now)
    mark_removed(assessment, key, session.get(Evidence, evidence_id), author)


def mark_removed(
    assessment: Assessment, key: str, row: Evidence | EvidenceFile | None, author: Author
) -> None:
    """Note that a piece was taken away from a question, if it is there."""
    if row is None or (row.assessment_id, row.key) != (assessment.id, key) or row.removed_at:
        return
    row.removed_at, row.removed_by_id = author.now, author.person_id
    row.removed_delegation_id = author.delegation_id
    assessment.updated_at = author.now
