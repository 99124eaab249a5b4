"""The scores of all stages side by side as a picture."""

from __future__ import annotations

from maturity.charts.level_bars import Scale
from maturity.charts.stages import StageRow, stage_dots
from maturity.reports.chart import Cell, Chart, Table, said
from maturity.reports.report import Report, StageScore
from maturity.survey.models import Stage
from maturity.web import format_number

DRAWN = (Stage.SELF, Stage.VERIFIED, Stage.SETTLED)
SIGNS = ("○", "◆", "■")


def stage_chart(report: Report, language: str) -> Chart:
    """Self, verified and settled as marks; the contested interval as a bar."""
    found = {one.stage: one for one in report.stages}
    levels = report.instrument.levels
    scale = Scale(
        float(levels[-1].level),
        report.instrument.edges,
        tuple(f"Level {level.level}" for level in levels),
    )
    names = [found[one].name.in_(language) for one in DRAWN if one in found]
    return Chart(
        id="stages",
        title=_title(report, found, language),
        summary=_summary(found, names, language),
        figure=stage_dots(_rows(report, found, language), scale, names),
        table=stage_table(report, language),
    )


def _title(report: Report, found: dict[Stage, StageScore], language: str) -> str:
    newest = next(one for one in reversed(DRAWN) if one in found)
    own, now = found[Stage.SELF].index, found[newest].index
    name = found[newest].name.in_(language)
    if own is None or now is None:
        return name
    change, shown = now - own, format_number(abs(now - own), 2, language)
    if abs(change) < 0.005:
        return said(language, f"{name} sama dengan nilai mandiri", f"{name}: as self-assessed")
    way = said(
        language, "di bawah" if change < 0 else "di atas", "below" if change < 0 else "above"
    )
    return said(
        language,
        f"{name} {shown} {way} nilai mandiri",
        f"{name}: {shown} {way} the self-assessment",
    )


def _summary(found: dict[Stage, StageScore], names: list[str], language: str) -> str:
    kinds = [at for at, one in enumerate(DRAWN) if one in found]
    marks = "; ".join(f"{SIGNS[at]} {name}" for at, name in zip(kinds, names, strict=True))
    bar = said(
        language,
        " Bidang kuning: interval sanggahan, dari nilai verifikasi sampai nilai bila semua "
        "sanggahan diterima.",
        " Yellow: the contested interval, from the verified score to the score if all disputes "
        "were accepted.",
    )
    return f"{marks}.{bar if Stage.CONTESTED in found else ''}"


def _rows(report: Report, found: dict[Stage, StageScore], language: str) -> list[StageRow]:
    drawn = [found[one] for one in DRAWN if one in found]
    whole = said(language, "Keseluruhan", "Overall")
    rows = [StageRow(whole, tuple(one.index for one in drawn), report.contested, strong=True)]
    for part in report.dimensions:
        values = tuple(one.index_of(part.id) for one in drawn)
        rows.append(StageRow(part.title.in_(language), values, _stretch(found, part.id)))
    return rows


def _stretch(found: dict[Stage, StageScore], node_id: str) -> tuple[float, float] | None:
    if Stage.CONTESTED not in found or Stage.VERIFIED not in found:
        return None
    ends = (found[Stage.VERIFIED].index_of(node_id), found[Stage.CONTESTED].index_of(node_id))
    low, high = ends
    return None if low is None or high is None else (low, high)


def stage_table(report: Report, language: str) -> Table:
    """All stages with all dimensions."""
    head = (
        said(language, "Tahap", "Stage"),
        said(language, "Indeks", "Index"),
        "Level",
        said(language, "Level terjaga", "Gated level"),
        *(part.title.in_(language) for part in report.dimensions),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            one.name.in_(language),
            one.index,
            one.level,
            one.gated_level,
            *(one.index_of(part.id) for part in report.dimensions),
        )
        for one in report.stages
    )
    return Table(head, rows, tuple(range(1, len(head))))
