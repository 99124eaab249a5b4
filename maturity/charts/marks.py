"""A grid of marks: which row has what of the columns. A heatmap without blending."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from maturity.charts import colours
from maturity.charts.figures import SMALL, Figure, layout_of, plain, wrapped

CELL, HEADER, LABELS = 28, 150, 154


@dataclass(frozen=True, slots=True)
class Mark:
    """What a cell of a heatmap may be: its fill, the sign on it, and its words."""

    fill: str
    sign: str
    words: str


def marks_grid(
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Sequence[Sequence[int]],
    marks: Sequence[Mark],
) -> Figure:
    """Cells name a mark by its place; the sign on a cell says the same as its fill."""
    return {
        "data": [
            {
                "type": "heatmap",
                "z": [list(row) for row in cells],
                "x": _distinct(columns),
                "y": _distinct(rows),
                "text": [[plain(marks[cell].sign) for cell in row] for row in cells],
                "customdata": [[plain(marks[cell].words) for cell in row] for row in cells],
                "texttemplate": "%{text}",
                "hovertemplate": "%{y}<br>%{x}: %{customdata}<extra></extra>",
                "textfont": {"size": SMALL + 1},
                "colorscale": _steps([mark.fill for mark in marks]),
                "zmin": 0,
                "zmax": len(marks) - 1,
                "showscale": False,
                "xgap": 1,
                "ygap": 1,
            }
        ],
        "layout": layout_of(
            HEADER + len(rows) * CELL + 4,
            margin={"l": LABELS, "r": 2, "t": HEADER, "b": 4},
            plot_bgcolor=colours.LINE_STRONG,
            xaxis={
                **_axis(columns, 28, lines=1),
                "range": [-0.5, len(columns) - 0.5],
                "side": "top",
                "tickangle": -90,
            },
            yaxis={**_axis(rows, 24, lines=2), "range": [len(rows) - 0.5, -0.5]},
        ),
    }


def _axis(names: Sequence[str], width: int, *, lines: int) -> Figure:
    return {
        "type": "category",
        "tickvals": list(range(len(names))),
        "ticktext": [wrapped(name, width, lines) for name in names],
        "tickfont": {"size": SMALL - 0.5, "color": colours.INK},
        "showgrid": False,
        "zeroline": False,
        "ticks": "",
        "fixedrange": True,
    }


def _distinct(names: Sequence[str]) -> list[str]:
    """Plotly merges rows of one name; the second of a name gets a number."""
    seen: Counter[str] = Counter()
    found = []
    for name in names:
        seen[name] += 1
        found.append(plain(name) + (f" ({seen[name]})" if seen[name] > 1 else ""))
    return found


def _steps(fills: Sequence[str]) -> list[list[Any]]:
    """A colour scale without blending: each fill holds its own stretch."""
    steps: list[list[Any]] = []
    for at, fill in enumerate(fills):
        steps += [[at / len(fills), fill], [(at + 1) / len(fills), fill]]
    return steps
