"""How many offices will have submitted at their deadlines, and how sure that is. Pure.

Two steps, each with its own pace: an office begins, and an office that has begun submits. A
pace so far has a gamma posterior; what follows is a mixture of binomials, computed exactly. The
formulas and what they take for granted stand in ``docs/monitor.md``.

Time is a share of the round: 0 its opening, 1 its deadline; an extension ends beyond 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
BINS = 20
"""Stretches of a round in which the clock of an earlier round goes evenly."""
USUAL = 2 * np.log(2)
"""Steps an office and round where nothing is known: half of the offices in half of the time."""
WEAK, EARLIER = 1.0, 4.0
"""Steps that the prior is worth: without an earlier round, and with one."""
SMOOTHING = 0.1
"""Offices · rounds at the mean pace that are mixed into each stretch of an earlier round."""
DRIFT, OTHER_ROUND = 0.2, 0.35
"""Typical size, as a share, of a change of pace between the time so far and the rest: of the own
pace, and beside an earlier round."""
LASTING = 0.5
"""So much of a departure from the earlier round's pace is taken to last (as a power)."""
NODES = 24
LEVEL = 0.9
LEAST_STEPS = 5


@dataclass(frozen=True, slots=True)
class Case:
    """One office. ``begun`` and ``done`` tell where it stands now, even if no moment is known."""

    due: float
    begun: bool
    done: bool
    started: float | None = None
    submitted: float | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """How many times the clock's pace: a gamma distribution by its shape and mean."""

    shape: float
    mean: float

    def nodes(self) -> tuple[Floats, Floats]:
        """Values and weights of a Gauss–Laguerre rule (Golub and Welsch 1969)."""
        at = np.arange(NODES)
        beside = np.sqrt(at[1:] * (at[1:] + self.shape - 1))
        matrix = np.diag(2 * at + self.shape) + np.diag(beside, 1) + np.diag(beside, -1)
        values, vectors = np.linalg.eigh(matrix)
        return values * (self.mean / self.shape), vectors[0] ** 2


EDGES = np.linspace(0.0, 1.0, BINS + 1)


@dataclass(frozen=True, eq=False)
class Clock:
    """How fast offices usually take a step, in each stretch of a round: steps an office and round.

    ``seen``: the steps of the earlier round that say so; None without one.
    """

    rates: Floats
    seen: NDArray[np.int64] | None = None

    def until(self, at: Floats) -> Floats:
        """Steps from the opening to a moment; beyond the deadline at the mean pace."""
        sums = np.concatenate([[0.0], np.cumsum(self.rates) / BINS])
        inside = np.interp(at, EDGES, sums)
        return np.asarray(inside + np.maximum(at - 1.0, 0.0) * sums[-1])

    def doubt(self, at: float) -> float:
        """Squared relative error of the clock's pace after a moment to that before it."""
        if self.seen is None:
            return 0.0
        before = float(self.seen[EDGES[1:] <= at].sum())
        return 1 / (before + 1) + 1 / (float(self.seen.sum()) - before + 1)


EVEN = Clock(np.full(BINS, USUAL))


@dataclass(frozen=True, slots=True)
class Steps:
    """When offices were waiting for a step, and whether each then took it."""

    since: Floats
    until: Floats
    taken: NDArray[np.bool_]

    @property
    def count(self) -> int:
        """How many took the step."""
        return int(self.taken.sum())


@dataclass(frozen=True, slots=True)
class Group:
    """Offices alike: how far the clock goes for them until their deadline, stretch by stretch."""

    count: int
    begun: bool
    starts: Floats
    submits: Floats


@dataclass(frozen=True, slots=True)
class Forecast:
    """Offices that will have submitted: the middle, and the ends of the interval.

    ``submitted`` have done so; ``waiting`` still may. ``starts`` and ``submissions`` are what
    was seen of the pace; ``final``: nobody may any more.
    """

    total: int
    submitted: int
    waiting: int
    middle: int
    low: int
    high: int
    starts: int
    submissions: int
    earlier: bool
    final: bool


def forecast(
    cases: Sequence[Case], *, at: float, day: float, earlier: Sequence[Case] = ()
) -> Forecast | None:
    """The forecast at a moment; None where too little has been seen for one.

    ``day``: a day as a share of the round. ``earlier``: the same offices in the round before.
    """
    waiting = [case for case in cases if not case.done and case.due > at]
    done = sum(case.done for case in cases)
    starts, submits = starting(cases, at), submitting(cases, at)
    clocks = clocks_of(earlier)
    if waiting and (at < day or (clocks is None and starts.count < LEAST_STEPS)):
        return None
    start, submit = clocks or (EVEN, EVEN)
    groups = groups_of(waiting, start, submit, at=at, day=day)
    paces = pace_of(starts, start, at), pace_of(submits, submit, at)
    low, middle, high = (done + more for more in _ends(distribution(groups, *paces)))
    return Forecast(
        total=len(cases),
        submitted=done,
        waiting=len(waiting),
        middle=middle,
        low=low,
        high=high,
        starts=starts.count,
        submissions=submits.count,
        earlier=clocks is not None,
        final=not waiting,
    )


