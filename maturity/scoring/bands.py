"""Thresholds to levels: edges declared, both ends closed.

Values are compared after rounding to 9 decimals, so that 59.99999999999 out of
floating-point noise is 60 and stands on the side of the edge that was meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

DECIMALS = 9
NO_LEVEL = 0


class Measure(StrEnum):
    """Which number of a node the bands are laid over."""

    SCORE = "score"
    PERCENT = "percent"
    INDEX = "index"


class Edge(StrEnum):
    """Which edge belongs to a band: ``[from, to)`` or ``(from, to]``."""

    LOWER = "lower"
    UPPER = "upper"


@dataclass(frozen=True, slots=True)
class Band:
    """One level's stretch of the measure."""

    level: int
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Bands:
    """Contiguous bands, lowest first.

    The very first and the very last edge both belong to their band, so a perfect
    value always has a level (a well-known trap: ``>= 4.2 and < 5.0``). More than the last
    edge is still the last level; less than the first edge has no level.
    """

    bands: tuple[Band, ...]
    measure: Measure = Measure.SCORE
    inclusive: Edge = Edge.LOWER

    @property
    def first(self) -> int:
        """The lowest level."""
        return self.bands[0].level

    @property
    def last(self) -> int:
        """The highest level."""
        return self.bands[-1].level

    def band_of(self, level: int) -> Band:
        """The stretch of one level."""
        return next(band for band in self.bands if band.level == level)

    def levels(self, values: NDArray[np.float64]) -> NDArray[np.int8]:
        """Levels of an array of values of any shape; ``NO_LEVEL`` for NaN and below."""
        value = np.round(values, DECIMALS)
        edges = np.round([band.start for band in self.bands] + [self.bands[-1].end], DECIMALS)
        beyond = np.greater_equal if self.inclusive is Edge.LOWER else np.greater
        place = (value >= edges[0]).astype(np.int8)  # in the first band or further up
        for edge in edges[1:-1]:
            place += beyond(value, edge)
        levels = [NO_LEVEL, *(band.level for band in self.bands)]
        found: NDArray[np.int8] = np.take(np.array(levels, dtype=np.int8), place)
        return found

    def level(self, value: float) -> int:
        """The level of one value."""
        return int(self.levels(np.array([value], dtype=np.float64))[0])
