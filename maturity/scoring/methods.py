"""How children combine: one function a method, over a batch of groups of one shape.

The groups of a batch have equally many children. A method walks through the places of
the children, the first of all groups, then the second, and so on; it gives the share
0..1 and where it is known, both arrays (groups, units). Formulas: ``docs/scoring.md``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from maturity.scoring.bands import DECIMALS
from maturity.scoring.plan import Batch
from maturity.scoring.rubric import Method
from maturity.scoring.work import (
    APPLICABLE,
    BASIS,
    COUNTED,
    KNOWN,
    MAXIMUM,
    MEANS,
    SCORE,
    SHARE,
    Bools,
    Floats,
    Rows,
    Work,
)


@dataclass(frozen=True, slots=True)
class Combined:
    """What a batch of groups comes to; all arrays (groups, units)."""

    share: Floats
    known: Bools
    score: Floats | None = None  # where the share follows from the score, not the reverse
    reached: Floats | None = None  # applicable criteria, where not all children count
    counted: Floats | None = None


def combine(work: Work, batch: Batch) -> None:
    """One batch of groups, from children's rows to their own."""
    sums = np.zeros((len(batch.groups), *work.cells.shape[1:]))
    for kids in batch.kids:
        sums += work.cells[kids]
    result = METHODS[batch.method](work, batch, sums)
    if result.reached is not None and result.counted is not None:
        sums[:, APPLICABLE], sums[:, COUNTED] = result.reached, result.counted
    if batch.scale is not None:
        low, high = batch.scale
        scaled = low + result.share * (high - low) if result.score is None else result.score
        sums[:, SCORE], sums[:, BASIS] = scaled, high
        sums[:, MAXIMUM] = np.where(sums[:, APPLICABLE] > 0, high, 0.0)
    sums[:, SHARE], sums[:, KNOWN] = result.share, 1.0
    for field in (SHARE, KNOWN, SCORE, BASIS):
        sums[:, field] *= result.known
    work.cells[batch.rows] = sums


def _share(top: Floats, bottom: Floats) -> Floats:
    share = np.zeros(top.shape)
    return np.divide(top, bottom, out=share, where=bottom > 0)


def _weighted_mean(work: Work, batch: Batch, _sums: Floats) -> Combined:
    """Σ w·p / Σ w over the known children."""
    total = np.zeros((len(batch.groups), 2, work.cells.shape[2]))
    for kids, weight in zip(batch.kids, batch.weights, strict=True):
        total += weight * work.cells[kids, MEANS]
    return Combined(share=_share(total[:, SHARE], total[:, KNOWN]), known=total[:, KNOWN] > 0)


def _mean_of_percentages(_work: Work, _batch: Batch, sums: Floats) -> Combined:
    """The plain mean of the known children's percentages; weights play no part."""
    return Combined(share=_share(sums[:, SHARE], sums[:, KNOWN]), known=sums[:, KNOWN] > 0)


def _sum(_work: Work, _batch: Batch, sums: Floats) -> Combined:
    """Points earned over points possible among the known children, kept in 0..1."""
    share = np.clip(_share(sums[:, SCORE], sums[:, BASIS]), 0.0, 1.0)
    return Combined(share=share, known=sums[:, KNOWN] > 0)


def _minimum(work: Work, batch: Batch, sums: Floats) -> Combined:
    """The least of the known children."""
    least = np.full(sums[:, SCORE].shape, np.inf)
    for kids in batch.kids:
        least = np.where(work.known[kids] > 0, np.minimum(least, work.share[kids]), least)
    known = np.isfinite(least)
    return Combined(share=np.where(known, least, 0.0), known=known)


def _full(work: Work, kids: Rows) -> Bools:
    return np.round(work.share[kids], DECIMALS) >= 1.0


def _all_of(work: Work, batch: Batch, sums: Floats) -> Combined:
    """1 where every child is full; 0 as soon as one is not; unknown while one is missing."""
    shape = sums[:, SCORE].shape
    failed, missing, any_known = (np.zeros(shape, dtype=bool) for _ in range(3))
    for kids in batch.kids:
        known = work.known[kids] > 0
        failed |= known & ~_full(work, kids)
        missing |= ~known & (work.applicable[kids] > 0)
        any_known |= known
    known = failed | (any_known & ~missing)
    return Combined(share=(known & ~failed).astype(np.float64), known=known)


def _contiguous(work: Work, batch: Batch, sums: Floats) -> Combined:
    """How many children, from the first on, are full without a break.

    Rule of Pemdi (PermenPANRB 8/2026): evidence for a higher level does not count
    while a lower one is not accepted. A child that is not applicable makes no break;
    a missing one ends the count, and where nothing came before it nothing is known.
    """
    shape = sums[:, SCORE].shape
    alive, known = np.ones(shape, dtype=bool), np.zeros(shape, dtype=bool)
    count, number = np.zeros(shape), np.zeros(shape)
    for kids in batch.kids:
        present, full = work.applicable[kids] > 0, _full(work, kids)
        known |= alive & (work.known[kids] > 0)
        count += alive & full
        number += present
        alive &= full | ~present
    return Combined(share=_share(count, number), known=known)


def _walk(work: Work, batch: Batch, sums: Floats) -> Combined:
    """The score of the last scored answer before (and with) the first negative one.

    Rule of the ODI Open Data Pathway (2015). A walk that meets an unanswered question
    before its end has no result yet. Only questions that were reached count.
    """
    if work.stops is None or batch.scale is None:
        raise ValueError("a walk needs criteria as children")
    shape = sums[:, SCORE].shape
    alive, scored, missing = (
        np.ones(shape, dtype=bool),
        np.zeros(shape, dtype=bool),
        np.zeros(shape, dtype=bool),
    )
    last, reached, counted = (np.zeros(shape) for _ in range(3))
    for kids in batch.kids:
        here = alive & (work.applicable[kids] > 0)
        said = here & (work.counted[kids] > 0)
        carries = said & (work.known[kids] > 0)
        last = np.where(carries, work.score[kids], last)
        scored |= carries
        missing |= here & ~said
        alive &= ~here | (said & ~work.stops[kids])
        reached += here
        counted += said
    low, high = batch.scale
    share = np.clip((last - low) / (high - low), 0.0, 1.0)
    return Combined(share=share, known=scored & ~missing, score=last,
                    reached=reached, counted=counted)  # fmt: skip


METHODS: dict[Method, Callable[[Work, Batch, Floats], Combined]] = {
    Method.WEIGHTED_MEAN: _weighted_mean,
    Method.MEAN_OF_PERCENTAGES: _mean_of_percentages,
    Method.SUM: _sum,
    Method.MINIMUM: _minimum,
    Method.ALL_OF: _all_of,
    Method.CONTIGUOUS: _contiguous,
    Method.WALK: _walk,
}
