"""The formulas that keep a workbook alive without a line: what is asked now, what is filled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from maturity.scoring.rubric import State
from maturity.survey.instrument import (
    All,
    AnswerAtLeast,
    AnswerIs,
    AnyOf,
    Condition,
    Item,
    Kind,
    Not,
)
from maturity.survey.reading import Reading
from maturity.survey.routing import Route, number_of
from maturity.survey.workbook import FIRST, OPTIONS, Box, Line, Sheet, labels, letters

TRUE, FALSE = "TRUE", "FALSE"


class Formulas:
    """Formulas of one workbook. ``choices``: item -> column of the options sheet."""

    def __init__(self, sheets: Sequence[Sheet], route: Route, language: str) -> None:
        self.route, self.language = route, language
        self.at = {
            box.item.key: (sheet, line, box) for sheet in sheets for line, box in sheet.boxes
        }
        self.lists: dict[tuple[str, ...], int] = {}
        for _, _, box in self.at.values():
            words = tuple(labels(box.item, language).values())
            if words:
                self.lists.setdefault(words, len(self.lists))

    def choices(self, item: Item) -> str:
        """The range of an item's drop-down; empty for a free entry."""
        words = tuple(labels(item, self.language).values())
        if not words:
            return ""
        column = letters(self.lists[words])
        return f"='{OPTIONS}'!${column}$1:${column}${len(words)}"

    def asked(self, sheet: Sheet, line: Line, box: Box) -> str:
        """Whether the item is asked, as a formula of 1 or 0; ``=1`` where it always is."""
        item = box.item
        parts = [self._holds(item.question.show_when)]
        parts += [f"NOT({self._is(key, values)})" for key, values in item.unmet if key in self.at]
        parts += [
            f"NOT({self._is(other.item.key, other.item.excluding)})"
            for other in line.boxes
            if other.item.excluding and other is not box
        ]
        matrix = sheet.matrix.matrix if sheet.matrix else None
        if matrix and matrix.unlisted_not_applicable:
            row = line.row + 1
            ends = [letters(one.answer) for one in (line.boxes[0], line.boxes[-1])]
            parts.append(f"COUNTA(${ends[0]}{row}:${ends[1]}{row})>0")
        return f"=IF({_all(parts)},1,0)"

    def filled(self, line: Line, box: Box) -> str:
        """1 or 0 where the item is asked; no number where it is not."""
        row = line.row + 1
        answer, asked = letters(box.answer), letters(box.asked)
        return f'=IF(${asked}{row}=1,IF(LEN(${answer}{row})>0,1,0),"")'

    def _cell(self, key: str) -> str:
        sheet, line, box = self.at[key]
        return f"'{sheet.name}'!${letters(box.answer)}${line.row + 1}"

    def _is(self, key: str, values: Iterable[str]) -> str:
        """Whether an item's cell holds one of these values."""
        item, cell = self.at[key][2].item, self._cell(key)
        words = labels(item, self.language)
        column = letters(self.lists[tuple(words.values())]) if words else ""
        rows = [place for place, value in enumerate(words, start=1) if value in set(values)]
        options = [f"'{OPTIONS}'!${column}${row}" for row in rows]
        if item.kind is Kind.MULTIPLE:
            return _any([f"ISNUMBER(FIND({option},{cell}))" for option in options])
        return _any([f"{cell}={option}" for option in options])

    def _holds(self, condition: Condition | None) -> str:
        match condition:
            case None:
                return TRUE
            case All(parts):
                return _all([self._holds(part) for part in parts])
            case AnyOf(parts):
                return _any([self._holds(part) for part in parts])
            case Not(part):
                return f"NOT({self._holds(part)})"
            case AnswerIs() | AnswerAtLeast():
                return self._answer_holds(condition)
        return TRUE if self.route.holds(condition) else FALSE

    def _answer_holds(self, condition: AnswerIs | AnswerAtLeast) -> str:
        found = self.at.get(condition.question)
        if found is None:
            return FALSE
        sheet, line, box = found
        on_path = f"'{sheet.name}'!${letters(box.asked)}${line.row + 1}=1"
        if isinstance(condition, AnswerIs):
            return _all([on_path, self._is(condition.question, condition.options)])
        if not box.item.options:
            number = f"IFERROR(VALUE({self._cell(condition.question)}),-1E+99)"
            return _all([on_path, f"{number}>={condition.least!r}"])
        enough = [
            option.id
            for option in box.item.options
            if number_of(box.item, Reading(State.ANSWERED, option.id)) >= condition.least
        ]
        return _all([on_path, self._is(condition.question, enough)])


def progress(sheet: Sheet) -> tuple[str, str]:
    """How many items of a sheet are filled in, and how many are asked: without ``=``."""
    columns = sorted({letters(box.asked + 1) for _, box in sheet.boxes}, key=lambda c: (len(c), c))
    ranges = [f"'{sheet.name}'!${c}${FIRST + 1}:${c}${sheet.end}" for c in columns]
    return f"SUM({','.join(ranges)})", f"COUNT({','.join(ranges)})"


def _all(parts: Sequence[str]) -> str:
    rest = [part for part in parts if part != TRUE]
    if FALSE in rest:
        return FALSE
    return TRUE if not rest else rest[0] if len(rest) == 1 else f"AND({','.join(rest)})"


def _any(parts: Sequence[str]) -> str:
    rest = [part for part in parts if part != FALSE]
    if TRUE in rest:
        return TRUE
    return FALSE if not rest else rest[0] if len(rest) == 1 else f"OR({','.join(rest)})"
