"""Which questions an office is asked, given its answers; and the answers as numbers.

Pure. An answer off the path is kept where it is stored and ignored here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache

import numpy as np

from maturity.scoring.engine import AnswerSheet
from maturity.scoring.rubric import State
from maturity.survey.instrument import (
    All,
    AnswerAtLeast,
    AnswerIs,
    AnyOf,
    AreaIs,
    Condition,
    Instrument,
    Item,
    Kind,
    KindIs,
    Not,
    Profile,
    Question,
)
from maturity.survey.reading import Reading, earn

Readings = Mapping[str, Reading]


class Place(StrEnum):
    """Where an item stands for an office."""

    ASKED = "asked"
    NOT_NEEDED = "not-needed"  # a prerequisite is not met: nothing left to ask
    NOT_APPLICABLE = "not-applicable"  # by rule, from the office's profile
    EXCLUDED = "excluded"  # its object was excluded as a whole
    OFF_PATH = "off-path"  # another answer leads past it


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a set of items is filled in."""

    asked: int
    done: int

    @property
    def complete(self) -> bool:
        """Nothing is left to answer."""
        return self.done == self.asked

    @property
    def share(self) -> float:
        """0..1; 1 where nothing is asked."""
        return self.done / self.asked if self.asked else 1.0


class Route:
    """The way of one office through an instrument."""

    def __init__(self, instrument: Instrument, profile: Profile, readings: Readings) -> None:
        self.instrument, self.profile, self.readings = instrument, profile, readings
        self._shown: dict[str, bool] = {}

    @cached_property
    def places(self) -> dict[str, Place]:
        """Where each item stands, by key."""
        fixed = _fixed(self.instrument, self.profile)
        return fixed.places | {item.key: self._place(item) for item in fixed.moving}

    def holds(self, condition: Condition | None) -> bool:
        """Whether a condition holds; no condition always does."""
        match condition:
            case None:
                return True
            case KindIs(kinds):
                return self.profile.kind is None or self.profile.kind in kinds
            case AreaIs(areas):
                return bool(self.profile.areas & areas)
            case All(parts):
                return all(self.holds(part) for part in parts)
            case AnyOf(parts):
                return any(self.holds(part) for part in parts)
            case Not(part):
                return not self.holds(part)
            case AnswerIs() | AnswerAtLeast():
                return self._answer_holds(condition)

    def _answer_holds(self, condition: AnswerIs | AnswerAtLeast) -> bool:
        question = self.instrument.part(condition.question)
        reading = self.readings.get(condition.question)
        if not isinstance(question, Question) or not self.on_path(question):
            return False
        if isinstance(condition, AnswerIs):
            return reading is not None and matches(reading, condition.options)
        if reading is None or reading.state is not State.ANSWERED:
            return False
        return number_of(self.instrument.item(condition.question), reading) >= condition.least

    def on_path(self, question: Question) -> bool:
        """Whether the office and its other answers lead to this question."""
        if question.id not in self._shown:
            self._shown[question.id] = False  # a circle never holds
            self._shown[question.id] = self.holds(question.applies_when) and self.holds(
                question.show_when
            )
        return self._shown[question.id]

    @cached_property
    def _excluded(self) -> set[str]:
        excluders = _fixed(self.instrument, self.profile).excluders
        return {item.stem for item in excluders if self._excludes(item)}

    def _excludes(self, item: Item) -> bool:
        reading = self.readings.get(item.key)
        return reading is not None and reading.value in item.excluding

    def _place(self, item: Item) -> Place:
        """The place of an item that depends on answers."""
        if not self.on_path(item.question):
            return Place.OFF_PATH
        if not item.stem:
            return Place.ASKED
        if self._unlisted(item):
            return Place.NOT_APPLICABLE
        if item.stem in self._excluded and not self._excludes(item):
            return Place.EXCLUDED
        return Place.ASKED if self._needed(item) else Place.NOT_NEEDED

    def _unlisted(self, item: Item) -> bool:
        matrix = item.question.matrix
        if matrix is None or not matrix.unlisted_not_applicable:
            return False
        return not any(f"{item.stem}/{column.id}" in self.readings for column in matrix.columns)

    def _needed(self, item: Item) -> bool:
        for key, nothing in item.unmet:
            reading = self.readings.get(key)
            if reading is not None and reading.state is State.ANSWERED and reading.value in nothing:
                return False
        return True

    def asked(self, items: Sequence[Item]) -> tuple[Item, ...]:
        """Those of the items that are on the path and still need an answer of their own."""
        return tuple(item for item in items if self.places[item.key] is Place.ASKED)

    def missing(self, items: Sequence[Item]) -> tuple[Item, ...]:
        """Required items on the path without an accepted answer."""
        return tuple(
            item for item in self.asked(items) if item.required and not self.is_answered(item)
        )

    def is_answered(self, item: Item) -> bool:
        """Whether there is an accepted answer, with its reason where one is needed."""
        reading = self.readings.get(item.key)
        return reading is not None and not lacks_reason(item, reading)

    def progress(self, items: Sequence[Item]) -> Progress:
        """How many of the required items are done."""
        asked = [item for item in self.asked(items) if item.required]
        return Progress(len(asked), sum(self.is_answered(item) for item in asked))

    def cell(self, item: Item) -> tuple[State, float]:
        """The item's cell of an answer sheet."""
        place = self.places[item.key]
        if place is Place.NOT_APPLICABLE:
            return (State.NOT_APPLICABLE, 0.0)
        if place is Place.OFF_PATH or place is Place.EXCLUDED or self._excludes(item):
            return (State.OFF_PATH, 0.0)
        reading = self.readings.get(item.key)
        return (State.UNANSWERED, 0.0) if reading is None else earn(item, reading)


