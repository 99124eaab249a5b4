"""Means of small groups drawn towards the mean of all: empirical Bayes, normal model. Pure.

B. Efron, C. Morris, *Data analysis using Stein's estimator and its generalizations*, JASA 70
(1975), with unequal group sizes; variance components by the analysis of variance as in
S. Searle, G. Casella, C. McCulloch, *Variance Components* (1992), chapter 3.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A group: its own mean, and the same with the weight ``own`` (0..1), the rest of the weight
    on the mean of all. ``own`` and ``shrunk`` None: no group has two members, so nothing says
    how much members of a group differ."""

    count: int
    mean: float
    own: float | None
    shrunk: float | None


def shrink(groups: Mapping[str, Sequence[float]]) -> dict[str, Shrunk]:
    """Every group that has members, by name."""
    known = {name: list(values) for name, values in groups.items() if values}
    means = {name: statistics.fmean(values) for name, values in known.items()}
    within = _within(known)
    if within is None:
        return {name: Shrunk(len(v), means[name], None, None) for name, v in known.items()}
    between = _between(known, within)
    noise = {name: between + within / len(values) for name, values in known.items()}
    if not any(noise.values()):  # all values are the same
        return {name: Shrunk(len(v), means[name], 1.0, means[name]) for name, v in known.items()}
    centre = _centre(means, noise)
    found = {}
    for name, values in known.items():
        own = between / noise[name] if noise[name] else 1.0
        found[name] = Shrunk(len(values), means[name], own, own * means[name] + (1 - own) * centre)
    return found


def _centre(means: Mapping[str, float], noise: Mapping[str, float]) -> float:
    """The mean of all groups, each weighted by how well its own mean is known."""
    weights = {name: 1 / one for name, one in noise.items() if one}
    return sum(means[name] * weight for name, weight in weights.items()) / sum(weights.values())


def _within(groups: Mapping[str, Sequence[float]]) -> float | None:
    """The pooled variance within groups; None where no group has two members."""
    spare = sum(len(values) - 1 for values in groups.values())
    if not spare:
        return None
    squares = (statistics.pvariance(values) * len(values) for values in groups.values())
    return sum(squares) / spare


def _between(groups: Mapping[str, Sequence[float]], within: float) -> float:
    """The variance of the groups' true means; 0 where chance alone explains the differences."""
    total = sum(len(values) for values in groups.values())
    whole = statistics.fmean(value for values in groups.values() for value in values)
    size = total - sum(len(values) ** 2 for values in groups.values()) / total
    if size <= 0:
        return 0.0
    squares = sum(
        len(values) * (statistics.fmean(values) - whole) ** 2 for values in groups.values()
    )
    return max(0.0, (squares - (len(groups) - 1) * within) / size)
