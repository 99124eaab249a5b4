"""Tables of answers from CSV: UTF-8 with or without mark, any of three separators."""

from __future__ import annotations

import csv
import re
from functools import partial
from pathlib import Path
from typing import Any

from maturity.survey.table import (
    Coded,
    Header,
    Layout,
    Table,
    TableError,
    Where,
    header_of,
)

HEAD = 1 << 16
BLOCK = 1 << 24  # the longest row that is read, in bytes
MOST_SHOWN = 200
SEPARATORS = ",;\t"


def read_csv(path: Path, layout: Layout) -> Table:
    """The table in a CSV file, separated by comma, semicolon or tab."""
    lines, separator, names = _csv_head(path, layout)
    header = header_of(str(path), names, layout)
    where = Where(str(path), first=lines + 1)
    data, ragged = _csv_rows(path, header, lines=lines, separator=separator, width=len(names))
    if ragged:
        raise _ragged(where, ragged, width=len(names))
    columns = {name: Coded.arrow(data[f"c{at}"]) for name, at in header.places.items()}
    return Table(where, columns, header.unknown)


def _csv_head(path: Path, layout: Layout) -> tuple[int, str, list[str]]:
    """Lines up to the header, with it; the separator; the names."""
    with path.open("rb") as file:
        start = file.read(HEAD)
    if start[:2] in (b"\xff\xfe", b"\xfe\xff") or start[:4] == b"PK\x03\x04":
        raise _not_text(path)
    text = start.decode("utf-8-sig", errors="replace")
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        if line.strip(" \t,;"):
            rows = {mark: next(csv.reader([line], delimiter=mark)) for mark in SEPARATORS}
            mark = max(SEPARATORS, key=lambda mark: _known(rows[mark], layout))
            return number, mark, rows[mark]
    raise TableError(str(path), "berkas kosong.", "the file is empty.")


def _known(names: list[str], layout: Layout) -> int:
    return sum(layout.column(name) in layout.columns for name in names)


def _csv_rows(
    path: Path, header: Header, *, lines: int, separator: str, width: int
) -> tuple[Any, list[tuple[int, int]]]:
    """The columns as arrow data, and (row, fields) of rows with too many or too few."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    ragged: list[tuple[int, int]] = []
    names = [f"c{place}" for place in range(width)]
    kept = [names[place] for place in header.places.values()]
    read = arrow_csv.ReadOptions(
        column_names=names, skip_rows=lines, use_threads=False, block_size=BLOCK
    )
    parse = arrow_csv.ParseOptions(
        delimiter=separator,
        newlines_in_values=True,
        ignore_empty_lines=False,
        invalid_row_handler=partial(_skip, ragged),
    )
    convert = arrow_csv.ConvertOptions(
        column_types=dict.fromkeys(kept, pa.dictionary(pa.int32(), pa.string())),
        include_columns=kept,
        strings_can_be_null=False,
    )
    try:
        return arrow_csv.read_csv(str(path), read, parse, convert), ragged
    except pa.ArrowInvalid as error:
        raise _not_csv(path, str(error)) from error


def _skip(ragged: list[tuple[int, int]], row: Any) -> str:
    if row.actual_columns > 1 or row.text.strip():
        ragged.append((row.number, row.actual_columns))
    return "skip"


def _ragged(where: Where, ragged: list[tuple[int, int]], *, width: int) -> TableError:
    shown = ragged[:MOST_SHOWN]
    more = len(ragged) - len(shown)
    lines_id = [f"baris {row}: {found} kolom, bukan {width}" for row, found in shown]
    lines_en = [f"row {row}: {found} fields instead of {width}" for row, found in shown]
    if more:
        lines_id.append(f"dan {more} baris lagi")
        lines_en.append(f"and {more} more rows")
    join = f"\n{where.file}:"
    error = TableError(where.file, "", "")
    error.message_id = f"{where.file}:{join.join(lines_id)}"
    error.message_en = f"{where.file}:{join.join(lines_en)}"
    return error


def _not_csv(path: Path, said: str) -> TableError:
    if "UTF8" not in said:
        return TableError(str(path), f"bukan CSV ({said[:200]}).", f"not CSV ({said[:200]}).")
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return _not_text(path, line=number)
    return _not_text(path)


def _not_text(path: Path, *, line: int = 1) -> TableError:
    return TableError(
        str(path),
        f"baris teks {line} bukan teks UTF-8; simpanlah sebagai “CSV UTF-8”.",
        f"text line {line} is not UTF-8; save the file as “CSV UTF-8”.",
    )
