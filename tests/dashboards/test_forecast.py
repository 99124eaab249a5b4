"""The forecast of submissions: what must hold of it, and how often its interval is right."""

from __future__ import annotations

from decimal import Decimal, getcontext
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maturity.dashboards.forecast import (
    BINS,
    EVEN,
    Case,
    Group,
    Pace,
    chances,
    clocks_of,
    distribution,
    forecast,
    starting,
    submitting,
)

DAY = 1 / 40


@st.composite
def rounds(draw: st.DrawFn) -> tuple[list[Case], float]:
    """Offices of a round and a moment of it; some have an extension."""
    at = draw(st.floats(0.1, 0.95))
    cases = []
    for _ in range(draw(st.integers(6, 40))):
        started, took = draw(st.floats(0, 1.2)), draw(st.floats(0.001, 1))
        due, end = draw(st.sampled_from((1.0, 1.0, 1.1, 0.999))), started + took
        begun, done = started <= min(at, due), end <= min(at, due)
        cases.append(
            Case(due, begun, done, started if begun else None, end if done else None)
        )  # fmt: skip
    return cases, at


@given(rounds())
@settings(max_examples=60, deadline=None)
def test_the_interval_lies_between_what_is_done_and_what_can_be(world):
    cases, at = world
    found = forecast(cases, at=at, day=DAY)
    if found is None:
        assert sum(case.started is not None for case in cases) < 5
        return
    done = sum(case.done for case in cases)
    open_ones = sum(not case.done and case.due > at for case in cases)
    assert done <= found.low <= found.middle <= found.high <= done + open_ones
    assert (found.submitted, found.waiting, found.total) == (done, open_ones, len(cases))


@given(rounds(), st.integers(0, 39), st.booleans())
@settings(max_examples=80, deadline=None)
def test_one_more_submission_never_lowers_the_forecast(world, which, taught):
    cases, at = world
    earlier = played(np.random.default_rng(1), 40, 1.0)[0] if taught else ()
    before = forecast(cases, at=at, day=DAY, earlier=earlier)
    open_ones = [n for n, case in enumerate(cases) if case.begun and not case.done]
    open_ones = [n for n in open_ones if cases[n].due > at]
    if before is None or not open_ones:
        return
    chosen = open_ones[which % len(open_ones)]
    old = cases[chosen]
    more = [*cases]
    more[chosen] = Case(old.due, begun=True, done=True, started=old.started, submitted=at)
    after = forecast(more, at=at, day=DAY, earlier=earlier)
    assert after is not None
    assert after.middle >= before.middle
    assert after.low >= before.low
    assert after.high >= before.high


def test_at_the_deadline_the_interval_is_a_point():
    cases = [Case(1.0, n < 25, n < 15, *((0.2, 0.5) if n < 15 else (0.3,) if n < 25 else ()))
             for n in range(40)]  # fmt: skip
    widths = []
    for at in (0.6, 0.9, 0.99, 0.9999, 1 - 1e-9, 1.0, 1.2):
        found = forecast(cases, at=at, day=DAY)
        assert found is not None
        widths.append(found.high - found.low)
    assert widths == sorted(widths, reverse=True)
    assert widths[0] > 5
    assert widths[-3:] == [0, 0, 0]
    assert (found.middle, found.final) == (15, True)


def test_an_extension_keeps_an_office_in_the_forecast():
    cases = [Case(1.0, begun=True, done=n < 9, started=0.2, submitted=0.6 if n < 9 else None)
             for n in range(12)]  # fmt: skip
    late = [*cases[:-1], Case(1.5, begun=True, done=False, started=0.2)]
    ended, open_still = (forecast(some, at=1.2, day=DAY) for some in (cases, late))
    assert (ended.low, ended.high, ended.final) == (9, 9, True)
    assert (open_still.low, open_still.high, open_still.waiting) == (9, 10, 1)


@pytest.mark.parametrize(("started", "at"), [(30, DAY * 0.99), (4, 0.5), (30, -0.1)])
def test_too_little_gives_no_number(started: int, at: float):
    begun = {"started": at / 2} if at > 0 else {}
    cases = [Case(1.0, at > 0 and n < started, False, **begun if n < started else {})
             for n in range(40)]  # fmt: skip
    assert forecast(cases, at=at, day=DAY) is None


# --- against a second way of computing ------------------------------------------------


def test_the_distribution_is_the_exact_one():
    """All have begun: an alternating sum in 80 digits gives the same chances."""
    getcontext().prec = 80
    count, pace, ahead = 30, Pace(shape=3.5, mean=1.7), 0.4
    scale = Decimal(pace.mean) / Decimal(pace.shape) * Decimal(ahead)

    def none_of(number: int) -> Decimal:
        """The chance that so many given offices do not submit."""
        return (1 + scale * number) ** -Decimal(pace.shape)

    exact = [
        comb(count, j) * sum((-1) ** i * comb(j, i) * none_of(count - j + i) for i in range(j + 1))
        for j in range(count + 1)
    ]
    group = Group(count, begun=True, starts=np.array([9.0]), submits=np.array([ahead / 4] * 4))
    found = distribution([group], Pace(2.0, 1.0), pace)
    assert found == pytest.approx([float(one) for one in exact], abs=1e-4)


