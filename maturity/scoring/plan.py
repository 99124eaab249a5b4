"""A rubric compiled to arrays, once: which rows belong together and in which order."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from maturity.scoring.bands import Bands
from maturity.scoring.check import check
from maturity.scoring.rubric import (
    Counts,
    Criterion,
    Effect,
    Group,
    Method,
    Must,
    Node,
    Rubric,
    State,
)

Places = NDArray[np.intp]
Rows = slice | Places
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Bits = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Batch:
    """Groups of one height, one method and equally many children, computed together."""

    method: Method
    groups: tuple[str, ...]
    rows: Rows
    kids: tuple[Rows, ...]  # the first child of every group, the second of every group, ...
    weights: Floats  # (children, groups, 1, 1)
    scale: tuple[Floats, Floats] | None  # from, to: (groups, 1); None where the score is a sum


@dataclass(frozen=True, slots=True)
class Needs:
    """Prerequisites of one depth and effect: ``targets[i]`` needs ``sources[i]``."""

    effect: Effect
    targets: Places
    sources: Places


@dataclass(frozen=True, slots=True)
class GatePlan:
    """One gated group: the nearest descendants that have a level, and the must-haves."""

    row: int
    kids: Places
    slack: int
    musts: tuple[tuple[Must, int], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Row i of every array is node ``ids[i]``: criteria first, then groups.

    ``known``, ``full`` and ``present`` hold a bit for each ``State``: which states of a
    criterion come to a number, to full points, and which belong to the denominator.
    """

    rubric: Rubric
    ids: tuple[str, ...]
    leaves: int
    known: Bits  # this and the next five: (leaves, 1)
    full: Bits
    present: Bits
    floor: Floats
    ceiling: Floats
    span: Floats  # from floor to ceiling
    walked: Bools  # (leaves, 1), child of a walk
    needs: tuple[Needs, ...]
    batches: tuple[Batch, ...]
    banded: tuple[tuple[Bands, Places], ...]
    gates: tuple[GatePlan, ...]
    gate_of: dict[int, GatePlan]  # by row
    row: dict[str, int]
    nearest: dict[str, tuple[int, ...]]  # of a group: the nearest rows below that have bands

    def index_of(self, percent: Floats) -> Floats:
        """The continuous place on the level scale, e.g. 1.0 .. 4.0."""
        span = self.rubric.last_level - self.rubric.first_level
        return self.rubric.first_level + percent * (span / 100.0)


@lru_cache(maxsize=64)
def compile_rubric(rubric: Rubric) -> Plan:
    """Lay a rubric out as arrays. ValueError for a rubric that cannot be scored."""
    check(rubric)
    leaves = rubric.criteria
    nodes: tuple[Node, ...] = (*leaves, *rubric.groups)
    ids = tuple(node.id for node in nodes)
    row = {node_id: place for place, node_id in enumerate(ids)}
    floor = np.array([leaf.floor for leaf in leaves], dtype=np.float64)[:, None]
    ceiling = np.array([leaf.ceiling for leaf in leaves], dtype=np.float64)[:, None]
    gates = _gates(rubric, row)
    return Plan(
        rubric=rubric,
        ids=ids,
        leaves=len(leaves),
        known=_bits(leaves, {Counts.FULL, Counts.ZERO}) | _bit(State.ANSWERED, State.STOPS),
        full=_bits(leaves, {Counts.FULL}),
        present=~_bits(leaves, {Counts.EXCLUDED}),
        floor=floor,
        ceiling=ceiling,
        span=ceiling - floor,
        walked=_walked(rubric),
        needs=_needs(leaves, row),
        batches=_batches(rubric, row),
        banded=_banded(rubric, row),
        gates=gates,
        gate_of={gate.row: gate for gate in gates},
        row=row,
        nearest={group.id: _places(_nearest_with_level(group), row) for group in rubric.groups},
    )


def _places(ids: list[str], row: dict[str, int]) -> tuple[int, ...]:
    return tuple(row[node_id] for node_id in ids)


def _bit(*states: State) -> np.uint8:
    return np.uint8(sum(1 << state for state in states))


def _bits(leaves: tuple[Criterion, ...], counts: set[Counts]) -> Bits:
    """Per criterion the states without an answer that count as one of ``counts``."""
    found = np.zeros((len(leaves), 1), dtype=np.uint8)
    for place, leaf in enumerate(leaves):
        policies = {
            State.UNANSWERED: leaf.unanswered,
            State.DONT_KNOW: leaf.dont_know,
            State.NOT_APPLICABLE: leaf.not_applicable,
            State.OFF_PATH: leaf.off_path,
        }
        found[place] = _bit(*(state for state, policy in policies.items() if policy in counts))
    return found


