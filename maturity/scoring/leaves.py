"""From the cells of a sheet to the criteria's numbers: policies, then prerequisites."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from maturity.scoring.plan import Plan
from maturity.scoring.rubric import Effect, State
from maturity.scoring.work import KNOWN, SHARE, Bools, Floats, Work

States = NDArray[np.uint8]
ONE = np.uint8(1)


def answered(plan: Plan, points: Floats, states: States) -> Work:
    """The criteria's rows of a block; points and states are (criteria, units)."""
    flags = np.left_shift(ONE, states)
    value = np.where((flags & _SAID) != 0, points, 0.0)
    if plan.full.any():
        value = np.where((flags & plan.full) != 0, plan.ceiling, value)
    known = (flags & plan.known) != 0
    present = (flags & plan.present) != 0
    unscored = _unscored(plan, value)
    known = _prerequisites(plan, value, known=known, present=present)
    work = Work.empty(len(plan.ids), points.shape[1])
    if plan.walked.any():
        work.stops = states == State.STOPS
        work.unscored = np.isnan(value)
    if unscored:
        value = np.nan_to_num(value, nan=0.0)
    _fill(plan, work, value, known=known, present=present)
    return work


_SAID = np.uint8((1 << State.ANSWERED) | (1 << State.STOPS))


def _unscored(plan: Plan, value: Floats) -> bool:
    """Whether some answer carries no score; ValueError where only numbers may stand."""
    if np.isfinite(value.sum()):
        return False
    bad = ~np.isfinite(value) & ~(np.isnan(value) & plan.walked)
    if bad.any():
        row = int(np.argwhere(bad)[0, 0])
        raise ValueError(f"{plan.ids[row]}: the points of an answer must be a finite number")
    return True


def _prerequisites(plan: Plan, value: Floats, *, known: Bools, present: Bools) -> Bools:
    """Points whose prerequisite is not met are lost: ``value`` in place, ``known`` returned."""
    for needs in plan.needs:
        unmet = known[needs.sources] & (value[needs.sources] <= 0.0) & present[needs.targets]
        have = value[needs.targets]
        if needs.effect is Effect.CAP:
            value[needs.targets] = np.where(unmet, np.minimum(have, 0.0), have)
        else:
            value[needs.targets] = np.where(unmet, 0.0, have)
            known[needs.targets] |= unmet
    return known


def _fill(plan: Plan, work: Work, value: Floats, *, known: Bools, present: Bools) -> None:
    leaf = slice(0, plan.leaves)
    share = work.means[leaf, SHARE]
    np.subtract(value, plan.floor, out=share)
    share *= plan.per_point
    np.maximum(share, 0.0, out=share)
    np.minimum(share, 1.0, out=share)
    work.means[leaf, KNOWN] = known
    share *= work.means[leaf, KNOWN]
    work.score[leaf] = value
    work.counted[leaf] = known
    work.applicable[leaf] = present
    np.multiply(work.counted[leaf], plan.ceiling, out=work.basis[leaf])
    np.multiply(work.applicable[leaf], plan.ceiling, out=work.maximum[leaf])
