"""Shares of offices over the days of a round, with a forecast and its interval at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from maturity.charts import colours
from maturity.charts.figures import FONT, SMALL, Figure, layout_of, note, plain

HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 272, 46, 26, 38, 30
CLOSE = 0.1


@dataclass(frozen=True, slots=True)
class Line:
    """A share 0..1 at the end of each day, and the words that stand at its end."""

    name: str
    label: str
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Ahead:
    """The forecast share with its interval, and its words."""

    middle: float
    low: float
    high: float
    label: str


@dataclass(frozen=True, slots=True)
class Days:
    """The days on the axis: each with its name, how many there are, and the named ones."""

    names: tuple[str, ...]
    last: int
    ticks: tuple[tuple[int, str], ...]


def course_lines(upper: Line, lower: Line, days: Days, ahead: Ahead | None) -> Figure:
    """Two lines from the opening on; the upper one is thin and grey, the lower one strong."""
    marks = [] if ahead is None else [_middle(ahead, days.last)]
    return {
        "data": [
            _line(upper, days, color=colours.LINE_STRONG, width=2),
            _line(lower, days, color=colours.BRAND, width=3),
            *marks,
        ],
        "layout": layout_of(
            HEIGHT,
            margin={"l": LEFT, "r": RIGHT, "t": TOP, "b": BOTTOM},
            xaxis=_axis([0, days.last + 1], days.ticks, showgrid=False),
            yaxis=_axis([-0.03, 1.03], [(n / 4, f"{n * 25}%") for n in range(5)], showgrid=True),
            shapes=[*_today(days), *([] if ahead is None else [_interval(ahead, days.last)])],
            annotations=_words(upper, lower, days, ahead),
        ),
    }


def _line(line: Line, days: Days, **stroke: object) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": plain(line.name),
        "x": list(range(1, len(line.shares) + 1)),
        "y": list(line.shares),
        "customdata": [plain(name) for name in days.names],
        "hovertemplate": f"%{{customdata}}: {plain(line.name)} %{{y:.0%}}<extra></extra>",
        "line": stroke,
        "cliponaxis": False,
    }


def _middle(ahead: Ahead, last: int) -> Figure:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [last],
        "y": [ahead.middle],
        "hovertemplate": f"{plain(ahead.label)}<extra></extra>",
        "cliponaxis": False,
        "marker": {
            "symbol": "diamond",
            "size": 9,
            "color": colours.GOLD,
            "line": {"color": colours.INK, "width": 1.5},
        },
    }


def _interval(ahead: Ahead, last: int) -> Figure:
    half = last / 60
    return {
        "type": "rect",
        "xref": "x",
        "yref": "y",
        "x0": last - half,
        "x1": last + half,
        "y0": ahead.low,
        "y1": max(ahead.high, ahead.low + 0.004),
        "layer": "below",
        "fillcolor": colours.WARN_TINT,
        "line": {"color": colours.LINE_STRONG, "width": 1},
    }


def _today(days: Days) -> list[Figure]:
    """A dashed line at the last day that is known, while there are more to come."""
    day, line = len(days.names), {"color": colours.LINE_STRONG, "width": 1, "dash": "dot"}
    if day >= days.last:
        return []
    return [
        {"type": "line", "x0": day, "x1": day, "y0": 0, "y1": 1, "line": line, "layer": "below"}
    ]


def _axis(
    span: list[float], ticks: Sequence[tuple[float, str]], *, showgrid: bool
) -> Figure:  # fmt: skip
    return {
        "range": span,
        "tickvals": [value for value, _ in ticks],
        "ticktext": [plain(words) for _, words in ticks],
        "tickfont": {"size": SMALL, "color": colours.INK_SOFT},
        "showgrid": showgrid,
        "gridcolor": colours.LINE,
        "zeroline": False,
        "fixedrange": True,
    }


def _words(upper: Line, lower: Line, days: Days, ahead: Ahead | None) -> list[Figure]:
    today, font = len(days.names), {"size": FONT, "color": colours.INK}
    upper_words, lower_words = plain(upper.label), f"<b>{plain(lower.label)}</b>"
    close = upper.shares[-1] - lower.shares[-1] < CLOSE
    if close or today > 0.6 * days.last:  # no room beside the ends: above the plot
        both = f"{upper_words} · {lower_words}"
        found = [note(both, 0, 1, yref="paper", yshift=2, font=font)]
    else:
        beside = {"xref": "x", "xshift": 6, "yanchor": "middle", "font": font}
        found = [note(upper_words, today, upper.shares[-1], **beside),
                 note(lower_words, today, lower.shares[-1], **beside)]  # fmt: skip
    if ahead is not None:
        found.append(
            note(plain(ahead.label), 1, 1, yref="paper", xanchor="right", yshift=18, font=font)
        )
    return found
