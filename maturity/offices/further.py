"""Offices that the register does not know, from a file: other bodies, for other instruments.

Their codes begin with a letter, so that none can ever be one of the register's; their kind is
any word but the register's four. Whoever they are, only rounds of instruments for their kind
take them in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from zoneinfo import available_timezones

from sqlalchemy import select
from sqlalchemy.orm import Session

from maturity.errors import MaturityError
from maturity.offices.lists import Fault, Row, read_rows
from maturity.offices.models import Office
from maturity.offices.registry import OfficeKind

COLUMNS = {
    "code": "code", "kode": "code",
    "kind": "kind", "jenis": "kind",
    "name_id": "name_id", "nama": "name_id",
    "name_en": "name_en", "nama inggris": "name_en",
    "short_name": "short_name", "nama singkat": "short_name",
    "parent": "parent", "induk": "parent",
    "timezone": "timezone", "zona waktu": "timezone",
}  # fmt: skip
WANTED = ("code", "kind", "name_id", "name_en", "timezone")
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9.-]{0,7}")
_KIND = re.compile(r"[a-z][a-z0-9-]{0,15}")


@dataclass(frozen=True, slots=True)
class Further:
    """An office as the file states it; ``parent`` is the code of the one above, or None."""

    code: str
    kind: str
    name_id: str
    name_en: str
    short_name: str
    parent_code: str | None
    timezone: str


@dataclass(frozen=True, slots=True)
class Listed:
    """What a file says: offices in its order, or what is wrong with it."""

    offices: tuple[Further, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Brought:
    """Codes of offices that are new, that say something else now, and that stay the same."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    same: tuple[str, ...]


# --- reading --------------------------------------------------------------------------


def read_offices(session: Session, path: Path) -> Listed:
    """The offices of a file, held against those that are there. Changes nothing.

    MaturityError when it is no such file at all.
    """
    rows = session.execute(select(Office.code, Office.parent_code))
    above = {row.code: row.parent_code for row in rows}
    offices: list[Further] = []
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    for row in read_rows(path, COLUMNS, WANTED):
        office = _office(row)
        wrong = [*_faults_of(row.number, office), *_misplaced(row.number, office, above, seen)]
        faults.extend(wrong)
        seen.setdefault(office.code.casefold(), row.number)
        if not wrong:
            above[office.code] = office.parent_code
            offices.append(office)
    return Listed(tuple(offices), tuple(faults))


def _office(row: Row) -> Further:
    said = {name: " ".join(cell.split()) for name, cell in row.cells.items()}
    return Further(
        code=said["code"],
        kind=said["kind"].lower(),
        name_id=said["name_id"],
        name_en=said["name_en"],
        short_name=said["short_name"] or said["name_id"],
        parent_code=said["parent"] or None,
        timezone=said["timezone"],
    )


def _faults_of(row: int, office: Further) -> list[Fault]:
    """The cells that cannot be what they are meant to be."""
    return [Fault(row, column, MaturityError(*words, column))
            for column, is_good, words in _CHECKS
            if not is_good(getattr(office, column))]  # fmt: skip


def _is_name(most: int) -> Callable[[str], bool]:
    return lambda text: 1 <= len(text) <= most and text.isprintable()


@cache
def _zones() -> frozenset[str]:
    return frozenset(zone for zone in available_timezones() if len(zone) <= 40)


_NAME = ("Tulis nama, paling banyak {most} karakter.", "Write a name of at most {most} characters.")
_CHECKS: Sequence[tuple[str, Callable[[str], bool], tuple[str, str]]] = (
    ("code", lambda text: _CODE.fullmatch(text) is not None, (
        "Kode diawali huruf, lalu huruf, angka, titik, atau tanda hubung; paling banyak 8.",
        "A code begins with a letter, then letters, digits, points or hyphens; at most 8.",
    )),
    ("kind", lambda text: _KIND.fullmatch(text) is not None and text not in set(OfficeKind), (
        "Jenis adalah satu kata dengan huruf kecil, bukan salah satu jenis kantor KPU "
        "(national, province, regency, city).",
        "A kind is one word in small letters, not one of the register's kinds "
        "(national, province, regency, city).",
    )),
    *((column, _is_name(most), (_NAME[0].format(most=most), _NAME[1].format(most=most)))
      for column, most in (("name_id", 200), ("name_en", 200), ("short_name", 120))),
    ("timezone", lambda text: text in _zones(), (
        "Zona waktu ditulis seperti Asia/Jakarta.",
        "Write the timezone like Europe/Berlin.",
    )),
)  # fmt: skip


def _misplaced(
    row: int, office: Further, above: Mapping[str, str | None], seen: Mapping[str, int]
) -> list[Fault]:
    """A code that is there twice, and an office above that is not there or is itself below."""
    found = []
    before = seen.get(office.code.casefold())
    if before is not None:
        found.append(Fault(row, "code", MaturityError(
            f"Kode ini sudah ada pada baris {before}.",
            f"This code stands in row {before} already.", "code")))  # fmt: skip
    if office.parent_code is not None and not _is_above(office, above):
        found.append(Fault(row, "parent", MaturityError(
            f"“{office.parent_code[:20]}” bukan kantor yang dapat berada di atasnya; tulis kantor "
            "induk pada baris sebelumnya.",
            f"“{office.parent_code[:20]}” is no office that can stand above it; list the parent "
            "in an earlier row.", "parent")))  # fmt: skip
    return found


def _is_above(office: Further, above: Mapping[str, str | None]) -> bool:
    here = office.parent_code
    if here not in above:
        return False
    while here is not None and here != office.code:
        here = above.get(here)
    return here is None


# --- bringing in ----------------------------------------------------------------------


def bring(session: Session, offices: Sequence[Further]) -> Brought:
    """Add the offices that are missing and make the others what the file says."""
    codes = [office.code for office in offices]
    known = {one.code: one for one in session.scalars(select(Office).where(Office.code.in_(codes)))}
    added, changed, same = [], [], []
    for office in offices:
        row = known.get(office.code)
        if row is None:
            session.add(Office(**_columns(office)))
            session.flush()  # those below refer to it
            added.append(office.code)
        elif all(getattr(row, name) == value for name, value in _columns(office).items()):
            same.append(office.code)
        else:
            for name, value in _columns(office).items():
                setattr(row, name, value)
            changed.append(office.code)
    session.flush()
    return Brought(tuple(added), tuple(changed), tuple(same))


def _columns(office: Further) -> dict[str, str | None]:
    return {one.name: getattr(office, one.name) for one in fields(office)}
