"""Score one office or 100,000 with the same code: every node, with NaN for unknown.

Units are worked through in blocks that fit the processor's cache. All sums run in the
order of the tree, so a result does not depend on how many units are scored with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maturity.scoring.bands import NO_LEVEL, Measure
from maturity.scoring.methods import METHODS, Combined, Kids
from maturity.scoring.plan import EXCLUDED, FULL, KNOWN, ZERO, Batch, Plan, compile_rubric
from maturity.scoring.rubric import Effect, Method, Rubric, State

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Levels = NDArray[np.int8]
BLOCK = 512


@dataclass(frozen=True, slots=True)
class AnswerSheet:
    """Answers as numbers; both arrays (criteria, units), rows in ``rubric.criteria`` order.

    ``points`` are finite where ``states`` is ANSWERED; NaN there means an answer of a
    walk that carries no score. Elsewhere the points are ignored.
    """

    points: Floats
    states: NDArray[np.uint8]

    @classmethod
    def empty(cls, rubric: Rubric, units: int = 1) -> AnswerSheet:
        """A sheet on which nothing is answered yet."""
        shape = (len(rubric.criteria), units)
        return cls(np.zeros(shape), np.full(shape, State.UNANSWERED, dtype=np.uint8))


@dataclass(frozen=True, slots=True)
class Scores:
    """All nodes of all units. Row i is node ``plan.ids[i]``; arrays (nodes, units).

    Unknown is NaN (``NO_LEVEL`` for levels); ``percent`` runs 0..100, ``coverage`` 0..1
    (NaN where nothing applies); ``maximum`` is what this unit could reach.
    """

    plan: Plan
    score: Floats
    maximum: Floats
    percent: Floats
    coverage: Floats
    level: Levels
    gated_level: Levels

    @property
    def index(self) -> Floats:
        """The continuous place on the level scale, e.g. 1.0 .. 4.0."""
        return self.plan.index_of(self.percent)

    def row(self, node_id: str) -> int:
        """The row of a node."""
        return self.plan.row[node_id]


@dataclass(slots=True)
class _Work:
    """The rows of one block: (nodes + 1, units); the last row is the empty padding."""

    percent: Floats
    known: Bools
    present: Bools
    score: Floats
    maximum: Floats
    basis: Floats
    applicable: NDArray[np.int32]
    counted: NDArray[np.int32]
    stops: Bools | None = None
    scored: Bools | None = None

    @classmethod
    def of(cls, rows: int, units: int) -> _Work:
        shape = (rows, units)
        return cls(
            percent=np.zeros(shape),
            known=np.zeros(shape, dtype=bool),
            present=np.zeros(shape, dtype=bool),
            score=np.zeros(shape),
            maximum=np.zeros(shape),
            basis=np.zeros(shape),
            applicable=np.zeros(shape, dtype=np.int32),
            counted=np.zeros(shape, dtype=np.int32),
        )


def score(rubric: Rubric, sheet: AnswerSheet) -> Scores:
    """Score all units of a sheet. ValueError when the sheet is not of this rubric."""
    plan = compile_rubric(rubric)
    if sheet.points.shape != sheet.states.shape or sheet.points.shape[0] != plan.leaves:
        raise ValueError(f"the sheet has {sheet.points.shape} cells, not {plan.leaves} criteria")
    shape = (len(plan.ids), sheet.points.shape[1])
    scores = Scores(
        plan=plan,
        score=np.empty(shape),
        maximum=np.empty(shape),
        percent=np.empty(shape),
        coverage=np.empty(shape),
        level=np.empty(shape, dtype=np.int8),
        gated_level=np.empty(shape, dtype=np.int8),
    )
    for start in range(0, shape[1], BLOCK):
        block = slice(start, min(start + BLOCK, shape[1]))
        _score_block(scores, sheet.points[:, block], sheet.states[:, block], block)
    return scores


def _score_block(scores: Scores, points: Floats, states: NDArray[np.uint8], block: slice) -> None:
    plan = scores.plan
    work = _leaves(plan, points, states)
    for batch in plan.batches:
        _combine(work, batch)
    scores.score[:, block] = np.where(work.known, work.score, np.nan)[:-1]
    scores.maximum[:, block] = np.where(work.present, work.maximum, np.nan)[:-1]
    scores.percent[:, block] = np.where(work.known, work.percent * 100.0, np.nan)[:-1]
    counted = np.full(work.percent.shape, np.nan)
    np.divide(work.counted, work.applicable, out=counted, where=work.applicable > 0)
    scores.coverage[:, block] = counted[:-1]
    _levels(scores, work, block)


def _leaves(plan: Plan, points: Floats, states: NDArray[np.uint8]) -> _Work:
    """Apply each criterion's policies and prerequisites to the raw cells."""
    work = _Work.of(len(plan.ids) + 1, points.shape[1])
    leaf = slice(0, plan.leaves)
    offsets = np.arange(plan.leaves, dtype=np.intp)[:, None] * plan.actions.shape[1]
    action = plan.actions.ravel()[states + offsets]
    value = np.where(action == KNOWN, points, 0.0)
    if (plan.actions == FULL).any():
        value = np.where(action == FULL, plan.ceiling, value)
    known, present = action <= ZERO, action != EXCLUDED
    if any(batch.method is Method.WALK for batch in plan.batches):
        value = _note_walks(work, leaf, value, states)
    _prerequisites(plan, value, known, present)
    share = (value - plan.floor) * (1.0 / (plan.ceiling - plan.floor))
    work.percent[leaf] = np.clip(share, 0.0, 1.0) * known
    work.known[leaf], work.present[leaf], work.score[leaf] = known, present, value
    work.maximum[leaf], work.basis[leaf] = plan.ceiling * present, plan.ceiling * known
    work.applicable[leaf], work.counted[leaf] = present, known
    return work


