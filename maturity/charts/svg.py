"""A Plotly figure as SVG text: first paint, pages without JavaScript, and the PDF.

Draws the kinds of traces that this project uses, and raises for any other, so that no
chart is ever silently wrong. Colours and fonts stand in attributes: no style sheet, no
gradient, no reference to anything outside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from xml.sax.saxutils import escape

from maturity.charts import polar, traces
from maturity.charts.elements import UnknownFigureError, element
from maturity.charts.plane import Plane, notes, shapes, ticks

Figure = dict[str, Any]
ON_PLANE: dict[str, Callable[[dict[str, Any], Plane], Iterator[str]]] = {
    "bar": traces.bar,
    "heatmap": traces.heatmap,
    "scatter": traces.scatter,
}


def render(figure: Figure, *, title: str) -> str:
    """The figure as one ``<svg>``; ``title`` is what a screen reader says.

    UnknownFigureError for a trace, a shape or a mark that cannot be drawn.
    """
    layout = figure["layout"]
    width, height = layout["width"], layout["height"]
    plane = Plane.of(layout)
    return element(
        "svg",
        "".join([element("title", escape(title)), *_drawn(figure, layout, plane)]),
        xmlns="http://www.w3.org/2000/svg",
        role="img",
        aria_label=title,
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        font_family=layout["font"]["family"],
    )


def _drawn(figure: Figure, layout: dict[str, Any], plane: Plane) -> Iterator[str]:
    if "polar" in layout:
        yield from _polar(figure, layout, plane)
    else:
        ground = layout.get("plot_bgcolor")
        if ground:
            yield element("rect", x=plane.left, y=plane.top, width=plane.width,
                          height=plane.height, fill=ground)  # fmt: skip
        yield from shapes(plane, layout)
        yield from ticks(plane, layout)
        for trace in figure["data"]:
            draw = ON_PLANE.get(trace["type"])
            if draw is None:
                raise UnknownFigureError(f"a trace of an unknown kind: {trace['type']}")
            yield from draw(trace, plane)
    yield from notes(plane, layout)


def _polar(figure: Figure, layout: dict[str, Any], plane: Plane) -> Iterator[str]:
    disc = polar.Disc.of(layout, plane)
    yield from polar.web(disc, layout)
    for trace in figure["data"]:
        if trace["type"] != "scatterpolar":
            raise UnknownFigureError(f"a trace of an unknown kind: {trace['type']}")
        yield from polar.scatterpolar(trace, disc)
    yield from polar.ring_names(disc, layout)