def _ends(chances: Floats) -> list[int]:
    """The numbers that are reached with 5, 50 and 95 %: the interval and its middle."""
    sums = np.cumsum(chances)
    shares = ((1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2)
    return [min(int(np.searchsorted(sums, share)), len(sums) - 1) for share in shares]


# --- what was seen so far -------------------------------------------------------------


def starting(cases: Iterable[Case], at: float) -> Steps:
    """The waiting for the first answer, from the opening on."""
    known = [case for case in cases if case.started is not None or not case.begun]
    return _steps([(0.0, case.started, case.due) for case in known], at)


def submitting(cases: Iterable[Case], at: float) -> Steps:
    """The waiting for the submission, from the first answer on."""
    known = [
        (case.started, case.submitted if case.done else None, case.due)
        for case in cases
        if case.started is not None and (case.submitted is not None or not case.done)
    ]
    return _steps(known, at)


def _steps(rows: Sequence[tuple[float, float | None, float]], at: float) -> Steps:
    table = np.array(
        [(since, np.inf if then is None else then, due) for since, then, due in rows]
    ).reshape(-1, 3)
    since = np.maximum(table[:, 0], 0.0)
    end = np.maximum(np.minimum(table[:, 2], at), since)
    return Steps(since, np.clip(table[:, 1], since, end), table[:, 1] <= end)


def clocks_of(cases: Sequence[Case]) -> tuple[Clock, Clock] | None:
    """The clocks of beginning and submitting, as an earlier round went; None: too few steps."""
    found = starting(cases, 1.0), submitting(cases, 1.0)
    if min(steps.count for steps in found) < LEAST_STEPS:
        return None
    start, submit = map(_clock, found)
    return start, submit


def _clock(steps: Steps) -> Clock:
    passed = np.minimum(steps.until[:, None], EDGES) - np.minimum(steps.since[:, None], EDGES)
    waited = np.diff(passed.sum(axis=0))
    taken = np.histogram(steps.until[steps.taken], EDGES)[0]
    mean = taken.sum() / max(waited.sum(), 1 / BINS)
    return Clock(np.asarray((taken + SMOOTHING * mean) / (waited + SMOOTHING)), taken)


def pace_of(steps: Steps, clock: Clock, at: float) -> Pace:
    """The pace of the time to come, from that of the time so far.

    The gamma posterior of the pace so far, widened by the drift and by the doubt about the
    clock. Beside an earlier round, half of the departure from its pace is taken to last.
    """
    passed = float((clock.until(steps.until) - clock.until(steps.since)).sum())
    alone = clock.seen is None
    prior, drift = (WEAK, DRIFT) if alone else (EARLIER, OTHER_ROUND)
    shape = prior + steps.count
    spread = (1 + 1 / shape) * (1 + drift**2) * (1 + clock.doubt(at)) - 1
    return Pace(1 / spread, mean=(shape / (prior + passed)) ** (1.0 if alone else LASTING))


# --- what is to come ------------------------------------------------------------------


def groups_of(
    cases: Sequence[Case], start: Clock, submit: Clock, *, at: float, day: float
) -> list[Group]:
    """Offices by whether they have begun and by their deadline, to a quarter of a day."""
    found: dict[tuple[bool, int], list[float]] = {}
    for case in cases:
        found.setdefault((case.begun, round(case.due / day * 4)), []).append(case.due)
    groups = []
    for (begun, _), dues in sorted(found.items()):
        due = sum(dues) / len(dues)
        moments = np.concatenate([[at], EDGES[(at < EDGES) & (due > EDGES)], [due]])
        starts, submits = (np.diff(clock.until(moments)) for clock in (start, submit))
        groups.append(Group(len(dues), begun, starts, submits))
    return groups


def distribution(groups: Sequence[Group], start: Pace, submit: Pace) -> Floats:
    """The chance of each number 0, 1, … of further submissions.

    Each pair of paces gives a sum of binomials. Its characteristic function is a product; the
    mean over the pairs goes back to chances by one Fourier transform.
    """
    total = sum(group.count for group in groups)
    turns = np.exp(-2j * np.pi * np.arange((total + 1) // 2 + 1) / (total + 1)) - 1.0
    (starts, weights), (submits, others) = start.nodes(), submit.nodes()
    product = np.ones((NODES, NODES, len(turns)), dtype=np.complex128)
    for group in groups:
        if group.begun:
            chance = -np.expm1(-submits * group.submits.sum())[None, :]
        else:
            chance = chances(group, starts[:, None], submits[None, :])
        product *= _power(1.0 + chance[:, :, None] * turns, group.count)
    mean = np.einsum("i,j,ijk->k", weights, others, product)
    found = np.maximum(np.fft.irfft(mean, total + 1), 0.0)
    return np.asarray(found / found.sum())


def chances(group: Group, start: Floats, submit: Floats) -> Floats:
    """The chance that an office which has not begun begins and submits in time."""
    shape = np.broadcast_shapes(start.shape, submit.shape)
    untouched, begun = np.ones(shape), np.zeros(shape)
    for starts, submits in zip(group.starts, group.submits, strict=True):
        a, b = start * starts, submit * submits
        apart = np.where(np.abs(b - a) < 1e-9, 1e-9, b - a)
        fresh = a * np.exp(-a) * -np.expm1(-apart) / apart  # begin in it, not yet submitted
        begun = begun * np.exp(-b) + untouched * fresh
        untouched = untouched * np.exp(-a)
    return np.asarray(np.clip(1.0 - untouched - begun, 0.0, 1.0))


def _power(base: NDArray[np.complex128], exponent: int) -> NDArray[np.complex128]:
    """By squaring: ten times as fast as the library's complex power."""
    found = np.ones_like(base)
    while exponent:
        if exponent & 1:
            found = found * base
        base, exponent = base * base, exponent >> 1
    return found
