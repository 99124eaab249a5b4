"""How numbers of a round are written: on the index scale, or in percent where it has no levels."""

from __future__ import annotations

from dataclasses import dataclass

from maturity.dashboards.frame import Frame
from maturity.dashboards.queries import Standing
from maturity.reports.chart import said
from maturity.web import format_number


@dataclass(frozen=True, slots=True)
class Shown:
    """Numbers and names as a paper in one language writes them."""

    frame: Frame
    language: str

    def say(self, indonesian: str, english: str) -> str:
        """Words in the paper's language."""
        return said(self.language, indonesian, english)

    @property
    def has_levels(self) -> bool:
        """Whether the instrument lays levels over the whole; else indexes are told in percent."""
        return bool(self.frame.levels)

    @property
    def measure(self) -> str:
        """What the numbers are called."""
        return self.say("indeks", "index") if self.has_levels else self.say("capaian", "score")

    def number(self, value: float | None, digits: int = 2) -> str:
        """A number as people of that language write it."""
        return format_number(value, digits, self.language)

    def percent(self, share: float, digits: int = 1) -> str:
        """A share 0..1 in percent."""
        return f"{self.number(share * 100, digits)}%"

    def value(self, index: float | None) -> str:
        """``2,31``, or ``43,7%`` where there are no levels."""
        if index is None:
            return "–"
        if self.has_levels:
            return self.number(index)
        return self.percent((index - self.frame.low) / (self.frame.high - self.frame.low))

    def step(self, change: float | None) -> str:
        """``+0,12``, or ``+4,0 poin persen``; no sign where nothing is left after rounding."""
        if change is None:
            return "–"
        size = abs(change)
        words = self.number(size)
        if not self.has_levels:
            share = size / (self.frame.high - self.frame.low) * 100
            words = f"{self.number(share, 1)}{self.say(' poin persen', ' percentage points')}"
        if not words.partition(" ")[0].strip("0.,"):
            return words
        return ("+" if change > 0 else "−") + words

    def level(self, number: int | None) -> str:
        """``Level 2, Berkembang``."""
        found = self.frame.level(number)
        return "–" if found is None else f"Level {found.number}, {found.name}"

    def offices(self, count: int) -> str:
        """``12 kantor``."""
        shown = self.number(count, 0)
        return self.say(f"{shown} kantor", f"{shown} office{'' if count == 1 else 's'}")

    def of(self, count: int, total: int) -> str:
        """``12 dari 40 kantor (30,0%)``."""
        few, all_ = self.number(count, 0), self.offices(total)
        share = self.percent(count / total)
        return self.say(f"{few} dari {all_} ({share})", f"{few} of {all_} ({share})")

    def name(self, office: Standing) -> str:
        """An office's name as tables give it."""
        return office.name(self.language)
