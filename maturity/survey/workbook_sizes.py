"""How wide and high a workbook's cells are: programs do not agree on fitting rows to text. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from maturity.survey.workbook import ABOUT, ANSWER, GUIDANCE, Sheet

_LINE, _TALLEST = 15.5, 409.0  # points; no row may be taller
_LEAST_LINES = 3


def width_of(sheet: Sheet, column: int) -> int:
    """A column's width, in characters."""
    if column == GUIDANCE:
        return 40 if sheet.matrix else 84
    if sheet.matrix and ANSWER <= column < sheet.link:
        return 20
    return 34 if column == ABOUT else 38


def height_of(sheet: Sheet, texts: Mapping[int, str]) -> float:
    """The height, in points, of a row in which these texts stand."""
    needed = (_lines(text, width_of(sheet, column)) for column, text in texts.items())
    return min(_TALLEST, _LINE * max(_LEAST_LINES, *needed, 0))


def _lines(text: str, width: int) -> int:
    """Lines of a text; words are not cut, so that a line holds a little less."""
    return sum(1 + int(len(line) / (width * 0.9)) for line in text.split("\n"))
