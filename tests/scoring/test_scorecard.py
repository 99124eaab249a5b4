"""A unit's scorecard: every number, and why."""

from __future__ import annotations

import json

import pytest

from maturity.scoring.bands import Band, Bands
from maturity.scoring.engine import score
from maturity.scoring.rubric import (
    Criterion,
    Gate,
    Group,
    Method,
    Must,
    Node,
    Prerequisite,
    Rubric,
    walk,
)
from maturity.scoring.scorecard import NodeResult, ReachedBand, Scorecard, scorecard, scorecards
from tests.scoring.build import Answer, sheet_of
from tests.scoring.strategies import seeded

LADDER = Bands((Band(1, 1, 1.5), Band(2, 1.5, 2.5), Band(3, 2.5, 3.5), Band(4, 3.5, 4)))


def card(rubric: Rubric, answers: dict[str, Answer]) -> Scorecard:
    sheet = sheet_of(rubric, answers)
    return scorecard(rubric, sheet, score(rubric, sheet), unit="3171")


def ladder(name: str, weight: float = 1.0) -> Criterion:
    return Criterion(name, 4.0, 1.0, weight=weight, bands=LADDER)


def mean(name: str, *children: Node, gate: Gate | None = None) -> Group:
    return Group(name, children, scale=(1.0, 4.0), bands=LADDER, gate=gate)


@pytest.mark.parametrize("seed", range(30))
def test_json_round_trip_is_exact(seed: int) -> None:
    rubric, sheet = seeded(seed, units=3)
    cards = list(scorecards(rubric, sheet, score(rubric, sheet), ["a", "b", "c"]))
    for one in cards:
        assert Scorecard.from_json(one.to_json()) == one
        assert tuple(node.id for node in one.nodes) == rubric.ids
        assert one.root is one.node(rubric.root.id)
    assert [one.unit for one in cards] == ["a", "b", "c"]


@pytest.mark.parametrize("seed", range(60))
def test_weights_of_known_children_add_up(seed: int) -> None:
    rubric, sheet = seeded(seed, units=1)
    one = scorecard(rubric, sheet, score(rubric, sheet), unit="a")
    assert one.root.weight == 1.0
    for node in walk(rubric.root):
        if isinstance(node, Group):
            total = sum(one.node(child.id).weight for child in node.children)
            assert total == pytest.approx(1.0, abs=1e-8) or total == 0.0, node.id
            if node.method is Method.WEIGHTED_MEAN and total:
                weighted = sum(
                    one.node(child.id).weight * (one.node(child.id).percent or 0.0)
                    for child in node.children
                )
                assert weighted == pytest.approx(one.node(node.id).percent, abs=1e-6)


def test_a_sibling_that_does_not_apply_leaves_its_weight_to_the_others() -> None:
    rubric = Rubric(mean("root", ladder("a", 2.0), ladder("b", 1.0), ladder("c", 1.0)))
    one = card(rubric, {"a": 4, "b": 1, "c": "not-applicable"})
    assert one.node("a").weight == pytest.approx(2 / 3, abs=1e-9)
    assert one.node("c").weight == 0.0
    assert one.root.score == 3.0
    assert not one.root.reason.provisional


def test_a_gate_names_who_holds_the_level_down() -> None:
    rubric = Rubric(mean("root", ladder("a"), ladder("b"), ladder("c"), gate=Gate(1)))
    one = card(rubric, {"a": 4, "b": 4, "c": 2}).root
    assert (one.level, one.gated_level) == (3, 3)
    one = card(rubric, {"a": 4, "b": 4, "c": 1}).root
    assert (one.level, one.gated_level) == (3, 2)
    assert one.reason.gate == ("c",)
    assert one.reason.weakest == "c"


def test_a_must_have_is_named_too() -> None:
    gate = Gate(3, (Must(2, "b", 3),))
    rubric = Rubric(mean("root", ladder("a"), ladder("b"), gate=gate))
    one = card(rubric, {"a": 4, "b": 2}).root
    assert (one.level, one.gated_level, one.reason.gate) == (3, 1, ("b",))


def test_reasons_of_answers() -> None:
    parts = (
        Criterion("exists", 1.0),
        Criterion("open", 5.0, requires=(Prerequisite("exists"),)),
        Criterion("bulk", 5.0),
        Criterion("free", 5.0),
        Criterion("meta", 5.0),
    )
    rubric = Rubric(Group("root", parts, Method.SUM))
    one = card(rubric, {"exists": 0, "open": 5, "bulk": "dont-know", "free": "not-applicable"})
    states = {node.id: node.reason.state for node in one.nodes}
    assert states == {
        "root": None,
        "exists": "answered",
        "open": "prerequisite-unmet",
        "bulk": "dont-know",
        "free": "not-applicable",
        "meta": "unanswered",
    }
    lost = one.node("open")
    assert (lost.score, lost.reason.points, lost.reason.rule) == (0.0, 5.0, "answer")
    assert one.node("meta").reason.provisional
    assert not one.node("free").reason.provisional
    assert one.root.reason.rule == "sum"
    assert one.root.reason.provisional
    assert (one.root.score, one.root.max, one.root.coverage) == (0.0, 16.0, 0.5)


def test_the_reached_band_is_told_with_its_edges() -> None:
    one = card(Rubric(mean("root", ladder("a"))), {"a": 2})
    assert one.root.reason.bands == ReachedBand("score", 1.5, 2.5)
    stored = json.loads(one.to_json())
    assert stored["nodes"][0]["reason"]["bands"] == {"of": "score", "from": 1.5, "to": 2.5}


def test_nothing_answered_is_none_throughout() -> None:
    one = card(Rubric(mean("root", ladder("a"))), {})
    root: NodeResult = one.root
    assert (root.score, root.percent, root.index, root.level, root.gated_level) == (None,) * 5
    assert root.coverage == 0.0
    assert root.reason.provisional


def test_a_minimum_is_carried_by_the_weakest_and_a_walk_by_the_last() -> None:
    least = Rubric(Group("root", (ladder("a"), ladder("b"), ladder("c")), Method.MINIMUM))
    one = card(least, {"a": 2, "b": 2, "c": 4})
    assert [one.node(name).weight for name in "abc"] == [0.5, 0.5, 0.0]
    questions = tuple(Criterion(name, 5.0) for name in "abc")
    walked = Rubric(Group("root", questions, Method.WALK))
    one = card(walked, {"a": (None, "goes-on"), "b": (2.0, "stops"), "c": 5})
    assert [one.node(name).weight for name in "abc"] == [0.0, 1.0, 0.0]
    assert one.node("a").score is None
    assert one.node("a").coverage == 1.0


def test_names_must_match_columns() -> None:
    rubric, sheet = seeded(1, units=2)
    with pytest.raises(ValueError, match="1 names for 2 units"):
        list(scorecards(rubric, sheet, score(rubric, sheet), ["a"]))
