"""Many people at once, from a CSV or XLSX file with the columns email, name, office, role."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from maturity.errors import MaturityError
from maturity.offices import people
from maturity.offices.lists import Fault, read_rows
from maturity.offices.people import Invited, Newcomer

COLUMNS = {
    "email": "email", "surel": "email", "e-mail": "email", "alamat surel": "email",
    "name": "name", "nama": "name", "nama lengkap": "name",
    "office": "office", "kantor": "office", "kode kantor": "office",
    "role": "role", "peran": "role",
}  # fmt: skip
WANTED = ("email", "name", "office", "role")


@dataclass(frozen=True, slots=True)
class Line:
    """One person of the file; ``row`` counts from 1, the heading."""

    row: int
    who: Newcomer


@dataclass(frozen=True, slots=True)
class Done:
    """What came of one line."""

    line: Line
    invited: Invited


def read_people(path: Path) -> list[Line]:
    """The lines of a file; MaturityError when it is not such a file at all."""
    return [
        Line(row.number, Newcomer(*(row.cells[name] for name in WANTED)))
        for row in read_rows(path, COLUMNS, WANTED)
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