def test_the_mean_of_different_deadlines_is_the_sum_of_their_means():
    start, submit = Pace(6.0, 1.2), Pace(9.0, 2.0)
    groups = [Group(7, True, np.array([0.1]), np.array([0.3])),
              Group(11, False, np.array([0.5, 0.2]), np.array([0.4, 0.6]))]  # fmt: skip
    whole, *parts = (distribution(some, start, submit) for some in (groups, *([g] for g in groups)))
    means = [float(np.arange(len(one)) @ one) for one in (whole, *parts)]
    assert means[0] == pytest.approx(means[1] + means[2])


@given(st.floats(0.01, 8), st.floats(0.01, 8))
@settings(max_examples=40, deadline=None)
def test_two_steps_are_what_a_differential_equation_says(a: float, b: float):
    waiting, begun, steps = 1.0, 0.0, 2000
    for _ in range(steps):  # midpoint rule
        half = (waiting * (1 - a / steps / 2), begun + (waiting * a - begun * b) / steps / 2)
        waiting, begun = waiting - half[0] * a / steps, begun + (half[0] * a - half[1] * b) / steps
    found = chances(Group(1, False, np.full(5, a / 5), np.full(5, b / 5)), np.ones(1), np.ones(1))
    assert found[0] == pytest.approx(1 - waiting - begun, abs=2e-5)


def test_the_nodes_of_a_pace_have_its_moments():
    for pace in (Pace(0.9, 0.2), Pace(25.0, 1.5)):
        values, weights = pace.nodes()
        assert weights.sum() == pytest.approx(1)
        assert values @ weights == pytest.approx(pace.mean)
        assert values**2 @ weights == pytest.approx(pace.mean**2 * (1 + 1 / pace.shape))


# --- rounds that are played -----------------------------------------------------------


def played(dice: np.random.Generator, count: int, at: float, rush: float = 1.0):
    """A round: (offices as seen at a moment, how many submit by the end).

    The paces differ from round to round, change a little at the moment, and grow ``rush``
    times as fast in the last tenth.
    """
    steps = 150
    paces = 1.5 * dice.gamma(9, 1 / 9, 2)
    drift = dice.gamma(25, 1 / 25, 2)
    moments = (np.arange(steps) + 0.5) / steps
    speed = np.where(moments > 0.9, rush, 1.0)
    ends = np.full((2, count), np.inf)
    for moment, fast in zip(moments, speed, strict=True):
        now = paces * fast / steps * (drift if moment > at else 1.0)
        submits = (ends[0] < moment) & np.isinf(ends[1]) & (dice.random(count) < now[1])
        starts = np.isinf(ends[0]) & (dice.random(count) < now[0])
        ends[0, starts], ends[1, submits] = moment, moment
    begun, done = ends <= at
    cases = [
        Case(1.0, bool(b), bool(d), float(s) if b else None, float(e) if d else None)
        for b, d, s, e in zip(begun, done, *ends, strict=True)
    ]
    return cases, int(np.isfinite(ends[1]).sum())


@pytest.mark.parametrize(
    ("count", "at", "rush"), [(60, 0.3, 1.0), (250, 0.5, 1.0), (250, 0.5, 6.0)]
)
def test_nine_in_ten_intervals_hold_the_truth(count: int, at: float, rush: float):
    dice, hits, tries = np.random.default_rng(2026), 0, 60
    for _ in range(tries):
        earlier = played(dice, count, 1.0, rush)[0] if rush > 1 else ()
        cases, truth = played(dice, count, at, rush)
        found = forecast(cases, at=at, day=DAY, earlier=earlier)
        hits += found.low <= truth <= found.high
    assert 0.80 <= hits / tries <= 0.98


def test_the_rush_of_an_earlier_round_is_expected_again():
    dice = np.random.default_rng(7)
    earlier = played(dice, 300, 1.0, rush=8.0)[0]
    clock = clocks_of(earlier)[1]
    assert clock.rates[-2:].min() > 3 * clock.rates[5:-2].mean()
    assert len(clock.rates) == BINS
    cases, truth = played(dice, 300, 0.5, rush=8.0)
    plain, taught = (forecast(cases, at=0.5, day=DAY, earlier=e) for e in ((), earlier))
    assert abs(taught.middle - truth) < abs(plain.middle - truth)
    assert (plain.earlier, taught.earlier) == (False, True)


def test_what_is_not_known_teaches_no_pace():
    cases = [Case(1.0, begun=True, done=True), Case(1.0, begun=True, done=False)]
    assert starting(cases, 0.5).count == submitting(cases, 0.5).count == 0
    assert clocks_of(cases) is None
    assert EVEN.until(np.array([0.0, 0.5, 1.0, 1.5])) == pytest.approx(
        np.array([0, 0.5, 1, 1.5]) * EVEN.rates[0]
    )
