"""Score one office or 100,000 with the same code: every node, with NaN for unknown.

Units are worked through in blocks that fit the processor's cache, on two threads when
there are many. All sums run in the order of the tree, so no bit of a result depends on
how many units are scored with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from maturity.scoring.bands import NO_LEVEL
from maturity.scoring.leaves import answered
from maturity.scoring.levels import levels_of
from maturity.scoring.methods import combine
from maturity.scoring.plan import Plan, compile_rubric
from maturity.scoring.rubric import Rubric, State
from maturity.scoring.work import Work

Floats = NDArray[np.float64]
Levels = NDArray[np.int8]
BLOCK = 1024
THREADS = 2


@dataclass(frozen=True, slots=True)
class AnswerSheet:
    """Answers as numbers; both arrays (criteria, units), rows in ``rubric.criteria`` order.

    Where ``states`` is ANSWERED, ``points`` are finite and no more than the criterion's
    ceiling; NaN means an answer of a walk that carries no score. Elsewhere they are ignored.
    """

    points: Floats
    states: NDArray[np.uint8]

    @classmethod
    def empty(cls, rubric: Rubric, units: int = 1) -> AnswerSheet:
        """A sheet on which nothing is answered yet."""
        shape = (len(rubric.criteria), units)
        return cls(np.zeros(shape), np.full(shape, State.UNANSWERED, dtype=np.uint8))


@dataclass(frozen=True)
class Scores:
    """All nodes of all units. Row i is node ``plan.ids[i]``; arrays (nodes, units).

    Unknown is NaN (``NO_LEVEL`` for levels); ``percent`` runs 0..100, ``coverage`` 0..1
    (NaN where nothing applies); ``maximum`` is what this unit could reach. Levels and
    ``groups`` are at hand; the criteria's rows of the other arrays are worked out from
    the sheet when they are first asked for.
    """

    plan: Plan
    sheet: AnswerSheet
    groups: GroupScores
    level: Levels
    gated_level: Levels

    @cached_property
    def score(self) -> Floats:
        """In points, or on the group's own scale."""
        return self._with_leaves(self.groups.score, _score)

    @cached_property
    def maximum(self) -> Floats:
        """What this unit could reach of the score."""
        return self._with_leaves(self.groups.maximum, _maximum)

    @cached_property
    def percent(self) -> Floats:
        """0..100."""
        return self._with_leaves(self.groups.percent, _percent)

    @cached_property
    def coverage(self) -> Floats:
        """Share of the applicable criteria that count, 0..1."""
        return self._with_leaves(self.groups.coverage, _coverage)

    @property
    def index(self) -> Floats:
        """The continuous place on the level scale, e.g. 1.0 .. 4.0."""
        return self.plan.index_of(self.percent)

    def row(self, node_id: str) -> int:
        """The row of a node."""
        return self.plan.row[node_id]

    def _with_leaves(self, groups: Floats, read: Callable[[Work, slice], Floats]) -> Floats:
        leaf = slice(0, self.plan.leaves)
        rows = np.empty((len(self.plan.ids), groups.shape[1]))
        rows[self.plan.leaves :] = groups
        for block in _blocks(groups.shape[1]):
            work = answered(self.plan, self.sheet.points[:, block], self.sheet.states[:, block])
            rows[leaf, block] = read(work, leaf)
        return rows


@dataclass(frozen=True, slots=True)
class GroupScores:
    """The groups' rows of ``Scores``: arrays (groups, units), rows in ``rubric.groups`` order."""

    score: Floats
    maximum: Floats
    percent: Floats
    coverage: Floats

    @classmethod
    def empty(cls, groups: int, units: int) -> GroupScores:
        """Arrays to be written to."""
        return cls(*(np.empty((groups, units)) for _ in range(4)))


def score(rubric: Rubric, sheet: AnswerSheet) -> Scores:
    """Score all units of a sheet. ValueError when the sheet is not of this rubric."""
    plan = compile_rubric(rubric)
    if sheet.points.shape != sheet.states.shape or sheet.points.shape[0] != plan.leaves:
        raise ValueError(f"the sheet has {sheet.points.shape} cells, not {plan.leaves} criteria")
    nodes, units = len(plan.ids), sheet.points.shape[1]
    scores = Scores(
        plan=plan,
        sheet=sheet,
        groups=GroupScores.empty(nodes - plan.leaves, units),
        level=np.full((nodes, units), NO_LEVEL, dtype=np.int8),
        gated_level=np.full((nodes, units), NO_LEVEL, dtype=np.int8),
    )
    blocks = list(_blocks(units))
    if len(blocks) < THREADS * 2:
        for block in blocks:
            _score_block(scores, block)
    else:
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(lambda block: _score_block(scores, block), blocks))
    return scores


def _blocks(units: int) -> Iterator[slice]:
    return (slice(start, min(start + BLOCK, units)) for start in range(0, units, BLOCK))


def _score_block(scores: Scores, block: slice) -> None:
    plan, sheet, groups = scores.plan, scores.sheet, scores.groups
    work = answered(plan, sheet.points[:, block], sheet.states[:, block])
    for batch in plan.batches:
        combine(work, batch)
    rows = slice(plan.leaves, None)
    groups.score[:, block] = _score(work, rows)
    groups.maximum[:, block] = _maximum(work, rows)
    groups.percent[:, block] = _percent(work, rows)
    groups.coverage[:, block] = _coverage(work, rows)
    levels_of(plan, work, level=scores.level[:, block], gated=scores.gated_level[:, block])


def _score(work: Work, rows: slice) -> Floats:
    return np.where(work.known[rows] > 0, work.score[rows], np.nan)


def _maximum(work: Work, rows: slice) -> Floats:
    return np.where(work.applicable[rows] > 0, work.maximum[rows], np.nan)


def _percent(work: Work, rows: slice) -> Floats:
    return np.where(work.known[rows] > 0, work.share[rows] * 100.0, np.nan)


def _coverage(work: Work, rows: slice) -> Floats:
    whole = work.applicable[rows]
    part: Floats = np.full(whole.shape, np.nan)
    np.divide(work.counted[rows], whole, out=part, where=whole > 0)
    return part
