"""Scorecards as JSON, CSV or a table for the terminal."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, TextIO

from maturity.commands.language import figure, percent, say, spoken
from maturity.scoring.scorecard import NodeResult, Scorecard
from maturity.survey.instrument import Branch, Instrument
from maturity.survey.neutral import neutral

FIELDS = (
    "unit", "id", "score", "max", "percent", "index", "level", "gated_level", "coverage",
    "weight", "reason",
)  # fmt: skip
DEPTH = 2
ALIKE = 1 << 16
WIDE = 44


def about(instrument: Instrument) -> dict[str, str]:
    """What identifies the instrument of a result."""
    return {
        "id": instrument.id,
        "version": instrument.version,
        "fingerprint": instrument.fingerprint,
    }


def _node_data(node: NodeResult) -> dict[str, Any]:
    data: dict[str, Any] = Scorecard("", (node,)).to_data()["nodes"][0]
    return data


@lru_cache(maxsize=ALIKE)
def _node_json(node: NodeResult) -> str:
    """Most nodes of most units are like those of another unit."""
    return json.dumps(_node_data(node), separators=(",", ":"), allow_nan=False)


@lru_cache(maxsize=ALIKE)
def _node_cells(node: NodeResult) -> tuple[Any, ...]:
    data = _node_data(node)
    reason = json.dumps(data.pop("reason"), separators=(",", ":"))
    return (neutral(data.pop("id")), *data.values(), reason)


def write_json(stream: TextIO, instrument: Instrument, cards: Iterable[Scorecard]) -> None:
    """The stable form: instrument, then every unit with its nodes, the root first."""
    stream.write(f'{{"instrument":{json.dumps(about(instrument))},"units":[')
    for number, card in enumerate(cards):
        nodes = ",".join([_node_json(node) for node in card.nodes])
        comma = "," if number else ""
        stream.write(f'{comma}\n{{"unit":{json.dumps(card.unit)},"nodes":[{nodes}]}}')
    stream.write("\n]}\n")


def write_csv(stream: TextIO, instrument: Instrument, cards: Iterable[Scorecard]) -> None:
    """One row a unit and node, the fields of the JSON; the reason as compact JSON."""
    rows = csv.writer(stream, lineterminator="\n")
    rows.writerow(FIELDS)
    for card in cards:
        unit = neutral(card.unit)
        rows.writerows([unit, *_node_cells(node)] for node in card.nodes)


def write_table(stream: TextIO, instrument: Instrument, cards: Iterable[Scorecard]) -> None:
    """For people: root, dimensions and sub-dimensions of every unit."""
    name = instrument.title.in_(spoken())
    print_ = say("sidik jari", "fingerprint")
    stream.write(f"{name}\n{instrument.ref}  {print_} {instrument.fingerprint}\n")
    shown = list(_branches(instrument, instrument.root, 0))
    for card in cards:
        stream.write(f"\n{card.unit}\n{_heads()}\n")
        for depth, branch in shown:
            stream.write(_row(instrument, card.node(branch.id), branch, depth) + "\n")
        for line in _notes(instrument, card):
            stream.write(f"  {line}\n")


WRITERS: dict[str, Callable[[TextIO, Instrument, Iterable[Scorecard]], None]] = {
    "json": write_json,
    "csv": write_csv,
    "table": write_table,
}


def level_words(instrument: Instrument, level: int | None) -> str:
    """A level with its name, e.g. ``2 Kapasitas Berkembang``."""
    if level is None:
        return "–"
    named = instrument.level(level)
    return str(level) if named is None else f"{level} {named.name.in_(spoken())}"


def _branches(instrument: Instrument, branch: Branch, depth: int) -> Iterable[tuple[int, Branch]]:
    if branch.id not in instrument.rubric.ids:
        return
    yield depth, branch
    if depth < DEPTH:
        for child in branch.children:
            if isinstance(child, Branch):
                yield from _branches(instrument, child, depth + 1)


def _heads() -> str:
    return _line(
        say("Bagian", "Part"),
        say("Bobot", "Weight"),
        say("Capaian", "Result"),
        say("Terjawab", "Answered"),
        say("Terjaga", "Gated"),
        "Level",
    )


def _row(instrument: Instrument, node: NodeResult, branch: Branch, depth: int) -> str:
    title = f"{'  ' * depth}{branch.id}  {branch.title.in_(spoken())}"
    coverage = None if node.coverage is None else node.coverage * 100
    return _line(
        title if len(title) <= WIDE else f"{title[: WIDE - 1]}…",
        percent(node.weight * 100) if depth else "",
        percent(node.percent),
        percent(coverage),
        figure(node.gated_level, 0),
        level_words(instrument, node.level),
    )


def _line(*cells: str) -> str:
    title, *numbers, last = cells
    return f"  {title:<{WIDE}}" + "".join(f"{cell:>10}" for cell in numbers) + f"   {last}"


def _notes(instrument: Instrument, card: Scorecard) -> Iterable[str]:
    root = card.root
    weakest = _weakest(instrument, card)
    if weakest is not None:
        name = f"{weakest.id} {weakest.title.in_(spoken())}"
        yield say("Bagian terlemah: ", "Weakest part: ") + name
    if root.reason.provisional:
        yield say(
            "Sementara: belum semua pertanyaan terjawab.",
            "Provisional: not all questions are answered.",
        )


def _weakest(instrument: Instrument, card: Scorecard) -> Branch | None:
    """Of the lowest parts shown that with the lowest index, the first among equals."""
    shown = list(_branches(instrument, instrument.root, 0))
    deepest = max(depth for depth, _ in shown)
    found: tuple[float, Branch] | None = None
    for depth, branch in shown:
        index = card.node(branch.id).index
        if depth == deepest and index is not None and (found is None or index < found[0]):
            found = (index, branch)
    return None if found is None else found[1]
