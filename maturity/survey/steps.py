"""The ladders of an instrument, and the cheapest steps up to a level, with their words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import numpy as np

from maturity.errors import MaturityError
from maturity.scoring.engine import AnswerSheet
from maturity.scoring.roadmap import Roadmap, TooEntangledError, roadmap
from maturity.scoring.rubric import State
from maturity.survey.cell_names import CellNames, UnknownCellError
from maturity.survey.findings import Findings
from maturity.survey.instrument import Instrument, Item, Kind, NumberRule, Option, Profile, Text
from maturity.survey.reading import Reading, UnreadableError, clean, read
from maturity.survey.routing import Place, Route
from maturity.survey.table import Table

QUARTERS = (0.25, 0.5, 0.75, 1.0)
Costs = Mapping[tuple[str, int], float]


@dataclass(frozen=True, slots=True)
class Rung:
    """One thing a criterion can be raised to: its points and what it is called."""

    points: float
    words: Text
    option: Option | None = None
    stops: bool = False


def rungs(item: Item) -> tuple[Rung, ...]:
    """The rungs of an item, lowest first; answers that earn alike share one."""
    if item.kind is Kind.MULTIPLE:
        found: Iterable[Rung] = _counted(item)
    elif item.kind in (Kind.NUMBER, Kind.PERCENT):
        found = _numbers(item.question.number or NumberRule())
    else:
        found = (
            Rung(math.nan if o.points is None else o.points, o.label, o, not o.positive)
            for o in item.options
            if not o.excludes_object
        )
    alike: dict[tuple[bool, float], Rung] = {}
    for rung in found:
        height = -math.inf if math.isnan(rung.points) else rung.points
        alike.setdefault((not rung.stops, height), rung)
    return tuple(alike[key] for key in sorted(alike))


def _counted(item: Item) -> Iterable[Rung]:
    """The best one option, the best two, ..."""
    worth = sorted((o.points or 0.0 for o in item.options), reverse=True)
    whole, cap = 0.0, item.question.cap
    for number, points in enumerate((points for points in worth if points > 0), start=1):
        whole += points
        yield Rung(
            whole if cap is None else min(whole, cap),
            Text(f"{number} pilihan", f"{number} options"),
        )


def _numbers(rule: NumberRule) -> Iterable[Rung]:
    if rule.linear is not None:
        for share in QUARTERS:
            yield Rung(rule.linear * share, Text(f"{share:.0%}", f"{share:.0%}"))
    for band in rule.bands:
        low, high = (("…" if edge is None else f"{edge:g}") for edge in (band.start, band.end))
        yield Rung(band.points, Text(f"{low} – {high}", f"{low} – {high}"))


def ladders(instrument: Instrument) -> dict[str, tuple[Rung, ...]]:
    """The rungs of every criterion by its id."""
    ids = (criterion.id for criterion in instrument.rubric.criteria)
    return {name: rungs(instrument.item(name)) for name in ids}


def plan(
    instrument: Instrument,
    sheet: AnswerSheet,
    level: int,
    *,
    costs: Costs | None = None,
    column: int = 0,
) -> Roadmap:
    """The cheapest steps of one unit to a level of the whole. MaturityError where there is none."""
    _check_target(instrument, level)
    by_id = ladders(instrument)
    numbered = ((name, at, rung) for name, all_ in by_id.items() for at, rung in enumerate(all_))
    stops = {(name, at) for name, at, rung in numbered if rung.stops}
    try:
        return roadmap(
            instrument.rubric,
            sheet,
            level,
            ladders={name: tuple(r.points for r in steps) for name, steps in by_id.items()},
            costs=costs,
            stops=stops,
            column=column,
        )
    except TooEntangledError as error:
        raise MaturityError(
            f"Prasyarat pada {instrument.ref} terlalu banyak untuk mencari langkah termurah.",
            f"{instrument.ref} has too many prerequisites to find the cheapest steps.",
            field="target",
        ) from error


def _check_target(instrument: Instrument, level: int) -> None:
    root = instrument.rubric.root
    levels = [band.level for band in root.bands.bands] if root.bands else []
    if level not in levels:
        listed = ", ".join(str(one) for one in levels) or "–"
        raise MaturityError(
            f"Tidak ada level {level} pada {instrument.ref} (yang ada: {listed}).",
            f"{instrument.ref} has no level {level} (there are: {listed}).",
            field="target",
        )


def opened(
    instrument: Instrument, profile: Profile, answers: Mapping[str, Reading], found: Roadmap
) -> tuple[Item, ...]:
    """The items that the steps bring on to the unit's path: they will be asked then."""
    after = dict(answers)
    for step in found.steps:
        option = rungs(instrument.item(step.criterion))[step.rung].option
        if option is not None:
            after[step.criterion] = Reading(State.ANSWERED, option.id)
    before = Route(instrument, profile, answers).places
    places = Route(instrument, profile, after).places
    return tuple(
        item
        for item in instrument.items
        if before[item.key] is Place.OFF_PATH and places[item.key] is not Place.OFF_PATH
    )


# --- costs ----------------------------------------------------------------------------


def read_costs(instrument: Instrument, table: Table) -> dict[tuple[str, int], float]:
    """What it costs to climb on to a rung, from a table. AnswersError names every bad row."""
    findings = Findings(table.where)
    names = CellNames(instrument)
    found: dict[tuple[str, int], float] = {}
    for row in range(len(table)):
        cells = {name: clean(column.text(row)) for name, column in table.columns.items()}
        if any(cells.values()):
            _read_cost(names, cells, findings, found, row=row)
    findings.stop()
    return found


def _read_cost(
    names: CellNames,
    cells: Mapping[str, str],
    findings: Findings,
    found: dict[tuple[str, int], float],
    *,
    row: int,
) -> None:
    at = np.array([row])
    column = "level" if cells.get("level") else "option"
    try:
        place = names.find(cells["question"], cells.get("object", ""))
        item = names.instrument.items[place]
        rung = _rung(item, cells.get(column, ""))
        column = "cost"
        cost = _cost(cells["cost"])
        if (item.key, rung) in found:
            column = "question"
            raise UnreadableError("baris ini ada dua kali.", "this row occurs twice.")
        found[(item.key, rung)] = cost
    except UnknownCellError as error:
        wrong = error.text
        findings.add(at, error.column, lambda _row: wrong)
    except UnreadableError as error:
        words = error.text
        findings.add(at, column, lambda _row: words)


def _rung(item: Item, raw: str) -> int:
    reading = read(item, raw)
    chosen = [option for option in item.options if reading and option.id == reading.value]
    for at, rung in enumerate(rungs(item)):
        if chosen and _alike(rung, chosen[0]):
            return at
    known = ", ".join(option.id for option in item.options) or "–"
    raise UnreadableError(
        f"{item.key}: “{raw[:80]}” bukan tingkat yang dapat diberi biaya ({known}).",
        f"{item.key}: “{raw[:80]}” is not a step that can have a cost ({known}).",
    )


def _alike(rung: Rung, option: Option) -> bool:
    points = math.nan if option.points is None else option.points
    same = rung.points == points or (math.isnan(rung.points) and math.isnan(points))
    return same and rung.stops is not option.positive


def _cost(raw: str) -> float:
    try:
        cost = float(Decimal(raw.replace(" ", "").replace(",", ".")))
    except InvalidOperation:
        cost = math.nan
    if not (math.isfinite(cost) and cost >= 0):
        raise UnreadableError(
            f"“{raw[:80]}” bukan biaya: tulislah angka nol atau lebih.",
            f"“{raw[:80]}” is no cost: write a number of zero or more.",
        )
    return cost
