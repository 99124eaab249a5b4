"""The plane of a figure with linear axes: where things are, ticks, shapes and notes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from maturity.charts import colours
from maturity.charts.elements import UnknownFigureError, Words, element, paint, words


@dataclass(frozen=True, slots=True)
class Plane:
    """The plot area in pixels, and the ranges of both axes."""

    left: float
    top: float
    width: float
    height: float
    xrange: tuple[float, float]
    yrange: tuple[float, float]

    @classmethod
    def of(cls, layout: dict[str, Any]) -> Plane:
        """The plane of a layout; each size and range must be said."""
        margin = layout["margin"]
        return cls(
            left=margin["l"],
            top=margin["t"],
            width=layout["width"] - margin["l"] - margin["r"],
            height=layout["height"] - margin["t"] - margin["b"],
            xrange=_range(layout.get("xaxis")),
            yrange=_range(layout.get("yaxis")),
        )

    def x(self, value: float, ref: str = "x") -> float:
        """Pixels from the left; ``ref`` may be ``paper`` (0..1)."""
        return self.left + self.width * _share(value, self.xrange, ref)

    def y(self, value: float, ref: str = "y") -> float:
        """Pixels from the top."""
        return self.top + self.height * (1 - _share(value, self.yrange, ref))


def _range(axis: dict[str, Any] | None) -> tuple[float, float]:
    if axis is None:
        return 0.0, 1.0
    if "range" not in axis:
        raise UnknownFigureError("an axis without a range")
    start, end = axis["range"]
    return float(start), float(end)


def _share(value: float, span: tuple[float, float], ref: str) -> float:
    return value if ref == "paper" else (value - span[0]) / (span[1] - span[0])


def ticks(plane: Plane, layout: dict[str, Any]) -> Iterator[str]:
    """The named ticks of both axes, with grid lines where the axis asks for them."""
    for name in ("xaxis", "yaxis"):
        axis = layout.get(name, {})
        if axis.get("visible", True):
            for value, text in zip(axis.get("tickvals", ()), axis.get("ticktext", ()), strict=True):
                yield from _tick(plane, axis, value, text, upright=name == "xaxis")


def _tick(
    plane: Plane, axis: dict[str, Any], value: float, text: str, *, upright: bool
) -> Iterator[str]:
    font = axis.get("tickfont", {})
    size, colour = font.get("size", 12), font.get("color", colours.INK_SOFT)
    if not upright:
        y = plane.y(value)
        if axis.get("showgrid", True):
            yield _line(plane.left, y, plane.left + plane.width, y)
        yield words(text, plane.left - 6, y, Words(size, colour, "right"))
        return
    x, over = plane.x(value), axis.get("side") == "top"
    y = plane.top - 6 if over else plane.top + plane.height + 4
    if axis.get("showgrid", True):
        yield _line(x, plane.top, x, plane.top + plane.height)
    if axis.get("tickangle") == -90:
        yield words(text, x, y, Words(size, colour, "left" if over else "right", turn=-90))
    else:
        yield words(text, x, y, Words(size, colour, "center", "bottom" if over else "top"))


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=colours.LINE, stroke_width=1)


def shapes(plane: Plane, layout: dict[str, Any]) -> Iterator[str]:
    """Rectangles and lines behind the data."""
    for shape in layout.get("shapes", ()):
        xs = sorted(plane.x(shape[key], shape.get("xref", "x")) for key in ("x0", "x1"))
        ys = sorted(plane.y(shape[key], shape.get("yref", "y")) for key in ("y0", "y1"))
        line = shape.get("line", {})
        if shape["type"] == "rect":
            stroke = {"stroke": line["color"], "stroke_width": line["width"]} if line.get(
                "width") else {}  # fmt: skip
            yield element("rect", x=xs[0], y=ys[0], width=xs[1] - xs[0], height=ys[1] - ys[0],
                          **paint(shape["fillcolor"]), **stroke)  # fmt: skip
        elif shape["type"] == "line":
            yield element("line", x1=xs[0], y1=ys[0], x2=xs[1], y2=ys[1],
                          stroke=line.get("color", colours.LINE_STRONG),
                          stroke_width=line.get("width", 1),
                          stroke_dasharray="3 3" if line.get("dash") else None)  # fmt: skip
        else:
            raise UnknownFigureError(f"a shape of an unknown kind: {shape['type']}")


def notes(plane: Plane, layout: dict[str, Any]) -> Iterator[str]:
    """The annotations; arrows are not drawn."""
    for note in layout.get("annotations", ()):
        if note.get("showarrow", True):
            raise UnknownFigureError("an annotation with an arrow")
        font = note.get("font", {})
        how = Words(
            font.get("size", layout["font"]["size"]),
            font.get("color", layout["font"]["color"]),
            note.get("xanchor", "center"),
            note.get("yanchor", "middle"),
            note.get("textangle", 0),
        )
        x = plane.x(note["x"], note.get("xref", "x")) + note.get("xshift", 0)
        y = plane.y(note["y"], note.get("yref", "y")) - note.get("yshift", 0)
        yield words(note["text"], x, y, how)
