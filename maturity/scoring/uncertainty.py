"""Rank intervals by Monte Carlo: how far a rank depends on choices that could be others.

A draw is one complete way of scoring all units: weights, policies, open verifications. The
draws run in batches of a fixed size on two threads; every batch has its own stream of random
numbers, so that a seed gives the same counts on any machine and any number of threads.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from maturity.scoring.ranks import RankHistogram, Tally

Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Floats]
BATCH = 256  # draws; part of what a seed means
THREADS = 2
NOISE = 0.25


def rank_draws(draw: Draw, *, units: int, draws: int, seed: int) -> RankHistogram:
    """Count the ranks of ``draw(rng, n)``, which gives the scores (n, units) of n draws.

    ``draw`` is called from two threads at once. ValueError for fewer than one draw.
    """
    if draws < 1:
        raise ValueError("at least one draw is needed")
    starts = range(0, draws, BATCH)

    def every_other(first: int) -> Tally:
        tally = Tally(units)
        for number in range(first, len(starts), THREADS):
            rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(number,)))
            tally.add(draw(rng, min(BATCH, draws - starts[number])))
        return tally

    with ThreadPoolExecutor(THREADS) as pool:
        tallies = list(pool.map(every_other, range(THREADS)))
    return RankHistogram(sum((tally.counts for tally in tallies[1:]), tallies[0].counts))


def noisy(rng: np.random.Generator, weights: Floats, *, noise: Floats | float, n: int) -> Floats:
    """(n, weights): each weight times its own 1 + noise · U(−1, 1)."""
    factors = rng.uniform(-1.0, 1.0, (n, len(weights)))
    factors *= noise
    factors += 1.0
    factors *= weights
    return factors


def checked_noise(noise: Floats | float) -> Floats:
    """ValueError unless no weight can change its sign."""
    factors = np.asarray(noise, dtype=np.float64)
    if not ((factors >= 0.0) & (factors <= 1.0)).all():
        raise ValueError("the noise of a weight is a share of it, between 0 and 1")
    return factors


def sums(weights: Floats, values: Floats) -> Floats:
    """weights (n, kids) by values (kids, units).

    Not BLAS: its sums depend on the place of a column, its threads get in the way of ours.
    """
    return np.einsum("nk,ku->nu", weights, values)


def weight_draws(
    values: Floats,
    weights: Floats,
    *,
    noise: Floats | float = NOISE,
    draws: int = 10_000,
    seed: int,
) -> RankHistogram:
    """Ranks by the weighted mean of values (units, items) under noisy weights.

    NaN is missing: it leaves the mean, the other weights are renormalised. A unit of which
    nothing is known has no rank. ``noise`` is one number or one an item.
    """
    values, weights = np.asarray(values, np.float64), np.asarray(weights, np.float64)
    if values.ndim != 2 or weights.shape != values.shape[1:]:
        raise ValueError(f"{weights.shape} weights do not fit values of shape {values.shape}")
    if not (np.isfinite(weights) & (weights >= 0.0)).all():
        raise ValueError("a weight must be a number of at least 0")
    factors = checked_noise(noise)
    known = np.ascontiguousarray(~np.isnan(values.T), dtype=np.float64)
    filled = np.ascontiguousarray(np.nan_to_num(values.T))

    def draw(rng: np.random.Generator, n: int) -> Floats:
        return mean(noisy(rng, weights, noise=factors, n=n), filled, known)

    return rank_draws(draw, units=len(values), draws=draws, seed=seed)


def mean(weights: Floats, values: Floats, known: Floats) -> Floats:
    """Σ w·x / Σ w over what is known: weights (n, kids), the others (kids, units); else NaN."""
    whole = weights.sum(axis=1, keepdims=True) if known.all() else sums(weights, known)
    found = sums(weights, values)
    with np.errstate(invalid="ignore", divide="ignore"):
        found /= whole
    return found
