"""From the cells of a sheet to the criteria's numbers: policies, then prerequisites."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from maturity.scoring.plan import Plan
from maturity.scoring.rubric import Effect, State
from maturity.scoring.work import (
    APPLICABLE,
    BASIS,
    COUNTED,
    KNOWN,
    MAXIMUM,
    SCORE,
    SHARE,
    Bools,
    Floats,
    Work,
)

States = NDArray[np.uint8]
ONE = np.uint8(1)
SAID = np.uint8((1 << State.ANSWERED) | (1 << State.STOPS))


def answered(plan: Plan, points: Floats, states: States) -> Work:
    """The criteria's rows of a block; points and states are (criteria, units)."""
    flags = np.left_shift(ONE, states)
    value = _points(plan, points, flags)
    known = (flags & plan.known) != 0
    present = (flags & plan.present) != 0
    unscored = _unscored(plan, value)
    _prerequisites(plan, value, known=known, present=present)
    work = Work.empty(len(plan.ids), points.shape[1])
    if plan.walked.any():
        work.stops = states == State.STOPS
    _fill(plan, work, np.nan_to_num(value) if unscored else value, known=known, present=present)
    if unscored:
        for field in (SHARE, KNOWN, BASIS):
            work.cells[: plan.leaves, field][np.isnan(value)] = 0.0
    return work


def _points(plan: Plan, points: Floats, flags: States) -> Floats:
    said = (flags & SAID) != 0
    with np.errstate(invalid="ignore"):
        value: Floats = points * said
    if not np.isfinite(value.sum()):  # multiplying is much faster, but keeps a blank's NaN
        value = np.where(said, points, 0.0)
    if plan.full.any():
        value = np.where((flags & plan.full) != 0, plan.ceiling, value)
    return value


def _unscored(plan: Plan, value: Floats) -> bool:
    """Whether some answer carries no score; ValueError where only numbers may stand."""
    if np.isfinite(value.sum()):
        return False
    bad = ~np.isfinite(value) & ~(np.isnan(value) & plan.walked)
    if bad.any():
        row = int(np.argwhere(bad)[0, 0])
        raise ValueError(f"{plan.ids[row]}: the points of an answer must be a finite number")
    return True


def _prerequisites(plan: Plan, value: Floats, *, known: Bools, present: Bools) -> None:
    """Points whose prerequisite is not met are lost and 0 is known; in place."""
    for needs in plan.needs:
        unmet = known[needs.sources] & (value[needs.sources] <= 0.0) & present[needs.targets]
        have = value[needs.targets]
        if needs.effect is Effect.CAP:
            value[needs.targets] = np.where(unmet, np.minimum(have, 0.0), have)
        else:
            value[needs.targets] = np.where(unmet, 0.0, have)
            known[needs.targets] |= unmet


def _fill(plan: Plan, work: Work, value: Floats, *, known: Bools, present: Bools) -> None:
    leaf = slice(0, plan.leaves)
    cells = work.cells[leaf]
    cells[:, KNOWN] = cells[:, COUNTED] = known
    cells[:, APPLICABLE] = present
    cells[:, SCORE] = value
    share = cells[:, SHARE]
    np.subtract(value, plan.floor, out=share)
    np.divide(share, plan.span, out=share)
    np.clip(share, 0.0, 1.0, out=share)
    share *= cells[:, KNOWN]
    np.multiply(cells[:, KNOWN], plan.ceiling, out=cells[:, BASIS])
    np.multiply(cells[:, APPLICABLE], plan.ceiling, out=cells[:, MAXIMUM])
