"""The workbook that an office fills in without a line: which cell asks what, in which words.

Pure. The same instrument, office and language always give the same cells, so that a workbook
that comes back is read by the places it was made with.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from maturity.survey.instrument import Branch, Instrument, Item, Kind, Question, Text, Thing
from maturity.survey.reading import DONT_KNOW, NOT_APPLICABLE, clean, fold
from maturity.survey.routing import Route

SLIP, OPTIONS = "_slip", "_options"
"""Hidden sheets: what signs the workbook, and the choices of its drop-downs."""
INSTRUCTIONS = Text("Petunjuk", "Instructions")
QUESTIONS = Text("Pertanyaan", "Questions")
FIRST = 3
KEY, ABOUT, GUIDANCE, ANSWER = range(4)
LANGUAGES = ("id", "en")
_HEADING = "#"
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")
_MOST_NAME = 31


@dataclass(frozen=True, slots=True)
class Box:
    """The cells of one item, by column (from 0). None: not asked for in the workbook."""

    item: Item
    answer: int
    reason: int | None
    note: int | None
    asked: int
    """Hidden column that says whether the item is asked now; the next: whether it is filled."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a sheet (from 0): a question, an object of a matrix, or a heading."""

    key: str
    row: int
    title: Text
    boxes: tuple[Box, ...] = ()
    thing: Thing | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """All questions outside of matrices, or one matrix. ``link``: columns of a new link, of
    the words about it, and of the links that are there (the first of three)."""

    name: str
    lines: tuple[Line, ...]
    link: int
    matrix: Question | None = None

    @property
    def boxes(self) -> Iterator[tuple[Line, Box]]:
        """Every item of the sheet with its line."""
        return ((line, box) for line in self.lines for box in line.boxes)

    @property
    def end(self) -> int:
        """The row after the last."""
        return FIRST + len(self.lines)

    def place(self, row: int, column: int) -> str:
        """A cell as people name it: ``Pertanyaan!D5``."""
        return f"{self.name}!{letters(column)}{row + 1}"


def letters(column: int) -> str:
    """A column's name: 0 is A."""
    name, rest = "", column
    while rest >= 0:
        name, rest = chr(ord("A") + rest % 26) + name, rest // 26 - 1
    return name


# --- which cell asks what -------------------------------------------------------------


def sheets_of(instrument: Instrument, route: Route, language: str) -> tuple[Sheet, ...]:
    """The sheets with questions for this office; what its kind is never asked is left out."""
    questions = [
        (section, [q for q in section.questions if route.holds(q.applies_when)])
        for section in instrument.sections
    ]
    found = [_questions(instrument, questions, language)]
    names = {name.casefold() for name in (*INSTRUCTIONS_NAMES, found[0].name)}
    for section, here in questions:
        for question in here:
            if question.matrix is not None:
                title = section.title if len(section.questions) == 1 else question.title
                name = _name(title.in_(language), names)
                found.append(_matrix(instrument, route, question, name))
    return tuple(sheet for sheet in found if sheet.lines)


INSTRUCTIONS_NAMES = (SLIP, OPTIONS, INSTRUCTIONS.id, INSTRUCTIONS.en)


def _questions(
    instrument: Instrument, sections: Sequence[tuple[Branch, list[Question]]], language: str
) -> Sheet:
    lines: list[Line] = []
    for section, questions in sections:
        plain = [question for question in questions if question.matrix is None]
        if plain:
            lines.append(Line(_HEADING + section.id, FIRST + len(lines), section.title))
        for question in plain:
            item = instrument.item(question.id)
            reason = ANSWER + 1 if takes_reason(item) else None
            note = ANSWER + 2 if question.scored else None
            box = Box(item, ANSWER, reason, note, ANSWER + 6)
            lines.append(Line(question.id, FIRST + len(lines), question.title, (box,)))
    return Sheet(QUESTIONS.in_(language), tuple(lines), link=ANSWER + 3)


