"""All tables of a round at one stage as one workbook: about it, offices, groups, findings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from maturity.dashboards.finding_sheets import FindingSheets
from maturity.dashboards.frame import Frame, frame_of
from maturity.dashboards.gap import gaps
from maturity.dashboards.grid_reading import read_grid, scored
from maturity.dashboards.office_sheets import OfficeSheets, local
from maturity.dashboards.provinces import province_names
from maturity.dashboards.queries import Standing, standings
from maturity.dashboards.rollup import roll_up
from maturity.dashboards.round_queries import round_before
from maturity.dashboards.sheet_heads import Heads
from maturity.dashboards.sheets import Cell, Column, Form, Sheet, as_xlsx
from maturity.dashboards.stage_queries import staged_indexes
from maturity.dashboards.summary import Overview, overview
from maturity.dashboards.targets import level_namer, target_rows
from maturity.dashboards.trend import trend_rows
from maturity.dashboards.trend_queries import held_rounds
from maturity.dashboards.weak import weak_variables
from maturity.survey.assessments import instrument_of
from maturity.survey.models import Round, Stage
from maturity.survey.stage_words import STAGE_NAMES
from maturity.survey.targets import targets_of

Sees = Callable[[Standing], bool]
"""Whether the reader may see the answers of this office."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the workbook is to show, and to whom: ``sees`` says whose answers."""

    stage: Stage
    language: str
    at: datetime
    sees: Sees
    demo: bool = False


def round_tables(session: Session, round_: Round, wanted: Wanted) -> bytes:
    """The XLSX file of a round, in a fixed number of queries."""
    language, stage = wanted.language, wanted.stage
    rows = standings(session, round_, round_before(session, round_), stage=stage)
    frame, names, heads = frame_of(round_, language), province_names(language), Heads(language)
    view = overview(rows, frame)
    answers = read_grid(session, round_, scored(rows), stage=stage, locale=language)
    offices = OfficeSheets(heads, frame, names, rows, view)
    found = FindingSheets(heads, frame, names)
    differing = gaps(rows, staged_indexes(session, round_), frame)
    codes = {row.code for row in rows}
    held = held_rounds(session, round_, codes, stage=stage)
    aims, level_of = targets_of(session, round_), level_namer(instrument_of(round_), frame)
    seen = answers.only([at for at, row in enumerate(answers.offices) if wanted.sees(row)])
    sheets = [
        _about(round_, heads, frame, view, wanted),
        offices.offices(), offices.parts(), offices.asked(seen), offices.levels(),
        offices.part_levels(), offices.spread(), offices.provinces(), offices.states(),
        found.changes(view.changes), found.gaps(differing), found.shrunk(differing),
        found.weak(weak_variables(answers, frame)), found.trend(trend_rows(*held)),
        found.rollup(roll_up(rows, frame)), found.targets(target_rows(rows, frame, aims, level_of)),
    ]  # fmt: skip
    return as_xlsx(sheets, title=round_.title.in_(language), at=wanted.at)


def _about(round_: Round, heads: Heads, frame: Frame, view: Overview, wanted: Wanted) -> Sheet:
    say, known = heads.say, view.index.count if view.index else 0
    facts: list[tuple[str, Cell]] = [
        (say("Periode pengukuran", "Round"), f"{round_.title.in_(heads.language)} ({round_.slug})"),
        (say("Instrumen", "Instrument"), frame.ref),
        (say("Sidik instrumen", "Instrument fingerprint"), frame.fingerprint),
        (say("Tahap", "Stage"), STAGE_NAMES[wanted.stage].in_(heads.language)),
        (say("Waktu pembuatan (WIB)", "Made at (WIB)"), local(wanted.at)),
        (say("Kantor", "Offices"), view.counts.total),
        (say("Sudah mengajukan", "Handed in"), view.counts.submitted),
        (say("Dengan hasil pada tahap ini", "With a result of this stage"), known),
        (say("Skala indeks", "Index scale"),
         say(f"{frame.low} sampai {frame.high}", f"{frame.low} to {frame.high}")),
        *_notes(heads),
    ]  # fmt: skip
    if wanted.demo or round_.demo:
        words = say("DATA CONTOH / DEMO: semua angka buatan.",
                    "SAMPLE DATA / DEMO: all figures are made up.")  # fmt: skip
        facts.insert(0, (say("Peringatan", "Warning"), words))
    what = Column(say("Isi", "What"), 100, Form.PLAIN)
    columns = [*heads.words(("Hal", "About"), width=26), what]
    return Sheet(say("Tentang", "About"), columns, facts, fixed=0)


def _notes(heads: Heads) -> list[tuple[str, Cell]]:
    """What must be known to read the sheets."""
    say = heads.say
    return [
        (say("Cara membaca", "How to read"),
         say("Angka disimpan tanpa pembulatan. Sel kosong: tidak ada nilai. Selisih indeks "
             "yang kecil tidak berarti apa-apa; ini bukan daftar peringkat.",
             "Numbers are kept unrounded. An empty cell: no value. Small differences of "
             "the index mean nothing; this is no ranking.")),
        (say("Selisih", "Gaps"),
         say("Lembar selisih membandingkan nilai mandiri dengan tahap lain, apa pun tahap di atas. "
             "Rerata tersusut menarik rerata dari sedikit kantor ke rerata semua kantor sejenis.",
             "The sheets of gaps compare self-assessed results with other stages, whatever the "
             "stage above. A drawn mean is one of few offices drawn towards that of all of the "
             "kind.")),
        (say("Pertanyaan", "Questions"),
         say("Persen dari yang dapat dicapai, dan level bila ada; hanya kantor yang jawabannya "
             "boleh Anda lihat.",
             "Percent of what can be reached, and the level where there is one; only offices whose "
             "answers you may see.")),
    ]  # fmt: skip
