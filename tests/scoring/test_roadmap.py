"""The cheapest way by search is the cheapest way there is."""

from __future__ import annotations

import math
from itertools import product
from math import prod

import numpy as np
import pytest

from maturity.scoring.bands import Band, Bands, Measure
from maturity.scoring.engine import AnswerSheet, score
from maturity.scoring.roadmap import Roadmap, TooEntangledError, roadmap
from maturity.scoring.rubric import (
    Criterion,
    Effect,
    Gate,
    Group,
    Method,
    Must,
    Prerequisite,
    Rubric,
    State,
)
from tests.scoring.build import sheet_of
from tests.scoring.strategies import BLANKS, Grower, Seeded

HALVES = Bands((Band(1, 1, 1.5), Band(2, 1.5, 2.5), Band(3, 2.5, 3.5), Band(4, 3.5, 4)))
MOST = 300  # combinations to try; bigger instruments are left to the search
SAID = (State.ANSWERED, State.STOPS)


class Case:
    """A small random instrument, its ladders and one unit's present answers."""

    def __init__(self, seed: int, rubric: Rubric | None = None) -> None:
        self.source = Seeded(np.random.default_rng(seed))
        self.rubric = rubric or Grower(self.source).rubric()
        self.walks = [g for g in self.rubric.groups if g.method is Method.WALK]
        self.walked = {child.id for group in self.walks for child in group.children}
        self.rows = {leaf.id: row for row, leaf in enumerate(self.rubric.criteria)}
        self.ladders: dict[str, tuple[float, ...]] = {}
        self.costs: dict[tuple[str, int], float] = {}
        self.stops: set[tuple[str, int]] = set()
        self.sheet = AnswerSheet.empty(self.rubric)
        for row, leaf in enumerate(self.rubric.criteria):
            self.grow(row, leaf)
        for group in self.walks:
            self.close(group)

    def grow(self, row: int, leaf: Criterion) -> None:
        pick = self.source.pick
        span = leaf.ceiling - leaf.floor
        points = [leaf.floor, leaf.floor + span / 2, leaf.ceiling]
        rungs = points[pick((0, 1)) :] if pick(range(3)) else [-1.0, *points]
        if leaf.id in self.walked:
            self.stops |= {(leaf.id, rung) for rung in range(len(rungs) - 1)}
            rungs = [*rungs[:-1], math.nan] if pick(range(2)) else rungs
        self.ladders[leaf.id] = tuple(rungs)
        self.costs |= {(leaf.id, rung): pick((1.0, 1.0, 2.0, 0.5)) for rung in range(len(rungs))}
        if pick(range(4)) == 0:
            self.sheet.states[row, 0] = pick(BLANKS)
            return
        rung = pick(range(len(rungs)))
        self.put(self.sheet, 0, leaf.id, rung)

    def put(self, sheet: AnswerSheet, column: int, leaf_id: str, rung: int) -> None:
        row = self.rows[leaf_id]
        sheet.points[row, column] = self.ladders[leaf_id][rung]
        ends = (leaf_id, rung) in self.stops
        sheet.states[row, column] = State.STOPS if ends else State.ANSWERED

    def close(self, group: Group) -> None:
        """What lies behind the end of a walk is off the path."""
        ended = False
        for child in group.children:
            row = self.rows[child.id]
            if ended:
                self.sheet.states[row, 0] = State.OFF_PATH
            ended = ended or self.sheet.states[row, 0] == State.STOPS

    def waiting(self) -> set[str]:
        found = set()
        for group in self.walks:
            ended = False
            for child in group.children:
                if ended:
                    found.add(child.id)
                ended = ended or self.sheet.states[self.rows[child.id], 0] == State.STOPS
        return found

    def present(self, leaf_id: str) -> int | None:
        """The rung on which the criterion stands: -1 below the first, None where fixed."""
        row = self.rows[leaf_id]
        state, points = self.sheet.states[row, 0], self.sheet.points[row, 0]
        if state in (State.UNANSWERED, State.DONT_KNOW) or leaf_id in self.waiting():
            return -1
        if state not in SAID:
            return None
        return next(
            rung
            for rung, value in enumerate(self.ladders[leaf_id])
            if (value == points or (math.isnan(value) and math.isnan(points)))
            and ((leaf_id, rung) in self.stops) == (state == State.STOPS)
        )

    def ways(self) -> list[dict[str, int | None]]:
        """Every choice of rungs; None where a criterion stays as it is."""
        names = [leaf.id for leaf in self.rubric.criteria]
        choices = []
        for name in names:
            now = self.present(name)
            above = [] if now is None else list(range(now + 1, len(self.ladders[name])))
            answered = now == -1 and name not in self.waiting()
            choices.append(above if answered else [None, *above])
        if prod(len(several) for several in choices) > MOST:
            return []
        return [dict(zip(names, way, strict=True)) for way in product(*choices)]

    def price(self, way: dict[str, int | None]) -> float:
        total = 0.0
        for name, rung in way.items():
            if rung is not None:
                now = self.present(name)
                assert now is not None
                total += sum(self.costs[name, step] for step in range(max(now, 0) + 1, rung + 1))
        return total

    def possible(self, sheet: AnswerSheet, column: int, way: dict[str, int | None]) -> bool:
        """Walk again: what is behind an end is off the path, what is before is asked."""
        waiting = self.waiting()
        for group in self.walks:
            ended = False
            for child in group.children:
                row = self.rows[child.id]
                if child.id in waiting and ended and way[child.id] is not None:
                    return False
                if child.id in waiting and not ended and way[child.id] is None:
                    return False
                ended = ended or sheet.states[row, column] == State.STOPS
        return True

    def cheapest(self, level: int) -> float | None:
        ways = self.ways()
        sheet = AnswerSheet(
            np.repeat(self.sheet.points, len(ways), axis=1),
            np.repeat(self.sheet.states, len(ways), axis=1),
        )
        usable = []
        for column, way in enumerate(ways):
            for name, rung in way.items():
                if rung is not None:
                    self.put(sheet, column, name, rung)
            usable.append(self.possible(sheet, column, way))
        scores = score(self.rubric, sheet)
        levels = scores.gated_level[scores.row(self.rubric.root.id)]
        prices = [
            self.price(way)
            for way, level_of_way, fine in zip(ways, levels.tolist(), usable, strict=True)
            if fine and level_of_way >= level
        ]
        return min(prices, default=None)

    def roadmap(self, level: int) -> Roadmap:
        return roadmap(self.rubric, self.sheet, level, ladders=self.ladders,
                       costs=self.costs, stops=self.stops)  # fmt: skip


