"""The tables of the national page as files: comma, decimal point, stable column names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from maturity.dashboards.frame import Frame
from maturity.dashboards.provinces import ProvinceCell
from maturity.dashboards.queries import Standing
from maturity.dashboards.rank_places import Place
from maturity.dashboards.summary import Overview
from maturity.survey.neutral import Cell, as_csv

OFFICE_HEAD = (
    "code", "name", "kind", "province", "province_name", "state", "answered", "asked",
    "submitted_at", "level", "level_name", "gated_level", "index", "coverage", "weakest",
    "previous_index", "change", "comparable",
)  # fmt: skip
RANK_HEAD = ("rank_best", "rank_worst", "rank_of", "tied_with")


def offices_csv(
    rows: Iterable[Standing],
    frame: Frame,
    names: Mapping[str, str],
    *,
    locale: str,
    places: Mapping[str, Place],
) -> str:
    """Every office asked for, with its place in its kind and the index of each part at the end."""
    parts = [part.id for part in frame.parts]
    head = (*OFFICE_HEAD, *RANK_HEAD, *(f"index_{part}" for part in parts))
    return as_csv(head, (_office(row, frame, names, locale, places.get(row.code)) for row in rows))


def _office(
    row: Standing, frame: Frame, names: Mapping[str, str], locale: str, place: Place | None
) -> list[Cell]:
    level, result = frame.level(row.level), row.result
    ranks = [place.best, place.worst, place.of, place.tied] if place else [None] * 4
    return [
        row.code,
        row.name(locale),
        row.kind,
        row.province,
        names.get(row.province or ""),
        str(row.state),
        row.answered,
        row.asked,
        row.submitted_at.isoformat(timespec="seconds") if row.submitted_at else None,
        row.level,
        level.name if level else None,
        row.gated,
        row.index,
        result.coverage if result else None,
        result.weakest if result else None,
        row.earlier_index if result else None,
        row.change,
        row.comparable,
        *ranks,
        *(result.indexes.get(part.id) if result else None for part in frame.parts),
    ]


def levels_csv(page: Overview, frame: Frame) -> str:
    """Submitted offices by kind and level, by index and gated."""
    numbers = [*(level.number for level in frame.levels), None]
    rows: list[list[Cell]] = []
    for one in page.levels:
        kind = one.kind or "all"
        for number in numbers:
            name = frame.level(number)
            counts = (one.by_index.get(number, 0), one.gated.get(number, 0))
            rows.append([kind, one.total, number, name.name if name else None, *counts])
    return as_csv(["kind", "submitted", "level", "level_name", "by_index", "gated"], rows)


def part_levels_csv(page: Overview, frame: Frame) -> str:
    """Offices with a result by kind, part and level."""
    head = ["kind", "part", "title", "with_result", "level", "level_name", "offices"]
    numbers = [*(level.number for level in frame.levels), None]
    return as_csv(head, (
        [one.kind or "all", one.part.id, one.part.title, one.total, number,
         name.name if name else None, one.counts.get(number, 0)]
        for one in page.part_levels for number in numbers for name in [frame.level(number)]
    ))  # fmt: skip


def status_csv(page: Overview) -> str:
    """Offices by kind and status."""
    head = ["kind", "total", "submitted", "in_progress", "not_started"]
    return as_csv(head, (
        [one.kind or "all", one.total, one.submitted, one.in_progress, one.not_started]
        for one in (page.counts, *page.by_kind)
    ))  # fmt: skip


def spread_csv(page: Overview) -> str:
    """Five numbers of the whole index and of each part."""
    head = ["part", "title", "depth", "count", "min", "q1", "median", "q3", "max"]
    return as_csv(head, (
        [one.part.id if one.part else "all", one.part.title if one.part else None,
         one.part.depth if one.part else None, one.count,
         one.least, one.lower, one.median, one.upper, one.most]
        for one in page.spreads
    ))  # fmt: skip


def changes_csv(page: Overview) -> str:
    """What became of offices with a comparable result before, in one line."""
    found = page.changes
    head = ["compared", "level_up", "level_same", "level_down", "median_change", "not_comparable"]
    row: list[Cell] = [found.compared, found.up, found.same, found.down, found.median]
    return as_csv(head, [[*row, found.incomparable]])


def provinces_csv(cells: Sequence[ProvinceCell], frame: Frame) -> str:
    """Each province: its own office, and those below it."""
    head = ["province", "name", "state", "level", "gated_level", "index", "members",
            "members_submitted", "members_median_index",
            *(f"members_level_{level.number}" for level in frame.levels)]  # fmt: skip
    return as_csv(head, (
        [cell.code, cell.name, str(cell.own.state) if cell.own else None,
         cell.own.level if cell.own else None, cell.own.gated if cell.own else None,
         cell.own.index if cell.own else None, cell.members, cell.submitted, cell.median,
         *(cell.levels.get(level.number, 0) for level in frame.levels)]
        for cell in cells
    ))  # fmt: skip
