"""A table of answers held against an instrument: every bad cell named, or answers to score.

Works on the distinct pairs, answers and units of the table, not cell by cell, so that
100,000 units are read as fast as the file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maturity.errors import MaturityError
from maturity.survey.cell_names import CellNames, UnknownCellError
from maturity.survey.findings import Findings
from maturity.survey.instrument import Instrument, Profile, Text
from maturity.survey.reading import Reading, UnreadableError, clean, read
from maturity.survey.routing import lacks_reason
from maturity.survey.table import Table
from maturity.survey.unit_profiles import looks_at_profile, profiles_of

Codes = NDArray[np.int64]
NONE = -1


@dataclass(frozen=True)
class Accepted:
    """The answers of a table. Cells are sorted by unit; those of unit u are
    ``starts[u]:starts[u + 1]`` of ``items`` (places in ``instrument.items``),
    ``readings`` (places in ``distinct``) and ``rows`` (of the table).
    """

    instrument: Instrument
    table: Table
    units: tuple[str, ...]
    profiles: tuple[Profile, ...]  # the distinct ones
    profile_of: Codes  # (units,)
    starts: Codes  # (units + 1,)
    items: Codes
    readings: Codes
    rows: Codes
    distinct: tuple[Reading, ...]
    item_of: Codes  # (distinct,): the item that each reading answers
    notes: tuple[Text, ...] = ()

    def unit(self, name: str) -> int:
        """The place of a unit; MaturityError when there is none."""
        folded = {unit.casefold(): place for place, unit in enumerate(self.units)}
        wanted = " ".join(clean(name).split())
        if wanted in self.units:
            return self.units.index(wanted)
        if wanted.casefold() in folded:
            return folded[wanted.casefold()]
        shown = ", ".join(self.units[:12]) + (", …" if len(self.units) > 12 else "")
        raise MaturityError(
            f"Unit “{wanted[:80]}” tidak ada dalam berkas jawaban ({shown}).",
            f"There is no unit “{wanted[:80]}” among the answers ({shown}).",
            field="unit",
            status=404,
        )

    def profile(self, unit: int) -> Profile:
        """What is known of a unit's office."""
        return self.profiles[int(self.profile_of[unit])]

    def answers(self, unit: int) -> dict[str, Reading]:
        """One unit's answers by item key, with their reasons."""
        reasons = self.table.column("reason")
        found = {}
        for cell in range(int(self.starts[unit]), int(self.starts[unit + 1])):
            reading = self.distinct[int(self.readings[cell])]
            reason = clean(reasons.text(int(self.rows[cell])))
            key = self.instrument.items[int(self.items[cell])].key
            found[key] = Reading(reading.state, reading.value, reason)
        return found

    def evidence(self, unit: int) -> dict[str, str]:
        """What one unit's rows say as evidence, by item key; only where there is some."""
        column = self.table.column("evidence")
        cells = range(int(self.starts[unit]), int(self.starts[unit + 1]))
        texts = {
            self.instrument.items[int(self.items[cell])].key: clean(
                column.text(int(self.rows[cell]))
            )
            for cell in cells
        }
        return {key: text for key, text in texts.items() if text}


def accept(instrument: Instrument, table: Table) -> Accepted:
    """The answers of a table. AnswersError names every row that cannot be taken."""
    findings = Findings(table.where)
    units, unit_of = _units(table, findings)
    items = _items(instrument, table, findings)
    _duplicates(table, findings, unit_of=unit_of, items=items)
    distinct, item_of, readings = _readings(instrument, table, findings, items=items)
    profiles, profile_of = profiles_of(
        instrument, table, findings, unit_of=unit_of, units=len(units)
    )
    findings.stop()
    _check_any(table, units)
    kept = _by_unit(np.flatnonzero((readings != NONE) & (unit_of != NONE)), unit_of)
    lacking = _lacking(
        instrument, table, kept, readings=readings, distinct=distinct, item_of=item_of
    )
    return Accepted(
        instrument=instrument,
        table=table,
        units=units,
        profiles=profiles,
        profile_of=profile_of,
        starts=np.searchsorted(unit_of[kept], np.arange(len(units) + 1)).astype(np.int64),
        items=items[kept],
        readings=readings[kept],
        rows=kept.astype(np.int64),
        distinct=distinct,
        item_of=item_of,
        notes=(*table.notes, *lacking, *looks_at_profile(instrument, profiles)),
    )


def _check_any(table: Table, units: tuple[str, ...]) -> None:
    if not units:
        raise MaturityError(
            f"{table.where.file}: tidak ada jawaban di dalamnya.",
            f"{table.where.file}: there are no answers in it.",
            field="answers",
        )


def _by_unit(rows: Codes, unit_of: Codes) -> Codes:
    """The rows in the order of their units; most files have that order already."""
    units = unit_of[rows]
    if np.all(units[1:] >= units[:-1]):
        return rows
    return rows[np.argsort(units, kind="stable")]


