"""Small makers for tests: a rubric in a few words, a sheet from answers by id."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from maturity.scoring.engine import AnswerSheet, Scores, score
from maturity.scoring.rubric import Rubric, State

NAMED = {
    "unanswered": State.UNANSWERED,
    "dont-know": State.DONT_KNOW,
    "not-applicable": State.NOT_APPLICABLE,
    "off-path": State.OFF_PATH,
}
Answer = float | str | tuple[float | None, str] | None


def cell(answer: Answer) -> tuple[float, int]:
    """A number, the name of a state, None for unanswered, or (points or None, "stops")."""
    if answer is None:
        return 0.0, State.UNANSWERED
    if isinstance(answer, str):
        return 0.0, NAMED[answer]
    if isinstance(answer, tuple):
        points, kind = answer
        state = {"stops": State.STOPS, "goes-on": State.ANSWERED}[kind]
        return (math.nan if points is None else points), state
    return float(answer), State.ANSWERED


def sheet_of(rubric: Rubric, *units: Mapping[str, Answer]) -> AnswerSheet:
    """One column a unit; criteria that are not named are unanswered."""
    sheet = AnswerSheet.empty(rubric, len(units))
    places = {leaf.id: row for row, leaf in enumerate(rubric.criteria)}
    for column, answers in enumerate(units):
        for leaf_id, answer in answers.items():
            row = places[leaf_id]
            sheet.points[row, column], sheet.states[row, column] = cell(answer)
    return sheet


def scored(rubric: Rubric, *units: Mapping[str, Answer]) -> Scores:
    return score(rubric, sheet_of(rubric, *units))


def cells_of(rubric: Rubric, sheet: AnswerSheet, column: int) -> dict[str, tuple[float, int]]:
    """One column as the oracle reads it."""
    points, states = sheet.points[:, column].tolist(), sheet.states[:, column].tolist()
    return {leaf.id: (points[row], states[row]) for row, leaf in enumerate(rubric.criteria)}


def same(one: Scores, other: Scores, *, ids: tuple[str, ...] | None = None) -> bool:
    """Whether two results are equal to the last bit for these nodes (of the first by default)."""
    names = ids or one.plan.ids
    return all(
        np.array_equal(getattr(one, field)[one.row(name)], getattr(other, field)[other.row(name)],
                       equal_nan=True)
        for name in names
        for field in ("score", "maximum", "percent", "coverage", "level", "gated_level")
    )  # fmt: skip
