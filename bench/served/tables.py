"""Tables in Markdown."""

from __future__ import annotations

from collections.abc import Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table; every column but the first is set right."""
    lines = [line(head), line(["---", *["---:"] * (len(head) - 1)])]
    return "\n".join([*lines, *(line(row) for row in rows)])


def line(cells: Sequence[object]) -> str:
    """One row."""
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def section(title: str, command: str, *parts: str) -> str:
    """A section with the command that made it."""
    return "\n\n".join([f"## {title}", f"`{command}`", *parts])
