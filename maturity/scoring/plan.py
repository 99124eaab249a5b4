"""A rubric compiled to arrays, once: which rows belong together and in which order."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from maturity.scoring.bands import Bands
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

Rows = NDArray[np.intp]
Floats = NDArray[np.float64]

# What a cell comes to after the criterion's policies: the codes of ``Plan.actions``.
KNOWN, FULL, ZERO, MISSING, EXCLUDED = range(5)
_ACTION = {Counts.FULL: FULL, Counts.ZERO: ZERO, Counts.MISSING: MISSING,
           Counts.EXCLUDED: EXCLUDED}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Batch:
    """Groups of one height and one method, computed together."""

    method: Method
    rows: Rows  # (groups,)
    kids: Rows  # (groups, most children), padded with the empty row
    weights: Floats  # (groups, most children), 0 in the padding
    scale: Floats  # (groups, 2); NaN where score and maximum are sums


@dataclass(frozen=True, slots=True)
class Needs:
    """Prerequisites of one depth and effect: ``targets[i]`` needs ``sources[i]``."""

    effect: Effect
    targets: Rows
    sources: Rows


@dataclass(frozen=True, slots=True)
class GatePlan:
    """One gated group: the nearest descendants that have a level, and the must-haves."""

    row: int
    kids: Rows
    slack: int
    musts: tuple[tuple[Must, int], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Row i of every array is node ``ids[i]``: criteria first, then groups, then an empty row."""

    rubric: Rubric
    ids: tuple[str, ...]
    leaves: int
    actions: NDArray[np.uint8]  # (leaves, states)
    floor: Floats  # (leaves, 1)
    ceiling: Floats  # (leaves, 1)
    needs: tuple[Needs, ...]
    batches: tuple[Batch, ...]
    banded: tuple[tuple[Bands, Rows], ...]
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
    leaves = rubric.criteria
    for leaf in leaves:
        if not leaf.ceiling > leaf.floor:
            raise ValueError(f"{leaf.id}: the most it can earn must exceed {leaf.floor}")
    nodes: tuple[Node, ...] = (*leaves, *rubric.groups)
    ids = tuple(node.id for node in nodes)
    row = {node_id: place for place, node_id in enumerate(ids)}
    gates = _gates(rubric, row)
    return Plan(
        rubric=rubric,
        ids=ids,
        leaves=len(leaves),
        actions=np.array([_actions(leaf) for leaf in leaves], dtype=np.uint8).reshape(-1, 6),
        floor=np.array([[leaf.floor] for leaf in leaves]).reshape(-1, 1),
        ceiling=np.array([[leaf.ceiling] for leaf in leaves]).reshape(-1, 1),
        needs=_needs(leaves, row),
        batches=_batches(rubric, row, empty=len(ids)),
        banded=_banded(rubric, row),
        gates=gates,
        gate_of={gate.row: gate for gate in gates},
        row=row,
        nearest={
            group.id: tuple(row[child] for child in _nearest_with_level(group))
            for group in rubric.groups
        },
    )


def _actions(leaf: Criterion) -> list[int]:
    table = [KNOWN] * 6
    table[State.UNANSWERED] = _ACTION[leaf.unanswered]
    table[State.DONT_KNOW] = _ACTION[leaf.dont_know]
    table[State.NOT_APPLICABLE] = _ACTION[leaf.not_applicable]
    table[State.OFF_PATH] = _ACTION[leaf.off_path]
    return table


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


def _batches(rubric: Rubric, row: dict[str, int], *, empty: int) -> tuple[Batch, ...]:
    together: dict[tuple[int, Method], list[Group]] = defaultdict(list)
    for group in rubric.groups:
        together[(_height(group), group.method)].append(group)
    return tuple(
        _batch(method, groups, row, empty=empty)
        for (_, method), groups in sorted(together.items(), key=lambda item: item[0])
    )


def _batch(method: Method, groups: list[Group], row: dict[str, int], *, empty: int) -> Batch:
    most = max(1, *(len(group.children) for group in groups)) if groups else 1
    kids = np.full((len(groups), most), empty, dtype=np.intp)
    weights = np.zeros((len(groups), most))
    scale = np.full((len(groups), 2), np.nan)
    for place, group in enumerate(groups):
        for slot, child in enumerate(group.children):
            kids[place, slot] = row[child.id]
            weights[place, slot] = child.weight
        scale[place] = scale_of(group) or (np.nan, np.nan)
    rows = np.array([row[group.id] for group in groups], dtype=np.intp)
    return Batch(method=method, rows=rows, kids=kids, weights=weights, scale=scale)


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


def _banded(rubric: Rubric, row: dict[str, int]) -> tuple[tuple[Bands, Rows], ...]:
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
