"""Score one office or 100,000 with the same code: every node, with NaN for unknown.

Units are worked through in blocks that fit the processor's cache, on two threads when
there are many. All sums run in the order of the tree, so no bit of a result depends on
how many units are scored with it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
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


@dataclass(frozen=True, slots=True)
class Numbers:
    """Four numbers of some nodes: arrays (nodes, units), meanings as in ``Scores``."""

    score: Floats
    maximum: Floats
    percent: Floats
    coverage: Floats

    @classmethod
    def empty(cls, nodes: int, units: int) -> Numbers:
        """Arrays to be written to."""
        return cls(*(np.empty((nodes, units)) for _ in range(4)))

    def read(self, work: Work, rows: slice, *, to: tuple[slice, slice]) -> None:
        """Take over rows of a block; what is unknown becomes NaN by 0 / 0."""
        known, applicable = work.known[rows], work.applicable[rows]
        with np.errstate(invalid="ignore"):
            np.divide(work.score[rows], known, out=self.score[to])
            np.divide(work.share[rows] * 100.0, known, out=self.percent[to])
            np.divide(work.counted[rows], applicable, out=self.coverage[to])
            np.divide(work.maximum[rows], applicable > 0, out=self.maximum[to])


@dataclass(frozen=True)
class Scores:
    """All nodes of all units. Row i is node ``plan.ids[i]``; arrays (nodes, units).

    Unknown is NaN (``NO_LEVEL`` for levels); ``percent`` runs 0..100, ``coverage`` 0..1
    (NaN where nothing applies); ``maximum`` is what this unit could reach. Levels and
    ``groups`` (rows in ``rubric.groups`` order) are at hand; the criteria's other numbers
    are worked out from the sheet when one of them is first asked for.
    """

    plan: Plan
    sheet: AnswerSheet
    groups: Numbers
    level: Levels
    gated_level: Levels

    @property
    def score(self) -> Floats:
        """In points, or on the group's own scale."""
        return self._numbers.score

    @property
    def maximum(self) -> Floats:
        """What this unit could reach of the score."""
        return self._numbers.maximum

    @property
    def percent(self) -> Floats:
        """0..100."""
        return self._numbers.percent

    @property
    def coverage(self) -> Floats:
        """Share of the applicable criteria that count, 0..1."""
        return self._numbers.coverage

    @property
    def index(self) -> Floats:
        """The continuous place on the level scale, e.g. 1.0 .. 4.0."""
        return self.plan.index_of(self.percent)

    def row(self, node_id: str) -> int:
        """The row of a node."""
        return self.plan.row[node_id]

    @cached_property
    def _numbers(self) -> Numbers:
        nodes, units = self.level.shape
        leaves = self.plan.leaves
        numbers = Numbers.empty(nodes, units)
        for field in fields(Numbers):
            getattr(numbers, field.name)[leaves:] = getattr(self.groups, field.name)

        def read_leaves(block: slice) -> None:
            work = answered(self.plan, self.sheet.points[:, block], self.sheet.states[:, block])
            rows = slice(0, leaves)
            numbers.read(work, rows, to=(rows, block))

        _each_block(units, read_leaves)
        return numbers


def score(rubric: Rubric, sheet: AnswerSheet) -> Scores:
    """Score all units of a sheet. ValueError when the sheet is not of this rubric."""
    plan = compile_rubric(rubric)
    if sheet.points.shape != sheet.states.shape or sheet.points.shape[0] != plan.leaves:
        raise ValueError(f"the sheet has {sheet.points.shape} cells, not {plan.leaves} criteria")
    nodes, units = len(plan.ids), sheet.points.shape[1]
    scores = Scores(
        plan=plan,
        sheet=sheet,
        groups=Numbers.empty(nodes - plan.leaves, units),
        level=np.full((nodes, units), NO_LEVEL, dtype=np.int8),
        gated_level=np.full((nodes, units), NO_LEVEL, dtype=np.int8),
    )
    _each_block(units, lambda block: _score_block(scores, block))
    return scores


def _score_block(scores: Scores, block: slice) -> None:
    plan, sheet = scores.plan, scores.sheet
    work = answered(plan, sheet.points[:, block], sheet.states[:, block])
    for batch in plan.batches:
        combine(work, batch)
    scores.groups.read(work, slice(plan.leaves, None), to=(slice(None), block))
    levels_of(plan, work, level=scores.level[:, block], gated=scores.gated_level[:, block])


def _each_block(units: int, work: Callable[[slice], None]) -> None:
    """Blocks share nothing and write to their own columns, so threads change no result."""
    blocks = [slice(start, min(start + BLOCK, units)) for start in range(0, units, BLOCK)]
    if len(blocks) < THREADS * 2:
        for block in blocks:
            work(block)
        return
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, blocks))  # raises what a block raised