@pytest.mark.parametrize("hundred", range(4))
def test_as_cheap_as_trying_everything(hundred: int) -> None:
    compared = reached = 0
    for seed in range(150 * hundred, 150 * hundred + 150):
        case = Case(seed)
        bands = case.rubric.root.bands
        if bands is None or not case.ways():
            continue
        for level in (band.level for band in bands.bands):
            expected, found = case.cheapest(level), case.roadmap(level)
            assert found.reachable == (expected is not None), (seed, level)
            compared += 1
            if expected is None:
                assert found.highest is None or found.highest < level
                assert found.steps == ()
                continue
            reached += 1
            assert found.cost == pytest.approx(expected), (seed, level)
            after = score(case.rubric, found.sheet)
            assert after.gated_level[after.row(case.rubric.root.id), 0] >= level
            assert found.highest is not None
            assert found.highest >= level
    assert compared > 100
    assert reached > 50


def sliced(seed: int) -> Rubric:
    """One inventory in two slices: what is in the second needs what is in the first."""
    source = Seeded(np.random.default_rng(seed))

    def thing(name: str, of: str) -> Group:
        effect = source.pick(tuple(Effect))
        need = (Prerequisite(f"{name}-there", effect),)
        more = Criterion(f"{name}-{of}", source.pick((1.0, 3.0)), requires=need)
        parts = (Criterion(f"{name}-there", 1.0), more) if of == "free" else (more,)
        return Group(f"{of}/{name}", parts, source.pick((Method.SUM, Method.WEIGHTED_MEAN)))

    def half(of: str, method: Method) -> Group:
        things = tuple(thing(name, of) for name in ("x", "y", "z"))
        slice_ = Group(of, things, method, scale=(1.0, 4.0), bands=HALVES)
        beside = Criterion(f"{of}-v", 4.0, 1.0, weight=source.pick((0.5, 2.0)), bands=HALVES)
        return Group(f"in-{of}", (beside, slice_), scale=(1.0, 4.0), bands=HALVES, gate=Gate(1))

    methods = (Method.MEAN_OF_PERCENTAGES, Method.MINIMUM, Method.CONTIGUOUS, Method.ALL_OF)
    halves = (half("free", source.pick(methods)), half("late", source.pick(methods)))
    slack = source.pick((0, 1))
    return Rubric(Group("root", halves, scale=(1.0, 4.0), bands=HALVES, gate=Gate(slack)))


