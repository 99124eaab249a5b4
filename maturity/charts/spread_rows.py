"""Spreads side by side: from least to most, the middle half as a box, the median as a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from maturity.charts import colours
from maturity.charts.figures import FONT, SMALL, Figure, layout_of, note, wrapped

ROW, WIDTH, LABEL, END, FOOT = 18, 640, 262, 62, 18
THIN, THICK = 1.2, 2.4
"""Of the line from least to most and of the median's mark, in pixels."""


@dataclass(frozen=True, slots=True)
class SpreadRow:
    """One line: five numbers from least to most, and the median in words; ``own``: one of them."""

    label: str
    numbers: tuple[float, float, float, float, float]
    shown: str
    strong: bool = False
    own: float | None = None


def spread_rows(
    rows: Sequence[SpreadRow], span: tuple[float, float], ticks: Sequence[tuple[float, str]]
) -> Figure:
    """The lines on one scale; ``ticks`` are its named values."""
    thick = THICK * (span[1] - span[0]) / (WIDTH - LABEL - END) / 2
    return {
        "data": [],
        "layout": layout_of(
            ROW * len(rows) + FOOT,
            width=WIDTH,
            margin={"l": LABEL, "r": END, "t": 2, "b": FOOT - 2},
            xaxis={
                "range": list(span),
                "tickvals": [value for value, _ in ticks],
                "ticktext": [text for _, text in ticks],
                "tickfont": {"size": SMALL, "color": colours.INK_SOFT},
                "showgrid": False,
            },
            yaxis={"range": [len(rows), 0], "visible": False},
            shapes=[
                *(_tick(value, len(rows)) for value, _ in ticks),
                *(shape for place, row in enumerate(rows) for shape in _marks(row, place, thick)),
            ],
            annotations=[words for place, row in enumerate(rows) for words in _words(row, place)],
        ),
    }


def _tick(value: float, rows: int) -> Figure:
    line = {"color": colours.LINE, "width": 1}
    return {"type": "line", "x0": value, "x1": value, "y0": 0, "y1": rows, "line": line}


def _marks(row: SpreadRow, place: int, thick: float) -> list[Figure]:
    """Thin boxes stand for lines, which have one width only."""
    least, lower, median, upper, most = row.numbers
    middle, thin = place + 0.5, THIN / ROW / 2
    fill = colours.GOLD if row.strong else colours.WARN_TINT
    own = [] if row.own is None else _own(row.own, middle, thick)
    return [
        _box((least, most), (middle - thin, middle + thin), colours.LINE_STRONG),
        _box((lower, upper), (middle - 0.29, middle + 0.29), fill, edge=True),
        _box((median - thick, median + thick), (middle - 0.42, middle + 0.42), colours.BRAND),
        *own,
    ]


def _own(at: float, middle: float, thick: float) -> list[Figure]:
    """A square with an edge, to be told from the median's mark without colour."""
    half, high = 2.6 * thick, 2.6 * THICK / ROW / 2
    return [
        _box((at - 1.7 * half, at + 1.7 * half), (middle - 1.7 * high, middle + 1.7 * high),
             colours.SURFACE),
        _box((at - half, at + half), (middle - high, middle + high), colours.DIMENSIONS[1]),
    ]  # fmt: skip


def _box(
    x: tuple[float, float], y: tuple[float, float], fill: str, *, edge: bool = False
) -> Figure:  # fmt: skip
    line = {"color": colours.LINE_STRONG, "width": 1} if edge else {"width": 0}
    return {"type": "rect", "x0": x[0], "x1": x[1], "y0": y[0], "y1": y[1],
            "fillcolor": fill, "line": line}  # fmt: skip


def _words(row: SpreadRow, place: int) -> list[Figure]:
    font = {"size": FONT if row.strong else SMALL, "color": colours.INK}
    label = wrapped(row.label, 42, lines=1)
    how = {"yanchor": "middle", "font": font}
    return [
        note(f"<b>{label}</b>" if row.strong else label, 0, place + 0.5,
             xshift=-10, xanchor="right", **how),
        note(f"<b>{row.shown}</b>", 1, place + 0.5, xshift=END, xanchor="right", **how),
    ]  # fmt: skip
