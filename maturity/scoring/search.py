"""The cheapest choice of options with which a node reaches a level: exact, no heuristics.

Requirements go down the tree (a gate tells each child the level it needs), frontiers of
cost and result come up. Criteria that others need are tried in every way where the
branches that depend on them meet, so that below everything is independent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import product
from math import prod

from maturity.scoring.bands import DECIMALS, Bands, Edge, Measure
from maturity.scoring.choices import Choices, Option
from maturity.scoring.frontier import Outcome, Partial, Picks, best_of, finished, fold, undecided
from maturity.scoring.rubric import Criterion, Group, Method, Node, Rubric, State, walk

MOST_WAYS = 100_000
Chosen = dict[str, Option]
Needs = Mapping[str, int]


class TooEntangledError(ValueError):
    """So many criteria depend on each other that their combinations cannot all be tried."""


class Search:
    """One unit's search for one target: ``node`` at ``level`` or above, and known."""

    def __init__(self, rubric: Rubric, choices: Choices, *, node: str, level: int) -> None:
        self.rubric = rubric
        self.choices = choices
        self.target = node
        self.level = level
        self.below = {node.id: frozenset(n.id for n in walk(node)) for node in walk(rubric.root)}
        self.asked = self.below[node]
        self.knots = _knots(rubric, self.below)
        self.sources = {need.criterion for leaf in rubric.criteria for need in leaf.requires}
        self.seen: dict[tuple[str, frozenset[tuple[str, object]]], list[Outcome]] = {}

    def cheapest(self) -> Chosen | None:
        """The option of every criterion; None where no choice reaches the level."""
        outcomes = self._outcomes(self.rubric.root, {self.target: self.level}, {})
        found = min(outcomes, key=lambda one: one.cost, default=None)
        return None if found is None else dict(_flat(found.picks))

    def _outcomes(self, node: Node, needs: Needs, chosen: Chosen) -> list[Outcome]:
        if isinstance(node, Criterion):
            return [one for one in self._leaf(node, chosen) if self._fits(node, needs, one)]
        here = self._concerns(node, needs, chosen)
        if here not in self.seen:
            ways = self._ways(node, needs, chosen)
            found = [one for one in ways if self._fits(node, needs, one)]
            if node.id in self.asked:
                self.seen[here] = best_of(node, found)
            else:  # nobody asks what comes out here, only what it costs
                self.seen[here] = sorted(found, key=lambda one: one.cost)[:1]
        return self.seen[here]

    def _concerns(
        self, node: Node, needs: Needs, chosen: Chosen
    ) -> tuple[str, frozenset[tuple[str, object]]]:
        """What the outcomes of a node depend on."""
        below = self.below[node.id]
        asked = {(node_id, level) for node_id, level in needs.items() if node_id in below}
        return node.id, frozenset(asked | set(chosen.items()))

    def _ways(self, group: Group, needs: Needs, chosen: Chosen) -> list[Outcome]:
        """A gate binds only a group that is known; unknown ones are looked for without it."""
        strict = self._required(group, needs)
        if strict == needs:
            return self._combined(group, needs, chosen)
        known = [one for one in self._combined(group, strict, chosen) if one.known]
        if group.id == self.target:
            return known
        return known + [one for one in self._combined(group, needs, chosen) if not one.known]

    def _required(self, group: Group, needs: Needs) -> Needs:
        """What a group's gate asks of the nodes below."""
        level = needs.get(group.id, 0)
        if group.gate is None or level <= 0:
            return needs
        level = max(level, self.rubric.first_level)
        asked = [(kid.id, level - group.gate.slack) for kid in _nearest(group)]
        asked += [(m.node, m.at_least) for m in group.gate.musts if m.level <= level]
        strict = dict(needs)
        for node_id, at_least in asked:
            if at_least > strict.get(node_id, 0):
                strict[node_id] = at_least
        return strict

    def _fits(self, node: Node, needs: Needs, outcome: Outcome) -> bool:
        level = needs.get(node.id, 0)
        if not outcome.known:
            return node.id != self.target
        return level <= 0 or (
            node.bands is not None and reaches(node.bands, outcome, level, self.rubric)
        )

    def _combined(self, group: Group, needs: Needs, chosen: Chosen) -> list[Outcome]:
        partials = [undecided(group)]
        for children, sources in self._clusters(group):
            partials = self._decided(group, partials, children, sources, needs, chosen)
        return [finished(group, partial) for partial in partials]

    def _decided(self, group: Group, partials: list[Partial], children: tuple[Node, ...],
                 sources: list[str], needs: Needs, chosen: Chosen) -> list[Partial]:  # fmt: skip
        found: list[Partial] = []
        for ways in self._combinations(sources):
            partly = partials
            for child in children:
                outcomes = self._outcomes(child, needs, {**chosen, **ways})
                partly = fold(group, partly, outcomes, weight=child.weight)
            found.extend(partly)
        return found

    def _combinations(self, sources: list[str]) -> Iterator[Chosen]:
        options = [self.choices.options(source) for source in sources]
        if prod(len(several) for several in options) > MOST_WAYS:
            raise TooEntangledError(f"too many combinations of {', '.join(sources)}")
        return (dict(zip(sources, way, strict=True)) for way in product(*options))

    def _clusters(self, group: Group) -> list[tuple[tuple[Node, ...], list[str]]]:
        """Children that hang together through prerequisites, and the criteria to try out."""
        clusters: list[tuple[tuple[Node, ...], frozenset[str]]] = [
            ((child,), frozenset()) for child in group.children
        ]
        for knot in self.knots[group.id]:
            tied = [one for one in clusters if self._ties(group, one[0], knot)]
            together = tuple(child for children, _ in tied for child in children)
            leaves = knot.union(*(leaves for _, leaves in tied))
            clusters = [one for one in clusters if one not in tied] + [(together, leaves)]
        return [(children, sorted(leaves & self.sources)) for children, leaves in clusters]

    def _ties(self, group: Group, children: tuple[Node, ...], knot: frozenset[str]) -> bool:
        ordered = group.method in (Method.WALK, Method.CONTIGUOUS)
        return ordered or any(self.below[child.id] & knot for child in children)

    def _leaf(self, leaf: Criterion, chosen: Chosen) -> Iterator[Outcome]:
        options = [chosen[leaf.id]] if leaf.id in chosen else self.choices.options(leaf.id)
        if leaf.id not in self.asked and leaf.id not in chosen:
            options = [option for option in options if option.cost == 0.0]
        for option in options:
            earned = self.choices.earned(leaf, option, chosen)
            waits = leaf.id in self.choices.waiting
            points = earned.points
            share = 0.0 if points is None else (points - leaf.floor) / (leaf.ceiling - leaf.floor)
            yield Outcome(
                cost=option.cost,
                known=points is not None,
                applies=earned.applies,
                share=min(1.0, max(0.0, share)),
                score=0.0 if points is None else points,
                basis=0.0 if points is None else leaf.ceiling,
                picks=(leaf.id, option),
                counted=earned.counted,
                stops=option.state is State.STOPS,
                off_path=option.state is State.OFF_PATH if waits else None,
            )