def _units(table: Table, findings: Findings) -> tuple[tuple[str, ...], Codes]:
    """The units in order of appearance, and each row's; NONE on blank rows."""
    import pandas as pd

    column = table.column("unit")
    texts = [" ".join(clean(value).split()) for value in column.values]
    merged, names = pd.factorize(np.array(texts, dtype=object))
    codes = merged[column.codes] if texts else np.zeros(0, dtype=np.int64)
    empty = np.isin(codes, [at for at, name in enumerate(names) if name == ""])
    said = table.column("question").filled() | table.column("answer").filled()
    findings.add(
        np.flatnonzero(empty & said),
        "unit",
        lambda _row: Text("unit belum diisi.", "the unit is missing."),
    )
    units = np.full(len(codes), NONE, dtype=np.int64)
    ordered, order = pd.factorize(codes[~empty])
    units[~empty] = ordered
    return tuple(str(names[code]) for code in order), units


def _pairs(first: Codes, second: Codes, width: int) -> tuple[Codes, Codes]:
    """Number the distinct pairs: their number for each row, and the pairs themselves."""
    import pandas as pd

    numbers, distinct = pd.factorize(first * np.int64(max(1, width)) + second)
    return numbers.astype(np.int64), np.asarray(distinct, dtype=np.int64)


def _items(instrument: Instrument, table: Table, findings: Findings) -> Codes:
    """Each row's item; NONE where no question is named."""
    questions, objects = table.column("question"), table.column("object")
    names, width = CellNames(instrument), len(objects.values)
    numbers, pairs = _pairs(questions.codes, objects.codes, width)
    found = np.full(len(pairs), NONE, dtype=np.int64)
    wrong: dict[int, UnknownCellError] = {}
    for number, pair in enumerate(pairs.tolist()):
        question, thing = questions.values[pair // width], objects.values[pair % width]
        if not clean(question):
            continue
        try:
            found[number] = names.find(question, thing)
        except UnknownCellError as error:
            wrong[number] = error
    nameless = ~questions.filled() & (table.column("answer").filled() | objects.filled())
    findings.add(
        np.flatnonzero(nameless),
        "question",
        lambda _row: Text("pertanyaan belum diisi.", "the question is missing."),
    )
    for column in ("question", "object"):
        bad = [number for number, error in wrong.items() if error.column == column]
        findings.add(
            np.flatnonzero(np.isin(numbers, bad)),
            column,
            lambda row: wrong[int(numbers[row])].text,
        )
    return found[numbers] if len(pairs) else np.zeros(0, dtype=np.int64)


def _duplicates(table: Table, findings: Findings, *, unit_of: Codes, items: Codes) -> None:
    """Two rows for the same cell, even where both say the same."""
    import pandas as pd

    width = np.int64(items.max(initial=0) + 1)
    key = np.where((unit_of == NONE) | (items == NONE), NONE, unit_of * width + items)
    named = np.flatnonzero(key != NONE)
    twice = named[pd.Series(key[named]).duplicated().to_numpy()]

    def say(row: int) -> Text:
        first = table.where.row(int(np.argmax(key == key[row])))
        return Text(
            f"sel ini sudah dijawab pada {first.id}.",
            f"this cell was answered already in {first.en}.",
        )

    findings.add(twice, "question", say)


def _readings(
    instrument: Instrument, table: Table, findings: Findings, *, items: Codes
) -> tuple[tuple[Reading, ...], Codes, Codes]:
    """The distinct readings, the item each answers, and each row's; NONE where empty."""
    answers = table.column("answer")
    width = len(answers.values)
    named = np.flatnonzero(items != NONE)
    numbers, pairs = _pairs(items[named], answers.codes[named], width)
    distinct: list[Reading] = []
    places = np.full(len(pairs), NONE, dtype=np.int64)
    item_of: list[int] = []
    wrong: dict[int, Text] = {}
    for number, pair in enumerate(pairs.tolist()):
        item = instrument.items[pair // width]
        try:
            reading = read(item, answers.values[pair % width])
        except UnreadableError as error:
            wrong[number] = Text(f"{item.key}: {error.text.id}", f"{item.key}: {error.text.en}")
            continue
        if reading is not None:
            places[number] = len(distinct)
            distinct.append(reading)
            item_of.append(pair // width)
    readings = np.full(len(items), NONE, dtype=np.int64)
    readings[named] = places[numbers]
    number_of = _row_numbers(named, numbers)
    bad = named[np.isin(numbers, list(wrong))]
    findings.add(bad, "answer", lambda row: wrong[number_of(row)])
    return tuple(distinct), np.array(item_of, dtype=np.int64), readings


def _row_numbers(named: Codes, numbers: Codes) -> Callable[[int], int]:
    return lambda row: int(numbers[np.searchsorted(named, row)])


def _lacking(
    instrument: Instrument,
    table: Table,
    kept: Codes,
    *,
    readings: Codes,
    distinct: tuple[Reading, ...],
    item_of: Codes,
) -> tuple[Text, ...]:
    """A note where answers stand without the reason that the instrument asks for."""
    needs = np.array(
        [lacks_reason(instrument.items[int(at)], one)
         for one, at in zip(distinct, item_of, strict=True)],
        dtype=bool,
    )  # fmt: skip
    if not needs.any():
        return ()
    rows = kept[needs[readings[kept]] & ~table.column("reason").filled()[kept]]
    if not rows.size:
        return ()
    first = table.where.cell(int(rows.min()), "reason")
    return (
        Text(
            f"{first.id}: jawaban ini memerlukan alasan; ada {rows.size} jawaban tanpa alasan.",
            f"{first.en}: this answer needs a reason; {rows.size} answers lack theirs.",
        ),
    )
