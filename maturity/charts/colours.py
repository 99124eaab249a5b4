"""The colours of ``static/css/tokens.css`` as hexes, for figures that no style sheet reaches.

A test holds both to each other.
"""

from __future__ import annotations

PAPER = "#faf7f2"
SURFACE = "#ffffff"
SUNKEN = "#f3eee5"
INK = "#1f1d33"
INK_SOFT = "#56536a"
LINE = "#e2dbcf"
LINE_STRONG = "#857f8f"
BRAND = "#2b2763"
BRAND_TINT = "#eeedf7"
GOLD = "#e8b84a"
WARN_TINT = "#fdf0cf"

DIMENSIONS = ("#6b2f61", "#b0502a", "#bd861c", "#46799f")

LEVELS: dict[int, tuple[str, ...]] = {
    3: ("#fbebc3", "#237a75", "#241f60"),
    4: ("#fbebc3", "#68ab8f", "#0f6678", "#211c5a"),
    5: ("#fbebc3", "#92b77d", "#1f7a70", "#0c5173", "#1d164f"),
}
ON_LEVELS: dict[int, tuple[str, ...]] = {
    3: ("#1f1d33", "#ffffff", "#ffffff"),
    4: ("#1f1d33", "#1f1d33", "#ffffff", "#ffffff"),
    5: ("#1f1d33", "#1f1d33", "#ffffff", "#ffffff", "#ffffff"),
}


def level(number: int | None, count: int) -> str:
    """The fill of a level (1, 2, ...) of an instrument with so many levels."""
    return SURFACE if not number else _of(LEVELS, number, count)


def on_level(number: int | None, count: int) -> str:
    """The colour of text on that fill."""
    return INK_SOFT if not number else _of(ON_LEVELS, number, count)


def _of(scales: dict[int, tuple[str, ...]], number: int, count: int) -> str:
    """With more levels than colours the highest share the last; all are told by number, too."""
    scale = scales.get(count) or scales[3 if count < 3 else 5]
    return scale[min(number, len(scale)) - 1]


def dimension(place: int) -> str:
    """The colour of a dimension, counted from 0."""
    return DIMENSIONS[place % len(DIMENSIONS)]
