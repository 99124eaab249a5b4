"""The cheapest choice of options with which a node reaches a level: exact, no heuristics.

Requirements go down the tree (a gate tells each child the level it needs), frontiers of
cost and result come up. Criteria that others need are tried in every way where the
branches that depend on them meet, so that below everything is independent.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product

from maturity.scoring.choices import Choices, Option
from maturity.scoring.frontier import (
    Outcome,
    Partial,
    added,
    best_of,
    finished,
    picked,
    undecided,
    worth,
)
from maturity.scoring.joint import Layout, Ties
from maturity.scoring.pareto import best
from maturity.scoring.requirements import Needs, reaches, required
from maturity.scoring.rubric import Criterion, Group, Method, Node
from maturity.scoring.rubric import State as CellState

MOST_WAYS = 100_000
Chosen = dict[str, Option]
Concerns = tuple[str, float, frozenset[tuple[str, object]]]
State = tuple[Partial, ...]  # of a group and the open groups below it


class TooEntangledError(ValueError):
    """So many criteria depend on each other that their combinations cannot all be tried."""


class Quest:
    """One unit and the node that is to rise: what all searches for one of its levels share.

    ``settled`` are the outcomes of groups below which nothing can be chosen.
    """

    def __init__(self, choices: Choices, node: str) -> None:
        self.choices = choices
        self.node = node
        self.ties = Ties(choices.rubric)
        self.tell_full = any(group.method is Method.ALL_OF for group in choices.rubric.groups)
        free = {leaf_id for leaf_id in choices.row if len(choices.options(leaf_id)) > 1}
        self.fixed = {name for name, ids in self.ties.hanging.items() if not ids & free}
        self.settled: dict[Concerns, list[Outcome]] = {}


def cheapest(quest: Quest, level: int) -> Chosen | None:
    """The option of every criterion; None where no choice reaches the level.

    A budget that doubles keeps the frontiers short: what it allows is searched completely.
    """
    if not reachable(quest, level):
        return None
    total = quest.choices.total()
    budget = total / 64
    while True:
        limit = budget if budget < total else math.inf
        found = Search(quest, quest.choices, level, budget=limit).cheapest()
        if found is not None or limit == math.inf:
            return found
        budget *= 2


def reachable(quest: Quest, level: int) -> bool:
    """Whether some choice reaches the level, whatever it costs.

    If the last rungs do not, lower ones can only where a better answer may make less.
    """
    choices = quest.choices
    ladders = [choices.ladders.summits()]
    if not choices.rising():
        ladders.append(choices.ladders.free())
    return any(
        Search(quest, choices.with_ladders(one), level).cheapest() is not None for one in ladders
    )


class Search:
    """One search among the unit's choices: its node at ``level`` or above, and known."""

    def __init__(
        self, quest: Quest, choices: Choices, level: int, *, budget: float = math.inf
    ) -> None:
        self.quest = quest
        self.choices = choices
        self.rubric = choices.rubric
        self.target = quest.node
        self.level = level
        self.budget = budget
        self.asked = quest.ties.below[quest.node]
        self.seen: dict[Concerns, list[Outcome]] = {}

    def cheapest(self) -> Chosen | None:
        """The option of every criterion; None where no choice reaches the level."""
        outcomes = self._outcomes(self.rubric.root, {self.target: self.level}, {})
        found = min(outcomes, key=lambda one: one.cost, default=None)
        return None if found is None else dict(picked(found.picks))

    def _outcomes(self, node: Node, needs: Needs, chosen: Chosen) -> list[Outcome]:
        if isinstance(node, Criterion):
            return [one for one in self._leaf(node, chosen) if self._fits(node, needs, one)]
        if node.id in self.quest.fixed:
            return self._settled(node, needs, chosen)
        here = self._concerns(node, needs, chosen)
        if here not in self.seen:
            self.seen[here] = self._found(node, needs, chosen)
        return self.seen[here]

    def _settled(self, node: Group, needs: Needs, chosen: Chosen) -> list[Outcome]:
        """What costs nothing is within every budget, so all searches find the same."""
        budget, self.budget = self.budget, math.inf
        here = self._concerns(node, needs, chosen)
        if here not in self.quest.settled:
            self.quest.settled[here] = self._found(node, needs, chosen)
        self.budget = budget
        return self.quest.settled[here]

    def _found(self, node: Group, needs: Needs, chosen: Chosen) -> list[Outcome]:
        ways = self._ways(node, needs, chosen)
        found = [one for one in ways if self._fits(node, needs, one)]
        if node.id in self.asked:
            return best_of(node, found, tell_full=self.quest.tell_full)
        # nobody asks what comes out here, only what it costs
        return sorted(found, key=lambda one: one.cost)[:1]

    def _concerns(self, node: Node, needs: Needs, chosen: Chosen) -> Concerns:
        """What the outcomes of a node depend on."""
        below = self.quest.ties.below[node.id]
        asked = {(node_id, level) for node_id, level in needs.items() if node_id in below}
        return node.id, self.budget, frozenset(asked | set(chosen.items()))

    def _ways(self, group: Group, needs: Needs, chosen: Chosen) -> list[Outcome]:
        """A gate binds only a group that is known; unknown ones are looked for without it."""
        strict = required(self.rubric, group, needs)
        if strict == needs:
            return self._combined(group, needs, chosen)
        known = [one for one in self._combined(group, strict, chosen) if one.known]
        if not self._may_be_unknown(group):
            return known
        return known + [one for one in self._combined(group, needs, chosen) if not one.known]

    def _fits(self, node: Node, needs: Needs, outcome: Outcome) -> bool:
        level = needs.get(node.id, 0)
        if not outcome.known:
            return node.id != self.target
        return level <= 0 or (
            node.bands is not None and reaches(node.bands, outcome, level, self.rubric)
        )

    def _combined(self, group: Group, needs: Needs, chosen: Chosen) -> list[Outcome]:
        """What is tied comes first, with a budget that leaves enough for all the rest."""
        found, rest = self.quest.ties.laid(group)
        partials = [undecided(group)]
        for laid in found:
            with self._reserved(rest if laid.tied else [], needs, chosen):
                partials = [
                    partial
                    for run, known in self._runs(laid, needs)
                    for partial in self._joined(laid, partials, known, run, chosen)
                ]
        return [finished(group, partial) for partial in partials]

    @contextmanager
    def _reserved(self, nodes: list[Node], needs: Needs, chosen: Chosen) -> Iterator[None]:
        """Take out of the budget what these nodes cost at the very least."""
        least = [
            min((one.cost for one in self._outcomes(node, needs, chosen)), default=math.inf)
            for node in nodes
        ]
        budget = self.budget
        self.budget -= math.fsum(least) if math.inf not in least else 0.0
        yield
        self.budget = budget

    def _runs(self, laid: Layout, needs: Needs) -> list[tuple[Needs, dict[int, bool]]]:
        """What the gates of open groups ask, each with the groups it takes to be (un)known."""
        runs: list[tuple[Needs, dict[int, bool]]] = [(needs, {})]
        for place, group in enumerate(laid.opened[1:], 1):
            after = []
            for run, known in runs:
                strict = required(self.rubric, group, run)
                if strict == run:
                    after.append((run, known))
                    continue
                after.append((strict, {**known, place: True}))
                if self._may_be_unknown(group):
                    after.append((run, {**known, place: False}))
            runs = after
        return runs

    def _joined(self, laid: Layout, partials: list[Partial], known: dict[int, bool],
                needs: Needs, chosen: Chosen) -> list[Partial]:  # fmt: skip
        """Decide the pieces knot by knot, then close the open groups from below."""
        blank = tuple(undecided(group) for group in laid.opened[1:])
        states: list[State] = [(partial, *blank) for partial in partials]
        with self._reserved([node for _, node in laid.free], needs, chosen):
            for knot in laid.knots:
                states = self._untied(laid, states, knot, needs, chosen)
        for place in reversed(range(len(laid.opened))):
            for node in (node for held, node in laid.free if held == place):
                outcomes = self._outcomes(node, needs, chosen)
                states = self._added(laid, states, place, node, outcomes)
            if place > 0:
                states = list(self._closed(laid, states, place, known.get(place), needs))
        return [state[0] for state in self._best(states)]

    def _untied(self, laid: Layout, states: list[State], knot: frozenset[str],
                needs: Needs, chosen: Chosen) -> list[State]:  # fmt: skip
        """Add the pieces of one knot, for every way its sources may be."""
        found: list[State] = []
        for ways in self._combinations(sorted((knot & self.quest.ties.sources) - chosen.keys())):
            some = states
            for place, node in laid.of(knot):
                outcomes = self._outcomes(node, needs, {**chosen, **ways})
                some = self._added(laid, some, place, node, outcomes)
            found.extend(some)
        return self._best(found)

    def _best(self, states: list[State]) -> list[State]:
        return best(states, lambda state: worth(state, tell_full=self.quest.tell_full))

    def _added(self, laid: Layout, states: list[State], place: int, node: Node,
               outcomes: list[Outcome]) -> list[State]:  # fmt: skip
        """One more child of the group at a place, in every way that the budget allows."""
        found = []
        for state in states:
            left = self.budget - sum([partial.cost for partial in state])
            for outcome in outcomes:
                if outcome.cost <= left:
                    one = added(laid.opened[place], state[place], node, outcome)
                    if one is not None:
                        found.append((*state[:place], one, *state[place + 1 :]))
        return self._best(found)

    def _closed(self, laid: Layout, states: list[State], place: int, known: bool | None,
                needs: Needs) -> Iterator[State]:  # fmt: skip
        """Finish the last open group and add it to the one above."""
        group, above = laid.opened[place], laid.parent[place]
        for state in states:
            outcome = finished(group, state[place])
            if known in (None, outcome.known) and self._fits(group, needs, outcome):
                one = added(laid.opened[above], state[above], group, outcome)
                if one is not None:
                    yield (*state[:above], one, *state[above + 1 : place])

    def _may_be_unknown(self, node: Node) -> bool:
        if node.id == self.target:
            return False
        if isinstance(node, Criterion):
            return self.choices.may_stay_unknown(node)
        if node.method in (Method.ALL_OF, Method.CONTIGUOUS, Method.WALK):
            return True
        weighs = [
            child
            for child in node.children
            if child.weight > 0 or node.method is not Method.WEIGHTED_MEAN
        ]
        return all(self._may_be_unknown(child) for child in weighs)

    def _combinations(self, sources: list[str]) -> Iterator[Chosen]:
        options = [self.choices.options(source) for source in sources]
        if math.prod(len(several) for several in options) > MOST_WAYS:
            raise TooEntangledError(f"too many combinations of {', '.join(sources)}")
        return (dict(zip(sources, way, strict=True)) for way in product(*options))

    def _leaf(self, leaf: Criterion, chosen: Chosen) -> Iterator[Outcome]:
        asked = leaf.id in self.asked
        options = self.choices.options(leaf.id) if asked else self.choices.least(leaf.id)
        options = [chosen[leaf.id]] if leaf.id in chosen else options
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
                stops=option.state is CellState.STOPS,
                off_path=option.state is CellState.OFF_PATH if waits else None,
            )
