"""The engine gives what the definitions say, on random rubrics and sheets."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings

from maturity.scoring.engine import AnswerSheet, Scores, score
from maturity.scoring.rubric import Rubric
from tests.scoring.build import cells_of
from tests.scoring.oracle import Found, Oracle
from tests.scoring.strategies import rubrics_and_sheets, seeded


def as_numbers(found: Found) -> dict[str, float]:
    def number(value: object, known: bool) -> float:
        return float(value) if known else math.nan  # type: ignore[arg-type]

    return {
        "score": number(found.score, found.score is not None),
        "percent": number(found.share and found.share * 100, found.known),
        "maximum": number(found.maximum, found.present),
        "coverage": number(found.present and found.counted / found.applicable, found.present),
        "level": found.level,
        "gated_level": found.gated,
    }


def differences(rubric: Rubric, sheet: AnswerSheet, scores: Scores) -> list[str]:
    wrong = []
    for column in range(sheet.points.shape[1]):
        found = Oracle(rubric, cells_of(rubric, sheet, column)).found
        for node_id in rubric.ids:
            for field, expected in as_numbers(found[node_id]).items():
                got = float(getattr(scores, field)[scores.row(node_id), column])
                if got != pytest.approx(expected, rel=1e-9, abs=1e-9, nan_ok=True):
                    wrong.append(f"{node_id}.{field}: {got}, by definition {expected}")
    return wrong


@given(rubrics_and_sheets())
@settings(max_examples=150, derandomize=True, deadline=None)
def test_engine_equals_definitions(pair: tuple[Rubric, AnswerSheet]) -> None:
    rubric, sheet = pair
    assert differences(rubric, sheet, score(rubric, sheet)) == []


@pytest.mark.parametrize("hundred", range(8))
def test_engine_equals_definitions_in_bulk(hundred: int) -> None:
    """800 rubrics with 5 sheets each."""
    for seed in range(100 * hundred, 100 * hundred + 100):
        rubric, sheet = seeded(seed, units=5)
        assert differences(rubric, sheet, score(rubric, sheet)) == [], f"seed {seed}"
