"""A map of equal tiles, each with its short name and what stands under it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from maturity.charts import colours
from maturity.charts.figures import Figure, layout_of, note, plain

SIDE, GAP, WIDTH = 31, 3, 640
NAME, UNDER = 9, 12


@dataclass(frozen=True, slots=True)
class MapTile:
    """One tile; row and column count from 0. ``level`` None: without a level."""

    row: int
    column: int
    name: str
    under: str
    level: int | None


def tile_map(tiles: Sequence[MapTile], count: int) -> Figure:
    """The tiles in the colours of a scale of ``count`` levels, with name and words on each."""
    columns = 1 + max(tile.column for tile in tiles)
    rows = 1 + max(tile.row for tile in tiles)
    left = (WIDTH - columns * (SIDE + GAP)) / 2
    return {
        "data": [],
        "layout": layout_of(
            rows * (SIDE + GAP) + GAP,
            width=WIDTH,
            margin={"l": left, "r": left, "t": 2, "b": 1},
            xaxis={"range": [0, columns], "visible": False},
            yaxis={"range": [rows, 0], "visible": False},
            shapes=[_square(tile, count) for tile in tiles],
            annotations=[words for tile in tiles for words in _words(tile, count)],
        ),
    }


def _square(tile: MapTile, count: int) -> Figure:
    gap = GAP / (SIDE + GAP) / 2
    return {
        "type": "rect",
        "x0": tile.column + gap,
        "x1": tile.column + 1 - gap,
        "y0": tile.row + gap,
        "y1": tile.row + 1 - gap,
        "fillcolor": colours.level(tile.level, count),
        "line": {"color": colours.LINE_STRONG, "width": 0.8},
    }


def _words(tile: MapTile, count: int) -> list[Figure]:
    ink = colours.on_level(tile.level, count)
    middle = {"xref": "x", "xanchor": "center", "yanchor": "middle"}
    lines = ((plain(tile.name), 0.3, NAME), (f"<b>{plain(tile.under)}</b>", 0.67, UNDER))
    return [
        note(text, tile.column + 0.5, tile.row + at, font={"size": size, "color": ink}, **middle)
        for text, at, size in lines
    ]
