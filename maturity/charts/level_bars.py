"""Horizontal bars on the level scale, the label above each and the levels behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from maturity.charts import colours
from maturity.charts.figures import FONT, SMALL, Figure, layout_of, note, plain, wrapped

ROW, STRONG_ROW = 42, 48
TOP, BOTTOM = 24, 24


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar. Without a value its words stand with the label; ``strong`` rows sum up others.

    ``has_levels``: whether an empty ``level`` is one still to come; else the bar is plain.
    """

    label: str
    value: float | None
    shown: str
    level: int | None
    strong: bool = False
    has_levels: bool = True


@dataclass(frozen=True, slots=True)
class Scale:
    """The level scale: from 0 to ``top``, with the edges between levels and their names."""

    top: float
    edges: tuple[float, ...]
    names: tuple[str, ...]


def bars(rows: Sequence[Bar], scale: Scale) -> Figure:
    """Horizontal bars on the level scale, the label above each and the bands behind them."""
    heights = [STRONG_ROW if row.strong else ROW for row in rows]
    span = sum(heights)
    places = [sum(heights[: at + 1]) - 12 for at in range(len(rows))]
    count = len(scale.names)
    return {
        "data": [_bar_trace(rows, places, count)],
        "layout": layout_of(
            TOP + span + BOTTOM,
            margin={"l": 2, "r": 8, "t": TOP, "b": BOTTOM},
            bargap=0,
            xaxis=level_axis(scale),
            yaxis={"range": [span, 0], "visible": False, "fixedrange": True},
            shapes=bands(scale),
            annotations=[*band_names(scale), *_labels(rows, places)],
        ),
    }


def _bar_trace(rows: Sequence[Bar], places: Sequence[int], count: int) -> Figure:
    middle = count / 2
    return {
        "type": "bar",
        "orientation": "h",
        "x": [row.value for row in rows],
        "y": list(places),
        "width": [20 if row.strong else 16 for row in rows],
        "text": ["" if row.value is None else plain(row.shown) for row in rows],
        "customdata": [plain(row.label) for row in rows],
        "hovertemplate": "%{customdata}: %{text}<extra></extra>",
        "textposition": [
            "inside" if row.value is not None and row.value >= middle else "outside" for row in rows
        ],
        "insidetextanchor": "start",
        "textangle": 0,
        "constraintext": "none",
        "insidetextfont": {
            "size": SMALL,
            "color": [_colours(row, count)[1] for row in rows],
        },
        "outsidetextfont": {"size": SMALL, "color": colours.INK},
        "cliponaxis": False,
        "marker": {
            "color": [_colours(row, count)[0] for row in rows],
            "line": {"color": colours.LINE_STRONG, "width": 1},
        },
    }


def _colours(row: Bar, count: int) -> tuple[str, str]:
    """The fill of a bar and that of the text on it."""
    if not row.has_levels:
        return colours.INK_SOFT, colours.SURFACE
    return colours.level(row.level, count), colours.on_level(row.level, count)


def level_axis(scale: Scale) -> Figure:
    """The axis of indexes, with a tick at each whole level."""
    levels = range(1, int(scale.top) + 1)
    return {
        "range": [0, scale.top],
        "tickvals": list(levels),
        "tickfont": {"size": SMALL, "color": colours.INK_SOFT},
        "ticktext": [str(n) for n in levels],
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
    }


def bands(scale: Scale) -> list[Figure]:
    """Every other level on a darker ground, down the whole plot."""
    edges = (0.0, *scale.edges, scale.top)
    return [
        {
            "type": "rect",
            "xref": "x",
            "yref": "paper",
            "x0": edges[at],
            "x1": edges[at + 1],
            "y0": 0,
            "y1": 1,
            "layer": "below",
            "fillcolor": colours.SUNKEN if at % 2 == 0 else colours.SURFACE,
            "line": {"width": 0},
        }
        for at in range(len(scale.names))
    ]


def band_names(scale: Scale) -> list[Figure]:
    """The names of the levels above their bands."""
    edges = (0.0, *scale.edges, scale.top)
    return [
        note(
            plain(name),
            (edges[at] + edges[at + 1]) / 2,
            1,
            xref="x",
            yref="paper",
            xanchor="center",
            font={"size": SMALL, "color": colours.INK_SOFT},
        )
        for at, name in enumerate(scale.names)
    ]


def _labels(rows: Sequence[Bar], places: Sequence[int]) -> list[Figure]:
    found = []
    for row, place in zip(rows, places, strict=True):
        label = row.label if row.value is not None else f"{row.label}: {row.shown}"
        text = wrapped(label, 52, lines=1)
        strong = f"<b>{text}</b>" if row.strong else text
        above = place - (12 if row.strong else 10)
        found.append(note(strong, 0, above, xshift=2, font={"size": FONT, "color": colours.INK}))
    return found
