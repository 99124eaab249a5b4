"""Text that is safe in a spreadsheet cell. Pure."""

from __future__ import annotations

_STARTS = ("=", "+", "-", "@", "\t", "\r")


def neutral(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would run as a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_STARTS) else text
