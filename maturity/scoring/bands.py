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
    value always has a level (a well-known trap: ``>= 4.2 and < 5.0``).
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
        """Levels of an array of values of any shape; ``NO_LEVEL`` for NaN and outside."""
        rounded = np.round(values, DECIMALS)
        edges = np.array([band.start for band in self.bands] + [self.bands[-1].end])
        edges = np.round(edges, DECIMALS)
        side: str = "right" if self.inclusive is Edge.LOWER else "left"
        place = np.searchsorted(edges, rounded, side=side)  # type: ignore[call-overload]
        closed = edges[-1] if self.inclusive is Edge.LOWER else edges[0]
        place = np.where(rounded == closed, len(self.bands) if side == "right" else 1, place)
        table = np.array([NO_LEVEL, *(band.level for band in self.bands), NO_LEVEL], dtype=np.int8)
        place[np.isnan(rounded)] = 0
        return table[place]

    def level(self, value: float) -> int:
        """The level of one value."""
        return int(self.levels(np.array([value], dtype=np.float64))[0])
