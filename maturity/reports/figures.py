"""The charts of a report in one language: finding, figure, drawing and the same numbers."""

from __future__ import annotations

from collections.abc import Sequence

from maturity.charts import colours
from maturity.charts.level_bars import Bar, Scale, bars
from maturity.charts.marks import Mark, marks_grid
from maturity.charts.radar import Axis, radar
from maturity.reports.chart import Cell, Chart, Table, said
from maturity.reports.peers_figure import peers_chart
from maturity.reports.report import (
    Dataset,
    DatasetState,
    Inventory,
    Report,
    Standing,
    Verdict,
)
from maturity.reports.stage_figure import stage_chart
from maturity.reports.words import SIGNS, VERDICTS, level_words
from maturity.web import format_number

FILLS = {
    Verdict.UNMET: colours.SURFACE,
    Verdict.UNKNOWN: colours.WARN_TINT,
    Verdict.PARTLY: colours.LEVELS[4][1],
    Verdict.MET: colours.LEVELS[4][2],
    Verdict.NOT_COUNTED: colours.SUNKEN,
}
MARKS = tuple(FILLS)


def charts(report: Report, language: str) -> tuple[Chart, ...]:
    """The charts that a report has numbers for."""
    found = []
    if len(report.stages) > 1 and report.instrument.edges:
        found.append(stage_chart(report, language))
    if report.dimensions and report.instrument.edges:
        found.append(profile(report, language))
        if len(report.sub_domains) > 2:
            found.append(balance(report, language))
    if report.beside.peers is not None and report.beside.peers.told:
        found.append(peers_chart(report, report.beside.peers, language))
    for inventory in report.inventories:
        if inventory.of(DatasetState.ASSESSED):
            found.append(openness(inventory, language))
    return tuple(found)


# --- index by dimension and sub-domain ------------------------------------------------


def profile(report: Report, language: str) -> Chart:
    """The index of every dimension and sub-domain on the level scale."""
    levels = report.instrument.levels
    rows = [
        Bar(
            standing.title.in_(language),
            standing.index,
            standing_words(standing, language),
            standing.level,
            strong=bool(standing.parts),
            has_levels=standing.has_levels,
        )
        for standing in _outline(report)
    ]
    names = tuple(f"Level {level.level}" for level in levels)
    return Chart(
        id="profile",
        title=_profile_title(report, language),
        summary=said(
            language,
            "Panjang batang adalah indeks; bidang di belakangnya menunjukkan batas level.",
            "The length of a bar is its index; the ground behind shows where levels begin.",
        ),
        figure=bars(rows, Scale(float(levels[-1].level), report.instrument.edges, names)),
        table=_standings(_outline(report), language),
    )


def _outline(report: Report) -> list[Standing]:
    return [one for dimension in report.dimensions for one in (dimension, *dimension.parts)]


def standing_words(standing: Standing, language: str) -> str:
    """``2,59 · Level 3, terjaga 2``: the index and both levels, the second where it differs."""
    if standing.index is None:
        return said(language, "belum ada nilai", "no value yet")
    index = format_number(standing.index, 2, language)
    if standing.level is None:
        return index
    held = said(language, "terjaga", "gated")
    tail = f", {held} {standing.gated_level or '–'}" if standing.held_down else ""
    return f"{index} · {level_words(standing.level).in_(language)}{tail}"


def _profile_title(report: Report, language: str) -> str:
    known = [one for one in report.sub_domains if one.index is not None]
    if not known:
        return said(language, "Indeks belum dapat dihitung", "The index cannot be counted yet")
    low = min(known, key=lambda one: one.index or 0.0)
    high = max(known, key=lambda one: one.index or 0.0)
    if low.index == high.index:
        return said(language, "Semua subdomain sama kuat", "All sub-domains are equally strong")
    low_title, high_title = low.title.in_(language), high.title.in_(language)
    return said(
        language,
        f"“{high_title}” paling kuat, “{low_title}” paling lemah",
        f"“{high_title}” is strongest, “{low_title}” weakest",
    )


def _standings(standings: Sequence[Standing], language: str) -> Table:
    head = ("Bagian", "Indeks", "Level", "Level terjaga", "Terjawab (%)")
    english = ("Part", "Index", "Level", "Gated level", "Answered (%)")
    rows = tuple(
        (
            standing.title.in_(language),
            standing.index,
            standing.level,
            standing.gated_level,
            None if standing.coverage is None else round(standing.coverage * 100),
        )
        for standing in standings
    )
    return Table(english if language == "en" else head, rows, (1, 2, 3, 4))


