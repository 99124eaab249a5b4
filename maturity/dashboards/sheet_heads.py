"""Heads of columns and words of workbooks in one language."""

from __future__ import annotations

from dataclasses import dataclass

from maturity.dashboards.frame import PartName
from maturity.dashboards.sheets import Column, Form


@dataclass(frozen=True, slots=True)
class Heads:
    """Each title is given as (Indonesian, English)."""

    language: str

    def say(self, indonesian: str, english: str) -> str:
        """The words of the language."""
        return english if self.language == "en" else indonesian

    def words(self, *titles: tuple[str, str], width: float = 22) -> list[Column]:
        """Columns of words."""
        return [Column(self.say(*title), width, Form.TEXT) for title in titles]

    def whole(self, *titles: tuple[str, str]) -> list[Column]:
        """Columns of whole numbers."""
        return [Column(self.say(*title), 12, Form.WHOLE) for title in titles]

    def numbers(self, *titles: tuple[str, str]) -> list[Column]:
        """Columns of measures."""
        return [Column(self.say(*title), 12) for title in titles]

    def offices(self) -> list[Column]:
        """Code and name of an office."""
        return [
            Column(self.say("Kode", "Code"), 9, Form.TEXT),
            Column(self.say("Kantor", "Office"), 34, Form.TEXT),
        ]

    def part(self, part: PartName | None) -> str:
        """A part's title; None is the whole."""
        return part.title if part else self.say("Keseluruhan", "Overall")
