"""Radar charts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from maturity.charts import colours
from maturity.charts.elements import Words, around, element, words
from maturity.charts.plane import Plane
from maturity.charts.traces import through


@dataclass(frozen=True, slots=True)
class Disc:
    """The round plane of a polar layout."""

    x: float
    y: float
    radius: float
    top: float
    start: float
    turn: int

    @classmethod
    def of(cls, layout: dict[str, Any], plane: Plane) -> Disc:
        """The largest disc in the plot area."""
        angular = layout["polar"]["angularaxis"]
        return cls(
            x=plane.left + plane.width / 2,
            y=plane.top + plane.height / 2,
            radius=min(plane.width, plane.height) / 2,
            top=float(layout["polar"]["radialaxis"]["range"][1]),
            start=angular.get("rotation", 0),
            turn=-1 if angular.get("direction") == "clockwise" else 1,
        )

    def point(self, r: float, theta: float) -> tuple[float, float]:
        """Where a value at an angle lies."""
        return around(self.x, self.y, self.radius * r / self.top, self.start + self.turn * theta)


def web(disc: Disc, layout: dict[str, Any]) -> Iterator[str]:
    """Rings, spokes and their names."""
    radial, angular = layout["polar"]["radialaxis"], layout["polar"]["angularaxis"]
    for value in radial["tickvals"]:
        yield element("circle", cx=disc.x, cy=disc.y, r=disc.radius * value / disc.top,
                      fill="none", stroke=radial["gridcolor"], stroke_width=1)  # fmt: skip
    for theta, text in zip(angular["tickvals"], angular["ticktext"], strict=True):
        end = disc.point(disc.top, theta)
        yield element("line", x1=disc.x, y1=disc.y, x2=end[0], y2=end[1],
                      stroke=angular["gridcolor"], stroke_width=1)  # fmt: skip
        name = disc.point(disc.top * (1 + 13 / disc.radius), theta)
        yield words(text, *name, Words(layout["font"]["size"], colours.INK, "center"))


def ring_names(disc: Disc, layout: dict[str, Any]) -> Iterator[str]:
    """The values of the rings, above the data."""
    radial = layout["polar"]["radialaxis"]
    font = radial["tickfont"]
    for value, text in zip(radial["tickvals"], radial["ticktext"], strict=True):
        x, y = around(disc.x, disc.y, disc.radius * value / disc.top, radial["angle"])
        yield words(text, x - 4, y, Words(font["size"], font["color"], "right", "top"))


def scatterpolar(trace: dict[str, Any], disc: Disc) -> Iterator[str]:
    """Lines, marks and the area within."""
    points = [
        None if r is None else disc.point(r, theta)
        for r, theta in zip(trace["r"], trace["theta"], strict=True)
    ]
    yield from through(trace, points)
