"""Ranks of frozen numbers: the tree is that of the instrument, the draws are those of scoring."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pytest

from maturity.dashboards.grid import Grid, grid, numbers, variables_of
from maturity.dashboards.queries import Result, Standing
from maturity.dashboards.rank_places import (
    ENOUGH,
    Material,
    histogram,
    material,
    places,
    seed_of,
    value_tree,
)
from maturity.scoring.alternatives import Case, rubric_draws
from maturity.scoring.engine import AnswerSheet, score
from maturity.scoring.rubric import State
from maturity.survey.frozen import outline_ids
from maturity.survey.instrument import Instrument
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.shipped import find

MAIN = find("ogd-kpu-2026")


def standing(place: int, instrument: Instrument, index: float | None, parts: dict) -> Standing:
    result = Result(None, None, index, 1.0, None, instrument.fingerprint, parts)
    return Standing(
        code=f"11.{place:02}", kind="regency", short_name="", name_id="", name_en="",
        province="11", assessment_id=place, state=AssessmentState.SUBMITTED, answered=1, asked=1,
        submitted_at=None, result=result,
    )  # fmt: skip


def scored(instrument: Instrument, units: int, *, seed: int) -> tuple[Grid, np.ndarray]:
    """Offices with random answers, as their frozen results would read; the root's percents."""
    dice = np.random.default_rng(seed)
    leaves = instrument.rubric.criteria
    ceilings = np.array([[leaf.ceiling] for leaf in leaves])
    states = dice.choice([State.ANSWERED, State.ANSWERED, State.ANSWERED, State.NOT_APPLICABLE],
                         (len(leaves), units)).astype(np.uint8)  # fmt: skip
    points = np.floor(dice.random((len(leaves), units)) * (ceilings + 1))
    found = score(instrument.rubric, AnswerSheet(np.minimum(points, ceilings), states))
    percent = {name: found.percent[row] for name, row in found.plan.row.items()}
    variables = variables_of(instrument, "id")
    low, high = instrument.rubric.first_level, instrument.rubric.last_level
    offices, texts = [], {}
    for unit in range(units):
        parts = {one: low + percent[one][unit] / 100 * (high - low)
                 for one in outline_ids(instrument)}  # fmt: skip
        root = percent[instrument.rubric.root.id][unit]
        offices.append(standing(unit, instrument, low + root / 100 * (high - low), parts))
        values = {one.id: percent[one.id][unit] for one in variables}
        texts[unit] = json.dumps({
            name: [None, None, "not-applicable"] if np.isnan(one) else [1, one, ""]
            for name, one in values.items()
        })  # fmt: skip
    found = numbers(texts, [one.id for one in variables])
    return grid(offices, found, variables), percent[instrument.rubric.root.id]


@pytest.mark.parametrize("name", ["ogd-kpu-2026", "eu-odm-2023", "ndi-oedi"])
def test_the_tree_of_frozen_numbers_comes_to_the_same_index(name: str):
    instrument = find(name)
    offices, expected = scored(instrument, 20, seed=1)
    made = material(instrument, offices)
    sheet = AnswerSheet(
        np.nan_to_num(made.percent),
        np.where(np.isnan(made.percent), State.UNANSWERED, State.ANSWERED).astype(np.uint8),
    )
    found = score(made.rubric, sheet)
    assert np.allclose(found.percent[found.plan.row[made.rubric.root.id]], expected)
    assert len(made.rubric.criteria) == {"ogd-kpu-2026": 35, "eu-odm-2023": 4, "ndi-oedi": 1}[name]


def simple(
    percent: Sequence[Sequence[float]], verified: Sequence[Sequence[float]] = ()
) -> Material:
    """Offices by rows, all variables of a row alike but the first two."""
    return material(MAIN, _grid(percent), _grid(verified) if len(verified) else None)


def _grid(percent: Sequence[Sequence[float]]) -> Grid:
    variables = variables_of(MAIN, "id")
    texts, offices = {}, []
    for number, (first, second, others) in enumerate(percent):
        values = [first, second] + [others] * (len(variables) - 2)
        texts[number] = json.dumps({
            one.id: [None, None, "not-applicable"] if np.isnan(value) else [1, value, ""]
            for one, value in zip(variables, values, strict=True)
        })  # fmt: skip
        offices.append(standing(number, MAIN, 2.0, {}))
    return grid(offices, numbers(texts, [one.id for one in variables]), variables)