def reaches(bands: Bands, outcome: Outcome, level: int, rubric: Rubric) -> bool:
    """Whether a known outcome lies in the band of the level or in a higher one."""
    value = outcome.score
    if bands.measure is Measure.PERCENT:
        value = outcome.share * 100.0
    elif bands.measure is Measure.INDEX:
        value = rubric.first_level + outcome.share * (rubric.last_level - rubric.first_level)
    enough = [band for band in bands.bands if band.level >= level]
    if not enough:
        return False
    value, start = round(value, DECIMALS), round(enough[0].start, DECIMALS)
    closed = bands.inclusive is Edge.LOWER or enough[0] is bands.bands[0]
    return value >= start if closed else value > start


def _nearest(group: Group) -> Iterator[Node]:
    for child in group.children:
        if child.bands is not None:
            yield child
        elif isinstance(child, Group):
            yield from _nearest(child)


def _knots(rubric: Rubric, below: Mapping[str, frozenset[str]]) -> dict[str, list[frozenset[str]]]:
    """Criteria tied by prerequisites, under the lowest group that holds them all."""
    knots = [frozenset((leaf.id, *(n.criterion for n in leaf.requires)))
             for leaf in rubric.criteria if leaf.requires]  # fmt: skip
    merged: list[frozenset[str]] = []
    for knot in knots:
        tied = [other for other in merged if other & knot]
        merged = [other for other in merged if not other & knot] + [knot.union(*tied)]
    found: dict[str, list[frozenset[str]]] = defaultdict(list)
    for knot in merged:
        holders = [group.id for group in rubric.groups if knot <= below[group.id]]
        found[min(holders, key=lambda group_id: len(below[group_id]))].append(knot)
    return found


def _flat(picks: Picks) -> Iterator[tuple[str, Option]]:
    stack: list[Picks] = [picks]
    while stack:
        one = stack.pop()
        if one is None:
            continue
        first, second = one
        if isinstance(first, str) and isinstance(second, Option):
            yield first, second
        else:
            stack += [first, second]  # type: ignore[list-item]
