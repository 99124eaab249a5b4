"""Counts by level as one bar for each group, all bars of one length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from maturity.charts import colours
from maturity.charts.figures import FONT, Figure, layout_of, note, wrapped

ROW, BAR, WIDTH, LABEL = 22, 17, 640, 200
NARROW = 0.035


@dataclass(frozen=True, slots=True)
class ShareRow:
    """A group: (level or None, how many) in the order of the bar. ``strong`` begins a block."""

    label: str
    counts: tuple[tuple[int | None, int], ...]
    strong: bool = False


def shares(rows: Sequence[ShareRow], count: int) -> Figure:
    """One bar for each row in the colours of ``count`` levels, with the numbers in it."""
    cells = [cell for place, row in enumerate(rows) for cell in _cells(row, place)]
    return {
        "data": [],
        "layout": layout_of(
            ROW * len(rows),
            width=WIDTH,
            margin={"l": LABEL, "r": 2, "t": 0, "b": 0},
            xaxis={"range": [0, 1], "visible": False},
            yaxis={"range": [len(rows), 0], "visible": False},
            shapes=[_stretch(cell, count) for cell in cells],
            annotations=[
                *(_label(row, place) for place, row in enumerate(rows)),
                *(_number(cell, count) for cell in cells if cell.end - cell.start > NARROW),
            ],
        ),
    }


@dataclass(frozen=True, slots=True)
class _Cell:
    level: int | None
    number: int
    start: float
    end: float
    place: int


def _cells(row: ShareRow, place: int) -> Iterator[_Cell]:
    total, before = sum(number for _, number in row.counts), 0
    for level, number in row.counts:
        if number:
            yield _Cell(level, number, before / total, (before + number) / total, place)
        before += number


def _stretch(cell: _Cell, count: int) -> Figure:
    half = BAR / ROW / 2
    return {
        "type": "rect",
        "x0": cell.start,
        "x1": cell.end,
        "y0": cell.place + 0.5 - half,
        "y1": cell.place + 0.5 + half,
        "fillcolor": colours.level(cell.level, count),
        "line": {"color": colours.LINE_STRONG, "width": 0.8},
    }


def _number(cell: _Cell, count: int) -> Figure:
    ink = colours.on_level(cell.level, count)
    return note(
        str(cell.number), (cell.start + cell.end) / 2, cell.place + 0.5, xref="x",
        xanchor="center", yanchor="middle", font={"size": FONT, "color": ink},
    )  # fmt: skip


def _label(row: ShareRow, place: int) -> Figure:
    text = wrapped(row.label, 32, lines=1)
    return note(
        f"<b>{text}</b>" if row.strong else text,
        0, place + 0.5, xshift=-8, xanchor="right", yanchor="middle",
        font={"size": FONT, "color": colours.INK},
    )  # fmt: skip