def _walked(rubric: Rubric) -> Bools:
    walks = [group for group in rubric.groups if group.method is Method.WALK]
    children = {child.id for group in walks for child in group.children}
    return np.array([leaf.id in children for leaf in rubric.criteria], dtype=bool)[:, None]


def _needs(leaves: tuple[Criterion, ...], row: dict[str, int]) -> tuple[Needs, ...]:
    by_id = {leaf.id: leaf for leaf in leaves}
    depth: dict[str, int] = {}

    def depth_of(leaf_id: str, trail: tuple[str, ...] = ()) -> int:
        if leaf_id in trail:
            raise ValueError(f"prerequisites run in a circle: {' -> '.join((*trail, leaf_id))}")
        if leaf_id not in depth:
            below = [depth_of(p.criterion, (*trail, leaf_id)) for p in by_id[leaf_id].requires]
            depth[leaf_id] = 1 + max(below, default=-1)
        return depth[leaf_id]

    layers: dict[tuple[int, int, Effect], list[tuple[int, int]]] = defaultdict(list)
    for leaf in leaves:
        for place, need in enumerate(leaf.requires):
            key = (depth_of(leaf.id), place, need.effect)
            layers[key].append((row[leaf.id], row[need.criterion]))
    return tuple(
        Needs(effect, *np.array(pairs, dtype=np.intp).T)
        for (_, _, effect), pairs in sorted(layers.items())
    )


def _height(node: Node) -> int:
    if isinstance(node, Criterion):
        return 0
    return 1 + max((_height(child) for child in node.children), default=0)


def _batches(rubric: Rubric, row: dict[str, int]) -> tuple[Batch, ...]:
    together: dict[tuple[int, Method, int, bool], list[Group]] = defaultdict(list)
    for group in rubric.groups:
        shape = (len(group.children), scale_of(group) is None)
        together[(_height(group), group.method, *shape)].append(group)
    return tuple(
        _batch(groups, row) for _, groups in sorted(together.items(), key=lambda item: item[0])
    )


def _batch(groups: list[Group], row: dict[str, int]) -> Batch:
    places = zip(*(group.children for group in groups), strict=True)
    scales = [scale for group in groups if (scale := scale_of(group)) is not None]
    low, high = np.array(scales, dtype=np.float64).reshape(-1, 2).T[:, :, None]
    weights = [[child.weight for child in group.children] for group in groups]
    return Batch(
        method=groups[0].method,
        groups=tuple(group.id for group in groups),
        rows=_rows([row[group.id] for group in groups]),
        kids=tuple(_rows([row[child.id] for child in children]) for children in places),
        weights=np.array(weights, dtype=np.float64).T[:, :, None, None],
        scale=(low, high) if scales else None,
    )


def _rows(places: list[int]) -> Rows:
    """A slice where the places are evenly spaced: views instead of copies."""
    steps = {after - before for before, after in pairwise(places)} or {1}
    step = steps.pop()
    if steps or step < 1:
        return np.array(places, dtype=np.intp)
    return slice(places[0], places[-1] + 1, step)


def scale_of(group: Group) -> tuple[float, float] | None:
    """From where to where a group's score runs; None where it is a sum of points."""
    if group.scale is not None:
        return group.scale
    if group.method in (Method.SUM, Method.MEAN_OF_PERCENTAGES):
        return None
    if group.method is Method.CONTIGUOUS:
        return (0.0, float(len(group.children)))
    if group.method is Method.WALK:
        tops = [child.ceiling for child in group.children if isinstance(child, Criterion)]
        return (0.0, max(tops, default=1.0))
    return (0.0, 1.0) if group.method is Method.ALL_OF else (0.0, 100.0)


def _banded(rubric: Rubric, row: dict[str, int]) -> tuple[tuple[Bands, Places], ...]:
    by_bands: dict[Bands, list[int]] = defaultdict(list)
    for node_id in rubric.ids:
        bands = rubric.node(node_id).bands
        if bands is not None:
            by_bands[bands].append(row[node_id])
    return tuple((bands, np.array(rows, dtype=np.intp)) for bands, rows in by_bands.items())


def _nearest_with_level(group: Group) -> list[str]:
    found: list[str] = []
    for child in group.children:
        if child.bands is not None:
            found.append(child.id)
        elif isinstance(child, Group):
            found.extend(_nearest_with_level(child))
    return found


def _gates(rubric: Rubric, row: dict[str, int]) -> tuple[GatePlan, ...]:
    gated = sorted((g for g in rubric.groups if g.gate and g.bands), key=_height)
    return tuple(
        GatePlan(
            row=row[group.id],
            kids=np.array([row[child] for child in _nearest_with_level(group)], dtype=np.intp),
            slack=group.gate.slack,
            musts=tuple((must, row[must.node]) for must in group.gate.musts),
        )
        for group in gated
        if group.gate is not None
    )
