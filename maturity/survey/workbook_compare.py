"""What a filled-in workbook would change: the dry run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from maturity.survey import answers as door
from maturity.survey.answers import Change, Kept, Theirs
from maturity.survey.assessments import Work
from maturity.survey.instrument import Item, Text
from maturity.survey.models import AnswerEvent
from maturity.survey.reading import MAX_RAW, UnreadableError, clean, link, read
from maturity.survey.workbook_read import Filled, Typed, TypedLink

_BATCH = 400


class Fate(StrEnum):
    """What becomes of one item."""

    ADDED = "added"
    CHANGED = "changed"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Step:
    """One answer that the workbook would change. ``before``: what is stored now."""

    item: Item
    place: str
    fate: Fate
    before: Theirs | None
    change: Change


@dataclass(frozen=True, slots=True)
class Refused:
    """A cell that cannot be taken, and why."""

    place: str
    item: Item
    text: Text


@dataclass(frozen=True, slots=True)
class Comparison:
    """A workbook held against what is stored."""

    steps: tuple[Step, ...]
    links: tuple[TypedLink, ...]
    refused: tuple[Refused, ...]
    unchanged: int

    def of(self, fate: Fate) -> list[Step]:
        """The answers of one fate."""
        return [step for step in self.steps if step.fate is fate]


# --- the dry run ----------------------------------------------------------------------


def compare(session: Session, work: Work, filled: Filled) -> Comparison:
    """What applying the workbook would do; changes nothing."""
    bases = _bases(session, work, filled)
    steps: list[Step] = []
    refused: list[Refused] = []
    for typed in filled.answers:
        fault = _broken(filled, typed)
        if fault is None and _untouched(typed, bases.get(typed.item.key)):
            continue
        fault = fault or _fault(typed)
        if fault is not None:
            refused.append(Refused(typed.place, typed.item, fault))
            continue
        step = _step(typed, work.answers.get(typed.item.key))
        steps += [] if step is None else [step]
    faulty = len(refused)
    links = _new_links(work, filled, refused)
    unchanged = len(filled.answers) - len(steps) - faulty
    return Comparison(tuple(steps), links, tuple(refused), unchanged)


def _bases(session: Session, work: Work, filled: Filled) -> dict[str, Kept]:
    """Each answer as it stood when the workbook was made."""
    found: dict[str, Kept] = {}
    older = []
    for typed in filled.answers:
        stored = work.answers.get(typed.item.key)
        if stored is not None and stored.version == typed.seen:
            found[typed.item.key] = stored
        elif typed.seen:
            older.append((typed.item.key, typed.seen))
    for start in range(0, len(older), _BATCH):
        wanted = tuple_(AnswerEvent.key, AnswerEvent.version).in_(older[start : start + _BATCH])
        mine = AnswerEvent.assessment_id == work.assessment.id
        rows = session.scalars(select(AnswerEvent).where(mine, wanted))
        found |= {row.key: _as_kept(row) for row in rows}
    return found


def _as_kept(row: AnswerEvent) -> Kept:
    return Kept(
        key=row.key,
        state=row.state,
        value=row.value,
        reason=row.reason,
        note=row.note,
        draft=row.draft,
        version=row.version,
        updated_at=row.at,
        updated_by_id=row.by_id,
        private_note=row.private_note,
        confidence=row.confidence,
    )


def _untouched(typed: Typed, base: Kept | None) -> bool:
    """Whether the cells still say what the workbook was made with."""
    if base is None:
        return not (typed.value or typed.reason or typed.note)
    shown = door.shown_value(base)
    return (
        typed.value in (shown, clean(shown))
        and typed.reason in (None, base.reason)
        and typed.note in (None, base.note)
    )


def _broken(filled: Filled, typed: Typed) -> Text | None:
    if filled.broken.isdisjoint(typed.cells):
        return None
    return Text("Rumus di sel ini tidak ada hasilnya.", "The formula in this cell has no result.")


def _fault(typed: Typed) -> Text | None:
    """Why the cells cannot be taken."""
    try:
        read(typed.item, typed.value, reason=typed.reason or "")
    except UnreadableError as error:
        return error.text
    for words in (typed.reason or "", typed.note or ""):
        if len(words) > door.MAX_NOTE:
            return _long(door.MAX_NOTE)
    return _long(MAX_RAW) if len(typed.value) > MAX_RAW else None


def _long(limit: int) -> Text:
    error = door.TooLongError(limit)
    return Text(error.message_id, error.message_en)


def _step(typed: Typed, stored: Kept | None) -> Step | None:
    change = Change(
        raw=typed.value,
        reason=(stored.reason if stored else "") if typed.reason is None else typed.reason,
        note=(stored.note if stored else "") if typed.note is None else typed.note,
        seen=typed.seen,
    )
    if _same(typed.item, change, stored):
        return None
    if (stored.version if stored else 0) != typed.seen:
        fate = Fate.CONFLICT
    else:
        blank = stored is None or not (stored.state or stored.draft or stored.note)
        fate = Fate.ADDED if blank else Fate.CHANGED
    before = None if stored is None else Theirs.of(stored)
    return Step(typed.item, typed.place, fate, before, change)


def _same(item: Item, change: Change, stored: Kept | None) -> bool:
    reading = read(item, change.raw, reason=change.reason)
    wanted = ("", "") if reading is None else (door.STATES[reading.state], reading.value)
    if stored is None:
        return wanted[0] == "" and not (change.reason or change.note)
    kept = (stored.state, stored.value)
    texts = (stored.reason, stored.note) == (change.reason, change.note)
    return stored.draft is None and wanted == kept and texts


def _new_links(work: Work, filled: Filled, refused: list[Refused]) -> tuple[TypedLink, ...]:
    """The links that are not attached yet; those that cannot be go to ``refused``."""
    found: list[TypedLink] = []
    for typed in filled.links:
        try:
            new = replace(typed, url=link(typed.url))
        except UnreadableError as error:
            refused.append(Refused(typed.place, typed.item, error.text))
            continue
        present = work.evidence.get(typed.key, ())
        there = {row.url: row.note for row in present}
        if new.url in there and new.note in ("", there[new.url]):
            continue
        more = [one for one in found if one.key == new.key and one.url not in there]
        if len(new.note) > door.MAX_NOTE:
            refused.append(Refused(typed.place, typed.item, _long(door.MAX_NOTE)))
        elif new.url not in there and len(present) + len(more) >= door.MAX_EVIDENCE:
            error_ = door.TooManyError()
            text = Text(error_.message_id, error_.message_en)
            refused.append(Refused(typed.place, typed.item, text))
        elif new not in found:
            found.append(new)
    return tuple(found)
