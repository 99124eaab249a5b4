"""Counting ranks, against a slow second implementation in exact fractions."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maturity.scoring.ranks import RankHistogram, count_ranks, tied_groups, tied_with

quick = settings(max_examples=80, derandomize=True, deadline=None)
NAN = math.nan
# Few values, so that ties are common; some are equal but for floating-point noise.
SCORES = st.sampled_from((0.0, -2.5, 1 / 3, 0.1 + 0.2, 0.3, 66.6, 100 - 1e-12, 100.0, 4e3, NAN))


@st.composite
def tables(draw: st.DrawFn, most: int = 6) -> np.ndarray:
    units, draws = draw(st.integers(1, most)), draw(st.integers(1, most))
    cells = st.lists(SCORES, min_size=units, max_size=units)
    return np.array(draw(st.lists(cells, min_size=draws, max_size=draws)))


def counted(scores: np.ndarray) -> RankHistogram:
    return count_ranks([scores], scores.shape[1])


def slow_ranks(scores: np.ndarray) -> list[list[int]]:
    """For each unit its ranks in all draws in which it has one."""
    found: list[list[int]] = [[] for _ in range(scores.shape[1])]
    for row in scores.tolist():
        exact = [None if math.isnan(value) else round(Fraction(value) * 10**9) for value in row]
        for unit, own in enumerate(exact):
            if own is not None:
                found[unit].append(1 + sum(x is not None and x > own for x in exact))
    return found


def slow_quantile(ranks: list[int], q: Fraction) -> Fraction:
    ordered = sorted(ranks)
    place = (len(ordered) - 1) * q
    low = math.floor(place)
    return ordered[low] + (place - low) * (ordered[math.ceil(place)] - ordered[low])


@given(tables())
@quick
def test_statistics_are_those_of_the_definition(scores: np.ndarray) -> None:
    found = counted(scores)
    best, worst = found.interval(0.9)
    for unit, ranks in enumerate(slow_ranks(scores)):
        assert found.ranked[unit] == len(ranks)
        if not ranks:
            assert np.isnan([found.mean[unit], found.median[unit], best[unit], worst[unit]]).all()
            continue
        assert found.counts[unit].tolist() == [ranks.count(r + 1) for r in range(scores.shape[1])]
        assert found.mean[unit] == pytest.approx(float(Fraction(sum(ranks), len(ranks))))
        for got, q in ((best, (1, 20)), (found.median, (1, 2)), (worst, (19, 20))):
            assert got[unit] == pytest.approx(float(slow_quantile(ranks, Fraction(*q))), abs=1e-9)


@given(tables(), st.integers(1, 5))
@quick
def test_batches_make_no_difference(scores: np.ndarray, size: int) -> None:
    parts = [scores[start : start + size] for start in range(0, len(scores), size)]
    assert np.array_equal(count_ranks(parts, scores.shape[1]).counts, counted(scores).counts)


@given(tables(), st.randoms(use_true_random=False))
@quick
def test_the_order_of_units_makes_no_difference(scores: np.ndarray, random) -> None:
    order = list(range(scores.shape[1]))
    random.shuffle(order)
    assert np.array_equal(counted(scores[:, order]).counts, counted(scores).counts[order])


@given(tables(), SCORES)
@quick
def test_one_more_unit_improves_nobodys_rank(scores: np.ndarray, value: float) -> None:
    more = counted(np.column_stack([scores, np.full(len(scores), value)])).counts[:-1, :-1]
    before = counted(scores).counts
    assert (np.cumsum(more, axis=1) <= np.cumsum(before, axis=1)).all()
    if math.isnan(value) or (value < np.nanmin(scores, initial=math.inf)):
        assert np.array_equal(more, before)


@given(tables(most=5), st.sampled_from((0.0, 0.5, 0.9, 1.0)))
@quick
def test_tied_groups_are_what_chains_of_overlaps_link(scores: np.ndarray, level: float) -> None:
    found = counted(scores)
    tied, groups = tied_with(found, level), tied_groups(found, level)
    ranked = {unit for unit in range(scores.shape[1]) if found.ranked[unit]}
    linked = {unit: {unit} for unit in ranked}
    for _ in ranked:
        for one, other in combinations(ranked, 2):
            if tied[one, other]:
                linked[one] = linked[other] = linked[one] | linked[other]
    assert {frozenset(group) for group in groups} == {frozenset(x) for x in linked.values()}
    assert sorted(unit for group in groups for unit in group) == sorted(ranked)
    best, worst = found.interval(level)
    for above, below in pairwise(groups):
        assert max(worst[list(above)]) < min(best[list(below)])
    for group in groups:
        assert sorted(found.median[list(group)]) == found.median[list(group)].tolist()


def test_the_ends_of_an_interval_are_free_of_noise() -> None:
    """(1 - 0.9) / 2 is a little less than 0.05; of 101 ordered ranks the sixth is meant."""
    ranks = np.zeros((1, 20), dtype=np.int64)
    ranks[0, [2, 4, 18]] = 5, 91, 5
    best, worst = RankHistogram(ranks).interval(0.9)
    assert (best.tolist(), worst.tolist()) == ([5.0], [5.0])


@pytest.mark.parametrize("value", [math.inf, -math.inf, 1e12])
def test_scores_too_large_to_compare_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="within"):
        counted(np.array([[1.0, value, NAN]]))


def test_wrong_shapes_and_shares_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(draws, 3\)"):
        count_ranks([np.zeros((2, 2))], 3)
    found = counted(np.zeros((1, 2)))
    with pytest.raises(ValueError, match="quantile"):
        found.quantile(1.01)
    with pytest.raises(ValueError, match="level"):
        found.interval(-0.1)
