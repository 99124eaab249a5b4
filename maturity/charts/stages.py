"""The indexes of several stages on the level scale: a mark for each, a bar between two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from maturity.charts import colours
from maturity.charts.figures import FONT, Figure, layout_of, note, plain, wrapped
from maturity.charts.level_bars import Scale, band_names, bands, level_axis

ROW, TOP, BOTTOM = 44, 24, 24
MARKS = (("circle", colours.SURFACE), ("diamond", colours.GOLD), ("square", colours.BRAND))
"""Shape and fill of each kind of mark: shapes differ, so that colour is not needed."""


@dataclass(frozen=True, slots=True)
class StageRow:
    """One line: a value for each kind of mark, and the stretch that is disputed."""

    label: str
    values: tuple[float | None, ...]
    stretch: tuple[float, float] | None
    strong: bool = False


def stage_dots(rows: Sequence[StageRow], scale: Scale, names: Sequence[str]) -> Figure:
    """The marks of each row on the level scale, the label above; ``names`` of the kinds."""
    span = ROW * len(rows)
    places = [ROW * (at + 1) - 12 for at in range(len(rows))]
    return {
        "data": [_marks(rows, places, at, name) for at, name in enumerate(names)],
        "layout": layout_of(
            TOP + span + BOTTOM,
            margin={"l": 2, "r": 8, "t": TOP, "b": BOTTOM},
            xaxis=level_axis(scale),
            yaxis={"range": [span, 0], "visible": False, "fixedrange": True},
            shapes=[*bands(scale), *_stretches(rows, places)],
            annotations=[*band_names(scale), *_labels(rows, places)],
        ),
    }


def _marks(rows: Sequence[StageRow], places: Sequence[int], kind: int, name: str) -> Figure:
    shape, fill = MARKS[kind]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": plain(name),
        "x": [row.values[kind] for row in rows],
        "y": list(places),
        "customdata": [plain(row.label) for row in rows],
        "hovertemplate": f"%{{customdata}}: {plain(name)} %{{x:.2f}}<extra></extra>",
        "cliponaxis": False,
        "marker": {
            "symbol": shape,
            "size": 11 - kind,
            "color": fill,
            "line": {"color": colours.INK, "width": 1.5},
        },
    }


def _stretches(rows: Sequence[StageRow], places: Sequence[int]) -> list[Figure]:
    """The disputed part of each row, wide enough to be seen."""
    return [
        {
            "type": "rect",
            "xref": "x",
            "yref": "y",
            "x0": row.stretch[0],
            "x1": row.stretch[1],
            "y0": place - 9,
            "y1": place + 9,
            "layer": "below",
            "fillcolor": colours.WARN_TINT,
            "line": {"color": colours.LINE_STRONG, "width": 1},
        }
        for row, place in zip(rows, places, strict=True)
        if row.stretch is not None and row.stretch[0] != row.stretch[1]
    ]


def _labels(rows: Sequence[StageRow], places: Sequence[int]) -> list[Figure]:
    found = []
    for row, place in zip(rows, places, strict=True):
        text = wrapped(row.label, 52, lines=1)
        strong = f"<b>{text}</b>" if row.strong else text
        found.append(
            note(strong, 0, place - 11, xshift=2, font={"size": FONT, "color": colours.INK})
        )
    return found
