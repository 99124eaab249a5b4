"""Sheets of the offices of a round: who they are, how far, their results, and groups of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from maturity.dashboards.frame import Frame
from maturity.dashboards.grid import NO_LEVEL, Grid
from maturity.dashboards.provinces import ProvinceCell, provinces
from maturity.dashboards.queries import Standing
from maturity.dashboards.sheet_heads import Heads
from maturity.dashboards.sheets import Cell, Column, Form, Sheet
from maturity.dashboards.summary import Overview
from maturity.survey.lifecycle import STATE_NAMES

WIB = ZoneInfo("Asia/Jakarta")


def local(moment: datetime) -> datetime:
    """A moment as cells hold it: in Western Indonesian Time, without its zone."""
    return moment.astimezone(WIB).replace(tzinfo=None, microsecond=0)


@dataclass(frozen=True, slots=True)
class OfficeSheets:
    """Makes them for one round; ``names``: province -> its name."""

    heads: Heads
    frame: Frame
    names: Mapping[str, str]
    rows: Sequence[Standing]
    view: Overview

    def _state(self, row: Standing) -> str:
        return STATE_NAMES[row.state].in_(self.heads.language)

    def offices(self) -> Sheet:
        """Every office with its state and result."""
        columns = [
            *self.heads.offices(),
            *self.heads.words(("Jenis", "Kind"), width=11),
            *self.heads.words(("Kode provinsi", "Province code"), width=9),
            *self.heads.words(("Provinsi", "Province"), ("Status", "State")),
            *self.heads.whole(("Terjawab", "Answered"), ("Ditanyakan", "Asked")),
            Column(self.heads.say("Diajukan (WIB)", "Handed in (WIB)"), 17, Form.MOMENT),
            *self.heads.whole(("Level", "Level")),
            *self.heads.words(("Nama level", "Level name")),
            *self.heads.whole(("Level terjaga", "Gated level")),
            *self.heads.numbers(("Indeks", "Index")),
            Column(self.heads.say("Cakupan", "Coverage"), 10, Form.SHARE),
            *self.heads.words(("Bagian terlemah", "Weakest part"), width=30),
            *self.heads.numbers(("Indeks sebelumnya", "Previous index"), ("Perubahan", "Change")),
            Column(self.heads.say("Dapat dibandingkan", "Comparable"), 12, Form.PLAIN),
        ]
        rows = [self._office(row) for row in self.rows]
        return Sheet(self.heads.say("Kantor", "Offices"), columns, rows, fixed=2)

    def _office(self, row: Standing) -> list[Cell]:
        level, result = self.frame.level(row.level), row.result
        return [
            row.code, row.name(self.heads.language), self.frame.kind(row.kind), row.province,
            self.names.get(row.province or ""), self._state(row),
            row.answered, row.asked, local(row.submitted_at) if row.submitted_at else None,
            row.level, level.name if level else None, row.gated, row.index,
            result.coverage if result else None,
            self.frame.part(result.weakest) or None if result else None,
            row.earlier_index if result else None, row.change, row.comparable,
        ]  # fmt: skip

    def parts(self) -> Sheet:
        """The index of each dimension and sub-dimension."""
        parts = self.frame.parts
        columns = [*self.heads.offices(), *(Column(part.title, 16) for part in parts)]
        rows = [
            [row.code, row.name(self.heads.language), *(indexes.get(part.id) for part in parts)]
            for row in self.rows
            if row.result is not None
            for indexes in [row.result.indexes]
        ]
        return Sheet(self.heads.say("Bagian", "Parts"), columns, rows, fixed=2)

    def asked(self, found: Grid) -> Sheet:
        """Every variable of some offices: percent, and the level where the variable has any."""
        heads, columns, places = self.heads, [*self.heads.offices()], []
        for place, one in enumerate(found.variables):
            columns.append(Column(f"{one.id} {one.title} (%)", 18))
            with_level = bool(found.level[:, place].any())
            if with_level:
                columns.append(Column(f"{one.id} Level", 9, Form.WHOLE))
            places.append((place, with_level))
        rows = [
            [office.code, office.name(heads.language), *_answers(percent, level, places)]
            for office, percent, level in zip(
                found.offices, found.percent.tolist(), found.level.tolist(), strict=True
            )
        ]
        return Sheet(heads.say("Pertanyaan", "Questions"), columns, rows, fixed=2)

    def levels(self) -> Sheet:
        """Offices with a result by kind and level."""
        columns = [
            *self.heads.words(("Jenis kantor", "Kind of office")),
            *self.heads.whole(("Dengan hasil", "With result"), ("Level", "Level")),
            *self.heads.words(("Nama level", "Level name")),
            *self.heads.whole(("Menurut indeks", "By index"), ("Level terjaga", "Gated level")),
        ]
        numbers = [*(level.number for level in self.frame.levels), None]
        none = self.heads.say("belum ada level", "no level yet")
        rows: list[list[Cell]] = [
            [self.frame.kind(one.kind), one.total, number, level.name if level else none,
             one.by_index.get(number, 0), one.gated.get(number, 0)]
            for one in self.view.levels
            for number in numbers
            for level in [self.frame.level(number)]
        ]  # fmt: skip
        return Sheet("Level" if self.heads.language != "en" else "Levels", columns, rows)

    def part_levels(self) -> Sheet:
        """Offices with a result by part, kind and level."""
        levels = self.frame.levels
        columns = [
            *self.heads.words(("Bagian", "Part"), width=40),
            *self.heads.words(("Jenis kantor", "Kind of office")),
            *self.heads.whole(("Dengan hasil", "With result")),
            *(Column(f"Level {level.number}", 9, Form.WHOLE) for level in levels),
            *self.heads.whole(("Tanpa level", "No level")),
        ]
        numbers = [*(level.number for level in levels), None]
        rows: list[list[Cell]] = [
            [one.part.title, self.frame.kind(one.kind), one.total,
             *(one.counts.get(number, 0) for number in numbers)]
            for one in self.view.part_levels
        ]  # fmt: skip
        return Sheet(self.heads.say("Level bagian", "Levels by part"), columns, rows, fixed=2)

    def spread(self) -> Sheet:
        """Five numbers of the whole index and of each part."""
        columns = [
            *self.heads.words(("Bagian", "Part"), width=40),
            *self.heads.whole(("Kantor", "Offices")),
            *self.heads.numbers(("Terendah", "Lowest"), ("Kuartil 1", "Quartile 1"),
                           ("Median", "Median"), ("Kuartil 3", "Quartile 3"),
                           ("Tertinggi", "Highest")),
        ]  # fmt: skip
        rows: list[list[Cell]] = [
            [self.heads.part(one.part), one.count,
             one.least, one.lower, one.median, one.upper, one.most]
            for one in self.view.spreads
        ]  # fmt: skip
        return Sheet(self.heads.say("Sebaran", "Spread"), columns, rows)

    def provinces(self) -> Sheet:
        """Each province: its own office, and those below it."""
        levels = self.frame.levels
        columns = [
            *self.heads.words(("Kode", "Code"), width=9),
            *self.heads.words(("Provinsi", "Province"), ("Status provinsi", "Own office's state")),
            *self.heads.whole(("Level kantor provinsi", "Own office's level"),
                         ("Level terjaga", "Gated level")),
            *self.heads.numbers(("Indeks kantor provinsi", "Own office's index")),
            *self.heads.whole(("Kabupaten/kota", "Regencies and cities"),
                              ("Mengajukan", "Handed in")),
            *self.heads.numbers(("Median indeks", "Median index")),
            *(Column(f"Level {level.number}", 9, Form.WHOLE) for level in levels),
        ]  # fmt: skip
        cells = provinces(self.rows, self.frame, self.names)
        return Sheet(self.heads.say("Provinsi", "Provinces"), columns,
                     [self._province(cell) for cell in cells], fixed=2)  # fmt: skip

    def _province(self, cell: ProvinceCell) -> list[Cell]:
        own = cell.own
        return [
            cell.code, cell.name, self._state(own) if own else None,
            own.level if own else None, own.gated if own else None, own.index if own else None,
            cell.members, cell.submitted, cell.median,
            *(cell.levels.get(level.number, 0) for level in self.frame.levels),
        ]  # fmt: skip

    def states(self) -> Sheet:
        """Offices by kind and state."""
        columns = [
            *self.heads.words(("Jenis kantor", "Kind of office")),
            *self.heads.whole(("Jumlah", "All"), ("Diajukan", "Handed in"),
                         ("Sedang diisi", "In progress"), ("Belum dimulai", "Not started")),
        ]  # fmt: skip
        rows: list[list[Cell]] = [
            [self.frame.kind(one.kind), one.total, one.submitted, one.in_progress, one.not_started]
            for one in (self.view.counts, *self.view.by_kind)
        ]
        return Sheet("Status", columns, rows)


def _answers(
    percent: Sequence[float], level: Sequence[int], places: Sequence[tuple[int, bool]]
) -> Iterator[Cell]:
    """The cells of one office; a percent that is not there is no number."""
    for place, with_level in places:
        share = percent[place]
        yield None if math.isnan(share) else share
        if with_level:
            yield None if level[place] == NO_LEVEL else level[place]
