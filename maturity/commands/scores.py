"""``maturity score``, ``explain`` and ``roadmap``: files of answers in, results out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from maturity.commands.language import say, spoken, warn
from maturity.commands.parser import Commands, Parser
from maturity.errors import MaturityError

if TYPE_CHECKING:
    from maturity.scoring.scorecard import Scorecard
    from maturity.survey.acceptance import Accepted
    from maturity.survey.instrument import Instrument

BLOCK = 1000  # units that are scored and written together


def add(commands: Commands) -> None:
    """Register the commands of this module."""
    _add_score(commands)
    _add_explain(commands)
    _add_roadmap(commands)


def _add_score(commands: Commands) -> None:
    score = commands.add_parser(
        "score", help=say("hitung hasil dari berkas jawaban", "score a file of answers")
    )
    _add_inputs(score)
    score.add_argument(
        "--format",
        choices=("json", "csv", "table"),
        default="table",
        help=say("bentuk keluaran (bawaan: table)", "form of the output (default: table)"),
    )
    score.add_argument(
        "--out",
        metavar="FILE",
        help=say("tulis ke berkas ini, utuh atau tidak sama sekali", "write to this file, whole"),
    )
    score.set_defaults(run=run_score)


def _add_explain(commands: Commands) -> None:
    explain = commands.add_parser(
        "explain", help=say("asal-usul sebuah angka", "trace a number down to the answers")
    )
    _add_inputs(explain, unit=True)
    explain.add_argument(
        "node",
        nargs="?",
        metavar="NODE",
        help=say("bagian yang dijelaskan (bawaan: seluruhnya)", "the part to explain"),
    )
    _add_text_or_json(explain)
    explain.set_defaults(run=run_explain)


def _add_roadmap(commands: Commands) -> None:
    roadmap = commands.add_parser(
        "roadmap", help=say("langkah termurah ke sebuah level", "the cheapest steps to a level")
    )
    _add_inputs(roadmap, unit=True)
    roadmap.add_argument(
        "--target",
        type=int,
        required=True,
        metavar="LEVEL",
        help=say("level yang hendak dicapai", "the level to reach"),
    )
    roadmap.add_argument(
        "--costs",
        metavar="FILE",
        help=say(
            "biaya naik ke sebuah tingkat: question,object,level,cost (bawaan: masing-masing 1)",
            "cost of climbing to a step: question,object,level,cost (default: 1 each)",
        ),
    )
    _add_text_or_json(roadmap)
    roadmap.set_defaults(run=run_roadmap)


def _add_inputs(command: Parser, *, unit: bool = False) -> None:
    command.add_argument(
        "instrument",
        metavar="INSTRUMENT",
        help=say("berkas instrumen, atau id instrumen bawaan", "a file, or a shipped one's id"),
    )
    command.add_argument(
        "answers",
        metavar="ANSWERS",
        help=say(
            "berkas jawaban: CSV, XLSX, Parquet, atau JSON",
            "file of answers: CSV, XLSX, Parquet or JSON",
        ),
    )
    if unit:
        command.add_argument(
            "unit", metavar="UNIT", help=say("unit dalam berkas jawaban", "a unit of the answers")
        )


def _add_text_or_json(command: Parser) -> None:
    command.add_argument(
        "--format",
        choices=("text", "json"),
        default="text",
        help=say("bentuk keluaran (bawaan: text)", "form of the output (default: text)"),
    )


def run_score(args: argparse.Namespace) -> int:
    """Score every unit and write every node."""
    from maturity.commands.outputs import WRITERS
    from maturity.commands.writing import counted, output

    accepted = _accepted(args)
    cards = counted(
        scored(accepted), whole=len(accepted.units), words=say("unit dinilai", "units scored")
    )
    with output(args.out) as stream:
        WRITERS[args.format](stream, accepted.instrument, cards)
    return 0


def run_explain(args: argparse.Namespace) -> int:
    """Trace one unit's number down to the answers."""
    from maturity.commands.explanations import write_json, write_text
    from maturity.survey.trace import Tracer

    accepted = _accepted(args)
    unit = accepted.unit(args.unit)
    card = next(scored(accepted, unit, unit + 1))
    tracer = Tracer(accepted.instrument, card, accepted.answers(unit), accepted.evidence(unit))
    node = None if args.node is None else _node(accepted.instrument, args.node)
    write = write_json if args.format == "json" else write_text
    write(sys.stdout, accepted.instrument, card.unit, tracer.trace(node))
    return 0


def run_roadmap(args: argparse.Namespace) -> int:
    """Find one unit's cheapest steps to a level."""
    from maturity.commands.roadmaps import Way, write_json, write_text
    from maturity.survey.sheets import Sheets
    from maturity.survey.steps import opened, plan, read_costs
    from maturity.survey.table import COSTS
    from maturity.survey.tables import read_table

    accepted = _accepted(args)
    instrument, unit = accepted.instrument, accepted.unit(args.unit)
    costs = {}
    if args.costs is not None:
        costs = read_costs(instrument, read_table(Path(args.costs), COSTS))
    sheet = Sheets(accepted).sheet(unit, unit + 1)
    found = plan(instrument, sheet, args.target, costs=costs)
    write = write_json if args.format == "json" else write_text
    more = opened(instrument, accepted.profile(unit), accepted.answers(unit), found)
    write(sys.stdout, instrument, accepted.units[unit], Way(found, more))
    return 0


def _accepted(args: argparse.Namespace) -> Accepted:
    """The answers of the command's files; says what was passed over."""
    from maturity.survey.acceptance import accept
    from maturity.survey.shipped import find
    from maturity.survey.tables import read_table

    instrument = find(args.instrument)
    table = read_table(Path(args.answers))
    if table.unknown:
        names = ", ".join(table.unknown)
        warn(
            say(
                f"{args.answers}: kolom yang diabaikan: {names}",
                f"{args.answers}: ignored columns: {names}",
            )
        )
    accepted = accept(instrument, table)
    for note in accepted.notes:
        warn(note.in_(spoken()))
    return accepted


def scored(accepted: Accepted, start: int = 0, stop: int | None = None) -> Iterator[Scorecard]:
    """The scorecards of units ``start`` to before ``stop``, in their order."""
    from maturity.scoring.engine import score
    from maturity.scoring.scorecard import scorecards
    from maturity.survey.sheets import Sheets

    rubric, sheets = accepted.instrument.rubric, Sheets(accepted)
    end = len(accepted.units) if stop is None else stop
    for first in range(start, end, BLOCK):
        last = min(first + BLOCK, end)
        sheet = sheets.sheet(first, last)
        yield from scorecards(rubric, sheet, score(rubric, sheet), accepted.units[first:last])


def _node(instrument: Instrument, name: str) -> str:
    """The id of a node, blind to case."""
    folded = {node_id.casefold(): node_id for node_id in instrument.rubric.ids}
    found = folded.get(name.strip().casefold())
    if found is None:
        raise MaturityError(
            f"{instrument.ref} tidak mempunyai bagian “{name[:80]}” yang dinilai.",
            f"{instrument.ref} has no scored part “{name[:80]}”.",
            field="node",
            status=404,
        )
    return found
