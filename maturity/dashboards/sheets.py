"""Tables written as one XLSX file: typed cells, frozen heads, nothing that runs."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import xlsxwriter

Cell = str | int | float | bool | datetime | None
FONT = {"font_name": "Calibri", "font_size": 10, "valign": "top"}
LINE = 15
"""Height of a line, in points."""
PAPER = 300
"""Width that still can be read when it is printed on one page, in signs."""
HEAD = {**FONT, "bold": True, "text_wrap": True, "bg_color": "#EEEDF7", "bottom": 1}


class Form(StrEnum):
    """How a column's numbers are shown; the cells hold them unrounded."""

    TEXT = "@"
    WHOLE = "#,##0"
    NUMBER = "0.00"
    SHARE = "0%"
    MOMENT = "yyyy-mm-dd hh:mm"
    PLAIN = "General"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, how wide, and what its cells are."""

    title: str
    width: float
    form: Form = Form.NUMBER


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of a workbook. ``fixed`` columns stay in sight beside the head."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    fixed: int = 1


def as_xlsx(sheets: Sequence[Sheet], *, title: str, at: datetime) -> bytes:
    """The file; the same tables and moment give the same bytes. Moments have no zone."""
    made = io.BytesIO()
    options = {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    with xlsxwriter.Workbook(made, options) as book:
        book.set_properties({"title": title, "created": at.replace(tzinfo=None)})
        head = book.add_format(HEAD)
        forms = {form: book.add_format({**FONT, "num_format": str(form)}) for form in Form}
        forms[Form.PLAIN].set_text_wrap()
        forms[Form.PLAIN].set_align("left")
        for sheet in sheets:
            _write(book.add_worksheet(sheet.name), sheet, head, forms)
    return made.getvalue()


def _write(page: Any, sheet: Sheet, head: Any, forms: dict[Form, Any]) -> None:
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, column.width)
        page.write_string(0, place, column.title, head)
        for number, row in enumerate(sheet.rows, start=1):
            moment = isinstance(row[place], datetime)  # a date is a number but for its form
            form = forms[Form.MOMENT if moment else column.form]
            _cell(page, (number, place), row[place], form)
    page.freeze_panes(1, sheet.fixed)
    page.autofilter(0, 0, max(len(sheet.rows), 1), len(sheet.columns) - 1)
    page.repeat_rows(0)
    page.set_landscape()
    if sum(column.width for column in sheet.columns) < PAPER:
        page.fit_to_pages(1, 0)
    page.set_row(0, LINE * max(_lines(one.title, one) for one in sheet.columns))
    wrapped = [place for place, one in enumerate(sheet.columns) if one.form is Form.PLAIN]
    for number, row in enumerate(sheet.rows, start=1):  # not every program finds the height itself
        lines = [_lines(row[place], sheet.columns[place]) for place in wrapped]
        if max(lines, default=1) > 1:
            page.set_row(number, LINE * max(lines))


def _lines(value: Cell, column: Column) -> int:
    """How many lines words take in a column."""
    return math.ceil(1.2 * len(value) / column.width) if isinstance(value, str) else 1


def _cell(page: Any, place: tuple[int, int], value: Cell, form: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        page.write_boolean(*place, value, form)
    elif isinstance(value, datetime):
        page.write_datetime(*place, value, form)
    elif isinstance(value, str):
        page.write_string(*place, value, form)
    else:
        page.write_number(*place, value, form)
