"""Many people at once, from a CSV or XLSX file with the columns email, name, office, role."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zipfile import BadZipFile

from python_calamine import CalamineError, CalamineWorkbook
from sqlalchemy.orm import Session

from maturity.errors import MaturityError
from maturity.offices import people
from maturity.offices.people import Invited, Newcomer
from maturity.workbooks import is_too_large

COLUMNS = {
    "email": "email", "surel": "email", "e-mail": "email", "alamat surel": "email",
    "name": "name", "nama": "name", "nama lengkap": "name",
    "office": "office", "kantor": "office", "kode kantor": "office",
    "role": "role", "peran": "role",
}  # fmt: skip
WANTED = ("email", "name", "office", "role")
MOST_BYTES = 5_000_000
MOST_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Line:
    """One person of the file; ``row`` counts from 1, the heading."""

    row: int
    who: Newcomer


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one cell."""

    row: int
    column: str
    error: MaturityError


@dataclass(frozen=True, slots=True)
class Done:
    """What came of one line."""

    line: Line
    invited: Invited


def read_people(path: Path) -> list[Line]:
    """The lines of a file; MaturityError when it is not such a file at all."""
    if path.stat().st_size > MOST_BYTES:
        raise _unreadable(path, "lebih besar dari 5 MB", "is larger than 5 MB")
    sheet = _xlsx(path) if path.suffix.lower() == ".xlsx" else _csv(path)
    rows = [[cell.strip() for cell in row] for row in sheet]
    if not rows:
        raise _unreadable(path, "kosong", "is empty")
    places = _places(path, rows[0])
    if len(rows) > MOST_ROWS:
        raise _unreadable(path, f"lebih dari {MOST_ROWS} baris", f"has over {MOST_ROWS} rows")
    return [
        Line(number, Newcomer(*(_cell(row, places[name]) for name in WANTED)))
        for number, row in enumerate(rows[1:], start=2)
        if any(row)
    ]


def faults_of(session: Session, lines: Iterable[Line]) -> list[Fault]:
    """Every bad cell of every line, in the order of the file. Changes nothing."""
    found: list[Fault] = []
    seen: dict[tuple[str, str, str], int] = {}
    names: dict[str, Line] = {}
    for line in lines:
        faults = _faults_of_line(session, line)
        found.extend(faults or _faults_among(session, line, seen=seen, names=names))
    return found


def carry_out(session: Session, lines: Iterable[Line], *, at: datetime) -> list[Done]:
    """Invite everybody; whoever has the role already is left as they are."""
    return [Done(line, people.invite(session, line.who, at=at, by=None)) for line in lines]


def _faults_of_line(session: Session, line: Line) -> list[Fault]:
    who, office = line.who, None
    faults: list[Fault] = []
    for column, check, text in (
        ("email", people.checked_email, who.email),
        ("name", people.checked_name, who.name),
    ):
        try:
            check(text)
        except MaturityError as error:
            faults.append(Fault(line.row, column, error))
    try:
        office = people.office_with(session, who.office)
        people.checked_role(who.role, office)
    except MaturityError as error:
        faults.append(Fault(line.row, "role" if office else "office", error))
    return faults


def _faults_among(
    session: Session,
    line: Line,
    *,
    seen: dict[tuple[str, str, str], int],
    names: dict[str, Line],
) -> list[Fault]:
    """A line that is there twice, and one person under two names."""
    office = people.office_with(session, line.who.office)
    email, name = people.checked_email(line.who.email), people.checked_name(line.who.name)
    key = (email, office.code, people.checked_role(line.who.role, office))
    before, namesake = seen.setdefault(key, line.row), names.setdefault(email, line)
    if before != line.row:
        words = (f"Sama dengan baris {before}.", f"The same as row {before}.")
        return [Fault(line.row, "email", MaturityError(*words, "email"))]
    if people.checked_name(namesake.who.name) != name:
        words = (
            f"Surel ini bernama lain pada baris {namesake.row}.",
            f"This e-mail has another name in row {namesake.row}.",
        )
        return [Fault(line.row, "name", MaturityError(*words, "name"))]
    return []


def _places(path: Path, head: list[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, cell in enumerate(head):
        name = COLUMNS.get(cell.lower())
        if name:
            places.setdefault(name, place)
    missing = ", ".join(name for name in WANTED if name not in places)
    if missing:
        raise _unreadable(
            path, f"tidak memiliki kolom {missing}", f"does not have the column(s) {missing}"
        )
    return places


def _cell(row: list[str], place: int) -> str:
    return row[place] if place < len(row) else ""


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
