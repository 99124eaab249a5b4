"""Answer sheets of many units at once: the way of each through the instrument, as arrays.

Gives what ``routing.sheet`` gives for the same profiles and answers (a test holds the two
together), without walking through each unit: conditions are worked out for a whole block
of units, a question at a time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from maturity.scoring.engine import AnswerSheet
from maturity.scoring.rubric import State
from maturity.survey.acceptance import NONE, Accepted
from maturity.survey.instrument import (
    All,
    AnswerAtLeast,
    AnswerIs,
    AnyOf,
    AreaIs,
    Condition,
    Instrument,
    Item,
    KindIs,
    Not,
    Question,
    below,
)
from maturity.survey.reading import Reading, earn
from maturity.survey.routing import Route, matches, number_of

Bools = NDArray[np.bool_]
Codes = NDArray[np.int64]


class Sheets:
    """Cuts answer sheets out of accepted answers, a block of units at a time."""

    def __init__(self, accepted: Accepted) -> None:
        self.accepted = accepted
        self.instrument = accepted.instrument
        keys = {item.key: place for place, item in enumerate(self.instrument.items)}
        criteria = [keys[criterion.id] for criterion in self.instrument.rubric.criteria]
        self.row_of = np.full(len(keys), NONE, dtype=np.int64)
        self.row_of[criteria] = np.arange(len(criteria))
        self.read = [
            (self.instrument.items[int(at)], reading)
            for at, reading in zip(accepted.item_of, accepted.distinct, strict=True)
        ]
        earned = [earn(item, reading) for item, reading in self.read]
        self.states = np.array([state for state, _ in earned], dtype=np.uint8)
        self.points = np.array([points for _, points in earned], dtype=np.float64)
        self.excluding = np.array(
            [
                reading is not None and reading.value in item.excluding
                for item, reading in self.read
            ],
            dtype=bool,
        )
        self.routes = [Route(self.instrument, one, {}) for one in accepted.profiles]
        self.rules = _rules(self.instrument)
        self.stems, self.stem_of = _stems(self.instrument)
        self._fits: dict[Condition, Bools] = {}

    def sheet(self, start: int, stop: int) -> AnswerSheet:
        """The sheet of units ``start`` to before ``stop``."""
        block = _Block(self, start, stop)
        sheet = AnswerSheet.empty(self.instrument.rubric, stop - start)
        rows = self.row_of[block.items]
        scored = rows != NONE
        at = (rows[scored], block.columns[scored])
        sheet.states[at] = self.states[block.readings[scored]]
        sheet.points[at] = self.points[block.readings[scored]]
        for question, items in self.rules:
            self._place(sheet, block, question, items)
        return sheet

    def _place(self, sheet: AnswerSheet, block: _Block, question: Question, items: Codes) -> None:
        """Take out what of one question is off the path or not applicable."""
        rows = self.row_of[items]
        for thing in question.matrix.objects if question.matrix else ():
            stem = self.stems[f"{question.id}/{thing.id}"]
            own = rows[self.stem_of[items] == stem]
            gone = ~block.holds(thing.applies_when)
            if question.matrix and question.matrix.unlisted_not_applicable:
                gone |= ~block.listed[stem]
            _mark(sheet, own, block.excluded[stem], State.OFF_PATH)
            _mark(sheet, own, gone, State.NOT_APPLICABLE)
        _mark(sheet, rows, ~block.shown(question), State.OFF_PATH)
        _mark(sheet, rows, ~block.holds(question.applies_when), State.NOT_APPLICABLE)

    def fits(self, condition: AnswerIs | AnswerAtLeast) -> Bools:
        """Which of the distinct readings make a condition hold."""
        if condition not in self._fits:
            held = [
                item.key == condition.question and _fits(item, reading, condition)
                for item, reading in self.read
            ]
            self._fits[condition] = np.array(held, dtype=bool)
        return self._fits[condition]


def _stems(instrument: Instrument) -> tuple[dict[str, int], Codes]:
    """The objects of all matrices, numbered; and each item's (NONE outside of matrices)."""
    stems: dict[str, int] = {}
    stem_of = np.full(len(instrument.items), NONE, dtype=np.int64)
    for place, item in enumerate(instrument.items):
        if item.thing is not None:
            name = f"{item.question.id}/{item.thing.id}"
            stem_of[place] = stems.setdefault(name, len(stems))
    return stems, stem_of


