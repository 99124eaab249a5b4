"""What offices are like in size: registered voters and electoral districts, from a file.

The register has no such numbers; whoever brings them in says whose they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from maturity.errors import MaturityError
from maturity.offices.lists import Fault, Row, read_rows
from maturity.offices.models import Office

COLUMNS = {
    "code": "code", "kode": "code",
    "voters": "voters", "pemilih": "voters",
    "districts": "districts", "dapil": "districts",
    "source": "source", "sumber": "source",
}  # fmt: skip
WANTED = ("code",)
NOT_KNOWN = "-"
"""In a cell: what was there is taken away. An empty cell leaves it."""
MOST = {"voters": 1_000_000_000, "districts": 1_000}
MOST_WORDS = 200
_NUMBER = re.compile(r"[0-9]{1,3}(?:([., \u00a0])[0-9]{3}(?:\1[0-9]{3})*)?|[0-9]{1,10}")


@dataclass(frozen=True, slots=True)
class Profile:
    """An office's numbers, None where nothing is known, and whose they are."""

    code: str
    voters: int | None
    districts: int | None
    source: str | None


@dataclass(frozen=True, slots=True)
class Listed:
    """What a file says: profiles in its order, or what is wrong with it."""

    profiles: tuple[Profile, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Profiled:
    """Codes of offices whose profile says something else now, and that stay the same."""

    changed: tuple[str, ...]
    same: tuple[str, ...]


# --- reading --------------------------------------------------------------------------


def read_profiles(session: Session, path: Path) -> Listed:
    """The profiles that offices come to have by a file. Changes nothing.

    MaturityError when it is no such file at all.
    """
    rows = read_rows(path, COLUMNS, WANTED)
    known = _known(session)
    profiles: list[Profile] = []
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    for row in rows:
        profile, wrong = _profile(row, known)
        wrong += _misplaced(row, known, seen)
        seen.setdefault(row.cells["code"], row.number)
        faults.extend(wrong)
        if not wrong:
            profiles.append(profile)
    return Listed(tuple(profiles), tuple(faults))


def _known(session: Session) -> dict[str, Profile]:
    query = select(Office.code, Office.voters, Office.districts, Office.profile_source)
    return {row.code: Profile(*row) for row in session.execute(query)}


def _profile(row: Row, known: Mapping[str, Profile]) -> tuple[Profile, list[Fault]]:
    code, wrong = row.cells["code"], []
    before = known.get(code, Profile(code, None, None, None))
    numbers: dict[str, int | None] = {}
    for name in MOST:
        try:
            numbers[name] = _number(row.cells[name], name, getattr(before, name))
        except MaturityError as error:
            wrong.append(Fault(row.number, name, error))
    source = " ".join(row.cells["source"].split())
    if len(source) > MOST_WORDS or not source.isprintable():
        wrong.append(_fault(row, "source", f"Paling banyak {MOST_WORDS} karakter.",
                            f"At most {MOST_WORDS} characters."))  # fmt: skip
    states = any(row.cells[name] not in ("", NOT_KNOWN) for name in MOST)
    if states and not source:
        wrong.append(_fault(row, "source", "Tulis dari mana angkanya, misalnya DPT Pemilu 2024.",
                            "Say where the numbers come from."))  # fmt: skip
    if wrong:
        return before, wrong
    kept = source or before.source if any(numbers.values()) else None
    return Profile(code, numbers["voters"], numbers["districts"], kept), []


def _number(cell: str, name: str, before: int | None) -> int | None:
    """A whole number, its thousands apart or not."""
    if not cell:
        return before
    if cell == NOT_KNOWN:
        return None
    found = int(re.sub(r"\D", "", cell)) if _NUMBER.fullmatch(cell) else 0
    if not 1 <= found <= MOST[name]:
        raise MaturityError(
            f"Tulis bilangan bulat dari 1, atau “{NOT_KNOWN}” bila tidak diketahui.",
            f"Write a whole number from 1 on, or “{NOT_KNOWN}” where it is not known.",
            name,
        )
    return found


def _misplaced(row: Row, known: Mapping[str, Profile], seen: Mapping[str, int]) -> list[Fault]:
    """A code of no office, or one that is there twice."""
    code = row.cells["code"]
    if code not in known:
        return [_fault(row, "code", f"Tidak ada kantor “{code[:20]}”.",
                       f"There is no office “{code[:20]}”.")]  # fmt: skip
    if code in seen:
        return [_fault(row, "code", f"Kode ini sudah ada pada baris {seen[code]}.",
                       f"This code stands in row {seen[code]} already.")]  # fmt: skip
    return []


def _fault(row: Row, column: str, indonesian: str, english: str) -> Fault:
    return Fault(row.number, column, MaturityError(indonesian, english, column))


# --- bringing in ----------------------------------------------------------------------


def bring_profiles(session: Session, profiles: Sequence[Profile]) -> Profiled:
    """Make the offices' profiles what was read."""
    known = _known(session)
    changed = [one for one in profiles if one != known[one.code]]
    for one in changed:
        office = session.get_one(Office, one.code)
        office.voters, office.districts = one.voters, one.districts
        office.profile_source = one.source
    session.flush()
    same = [one.code for one in profiles if one == known[one.code]]
    return Profiled(tuple(one.code for one in changed), tuple(same))
