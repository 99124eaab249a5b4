"""How often each unit came out on each rank: memory does not grow with the draws.

Rank 1 is the highest score; equal scores all take the smallest of their ranks. Scores are
compared after rounding to 9 decimals, as everywhere in scoring, so that units with the same
answers stay equal whatever the order of floating-point sums. Formulas: ``docs/scoring.md``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maturity.scoring.bands import DECIMALS

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Bools = NDArray[np.bool_]
Groups = tuple[tuple[int, ...], ...]
ONE = np.int64(1)
UNKNOWN = np.iinfo(np.int64).max  # behind every score


@dataclass(frozen=True, slots=True, eq=False)
class RankHistogram:
    """``counts[unit, r]``: in how many draws the unit had rank r + 1.

    A unit without a score in some draws has no rank in those; its statistics are over the
    others. Where it never had one they are NaN. All statistics are arrays (units,).
    """

    counts: Counts

    @property
    def ranked(self) -> Counts:
        """In how many draws the unit had a rank."""
        return self.counts.sum(axis=1)

    @property
    def mean(self) -> Floats:
        """The mean rank."""
        ranks = np.arange(1, self.counts.shape[1] + 1)
        return np.where(self.ranked > 0, self.counts @ ranks / np.maximum(self.ranked, 1), np.nan)

    @property
    def median(self) -> Floats:
        """The middle rank; the mean of the two in the middle of an even number."""
        return self.quantile(0.5)

    def quantile(self, q: float) -> Floats:
        """The q-quantile by linear interpolation between the two nearest ranks in order.

        (Definition 7 of Hyndman & Fan 1996, the default of R and numpy.)
        """
        if not 0.0 <= q <= 1.0:
            raise ValueError(f"a quantile lies between 0 and 1, not at {q}")
        up_to = np.cumsum(self.counts, axis=1)
        place = np.round(np.maximum(self.ranked - 1, 0) * q, DECIMALS)
        low = np.floor(place)
        first, second = (1.0 + (up_to <= at[:, None]).sum(axis=1) for at in (low, np.ceil(place)))
        between = np.round(first + (place - low) * (second - first), DECIMALS)
        return np.where(self.ranked > 0, between, np.nan)

    def interval(self, level: float = 0.9) -> tuple[Floats, Floats]:
        """Between which ranks the middle ``level`` of the draws lies: (best, worst)."""
        if not 0.0 <= level <= 1.0:
            raise ValueError(f"the level of an interval lies between 0 and 1, not at {level}")
        return self.quantile((1.0 - level) / 2.0), self.quantile((1.0 + level) / 2.0)


class Tally:
    """Counts ranks, batch by batch of draws; what a batch needs is kept for the next."""

    def __init__(self, units: int) -> None:
        self.units = units
        self.counts: Counts = np.zeros((units, units), dtype=np.int64)
        self._bits = max(1, (units - 1).bit_length())
        self._places = np.arange(units, dtype=np.int64)
        self._most = float(2 ** (62 - self._bits)) / 10**DECIMALS

    def add(self, scores: Floats) -> None:
        """Count a batch of draws: scores (draws, units), NaN for unknown; not kept.

        The rounded score and the number of the unit share one whole number, so that an
        unstable sort of numbers (no argsort) gives one and the same order every time.
        """
        if scores.ndim != 2 or scores.shape[1] != self.units:
            raise ValueError(f"scores are (draws, {self.units}), not {scores.shape}")
        if not scores.size:
            return
        keys = self._keys(scores)
        keys.sort(axis=1)
        units = keys & ((1 << self._bits) - 1)
        keys >>= self._bits
        units *= self.units
        units += self._ranks(keys)
        places = units.ravel()
        nothing = UNKNOWN >> self._bits
        if (keys[:, -1] == nothing).any():
            places = units[keys != nothing]
        np.add.at(self.counts.reshape(-1), places, ONE)

    def _keys(self, scores: Floats) -> Counts:
        """Highest score first, unknown last; the unit in the lowest bits."""
        scaled = scores * -(10.0**DECIMALS)
        np.rint(scaled, out=scaled)
        least, most = scaled.min(initial=0.0), scaled.max(initial=0.0)
        unknown = np.isnan(scaled) if np.isnan(least) else None
        if unknown is not None:
            scaled[unknown] = 0.0
            least, most = scaled.min(initial=0.0), scaled.max(initial=0.0)
        if max(-least, most) >= self._most * 10**DECIMALS:
            raise ValueError(f"scores must lie within {self._most:.0f} of 0 to be ranked")
        keys = scaled.astype(np.int64)
        keys <<= self._bits
        keys |= self._places
        if unknown is not None:
            keys[unknown] = UNKNOWN
        return keys

    def _ranks(self, scores: Counts) -> Counts:
        """From 0; of sorted scores. Equal ones take the smallest rank."""
        equal = scores[:, 1:] == scores[:, :-1]
        tied = equal.any(axis=1)
        if not tied.any():
            return self._places
        ranks = np.broadcast_to(self._places, scores.shape).copy()
        ranks[:, 1:][equal] = 0
        ranks[tied] = np.maximum.accumulate(ranks[tied], axis=1)
        return ranks


def count_ranks(batches: Iterable[Floats], units: int) -> RankHistogram:
    """The histogram of scores that come in batches (draws, units), NaN for unknown."""
    tally = Tally(units)
    for scores in batches:
        tally.add(np.asarray(scores, dtype=np.float64))
    return RankHistogram(tally.counts)


def tied_with(found: RankHistogram, level: float = 0.9) -> Bools:
    """(units, units): whose rank intervals overlap, ends included; nobody's where unknown."""
    low, high = found.interval(level)
    return (low[:, None] <= high[None, :]) & (low[None, :] <= high[:, None])


def tied_groups(found: RankHistogram, level: float = 0.9) -> Groups:
    """Units in groups, best first: intervals of two groups never overlap.

    Inside a group every unit is linked to every other by a chain of overlaps; the first
    and the last need not overlap themselves (see ``tied_with``). Inside a group units are
    in order of their median, then mean rank. Units that never had a rank are in no group.
    """
    low, high = found.interval(level)
    groups: list[list[int]] = []
    reached = -np.inf
    for unit in sorted(np.flatnonzero(found.ranked).tolist(), key=lambda one: (low[one], one)):
        if low[unit] > reached:
            groups.append([])
        groups[-1].append(unit)
        reached = max(reached, high[unit])
    median, mean = found.median, found.mean
    return tuple(
        tuple(sorted(group, key=lambda one: (median[one], mean[one], one))) for group in groups
    )