def _note_walks(work: _Work, leaf: slice, value: Floats, states: NDArray[np.uint8]) -> Floats:
    """Remember which answers end a walk and which carry a score."""
    work.stops = np.zeros(work.known.shape, dtype=bool)
    work.stops[leaf] = states == State.STOPS
    work.scored = np.zeros(work.known.shape, dtype=bool)
    work.scored[leaf] = ~np.isnan(value)
    return np.nan_to_num(value, nan=0.0)


def _prerequisites(plan: Plan, value: Floats, known: Bools, present: Bools) -> None:
    """Points whose prerequisite is not met are lost; in place, lowest depth first."""
    for needs in plan.needs:
        unmet = known[needs.sources] & (value[needs.sources] <= 0.0) & present[needs.targets]
        have = value[needs.targets]
        lost = 0.0 if needs.effect is Effect.ZERO else np.minimum(have, 0.0)
        value[needs.targets] = np.where(unmet, lost, have)
        if needs.effect is Effect.ZERO:
            known[needs.targets] |= unmet


def _combine(work: _Work, batch: Batch) -> None:
    """One batch of groups, from children's rows to their own."""
    kids = batch.kids
    gathered = Kids(
        percent=work.percent[kids], known=work.known[kids], present=work.present[kids],
        weights=batch.weights, score=work.score[kids], basis=work.basis[kids],
        stops=None if work.stops is None else work.stops[kids],
        scored=None if work.scored is None else work.scored[kids],
    )  # fmt: skip
    result = METHODS[batch.method](gathered)
    rows = batch.rows
    work.known[rows] = result.known
    work.present[rows] = gathered.present.any(axis=1)
    counts = (result.applicable, result.counted)
    work.applicable[rows] = work.applicable[kids].sum(axis=1) if counts[0] is None else counts[0]
    work.counted[rows] = work.counted[kids].sum(axis=1) if counts[1] is None else counts[1]
    _place(work, batch, gathered, result)


def _place(work: _Work, batch: Batch, kids: Kids, result: Combined) -> None:
    """Put share and score of a batch on its scale."""
    rows, low, high = batch.rows, batch.scale[:, :1], batch.scale[:, 1:]
    summed = np.isnan(low)
    percent = result.percent
    if result.score is not None:
        percent = np.clip((result.score - low) / (high - low), 0.0, 1.0)
    scaled = low + percent * (high - low)
    own = scaled if result.score is None else result.score
    work.percent[rows] = percent * result.known
    if summed.any():
        own = np.where(summed, kids.score.sum(axis=1), own)
        top = np.where(summed, work.maximum[batch.kids].sum(axis=1), high)
        basis = np.where(summed, kids.basis.sum(axis=1), high)
    else:
        top = basis = np.broadcast_to(high, own.shape)
    work.score[rows] = own * result.known
    work.maximum[rows] = top * work.present[rows]
    work.basis[rows] = basis * result.known


def _levels(scores: Scores, work: _Work, block: slice) -> None:
    """Levels by band, then what the gates leave of them."""
    plan = scores.plan
    level = np.zeros(work.percent.shape, dtype=np.int8)
    for bands, rows in plan.banded:
        level[rows] = bands.levels(_measured(plan, work, bands.measure, rows))
    gated = level.copy()
    for gate in plan.gates:
        limit: NDArray[np.int16] = np.full(level.shape[1], np.iinfo(np.int8).max, dtype=np.int16)
        if gate.kids.size:
            known = work.known[gate.kids]
            held = np.where(known, gated[gate.kids].astype(np.int16) + gate.slack, limit)
            limit = held.min(axis=0)
        for must, row in gate.musts:
            short = work.known[row] & (level[row] < must.at_least)
            limit = np.where(short, np.minimum(limit, must.level - 1), limit)
        held_level = np.minimum(level[gate.row], limit)
        gated[gate.row] = np.where(held_level < plan.rubric.first_level, NO_LEVEL, held_level)
    scores.level[:, block] = level[:-1]
    scores.gated_level[:, block] = gated[:-1]


def _measured(plan: Plan, work: _Work, measure: Measure, rows: NDArray[np.intp]) -> Floats:
    if measure is Measure.SCORE:
        value = work.score[rows]
    else:
        first, last = plan.rubric.first_level, plan.rubric.last_level
        share = work.percent[rows]
        value = share * 100.0 if measure is Measure.PERCENT else first + share * (last - first)
    return np.where(work.known[rows], value, np.nan)
