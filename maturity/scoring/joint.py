"""Branches of a group that hang together through prerequisites, decided side by side.

A *knot* is a set of criteria tied by prerequisites. Under a group, a subtree that meets
one knot is a *piece* of it; a group that meets several stays *open*. Knot by knot, the
criteria that others need are tried in every way, and the pieces are added to the open
groups they belong to. So an inventory with 25 objects in two branches takes 25 small steps
instead of 2 to the power of 25 combinations.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from maturity.scoring.rubric import Group, Method, Node, Rubric, walk

Knot = frozenset[str]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Children of a group that must be decided together; one child alone has no knots."""

    children: tuple[Node, ...]
    knots: tuple[Knot, ...] = ()


@dataclass(slots=True)
class Layout:
    """Where the parts of a cluster belong. Place 0 is the group itself, then open groups.

    ``opened`` runs from the top down; ``parent`` is the place each open group adds to.
    ``free`` are children of open places that no knot meets; ``tied``: knots are here or below.
    """

    opened: list[Group] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    pieces: list[tuple[Knot, int, Node]] = field(default_factory=list)
    free: list[tuple[int, Node]] = field(default_factory=list)
    tied: bool = False

    @property
    def knots(self) -> list[Knot]:
        """The knots, each once."""
        return list(dict.fromkeys(knot for knot, _, _ in self.pieces))

    def of(self, knot: Knot) -> Iterator[tuple[int, Node]]:
        """The pieces of one knot with their places."""
        return ((place, node) for held, place, node in self.pieces if held == knot)


class Ties:
    """What hangs together in a rubric, worked out once for all searches in it.

    ``below`` are the ids of a node and all below it; ``hanging`` these and all that they are tied
    to by prerequisites; ``sources`` the criteria that others need.
    """

    def __init__(self, rubric: Rubric) -> None:
        self.below = {node.id: frozenset(n.id for n in walk(node)) for node in walk(rubric.root)}
        self.sources = {need.criterion for leaf in rubric.criteria for need in leaf.requires}
        self._knots = knots_of(rubric, self.below)
        knots = [knot for several in self._knots.values() for knot in several]
        self.hanging = {
            name: ids.union(*(knot for knot in knots if knot & ids))
            for name, ids in self.below.items()
        }
        self._laid: dict[str, tuple[list[Layout], list[Node]]] = {}

    def laid(self, group: Group) -> tuple[list[Layout], list[Node]]:
        """The clusters of a group in the order in which they are decided, those with most knots
        first; and the children that hang on nothing."""
        if group.id not in self._laid:
            found = clusters(group, self._knots[group.id], self.below)
            if not ordered(group):
                found.sort(key=self._tied, reverse=True)
            laid = [
                layout(group, one, self.below, self._knots, tied=self._tied(one) > 0)
                for one in found
            ]
            free = [one.children[0] for one in found if not self._tied(one)]
            self._laid[group.id] = laid, free
        return self._laid[group.id]

    def _tied(self, cluster: Cluster) -> int:
        """Number of knots in a cluster and below."""
        below = frozenset[str]().union(*(self.below[child.id] for child in cluster.children))
        return len(cluster.knots) + sum(len(self._knots[name]) for name in below & {*self._knots})


def clusters(group: Group, knots: list[Knot], below: dict[str, Knot]) -> list[Cluster]:
    """Children that share a knot come together, those that hang on many first."""
    found = [Cluster((child,)) for child in group.children]
    if ordered(group) and knots:
        return [Cluster(group.children, (frozenset[str]().union(*knots),))]
    for knot in knots:
        tied = [one for one in found if any(below[child.id] & knot for child in one.children)]
        merged = Cluster(
            tuple(child for one in tied for child in one.children),
            (*(held for one in tied for held in one.knots), knot),
        )
        found = [merged, *(one for one in found if one not in tied)]
    return found


def ordered(group: Group) -> bool:
    """Whether the children must be added in their order."""
    return group.method in (Method.WALK, Method.CONTIGUOUS)


def layout(group: Group, cluster: Cluster, below: dict[str, Knot], held: dict[str, list[Knot]],
           *, tied: bool) -> Layout:  # fmt: skip
    """Pieces, open groups and what is free in a cluster; ``held``: group -> its own knots.

    Under an ordered group nothing can be left for later, so its knots become one. The knots
    that an open group holds by itself are decided here too: nobody else comes by.
    """
    knots = list(cluster.knots)
    while True:
        laid = _placed(group, cluster, _merged(cluster, knots, below), below, tied=tied)
        own = [knot for opened in laid.opened[1:] for knot in held.get(opened.id, [])]
        if all(knot in knots for knot in own):
            return laid
        knots += [knot for knot in own if knot not in knots]


def _placed(group: Group, cluster: Cluster, knots: list[Knot], below: dict[str, Knot],
            *, tied: bool) -> Layout:  # fmt: skip
    laid = Layout([group], [0], tied=tied)
    if ordered(group) and knots:
        laid.pieces = [(knots[0], 0, child) for child in cluster.children]
        return laid
    queue = [(0, child) for child in cluster.children]
    while queue:
        place, node = queue.pop(0)
        met = [knot for knot in knots if knot & below[node.id]]
        if not met:
            laid.free.append((place, node))
        elif len(met) == 1 or not isinstance(node, Group):
            laid.pieces.append((met[0], place, node))
        else:
            laid.opened.append(node)
            laid.parent.append(place)
            queue.extend((len(laid.opened) - 1, child) for child in node.children)
    return laid


def _merged(cluster: Cluster, knots: list[Knot], below: dict[str, Knot]) -> list[Knot]:
    for child in cluster.children:
        for node in walk(child):
            if isinstance(node, Group) and ordered(node):
                met = [knot for knot in knots if knot & below[node.id]]
                knots = [knot for knot in knots if knot not in met]
                knots += [frozenset[str]().union(*met)] if met else []
    return knots


def knots_of(rubric: Rubric, below: dict[str, Knot]) -> dict[str, list[Knot]]:
    """Criteria tied by prerequisites, under the lowest group that holds them all."""
    knots = [frozenset((leaf.id, *(n.criterion for n in leaf.requires)))
             for leaf in rubric.criteria if leaf.requires]  # fmt: skip
    merged: list[Knot] = []
    for knot in knots:
        tied = [other for other in merged if other & knot]
        merged = [other for other in merged if not other & knot] + [knot.union(*tied)]
    found: dict[str, list[Knot]] = defaultdict(list)
    for knot in merged:
        holders = [group.id for group in rubric.groups if knot <= below[group.id]]
        found[min(holders, key=lambda group_id: len(below[group_id]))].append(knot)
    return found