@dataclass(frozen=True, slots=True)
class _Fixed:
    """What of the way through an instrument a kind of office decides alone."""

    places: dict[str, Place]
    moving: tuple[Item, ...]
    excluders: tuple[Item, ...]


@lru_cache(maxsize=256)
def _fixed(instrument: Instrument, profile: Profile) -> _Fixed:
    bare = Route(instrument, profile, {})
    places: dict[str, Place] = {}
    moving = []
    for item in instrument.items:
        thing = item.thing
        applies = bare.holds(item.question.applies_when)
        if not applies or (thing is not None and not bare.holds(thing.applies_when)):
            places[item.key] = Place.NOT_APPLICABLE
        elif thing is None and item.question.show_when is None:
            places[item.key] = Place.ASKED
        else:
            moving.append(item)
    excluders = tuple(item for item in moving if item.excluding)
    return _Fixed(places, tuple(moving), excluders)


def lacks_reason(item: Item, reading: Reading) -> bool:
    """Whether an answer still needs its reason, e.g. the number of a consequence test."""
    if reading.reason.strip():
        return False
    if reading.state is State.NOT_APPLICABLE:
        return item.claim is not None and item.claim.reason_required
    chosen = [option for option in item.options if option.id == reading.value]
    return reading.state is State.ANSWERED and any(option.needs_reason for option in chosen)


def matches(reading: Reading, options: frozenset[str]) -> bool:
    """Whether an answer is one of these options."""
    if reading.state is State.DONT_KNOW:
        return "dont-know" in options
    if reading.state is State.NOT_APPLICABLE:
        return "not-applicable" in options
    return bool(options & set(reading.value.split(","))) or reading.value in options


def number_of(item: Item, reading: Reading) -> float:
    """An answer as a number: itself, or the points (the level) of the option chosen."""
    if item.kind in (Kind.NUMBER, Kind.PERCENT):
        return float(reading.value)
    points = earn(item, reading)[1] if item.criterion else item.option(reading.value).points
    return 0.0 if points is None else points


def sheet(instrument: Instrument, units: Sequence[tuple[Profile, Readings]]) -> AnswerSheet:
    """The answers of some offices as numbers, one column an office, in their order."""
    return sheet_of([Route(instrument, profile, readings) for profile, readings in units])


def sheet_of(routes: Sequence[Route]) -> AnswerSheet:
    """The same for offices whose way is known already; at least one."""
    instrument = routes[0].instrument
    items = [instrument.item(criterion.id) for criterion in instrument.rubric.criteria]
    cells = [[route.cell(item) for item in items] for route in routes]
    states = np.array([[state for state, _ in row] for row in cells], dtype=np.uint8)
    points = np.array([[earned for _, earned in row] for row in cells], dtype=np.float64)
    return AnswerSheet(np.ascontiguousarray(points.T), np.ascontiguousarray(states.T))