@pytest.mark.parametrize("ten", range(4))
def test_slices_of_one_inventory(ten: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.scoring.test_roadmap.MOST", 2_500)
    compared = 0
    for seed in range(30 * ten, 30 * ten + 30):
        case = Case(seed, sliced(seed))
        if case.ways():
            for level in (2, 3, 4):
                expected, found = case.cheapest(level), case.roadmap(level)
                assert found.reachable == (expected is not None), (seed, level)
                if expected is not None:
                    assert found.cost == pytest.approx(expected), (seed, level)
                    compared += 1
    assert compared > 10


def test_a_branch_that_is_tied_to_others_and_in_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.scoring.test_roadmap.MOST", 800)

    def leaf(name: str, *needs: str) -> Criterion:
        requires = tuple(Prerequisite(need, Effect.ZERO) for need in needs)
        return Criterion(name, 4.0, weight=1.0 + len(needs), requires=requires)

    free = Group("free", (leaf("a"), leaf("b")))
    late = Group("late", (leaf("c", "a"), leaf("d", "b"), leaf("e"), leaf("f", "e")))
    rubric = Rubric(Group("root", (free, late), scale=(1.0, 4.0), bands=HALVES))
    compared = 0
    for seed in range(12):
        case = Case(seed, rubric)
        for level in (2, 3, 4) if case.ways() else ():
            expected, found = case.cheapest(level), case.roadmap(level)
            assert found.reachable == (expected is not None), (seed, level)
            compared += found.reachable
            assert expected is None or found.cost == pytest.approx(expected), (seed, level)
    assert compared > 10


def ladder(name: str) -> Criterion:
    return Criterion(name, 4.0, 1.0, bands=HALVES)


def four(*names: str) -> dict[str, tuple[float, ...]]:
    return dict.fromkeys(names, (1.0, 2.0, 3.0, 4.0))


def area(name: str, *children: Criterion, gate: Gate | None = None) -> Group:
    return Group(name, children, scale=(1.0, 4.0), bands=HALVES, gate=gate)


def test_what_cannot_change_is_there_for_every_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps that cost less than the first budget each, and more together."""
    monkeypatch.setattr("tests.scoring.test_roadmap.MOST", 5_000)
    needs = (Prerequisite("s", Effect.CAP),)
    tied = Criterion("l", 4.0, 1.0, bands=HALVES, requires=needs)
    rubric = Rubric(
        Group(
            "root",
            (
                area("first", ladder("s")),
                Group("tied", (tied, area("still", ladder("x"), ladder("y"))), scale=(1.0, 4.0),
                      bands=HALVES),
                area("cheap", ladder("v")),
                area("cheap too", ladder("w")),
            ),
            scale=(1.0, 4.0),
            bands=HALVES,
            gate=Gate(1),
        )
    )  # fmt: skip
    for seed in range(100, 130):
        case = Case(seed, rubric)
        for name in ("x", "y"):
            case.ladders[name] = (4.0,)
            case.put(case.sheet, 0, name, 0)
        case.costs |= {(name, rung): 0.6 for name in ("v", "w") for rung in range(4)}
        case.costs |= {(name, rung): 20.0 for name in ("s", "l") for rung in range(1, 4)}
        for level in (3, 4) if case.ways() else ():
            expected, found = case.cheapest(level), case.roadmap(level)
            assert found.reachable == (expected is not None), (seed, level)
            assert expected is None or found.cost == pytest.approx(expected), (seed, level)


TWO = Rubric(
    Group(
        "root",
        (area("x", ladder("a"), ladder("b")), area("y", ladder("c"), ladder("d"))),
        scale=(1.0, 4.0),
        bands=HALVES,
        gate=Gate(0),
    )
)


def test_steps_follow_each_other_and_name_their_area() -> None:
    sheet = sheet_of(TWO, {"a": 3, "b": 2, "c": 1, "d": 1})
    way = roadmap(TWO, sheet, 3, ladders=four("a", "b", "c", "d"))
    assert (way.level_now, way.reachable, way.highest, way.cost) == (1, True, 4, 3.0)
    assert {step.criterion for step in way.steps} <= {"c", "d"}
    before = way.steps[0].target.percent_before
    for step in way.steps:
        assert step.area.node == "y"
        assert step.target.percent_before == before
        assert step.target.percent_after > before
        before = step.target.percent_after
    assert way.steps[-1].target.level_after == 3
    assert way.steps[-1].area.level_after == 3


def test_costs_decide() -> None:
    sheet = sheet_of(TWO, {"a": 4, "b": 4, "c": 4, "d": 2})
    dear = {("d", 2): 50.0}
    way = roadmap(TWO, sheet, 4, ladders=four("a", "b", "c", "d"), costs=dear)
    assert [(step.criterion, step.rung, step.cost) for step in way.steps] == [("d", 2, 50.0)]


def test_reached_already_needs_no_steps() -> None:
    sheet = sheet_of(TWO, dict.fromkeys("abcd", 4))
    way = roadmap(TWO, sheet, 2, ladders=four(*"abcd"))
    assert (way.reachable, way.cost, way.steps, way.level_now) == (True, 0.0, (), 4)


def test_no_way_is_said_with_the_highest_that_can_be_reached() -> None:
    sheet = sheet_of(TWO, dict.fromkeys("abcd", 1))
    low = dict.fromkeys("abcd", (1.0, 2.0, 3.0))
    way = roadmap(TWO, sheet, 4, ladders=low)
    assert (way.reachable, way.highest, way.steps, way.cost) == (False, 3, (), 0.0)


ZERO = (Prerequisite("s", Effect.ZERO),)
PERCENT = Bands((Band(1, 0, 30), Band(2, 30, 100)), Measure.PERCENT)


@pytest.mark.parametrize(
    ("leaves", "rungs", "now"),
    [
        (  # what is not met lifts a loss to nothing
            (Criterion("s", 1.0), Criterion("t", 1.0, floor=-1.0, weight=10.0, requires=ZERO)),
            {"s": (0.0, 1.0), "t": (-1.0,)},
            {"s": (State.UNANSWERED, 0.0), "t": (State.ANSWERED, -1.0)},
        ),
        (  # the last rung is not the highest
            (Criterion("s", 5.0), Criterion("t", 5.0)),
            {"s": (2.0, 5.0, 0.0), "t": (0.0,)},
            {"s": (State.ANSWERED, 2.0), "t": (State.ANSWERED, 0.0)},
        ),
    ],
)
def test_a_level_that_only_a_lower_rung_reaches_is_reached(
    leaves: tuple[Criterion, ...],
    rungs: dict[str, tuple[float, ...]],
    now: dict[str, tuple[State, float]],
) -> None:
    rubric = Rubric(Group("root", leaves, bands=PERCENT))
    sheet = AnswerSheet.empty(rubric)
    for row, leaf in enumerate(rubric.criteria):
        sheet.states[row, 0], sheet.points[row, 0] = now[leaf.id]
    way = roadmap(rubric, sheet, 2, ladders=rungs)
    assert (way.reachable, way.highest) == (True, 2)
    after = score(rubric, way.sheet)
    assert after.gated_level[after.row("root"), 0] == 2


def test_a_single_area_can_be_the_target() -> None:
    sheet = sheet_of(TWO, dict.fromkeys("abcd", 1))
    way = roadmap(TWO, sheet, 2, ladders=four(*"abcd"), node="y")
    assert {step.criterion for step in way.steps} <= {"c", "d"}
    assert way.cost == 1.0
    with pytest.raises(ValueError, match="no bands"):
        roadmap(Rubric(Group("g", (ladder("a"),))), sheet_of(TWO, {}), 2, ladders={}, node="g")


def test_unanswered_is_taken_at_its_lowest_rung_and_what_does_not_apply_stays() -> None:
    sheet = sheet_of(TWO, {"a": "not-applicable", "b": None, "c": 3, "d": "not-applicable"})
    way = roadmap(TWO, sheet, 3, ladders=four(*"abcd"), node="x")
    assert [(s.criterion, s.points_before, s.points_after) for s in way.steps] == [("b", None, 3.0)]
    assert way.cost == 2.0
    assert way.level_now is None
    assert way.sheet.states[0, 0] == State.NOT_APPLICABLE


def test_a_prerequisite_is_bought_with_what_needs_it() -> None:
    need = (Prerequisite("there"),)
    parts = (
        Criterion("there", 1.0),
        Criterion("open", 4.0, requires=need),
        Criterion("bulk", 4.0, requires=need),
        Criterion("note", 1.0),
    )
    half = Bands((Band(1, 0, 5), Band(2, 5, 10)))
    rubric = Rubric(Group("root", parts, Method.SUM, bands=half))
    sheet = sheet_of(rubric, {"there": 0, "open": 0, "bulk": 4, "note": 0})
    rungs = {"there": (0.0, 1.0), "open": (0.0, 4.0), "bulk": (0.0, 4.0), "note": (0.0, 1.0)}
    way = roadmap(rubric, sheet, 2, ladders=rungs)
    assert [step.criterion for step in way.steps] == ["there"]


def test_a_must_have_is_met_first_hand() -> None:
    gate = Gate(3, (Must(2, "c", 3),))
    rubric = Rubric(area("root", ladder("a"), ladder("b"), ladder("c"), gate=gate))
    sheet = sheet_of(rubric, {"a": 4, "b": 4, "c": 1})
    way = roadmap(rubric, sheet, 2, ladders=four(*"abc"))
    assert [(step.criterion, step.points_after) for step in way.steps] == [("c", 3.0)]


def test_too_many_ties_are_refused_not_guessed() -> None:
    first = [Criterion(f"s{n}", 1.0) for n in range(20)]
    needs = tuple(Prerequisite(leaf.id, Effect.ZERO) for leaf in first)
    last = Criterion("t", 1.0, requires=needs)
    half = Bands((Band(1, 0, 10), Band(2, 10, 21)))
    rubric = Rubric(Group("root", (*first, last), Method.SUM, bands=half))
    rungs = {leaf.id: (0.0, 1.0) for leaf in rubric.criteria}
    sheet = sheet_of(rubric, dict.fromkeys(rungs, 0))
    with pytest.raises(TooEntangledError, match="s0"):
        roadmap(rubric, sheet, 2, ladders=rungs)


def test_every_unit_of_a_sheet_has_its_own_way() -> None:
    sheet = sheet_of(TWO, dict.fromkeys("abcd", 1), dict.fromkeys("abcd", 4))
    assert roadmap(TWO, sheet, 4, ladders=four(*"abcd"), column=0).cost == 10.0
    assert roadmap(TWO, sheet, 4, ladders=four(*"abcd"), column=1).cost == 0.0


def test_among_steps_of_equal_gain_the_more_common_comes_first() -> None:
    sheet = sheet_of(TWO, dict.fromkeys("abcd", 1))
    plain = roadmap(TWO, sheet, 4, ladders=four(*"abcd"))
    rung = {step.criterion: step.rung for step in plain.steps}
    common = {
        (name, rung[name]): share for name, share in zip("abcd", (0.1, 0.2, 0.9, 0.3), strict=True)
    }
    way = roadmap(TWO, sheet, 4, ladders=four(*"abcd"), common=common)
    assert [step.criterion for step in way.steps] == ["c", "d", "b", "a"]
    assert way.cost == plain.cost
