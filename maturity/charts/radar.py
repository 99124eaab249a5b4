"""A radar with numbered axes and the key to the numbers beneath it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from maturity.charts import colours
from maturity.charts.figures import SMALL, Figure, layout_of, note, plain, wrapped

KEY_ROW = 19
DISC = 300


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of a radar; ``value`` None leaves a gap."""

    label: str
    value: float | None
    shown: str


def radar(axes: Sequence[Axis], top: int) -> Figure:
    """A radar with numbered axes and the key to the numbers beneath it."""
    key = len(axes) * KEY_ROW + 10
    numbers = [str(at) for at in range(1, len(axes) + 1)]
    closed = [*range(len(axes)), 0]
    step = 360 / len(axes)
    return {
        "data": [
            {
                "type": "scatterpolar",
                "mode": "lines+markers",
                "r": [axes[at].value for at in closed],
                "theta": [at * step for at in closed],
                "text": [f"{plain(axes[at].label)}: {plain(axes[at].shown)}" for at in closed],
                "hovertemplate": "%{text}<extra></extra>",
                "fill": "none" if any(axis.value is None for axis in axes) else "toself",
                "fillcolor": "rgba(43,39,99,0.12)",
                "line": {"color": colours.BRAND, "width": 2},
                "marker": {
                    "size": 9,
                    "color": colours.BRAND,
                    "symbol": "circle",
                    "line": {"color": colours.SURFACE, "width": 1},
                },
            }
        ],
        "layout": layout_of(
            DISC + key,
            margin={"l": 24, "r": 24, "t": 24, "b": key + 24},
            polar={
                "bgcolor": colours.SURFACE,
                "radialaxis": {
                    "range": [0, top],
                    "tickvals": list(range(1, top + 1)),
                    "ticktext": [str(n) for n in range(1, top + 1)],
                    "angle": 90 - step / 2,
                    "tickangle": 0,
                    "showline": False,
                    "ticks": "",
                    "gridcolor": colours.LINE,
                    "tickfont": {"size": SMALL, "color": colours.INK_SOFT},
                },
                "angularaxis": {
                    "rotation": 90,
                    "direction": "clockwise",
                    "tickvals": [at * step for at in range(len(axes))],
                    "ticktext": [f"<b>{number}</b>" for number in numbers],
                    "gridcolor": colours.LINE,
                    "linecolor": colours.LINE,
                    "ticks": "",
                },
            },
            annotations=_key(axes, DISC - 48),
        ),
    }


def _key(axes: Sequence[Axis], plot: int) -> list[Figure]:
    """Number, name and value of each axis, line by line."""
    found = []
    for at, axis in enumerate(axes):
        y = -(34 + KEY_ROW * (at + 0.5)) / plot
        name = {"size": SMALL, "color": colours.INK}
        cells: list[tuple[str, float, Figure]] = [
            (f"<b>{at + 1}</b>", 0, {"xshift": -6, "xanchor": "right"}),
            (wrapped(axis.label, 40, lines=1), 0, {"xshift": 0, "font": name}),
            (f"<b>{plain(axis.shown)}</b>", 1, {"xshift": 20, "xanchor": "right"}),
        ]
        found += [note(text, x, y, yref="paper", yanchor="middle", **how) for text, x, how in cells]
    return found
