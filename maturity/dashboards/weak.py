"""The variables in which most offices are low. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from maturity.dashboards.frame import Frame
from maturity.dashboards.grid import NO_LEVEL, Grid, Variable

HALF = 50.0


@dataclass(frozen=True, slots=True)
class WeakVariable:
    """A variable over the ``count`` offices that have a result in it.

    ``low`` of them are in the lower half of the levels (of what can be reached, in percent,
    where the variable has no levels). ``levels``: number -> offices.
    """

    variable: Variable
    count: int
    low: int
    lowest: int
    levels: Mapping[int, int]
    median: float

    @property
    def share(self) -> float:
        """Offices that are low, in percent of those with a result."""
        return self.low * 100 / self.count


def weak_variables(found: Grid, frame: Frame) -> tuple[WeakVariable, ...]:
    """All variables that some office has a result in, the weakest first."""
    numbers, lower = ([one.number for one in some] for some in (frame.levels, frame.lower))
    rows = [_weak(found, place, numbers, lower) for place in range(len(found.variables))]
    known = [row for row in rows if row is not None]
    return tuple(sorted(known, key=lambda r: (-r.share, -r.lowest / r.count, r.median)))


def _weak(
    found: Grid, place: int, numbers: Sequence[int], lower: Sequence[int]
) -> WeakVariable | None:
    percent = found.percent[:, place]
    known = ~np.isnan(percent)
    percent, level = percent[known], found.level[known, place]
    if not percent.size:
        return None
    low = np.where(level == NO_LEVEL, percent < HALF, np.isin(level, lower))
    bottom = np.where(level == NO_LEVEL, percent <= 0, level == min(numbers, default=1))
    return WeakVariable(
        variable=found.variables[place],
        count=percent.size,
        low=int(low.sum()),
        lowest=int(bottom.sum()),
        levels={number: int((level == number).sum()) for number in numbers},
        median=float(np.median(percent)),
    )
