"""The shapes in which a file may hold answers for a period: long, wide, or nested JSON.

All become the one long table that ``acceptance`` reads; places of faults stay those of the
file: a row and column, or an office and question.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from maturity.survey.instrument import Instrument, Text
from maturity.survey.reading import clean, fold
from maturity.survey.table import ANSWERS, Coded, Layout, Table, TableError, Where, as_text
from maturity.survey.tables import parsed_json, read_table

SPELLINGS = {"office": "unit", "kantor": "unit", "pertanyaan": "question", "objek": "object",
             "value": "answer", "jawaban": "answer", "alasan": "reason", "catatan": "note",
             "bukti": "evidence"}  # fmt: skip
LONG = (*ANSWERS.columns, "note")
GROUPS = ("units", "offices", "countries")
"""Under which name a nested JSON may hold its offices."""
SAID = ("unit", "question", "answer", "reason", "note", "evidence")


def read_answers(path: Path, instrument: Instrument, *, prefix: str = "") -> Table:
    """The answers of a file as a long table; TableError says what is wrong with it.

    ``prefix`` stands before question names that are none without it.
    """
    nested = _nested(path) if path.suffix.lower() == ".json" and path.is_file() else None
    if nested is not None:
        return _prefixed(nested, instrument, prefix)
    keys = {fold(item.key): item.key for item in instrument.items}
    start = fold(prefix)
    bare = {key.removeprefix(start): key for key in keys if key.startswith(start)}
    layout = Layout((*LONG, *keys), ("unit",), {**bare, **SPELLINGS})
    table = read_table(path, layout)
    wide = [name for name in table.columns if name in keys]
    if "question" not in table.columns and wide:
        return _long(table, {name: keys[name] for name in wide})
    _must_be_long(table)
    return _prefixed(table, instrument, prefix)


def _must_be_long(table: Table) -> None:
    missing = ", ".join(name for name in ANSWERS.required if name not in table.columns)
    if missing:
        raise TableError(
            table.where.file,
            f"kolom tidak ada: {missing}; atau beri satu kolom untuk setiap pertanyaan.",
            f"missing columns: {missing}; or give every question a column of its own.",
        )


def _prefixed(table: Table, instrument: Instrument, prefix: str) -> Table:
    """Question names as the instrument has them."""
    known = {fold(item.question.id) for item in instrument.items}
    column = table.column("question")
    names = tuple(
        f"{prefix}{clean(name)}" if prefix and clean(name) and fold(clean(name)) not in known
        else name
        for name in column.values
    )  # fmt: skip
    return replace(table, columns={**table.columns, "question": Coded(column.codes, names)})


# --- wide -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WideWhere(Where):
    """Rows of a long table made of a wide one: so many in a row of the file as ``questions``."""

    base: Where = field(kw_only=True)
    questions: tuple[str, ...] = ()

    def row(self, row: int) -> Text:
        """The row of the file."""
        return self.base.row(row // len(self.questions))

    def cell(self, row: int, column: str) -> Text:
        """The cell of the file."""
        at, place = divmod(row, len(self.questions))
        named = column if column == "unit" else self.questions[place]
        return self.base.cell(at, named)


def _long(table: Table, names: Mapping[str, str]) -> Table:
    """One row an office and question; ``names``: column -> the question's key."""
    wide, rows = len(names), len(table)
    unit = table.column("unit")
    answers = [table.columns[name] for name in names]
    starts = np.cumsum([0, *(len(one.values) for one in answers[:-1])])
    codes = [one.codes + start for one, start in zip(answers, starts, strict=True)]
    letters = tuple((names.get(name, name), letter) for name, letter in table.where.letters)
    questions = tuple(names.values())
    base = replace(table.where, letters=letters)
    columns = {
        "unit": Coded(np.repeat(unit.codes, wide), unit.values),
        "question": Coded(np.tile(np.arange(wide, dtype=np.int64), rows), questions),
        "answer": Coded(
            np.stack(codes, axis=1).ravel(), tuple(text for one in answers for text in one.values)
        ),
    }
    where = WideWhere(base.file, base.first, base=base, questions=questions)
    return Table(where, columns, table.unknown, table.notes)


# --- nested JSON ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NestedWhere(Where):
    """Answers under the names of office and question."""

    names: tuple[tuple[str, str], ...] = ()

    def row(self, row: int) -> Text:
        """Office and question."""
        name = ", ".join(self.names[row])
        return Text(name, name)

    def cell(self, row: int, column: str) -> Text:
        """Office and question, with the file before them."""
        place = f"{self.file}:{self.row(row).id}"
        return Text(place, place)


def _nested(path: Path) -> Table | None:
    """``{"units": {"AL": {"answers": {"1": "yes", …}}}}`` as a table; None for another shape."""
    data = parsed_json(path)
    named = [name for name in GROUPS if isinstance(data, dict) and isinstance(data.get(name), dict)]
    if not named:
        return None
    records = [record for unit, office in data[named[0]].items()
               for record in _records(path, unit, office)]  # fmt: skip
    columns = {name: Coded.of([record[name] for record in records]) for name in SAID}
    names = tuple((record["unit"], record["question"]) for record in records)
    return Table(NestedWhere(str(path), 1, record=True, names=names), columns)


def _records(path: Path, unit: str, office: Any) -> Iterator[dict[str, str]]:
    answers = office.get("answers") if isinstance(office, dict) else None
    if not isinstance(answers, dict):
        raise TableError(
            str(path),
            f"{unit[:40]}: isinya harus objek dengan objek “answers”.",
            f"{unit[:40]}: it must be an object with an object “answers”.",
        )
    for question, said in answers.items():
        cell = said if isinstance(said, dict) else {"answer": said}
        told = {**cell, "answer": cell.get("answer", cell.get("value"))}
        try:
            texts = {name: as_text(told.get(name)) for name in SAID[2:]}
        except TypeError as error:
            raise TableError(
                str(path),
                f"{unit[:40]}, {question[:40]}: isinya harus teks atau angka.",
                f"{unit[:40]}, {question[:40]}: it must be text or a number.",
            ) from error
        yield {"unit": unit, "question": question, **texts}
