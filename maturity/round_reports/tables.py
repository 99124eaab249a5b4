"""The annex tables of a round's report, in words. Groups below the threshold stand as a dash."""

from __future__ import annotations

from collections.abc import Mapping

from maturity.dashboards.provinces import ProvinceCell
from maturity.reports.chart import Cell, Table
from maturity.round_reports.facts import RoundReport
from maturity.round_reports.shown import Shown
from maturity.survey.lifecycle import STATE_NAMES

DASH = "–"


def status(report: RoundReport, shown: Shown) -> Table:
    """Offices by kind and state."""
    head = _head(shown, ("Jenis kantor", "Kind of office"), ("Diajukan", "Handed in"),
                 ("Sedang diisi", "In progress"), ("Belum dimulai", "Not started"),
                 ("Jumlah", "All"))  # fmt: skip
    kinds = report.view.by_kind if len(report.view.by_kind) > 1 else ()
    rows: list[tuple[Cell, ...]] = [
        (shown.frame.kind(one.kind), one.submitted, one.in_progress, one.not_started, one.total)
        for one in (*kinds, report.view.counts)
    ]
    return Table(head, tuple(rows), (1, 2, 3, 4))


def levels(report: RoundReport, shown: Shown) -> Table:
    """Offices with a result by kind and level, by index and gated."""
    numbers = [*(level.number for level in report.frame.levels), None]
    head = (
        *_head(shown, ("Jenis kantor", "Kind of office"), ("Cara membaca", "Read as"),
               ("Kantor", "Offices")),
        *(f"Level {level.number}" for level in report.frame.levels),
        shown.say("Tanpa level", "No level"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for one in report.view.levels:
        if one.total < report.threshold or (one.kind and one.total == report.scored):
            continue
        by = (("Level", one.by_index), (shown.say("Level terjaga", "Gated level"), one.gated))
        for name, counts in by:
            found = (counts.get(number, 0) for number in numbers)
            rows.append((shown.frame.kind(one.kind), name, one.total, *found))
    return Table(head, tuple(rows), tuple(range(2, len(head))))


def part_levels(report: RoundReport, shown: Shown) -> Table:
    """Offices with a result by level in each part."""
    numbers = [*(level.number for level in report.frame.levels), None]
    head = (
        shown.say("Bagian", "Part"),
        *(f"Level {level.number}" for level in report.frame.levels),
        shown.say("Tanpa level", "No level"),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (one.part.title, *(one.counts.get(number, 0) for number in numbers))
        for one in report.view.part_levels
        if not one.kind
    )
    return Table(head, rows, tuple(range(1, len(head))))


def spreads(report: RoundReport, shown: Shown) -> Table:
    """The five numbers of the whole and of each part."""
    whole = shown.say("Keseluruhan", "Overall")
    found = [one for one in report.view.spreads if one.count >= report.threshold]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (one.part.title if one.part else whole, one.count,
         *map(shown.value, (one.least, one.lower, one.median, one.upper, one.most)))
        for one in found
    )  # fmt: skip
    return Table(_five(shown, ("Bagian", "Part")), rows, (1, 2, 3, 4, 5, 6))


def areas(report: RoundReport, shown: Shown) -> Table:
    """The five numbers of the regencies and cities of each province that has enough."""
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (area.name, area.spread.count,
         *map(shown.value, (area.spread.least, area.spread.lower, area.spread.median,
                            area.spread.upper, area.spread.most)))
        for area in report.areas
    )  # fmt: skip
    return Table(_five(shown, ("Provinsi", "Province")), rows, (1, 2, 3, 4, 5, 6))


def provinces(report: RoundReport, shown: Shown) -> Table:
    """Each province: its own office, and how far those below it are."""
    head = _head(
        shown, ("Kode", "Code"), ("Provinsi", "Province"), ("Kantor provinsi", "Own office"),
        ("Level", "Level"), ("Level terjaga", "Gated level"), ("Nilai", "Value"),
        ("Kab/kota diajukan", "Regencies and cities handed in"), ("Median", "Median"),
    )  # fmt: skip
    rows = tuple(_province(cell, report, shown) for cell in report.cells)
    return Table(head, rows, (3, 4, 5, 6, 7))


def _province(cell: ProvinceCell, report: RoundReport, shown: Shown) -> tuple[Cell, ...]:
    own, scored = cell.own, sum(cell.levels.values())
    enough = scored >= report.threshold
    handed_in = shown.say(f"{cell.submitted} dari {cell.members}",
                          f"{cell.submitted} of {cell.members}")  # fmt: skip
    return (
        cell.code, cell.name,
        STATE_NAMES[own.state].in_(shown.language) if own else shown.say("Tidak ikut", "Absent"),
        own.level if own else None, own.gated if own else None,
        shown.value(own.index if own else None),
        handed_in, shown.value(cell.median) if enough else DASH,
    )  # fmt: skip


def variables(report: RoundReport, shown: Shown) -> Table:
    """Each variable, the weakest first: offices, the median of what can be reached, how many
    are low."""
    by_level = shown.has_levels and any(any(one.levels.values()) for one in report.variables)
    numbers = [level.number for level in report.frame.levels] if by_level else []
    head = (
        *_head(shown, ("Variabel", "Variable"), ("Kantor", "Offices"), ("Median", "Median"),
               ("Level bawah", "Low level") if by_level else ("Di bawah separuh", "Below half")),
        *(f"L{number}" for number in numbers),
    )  # fmt: skip
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (one.variable.title, one.count, f"{shown.number(one.median, 0)}%",
         f"{shown.number(one.low, 0)} ({shown.number(one.share, 0)}%)",
         *_levels_of(one.levels, numbers))
        for one in report.variables
    )  # fmt: skip
    return Table(head, rows, tuple(range(1, len(head))))


def _levels_of(levels: Mapping[int, int], numbers: list[int]) -> tuple[Cell, ...]:
    """Counts by level; dashes for a variable that has none."""
    return tuple(levels.get(number, 0) if any(levels.values()) else None for number in numbers)


def _five(shown: Shown, first: tuple[str, str]) -> tuple[str, ...]:
    return _head(shown, first, ("Kantor", "Offices"), ("Terendah", "Lowest"),
                 ("Kuartil 1", "Quartile 1"), ("Median", "Median"), ("Kuartil 3", "Quartile 3"),
                 ("Tertinggi", "Highest"))  # fmt: skip


def _head(shown: Shown, *names: tuple[str, str]) -> tuple[str, ...]:
    return tuple(shown.say(*name) for name in names)
