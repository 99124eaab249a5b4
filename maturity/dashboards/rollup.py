"""Means up the tree: offices, provinces, the country. Pure.

Once with every office weighing the same, once with each weighing its registered voters.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from maturity.dashboards.frame import Frame
from maturity.dashboards.queries import Standing


@dataclass(frozen=True, slots=True)
class RolledUp:
    """A province ("" the country) with all offices in it, its own office included.

    ``scored`` of its ``offices`` have a result; means are None or missing where none has. Those
    by voters also where the voters of some of the scored are not known (``without_voters``).
    """

    province: str
    offices: int
    scored: int
    index: float | None
    parts: Mapping[str, float]
    without_voters: int
    index_by_voters: float | None
    parts_by_voters: Mapping[str, float]


def roll_up(
    rows: Sequence[Standing], frame: Frame, province: str | None = None
) -> tuple[RolledUp, ...]:
    """The country and its provinces by code; for a province's page the province alone."""
    if province is not None:
        return (_of(province, rows, frame),)
    below: dict[str, list[Standing]] = {}
    for row in rows:
        if row.province is not None:
            below.setdefault(row.province, []).append(row)
    provinces = (_of(code, below[code], frame) for code in sorted(below))
    return (_of("", rows, frame), *provinces)


def _of(province: str, rows: Sequence[Standing], frame: Frame) -> RolledUp:
    scored = [row for row in rows if row.result is not None]
    missing = sum(row.voters is None for row in scored)
    index, parts = _means([(row, 1) for row in scored], frame)
    voters = [(row, row.voters or 0) for row in scored] if not missing else []
    by_voters, parts_by_voters = _means(voters, frame)
    return RolledUp(
        province, len(rows), len(scored), index, parts, missing, by_voters, parts_by_voters
    )


def _means(
    rows: Sequence[tuple[Standing, int]], frame: Frame
) -> tuple[float | None, dict[str, float]]:
    """Of the whole, and of each dimension that some of them have a result in."""
    results = [(row.result, weight) for row, weight in rows if row.result is not None]
    means = {
        part.id: _mean((result.indexes.get(part.id), weight) for result, weight in results)
        for part in frame.parts
        if part.depth == 0
    }
    known = {part: mean for part, mean in means.items() if mean is not None}
    return _mean((result.index, weight) for result, weight in results), known


def _mean(values: Iterable[tuple[float | None, int]]) -> float | None:
    known = [(value, weight) for value, weight in values if value is not None]
    total = sum(weight for _value, weight in known)
    return math.fsum(value * weight for value, weight in known) / total if total else None
