"""How children combine: one function a method, over arrays (groups, children, units).

Each takes the gathered children of a batch of groups (``Kids``) and gives the share
``p`` in 0..1 and whether it is known. Children beyond a group's own count are padding
that is neither present nor known. Formulas: ``docs/scoring.md``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maturity.scoring.bands import DECIMALS
from maturity.scoring.rubric import Method

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Kids:
    """Children of a batch of groups; all arrays (groups, children, units)."""

    percent: Floats  # share 0..1, 0 where unknown
    known: Bools
    present: Bools
    weights: Floats  # (groups, children)
    score: Floats
    basis: Floats  # most that the known children could earn
    stops: Bools | None = None  # negative answers of a walk
    scored: Bools | None = None  # the answer of a walk carries a score


@dataclass(frozen=True, slots=True)
class Combined:
    """What a batch of groups comes to; all arrays (groups, units)."""

    percent: Floats
    known: Bools
    applicable: NDArray[np.int32] | None = None  # reached items, where not all count
    counted: NDArray[np.int32] | None = None
    score: Floats | None = None  # where the score is not read off the scale


def _share(top: Floats, bottom: Floats) -> Floats:
    return np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0)


def _any(flags: Bools) -> Bools:
    return np.logical_or.reduce(flags, axis=1)  # type: ignore[no-any-return]


def weighted_mean(kids: Kids) -> Combined:
    """Σ w·p / Σ w over the known children."""
    top = np.einsum("gk,gkn->gn", kids.weights, kids.percent)
    bottom = np.einsum("gk,gkn->gn", kids.weights, kids.known.astype(np.float64))
    return Combined(percent=_share(top, bottom), known=bottom > 0)


def mean_of_percentages(kids: Kids) -> Combined:
    """The plain mean of the known children's percentages; weights play no part."""
    number = kids.known.sum(axis=1, dtype=np.float64)
    return Combined(percent=_share(kids.percent.sum(axis=1), number), known=number > 0)


def total(kids: Kids) -> Combined:
    """Points earned over points possible among the known children, kept in 0..1."""
    share = _share(kids.score.sum(axis=1), kids.basis.sum(axis=1))
    return Combined(percent=np.clip(share, 0.0, 1.0), known=_any(kids.known))


def minimum(kids: Kids) -> Combined:
    """The least of the known children."""
    least: Floats = np.where(kids.known, kids.percent, np.inf).min(axis=1)
    known = _any(kids.known)
    return Combined(percent=np.where(known, least, 0.0), known=known)


def _full(kids: Kids) -> Bools:
    return kids.known & (np.round(kids.percent, DECIMALS) >= 1.0)


def all_of(kids: Kids) -> Combined:
    """1 where every child is full; 0 as soon as one is not; unknown while one is missing."""
    failed = _any(kids.known & ~_full(kids))
    missing = _any(kids.present & ~kids.known)
    known = failed | (~missing & _any(kids.known))
    return Combined(percent=(known & ~failed).astype(np.float64), known=known)


def contiguous(kids: Kids) -> Combined:
    """How many children, from the first on, are full without a break.

    Rule of Pemdi (PermenPANRB 8/2026): evidence for a higher level does not count
    while a lower one is not accepted. A child that is not applicable makes no break.
    """
    full = _full(kids)
    alive = np.ones(full[:, 0].shape, dtype=bool)
    count = np.zeros(alive.shape)
    for place in range(full.shape[1]):
        count += alive & full[:, place]
        alive &= full[:, place] | ~kids.present[:, place]
    number = kids.present.sum(axis=1, dtype=np.float64)
    known = _any(kids.known)
    return Combined(percent=np.where(known, _share(count, number), 0.0), known=known)


def walk(kids: Kids) -> Combined:
    """The score of the last scored answer before (and with) the first negative one.

    Rule of the ODI Open Data Pathway (2015). A walk that meets an unanswered question
    before its end has no result yet. Only questions that were reached count.
    """
    if kids.stops is None or kids.scored is None:
        raise ValueError("a walk needs criteria as children")
    shape = kids.known[:, 0].shape
    alive, missing = np.ones(shape, dtype=bool), np.zeros(shape, dtype=bool)
    last, any_score = np.zeros(shape), np.zeros(shape, dtype=bool)
    reached, answered = np.zeros(shape, dtype=np.int32), np.zeros(shape, dtype=np.int32)
    for place in range(kids.known.shape[1]):
        here = alive & kids.present[:, place]
        said = here & kids.known[:, place]
        scored = said & kids.scored[:, place]
        last = np.where(scored, kids.score[:, place], last)
        any_score |= scored
        missing |= here & ~said
        alive &= ~(here & ~said) & ~(said & kids.stops[:, place])
        reached += here
        answered += said
    known = any_score & ~missing
    return Combined(percent=np.zeros(shape), known=known, score=last,
                    applicable=reached, counted=answered)  # fmt: skip


METHODS: dict[Method, Callable[[Kids], Combined]] = {
    Method.WEIGHTED_MEAN: weighted_mean,
    Method.MEAN_OF_PERCENTAGES: mean_of_percentages,
    Method.SUM: total,
    Method.MINIMUM: minimum,
    Method.ALL_OF: all_of,
    Method.CONTIGUOUS: contiguous,
    Method.WALK: walk,
}
