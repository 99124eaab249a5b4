"""Answers of an earlier period that may still hold: offered, confirmed one by one, never copied.

What is offered is the newest settled assessment of the same office in an earlier round, as far
as the same is asked again. Nothing of it counts before the office has confirmed it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, joinedload

from maturity.scoring.rubric import State
from maturity.survey import answers as door
from maturity.survey import assessments
from maturity.survey.answers import Author, Change
from maturity.survey.assessments import Work
from maturity.survey.file_models import EvidenceFile
from maturity.survey.instrument import Instrument, Item, Text
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.models import (
    Answer,
    AnswerEvent,
    Assessment,
    Decision,
    Evidence,
    Round,
    Stage,
)
from maturity.survey.reading import Reading
from maturity.survey.routing import Place
from maturity.survey.stages import stages

WAY = "carried"
_SETTLED = (AssessmentState.SETTLED, AssessmentState.PUBLISHED)


@dataclass(frozen=True, slots=True)
class Earlier:
    """The settled answer to a question that is asked again.

    ``was`` is the item as it was asked then; ``reworded``: only its texts differ.
    """

    item: Item
    was: Item
    reading: Reading
    note: str
    reworded: bool

    @property
    def raw(self) -> str:
        """The answer as a form carries it."""
        answered = self.reading.state is State.ANSWERED
        return self.reading.value if answered else door.STATES[self.reading.state]


@dataclass(frozen=True, slots=True)
class Past:
    """The newest settled assessment of an earlier round, opened, with what it offers by key.

    ``since``: when the office first handed in a link (by address) or file (by SHA-256) of it.
    """

    work: Work
    settled_at: datetime
    offers: Mapping[str, Earlier]
    since: Mapping[str, datetime]


def past(session: Session, work: Work) -> Past | None:
    """What an earlier round offers for an opened assessment, in a fixed number of queries."""
    found = _newest(session, work.assessment)
    if found is None:
        return None
    then = assessments.work(session, found)
    settled = stages(session, then).readings(Stage.SETTLED)
    offers = {one.item.key: one for one in _offers(work, then, settled)}
    at = _settled_at(session, found)
    return None if at is None else Past(then, at, offers, _since(session, then))


def offered(work: Work, past: Past) -> list[Earlier]:
    """What can be confirmed now: of the questions that are asked and have no answer yet."""
    places = work.route.places
    return [
        past.offers[item.key]
        for item in work.instrument.items
        if item.key in past.offers
        and places[item.key] is Place.ASKED
        and not is_answered(work.answers.get(item.key))
    ]


def is_answered(answer: Answer | door.Kept | None) -> bool:
    """Whether something stands as an answer, if only a draft."""
    return answer is not None and (bool(answer.state) or answer.draft is not None)


def change_of(earlier: Earlier, typed: Change) -> Change:
    """The change that says that an earlier answer still holds; what was typed beside it stays."""
    return replace(
        typed,
        raw=earlier.raw,
        reason=typed.reason if typed.reason.strip() else earlier.reading.reason,
        note=typed.note if typed.note.strip() else earlier.note,
    )


def by_carrying(author: Author) -> Author:
    """The same author, who says that earlier answers still hold."""
    return replace(author, way=WAY)


def carried_items(session: Session, assessment_id: int) -> set[str]:
    """Keys of the answers that stand as they were brought over from an earlier period."""
    same = and_(
        AnswerEvent.assessment_id == Answer.assessment_id,
        AnswerEvent.key == Answer.key,
        AnswerEvent.version == Answer.version,
    )
    query = (
        select(Answer.key)
        .join(AnswerEvent, same)
        .where(Answer.assessment_id == assessment_id, AnswerEvent.way == WAY)
    )
    return set(session.scalars(query))


# --- what is offered --------------------------------------------------------------------


def _newest(session: Session, here: Assessment) -> Assessment | None:
    earlier = (
        Assessment.office_code == here.office_code,
        Assessment.state.in_(_SETTLED),
        Round.opens_at < here.round.opens_at,
        Round.demo == here.round.demo,
    )
    return session.scalar(
        select(Assessment)
        .join(Assessment.round)
        .where(*earlier)
        .options(joinedload(Assessment.round), joinedload(Assessment.office))
        .order_by(Round.opens_at.desc(), Assessment.id.desc())
        .limit(1)
    )


def _settled_at(session: Session, assessment: Assessment) -> datetime | None:
    said = (Decision.assessment_id == assessment.id, Decision.after == AssessmentState.SETTLED)
    return session.scalar(select(Decision.at).where(*said).order_by(Decision.id.desc()).limit(1))


def _since(session: Session, then: Work) -> dict[str, datetime]:
    """Since when the office has handed in each of these pieces, in whichever round."""
    own = Assessment.office_code == then.office.code
    urls = {row.url for rows in then.evidence.values() for row in rows}
    hashes = {row.sha256 for rows in then.files.values() for row in rows}
    found: dict[str, datetime] = {}
    for table, content, wanted in (
        (Evidence, Evidence.url, urls),
        (EvidenceFile, EvidenceFile.sha256, hashes),
    ):
        first = func.min(table.added_at, type_=table.added_at.type)
        query = (
            select(content, first)
            .join(Assessment, Assessment.id == table.assessment_id)
            .where(own, content.in_(wanted))
            .group_by(content)
        )
        found |= {row[0]: row[1] for row in session.execute(query)}
    return found


def _offers(work: Work, then: Work, settled: Mapping[str, Reading]) -> Iterator[Earlier]:
    moved = _moved(work.instrument, then.instrument)
    for was in then.route.asked(then.instrument.items):
        reading, item = settled.get(was.key), _item_or_none(work.instrument, was.key)
        if reading is None or item is None or reading.state is State.DONT_KNOW:
            continue
        if was.key in moved or _shape(item) != _shape(was):
            continue
        reworded = _words(item) != _words(was)
        earlier = Earlier(item, was, _with_reason(then, was, reading), _note(then, was), reworded)
        if _is_accepted(earlier):
            yield earlier


def _item_or_none(instrument: Instrument, key: str) -> Item | None:
    try:
        return instrument.item(key)
    except KeyError:
        return None


def _with_reason(then: Work, was: Item, reading: Reading) -> Reading:
    """The settled answer with the office's reason, where it is what the office claimed."""
    claimed = then.route.readings.get(was.key)
    if claimed is None or (claimed.state, claimed.value) != (reading.state, reading.value):
        return reading
    return claimed


