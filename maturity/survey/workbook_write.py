"""Writes the workbook of one assessment: questions, present answers, drop-downs, locked cells."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import xlsxwriter

from maturity.survey.answers import Kept, evidence_key, shown_value
from maturity.survey.assessments import Work
from maturity.survey.deadlines import filling_due
from maturity.survey.instrument import Item
from maturity.survey.models import Evidence
from maturity.survey.routing import Place
from maturity.survey.workbook import (
    ABOUT,
    ANSWER,
    FIRST,
    GUIDANCE,
    INSTRUCTIONS,
    KEY,
    OPTIONS,
    SLIP,
    Box,
    Line,
    Sheet,
    cell_text,
    letters,
    shape_of,
    sheets_of,
)
from maturity.survey.workbook_formulas import Formulas, progress
from maturity.survey.workbook_sizes import height_of, width_of
from maturity.survey.workbook_slip import Slip
from maturity.survey.workbook_words import (
    FILLED,
    HEADS,
    LINES,
    PICK,
    STOP,
    heads_of,
    object_words,
    question_words,
)
from maturity.web import format_moment

FONT = {"font_name": "Calibri", "font_size": 11, "valign": "top", "text_wrap": True}
INPUT = {"num_format": "@", "locked": False, "bg_color": "#FFFBE6", "border": 1,
         "border_color": "#B8B8B8"}  # fmt: skip
STYLES: Mapping[str, Mapping[str, object]] = {
    "plain": {},
    "bold": {"bold": True},
    "title": {"bold": True, "font_size": 14, "text_wrap": False},
    "soft": {"font_color": "#595959", "text_wrap": False},
    "head": {"bold": True, "bg_color": "#7A1F2B", "font_color": "#FFFFFF", "border": 1},
    "section": {"bold": True, "bg_color": "#EFE3E4", "text_wrap": False},
    "closed": {"bg_color": "#EDEDED", "border": 1, "border_color": "#B8B8B8"},
    "input": INPUT,
    "off": {"bg_color": "#D9D9D9", "font_color": "#7F7F7F"},
}
UNLOCKED_VIEW = {"format_columns": True, "format_rows": True}


def write(work: Work, *, language: str, secret: str, now: datetime) -> bytes:
    """The XLSX file of an assessment in one language, with its answers as they stand."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_urls": False}) as book:
        book.set_calc_mode("auto")
        _Writer(book, work, language).write(secret, now)
    return out.getvalue()


