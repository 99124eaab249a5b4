"""SVG elements as text: numbers with two decimals, so that the same figure gives the same file."""

from __future__ import annotations

import html
import math
import re
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from maturity.charts import colours

BASELINE = {"top": 0.82, "middle": 0.35, "bottom": -0.18}
ANCHORS = {"left": "start", "center": "middle", "right": "end"}
LINE_HEIGHT = 1.2
_PIECE = re.compile(r"(<b>.*?</b>)")


class UnknownFigureError(ValueError):
    """A figure that the renderer cannot draw faithfully; nothing is drawn instead."""


def num(value: float) -> str:
    """A length with at most two decimals."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def element(name: str, content: str | None = None, **attributes: object) -> str:
    """One element; an underscore in an attribute's name stands for a hyphen."""
    said = "".join(
        f" {key.rstrip('_').replace('_', '-')}={quoteattr(_attribute(value))}"
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{said}/>" if content is None else f"<{name}{said}>{content}</{name}>"


def _attribute(value: object) -> str:
    return num(value) if isinstance(value, int | float) else str(value)


def paint(colour: str) -> dict[str, Any]:
    """Fill attributes of a hex or of ``rgba(r,g,b,a)``."""
    if not colour.startswith("rgba("):
        return {"fill": colour}
    red, green, blue, alpha = (float(part) for part in colour[5:-1].split(","))
    return {"fill": f"#{int(red):02x}{int(green):02x}{int(blue):02x}", "fill_opacity": alpha}


def contrast_ink(fill: str) -> str:
    """Ink or white, whichever reads better on a fill."""
    return colours.INK if _luminance(fill) > 0.18 else colours.SURFACE


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@dataclass(frozen=True, slots=True)
class Words:
    """How a text stands at its point."""

    size: float = 12
    colour: str = colours.INK
    across: str = "left"
    down: str = "middle"
    turn: float = 0


def words(text: str, x: float, y: float, how: Words) -> str:
    """A text in Plotly's small markup (``<br>``, ``<b>``, entities) at a point."""
    lines = text.split("<br>")
    first = y + how.size * BASELINE[how.down] - _lift(len(lines), how)
    spans = "".join(
        element("tspan", _pieces(line), x=x, y=first + at * how.size * LINE_HEIGHT)
        for at, line in enumerate(lines)
    )
    return element(
        "text",
        spans if len(lines) > 1 else _pieces(lines[0]),
        x=x,
        y=first,
        font_size=how.size,
        fill=how.colour,
        text_anchor=ANCHORS[how.across],
        transform=f"rotate({num(how.turn)} {num(x)} {num(y)})" if how.turn else None,
    )


def _lift(lines: int, how: Words) -> float:
    below = (lines - 1) * how.size * LINE_HEIGHT
    return {"top": 0.0, "middle": below / 2, "bottom": below}[how.down]


def _pieces(line: str) -> str:
    found = []
    for piece in _PIECE.split(line):
        if piece.startswith("<b>"):
            found.append(element("tspan", plain_words(piece[3:-4]), font_weight=600))
        elif piece:
            found.append(plain_words(piece))
    return "".join(found)


def plain_words(text: str) -> str:
    """Text without markup, ready to stand in SVG."""
    if re.search(r"<[a-z/]", text):
        raise UnknownFigureError(f"markup that is not drawn: {text}")
    return escape(html.unescape(text))


def symbol(name: str, x: float, y: float, size: float, **attributes: Any) -> str:
    """A mark of a scatter: circle, square, diamond or triangle-up."""
    half = size / 2
    if name == "circle":
        return element("circle", cx=x, cy=y, r=half, **attributes)
    outlines = {
        "square": [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
        "diamond": [(0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)],
        "triangle-up": [(0, -1.1), (1.15, 0.9), (-1.15, 0.9)],
    }
    if name not in outlines:
        raise UnknownFigureError(f"a mark of an unknown shape: {name}")
    points = [(x + half * dx, y + half * dy) for dx, dy in outlines[name]]
    return element("path", d=path(points, closed=True), **attributes)


def path(points: list[tuple[float, float]], *, closed: bool = False) -> str:
    """The outline through the points."""
    return "M" + "L".join(f"{num(x)} {num(y)}" for x, y in points) + ("Z" if closed else "")


def around(x: float, y: float, radius: float, degrees: float) -> tuple[float, float]:
    """The point at an angle, counted counter-clockwise from the right."""
    turn = math.radians(degrees)
    return x + radius * math.cos(turn), y - radius * math.sin(turn)


def each(value: object, at: int) -> object:
    """One of a list, or the same for all."""
    return value[at] if isinstance(value, list | tuple) else value