def _note(then: Work, was: Item) -> str:
    answer = then.answers.get(was.key)
    return answer.note if answer is not None else ""


def _is_accepted(earlier: Earlier) -> bool:
    """Whether the answer is one today too: bounds and lengths may have changed."""
    change = Change(earlier.raw, reason=earlier.reading.reason)
    found, wanted = door.accepted(earlier.item, change), earlier.reading
    return found is not None and (found.state, found.value) == (wanted.state, wanted.value)


def _shape(item: Item) -> object:
    """What makes a question the same whatever its words: kind, options and their levels."""
    return (
        item.kind,
        frozenset((one.id, one.rung.level if one.rung else None) for one in item.options),
    )


@lru_cache(maxsize=8192)
def _words(item: Item) -> tuple[str, ...]:
    """What people read who answer, in both languages, without regard to white space."""
    question, number = item.question, item.question.number
    texts = [question.title, question.text, number.unit if number else None]
    texts += [item.thing.label, item.thing.note] if item.thing else []
    texts += [item.column.label, item.column.help] if item.column else []
    for option in sorted(item.options, key=lambda one: one.id):
        texts += [option.label, option.rung.text if option.rung else None]
    return tuple(_plain(text) for text in texts)


def _asks(item: Item) -> tuple[str, ...]:
    """The words of the question alone."""
    thing = item.thing.label if item.thing else None
    column = item.column.label if item.column else None
    parts = (item.question.text, thing, column)
    return tuple(_plain(text) for text in parts)


def _plain(text: Text | None) -> str:
    return "" if text is None else " ".join(f"{text.id} | {text.en}".split())


@lru_cache(maxsize=64)
def _moved(now: Instrument, then: Instrument) -> frozenset[str]:
    """Keys under which another question stands than before: its words were at another key."""
    before, after = _by_words(then.items), _by_words(now.items)
    shared = before.keys() & after.keys()
    apart = frozenset(key for words in shared for key in before[words] ^ after[words])
    return apart - {key for words in shared for key in before[words] & after[words]}


def _by_words(items: Iterable[Item]) -> dict[tuple[str, ...], frozenset[str]]:
    found: dict[tuple[str, ...], set[str]] = {}
    for item in items:
        found.setdefault(_asks(item), set()).add(item.key)
    return {words: frozenset(keys) for words, keys in found.items()}
