"""Random rubrics and sheets from any source of choices: numpy for bulk, hypothesis to shrink."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import numpy as np
from hypothesis import strategies as st

from maturity.scoring.bands import Band, Bands, Edge, Measure
from maturity.scoring.engine import AnswerSheet
from maturity.scoring.rubric import (
    Counts,
    Criterion,
    Effect,
    Gate,
    Group,
    Method,
    Must,
    Node,
    Prerequisite,
    Rubric,
    State,
    walk,
)

T = TypeVar("T")
CEILINGS = (1.0, 2.0, 4.0, 5.0, 10.0, 0.3, 8 / 15)
WEIGHTS = (1.0, 1.0, 2.0, 0.1, 1 / 3, 30.0, 0.0)
SCALES = (None, None, (1.0, 4.0), (0.0, 100.0), (1.0, 5.0), (-1.0, 1.0))
BLANKS = (State.UNANSWERED, State.DONT_KNOW, State.NOT_APPLICABLE, State.OFF_PATH)


class Source(Protocol):
    """Where choices come from."""

    def pick(self, options: Sequence[T]) -> T: ...


@dataclass
class Seeded:
    """Choices of a seeded generator: fast, the same on every run."""

    rng: np.random.Generator

    def pick(self, options: Sequence[T]) -> T:
        return options[int(self.rng.integers(len(options)))]


@dataclass
class Drawn:
    """Choices of hypothesis: slow, but failures shrink."""

    draw: st.DrawFn

    def pick(self, options: Sequence[T]) -> T:
        return self.draw(st.sampled_from(options))


@dataclass
class Grower:
    """Grows one rubric. ``tame`` leaves out what breaks monotony on purpose."""

    source: Source
    tame: bool = False
    count: int = 0
    last_level: int = 4

    def name(self) -> str:
        self.count += 1
        return f"n{self.count}"

    def yes(self, of: int) -> bool:
        """True once in ``of``."""
        return self.source.pick(range(of)) == 0

    def rubric(self) -> Rubric:
        self.last_level = self.source.pick((4, 4, 5))
        root = self.group(self.source.pick((1, 2, 2, 3)))
        root = self.with_requirements(root)
        return Rubric(self.with_gates(root), first_level=1, last_level=self.last_level)

    def group(self, depth: int) -> Group:
        method = self.source.pick(tuple(Method))
        deep = depth > 1 and method is not Method.WALK
        children: list[Node] = []
        name = self.name()
        for _ in range(self.source.pick((1, 2, 3, 3, 4))):
            inner = deep and not self.yes(3)
            children.append(self.group(depth - 1) if inner else self.criterion())
        group = Group(
            name,
            tuple(children),
            method,
            weight=self.source.pick(WEIGHTS),
            scale=self.source.pick(SCALES),
        )
        return replace(group, bands=self.bands(*extent(group)))

    def criterion(self) -> Criterion:
        ceiling = self.source.pick(CEILINGS)
        floor = self.source.pick((0.0, 0.0, ceiling / 4, -1.0))
        policies = tuple(Counts)
        return Criterion(
            self.name(),
            ceiling,
            floor,
            weight=self.source.pick(WEIGHTS),
            bands=self.bands(floor, ceiling) if self.yes(2) else None,
            unanswered=self.source.pick((Counts.MISSING, *policies)),
            dont_know=self.source.pick(policies),
            not_applicable=self.source.pick((Counts.EXCLUDED, *policies)),
            off_path=self.source.pick(policies),
        )

    def bands(self, low: float, high: float) -> Bands | None:
        measure = self.source.pick((*Measure, None))
        if measure is None:
            return None
        ends = {Measure.SCORE: (low, high), Measure.PERCENT: (0.0, 100.0)}
        low, high = ends.get(measure, (1.0, float(self.last_level)))
        cuts = self.source.pick(((0.5,), (0.25, 0.5, 0.75), (1 / 6, 0.5, 5 / 6), (0.3, 0.7)))
        edges = [low, *(low + cut * (high - low) for cut in cuts), high]
        return Bands(
            tuple(Band(i + 1, edges[i], edges[i + 1]) for i in range(len(edges) - 1)),
            measure,
            self.source.pick(tuple(Edge)),
        )

    def with_requirements(self, root: Group) -> Group:
        """Some criteria need earlier ones."""
        earlier: list[str] = []
        needs: dict[str, tuple[Prerequisite, ...]] = {}
        for node in walk(root):
            if isinstance(node, Criterion):
                effects = (Effect.CAP,) if self.tame else tuple(Effect)
                if earlier and self.yes(4):
                    needs[node.id] = tuple(
                        Prerequisite(self.source.pick(earlier), self.source.pick(effects))
                        for _ in range(self.source.pick((1, 1, 2)))
                    )
                earlier.append(node.id)
        return rebuilt(root, lambda node: required(node, needs))

    def with_gates(self, root: Group) -> Group:
        return rebuilt(root, self.gated)

    def gated(self, node: Node) -> Node:
        if isinstance(node, Criterion) or node.bands is None or self.yes(2):
            return node
        below = [n.id for n in walk(node) if n is not node and n.bands is not None]
        musts = tuple(
            Must(self.source.pick((1, 2, 3)), self.source.pick(below), self.source.pick((1, 2, 3)))
            for _ in range(self.source.pick((0, 0, 1, 2)))
            if below
        )
        return replace(node, gate=Gate(self.source.pick((0, 1, 2)), musts))


def extent(group: Group) -> tuple[float, float]:
    """From where to where bands over the score are worth laying."""
    if group.scale is not None:
        return group.scale
    tops = [node.ceiling for node in walk(group) if isinstance(node, Criterion)]
    own = {Method.ALL_OF: 1.0, Method.CONTIGUOUS: float(len(group.children)),
           Method.WALK: max(tops), Method.SUM: sum(tops),
           Method.MEAN_OF_PERCENTAGES: sum(tops)}  # fmt: skip
    return 0.0, own.get(group.method, 100.0)


def rebuilt(group: Group, change) -> Group:
    """The same tree with every node changed, children first."""
    children = tuple(
        rebuilt(child, change) if isinstance(child, Group) else change(child)
        for child in group.children
    )
    return change(replace(group, children=children))


def required(node: Node, needs: dict[str, tuple[Prerequisite, ...]]) -> Node:
    if isinstance(node, Criterion) and node.id in needs:
        return replace(node, requires=needs[node.id])
    return node


def grown_sheet(source: Source, rubric: Rubric, units: int, *, blanks: bool = True) -> AnswerSheet:
    """Answers below the floor, on the edges, between and above; all blanks; walks that end."""
    sheet = AnswerSheet.empty(rubric, units)
    in_walk = {
        child.id
        for group in rubric.groups
        if group.method is Method.WALK
        for child in group.children
    }
    for row, leaf in enumerate(rubric.criteria):
        span = leaf.ceiling - leaf.floor
        ladder = [leaf.floor + span * step for step in (0, 0.25, 0.5, 2 / 3, 1)]
        points = [leaf.ceiling, *ladder, 0.0, -0.5, leaf.ceiling + 1]
        for column in range(units):
            if blanks and source.pick(range(4)) == 0:
                sheet.states[row, column] = source.pick(BLANKS)
                sheet.points[row, column] = source.pick((math.nan, 7.0))
                continue
            sheet.states[row, column] = State.ANSWERED
            sheet.points[row, column] = source.pick(points)
            if leaf.id in in_walk and source.pick(range(2)) == 0:
                sheet.states[row, column] = source.pick((State.ANSWERED, State.STOPS))
                if source.pick(range(2)) == 0:
                    sheet.points[row, column] = math.nan
    return sheet


@st.composite
def rubrics(draw: st.DrawFn, *, tame: bool = False) -> Rubric:
    return Grower(Drawn(draw), tame=tame).rubric()


@st.composite
def rubrics_and_sheets(
    draw: st.DrawFn, *, units: int = 2, tame: bool = False, blanks: bool = True
) -> tuple[Rubric, AnswerSheet]:
    source = Drawn(draw)
    rubric = Grower(source, tame=tame).rubric()
    return rubric, grown_sheet(source, rubric, units, blanks=blanks)


def seeded(seed: int, *, units: int) -> tuple[Rubric, AnswerSheet]:
    source = Seeded(np.random.default_rng(seed))
    rubric = Grower(source).rubric()
    return rubric, grown_sheet(source, rubric, units)
