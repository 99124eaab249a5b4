"""Answers shown to others as examples: of offices that stand high and consent to it.

Only settled results count. What is shown is what goes into reports: notes and links, never
private notes, files or names of people.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from maturity.offices.models import Office
from maturity.scoring.rubric import State
from maturity.survey.answers import STATES, evidence_key
from maturity.survey.assessments import VALID_IN, instrument_of
from maturity.survey.chain import sha256
from maturity.survey.example_models import ExampleConsent
from maturity.survey.frozen import items_behind
from maturity.survey.identity_numbers import holds_nik
from maturity.survey.instrument import Instrument, Item, Text
from maturity.survey.models import Answer, Assessment, Evidence, Round, Stage, StoredScorecard

HIGH_PERCENT = 90
"""Where a variable has no level: from how much of what can be reached an office stands high."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link handed in as evidence, with what was noted of it."""

    url: str
    words: str


@dataclass(frozen=True, slots=True)
class Passage:
    """What an office wrote and handed in about a question, or about one object of a matrix."""

    key: str
    about: Text | None
    notes: tuple[str, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """What is shown of one office at one variable. ``level``: None where there is none."""

    part: str
    title: Text
    level: int | None
    percent: float | None
    passages: tuple[Passage, ...]

    @property
    def digest(self) -> str:
        """Changes with every word and link that is shown."""
        return sha256(json.dumps([
            [one.key, one.notes, [[link.url, link.words] for link in one.links]]
            for one in self.passages
        ]))  # fmt: skip

    @property
    def holds_nik(self) -> bool:
        """Whether an identity number seems to stand in it."""
        links = (text for one in self.passages for link in one.links
                 for text in (link.url, link.words))  # fmt: skip
        return any(map(holds_nik, (*(note for one in self.passages for note in one.notes), *links)))


@dataclass(frozen=True, slots=True)
class Shown:
    """An example with the office that consented."""

    assessment_id: int
    office: Office
    example: Example


Numbers = tuple[int | None, float | None, str]
"""What a variable came to: level, percent, why there is none."""


def stands_high(instrument: Instrument, numbers: Numbers | None) -> bool:
    """Whether an office may be an example: at the highest level, else by percent."""
    level, percent, _why = numbers or (None, None, "")
    if level is not None:
        return level == instrument.rubric.last_level
    return percent is not None and percent >= HIGH_PERCENT


def examples(session: Session, round_: Round, part: str) -> list[Shown]:
    """The examples of a variable by code of office, in three queries.

    Only as consented: once the result is no longer settled, the level is lower or the words are
    others, an office is not among them.
    """
    instrument, consent = instrument_of(round_), ExampleConsent
    query = (
        select(Assessment.id, Office, StoredScorecard.variables, consent.shown)
        .join(Office, Office.code == Assessment.office_code)
        .join(consent, consent.assessment_id == Assessment.id)
        .join(StoredScorecard, StoredScorecard.assessment_id == Assessment.id)
        .where(Assessment.round_id == round_.id, Assessment.state.in_(VALID_IN[Stage.SETTLED]))
        .where(consent.part == part, consent.withdrawn_at.is_(None))
        .where(StoredScorecard.stage == Stage.SETTLED, StoredScorecard.superseded_at.is_(None))
        .order_by(Office.code)
    )
    high = [
        row
        for row in session.execute(query)
        if stands_high(instrument, json.loads(row.variables).get(part))
    ]
    if not high:
        return []
    told = told_by(session, [row.id for row in high], items_behind(instrument, part))
    found = [
        Shown(row.id, row.Office, example(instrument, part, row.variables, told[row.id]))
        for row in high
    ]
    return [one for one, row in zip(found, high, strict=True) if one.example.digest == row.shown]


def example(instrument: Instrument, part: str, variables: str, told: Told) -> Example:
    """What would be shown; ``variables``: what each came to, as JSON."""
    level, percent, _why = json.loads(variables)[part]
    homes: dict[str, list[Item]] = {}
    for item in items_behind(instrument, part):
        homes.setdefault(evidence_key(item), []).append(item)
    passages = []
    for home, items in homes.items():
        notes = tuple(told.notes[item.key] for item in items if item.key in told.notes)
        links, thing = tuple(told.links.get(home, ())), items[0].thing
        if notes or links:
            passages.append(Passage(home, thing.label if thing else None, notes, links))
    return Example(part, instrument.part(part).title, level, percent, tuple(passages))


@dataclass(frozen=True, slots=True)
class Told:
    """What an office wrote: notes by item key, links by evidence key."""

    notes: dict[str, str] = field(default_factory=dict)
    links: dict[str, list[Link]] = field(default_factory=dict)


def told_by(session: Session, ids: Sequence[int], items: Sequence[Item]) -> dict[int, Told]:
    """What was written and handed in about these items, by assessment; in two queries."""
    found = {number: Told() for number in ids}
    notes = select(Answer.assessment_id, Answer.key, Answer.note).where(
        Answer.assessment_id.in_(ids),
        Answer.key.in_([item.key for item in items]),
        Answer.state == STATES[State.ANSWERED],
        Answer.note != "",
    )
    for row in session.execute(notes):
        found[row.assessment_id].notes[row.key] = row.note
    links = (
        select(Evidence)
        .where(Evidence.assessment_id.in_(ids), Evidence.removed_at.is_(None), Evidence.usable)
        .where(Evidence.key.in_({evidence_key(item) for item in items}))
        .order_by(Evidence.id)
    )
    for one in session.scalars(links):
        words = " – ".join(filter(None, (one.place, one.note)))
        found[one.assessment_id].links.setdefault(one.key, []).append(Link(one.url, words))
    return found
