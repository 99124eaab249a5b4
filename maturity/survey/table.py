"""A table as it stands in a file, before anything is made of it.

Answers come in one long layout: ``unit,question,object,answer`` and optionally ``reason``,
``evidence``, ``kind``, ``areas``. Columns are kept as codes into their distinct values, so
that whatever follows works on the few distinct ones instead of on millions of cells.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maturity.errors import MaturityError
from maturity.survey.instrument import Text
from maturity.survey.reading import clean, fold

MOST_NAMED = 12


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns a table may have, and those without which it is none.

    ``spellings``: other names of columns, folded, to the columns' own.
    """

    columns: tuple[str, ...]
    required: tuple[str, ...]
    spellings: Mapping[str, str] = field(default_factory=dict)

    def column(self, written: str) -> str:
        """The column that a heading names; the heading, folded, where it is none."""
        name = fold(clean(written))
        return name if name in self.columns else self.spellings.get(name, name)


ANSWERS = Layout(
    columns=("unit", "question", "object", "answer", "reason", "evidence", "kind", "areas"),
    required=("unit", "question", "answer"),
)
COSTS = Layout(
    columns=("question", "object", "level", "option", "cost"), required=("question", "cost")
)


class TableError(MaturityError):
    """A file that is no table of the kind asked for; the message begins with the file's name."""

    def __init__(self, file: str, indonesian: str, english: str) -> None:
        super().__init__(f"{file}: {indonesian}", f"{file}: {english}", field="file")


@dataclass(frozen=True, slots=True)
class Coded:
    """A column: ``values[codes[i]]`` is the text of row i."""

    codes: NDArray[np.int64]
    values: tuple[str, ...]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Coded:
        """The column of these texts."""
        import pandas as pd

        codes, values = pd.factorize(np.array(texts, dtype=object))
        return cls(codes.astype(np.int64), tuple(str(value) for value in values))

    @classmethod
    def empty(cls, rows: int) -> Coded:
        """A column without any text."""
        return cls(np.zeros(rows, dtype=np.int64), ("",))

    @classmethod
    def arrow(cls, column: Any) -> Coded:
        """The column of an arrow array. TypeError for values that are no plain ones."""
        whole = column.unify_dictionaries().combine_chunks()
        values = [as_text(value) for value in whole.dictionary.to_pylist()]
        codes = whole.indices.fill_null(len(values)).to_numpy(zero_copy_only=False)
        return cls(codes.astype(np.int64), (*values, ""))

    def text(self, row: int) -> str:
        """The text of one row."""
        return self.values[int(self.codes[row])]

    def filled(self) -> NDArray[np.bool_]:
        """Which rows hold more than white space."""
        full = np.array([bool(value and clean(value)) for value in self.values], dtype=bool)
        return full[self.codes] if full.size else np.zeros(len(self.codes), dtype=bool)


@dataclass(frozen=True, slots=True)
class Where:
    """Where the rows of a table stand in their file, in the words of its format."""

    file: str
    first: int  # the number of table row 0
    record: bool = False  # numbered as records (JSON, Parquet), not as rows under a header
    sheet: str = ""
    letters: tuple[tuple[str, str], ...] = ()  # of a sheet: column name, column letter

    def row(self, row: int) -> Text:
        """One row: ``row 17``."""
        number = row + self.first
        if self.record:
            return Text(f"rekaman {number}", f"record {number}")
        return Text(f"baris {number}", f"row {number}")

    def cell(self, row: int, column: str) -> Text:
        """One cell with the file before it: ``f.csv:row 17, column answer``."""
        words = self.row(row)
        at_id, at_en = f"{words.id}, kolom {column}", f"{words.en}, column {column}"
        if self.sheet:
            place = f"{self.sheet}!{dict(self.letters).get(column, '')}{row + self.first}"
            at_id, at_en = f"{place}, {at_id}", f"{place}, {at_en}"
        return Text(f"{self.file}:{at_id}", f"{self.file}:{at_en}")


@dataclass(frozen=True, slots=True)
class Table:
    """A file's rows; ``unknown`` names the columns that mean nothing here."""

    where: Where
    columns: dict[str, Coded]
    unknown: tuple[str, ...] = ()
    notes: tuple[Text, ...] = ()

    def __len__(self) -> int:
        """How many rows there are, blank ones too."""
        return len(next(iter(self.columns.values())).codes)

    def column(self, name: str) -> Coded:
        """A column; an empty one where the file has none."""
        return self.columns.get(name) or Coded.empty(len(self))


@dataclass(frozen=True, slots=True)
class Header:
    """Where the known columns stand among a file's columns."""

    places: dict[str, int]
    unknown: tuple[str, ...]


def header_of(file: str, names: Sequence[str], layout: Layout) -> Header:
    """Find the columns, blind to case, space and order. TableError when one is missing."""
    places: dict[str, int] = {}
    unknown = []
    for place, written in enumerate(names):
        name = layout.column(written)
        if name in places:
            raise TableError(
                file, f"kolom “{name}” ada dua kali.", f"the column “{name}” occurs twice."
            )
        if name in layout.columns:
            places[name] = place
        elif name:
            unknown.append(clean(written)[:80])
    missing = [name for name in layout.required if name not in places]
    if missing:
        lacking, found = ", ".join(missing), _listed([*places, *unknown])
        raise TableError(
            file,
            f"kolom tidak ada: {lacking} (yang ada: {found}).",
            f"missing columns: {lacking} (found: {found}).",
        )
    return Header(places, tuple(unknown))


def _listed(names: Iterable[str]) -> str:
    shown = [name[:40] for name in names]
    more = ", …" if len(shown) > MOST_NAMED else ""
    return (", ".join(shown[:MOST_NAMED]) + more) or "–"


def as_text(value: object) -> str:
    """A plain value as it would be written; TypeError for lists, objects and the like."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, int | Decimal | date | time):
        return str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8")
    raise TypeError(type(value).__name__)