def _matrix(instrument: Instrument, route: Route, question: Question, name: str) -> Sheet:
    matrix, items = question.matrix, instrument.items_of(question.id)
    things = [t for t in (matrix.objects if matrix else ()) if route.holds(t.applies_when)]
    columns = matrix.columns if matrix else ()
    first = [item for item in items if item.thing is (things[0] if things else None)]
    with_reason = [item.column for item in first if takes_reason(item)]
    link = ANSWER + len(columns) + len(with_reason)
    lines: list[Line] = []
    for thing in things:
        boxes = tuple(
            Box(
                item,
                ANSWER + place,
                ANSWER + len(columns) + with_reason.index(item.column)
                if item.column in with_reason
                else None,
                None,
                link + 3 + 2 * place,
            )
            for place, item in enumerate(item for item in items if item.thing is thing)
        )
        key = f"{question.id}/{thing.id}"
        lines.append(Line(key, FIRST + len(lines), thing.label, boxes, thing))
    return Sheet(name, tuple(lines), link, question)


def _name(title: str, taken: set[str]) -> str:
    """A title as the name of a sheet: short, without what no sheet may be called, its own."""
    plain = " ".join(_NOT_IN_NAMES.sub(" ", title).split())[:_MOST_NAME].strip() or "Matriks"
    name, number = plain, 1
    while name.casefold() in taken:
        number += 1
        name = f"{plain[: _MOST_NAME - 4]} {number}"
    taken.add(name.casefold())
    return name


def shape_of(sheets: Sequence[Sheet]) -> str:
    """A fingerprint of what is asked in which row and column."""
    places = [
        [
            line.key,
            line.row,
            [(box.item.key, box.answer, box.reason, box.note) for box in line.boxes],
        ]
        for sheet in sheets
        for line in sheet.lines
    ]
    return hashlib.sha256(json.dumps(places).encode()).hexdigest()


def takes_reason(item: Item) -> bool:
    """Whether some answer to the item has a reason beside it."""
    return item.claim is not None or any(option.needs_reason for option in item.options)


# --- in which words -------------------------------------------------------------------


@lru_cache(maxsize=8192)
def labels(item: Item, language: str) -> dict[str, str]:
    """The choices of an item as its drop-down shows them, by value; none for free entries."""
    found: dict[str, str] = {}
    for option in item.options:
        prefix = f"Level {option.rung.level}: " if option.rung else ""
        words = prefix + " ".join(option.label.in_(language).split())
        twin = fold(words) in {fold(one) for one in found.values()}
        found[option.id] = f"{words} ({option.id})" if twin else words
    if item.options and item.dont_know is not None:
        found.setdefault("dont-know", DONT_KNOW.in_(language))
    if item.claim is not None:
        found.setdefault("not-applicable", NOT_APPLICABLE.in_(language))
    return found


@lru_cache(maxsize=8192)
def _values(item: Item) -> dict[str, str]:
    found: dict[str, str] = {}
    for language in LANGUAGES:
        for value, words in labels(item, language).items():
            found.setdefault(fold(words), value)
    return found


def cell_text(item: Item, value: str, language: str) -> str:
    """A value (or draft) as it stands in its cell; several choices one a line."""
    known = labels(item, language)
    if item.kind is Kind.MULTIPLE and value and all(one in known for one in value.split(",")):
        return "\n".join(known[one] for one in value.split(","))
    return known.get(value, value)


def typed_value(item: Item, text: str) -> str:
    """What a cell's text stands for: the value of the choice, else the text as it is."""
    known = _values(item)
    if item.kind is Kind.MULTIPLE:
        parts = [known.get(fold(line)) for line in text.splitlines() if line.strip()]
        chosen = [part for part in parts if part is not None]
        if len(chosen) == len(parts):
            return ",".join(o.id for o in item.options if o.id in chosen) or ",".join(chosen)
    return known.get(fold(text), clean(text))
