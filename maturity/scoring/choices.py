"""What each criterion of one unit may become, at what cost, and what it then earns."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from maturity.scoring.engine import AnswerSheet
from maturity.scoring.rubric import Counts, Criterion, Effect, Method, Rubric, State

OPEN = (State.UNANSWERED, State.DONT_KNOW)
SAID = (State.ANSWERED, State.STOPS)
TURNING = (Method.WALK, Method.ALL_OF)
"""Methods of which better answers may make less: a walk goes on to questions that have no answer
yet; what fails is known to fail, and unknown as soon as only what is missing keeps it from full."""


@dataclass(frozen=True, slots=True)
class Option:
    """One thing a cell may be; ``rung`` is None where it stays as it is.

    ``assumed``: nothing is answered, so the lowest rung is taken, at no cost.
    """

    cost: float
    points: float
    state: State
    rung: int | None = None
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Earned:
    """What a cell comes to; ``points`` is None where it carries none."""

    points: float | None
    applies: bool = True
    counted: bool = True


MISSING = Earned(None, counted=False)
EXCLUDED = Earned(None, applies=False, counted=False)


@dataclass(frozen=True)
class Ladders:
    """The rungs of the criteria, lowest first.

    ``rungs`` are the points of each rung, NaN for an answer of a walk without a score;
    ``costs`` what it takes to climb on to a rung (1 where not named); ``stops`` the rungs
    on which a walk ends.
    """

    rungs: Mapping[str, tuple[float, ...]]
    costs: Mapping[tuple[str, int], float] = field(default_factory=dict)
    stops: Collection[tuple[str, int]] = ()

    def __post_init__(self) -> None:
        if any(not (math.isfinite(cost) and cost >= 0) for cost in self.costs.values()):
            raise ValueError("a cost must be a number of at least 0")

    def free(self) -> Ladders:
        """The same rungs at no cost."""
        costs = {(leaf_id, rung): 0.0 for leaf_id, several in self.rungs.items()
                 for rung in range(len(several))}  # fmt: skip
        return Ladders(self.rungs, costs, self.stops)

    def summits(self) -> Ladders:
        """Only the last rung of each, at no cost."""
        last = {leaf_id: several[-1:] for leaf_id, several in self.rungs.items()}
        stops = [(leaf_id, 0) for leaf_id, several in self.rungs.items()
                 if (leaf_id, len(several) - 1) in self.stops]  # fmt: skip
        return Ladders(last, {(leaf_id, 0): 0.0 for leaf_id in last}, stops)

    def above(self, leaf_id: str, points: float, state: State) -> Iterator[Option]:
        """All rungs above where the cell stands now, with the cost of the whole climb."""
        rungs = self.rungs.get(leaf_id, ())
        climbed = 0.0
        for rung in range(self.standing(leaf_id, points, state), len(rungs)):
            assumed = rung == 0 and state not in SAID
            climbed += 0.0 if assumed else self.costs.get((leaf_id, rung), 1.0)
            ends = State.STOPS if (leaf_id, rung) in self.stops else State.ANSWERED
            yield Option(climbed, rungs[rung], ends, rung, assumed)

    def standing(self, leaf_id: str, points: float, state: State) -> int:
        """Number of rungs at or below the cell; 0 for a cell without an answer."""
        rungs = self.rungs.get(leaf_id, ())
        if state not in SAID:
            return 0
        for rung, value in enumerate(rungs):
            ends = (leaf_id, rung) in self.stops
            alike = value == points or (math.isnan(value) and math.isnan(points))
            if alike and ends == (state is State.STOPS):
                return rung + 1
        if math.isnan(points):
            return len(rungs)
        return sum(1 for value in rungs if not math.isnan(value) and value <= points)


class Choices:
    """The options of every criterion of one unit.

    ``waiting`` holds the questions of a walk that lie behind its present end: they come
    back on to the path, unanswered, as soon as the walk gets that far.
    """

    def __init__(
        self, rubric: Rubric, sheet: AnswerSheet, ladders: Ladders, *, column: int = 0
    ) -> None:
        self.rubric = rubric
        self.sheet, self.column = sheet, column
        self.ladders = ladders
        self.row = {leaf.id: row for row, leaf in enumerate(rubric.criteria)}
        points, states = sheet.points[:, column].tolist(), sheet.states[:, column].tolist()
        self.present = {
            leaf_id: Option(0.0, points[row], State(states[row]))
            for leaf_id, row in self.row.items()
        }
        self.waiting = frozenset(self._waiting())

    def _waiting(self) -> Iterator[str]:
        for group in self.rubric.groups:
            ended = False
            for child in group.children if group.method is Method.WALK else ():
                state = self.present[child.id].state
                if ended and state is State.OFF_PATH:
                    yield child.id
                ended = ended or state is State.STOPS

    def options(self, leaf_id: str) -> list[Option]:
        """Cheapest first: stay, or climb to a rung; what is not applicable stays.

        What is not answered is answered, at the lowest rung for a start.
        """
        now = self.present[leaf_id]
        above = list(self.ladders.above(leaf_id, now.points, now.state))
        if leaf_id in self.waiting or (now.state in SAID):
            return [now, *above]
        return above if above and now.state in OPEN else [now]

    def least(self, leaf_id: str) -> list[Option]:
        """The options without a step; a waiting question has one on the path and one off it."""
        options = self.options(leaf_id)
        return [one for one in options if one is options[0] or one.assumed]

    def with_ladders(self, ladders: Ladders) -> Choices:
        """The choices of the same unit on other ladders."""
        return Choices(self.rubric, self.sheet, ladders, column=self.column)

    def total(self) -> float:
        """The cost of climbing every ladder to its end."""
        return math.fsum(max(one.cost for one in self.options(leaf_id)) for leaf_id in self.row)

    def may_stay_unknown(self, leaf: Criterion) -> bool:
        """Whether the criterion may have no number at the end."""
        return any(_by_policy(leaf, one).points is None for one in self.options(leaf.id))

    def rising(self) -> bool:
        """Whether the last rungs together make the most of every group.

        Each criterion then earns its most there, and the same are known as with lower ones.
        """
        return (
            all(group.method not in TURNING for group in self.rubric.groups)
            and all(value <= rungs[-1] for rungs in self.ladders.rungs.values() for value in rungs)
            and not any(self._lifted(leaf) for leaf in self.rubric.criteria)
        )

    def _lifted(self, leaf: Criterion) -> bool:
        """Whether it earns more, or is known only, while a prerequisite is not met."""
        if all(need.effect is not Effect.ZERO for need in leaf.requires):
            return False
        cell = _by_policy(leaf, self.options(leaf.id)[-1])
        return cell.applies and (cell.points is None or cell.points < 0.0)

    def earned(self, leaf: Criterion, option: Option, chosen: Mapping[str, Option]) -> Earned:
        """What an option comes to, given the options of all that the criterion needs."""
        cell = _by_policy(leaf, option)
        for need in leaf.requires:
            source = self.rubric.node(need.criterion)
            if not cell.applies or not isinstance(source, Criterion):
                return cell
            have = self.earned(source, chosen[source.id], chosen).points
            if have is not None and have <= 0.0:
                cell = _lost(cell, need.effect)
        return cell


def _by_policy(leaf: Criterion, option: Option) -> Earned:
    if option.state in SAID:
        return Earned(None if math.isnan(option.points) else option.points)
    policy = {
        State.UNANSWERED: leaf.unanswered,
        State.DONT_KNOW: leaf.dont_know,
        State.NOT_APPLICABLE: leaf.not_applicable,
        State.OFF_PATH: leaf.off_path,
    }[option.state]
    return {
        Counts.FULL: Earned(leaf.ceiling),
        Counts.ZERO: Earned(0.0),
        Counts.MISSING: MISSING,
        Counts.EXCLUDED: EXCLUDED,
    }[policy]


def _lost(cell: Earned, effect: Effect) -> Earned:
    if effect is Effect.ZERO:
        return Earned(0.0)
    return cell if cell.points is None else Earned(min(cell.points, 0.0))
