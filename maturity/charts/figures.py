"""What all figures share. A figure is a plain Plotly dict: ``{"data": [...], "layout": {...}}``.

Pure: all words come in the reader's language and all numbers that are shown come as
words, so that nothing here rounds. Sizes are pixels at phone width.
"""

from __future__ import annotations

import html
import textwrap
from typing import Any

from maturity.charts import colours

Figure = dict[str, Any]
WIDTH = 340
FONT = 12
SMALL = 11
FONTS = "Inter, 'Segoe UI', Roboto, Arial, sans-serif"


def plain(text: str) -> str:
    """Text that Plotly shows as it is, whatever signs it holds."""
    return html.escape(text, quote=False)


def wrapped(text: str, width: int, lines: int = 3) -> str:
    """Text broken into lines of so many characters; what is left over ends in ``…``."""
    parts = textwrap.wrap(text, width, max_lines=lines, placeholder="…", break_long_words=False)
    return "<br>".join(plain(part) for part in parts)


def layout_of(height: int, **more: Any) -> Figure:
    """A layout at phone width, without legend and without zooming."""
    return {
        "width": WIDTH,
        "height": height,
        "font": {"family": FONTS, "size": FONT, "color": colours.INK},
        "paper_bgcolor": colours.SURFACE,
        "plot_bgcolor": colours.SURFACE,
        "showlegend": False,
        "dragmode": False,
        **more,
    }


def note(text: str, x: float, y: float, **more: Any) -> Figure:
    """Words at a point, by default above it and from the left edge of the plot."""
    return {
        "text": text,
        "x": x,
        "y": y,
        "xref": "paper",
        "yref": "y",
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
        "align": "left",
        **more,
    }
