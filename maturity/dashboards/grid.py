"""What every variable came to in every office: two tables of numbers, offices by variables.

Pure. Pages that show all of a round (matrix, variables, comparisons) read these.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maturity.dashboards.queries import Standing
from maturity.survey.frozen import outline_ids, variable_ids
from maturity.survey.instrument import Branch, Instrument, below

Floats = NDArray[np.float64]
Levels = NDArray[np.int8]
NO_LEVEL = 0


@dataclass(frozen=True, slots=True)
class Variable:
    """A question or a slice of a matrix: one column. ``part`` is what it belongs to
    (a sub-dimension, or the dimension itself); ``dimension`` counts from 1."""

    id: str
    title: str
    part: str
    dimension: int


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Rows are ``offices``, columns are ``variables``.

    ``percent``: of what can be reached, NaN where there is none. ``level``: 0 where there is
    none. ``why``: "" where there is a percent, else off-path, not-applicable, dont-know or
    unanswered; also unanswered where the office has no result at this stage.
    """

    offices: tuple[Standing, ...]
    variables: tuple[Variable, ...]
    percent: Floats
    level: Levels
    why: NDArray[np.str_]

    def column(self, variable_id: str) -> int:
        """The place of a variable; KeyError where there is none."""
        for place, one in enumerate(self.variables):
            if one.id == variable_id:
                return place
        raise KeyError(variable_id)

    def only(self, places: Sequence[int]) -> Grid:
        """The same with some offices, in that order."""
        at = np.asarray(places, dtype=np.intp)
        offices = tuple(self.offices[place] for place in places)
        return Grid(offices, self.variables, self.percent[at], self.level[at], self.why[at])


def variables_of(instrument: Instrument, locale: str) -> tuple[Variable, ...]:
    """The variables of an instrument in one language, in order."""
    parts = set(outline_ids(instrument))
    wanted = set(variable_ids(instrument))
    found: list[Variable] = []
    for number, dimension in enumerate(instrument.dimensions or (instrument.root,), 1):
        home = dimension.id
        for part in below(dimension):
            if isinstance(part, Branch):
                home = part.id if part.id in parts else home
            elif part.id in wanted:
                found.append(Variable(part.id, part.title.in_(locale), home, number))
    return tuple(found)


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """What the frozen results of a round say of each variable, whose offices they are left
    aside. ``row``: assessment -> its row; the last row is that of offices without a result."""

    row: Mapping[int, int]
    percent: Floats
    level: Levels
    why: NDArray[np.str_]


def numbers(texts: Mapping[int, str], variables: Sequence[str]) -> Numbers:
    """``texts``: assessment -> JSON (``variable_texts``); a column for each of the variables."""
    size = (len(texts) + 1, len(variables))
    percent = np.full(size, np.nan)
    level = np.zeros(size, dtype=np.int8)
    why = np.full(size, "unanswered", dtype="<U16")
    for row, text in enumerate(texts.values()):
        found = json.loads(text)
        for column, variable in enumerate(variables):
            if variable in found:
                reached, share, reason = found[variable]
                percent[row, column] = np.nan if share is None else share
                level[row, column] = reached or NO_LEVEL
                why[row, column] = reason
    for one in (percent, level, why):
        one.setflags(write=False)  # many requests share them
    return Numbers({assessment: row for row, assessment in enumerate(texts)}, percent, level, why)


def grid(offices: Sequence[Standing], of: Numbers, variables: Sequence[Variable]) -> Grid:
    """The tables of some offices."""
    at = np.array([of.row.get(office.assessment_id, -1) for office in offices], dtype=np.intp)
    return Grid(tuple(offices), tuple(variables), of.percent[at], of.level[at], of.why[at])
