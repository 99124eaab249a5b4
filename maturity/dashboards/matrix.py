"""The matrix of a round: which offices, in which order, under which columns. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from maturity.dashboards.frame import Frame
from maturity.dashboards.grid import Grid, Variable
from maturity.dashboards.likeness import by_likeness
from maturity.dashboards.queries import Standing
from maturity.survey.neutral import Cell, as_csv

LIKENESS = "likeness"
ORDERS = ("code", "name", "index", LIKENESS)
CSV_HEAD = ("code", "name", "kind", "province", "state", "index")
CSV_EACH = ("level", "percent", "why")


@dataclass(frozen=True, slots=True)
class MatrixWish:
    """What the reader asked for. ``sort``: one of ``ORDERS`` or a variable; ``stage`` "":
    the stage that the round shows unless asked."""

    kind: str = ""
    province: str = ""
    stage: str = ""
    sort: str = ORDERS[0]
    down: bool = False

    @property
    def filtered(self) -> bool:
        """Whether some offices may be left out."""
        return bool(self.kind or self.province)

    def address(self, **changes: str | bool) -> dict[str, str]:
        """The query of an address that asks for this; what is as usual is left out."""
        wish = replace(self, **changes)  # type: ignore[arg-type]
        sort = ("-" if wish.down else "") + wish.sort
        found = {"kind": wish.kind, "province": wish.province, "stage": wish.stage,
                 "sort": "" if sort == ORDERS[0] else sort}  # fmt: skip
        return {name: value for name, value in found.items() if value}


@dataclass(frozen=True, slots=True)
class PartHead:
    """The head over neighbouring columns of one part."""

    title: str
    dimension: int
    variables: tuple[Variable, ...]


@dataclass(frozen=True, slots=True)
class MatrixPage:
    """The page. ``known`` counts the offices with a result; ``code``, ``name``: the province."""

    slug: str
    title: str
    stage: str
    frame: Frame
    wish: MatrixWish
    grid: Grid
    heads: tuple[PartHead, ...]
    kinds: tuple[str, ...]
    known: int
    code: str
    name: str
    may_see_round: bool

    @property
    def has_levels(self) -> bool:
        """Whether some cell has a level."""
        return bool(self.grid.level.any())

    @property
    def has_percentages(self) -> bool:
        """Whether some cell has a percentage and no level."""
        return bool(((self.grid.level == 0) & ~np.isnan(self.grid.percent)).any())


def read_matrix_wish(
    args: Mapping[str, str],
    *,
    provinces: Sequence[str],
    kinds: Sequence[str],
    variables: Sequence[Variable],
    stages: Sequence[str],
) -> MatrixWish:
    """What an address asks for; anything unknown counts as not asked."""

    def one_of(name: str, known: Sequence[str]) -> str:
        value = args.get(name, "")
        return value if value in known else ""

    sort = args.get("sort", "")[:81]
    column = sort.removeprefix("-")
    known = column in ORDERS or any(one.id == column for one in variables)
    return MatrixWish(
        kind=one_of("kind", kinds),
        province=one_of("province", provinces),
        stage=one_of("stage", stages),
        sort=column if known else ORDERS[0],
        down=known and sort.startswith("-"),
    )


def asked_for(rows: Sequence[Standing], wish: MatrixWish) -> list[Standing]:
    """The offices that the reader wants to see."""
    return [
        row for row in rows if wish.kind in ("", row.kind) and wish.province in ("", row.province)
    ]


def ordered(grid: Grid, wish: MatrixWish, *, locale: str) -> Grid:
    """The rows in the order asked for: without a value at the end, ties by code."""
    if wish.sort == LIKENESS:
        order = by_likeness(grid.percent)
        known = [place for place in order if grid.offices[place].result is not None]
        rest = [place for place in order if grid.offices[place].result is None]
        return grid.only((known[::-1] if wish.down else known) + rest)
    value = _value(grid, wish.sort, locale)
    places = sorted(range(len(grid.offices)), key=lambda place: grid.offices[place].code)
    known = [place for place in places if value(place) is not None]
    rest = [place for place in places if value(place) is None]
    known.sort(key=value, reverse=wish.down)  # type: ignore[arg-type]
    return grid.only(known + rest)


def _value(grid: Grid, sort: str, locale: str) -> Callable[[int], float | str | None]:
    offices = grid.offices
    if sort == "code":
        return lambda place: offices[place].code
    if sort == "name":
        return lambda place: offices[place].name(locale).casefold()
    if sort == "index":
        return lambda place: offices[place].index
    numbers = grid.percent[:, grid.column(sort)]
    return lambda place: None if np.isnan(numbers[place]) else float(numbers[place])


def part_heads(variables: Sequence[Variable], frame: Frame) -> tuple[PartHead, ...]:
    """The columns by the part they belong to."""
    return tuple(
        PartHead(frame.part(part), number, tuple(found))
        for (part, number), found in groupby(variables, lambda one: (one.part, one.dimension))
    )


def matrix_csv(grid: Grid, *, locale: str) -> str:
    """Every office with level, percent and the reason for none of each variable."""
    head = [*CSV_HEAD, *(f"{one.id}_{what}" for one in grid.variables for what in CSV_EACH)]
    levels, percents, whys = grid.level.tolist(), grid.percent.tolist(), grid.why.tolist()
    rows: list[list[Cell]] = []
    for place, office in enumerate(grid.offices):
        row: list[Cell] = [office.code, office.name(locale), office.kind, office.province,
                           str(office.state), office.index]  # fmt: skip
        for level, percent, why in zip(levels[place], percents[place], whys[place], strict=True):
            row += [level or None, None if np.isnan(percent) else percent, why]
        rows.append(row)
    return as_csv(head, rows)
