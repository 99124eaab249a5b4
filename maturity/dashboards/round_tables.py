"""All tables of a round as one workbook: what it is about, offices, parts, questions, groups."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from maturity.dashboards.frame import Frame, frame_of
from maturity.dashboards.provinces import ProvinceCell, province_names, provinces
from maturity.dashboards.queries import Standing, round_before, standings
from maturity.dashboards.sheets import Cell, Column, Form, Sheet, as_xlsx
from maturity.dashboards.summary import Overview, overview
from maturity.survey.assessments import instrument_of
from maturity.survey.instrument import Branch, Instrument, Text, below
from maturity.survey.lifecycle import HANDED_IN, STATE_NAMES
from maturity.survey.models import Assessment, Round, Stage, StoredScorecard
from maturity.survey.stage_words import STAGE_NAMES

WIB = ZoneInfo("Asia/Jakarta")
Sees = Callable[[Standing], bool]
"""Whether the reader may see the answers of this office."""


def round_tables(
    session: Session, round_: Round, *, language: str, at: datetime, sees: Sees, demo: bool = False
) -> bytes:
    """The XLSX file of a round, whose source is read with it."""
    earlier = round_before(session, round_)
    rows = standings(session, round_, earlier)
    shown = {row.code for row in rows if row.result is not None and sees(row)}
    instrument = instrument_of(round_)
    found = _Tables(
        round_, language, instrument, rows, at,
        demo or round_.demo, _questions(session, round_, instrument, shown),
    )  # fmt: skip
    return as_xlsx(found.sheets(), title=found.title, at=at)


def scored_questions(instrument: Instrument) -> tuple[tuple[str, Text], ...]:
    """Ids and titles of all questions that have a place in the scorecard, in order."""
    scored = set(instrument.rubric.ids)
    parts = (part for part in below(instrument.root) if not isinstance(part, Branch))
    return tuple((part.id, part.title) for part in parts if part.id in scored)


def _questions(
    session: Session, round_: Round, instrument: Instrument, codes: set[str]
) -> dict[str, dict[str, float | None]]:
    """Office -> question -> index, from the frozen scorecards."""
    wanted = {question for question, _ in scored_questions(instrument)}
    query = (
        select(Assessment.office_code, StoredScorecard.payload)
        .join(StoredScorecard, StoredScorecard.assessment_id == Assessment.id)
        .where(Assessment.round_id == round_.id, Assessment.state.in_(HANDED_IN))
        .where(StoredScorecard.stage == Stage.SELF, StoredScorecard.superseded_at.is_(None))
        .order_by(Assessment.office_code)
        .execution_options(yield_per=50)
    )
    return {
        code: {
            node["id"]: node["index"]
            for node in json.loads(zlib.decompress(payload))["nodes"]
            if node["id"] in wanted
        }
        for code, payload in session.execute(query)
        if code in codes
    }


@dataclass(frozen=True)
class _Tables:
    round: Round
    language: str
    instrument: Instrument
    rows: Sequence[Standing]
    at: datetime
    demo: bool
    questions: Mapping[str, Mapping[str, float | None]]

    def say(self, indonesian: str, english: str) -> str:
        return english if self.language == "en" else indonesian

    @property
    def title(self) -> str:
        return self.round.title.in_(self.language)

    @cached_property
    def frame(self) -> Frame:
        return frame_of(self.round, self.language)

    @cached_property
    def names(self) -> Mapping[str, str]:
        return province_names(self.language)

    @cached_property
    def view(self) -> Overview:
        return overview(self.rows, self.frame)

    def sheets(self) -> list[Sheet]:
        return [
            self._about(), self._offices(), self._parts(), self._asked(), self._levels(),
            self._spread(), self._provinces(), self._states(),
        ]  # fmt: skip

    # --- columns that several have ---

    def _office_columns(self) -> tuple[Column, Column]:
        return (
            Column(self.say("Kode", "Code"), 9, Form.TEXT),
            Column(self.say("Kantor", "Office"), 34, Form.TEXT),
        )

    def _whole(self, *titles: tuple[str, str]) -> list[Column]:
        return [Column(self.say(*title), 12, Form.WHOLE) for title in titles]

    def _numbers(self, *titles: tuple[str, str]) -> list[Column]:
        return [Column(self.say(*title), 12) for title in titles]

    def _words(self, *titles: tuple[str, str], width: float = 22) -> list[Column]:
        return [Column(self.say(*title), width, Form.TEXT) for title in titles]

    def _state(self, row: Standing) -> str:
        return STATE_NAMES[row.state].in_(self.language)

    # --- the tables ---

    def _about(self) -> Sheet:
        say = self.say
        handed_in = self.view.counts.submitted
        facts: list[tuple[str, Cell]] = [
            (say("Periode pengukuran", "Round"), f"{self.title} ({self.round.slug})"),
            (say("Instrumen", "Instrument"), self.instrument.ref),
            (say("Sidik instrumen", "Instrument fingerprint"), self.frame.fingerprint),
            (say("Tahap", "Stage"), STAGE_NAMES[Stage.SELF].in_(self.language)),
            (say("Waktu pembuatan (WIB)", "Made at (WIB)"), _local(self.at)),
            (say("Kantor", "Offices"), len(self.rows)),
            (say("Sudah mengajukan", "Handed in"), handed_in),
            (say("Skala indeks", "Index scale"),
             say(f"{self.frame.low} sampai {self.frame.high}",
                 f"{self.frame.low} to {self.frame.high}")),
            (say("Cara membaca", "How to read"),
             say("Angka disimpan tanpa pembulatan. Sel kosong: tidak ada nilai. Selisih indeks "
                 "yang kecil tidak berarti apa-apa; ini bukan daftar peringkat.",
                 "Numbers are kept unrounded. An empty cell: no value. Small differences of "
                 "the index mean nothing; this is no ranking.")),
        ]  # fmt: skip
        if self.demo:
            words = say("DATA CONTOH / DEMO: semua angka buatan.",
                        "SAMPLE DATA / DEMO: all figures are made up.")  # fmt: skip
            facts.insert(0, (say("Peringatan", "Warning"), words))
        what = Column(say("Isi", "What"), 100, Form.PLAIN)
        heads = [*self._words(("Hal", "About"), width=26), what]
        return Sheet(say("Tentang", "About"), heads, facts, fixed=0)

    def _offices(self) -> Sheet:
        columns = [
            *self._office_columns(),
            *self._words(("Jenis", "Kind"), width=11),
            *self._words(("Kode provinsi", "Province code"), width=9),
            *self._words(("Provinsi", "Province"), ("Status", "State")),
            *self._whole(("Terjawab", "Answered"), ("Ditanyakan", "Asked")),
            Column(self.say("Diajukan (WIB)", "Handed in (WIB)"), 17, Form.MOMENT),
            *self._whole(("Level", "Level")),
            *self._words(("Nama level", "Level name")),
            *self._whole(("Level terjaga", "Gated level")),
            *self._numbers(("Indeks", "Index")),
            Column(self.say("Cakupan", "Coverage"), 10, Form.SHARE),
            *self._words(("Bagian terlemah", "Weakest part"), width=30),
            *self._numbers(("Indeks sebelumnya", "Previous index"), ("Perubahan", "Change")),
            Column(self.say("Dapat dibandingkan", "Comparable"), 12, Form.PLAIN),
        ]
        rows = [self._office(row) for row in self.rows]
        return Sheet(self.say("Kantor", "Offices"), columns, rows, fixed=2)

    def _office(self, row: Standing) -> list[Cell]:
        level, result = self.frame.level(row.level), row.result
        return [
            row.code, row.name(self.language), self.frame.kind(row.kind), row.province,
            self.names.get(row.province or ""), self._state(row),
            row.answered, row.asked, _local(row.submitted_at) if row.submitted_at else None,
            row.level, level.name if level else None, row.gated, row.index,
            result.coverage if result else None,
            self.frame.part(result.weakest) or None if result else None,
            row.earlier_index if result else None, row.change, row.comparable,
        ]  # fmt: skip

    def _parts(self) -> Sheet:
        parts = self.frame.parts
        columns = [*self._office_columns(), *(Column(part.title, 16) for part in parts)]
        rows = [
            [row.code, row.name(self.language), *(row.result.indexes.get(p.id) for p in parts)]
            for row in self.rows
            if row.result is not None
        ]
        return Sheet(self.say("Bagian", "Parts"), columns, rows, fixed=2)

    def _asked(self) -> Sheet:
        asked = scored_questions(self.instrument)
        titles = (f"{one} {title.in_(self.language)}" for one, title in asked)
        columns = [*self._office_columns(), *(Column(title, 18) for title in titles)]
        rows = [
            [row.code, row.name(self.language), *(known.get(one) for one, _ in asked)]
            for row in self.rows
            if (known := self.questions.get(row.code)) is not None
        ]
        return Sheet(self.say("Pertanyaan", "Questions"), columns, rows, fixed=2)

    def _levels(self) -> Sheet:
        columns = [
            *self._words(("Jenis kantor", "Kind of office")),
            *self._whole(("Mengajukan", "Handed in"), ("Level", "Level")),
            *self._words(("Nama level", "Level name")),
            *self._whole(("Menurut indeks", "By index"), ("Level terjaga", "Gated level")),
        ]
        numbers = [*(level.number for level in self.frame.levels), None]
        none = self.say("belum ada level", "no level yet")
        rows: list[list[Cell]] = [
            [self.frame.kind(one.kind), one.total, number, level.name if level else none,
             one.by_index.get(number, 0), one.gated.get(number, 0)]
            for one in self.view.levels
            for number in numbers
            for level in [self.frame.level(number)]
        ]  # fmt: skip
        return Sheet("Level" if self.language != "en" else "Levels", columns, rows)

    def _spread(self) -> Sheet:
        columns = [
            *self._words(("Bagian", "Part"), width=40),
            *self._whole(("Kantor", "Offices")),
            *self._numbers(("Terendah", "Lowest"), ("Kuartil 1", "Quartile 1"),
                           ("Median", "Median"), ("Kuartil 3", "Quartile 3"),
                           ("Tertinggi", "Highest")),
        ]  # fmt: skip
        whole = self.say("Keseluruhan", "Overall")
        rows: list[list[Cell]] = [
            [one.part.title if one.part else whole, one.count,
             one.least, one.lower, one.median, one.upper, one.most]
            for one in self.view.spreads
        ]  # fmt: skip
        return Sheet(self.say("Sebaran", "Spread"), columns, rows)

    def _provinces(self) -> Sheet:
        levels = self.frame.levels
        columns = [
            *self._words(("Kode", "Code"), width=9),
            *self._words(("Provinsi", "Province"), ("Status provinsi", "Own office's state")),
            *self._whole(("Level kantor provinsi", "Own office's level"),
                         ("Level terjaga", "Gated level")),
            *self._numbers(("Indeks kantor provinsi", "Own office's index")),
            *self._whole(("Kabupaten/kota", "Regencies and cities"), ("Mengajukan", "Handed in")),
            *self._numbers(("Median indeks", "Median index")),
            *(Column(f"Level {level.number}", 9, Form.WHOLE) for level in levels),
        ]  # fmt: skip
        cells = provinces(self.rows, self.frame, self.names)
        return Sheet(self.say("Provinsi", "Provinces"), columns,
                     [self._province(cell) for cell in cells], fixed=2)  # fmt: skip

    def _province(self, cell: ProvinceCell) -> list[Cell]:
        own = cell.own
        return [
            cell.code, cell.name, self._state(own) if own else None,
            own.level if own else None, own.gated if own else None, own.index if own else None,
            cell.members, cell.submitted, cell.median,
            *(cell.levels.get(level.number, 0) for level in self.frame.levels),
        ]  # fmt: skip

    def _states(self) -> Sheet:
        columns = [
            *self._words(("Jenis kantor", "Kind of office")),
            *self._whole(("Jumlah", "All"), ("Diajukan", "Handed in"),
                         ("Sedang diisi", "In progress"), ("Belum dimulai", "Not started")),
        ]  # fmt: skip
        rows: list[list[Cell]] = [
            [self.frame.kind(one.kind), one.total, one.submitted, one.in_progress, one.not_started]
            for one in (self.view.counts, *self.view.by_kind)
        ]
        return Sheet("Status", columns, rows)


def _local(moment: datetime) -> datetime:
    return moment.astimezone(WIB).replace(tzinfo=None, microsecond=0)
