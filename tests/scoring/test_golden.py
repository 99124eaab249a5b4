"""Published frameworks, scored by the engine: the cases stand in ``golden/*.json``."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from maturity.scoring.bands import Band, Bands, Edge, Measure
from maturity.scoring.engine import AnswerSheet, score
from maturity.scoring.rubric import (
    Counts,
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
from tests.scoring.build import Answer, scored

GOLDEN = Path(__file__).parent / "golden"
ODM = Path(__file__).parents[3] / "shared/data/eu-odm-2023"
NDI_POINTS = (7, 3, 3, 3, 1, 1, 1, 1)
SPBE_BLOCKS = {"policy": (10, 1.3), "governance": (10, 2.5), "management": (11, 1.5),
               "admin": (10, 2.75), "public": (6, 3.0)}  # fmt: skip


def bands(*edges: float, of: Measure = Measure.SCORE, inclusive: Edge = Edge.LOWER) -> Bands:
    steps = pairwise(edges)
    return Bands(
        tuple(Band(level, low, high) for level, (low, high) in enumerate(steps, 1)), of, inclusive
    )


def odb() -> Rubric:
    tops = {"a": 5, "b": 10, "c": 15, "d": 15, "e": 15, "f": 15, "g": 10, "h": 5, "i": 5, "j": 5}
    needs = {"b": "a", "c": "b", "g": "b"} | dict.fromkeys("defhij", "c")

    def item(name: str, suffix: str = "") -> Criterion:
        requires = (Prerequisite(needs[name] + suffix),) if name in needs else ()
        if name == "g":
            requires += (Prerequisite("c" + suffix, Effect.CAP),)
        return Criterion(name + suffix, tops[name], requires=requires)

    checklist = Group("dataset", tuple(item(name) for name in tops), Method.SUM)
    opened = Group("open", tuple(item(name, "*") for name in "cdef"), Method.ALL_OF)
    given = Group("before", tuple(item(name, "*") for name in "ab"), Method.SUM)
    return Rubric(Group("root", (checklist, opened, given)))


def pathway() -> Rubric:
    questions = tuple(Criterion(f"q{n}", 5.0) for n in range(1, 6))
    activity = Group("activity", questions, Method.WALK, bands=bands(1, 2, 3, 4, 5, 5.5))
    return Rubric(Group("theme", (activity,)))


def spbe() -> Rubric:
    indicators = tuple(
        Criterion(f"{block}{n}", 5.0, 1.0, weight=weight)
        for block, (number, weight) in SPBE_BLOCKS.items()
        for n in range(number)
    )
    predicates = bands(1, 1.8, 2.6, 3.5, 4.2, 5)
    return Rubric(Group("index", indicators, scale=(1.0, 5.0), bands=predicates), last_level=5)


def pemdi() -> Rubric:
    evidence = tuple(Criterion(f"e{n}", 1.0) for n in range(1, 6))
    predicates = bands(1, 1.5, 2.5, 3.5, 4, 5)
    indicator = Group("indicator", evidence, Method.CONTIGUOUS, bands=predicates)
    return Rubric(Group("index", (indicator,)))


def ndi() -> Rubric:
    labels = bands(0, 30, 70, 100, of=Measure.PERCENT, inclusive=Edge.UPPER)
    parts = tuple(
        Group(
            part,
            tuple(Criterion(f"{part}{n}", top) for n, top in enumerate(NDI_POINTS)),
            Method.SUM,
        )
        for part in ("one", "two", "three")
    )
    return Rubric(Group("category", parts, Method.SUM, bands=labels), last_level=3)


def by_id(name: str, answers: dict) -> dict[str, Answer]:
    """The answers of a file, by criterion."""
    if name == "odb-dataset":
        return answers | {f"{key}*": answers[key] for key in "abcdef"}
    if name == "odi-pathway":
        return {key: tuple(a) if isinstance(a, list) else a for key, a in answers.items()}
    if name == "spbe-index":
        return {f"{key}{n}": level for key, level in answers.items()
                for n in range(SPBE_BLOCKS[key][0])}  # fmt: skip
    if name == "ndi-category":
        absent = ["not-applicable"] * 8
        return {f"{part}{n}": point for part, points in answers.items()
                for n, point in enumerate(absent if points is None else points)}  # fmt: skip
    return answers


RUBRICS = {"odb-dataset": odb, "odi-pathway": pathway, "spbe-index": spbe,
           "pemdi-indicator": pemdi, "ndi-category": ndi}  # fmt: skip


def cases() -> Iterator[object]:
    for name in RUBRICS:
        data = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
        for case in data["cases"]:
            yield pytest.param(name, case, id=f"{name}: {case['name']}")


@pytest.mark.parametrize(("name", "case"), list(cases()))
def test_published_rule(name: str, case: dict) -> None:
    scores = scored(RUBRICS[name](), by_id(name, case["answers"]))
    for node_id, fields in case["expected"].items():
        for field, expected in fields.items():
            got = float(getattr(scores, field)[scores.row(node_id), 0])
            wanted = math.nan if expected is None else expected
            assert got == pytest.approx(wanted, abs=1e-9, nan_ok=True), (node_id, field)


def test_five_rules_for_the_same_three_levels() -> None:
    """Indicators at 5, 5, 4, 1: what an office is called depends on the rule alone."""
    said = {"i1": 5, "i2": 5, "i3": 4, "i4": 1}
    rating = bands(1, 2, 3, 4, 5, 5.5)
    leaves = tuple(Criterion(name, 5.0, 1.0, bands=rating) for name in said)

    def level(**how) -> tuple[float, int]:
        scores = scored(Rubric(Group("root", leaves, **how), last_level=5), said)
        return float(scores.score[scores.row("root"), 0]), int(scores.gated_level[-1, 0])

    spbe_bands, pemdi_bands = bands(1, 1.8, 2.6, 3.5, 4.2, 5), bands(1, 1.5, 2.5, 3.5, 4, 5)
    iso = bands(0, 15, 50, 85, 100, of=Measure.PERCENT, inclusive=Edge.UPPER)
    assert level(scale=(1, 5), bands=spbe_bands) == (3.75, 4)
    assert level(scale=(1, 5), bands=pemdi_bands) == (3.75, 4)
    assert level(scale=(1, 5), bands=spbe_bands, gate=Gate(0)) == (3.75, 1)  # staged, as in CMMI
    assert level(scale=(1, 5), bands=rating, method=Method.MINIMUM) == (1.0, 1)  # ODI 2024
    assert level(method=Method.SUM, bands=bands(0, 5, 10, 15, 20)) == (15.0, 4)  # ODI Pathway
    assert level(scale=(0, 100), bands=iso) == (68.75, 3)  # L, largely achieved


def test_equivalent_staging_by_must_haves() -> None:
    """CMMI: maturity 2 when all areas of level 2 are at capability 2, 3 when all are at 3."""
    capability = bands(1, 2, 3, 3.5)
    areas = tuple(Criterion(name, 3.0, 0.0, bands=capability) for name in ("pp", "cm", "rd"))
    musts = (Must(2, "pp", 2), Must(2, "cm", 2), *(Must(3, area.id, 3) for area in areas))
    rubric = Rubric(
        Group("stage", areas, bands=bands(0, 1, 2, 100), gate=Gate(3, musts)), last_level=3
    )
    for said, expected in (
        ({"pp": 3, "cm": 3, "rd": 3}, 3),
        ({"pp": 2, "cm": 2, "rd": 3}, 2),
        ({"pp": 3, "cm": 3, "rd": 2}, 2),
        ({"pp": 3, "cm": 1, "rd": 3}, 1),
        ({"pp": 3, "cm": 3, "rd": "not-applicable"}, 3),
    ):
        scores = scored(rubric, said)
        assert scores.gated_level[scores.row("stage"), 0] == expected, said


@pytest.mark.parametrize(
    ("percent", "lower", "upper"),
    [(60.0, 2, 1), (59.99999999999, 2, 1), (60.00000000001, 2, 1), (59.999, 1, 1),
     (60.001, 2, 2), (0.0, 1, 1), (100.0, 2, 2), (-0.001, 0, 0), (math.nan, 0, 0)],
)  # fmt: skip
def test_edges(percent: float, lower: int, upper: int) -> None:
    assert bands(0, 60, 100).level(percent) == lower
    assert bands(0, 60, 100, inclusive=Edge.UPPER).level(percent) == upper


def test_what_is_not_applicable_earns_by_policy() -> None:
    """EU ODM counts it in full, an ordinary questionnaire leaves it out, a strict one as zero."""
    for counts, expected in ((Counts.FULL, 75.0), (Counts.EXCLUDED, 50.0), (Counts.ZERO, 25.0)):
        items = (Criterion("x", 10), Criterion("y", 10, not_applicable=counts))
        scores = scored(Rubric(Group("root", items, Method.SUM)), {"x": 5, "y": "not-applicable"})
        assert scores.percent[scores.row("root"), 0] == expected


def test_eight_fifteenths_of_fifteen_are_eight() -> None:
    rubric = Rubric(Group("root", (Criterion("x", 15.0),), Method.SUM, bands=bands(0, 8, 15)))
    scores = scored(rubric, {"x": 15 * (8 / 15)})
    assert scores.level[scores.row("root"), 0] == 2


def test_eu_open_data_maturity_2023() -> None:
    """All countries at hand: points of 4 dimensions and 17 indicators as published."""
    if not ODM.exists():
        pytest.skip("the published answers are not at hand")
    items = json.loads((ODM / "instrument.json").read_text(encoding="utf-8"))["items"]
    countries = json.loads((ODM / "answers.json").read_text(encoding="utf-8"))["countries"]
    counted = [item for item in items if item["max"]]
    indicators = sorted({item["indicator"] for item in counted})
    tree = tuple(
        Group(
            f"Dim{number}",
            tuple(
                Group(
                    indicator,
                    tuple(
                        Criterion(i["id"], float(i["max"]))
                        for i in counted
                        if i["indicator"] == indicator
                    ),
                    Method.SUM,
                )
                for indicator in indicators
                if indicator.startswith(f"Ind{number}")
            ),
            Method.SUM,
        )
        for number in range(1, 5)
    )
    rubric = Rubric(Group("total", tree, Method.MEAN_OF_PERCENTAGES))
    points = np.array(
        [
            [
                float(Fraction(country["answers"][leaf.id]["score"]))
                for country in countries.values()
            ]
            for leaf in rubric.criteria
        ]
    )
    sheet = AnswerSheet(points, np.full(points.shape, State.ANSWERED, dtype=np.uint8))
    scores = score(rubric, sheet)
    compared = 0
    for column, country in enumerate(countries.values()):
        assert scores.score[scores.row("total"), column] == pytest.approx(country["total"])
        for node_id, published in (country["dims"] | country["indicators"]).items():
            row = scores.row(node_id)
            assert scores.score[row, column] == pytest.approx(published["points"])
            assert scores.maximum[row, column] == published["max"]
            if "pct" in published:
                assert scores.percent[row, column] == pytest.approx(published["pct"], abs=0.0051)
            compared += 1
    assert compared == 21 * len(countries) > 0
