"""Other ways the same answers could have been scored: ranks under all of them.

Three things are drawn together: the weights of weighted means, which of several cases holds
(such as the policy for "not applicable"), and on which end each contested cell stands. Groups
whose weights alone vary are worked out for all draws at once; what depends on contested
cells, or on a method other than the weighted mean, goes through the engine itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from maturity.scoring.engine import BLOCK, AnswerSheet, score
from maturity.scoring.leaves import answered
from maturity.scoring.means import Means, Weights, can_be_means, moves
from maturity.scoring.methods import combine
from maturity.scoring.plan import Batch, Plan, compile_rubric
from maturity.scoring.ranks import RankHistogram
from maturity.scoring.rubric import Counts, Criterion, Group, Method, Node, Rubric, State
from maturity.scoring.uncertainty import NOISE, checked_noise, noisy, rank_draws

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
Bools = NDArray[np.bool_]


class Contest(StrEnum):
    """Where a contested cell may stand."""

    EITHER = "either"  # on one of its two ends, with equal chance
    BETWEEN = "between"  # anywhere between two numbers; on either end where one is no number


@dataclass(frozen=True, slots=True)
class Case:
    """One way of counting, with its weight among the others.

    A cell that differs between ``sheet`` (say, verified) and ``claimed`` is contested.
    """

    rubric: Rubric
    sheet: AnswerSheet
    claimed: AnswerSheet | None = None
    chance: float = 1.0


def with_policy(rubric: Rubric, *, not_applicable: Counts) -> Rubric:
    """The same rubric with one policy for "not applicable" everywhere."""

    def changed(node: Node) -> Node:
        if isinstance(node, Criterion):
            return replace(node, not_applicable=not_applicable)
        return replace(node, children=tuple(changed(child) for child in node.children))

    root = changed(rubric.root)
    assert isinstance(root, Group)
    return Rubric(root, rubric.first_level, rubric.last_level)


def rubric_draws(
    cases: Sequence[Case],
    *,
    noise: float | Mapping[str, float] = NOISE,
    contest: Contest = Contest.EITHER,
    node: str | None = None,
    draws: int = 10_000,
    seed: int,
) -> RankHistogram:
    """Ranks of all units by the percent of a node (the root by default).

    ``noise`` is one number for every child of a weighted mean, or by id (0 where not named).
    ValueError for a noise that cannot be, for no cases, or cases of different units.
    """
    noise_of = _noise_of(cases, noise)
    trees = [ReweightedTree(case, noise_of, node=node, contest=contest) for case in cases]
    chances = np.array([case.chance for case in cases], dtype=np.float64)
    noises = np.array(list(noise_of.values()), dtype=np.float64)

    def draw(rng: np.random.Generator, n: int) -> Floats:
        factors = noisy(rng, np.ones(len(noises)), noise=noises, n=n)
        ends = np.cumsum(rng.multinomial(n, chances / chances.sum()))
        found = []
        for tree, some in zip(trees, np.split(factors, ends[:-1]), strict=True):
            weights = {name: tree.case.rubric.node(name).weight * factor
                       for name, factor in zip(noise_of, some.T, strict=True)}  # fmt: skip
            found.append(tree.percent(weights, rng, n=len(some)))
        return np.concatenate(found)

    return rank_draws(draw, units=trees[0].units, draws=draws, seed=seed)


def _noise_of(cases: Sequence[Case], noise: float | Mapping[str, float]) -> dict[str, float]:
    """By id, only where it matters; the same for all cases."""
    if not cases:
        raise ValueError("at least one case is needed")
    if not all(case.chance > 0.0 for case in cases):
        raise ValueError("the chance of a case must be more than 0")
    if len({(case.rubric.ids, case.sheet.states.shape) for case in cases}) > 1:
        raise ValueError("all cases must have the same nodes and units")
    kids = [child.id for group in cases[0].rubric.groups for child in group.children
            if group.method is Method.WEIGHTED_MEAN]  # fmt: skip
    found = noise if isinstance(noise, Mapping) else dict.fromkeys(kids, noise)
    if strange := set(found) - set(kids):
        raise ValueError(f"no weight that counts: {', '.join(sorted(strange))}")
    checked_noise(np.array(list(found.values())))
    heavy = {name for name in found for case in cases if case.rubric.node(name).weight > 0.0}
    return {name: factor for name, factor in found.items() if factor > 0.0 and name in heavy}


class ReweightedTree:
    """A scored case that can be scored again and again under other weights."""

    def __init__(
        self,
        case: Case,
        varied: Iterable[str],
        *,
        node: str | None = None,
        contest: Contest = Contest.EITHER,
    ) -> None:
        """``varied`` names the nodes whose weights will be given; ``node`` is what is wanted."""
        self.case, self.contest, varied = case, contest, frozenset(varied)
        self.plan = compile_rubric(case.rubric)
        self.target = case.rubric.node(node or case.rubric.root.id)
        self.units = case.sheet.states.shape[1]
        self._open = _contested(case)
        settled = ~np.asarray(self._open.any(axis=0))
        results = self._results(settled)
        self._still = results[self.target.id]
        self._means: Means | None = None
        self._moves = moves(self.target, varied)
        if isinstance(self.target, Group) and can_be_means(self.target, varied):
            self._means = Means.of(self.target, varied, results)
        elif self._moves:
            settled[:] = False
        self._settled, self._contested = np.flatnonzero(settled), np.flatnonzero(~settled)

    def _results(self, units: Bools) -> dict[str, tuple[Floats, Bools]]:
        """Every node's percent as it stands, of some units."""
        percent = score(self.case.rubric, self.case.sheet).percent[:, units]
        known = ~np.isnan(percent)
        filled = np.where(known, percent, 0.0)
        return {name: (filled[row], known[row]) for name, row in self.plan.row.items()}

    def percent(self, weights: Weights, rng: np.random.Generator, *, n: int) -> Floats:
        """The node's percent in n draws: (n, units), NaN for unknown."""
        found = np.empty((n, self.units))
        units = self._contested
        if self._moves and not all((several > 0.0).all() for several in weights.values()):
            units = np.arange(self.units)
        elif len(self._settled):
            found[:, self._settled] = self._without_engine(weights, n)
        step = max(1, BLOCK // max(1, len(units)))
        for start in range(0, n if len(units) else 0, step):
            block = slice(start, min(start + step, n))
            some = {name: several[block] for name, several in weights.items()}
            found[block, units] = self._by_engine(some, rng, units, n=block.stop - start)
        return found

    def _without_engine(self, weights: Weights, n: int) -> Floats:
        """The settled units: (n or 1, units)."""
        if self._means is None:
            percent, known = self._still
            return np.where(known, percent, np.nan)[None, :]
        found = self._means.values(weights, n)
        found[:, ~self._means.known] = np.nan
        return found

    def _by_engine(
        self, weights: Weights, rng: np.random.Generator, units: Places, *, n: int
    ) -> Floats:
        """What the engine says of some units: (n, those units)."""
        points, states = self._drawn(rng, units, n=n)
        work = answered(self.plan, points, states)
        for batch in self.plan.batches:
            combine(work, _reweighted(batch, self.plan, weights, len(units)))
        row = self.plan.row[self.target.id]
        value = np.where(work.known[row] > 0.0, work.share[row] * 100.0, np.nan)
        return value.reshape(n, -1)

    def _drawn(
        self, rng: np.random.Generator, units: Places, *, n: int
    ) -> tuple[Floats, NDArray[np.uint8]]:
        """Points and states (criteria, n · units), one draw after the other."""
        sheet, claimed = self.case.sheet, self.case.claimed or self.case.sheet
        points = np.repeat(sheet.points[:, None, units], n, axis=1)
        states = np.repeat(sheet.states[:, None, units], n, axis=1)
        rows, columns = np.nonzero(self._open[:, units])
        at = (rows, units[columns], None)
        low, high = sheet.points[at], claimed.points[at]
        before, after = sheet.states[at], claimed.states[at]
        place = rng.random((len(rows), n))
        takes = place < 0.5
        drawn = np.where(takes, high, low)
        if self.contest is Contest.BETWEEN:
            numbers = (before == after) & np.isfinite(low) & np.isfinite(high)
            drawn = np.where(numbers, low + (high - low) * place, drawn)
        points[rows, :, columns] = drawn
        states[rows, :, columns] = np.where(takes, after, before)
        return points.reshape(len(points), -1), states.reshape(len(states), -1)


def _contested(case: Case) -> Bools:
    """(criteria, units): the cells whose two ends differ; points count only in answers."""
    sheet, claimed = case.sheet, case.claimed
    if claimed is None:
        return np.zeros(sheet.states.shape, dtype=bool)
    if claimed.states.shape != sheet.states.shape:
        raise ValueError("what is claimed must have the same cells as the sheet")
    said = np.isin(sheet.states, (State.ANSWERED, State.STOPS))
    same = (sheet.points == claimed.points) | (np.isnan(sheet.points) & np.isnan(claimed.points))
    return (sheet.states != claimed.states) | (said & ~same)


def _reweighted(batch: Batch, plan: Plan, weights: Weights, units: int) -> Batch:
    """The batch with weights of its own for every draw."""
    groups = [plan.rubric.node(name) for name in batch.groups]
    kids = [[child.id for child in group.children] for group in groups if isinstance(group, Group)]
    if batch.method is not Method.WEIGHTED_MEAN or not any(set(ids) & set(weights) for ids in kids):
        return batch
    n = len(next(iter(weights.values())))
    own = np.repeat(batch.weights, n * units, axis=3)
    for group, ids in enumerate(kids):
        for place, name in enumerate(ids):
            if name in weights:
                own[place, group, 0] = np.repeat(weights[name], units)
    return replace(batch, weights=own)
