"""A tree of weighted means under many sets of weights at once.

All weights given here are more than 0. Then what is known does not depend on them, and each
group takes one product for the sums and one for the weights that stand under them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maturity.scoring.rubric import Group, Method, Node
from maturity.scoring.uncertainty import sums

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Weights = Mapping[str, Floats]  # of some nodes by id: (n,), one a draw; others keep their own
Results = Mapping[str, tuple[Floats, Bools]]  # of a node: percent, and where it is known: (units,)


@dataclass(frozen=True, slots=True)
class Means:
    """One group: children that stay as they are, then groups that change with the weights."""

    fixed: tuple[Node, ...]
    moving: tuple[tuple[Node, Means], ...]
    percent: Floats  # of the fixed: (fixed, units), 0 while unknown
    counts: Floats | None  # 1.0 where a child counts: (children, units); None: everywhere
    known: Bools  # (units,)

    @classmethod
    def of(cls, group: Group, varied: Collection[str], results: Results) -> Means:
        """Lay out a group for which ``can_be_means`` holds."""
        kids = [kid for kid in group.children if kid.weight > 0.0 or kid.id in varied]
        fixed = tuple(kid for kid in kids if not moves(kid, varied))
        below = [(kid, cls.of(kid, varied, results)) for kid in kids
                 if isinstance(kid, Group) and moves(kid, varied)]  # fmt: skip
        units = len(next(iter(results.values()))[1])
        known = np.array([results[kid.id][1] for kid in fixed] + [one.known for _, one in below])
        known = known.reshape(len(kids), units)
        some = np.asarray(known.any(axis=0))
        counts = known | ~some  # whose weights do not matter where nothing is known
        percent = np.array([results[kid.id][0] for kid in fixed], dtype=np.float64)
        return cls(
            fixed=fixed,
            moving=tuple(below),
            percent=percent.reshape(len(fixed), units),
            counts=None if counts.all() else counts.astype(np.float64),
            known=some,
        )

    def values(self, weights: Weights, n: int) -> Floats:
        """The group's percent in n draws: (n, units), 0 where it is unknown."""
        nodes = [*self.fixed, *(node for node, _ in self.moving)]
        own = np.empty((n, len(nodes)))
        for place, node in enumerate(nodes):
            own[:, place] = weights.get(node.id, node.weight)
        found = sums(own[:, : len(self.fixed)], self.percent)
        for place, (_, below) in enumerate(self.moving, len(self.fixed)):
            part = below.values(weights, n)
            part *= own[:, place, None]
            found += part
        found /= own.sum(axis=1, keepdims=True) if self.counts is None else sums(own, self.counts)
        return found


def moves(node: Node, varied: Collection[str]) -> bool:
    """Whether a node's number changes when the weights of ``varied`` do."""
    return isinstance(node, Group) and any(
        kid.id in varied or moves(kid, varied) for kid in node.children
    )


def can_be_means(node: Node, varied: Collection[str]) -> bool:
    """Whether only weighted means stand between the node and the weights that vary."""
    if not isinstance(node, Group) or not moves(node, varied):
        return False
    return node.method is Method.WEIGHTED_MEAN and all(
        can_be_means(kid, varied) for kid in node.children if moves(kid, varied)
    )
