"""Lists of people or offices as they stand in a CSV or XLSX file: named columns, plain texts."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

from python_calamine import CalamineError, CalamineWorkbook

from maturity.errors import MaturityError
from maturity.workbooks import is_too_large

MOST_BYTES = 5_000_000
MOST_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one cell; ``row`` counts from 1, the heading."""

    row: int
    column: str
    error: MaturityError


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not blank; ``cells`` by column, "" where the file has none."""

    number: int
    cells: Mapping[str, str]


def read_rows(path: Path, columns: Mapping[str, str], wanted: Sequence[str]) -> list[Row]:
    """The rows of a file; ``columns``: spelling of a heading -> column, ``wanted`` must be there.

    MaturityError when it is no such file at all.
    """
    if path.stat().st_size > MOST_BYTES:
        raise _unreadable(path, "lebih besar dari 5 MB", "is larger than 5 MB")
    sheet = _xlsx(path) if path.suffix.lower() == ".xlsx" else _csv(path)
    rows = [[cell.strip() for cell in row] for row in sheet]
    if not rows:
        raise _unreadable(path, "kosong", "is empty")
    places = _places(path, rows[0], columns, wanted)
    if len(rows) > MOST_ROWS:
        raise _unreadable(path, f"lebih dari {MOST_ROWS} baris", f"has over {MOST_ROWS} rows")
    names = dict.fromkeys(columns.values())
    return [
        Row(number, {name: _cell(row, places.get(name)) for name in names})
        for number, row in enumerate(rows[1:], start=2)
        if any(row)
    ]


def _places(
    path: Path, head: list[str], columns: Mapping[str, str], wanted: Sequence[str]
) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, cell in enumerate(head):
        name = columns.get(cell.lower())
        if name:
            places.setdefault(name, place)
    missing = ", ".join(name for name in wanted if name not in places)
    if missing:
        raise _unreadable(
            path, f"tidak memiliki kolom {missing}", f"does not have the column(s) {missing}"
        )
    return places


def _cell(row: list[str], place: int | None) -> str:
    return row[place] if place is not None and place < len(row) else ""


def _csv(path: Path) -> list[list[str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        first = text.partition("\n")[0]
        delimiter = max(",;\t", key=first.count)
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(path, "bukan CSV UTF-8 yang utuh", "is no whole UTF-8 CSV") from error


def _xlsx(path: Path) -> list[list[str]]:
    try:
        if is_too_large(path):
            raise _unreadable(path, "memuat lembar yang terlalu besar", "holds too large a sheet")
        book = CalamineWorkbook.from_path(str(path))
        return [[_text(cell) for cell in row] for row in book.get_sheet_by_index(0).to_python()]
    except (BadZipFile, CalamineError, IndexError) as error:
        raise _unreadable(path, "bukan lembar kerja XLSX", "is no XLSX workbook") from error


def _text(cell: object) -> str:
    """Office codes that the spreadsheet took for numbers keep their two decimals."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else f"{cell:.2f}"
    return str(cell)


def _unreadable(path: Path, indonesian: str, english: str) -> MaturityError:
    return MaturityError(f"{path}: berkas ini {indonesian}.", f"{path}: this file {english}.")
