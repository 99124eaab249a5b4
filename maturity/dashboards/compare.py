"""Any two to six offices or groups side by side. Pure; who may see what is decided before."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from maturity.dashboards.frame import Frame, LevelName
from maturity.dashboards.grid import Grid
from maturity.dashboards.queries import Standing
from maturity.dashboards.rank_places import Place
from maturity.survey.neutral import Cell, as_csv

MOST = 6
SHOWN = 10
"""How many variables with the biggest differences a page shows; the file has all."""


@dataclass(frozen=True, slots=True)
class Column:
    """An office, or a group with medians (``count`` offices). Indexes by part, percents by
    variable; None where nothing is known. ``place`` is among the offices of one kind here."""

    id: str
    name: str
    kind: str
    count: int | None
    level: LevelName | None
    gated: LevelName | None
    index: float | None
    parts: Mapping[str, float | None]
    variables: Mapping[str, float | None]
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """A variable: percents in the order of the columns, and the most less the least."""

    id: str
    title: str
    values: tuple[float | None, ...]
    between: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What stands side by side; ``differences`` the biggest first, all variables."""

    columns: tuple[Column, ...]
    differences: tuple[Difference, ...]

    @property
    def mixed(self) -> bool:
        """Whether different kinds of office stand side by side."""
        return len({column.kind for column in self.columns}) > 1

    @property
    def biggest(self) -> tuple[Difference, ...]:
        """The differences that a page shows."""
        return tuple(one for one in self.differences if one.between)[:SHOWN]


def office_column(
    row: Standing, name: str, cells: Grid, frame: Frame, place: Place | None
) -> Column:
    """An office as it is. ``cells``: its row of the grid."""
    return Column(
        id=row.code,
        name=name,
        kind=row.kind,
        count=None,
        level=frame.level(row.level),
        gated=frame.level(row.gated),
        index=row.index,
        parts={part.id: row.result.indexes.get(part.id) if row.result else None
               for part in frame.parts},
        variables=_medians(cells),
        place=place,
    )  # fmt: skip


def group_column(
    name: str, rows: Sequence[Standing], cells: Grid, frame: Frame, *, id: str, kind: str
) -> Column:
    """A group: medians of its offices. ``cells``: their rows of the grid."""
    results = [row.result for row in rows if row.result is not None]
    return Column(
        id=id,
        name=name,
        kind=kind,
        count=len(results),
        level=None,
        gated=None,
        index=_median([one.index for one in results]),
        parts={part.id: _median([one.indexes.get(part.id) for one in results])
               for part in frame.parts},
        variables=_medians(cells),
    )  # fmt: skip


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def _medians(cells: Grid) -> dict[str, float | None]:
    columns = (cells.percent[:, number] for number in range(len(cells.variables)))
    known = (column[~np.isnan(column)] for column in columns)
    return {
        variable.id: float(np.median(some)) if len(some) else None
        for variable, some in zip(cells.variables, known, strict=True)
    }


def comparison(columns: Sequence[Column], titles: Mapping[str, str]) -> Comparison:
    """Columns with their differences. ``titles``: variable -> title, in order."""
    found = []
    for variable, title in titles.items():
        values = tuple(column.variables[variable] for column in columns)
        known = [value for value in values if value is not None]
        between = max(known) - min(known) if len(known) > 1 else None
        found.append(Difference(variable, title, values, between))
    found.sort(key=lambda one: -(one.between or 0.0))
    return Comparison(tuple(columns), tuple(found))


def comparison_csv(found: Comparison, frame: Frame) -> str:
    """All numbers: a row for each level, index and variable, a column for each office or group."""
    columns = found.columns
    head = ["measure", "id", "title", *(f"{one.id} {one.name}" for one in columns)]
    rows: list[list[Cell]] = [
        ["offices", None, None, *(one.count or 1 for one in columns)],
        ["level", None, None, *(one.level.number if one.level else None for one in columns)],
        ["gated_level", None, None, *(one.gated.number if one.gated else None for one in columns)],
        ["index", "all", None, *(one.index for one in columns)],
    ]
    for part in frame.parts:
        rows.append(["index", part.id, part.title, *(one.parts[part.id] for one in columns)])
    for variable in found.differences:
        rows.append(["percent", variable.id, variable.title, *variable.values])
    return as_csv(head, rows)
