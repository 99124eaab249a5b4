"""One chart of a report: finding, figure, drawing and the same numbers as a table."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from maturity.charts import svg
from maturity.charts.figures import Figure
from maturity.survey.instrument import Text
from maturity.web import format_number

Cell = str | float | int | None


@dataclass(frozen=True)
class Table:
    """The numbers of a chart: for the page as words, for a file as they are."""

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numeric: tuple[int, ...] = ()

    def shown(self, language: str) -> list[list[str]]:
        """The rows as words: numbers with two decimals, a dash for unknown."""
        return [[_shown(cell, language) for cell in row] for row in self.rows]


def _shown(cell: Cell, language: str) -> str:
    if isinstance(cell, str):
        return cell
    return format_number(cell, 0 if isinstance(cell, int) else 2, language)


@dataclass(frozen=True)
class Chart:
    """One chart. ``id`` names it in the page and in the address of its file."""

    id: str
    title: str
    summary: str
    figure: Figure
    table: Table

    @cached_property
    def drawing(self) -> str:
        """The figure as SVG."""
        return svg.render(self.figure, title=self.title)


def said(language: str, indonesian: str, english: str) -> str:
    """Words in one language."""
    return Text(indonesian, english).in_(language)
