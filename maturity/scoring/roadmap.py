"""The cheapest set of steps to a level, in an order in which each step helps."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np

from maturity.scoring.bands import DECIMALS, NO_LEVEL
from maturity.scoring.choices import SAID, Choices, Ladders, Option
from maturity.scoring.engine import AnswerSheet, Scores, score
from maturity.scoring.rubric import Criterion, Rubric, walk
from maturity.scoring.search import Quest, TooEntangledError, cheapest, reachable

__all__ = ["Effect", "Roadmap", "Step", "TooEntangledError", "roadmap"]


@dataclass(frozen=True, slots=True)
class Effect:
    """What one step, taken after those before it, does to a node; None is unknown."""

    node: str
    percent_before: float | None
    percent_after: float | None
    level_before: int | None
    level_after: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """Raise one criterion to a rung of its ladder (0 is the lowest).

    ``points_before`` is None where nothing is answered yet; either is None for an answer
    of a walk without a score. ``area`` is the effect on the nearest group with bands above
    the criterion, ``target`` that on the node of the roadmap.
    """

    criterion: str
    points_before: float | None
    points_after: float | None
    rung: int
    cost: float
    area: Effect
    target: Effect


@dataclass(frozen=True, slots=True)
class Roadmap:
    """The way to ``level`` of ``node``; no steps where it is reached already or cannot be.

    ``sheet`` is the unit's column after all steps, with the lowest rung for what is not
    answered: so the way holds whatever those answers will be, and may be needed even where
    the provisional ``level_now`` is high already.
    """

    node: str
    level: int
    level_now: int | None
    reachable: bool
    cost: float
    steps: tuple[Step, ...]
    sheet: AnswerSheet
    quest: Quest = field(repr=False, compare=False)

    @property
    def highest(self) -> int | None:
        """The highest level that some choice reaches (None: none); looked for when asked."""
        levels = reversed(_levels(self.quest.choices.rubric, self.node))
        return next((level for level in levels if reachable(self.quest, level)), None)


def roadmap(  # noqa: PLR0913
    rubric: Rubric,
    sheet: AnswerSheet,
    target_level: int,
    *,
    ladders: Mapping[str, tuple[float, ...]],
    costs: Mapping[tuple[str, int], float] | None = None,
    stops: Collection[tuple[str, int]] = (),
    common: Mapping[tuple[str, int], float] | None = None,
    node: str | None = None,
    column: int = 0,
) -> Roadmap:
    """The cheapest steps after which the gated level of ``node`` (the root) is the target.

    ``ladders``, ``costs`` and ``stops`` are those of ``Ladders``; ``common`` ranks rungs among
    which the gain for the cost is equal, the larger first. TooEntangledError where prerequisites
    tie too many criteria together for an exact answer.
    """
    name = node or rubric.root.id
    choices = Choices(rubric, sheet, Ladders(ladders, costs or {}, stops), column=column)
    quest, chosen = Quest(choices, name), None
    if target_level in _levels(rubric, name):
        chosen = cheapest(quest, target_level)
    route = _Route(rubric, choices, name, _column(sheet, column), common=common or {})
    now = _level(score(rubric, route.sheet), name, 0)
    steps = () if chosen is None else route.ordered(chosen)
    return Roadmap(
        node=name,
        level=target_level,
        level_now=now,
        reachable=chosen is not None,
        cost=math.fsum(step.cost for step in steps),
        steps=steps,
        sheet=route.sheet,
        quest=quest,
    )


def _column(sheet: AnswerSheet, column: int) -> AnswerSheet:
    return AnswerSheet(sheet.points[:, [column]], sheet.states[:, [column]])


def _levels(rubric: Rubric, name: str) -> tuple[int, ...]:
    bands = rubric.node(name).bands
    if bands is None:
        raise ValueError(f"{name} has no bands, so no level to reach")
    return tuple(band.level for band in bands.bands)


class _Route:
    """Walks from a sheet to the chosen one, always by the step that gains most for its cost."""

    def __init__(
        self, rubric: Rubric, choices: Choices, name: str, sheet: AnswerSheet, *,
        common: Mapping[tuple[str, int], float],
    ) -> None:  # fmt: skip
        self.common = common
        self.rubric = rubric
        self.choices = choices
        self.name = name
        self.sheet = sheet
        self.area = {
            node.id: group.id
            for group in rubric.groups
            if group.bands is not None
            for node in walk(group)
            if isinstance(node, Criterion)
        }

    def ordered(self, chosen: Mapping[str, Option]) -> tuple[Step, ...]:
        left = [
            leaf.id
            for leaf in self.rubric.criteria
            if chosen[leaf.id].rung is not None and not chosen[leaf.id].assumed
        ]
        self.sheet = self._assumed(chosen)
        scores = score(self.rubric, self.sheet)
        steps: list[Step] = []
        while left:
            tries = self._tries(chosen, left)
            tried = score(self.rubric, tries)
            options = [(leaf_id, chosen[leaf_id]) for leaf_id in left]
            place = self._most_helpful(scores, tried, options)
            leaf_id = left.pop(place)
            after = AnswerSheet(tries.points[:, [place]], tries.states[:, [place]])
            steps.append(self._step(leaf_id, chosen[leaf_id], scores, tried, place))
            scores, self.sheet = score(self.rubric, after), after
        return tuple(steps)

    def _tries(self, chosen: Mapping[str, Option], left: list[str]) -> AnswerSheet:
        """One column for each step that could be next."""
        tries = AnswerSheet(
            np.repeat(self.sheet.points, len(left), axis=1),
            np.repeat(self.sheet.states, len(left), axis=1),
        )
        for place, leaf_id in enumerate(left):
            row, option = self.choices.row[leaf_id], chosen[leaf_id]
            tries.points[row, place], tries.states[row, place] = option.points, option.state
        return tries

    def _assumed(self, chosen: Mapping[str, Option]) -> AnswerSheet:
        """Where the way starts: what is not answered stands on its lowest rung."""
        start = AnswerSheet(self.sheet.points.copy(), self.sheet.states.copy())
        for leaf_id, row in self.choices.row.items():
            waits = leaf_id in self.choices.waiting and not chosen[leaf_id].assumed
            for option in () if waits else self.choices.options(leaf_id):
                if option.assumed:
                    start.points[row, 0], start.states[row, 0] = option.points, option.state
        return start

    def _most_helpful(
        self, before: Scores, tried: Scores, options: list[tuple[str, Option]]
    ) -> int:
        """Gain of the target's percent for its cost; among equals what is more common, then the
        earlier criterion."""
        percent = np.nan_to_num(tried.percent[tried.row(self.name)], nan=-1.0)
        now = float(np.nan_to_num(before.percent[before.row(self.name), 0], nan=0.0))
        gains = [
            (round((after - now) / max(option.cost, 1e-9), DECIMALS),
             self.common.get((leaf_id, option.rung or 0), 0.0), -place)
            for place, (after, (leaf_id, option)) in enumerate(
                zip(percent.tolist(), options, strict=True)
            )
        ]  # fmt: skip
        return -max(gains)[2]

    def _step(
        self, leaf_id: str, option: Option, before: Scores, tried: Scores, place: int
    ) -> Step:
        now = self.choices.present[leaf_id]
        area = self.area.get(leaf_id, self.name)
        return Step(
            criterion=leaf_id,
            points_before=_number(now.points) if now.state in SAID else None,
            points_after=_number(option.points),
            rung=option.rung or 0,
            cost=option.cost,
            area=_effect(area, before, tried, place),
            target=_effect(self.name, before, tried, place),
        )


def _effect(node: str, before: Scores, after: Scores, place: int) -> Effect:
    row = before.row(node)
    return Effect(
        node=node,
        percent_before=_number(float(before.percent[row, 0])),
        percent_after=_number(float(after.percent[row, place])),
        level_before=_level(before, node, 0),
        level_after=_level(after, node, place),
    )


def _level(scores: Scores, node: str, column: int) -> int | None:
    level = int(scores.gated_level[scores.row(node), column])
    return None if level == NO_LEVEL else level


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, DECIMALS) + 0.0
