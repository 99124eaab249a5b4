"""A rubric or a sheet that cannot be scored is refused with the name of the node."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from maturity.scoring.bands import Band, Bands
from maturity.scoring.engine import AnswerSheet, score
from maturity.scoring.plan import compile_rubric
from maturity.scoring.rubric import Criterion, Gate, Group, Method, Must, Prerequisite, Rubric
from tests.scoring.build import sheet_of

BANDS = Bands((Band(1, 0, 1), Band(2, 1, 2)))
GOOD = Group("g", (Criterion("a", 1.0, bands=BANDS), Criterion("b", 1.0)), bands=BANDS)


def with_leaf(**changes) -> Group:
    return replace(GOOD, children=(replace(GOOD.children[0], **changes), GOOD.children[1]))


@pytest.mark.parametrize(
    ("group", "message"),
    [
        (with_leaf(weight=-1.0), "a: a weight"),
        (with_leaf(weight=math.nan), "a: a weight"),
        (with_leaf(ceiling=0.0), "a: the most"),
        (with_leaf(ceiling=-1.0, floor=-2.0), "a: the most"),
        (with_leaf(requires=(Prerequisite("z"),)), "no criterion 'z'"),
        (with_leaf(requires=(Prerequisite("a"),)), "circle"),
        (with_leaf(bands=Bands((Band(0, 0, 1),))), "numbered from 1"),
        (with_leaf(bands=Bands((Band(1, 1, 1),))), "above its start"),
        (with_leaf(bands=Bands((Band(1, 0, 1), Band(2, 1.5, 2)))), "without gap"),
        (replace(GOOD, scale=(4.0, 1.0)), "g: a scale"),
        (replace(GOOD, bands=None, gate=Gate()), "a gate needs bands"),
        (replace(GOOD, gate=Gate(0, (Must(1, "b", 1),))), "'b' is no node with bands"),
        (replace(GOOD, gate=Gate(0, (Must(1, "g", 1),))), "'g' is no node with bands"),
        (Group("w", (GOOD,), Method.WALK), "w: a walk"),
    ],
)
def test_faulty_rubric(group: Group, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        compile_rubric(Rubric(group))


def test_ids_are_unique() -> None:
    with pytest.raises(ValueError, match="unique"):
        Rubric(Group("g", (Criterion("a", 1.0), Criterion("a", 1.0))))


def test_sheet_of_another_rubric() -> None:
    with pytest.raises(ValueError, match="not 2 criteria"):
        score(Rubric(GOOD), AnswerSheet(np.zeros((3, 1)), np.zeros((3, 1), dtype=np.uint8)))


@pytest.mark.parametrize("points", [math.nan, math.inf, -math.inf])
def test_points_must_be_numbers(points: float) -> None:
    rubric = Rubric(GOOD)
    with pytest.raises(ValueError, match="b: the points"):
        score(rubric, sheet_of(rubric, {"a": 1, "b": points}))