def _mark(sheet: AnswerSheet, rows: Codes, units: Bools, state: State) -> None:
    if units.any():
        cells = np.ix_(rows[rows != NONE], np.flatnonzero(units))
        sheet.states[cells] = state
        sheet.points[cells] = 0.0


def _rules(instrument: Instrument) -> tuple[tuple[Question, Codes], ...]:
    """The questions that not every unit is asked in full, with the places of their items."""
    items: dict[str, list[int]] = {}
    for place, item in enumerate(instrument.items):
        items.setdefault(item.question.id, []).append(place)
    questions = (part for part in below(instrument.root) if isinstance(part, Question))
    return tuple(
        (question, np.array(items[question.id], dtype=np.int64))
        for question in questions
        if question.applies_when or question.show_when or _picks_objects(question)
    )


def _picks_objects(question: Question) -> bool:
    matrix = question.matrix
    return matrix is not None and (
        matrix.unlisted_not_applicable
        or any(thing.applies_when for thing in matrix.objects)
        or any(option.excludes_object for one in matrix.columns for option in one.options)
    )


class _Block:
    """The answers of some units, and which conditions hold for each of them."""

    def __init__(self, sheets: Sheets, start: int, stop: int) -> None:
        self.sheets, self.units = sheets, stop - start
        accepted = sheets.accepted
        cells = slice(int(accepted.starts[start]), int(accepted.starts[stop]))
        counts = np.diff(accepted.starts[start : stop + 1])
        self.columns = np.repeat(np.arange(self.units), counts)
        self.items, self.readings = accepted.items[cells], accepted.readings[cells]
        self.profile_of = accepted.profile_of[start:stop]
        stems = sheets.stem_of[self.items]
        self.listed = self._marked(stems, stems != NONE)
        self.excluded = self._marked(stems, sheets.excluding[self.readings])
        self._shown: dict[str, Bools] = {}

    def _marked(self, stems: Codes, cells: Bools) -> Bools:
        """(stems, units): where one of these cells of the stem is answered."""
        found = np.zeros((len(self.sheets.stems), self.units), dtype=bool)
        found[stems[cells], self.columns[cells]] = True
        return found

    def holds(self, condition: Condition | None) -> Bools:
        """For each unit, whether a condition holds."""
        match condition:
            case None:
                return np.ones(self.units, dtype=bool)
            case KindIs() | AreaIs():
                held = np.array(
                    [route.holds(condition) for route in self.sheets.routes], dtype=bool
                )
                return held[self.profile_of]
            case All(parts):
                every: Bools = np.all([self.holds(part) for part in parts], axis=0)
                return every
            case AnyOf(parts):
                some: Bools = np.any([self.holds(part) for part in parts], axis=0)
                return some
            case Not(part):
                return ~self.holds(part)
            case AnswerIs() | AnswerAtLeast():
                return self._answer_holds(condition)

    def shown(self, question: Question) -> Bools:
        """For each unit, whether a question is on its path."""
        if question.id not in self._shown:
            self._shown[question.id] = np.zeros(self.units, dtype=bool)  # a circle never holds
            self._shown[question.id] = self.holds(question.applies_when) & self.holds(
                question.show_when
            )
        return self._shown[question.id]

    def _answer_holds(self, condition: AnswerIs | AnswerAtLeast) -> Bools:
        question = self.sheets.instrument.part(condition.question)
        held = np.zeros(self.units, dtype=bool)
        if isinstance(question, Question):
            held[self.columns[self.sheets.fits(condition)[self.readings]]] = True
            held &= self.shown(question)
        return held


def _fits(item: Item, reading: Reading, condition: AnswerIs | AnswerAtLeast) -> bool:
    if isinstance(condition, AnswerIs):
        return matches(reading, condition.options)
    return reading.state is State.ANSWERED and number_of(item, reading) >= condition.least
