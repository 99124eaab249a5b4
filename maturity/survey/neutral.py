"""Text and files that are safe in a spreadsheet program. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

Cell = str | int | float | bool | None
BOM = "\ufeff"  # so that spreadsheet programs read the file as UTF-8
_STARTS = ("=", "+", "-", "@", "\t", "\r")


def neutral(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would run as a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_STARTS) else text


def as_csv(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """A file that spreadsheet programs open as it is, without running anything in it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([neutral(title) for title in head])
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return BOM + out.getvalue()


def _cell(value: Cell) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return round(value, 6)
    return neutral(value) if isinstance(value, str) else value
