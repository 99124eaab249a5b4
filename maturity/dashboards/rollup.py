"""Means up the tree: offices, provinces, the country; every office weighs the same. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from maturity.dashboards.frame import Frame
from maturity.dashboards.queries import Standing


@dataclass(frozen=True, slots=True)
class RolledUp:
    """A province ("" the country) with all offices in it, its own office included.

    ``scored`` of its ``offices`` have a result; means are None or missing where none has.
    """

    province: str
    offices: int
    scored: int
    index: float | None
    parts: Mapping[str, float]


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
    results = [row.result for row in rows if row.result is not None]
    means = {
        part.id: _mean(result.indexes.get(part.id) for result in results)
        for part in frame.parts
        if part.depth == 0
    }
    known = {part: mean for part, mean in means.items() if mean is not None}
    index = _mean(result.index for result in results)
    return RolledUp(province, len(rows), len(results), index, known)


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if known else None
