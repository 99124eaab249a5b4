"""The pictures of a round's report, each with its finding as title."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from maturity.charts.shares import ShareRow, shares
from maturity.charts.spread_rows import SpreadRow, spread_rows
from maturity.charts.tile_map import MapTile, tile_map
from maturity.dashboards.provinces import ProvinceCell
from maturity.dashboards.summary import Spread
from maturity.reports.chart import Chart
from maturity.round_reports import tables
from maturity.round_reports.facts import RoundReport
from maturity.round_reports.findings import level_words
from maturity.round_reports.shown import Shown

PERCENT_TICKS = (0, 25, 50, 75, 100)
NO_VALUE = "–"


def charts(report: RoundReport) -> tuple[Chart, ...]:
    """The pictures that the report has numbers for."""
    shown = Shown(report.frame, report.language)
    found = []
    if any(cell.level for cell in report.cells):
        found.append(_map(report, shown))
    if report.told and shown.has_levels:
        found.append(_levels(report, shown))
    if report.told:
        found.append(_parts(report, shown))
    if len(report.areas) > 1:
        found.append(_areas(report, shown))
    return tuple(found)


# --- the map --------------------------------------------------------------------------


def _map(report: RoundReport, shown: Shown) -> Chart:
    have = [cell for cell in report.cells if cell.level]
    count = len(report.frame.levels)
    tiles = [
        MapTile(cell.row - 1, cell.column - 1, cell.abbreviation, _under(cell),
                cell.level.number if cell.level else None)
        for cell in report.cells
    ]  # fmt: skip
    few, total = len(have), sum(cell.own is not None for cell in report.cells)
    return Chart(
        id="map",
        title=shown.say(
            f"{few} dari {total} kantor provinsi memiliki level",
            f"{few} of {total} province offices have a level",
        ),
        summary=shown.say(
            "Setiap petak adalah level kantor provinsi itu sendiri, bukan rata-rata "
            "kabupaten/kota di dalamnya; “–”: belum ada hasil.",
            "Each tile is the level of the province's own office, not a mean of the regencies "
            "and cities in it; “–”: no result yet.",
        ),
        figure=tile_map(tiles, count),
        table=tables.provinces(report, shown),
    )


def _under(cell: ProvinceCell) -> str:
    return str(cell.level.number) if cell.level else NO_VALUE


# --- levels ---------------------------------------------------------------------------


def _levels(report: RoundReport, shown: Shown) -> Chart:
    """Levels and gated levels of all offices and of each kind that is large enough."""
    rows = []
    for one in report.view.levels:
        if one.total < report.threshold or (one.kind and one.total == report.scored):
            continue
        name = shown.frame.kind(one.kind) if one.kind else shown.say("Semua kantor", "All offices")
        rows.append(_share(f"{name} ({shown.number(one.total, 0)})", one.by_index, report, True))
        gated = shown.say("level terjaga", "gated level")
        rows.append(_share(gated, one.gated, report, False))
    return Chart(
        id="levels",
        title=level_words(report.view.levels[0], shown)
        or shown.say("Belum ada kantor yang memperoleh level", "No office has a level yet"),
        summary=shown.say(
            "Angka di dalam batang adalah banyaknya kantor; di dalam kurung banyaknya kantor "
            "yang memiliki hasil.",
            "Numbers in the bars are offices; in brackets all offices with a result.",
        ),
        figure=shares(rows, len(report.frame.levels)),
        table=tables.levels(report, shown),
    )


def _share(label: str, counts: Any, report: RoundReport, strong: bool) -> ShareRow:
    numbers = [*(level.number for level in report.frame.levels), None]
    return ShareRow(label, tuple((one, counts.get(one, 0)) for one in numbers), strong)


# --- spreads --------------------------------------------------------------------------


def _parts(report: RoundReport, shown: Shown) -> Chart:
    whole = [one for one in report.view.spreads if not one.part]
    names = [(shown.say("Keseluruhan", "Overall"), True, one) for one in whole]
    names += [(one.part.title, not one.part.depth, one) for one in report.parts() if one.part]
    return Chart(
        id="parts",
        title=_parts_title(report, shown),
        summary=_how_to_read(shown),
        figure=_spreads(names, shown),
        table=tables.spreads(report, shown),
    )


def _parts_title(report: RoundReport, shown: Shown) -> str:
    lowest = [one for one in report.parts() if one.part and one.part.depth] or report.parts()
    if len(lowest) < 2:
        return shown.say(f"Sebaran {shown.measure}", f"Spread of the {shown.measure}")
    weak = min(lowest, key=lambda one: one.median)
    strong = max(lowest, key=lambda one: one.median)
    if weak.part is None or strong.part is None or weak.median == strong.median:
        return shown.say("Semua bagian sama kuat", "All parts are equally strong")
    return shown.say(
        f"Terlemah: {weak.part.title}; terkuat: {strong.part.title}",
        f"Weakest: {weak.part.title}; strongest: {strong.part.title}",
    )


def _areas(report: RoundReport, shown: Shown) -> Chart:
    names = [
        (f"{area.name} ({shown.number(area.spread.count, 0)})", False, area.spread)
        for area in report.areas
    ]
    medians = [area.spread.median for area in report.areas]
    low, high = shown.value(min(medians)), shown.value(max(medians))
    return Chart(
        id="areas",
        title=shown.say(
            f"Median kabupaten/kota per provinsi: {low} sampai {high}",
            f"Medians of regencies and cities by province: {low} to {high}",
        ),
        summary=shown.say(
            "Urutan mengikuti kode wilayah, bukan peringkat; di dalam kurung banyaknya kantor. ",
            "In the order of region codes, not a ranking; in brackets the number of offices. ",
        )
        + _how_to_read(shown),
        figure=_spreads(names, shown),
        table=tables.areas(report, shown),
    )


def _how_to_read(shown: Shown) -> str:
    return shown.say(
        "Garis: terendah sampai tertinggi; kotak: separuh tengah kantor; tanda tebal dan angka: "
        "median.",
        "Line: lowest to highest; box: the middle half of the offices; thick mark and number: "
        "the median.",
    )


def _spreads(names: Sequence[tuple[str, bool, Spread]], shown: Shown) -> dict[str, Any]:
    rows = [
        SpreadRow(
            name,
            (one.least, one.lower, one.median, one.upper, one.most),
            shown.value(one.median),
            strong,
        )
        for name, strong, one in names
    ]
    low, high = shown.frame.low, shown.frame.high
    if shown.has_levels:
        ticks = [(float(one), str(one)) for one in range(low, high + 1)]
    else:
        ticks = [(low + (high - low) * one / 100, f"{one}%") for one in PERCENT_TICKS]
    return spread_rows(rows, (low, high), ticks)
