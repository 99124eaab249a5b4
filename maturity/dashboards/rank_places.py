"""Between which ranks an office lies, and with how many others it is tied.

From frozen numbers only: the draws score the variables of all offices again under other weights,
the other policy for "not applicable", and what verification found or would find. Same inputs,
same ranks: the seed is made of the instrument. See ``docs/comparison.md``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from maturity.dashboards.grid import Grid
from maturity.dashboards.memory import Memory
from maturity.scoring.alternatives import Case, ReweightedTree, with_policy
from maturity.scoring.engine import AnswerSheet, score
from maturity.scoring.ranks import RankHistogram, tied_with
from maturity.scoring.rubric import Counts, Criterion, Group, Method, Node, Rubric, State
from maturity.scoring.uncertainty import NOISE, noisy, rank_draws
from maturity.survey.frozen import outline_ids, variable_ids
from maturity.survey.instrument import Instrument

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
DRAWS = 2000
ENOUGH = 5
"""Fewer verified offices say nothing about what verification will find elsewhere."""
INDEX = "index"
MEANS = frozenset({Method.WEIGHTED_MEAN, Method.MEAN_OF_PERCENTAGES})
_memory: Memory[list[Place | None]] = Memory(256)


@dataclass(frozen=True, slots=True)
class Place:
    """Ranks ``best`` to ``worst`` of ``of`` offices; tied with ``tied`` others."""

    best: int
    worst: int
    of: int
    tied: int


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Numbers of all offices of a round: ``percent`` (leaves, offices), NaN for none.

    ``verified``: the same of what verification found, NaN where it has not; None: nothing is
    open. ``digest`` stands for all of it.
    """

    rubric: Rubric
    percent: Floats
    not_applicable: NDArray[np.bool_]
    verified: Floats | None
    digest: str
    place: Mapping[str, int]

    @property
    def open_verification(self) -> bool:
        """Whether the draws allow for what verification will find."""
        return self.verified is not None and int(_some(self.verified).sum()) >= ENOUGH


def material(instrument: Instrument, grid: Grid, verified: Grid | None = None) -> Material:
    """What ranks are made of. ``verified``: the same offices at the verified stage, while
    what is ranked is what offices claim."""
    rubric = value_tree(instrument)
    percent = _leaves(instrument, rubric, grid)
    found = None if verified is None else _leaves(instrument, rubric, verified)
    why = np.array([_why(grid, leaf.id) for leaf in rubric.criteria]).reshape(percent.shape)
    missing = why == "not-applicable"
    seal = hashlib.sha256(repr((instrument.fingerprint, rubric.root)).encode())
    for part in (percent, missing, np.zeros(0) if found is None else found):
        seal.update(np.ascontiguousarray(part).tobytes())
    place = {office.code: number for number, office in enumerate(grid.offices)}
    return Material(rubric, percent, missing, found, seal.hexdigest(), place)


def value_tree(instrument: Instrument) -> Rubric:
    """The means at the top of an instrument, down to numbers that are frozen with results.

    Where the root is no mean, one leaf stands for the whole index.
    """
    frozen = set(outline_ids(instrument)) | _variables(instrument)
    root = _pruned(instrument.rubric.root, frozen, _variables(instrument))
    if not isinstance(root, Group):
        root = Group(instrument.rubric.root.id, (Criterion(INDEX, ceiling=100.0),))
    return Rubric(root)


def _variables(instrument: Instrument) -> set[str]:
    return set(variable_ids(instrument))


def _pruned(node: Node, frozen: set[str], variables: set[str]) -> Node | None:
    if isinstance(node, Group) and node.method in MEANS and node.id not in variables:
        plain = node.method is Method.MEAN_OF_PERCENTAGES
        kids = [_pruned(kid, frozen, variables) for kid in node.children
                if plain or kid.weight > 0.0]  # fmt: skip
        known = [kid for kid in kids if kid is not None]
        if kids and len(known) == len(kids):
            weighed = tuple(replace(kid, weight=1.0) for kid in known) if plain else tuple(known)
            return Group(node.id, weighed, weight=node.weight)
    return Criterion(node.id, 100.0, weight=node.weight) if node.id in frozen else None


def _leaves(instrument: Instrument, rubric: Rubric, grid: Grid) -> Floats:
    low, high = instrument.rubric.first_level, instrument.rubric.last_level
    columns = {variable.id: number for number, variable in enumerate(grid.variables)}
    found = np.full((len(rubric.criteria), len(grid.offices)), np.nan)
    for row, leaf in enumerate(rubric.criteria):
        if leaf.id in columns:
            found[row] = grid.percent[:, columns[leaf.id]]
            continue
        for column, office in enumerate(grid.offices):
            result = office.result
            index = None
            if result is not None:
                index = result.index if leaf.id == INDEX else result.indexes.get(leaf.id)
            if index is not None:
                found[row, column] = (index - low) / (high - low) * 100.0
    return found


