"""From numbers to levels: first by bands, then what the gates leave of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from maturity.scoring.bands import NO_LEVEL, Measure
from maturity.scoring.plan import GatePlan, Plan
from maturity.scoring.work import Floats, Work

Levels = NDArray[np.int8]
NO_LIMIT = np.int16(np.iinfo(np.int16).max)


def levels_of(plan: Plan, work: Work, *, level: Levels, gated: Levels) -> None:
    """Write the levels (nodes, units) of a block."""
    for bands, rows in plan.banded:
        level[rows] = bands.levels(_measured(plan, work, bands.measure, rows))
    gated[:] = level
    for gate in plan.gates:
        held = np.minimum(level[gate.row], _limit(gate, work, gated))
        gated[gate.row] = np.where(held < plan.rubric.first_level, NO_LEVEL, held)


def _limit(gate: GatePlan, work: Work, gated: Levels) -> NDArray[np.int16]:
    """The highest level that children and must-haves allow; unknown ones hold nothing down."""
    limit = np.full(gated.shape[1], NO_LIMIT, dtype=np.int16)
    for kid in gate.kids.tolist():
        allowed = gated[kid] + np.int16(gate.slack)
        limit = np.where(work.known[kid] > 0, np.minimum(limit, allowed), limit)
    for must, row in gate.musts:
        short = (work.known[row] > 0) & (gated[row] < must.at_least)
        limit = np.where(short, np.minimum(limit, np.int16(must.level - 1)), limit)
    return limit


def _measured(plan: Plan, work: Work, measure: Measure, rows: NDArray[np.intp]) -> Floats:
    if measure is Measure.SCORE:
        value = work.score[rows]
    else:
        percent = work.share[rows] * 100.0
        value = percent if measure is Measure.PERCENT else plan.index_of(percent)
    return np.where(work.known[rows] > 0, value, np.nan)
