"""An order in which offices that answered alike stand beside each other. Pure.

Average linkage (Sokal & Michener 1958) by chains of nearest neighbours (Murtagh 1983), and at
every join the two ends that are closest put together (Gruvaeus & Wainer 1972). Everything is
summed over whole numbers and ties go to the first, so that the same data gives the same order.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
NOTHING_SHARED = 100.0**2
"""How far apart two offices are that share no variable: as far as two can be."""


def by_likeness(percent: Floats) -> list[int]:
    """Rows in that order, the weaker end first; rows without any number at the end."""
    known = np.flatnonzero(~np.isnan(percent).all(axis=1))
    numbers = np.rint(percent[known])
    order = _ordered(_distances(numbers)) if len(known) else []
    if order and _is_falling(np.nanmean(numbers, axis=1)[order]):
        order.reverse()
    unknown = np.flatnonzero(np.isnan(percent).all(axis=1))
    return [*known[order].tolist(), *unknown.tolist()]


def _is_falling(means: Floats) -> bool:
    half = len(means) // 2
    return half > 0 and bool(means[:half].mean() > means[-half:].mean())


def _distances(numbers: Floats) -> Floats:
    """Mean squared difference over what both have."""
    there = (~np.isnan(numbers)).astype(np.float64)
    value = np.nan_to_num(numbers)
    square = value**2
    shared = there @ there.T
    total = square @ there.T + there @ square.T - 2 * (value @ value.T)
    return np.where(shared > 0, total / np.maximum(shared, 1), NOTHING_SHARED)


def _ordered(apart: Floats) -> list[int]:
    """The leaves of the tree, joined pair by pair."""
    count = len(apart)
    near, size = apart.copy(), np.ones(count)
    np.fill_diagonal(near, np.inf)
    leaves = {place: [place] for place in range(count)}
    chain: list[int] = []
    while len(leaves) > 1:
        chain = chain or [min(leaves)]
        last, before = chain[-1], chain[-2] if len(chain) > 1 else None
        nearest = int(np.argmin(near[last]))
        if before is None or near[last, nearest] < near[last, before]:
            chain.append(nearest)
            continue
        del chain[-2:]
        kept, gone = sorted((last, before))
        leaves[kept] = _joined(leaves[kept], leaves.pop(gone), apart)
        _average(near, size, kept=kept, gone=gone)
    return leaves[min(leaves)]


def _average(near: Floats, size: Floats, *, kept: int, gone: int) -> None:
    """How far the joined pair is from the others: the mean over all its offices."""
    both = size[kept] + size[gone]
    row = (size[kept] * near[kept] + size[gone] * near[gone]) / both
    near[kept], near[:, kept] = row, row
    near[gone], near[:, gone] = np.inf, np.inf
    near[kept, kept] = np.inf
    size[kept] = both


def _joined(left: list[int], right: list[int], apart: Floats) -> list[int]:
    """Both in one row, turned so that the closest two of their ends meet."""
    turns = (
        (left, right),
        (left, right[::-1]),
        (left[::-1], right),
        (left[::-1], right[::-1]),
    )
    first, second = min(turns, key=lambda pair: float(apart[pair[0][-1], pair[1][0]]))
    return first + second