def _why(grid: Grid, leaf: str) -> Sequence[str]:
    ids = [variable.id for variable in grid.variables]
    if leaf not in ids:
        return [""] * len(grid.offices)
    column: list[str] = grid.why[:, ids.index(leaf)].tolist()
    return column


# --- drawing ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Way:
    """One way of counting; ``gaps`` is what units ``unseen`` may lose to verification."""

    tree: ReweightedTree
    gaps: Floats
    unseen: Places


def places(
    of: Material, codes: Sequence[str], *, node: str | None = None, draws: int = DRAWS
) -> dict[str, Place]:
    """Office -> its place among these offices; those without a number have none.

    ``node``: a part of the tree; the root by default. KeyError for an unknown office.
    """
    at = np.array([of.place[code] for code in codes], dtype=np.intp)
    if not len(at):
        return {}
    found = _memory.get(
        (of.digest, node, draws, at.tobytes()),
        lambda: _places(histogram(of, at, node=node, draws=draws, seed=seed_of(of, node))),
    )
    return {code: one for code, one in zip(codes, found, strict=True) if one is not None}


def histogram(
    of: Material, at: Places, *, node: str | None, draws: int, seed: int
) -> RankHistogram:
    """The ranks of the offices at these places in all draws."""
    varied = [kid.id for group in of.rubric.groups for kid in group.children if kid.weight > 0.0]
    ways = list(_ways(of, at, varied, node))
    usual = {name: of.rubric.node(name).weight for name in varied}

    def draw(rng: np.random.Generator, n: int) -> Floats:
        factors = noisy(rng, np.ones(len(varied)), noise=NOISE, n=n)
        ends = np.cumsum(rng.multinomial(n, np.full(len(ways), 1.0 / len(ways))))
        found = []
        for way, some in zip(ways, np.split(factors, ends[:-1]), strict=True):
            weights = {name: usual[name] * one for name, one in zip(varied, some.T, strict=True)}
            scores = way.tree.percent(weights, rng, n=len(some))
            if len(way.unseen):
                scores[:, way.unseen] -= rng.choice(way.gaps, (len(some), len(way.unseen)))
            found.append(scores)
        return np.concatenate(found)

    return rank_draws(draw, units=len(at), draws=draws, seed=seed)


def _ways(of: Material, at: Places, varied: list[str], node: str | None) -> list[_Way]:
    claimed = _sheet(of.percent, of.not_applicable)
    nobody, nothing = np.zeros(0, dtype=np.intp), np.zeros(0)
    ways = [(of.rubric, claimed, nothing, nobody)]
    if of.not_applicable[:, at].any():
        full = with_policy(of.rubric, not_applicable=Counts.FULL)
        ways.append((full, claimed, nothing, nobody))
    if of.verified is not None and of.open_verification:
        seen = _some(of.verified)
        best = np.where(seen, of.verified, of.percent)
        sheet = _sheet(best, of.not_applicable & np.isnan(best))
        before, after = (_percent(of.rubric, one, node) for one in (claimed, sheet))
        gaps = (before - after)[seen & ~np.isnan(before - after)]
        ways.append((of.rubric, sheet, gaps, np.flatnonzero(~seen[at]) if len(gaps) else nobody))
    return [
        _Way(ReweightedTree(Case(rubric, _of(sheet, at)), varied, node=node), gaps, unseen)
        for rubric, sheet, gaps, unseen in ways
    ]


def _sheet(percent: Floats, not_applicable: NDArray[np.bool_]) -> AnswerSheet:
    states = np.where(np.isnan(percent), State.UNANSWERED, State.ANSWERED).astype(np.uint8)
    states[not_applicable & np.isnan(percent)] = State.NOT_APPLICABLE
    return AnswerSheet(np.nan_to_num(percent), states)


def _of(sheet: AnswerSheet, at: Places) -> AnswerSheet:
    return AnswerSheet(sheet.points[:, at], sheet.states[:, at])


def _percent(rubric: Rubric, sheet: AnswerSheet, node: str | None) -> Floats:
    found = score(rubric, sheet)
    row: Floats = found.percent[found.plan.row[node or rubric.root.id]]
    return row


def _some(percent: Floats) -> NDArray[np.bool_]:
    some: NDArray[np.bool_] = np.asarray(~np.isnan(percent).all(axis=0))
    return some


def seed_of(of: Material, node: str | None) -> int:
    """The same for all offices and results: who swapped results would get the same ranks."""
    return int(hashlib.sha256(repr((of.rubric.root, node)).encode()).hexdigest()[:12], 16)


def _places(found: RankHistogram) -> list[Place | None]:
    low, high = found.interval()
    tied = tied_with(found).sum(axis=1) - 1
    total = int((found.ranked > 0).sum())
    return [
        Place(int(np.floor(best)), int(np.ceil(worst)), total, int(others))
        if not np.isnan(best) else None
        for best, worst, others in zip(low, high, tied, strict=True)
    ]  # fmt: skip