def codes(of: Material) -> list[str]:
    return list(of.place)


def test_draws_over_weights_are_those_of_the_scoring_engine():
    made = simple([[10, 90, 50], [90, 10, 50], [50, 50, 50], [20, 20, 60], [0, 0, 0]])
    at = np.arange(5)
    found = histogram(made, at, node=None, draws=600, seed=7)
    sheet = AnswerSheet(made.percent, np.full(made.percent.shape, State.ANSWERED, dtype=np.uint8))
    assert np.array_equal(
        found.counts, rubric_draws([Case(made.rubric, sheet)], draws=600, seed=7).counts
    )
    low, high = found.interval()
    shown = places(made, codes(made), draws=600)
    own = histogram(made, at, node=None, draws=600, seed=seed_of(made, None))
    low, high = own.interval()
    for number, code in enumerate(codes(made)):
        place = shown[code]
        assert (place.best, place.worst, place.of) == (
            np.floor(low[number]), np.ceil(high[number]), 5,
        )  # fmt: skip
        overlaps = [(low[number] <= high[o]) and (low[o] <= high[number]) for o in range(5)]
        assert place.tied == sum(overlaps) - 1
    assert shown["11.04"].best == shown["11.04"].worst == 5
    assert shown["11.00"].tied >= 2


def test_the_same_inputs_give_the_same_ranks_and_a_part_has_its_own():
    made = simple([[10, 90, 50], [90, 10, 50], [50, 50, 51]])
    again = simple([[10, 90, 50], [90, 10, 50], [50, 50, 51]])
    assert made.digest == again.digest
    assert places(made, codes(made)) == places(again, codes(again))
    part = variables_of(MAIN, "id")[0].part
    assert places(made, codes(made), node=part) != places(made, codes(made))
    assert simple([[10, 90, 50], [90, 10, 50], [50, 50, 52]]).digest != made.digest


def test_who_swaps_results_swaps_ranks_and_changes_nobody_elses():
    rows = [[10.0, 90.0, 50.0], [90.0, 10.0, 45.0], [50.0, 50.0, 51.0], [0.0, 80.0, 50.0]]
    before = places(simple(rows), codes(simple(rows)))
    rows[0], rows[3] = rows[3], rows[0]
    after = places(simple(rows), codes(simple(rows)))
    assert (before["11.01"], before["11.02"]) == (after["11.01"], after["11.02"])
    assert before["11.00"] == after["11.03"]


def test_another_policy_for_not_applicable_widens_the_interval():
    answered = simple([[50, 50, 50], [60, 60, 60], [70, 70, 70]])
    assert places(answered, codes(answered))["11.00"].best == 3
    made = simple([[np.nan, np.nan, 50], [50.2, 50.2, 50.2], [90, 90, 90]])
    place = places(made, codes(made))["11.00"]
    assert (place.best, place.worst, place.tied) == (2, 3, 1)


def test_what_verification_took_elsewhere_is_allowed_for_where_it_is_to_come():
    claims = [[60, 60, 60]] + [[50 + n / 10] * 3 for n in range(ENOUGH)]
    sure = places(simple(claims), codes(simple(claims)))["11.00"]
    assert (sure.best, sure.worst) == (1, 1)
    nobody = [[np.nan] * 3] * len(claims)
    verified = [[np.nan] * 3] + [[one - 20 for one in row] for row in claims[1:]]
    assert simple(claims, verified).open_verification
    assert not simple(claims, nobody).open_verification
    # All lose 20: the order stays. The unverified one loses 20 like the others.
    still = places(simple(claims, verified), codes(simple(claims, verified)))["11.00"]
    assert (still.best, still.worst) == (1, 1)
    verified = [[np.nan] * 3, *claims[1:4], *[[one - 40 for one in row] for row in claims[4:]]]
    made = simple(claims, verified)
    place = places(made, codes(made))["11.00"]
    assert place.best == 1
    assert place.worst > 1


def test_an_office_without_numbers_has_no_rank():
    made = material(MAIN, _grid([[50, 50, 50], [60, 60, 60]]))
    made.percent[:, 0] = np.nan
    made = Material(made.rubric, made.percent, np.zeros_like(made.not_applicable), None, "x",
                    made.place)  # fmt: skip
    found = places(made, codes(made))
    assert list(found) == ["11.01"]
    assert found["11.01"].of == 1
    assert places(made, []) == {}
    assert value_tree(MAIN).root.id == MAIN.rubric.root.id
