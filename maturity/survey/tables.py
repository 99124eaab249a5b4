"""The door for files of answers: CSV, XLSX, Parquet and JSON in one long layout.

Every value is taken as it was written: ``NA`` stays ``NA``, ``01`` stays ``01``.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from maturity.survey.csv_tables import read_csv
from maturity.survey.instrument import Text
from maturity.survey.reading import clean, fold
from maturity.survey.table import (
    ANSWERS,
    Coded,
    Header,
    Layout,
    Table,
    TableError,
    Where,
    as_text,
    header_of,
)
from maturity.workbooks import is_too_large

# --- XLSX -----------------------------------------------------------------------------


def _xlsx(path: Path, layout: Layout) -> Table:
    name, rows = _sheet(path, layout)
    start = next((at for at, row in enumerate(rows) if any(cell != "" for cell in row)), None)
    if start is None:
        raise TableError(str(path), "lembar kerja kosong.", "the sheet is empty.")
    header = header_of(str(path), [as_text(cell) for cell in rows[start]], layout)
    body = rows[start + 1 :]
    columns = {
        column: Coded.of([as_text(row[place]) for row in body])
        for column, place in header.places.items()
    }
    letters = tuple((column, _letters(place)) for column, place in header.places.items())
    where = Where(str(path), first=start + 2, sheet=name, letters=letters)
    return Table(where, columns, header.unknown, _numbers(where, header, body))


def _sheet(path: Path, layout: Layout) -> tuple[str, list[list[Any]]]:
    """The first sheet that has the first column of the layout, or else the first."""
    from python_calamine import CalamineError, CalamineWorkbook

    wrong = TableError(str(path), "bukan buku kerja XLSX.", "this is not an XLSX workbook.")
    try:
        if is_too_large(path):
            raise TableError(
                str(path), "lembar kerjanya terlalu besar.", "its sheets are too large."
            )
        book = CalamineWorkbook.from_path(str(path))
        sheets = [
            (name, book.get_sheet_by_name(name).to_python(skip_empty_area=False))
            for name in book.sheet_names
        ]
    except (zipfile.BadZipFile, CalamineError, ValueError) as error:
        raise wrong from error
    for name, rows in sheets:
        top = next((row for row in rows if any(cell != "" for cell in row)), [])
        if any(layout.column(as_text(cell)) == layout.required[0] for cell in top):
            return name, rows
    return sheets[0] if sheets else ("", [])


def _letters(place: int) -> str:
    name = ""
    while place >= 0:
        name = chr(ord("A") + place % 26) + name
        place = place // 26 - 1
    return name


def _numbers(where: Where, header: Header, body: list[list[Any]]) -> tuple[Text, ...]:
    """A note where a unit is a number: 36.10 would have become 36.1."""
    at = header.places.get("unit")
    if at is None:
        return ()
    for row, cells in enumerate(body):
        value = cells[at]
        if isinstance(value, float) and not value.is_integer():
            place = where.cell(row, "unit")
            return (
                Text(
                    f"{place.id}: angka, bukan teks: nol di akhir kode dapat hilang.",
                    f"{place.en}: a number, not text: a code's last zeros may be lost.",
                ),
            )
    return ()


# --- Parquet --------------------------------------------------------------------------


def _parquet(path: Path, layout: Layout) -> Table:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(path)
        names = file.schema_arrow.names
        header = header_of(str(path), names, layout)
        data = file.read(columns=[names[place] for place in header.places.values()])
    except pa.ArrowException as error:
        raise TableError(str(path), "bukan berkas Parquet.", "this is not Parquet.") from error
    columns = {}
    for name, place in header.places.items():
        column = data[names[place]]
        try:
            if not pa.types.is_dictionary(column.type):
                column = column.dictionary_encode()
            columns[name] = Coded.arrow(column)
        except (pa.ArrowException, TypeError, ValueError) as error:
            raise TableError(
                str(path),
                f"kolom {name} berjenis {column.type}, bukan teks.",
                f"the column {name} is of type {column.type}, not text.",
            ) from error
    return Table(Where(str(path), first=1, record=True), columns, header.unknown)


# --- JSON -----------------------------------------------------------------------------


def _json(path: Path, layout: Layout) -> Table:
    records = _records(path)
    where = Where(str(path), first=1, record=True)
    names = list(dict.fromkeys(name for record in records for name in record))
    if not records:
        return Table(where, {name: Coded.empty(0) for name in layout.columns})
    by_name: dict[str, str] = {}
    for name in names:
        by_name.setdefault(fold(clean(name)), name)
    header = header_of(str(path), list(by_name), layout)
    spelled: dict[str, list[str]] = {
        column: [name for name in names if layout.column(name) == column]
        for column in header.places
    }
    columns = {
        column: Coded.of([_field(where, row, record, spelled[column])
                          for row, record in enumerate(records)])
        for column in header.places
    }  # fmt: skip
    return Table(where, columns, header.unknown)


def _field(where: Where, row: int, record: dict[str, Any], names: list[str]) -> str:
    values = [record[name] for name in names if name in record]
    try:
        return as_text(values[0]) if values else ""
    except TypeError as error:
        at = where.row(row)
        raise TableError(
            where.file,
            f"{at.id}: isi “{names[0]}” harus berupa teks atau angka.",
            f"{at.en}: the value of “{names[0]}” must be text or a number.",
        ) from error


def parsed_json(path: Path) -> Any:
    """The content of a JSON file, numbers as they are written: 1.10 is not 1.1."""
    try:
        return json.loads(path.read_bytes().decode("utf-8-sig"), parse_float=str, parse_int=str)
    except UnicodeDecodeError as error:
        raise TableError(str(path), "bukan teks UTF-8.", "this is not UTF-8 text.") from error
    except (ValueError, RecursionError) as error:
        said = str(error)[:200]
        raise TableError(str(path), f"bukan JSON ({said}).", f"not JSON ({said}).") from error


def _records(path: Path) -> list[dict[str, Any]]:
    data = parsed_json(path)
    records = data.get("answers") if isinstance(data, dict) else data
    if not isinstance(records, list) or not all(isinstance(one, dict) for one in records):
        raise TableError(
            str(path),
            "isinya harus daftar rekaman, atau objek dengan daftar “answers”.",
            "it must be a list of records, or an object with a list “answers”.",
        )
    return records


READERS: dict[str, Callable[[Path, Layout], Table]] = {
    ".csv": read_csv,
    ".tsv": read_csv,
    ".txt": read_csv,
    ".xlsx": _xlsx,
    ".parquet": _parquet,
    ".json": _json,
}


def read_table(path: Path, layout: Layout = ANSWERS) -> Table:
    """The table in a file, by the ending of its name. TableError says what is wrong with it."""
    file = str(path)
    reader = READERS.get(path.suffix.lower())
    if path.is_dir():
        raise TableError(file, "ini folder, bukan berkas.", "this is a folder, not a file.")
    if not path.exists():
        raise TableError(file, "berkas tidak ada.", "there is no such file.")
    if reader is None:
        known = ", ".join(READERS)
        raise TableError(
            file,
            f"akhiran nama berkas harus salah satu dari {known}.",
            f"the file name must end in one of {known}.",
        )
    try:
        return reader(path, layout)
    except OSError as error:
        raise TableError(
            file,
            f"berkas tidak dapat dibaca ({error.strerror or error}).",
            f"the file cannot be read ({error.strerror or error}).",
        ) from error