class _Writer:
    """One workbook being written."""

    def __init__(self, book: Any, work: Work, language: str) -> None:
        self.book, self.work, self.language = book, work, language
        self.sheets = sheets_of(work.instrument, work.route, language)
        self.formulas = Formulas(self.sheets, work.route, language)
        self.styles = {name: book.add_format({**FONT, **style}) for name, style in STYLES.items()}

    def write(self, secret: str, now: datetime) -> None:
        first = self.book.add_worksheet(INSTRUCTIONS.in_(self.language))
        pages = [self.book.add_worksheet(sheet.name) for sheet in self.sheets]
        self._instructions(first, now)
        for page, sheet in zip(pages, self.sheets, strict=True):
            self._sheet(page, sheet)
        self._options()
        self._slip(secret, now)
        first.activate()

    # --- a sheet of questions ---------------------------------------------------------

    def _sheet(self, page: Any, sheet: Sheet) -> None:
        title = sheet.matrix.title.in_(self.language) if sheet.matrix else sheet.name
        office = self.work.office.short_name
        page.write_string(0, ABOUT, f"{title} – {office}", self.styles["title"])
        done, asked = progress(sheet)
        words = tuple(text.in_(self.language) for text in FILLED)
        counts = self._counts(sheet)
        formula = f'="{words[0]}"&{done}&"{words[1]}"&{asked}'
        text = f"{words[0]}{counts[0]}{words[1]}{counts[1]}"
        page.write_formula(1, ABOUT, formula, self.styles["soft"], text)
        self._heads(page, sheet)
        for line in sheet.lines:
            self._line(page, sheet, line)
        self._conditions(page, sheet)
        page.freeze_panes(FIRST, GUIDANCE)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.repeat_rows(FIRST - 1)
        page.protect("", UNLOCKED_VIEW)

    def _heads(self, page: Any, sheet: Sheet) -> None:
        heads = heads_of(sheet, self.language)
        for place, words in heads.items():
            page.write_string(FIRST - 1, place, words, self.styles["head"])
            page.set_column(place, place, width_of(sheet, place))
        page.set_row(FIRST - 1, height_of(sheet, heads))
        page.set_column(KEY, KEY, 12, None, {"hidden": True})
        page.set_column(sheet.link + 3, max(b.asked for _, b in sheet.boxes) + 1, 6, None,
                        {"hidden": True})  # fmt: skip

    def _columns(self, sheet: Sheet) -> list[Box]:
        """A box for each answer column."""
        return list({box.answer: box for _, box in sheet.boxes}.values())

    def _line(self, page: Any, sheet: Sheet, line: Line) -> None:
        page.write_string(line.row, KEY, line.key)
        title = line.title.in_(self.language)
        if not line.boxes:
            for column in range(ABOUT, sheet.link + 3):
                page.write_blank(line.row, column, None, self.styles["section"])
            page.write_string(line.row, ABOUT, title, self.styles["section"])
            return
        item = line.boxes[0].item
        about, guidance = (
            object_words(line.thing, self.language)
            if line.thing
            else question_words(self.work.instrument, item, self.language)
        )
        page.set_row(line.row, height_of(sheet, {ABOUT: about, GUIDANCE: guidance}))
        page.write_string(line.row, ABOUT, about, self.styles["bold"])
        page.write_string(line.row, GUIDANCE, guidance, self.styles["plain"])
        for column in range(ANSWER, sheet.link + 3):
            page.write_blank(line.row, column, None, self.styles["closed"])
        for box in line.boxes:
            self._box(page, sheet, line, box)
        self._links(page, sheet, line, item)

    def _box(self, page: Any, sheet: Sheet, line: Line, box: Box) -> None:
        answer, row = self.work.answers.get(box.item.key), line.row
        self._input(page, row, box.answer, cell_text(box.item, shown_value(answer), self.language))
        if box.reason is not None:
            self._input(page, row, box.reason, answer.reason if answer else "")
        if box.note is not None:
            self._input(page, row, box.note, answer.note if answer else "")
        place = self.work.route.places[box.item.key]
        is_asked = int(place is Place.ASKED)
        formula = self.formulas.asked(sheet, line, box)
        page.write_formula(row, box.asked, formula, None, is_asked)
        if box.item.required:
            filled = int(bool(shown_value(answer))) if is_asked else ""
            page.write_formula(row, box.asked + 1, self.formulas.filled(line, box), None, filled)
        self._choices(page, row, box)

    def _input(self, page: Any, row: int, column: int, text: str) -> None:
        """An unlocked cell; always text, so that nothing in it is ever run as a formula."""
        if text:
            page.write_string(row, column, text, self.styles["input"])
        else:
            page.write_blank(row, column, None, self.styles["input"])

    def _choices(self, page: Any, row: int, box: Box) -> None:
        source = self.formulas.choices(box.item)
        if not source or box.item.kind.value == "multiple":
            return
        rule = {"validate": "list", "source": source, "ignore_blank": True}
        rule |= {"error_title": PICK.in_(self.language), "error_message": STOP.in_(self.language)}
        page.data_validation(row, box.answer, row, box.answer, rule)

    def _links(self, page: Any, sheet: Sheet, line: Line, item: Item) -> None:
        if not item.question.scored:
            return
        self._input(page, line.row, sheet.link, "")
        self._input(page, line.row, sheet.link + 1, "")
        rows: Sequence[Evidence] = self.work.evidence.get(evidence_key(item), ())
        present = "\n".join(f"{row.url} ({row.note})" if row.note else row.url for row in rows)
        page.write_string(line.row, sheet.link + 2, present[:30_000], self.styles["closed"])

    def _conditions(self, page: Any, sheet: Sheet) -> None:
        """Grey out what is not asked as the answers stand."""
        for box in self._columns(sheet):
            rule = {
                "type": "formula",
                "criteria": f"=AND(ISNUMBER(${letters(box.asked)}{FIRST + 1}),"
                f"${letters(box.asked)}{FIRST + 1}=0)",
                "format": self.styles["off"],
            }
            first, last = box.answer, box.answer
            if not sheet.matrix:
                first, last = ABOUT, sheet.link + 1
            page.conditional_format(FIRST, first, sheet.end - 1, last, rule)

    def _counts(self, sheet: Sheet) -> tuple[int, int]:
        due = [
            self.work.answers.get(box.item.key)
            for _, box in sheet.boxes
            if box.item.required and self.work.route.places[box.item.key] is Place.ASKED
        ]
        return sum(bool(shown_value(answer)) for answer in due), len(due)

    # --- the other sheets -------------------------------------------------------------

    def _instructions(self, page: Any, now: datetime) -> None:
        office, round_ = self.work.office, self.work.assessment.round
        page.set_column(0, 0, 46)
        page.set_column(1, 2, 30)
        title = round_.title.in_(self.language)
        page.write_string(0, 0, f"{office.short_name} – {title}", self.styles["title"])
        until = format_moment(filling_due(self.work.assessment), office.timezone, self.language)
        made = format_moment(now, office.timezone, self.language)
        row = 2
        for text in LINES:
            words = text.in_(self.language).format(until=until, made=made)
            page.merge_range(row, 0, row, 2, words, self.styles["plain"])
            page.set_row(row, 16 * (1 + len(words) // 100))
            row += 1
        for place, name in enumerate(("sheet", "filled", "asked")):
            words = HEADS[name].in_(self.language)
            page.write_string(row + 1, place, words, self.styles["head"])
        for place, sheet in enumerate(self.sheets, start=row + 2):
            done, asked = progress(sheet)
            counts = self._counts(sheet)
            page.write_url(place, 0, f"internal:'{sheet.name}'!A1", None, sheet.name)
            page.write_formula(place, 1, f"={done}", self.styles["plain"], counts[0])
            page.write_formula(place, 2, f"={asked}", self.styles["plain"], counts[1])
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.protect("", UNLOCKED_VIEW)

    def _options(self) -> None:
        page = self.book.add_worksheet(OPTIONS)
        for words, column in self.formulas.lists.items():
            for row, label in enumerate(words):
                page.write_string(row, column, label)
        page.protect()
        page.very_hidden()

    def _slip(self, secret: str, now: datetime) -> None:
        page = self.book.add_worksheet(SLIP)
        rows = slip_of(self.work, self.sheets, language=self.language, now=now).rows(secret)
        for row, (name, value) in enumerate(rows):
            page.write_string(row, 0, name)
            page.write_string(row, 1, value)
        page.protect()
        page.very_hidden()


def slip_of(work: Work, sheets: Sequence[Sheet], *, language: str, now: datetime) -> Slip:
    """What the workbook says of itself."""
    known: Mapping[str, Kept] = work.answers
    keys = [box.item.key for sheet in sheets for _, box in sheet.boxes]
    return Slip(
        assessment=str(work.assessment.id),
        office=work.assessment.office_code,
        round=work.assessment.round.slug,
        fingerprint=work.instrument.fingerprint,
        shape=shape_of(sheets),
        language=language,
        made_at=now.isoformat(),
        versions={key: known[key].version for key in keys if key in known},
    )
