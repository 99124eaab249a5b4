"""How much of its parent's result each node carries in one unit: shares that add up to 1.

A child that left the result (not applicable, missing, not reached) carries 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from maturity.scoring.plan import Plan, scale_of
from maturity.scoring.rubric import Criterion, Group, Method, Node, State

Numbers = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Column:
    """One unit's numbers by row of the plan."""

    plan: Plan
    percent: Numbers
    score: Numbers
    maximum: Numbers
    states: Sequence[int]

    def share(self, node: Node) -> float | None:
        """The node's percent, None while unknown."""
        return self.percent[self.plan.row[node.id]]

    def applies(self, node: Node) -> bool:
        """Whether anything of the node is applicable."""
        return self.maximum[self.plan.row[node.id]] is not None

    def basis(self, node: Node) -> float:
        """The most that the known part of a node could earn in a sum."""
        if self.share(node) is None:
            return 0.0
        if isinstance(node, Criterion):
            return node.ceiling
        scale = scale_of(node)
        if scale is not None:
            return scale[1]
        return sum(self.basis(child) for child in node.children)


def shares(column: Column) -> dict[str, float]:
    """The share of every node by id; 1 for the root."""
    found = {column.plan.rubric.root.id: 1.0}
    for group in column.plan.rubric.groups:
        amounts = _AMOUNTS[group.method](column, group)
        whole = sum(amounts)
        for child, amount in zip(group.children, amounts, strict=True):
            found[child.id] = amount / whole if whole > 0 else 0.0
    return found


def _weights(column: Column, group: Group) -> list[float]:
    return [0.0 if column.share(child) is None else child.weight for child in group.children]


def _equal(column: Column, group: Group) -> list[float]:
    return [0.0 if column.share(child) is None else 1.0 for child in group.children]


def _points(column: Column, group: Group) -> list[float]:
    return [column.basis(child) for child in group.children]


def _applicable(column: Column, group: Group) -> list[float]:
    return [float(column.applies(child)) for child in group.children]


def _weakest(column: Column, group: Group) -> list[float]:
    """The least child carries a minimum; equals share it."""
    known = [share for child in group.children if (share := column.share(child)) is not None]
    least = min(known, default=None)
    return [float(least is not None and column.share(child) == least) for child in group.children]


def _standing(column: Column, group: Group) -> list[float]:
    """The answer whose score stands carries a walk."""
    amounts = [0.0] * len(group.children)
    standing = None
    for place, child in enumerate(group.children):
        row = column.plan.row[child.id]
        if not column.applies(child):
            continue
        if column.score[row] is not None:
            standing = place
        if column.states[row] == State.STOPS:
            break
    if standing is not None and column.share(group) is not None:
        amounts[standing] = 1.0
    return amounts


_AMOUNTS: dict[Method, Callable[[Column, Group], list[float]]] = {
    Method.WEIGHTED_MEAN: _weights,
    Method.MEAN_OF_PERCENTAGES: _equal,
    Method.SUM: _points,
    Method.MINIMUM: _weakest,
    Method.ALL_OF: _applicable,
    Method.CONTIGUOUS: _applicable,
    Method.WALK: _standing,
}
