"""Traces on linear axes: bars, heatmaps and scatters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from maturity.charts import colours
from maturity.charts.elements import (
    BASELINE,
    UnknownFigureError,
    Words,
    contrast_ink,
    each,
    element,
    num,
    paint,
    path,
    plain_words,
    symbol,
    words,
)
from maturity.charts.plane import Plane

Trace = dict[str, Any]
PAD = 5


def outline(line: dict[str, Any] | None) -> dict[str, Any]:
    """Stroke attributes of a Plotly line."""
    if not line or not line.get("width", 1):
        return {}
    return {"stroke": line.get("color", colours.INK), "stroke_width": line.get("width", 1)}


# --- bars -----------------------------------------------------------------------------


def bar(trace: Trace, plane: Plane) -> Iterator[str]:
    """Bars from zero, lying or standing, with their text inside or at the end."""
    lying = trace.get("orientation") == "h"
    lengths, places = (trace["x"], trace["y"]) if lying else (trace["y"], trace["x"])
    for at, (length, place) in enumerate(zip(lengths, places, strict=True)):
        if length is not None:
            yield _bar(trace, plane, at, length, place, lying)
        yield from _bar_text(trace, plane, at, length or 0.0, place, lying)


def _bar(
    trace: Trace, plane: Plane, at: int, length: float, place: float, lying: bool
) -> str:  # fmt: skip
    half = float(str(each(trace.get("width", 0.8), at))) / 2
    across = (0.0, length), (place - half, place + half)
    xspan, yspan = across if lying else across[::-1]
    xs = sorted(plane.x(value) for value in xspan)
    ys = sorted(plane.y(value) for value in yspan)
    fill = str(each(trace["marker"]["color"], at))
    return element(
        "rect", x=xs[0], y=ys[0], width=xs[1] - xs[0], height=ys[1] - ys[0], **paint(fill),
        **outline(trace["marker"].get("line")),
    )  # fmt: skip


def _bar_text(
    trace: Trace, plane: Plane, at: int, length: float, place: float, lying: bool
) -> Iterator[str]:
    if not trace.get("text") or not trace["text"][at]:
        return
    inside = each(trace.get("textposition", "outside"), at) == "inside"
    font = trace.get("insidetextfont" if inside else "outsidetextfont", {})
    size, colour = font.get("size", 12), str(each(font.get("color", colours.INK), at))
    text = str(trace["text"][at])
    if not lying:
        y = plane.y(length) + (PAD if inside else -PAD)
        yield words(text, plane.x(place), y, Words(size, colour, "center",
                                                   "top" if inside else "bottom"))  # fmt: skip
        return
    x, across = plane.x(length) + PAD, "left"
    if inside:
        start = trace.get("insidetextanchor", "end") == "start"
        x, across = (plane.x(0) + PAD, "left") if start else (plane.x(length) - PAD, "right")
    yield words(text, x, plane.y(place), Words(size, colour, across))


# --- heatmap --------------------------------------------------------------------------


def heatmap(trace: Trace, plane: Plane) -> Iterator[str]:
    """Cells in rows and columns of one unit, each with its text; one path for each fill."""
    cells: dict[str, list[tuple[int, int]]] = {}
    fills = [(float(end), str(fill)) for end, fill in trace["colorscale"]]
    low, high = trace["zmin"], trace["zmax"]
    for y, row in enumerate(trace["z"]):
        for x, value in enumerate(row):
            if value is not None:
                share = (value - low) / (high - low) if high > low else 0.0
                cells.setdefault(_stepped(fills, share), []).append((x, y))
    for fill, places in cells.items():
        gaps = trace.get("xgap", 0), trace.get("ygap", 0)
        outlines = "".join(_cell(plane, x, y, gaps) for x, y in places)
        yield element("path", d=outlines, **paint(fill))
        yield _cell_texts(trace, plane, places, contrast_ink(fill))


def _stepped(fills: list[tuple[float, str]], share: float) -> str:
    """The fill of a scale in steps: pairs that begin and end each stretch."""
    stretches = list(zip(fills[::2], fills[1::2], strict=True))
    if any(first[1] != last[1] for first, last in stretches):
        raise UnknownFigureError("a colour scale that blends")
    return next((fill for _, (end, fill) in stretches if share < end), stretches[-1][1][1])


def _cell(plane: Plane, x: int, y: int, gaps: tuple[float, float]) -> str:
    xs = sorted((plane.x(x - 0.5), plane.x(x + 0.5)))
    ys = sorted((plane.y(y - 0.5), plane.y(y + 0.5)))
    width, height = xs[1] - xs[0] - gaps[0], ys[1] - ys[0] - gaps[1]
    left, top = num(xs[0] + gaps[0] / 2), num(ys[0] + gaps[1] / 2)
    return f"M{left} {top}h{num(width)}v{num(height)}h{num(-width)}z"


def _cell_texts(
    trace: Trace, plane: Plane, places: list[tuple[int, int]], colour: str
) -> str:  # fmt: skip
    size = trace.get("textfont", {}).get("size", 12)
    texts = "".join(
        element(
            "text",
            plain_words(str(trace["text"][y][x])),
            x=plane.x(x),
            y=plane.y(y) + size * BASELINE["middle"],
        )
        for x, y in places
    )
    return element("g", texts, font_size=size, fill=colour, text_anchor="middle")


# --- scatter --------------------------------------------------------------------------


def scatter(trace: Trace, plane: Plane) -> Iterator[str]:
    """Lines, marks and texts through points; a missing value breaks the line."""
    points = [
        None if x is None or y is None else (plane.x(x), plane.y(y))
        for x, y in zip(trace["x"], trace["y"], strict=True)
    ]
    yield from through(trace, points)


def through(trace: Trace, points: list[tuple[float, float] | None]) -> Iterator[str]:
    """What a scatter draws through its points, on whichever plane they lie."""
    modes = trace.get("mode", "markers").split("+")
    if set(modes) - {"lines", "markers", "text"}:
        raise UnknownFigureError(f"a scatter of an unknown mode: {trace['mode']}")
    if trace.get("fill") == "toself" and None not in points:
        known = [point for point in points if point is not None]
        yield element("path", d=path(known, closed=True), **paint(trace["fillcolor"]))
    if "lines" in modes:
        for run in _runs(points):
            yield element("path", d=path(run), fill="none", **outline(trace.get("line")))
    for at, point in enumerate(points):
        if point is not None and "markers" in modes:
            yield _mark(trace.get("marker", {}), at, point)
        if point is not None and "text" in modes:
            yield words(str(trace["text"][at]), point[0] + 8, point[1], Words())


def _runs(points: list[tuple[float, float] | None]) -> Iterator[list[tuple[float, float]]]:
    run: list[tuple[float, float]] = []
    for point in [*points, None]:
        if point is not None:
            run.append(point)
            continue
        if len(run) > 1:
            yield run
        run = []


def _mark(marker: dict[str, Any], at: int, point: tuple[float, float]) -> str:
    name = str(each(marker.get("symbol", "circle"), at))
    size = float(str(each(marker.get("size", 6), at)))
    fill = str(each(marker.get("color", colours.BRAND), at))
    edge = outline(marker["line"]) if "line" in marker else {}
    return symbol(name, point[0], point[1], size, **paint(fill), **edge)
