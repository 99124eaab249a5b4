"""What a table says of its units' offices: their kind and the areas they lie in.

Nothing is guessed: a unit without a kind is asked whatever any kind is asked.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from maturity.offices.registry import OfficeKind
from maturity.survey.findings import Findings
from maturity.survey.instrument import (
    All,
    AnyOf,
    Condition,
    Instrument,
    KindIs,
    Named,
    Not,
    Profile,
    Text,
)
from maturity.survey.reading import clean, fold
from maturity.survey.table import Coded, Table

Codes = NDArray[np.int64]
NONE = -1
AREAS = ("aceh", "dki", "diy", "papua")


def profiles_of(
    instrument: Instrument, table: Table, findings: Findings, *, unit_of: Codes, units: int
) -> tuple[tuple[Profile, ...], Codes]:
    """The distinct profiles, and which of them each unit has."""
    import pandas as pd

    kinds = _known(instrument.kinds, tuple(kind.value for kind in OfficeKind))
    areas = _known(instrument.areas, AREAS)
    kind_sets, kind_of = _stated(table, findings, "kind", kinds, unit_of=unit_of, units=units)
    area_sets, area_of = _stated(table, findings, "areas", areas, unit_of=unit_of, units=units)
    numbers, distinct = pd.factorize(kind_of * np.int64(len(area_sets)) + area_of)
    profiles = []
    for pair in np.asarray(distinct).tolist():
        kind = kind_sets[pair // len(area_sets)]
        profiles.append(Profile(next(iter(kind), None), area_sets[pair % len(area_sets)]))
    return tuple(profiles), numbers.astype(np.int64)


def _known(named: tuple[Named, ...], usual: tuple[str, ...]) -> dict[str, str]:
    """Every accepted spelling; the usual ones where the instrument names none."""
    spellings = {fold(title): one.id for one in named for title in (one.title.id, one.title.en)}
    ids = tuple(one.id for one in named) or usual
    return {**spellings, **{fold(name): name for name in ids}}


def _stated(
    table: Table,
    findings: Findings,
    name: str,
    known: dict[str, str],
    *,
    unit_of: Codes,
    units: int,
) -> tuple[tuple[frozenset[str], ...], Codes]:
    """The distinct sets of ids in a column (the first is empty), and each unit's."""
    column = table.column(name)
    sets: dict[frozenset[str], int] = {frozenset(): 0}
    wrong: dict[int, str] = {}
    place = np.full(len(column.values), NONE, dtype=np.int64)
    for at, text in enumerate(column.values):
        parts = _parts(text, several=name == "areas", known=known)
        bad = [part for part in parts if fold(part) not in known]
        if bad:
            wrong[at] = bad[0]
        elif parts:
            ids = frozenset(known[fold(part)] for part in parts)
            place[at] = sets.setdefault(ids, len(sets))
    listed = ", ".join(dict.fromkeys(known.values()))
    findings.add(
        np.flatnonzero(np.isin(column.codes, list(wrong)) & (unit_of != NONE)),
        name,
        lambda row: _unknown(wrong[int(column.codes[row])], listed),
    )
    return tuple(sets), _of_units(column, findings, name, place, unit_of=unit_of, units=units)


def _parts(text: str, *, several: bool, known: dict[str, str]) -> list[str]:
    whole = clean(text)
    if not several or fold(whole) in known:
        return [whole] if whole else []
    return [part for part in re.split(r"[,;|\s]+", whole) if part]


def _unknown(part: str, listed: str) -> Text:
    shown = " ".join(part.split())[:80]
    return Text(
        f"“{shown}” tidak dikenal; pilihannya {listed}.",
        f"“{shown}” is unknown; it is one of {listed}.",
    )


def _of_units(
    column: Coded, findings: Findings, name: str, place: Codes, *, unit_of: Codes, units: int
) -> Codes:
    """What each unit's rows say; a fault where two rows of a unit disagree."""
    said = place[column.codes] if len(place) else np.zeros(0, dtype=np.int64)
    rows = np.flatnonzero((said != NONE) & (unit_of != NONE))
    of_unit = np.zeros(units, dtype=np.int64)
    of_unit[unit_of[rows][::-1]] = said[rows][::-1]  # the first row has the last word
    findings.add(
        rows[said[rows] != of_unit[unit_of[rows]]],
        name,
        lambda row: Text(
            "baris lain dari unit ini menyebut yang lain.",
            "another row of this unit says otherwise.",
        ),
    )
    return of_unit


def looks_at_profile(instrument: Instrument, profiles: tuple[Profile, ...]) -> tuple[Text, ...]:
    """A note where the instrument asks by kind of office and some unit has none."""
    if all(profile.kind for profile in profiles) or not _asks_by_kind(instrument):
        return ()
    return (
        Text(
            "Ada unit tanpa jenis kantor (kolom kind); bagi unit itu pertanyaan untuk "
            "semua jenis kantor dihitung.",
            "Some units have no kind of office (column kind); for them the questions of "
            "every kind count.",
        ),
    )


def _asks_by_kind(instrument: Instrument) -> bool:
    conditions: list[Condition | None] = []
    for item in instrument.items:
        conditions += [item.question.applies_when, item.question.show_when]
        conditions.append(item.thing.applies_when if item.thing else None)
    return any(_has_kind(condition) for condition in set(conditions))


def _has_kind(condition: Condition | None) -> bool:
    match condition:
        case KindIs():
            return True
        case All(parts) | AnyOf(parts):
            return any(_has_kind(part) for part in parts)
        case Not(part):
            return _has_kind(part)
    return False