# --- balance of the sub-domains -------------------------------------------------------


def balance(report: Report, language: str) -> Chart:
    """All sub-domains on a radar: how even the office's capacity is."""
    axes = [
        Axis(
            part.title.in_(language),
            part.index,
            format_number(part.index, 2, language),
        )
        for part in report.sub_domains
    ]
    return Chart(
        id="balance",
        title=_balance_title(report, language),
        summary=said(
            language,
            "Makin bundar bentuknya, makin seimbang kapasitas kantor; lekukan adalah kelemahan.",
            "The rounder the shape, the more even the office's capacity; a dent is a weakness.",
        ),
        figure=radar(axes, report.instrument.levels[-1].level),
        table=_standings(report.sub_domains, language),
    )


def _balance_title(report: Report, language: str) -> str:
    if not any(one.has_levels for one in report.sub_domains):
        return _range_title(report, language)
    level = report.overall.level or 1
    known = [one for one in report.sub_domains if one.level is not None]
    below = sum(1 for one in known if (one.level or 0) < level)
    missing, total = len(report.sub_domains) - len(known), len(report.sub_domains)
    if missing:
        return said(
            language,
            f"{missing} dari {total} subdomain belum memiliki level",
            f"{missing} of {total} sub-domains {'has' if missing == 1 else 'have'} no level yet",
        )
    if below == 0:
        return said(
            language,
            f"Tidak ada subdomain di bawah Level {level}",
            f"No sub-domain is below Level {level}",
        )
    verb = "is" if below == 1 else "are"
    return said(
        language,
        f"{below} dari {len(known)} subdomain berada di bawah Level {level}",
        f"{below} of {len(known)} sub-domains {verb} below Level {level}",
    )


def _range_title(report: Report, language: str) -> str:
    """Where no part has levels: from where to where they reach."""
    known = sorted(one.index for one in report.sub_domains if one.index is not None)
    if not known:
        return said(language, "Indeks belum dapat dihitung", "The index cannot be counted yet")
    low, high = (format_number(value, 2, language) for value in (known[0], known[-1]))
    return said(
        language,
        f"Indeks subdomain terentang dari {low} sampai {high}",
        f"The indexes of the sub-domains reach from {low} to {high}",
    )


# --- inventory ------------------------------------------------------------------------


def openness(inventory: Inventory, language: str) -> Chart:
    """Which dataset meets which principle."""
    datasets = inventory.of(DatasetState.ASSESSED)
    marks = [Mark(FILLS[one], SIGNS[one], VERDICTS[one].in_(language)) for one in MARKS]
    return Chart(
        id=f"inventory-{inventory.id}",
        title=_openness_title(inventory, datasets, language),
        summary=_legend(datasets, language),
        figure=marks_grid(
            [dataset.title.in_(language) for dataset in datasets],
            [principle.title.in_(language) for principle in inventory.principles],
            [[MARKS.index(one) for one in dataset.verdicts] for dataset in datasets],
            marks,
        ),
        table=_verdicts(inventory, datasets, language),
    )


def _legend(datasets: Sequence[Dataset], language: str) -> str:
    """The signs that occur, in words."""
    seen = {verdict for dataset in datasets for verdict in dataset.verdicts}
    used = [one for one in reversed(MARKS) if one in seen]
    signs = "; ".join(f"{SIGNS[one]} {VERDICTS[one].in_(language).lower()}" for one in used)
    return said(language, f"Tanda: {signs}.", f"Signs: {signs}.")


def _openness_title(
    inventory: Inventory, datasets: Sequence[Dataset], language: str
) -> str:  # fmt: skip
    met = [
        sum(dataset.verdicts[at] is Verdict.MET for dataset in datasets)
        for at in range(len(inventory.principles))
    ]
    least = met.index(min(met))
    name = inventory.principles[least].title.in_(language)
    return said(
        language,
        f"Prinsip yang paling jarang terpenuhi: “{name}”, {met[least]} dari {len(datasets)} "
        "dataset",
        f"The principle met least often: “{name}”, {met[least]} of {len(datasets)} datasets",
    )


def _verdicts(inventory: Inventory, datasets: Sequence[Dataset], language: str) -> Table:
    names = tuple(principle.title.in_(language) for principle in inventory.principles)
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            dataset.title.in_(language),
            *(VERDICTS[one].in_(language) for one in dataset.verdicts),
            dataset.met,
        )
        for dataset in datasets
    )
    head = ("Dataset", *names, said(language, "Terpenuhi", "Met"))
    return Table(head, rows, (len(head) - 1,))
