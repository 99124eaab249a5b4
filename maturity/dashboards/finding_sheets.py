"""Sheets of what a round's page finds: changes, gaps, weak variables, trend, means by area.

The same tables as the page's files (``export``, ``findings_export``), with heads to be read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from maturity.dashboards.frame import Frame
from maturity.dashboards.gap import Gaps
from maturity.dashboards.rollup import RolledUp
from maturity.dashboards.sheet_heads import Heads
from maturity.dashboards.sheets import Cell, Column, Form, Sheet
from maturity.dashboards.summary import Changes
from maturity.dashboards.targets import TargetRow
from maturity.dashboards.trend import TrendRow
from maturity.dashboards.weak import WeakVariable
from maturity.survey.stage_words import STAGE_NAMES


@dataclass(frozen=True, slots=True)
class FindingSheets:
    """Makes them for one round; ``names``: province -> its name."""

    heads: Heads
    frame: Frame
    names: Mapping[str, str]

    def changes(self, found: Changes) -> Sheet:
        """What became of offices that also have a result of the round before."""
        heads = self.heads
        columns = [
            *heads.whole(("Dibandingkan", "Compared"), ("Level naik", "Level up"),
                         ("Level tetap", "Level same"), ("Level turun", "Level down")),
            *heads.numbers(("Median perubahan", "Median change")),
            *heads.whole(("Tidak dapat dibandingkan", "Not comparable")),
        ]  # fmt: skip
        row: list[Cell] = [found.compared, found.up, found.same, found.down, found.median]
        return Sheet(heads.say("Perubahan", "Changes"), columns, [[*row, found.incomparable]])

    def gaps(self, found: Gaps) -> Sheet:
        """Claims less verified and settled results, by kind and dimension."""
        heads, language = self.heads, self.heads.language
        columns = [
            *heads.words(("Jenis kantor", "Kind of office")),
            *heads.words(("Bagian", "Part"), width=40),
            *heads.words(("Dibandingkan dengan", "Compared with")),
            *heads.whole(("Kantor", "Offices")),
            *heads.numbers(("Kuartil 1", "Quartile 1"), ("Median", "Median"),
                           ("Kuartil 3", "Quartile 3")),
            *heads.whole(("Klaim lebih tinggi", "Claim higher"), ("Sama", "Same"),
                         ("Klaim lebih rendah", "Claim lower")),
        ]  # fmt: skip
        rows: list[list[Cell]] = [
            [self.frame.kind(one.kind), heads.part(one.part),
             STAGE_NAMES[one.stage].in_(language), one.count, one.lower, one.median, one.upper,
             one.claimed_higher, one.same, one.claimed_lower]
            for one in found.rows
        ]  # fmt: skip
        return Sheet(heads.say("Selisih klaim", "Gaps"), columns, rows)

    def shrunk(self, found: Gaps) -> Sheet:
        """The mean gap of each province by kind, also drawn towards the mean of the kind."""
        heads = self.heads
        columns = [
            *heads.words(("Kode", "Code"), width=9),
            *heads.words(("Provinsi", "Province"), ("Jenis kantor", "Kind of office")),
            *heads.whole(("Kantor", "Offices")),
            *heads.numbers(("Rerata selisih", "Mean gap")),
            Column(heads.say("Bobot sendiri", "Own weight"), 12, Form.SHARE),
            *heads.numbers(("Rerata tersusut", "Drawn mean")),
        ]
        rows: list[list[Cell]] = [
            [one.province, self.names.get(one.province), self.frame.kind(one.kind),
             one.found.count, one.found.mean, one.found.own, one.found.shrunk]
            for one in found.provinces
        ]  # fmt: skip
        return Sheet(heads.say("Selisih provinsi", "Gaps by province"), columns, rows, fixed=2)

    def weak(self, found: Sequence[WeakVariable]) -> Sheet:
        """Every variable, the weakest first."""
        heads, levels = self.heads, self.frame.levels
        columns = [
            *heads.words(("Kode", "Code"), width=9),
            *heads.words(("Variabel", "Variable"), ("Bagian", "Part"), width=40),
            *heads.whole(("Kantor", "Offices"), ("Level bawah", "Low")),
            *heads.numbers(("Level bawah (%)", "Low (%)"), ("Median (%)", "Median (%)")),
            *(Column(f"Level {level.number}", 9, Form.WHOLE) for level in levels),
        ]
        rows: list[list[Cell]] = [
            [one.variable.id, one.variable.title, self.frame.part(one.variable.part), one.count,
             one.low, one.share, one.median, *(one.levels[level.number] for level in levels)]
            for one in found
        ]  # fmt: skip
        return Sheet(heads.say("Variabel lemah", "Weak variables"), columns, rows, fixed=2)

    def trend(self, found: Sequence[TrendRow]) -> Sheet:
        """Each earlier round beside the one shown."""
        heads = self.heads
        columns = [
            *heads.words(("Periode", "Round"), width=34),
            Column(heads.say("Instrumen sama", "Same instrument"), 12, Form.PLAIN),
            *heads.whole(("Variabel terhubung", "Linked variables"), ("Variabel", "Variables"),
                         ("Kantor", "Offices")),
            *heads.numbers(("Median dahulu", "Median then"), ("Median kini", "Median now"),
                           ("Median perubahan", "Median change")),
            *heads.words(("Jenis tanpa angka", "Kinds left out")),
        ]  # fmt: skip
        rows: list[list[Cell]] = [
            [one.title.in_(heads.language), one.same, one.linked, one.asked, one.offices,
             one.then, one.now, one.change,
             ", ".join(self.frame.kind(kind) for kind in one.left_out) or None]
            for one in found
        ]  # fmt: skip
        return Sheet(heads.say("Tren", "Trend"), columns, rows)

    def rollup(self, found: Sequence[RolledUp]) -> Sheet:
        """Means of the country and its provinces: offices with the same weight, then by voters."""
        heads = self.heads
        parts = [part for part in self.frame.parts if part.depth == 0]
        ways = heads.say("kantor", "office"), heads.say("pemilih", "voters")
        columns = [
            *heads.words(("Kode", "Code"), width=9),
            *heads.words(("Wilayah", "Area"), ("Bobot", "Weighted by")),
            *heads.whole(("Kantor", "Offices"), ("Dengan hasil", "With result"),
                         ("Tanpa jumlah pemilih", "Without voters")),
            *heads.numbers(("Rerata indeks", "Mean index")),
            *(Column(part.title, 18) for part in parts),
        ]  # fmt: skip
        rows: list[list[Cell]] = [
            [one.province or None, self.names.get(one.province) or "Indonesia", way, one.offices,
             one.scored, one.without_voters, index, *(means.get(part.id) for part in parts)]
            for one in found
            for way, index, means in ((ways[0], one.index, one.parts),
                                      (ways[1], one.index_by_voters, one.parts_by_voters))
        ]  # fmt: skip
        return Sheet(heads.say("Rerata wilayah", "Means by area"), columns, rows, fixed=2)

    def targets(self, found: Sequence[TargetRow]) -> Sheet:
        """Offices beside the targets of their round."""
        heads = self.heads
        columns = [
            *heads.words(("Bagian", "Part"), width=40),
            *heads.words(("Jenis kantor", "Kind of office")),
            *heads.numbers(("Target", "Target")),
            *heads.whole(("Level target", "Target level"), ("Kantor", "Offices")),
            *heads.numbers(("Median", "Median"), ("Median selisih", "Median gap")),
            *heads.whole(("Mencapai", "Reached")),
        ]
        rows: list[list[Cell]] = [
            [heads.part(one.part), ", ".join(map(self.frame.kind, one.kinds or ("",))),
             one.target, one.level.number if one.level else None, one.count, one.median, one.gap,
             one.reached]
            for one in found
        ]  # fmt: skip
        return Sheet(heads.say("Target", "Targets"), columns, rows)
