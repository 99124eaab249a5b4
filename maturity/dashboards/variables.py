"""One variable over many offices: how they are spread, and what later stages changed. Pure.

The tables that come here hold only offices with a result at their stage.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maturity.dashboards.frame import Frame, LevelName
from maturity.dashboards.grid import Grid, Variable
from maturity.dashboards.matrix_markup import SIGNS, range_names, range_of
from maturity.dashboards.queries import Standing
from maturity.dashboards.summary import kinds_of
from maturity.survey.neutral import Cell, as_csv

FEW = 5
"""A group of fewer offices is not named as lowest or highest."""
SAME = 0.005
"""Percentages are kept with two decimals: what differs by less is the same."""


@dataclass(frozen=True, slots=True)
class Share:
    """Some offices by the step that a variable reached. ``total``: those with a number;
    ``others``: why there is none -> offices with a result."""

    code: str
    name: str
    total: int
    counts: Mapping[int | None, int]
    others: Mapping[str, int]
    mean: float | None
    median: float | None


@dataclass(frozen=True, slots=True)
class VariableRow:
    """A variable in the list."""

    variable: Variable
    part: str
    steps: tuple[LevelName, ...]
    share: Share


@dataclass(frozen=True, slots=True)
class Moved:
    """What became, at a later stage, of what offices said of themselves."""

    compared: int
    down: int
    same: int
    up: int


def steps_of(grid: Grid, column: int, frame: Frame) -> tuple[LevelName, ...]:
    """The levels; quarters of the way for a variable that has a percentage and no level."""
    numbers = ~np.isnan(grid.percent[:, column])
    if grid.level[:, column].any() or not numbers.any():
        return frame.levels
    return tuple(LevelName(at, name, name) for at, name in enumerate(range_names(), 1))


def share_of(
    grid: Grid, column: int, *, code: str = "", name: str = "", only: Callable[[Standing], bool]
) -> Share:
    """How some offices are spread."""
    mine = [at for at, office in enumerate(grid.offices) if only(office)]
    percent = grid.percent[mine, column]
    known = percent[~np.isnan(percent)]
    levels, whys = grid.level[mine, column].tolist(), grid.why[mine, column].tolist()
    counts = Counter(
        level or range_of(share)
        for level, share in zip(levels, percent.tolist(), strict=True)
        if not np.isnan(share)
    )
    return Share(
        code=code,
        name=name,
        total=len(known),
        counts=counts,
        others=Counter(why for why in whys if why),
        mean=float(known.mean()) if len(known) else None,
        median=float(np.median(known)) if len(known) else None,
    )


def whole(grid: Grid, column: int) -> Share:
    """All offices together."""
    return share_of(grid, column, only=lambda _office: True)


def by_kind(grid: Grid, column: int) -> list[Share]:
    """A share for each kind of office; its code is the kind."""
    return [
        share_of(grid, column, code=kind, only=lambda office, kind=kind: office.kind == kind)  # type: ignore[misc]
        for kind in kinds_of(grid.offices)
    ]


def by_province(grid: Grid, column: int, names: Mapping[str, str]) -> list[Share]:
    """A share for each province with the offices in it, its own among them."""
    return [
        share_of(grid, column, code=code, name=name,
                 only=lambda office, code=code: office.province == code)  # type: ignore[misc]
        for code, name in names.items()
        if any(office.province == code for office in grid.offices)
    ]  # fmt: skip


def extremes(shares: Sequence[Share]) -> tuple[Share, Share] | None:
    """The lowest and the highest by their mean, of groups that are not small."""
    known = [one for one in shares if one.total >= FEW and one.mean is not None]
    if len(known) < 2:
        return None
    ordered = sorted(known, key=lambda one: (one.mean or 0.0, one.code))
    return ordered[0], ordered[-1]


def commonest(share: Share, steps: Sequence[LevelName]) -> tuple[LevelName, int] | None:
    """The step most offices reached, the lower one of two."""
    found = [(-share.counts.get(step.number, 0), step.number, step) for step in steps]
    count, _number, step = min(found, default=(0, 0, None))
    return (step, -count) if step and count else None


def moved(before: Grid, after: Grid, column: int) -> Moved:
    """Over the offices that have a number in both."""
    there = {office.code: at for at, office in enumerate(after.offices)}
    pairs = [(at, there[one.code]) for at, one in enumerate(before.offices) if one.code in there]
    first, second = ([pair[side] for pair in pairs] for side in (0, 1))
    step: NDArray[np.float64] = after.percent[second, column] - before.percent[first, column]
    step = step[~np.isnan(step)]
    down, up = int((step < -SAME).sum()), int((step > SAME).sum())
    return Moved(len(step), down, len(step) - down - up, up)


def rows_of(grid: Grid, frame: Frame, *, weakest_first: bool) -> list[VariableRow]:
    """Every variable, those without a number at the end."""
    rows = [
        VariableRow(one, frame.part(one.part), steps_of(grid, at, frame), whole(grid, at))
        for at, one in enumerate(grid.variables)
    ]
    if weakest_first:
        rows.sort(key=lambda row: (row.share.mean is None, row.share.mean or 0.0))
    return rows


# --- files ----------------------------------------------------------------------------


def _head(steps: int) -> list[str]:
    numbers = [f"step_{number}" for number in range(1, steps + 1)]
    return ["offices", "mean_percent", "median_percent", *numbers,
            *(why.replace("-", "_") for why in SIGNS)]  # fmt: skip


def _numbers(share: Share, steps: int) -> list[Cell]:
    counts = [share.counts.get(number, 0) for number in range(1, steps + 1)]
    return [share.total, share.mean, share.median, *counts,
            *(share.others.get(why, 0) for why in SIGNS)]  # fmt: skip


def list_csv(rows: Sequence[VariableRow], stage: str) -> str:
    """Every variable with how offices are spread."""
    steps = max((len(row.steps) for row in rows), default=0)
    return as_csv(
        ["variable", "title", "part", "stage", *_head(steps)],
        ([row.variable.id, row.variable.title, row.part, stage, *_numbers(row.share, steps)]
         for row in rows),
    )  # fmt: skip


def variable_csv(groups: Iterable[tuple[str, str, Share]], steps: int) -> str:
    """One variable: (what the group is, stage, its share)."""
    return as_csv(
        ["group", "code", "name", "stage", *_head(steps)],
        ([group, share.code, share.name, stage, *_numbers(share, steps)]
         for group, stage, share in groups),
    )  # fmt: skip
