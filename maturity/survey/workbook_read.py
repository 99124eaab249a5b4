"""Reads a workbook that came back: whole and ours, or a WorkbookError that says why not."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from maturity.survey.answers import evidence_key
from maturity.survey.assessments import Work
from maturity.survey.instrument import Instrument, Item, Kind
from maturity.survey.reading import clean
from maturity.survey.table import as_text
from maturity.survey.workbook import (
    ABOUT,
    INSTRUCTIONS,
    KEY,
    LANGUAGES,
    OPTIONS,
    SLIP,
    Box,
    Line,
    Sheet,
    shape_of,
    sheets_of,
    typed_value,
)
from maturity.survey.workbook_broken import cells_without_result
from maturity.survey.workbook_slip import Slip, WorkbookError, altered, not_ours, outdated
from maturity.workbooks import is_too_large

MOST_CELLS, MOST_BYTES, MOST_BELOW = 400_000, 20 << 20, 1_000
_NAMED = 5
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, CalamineError, NotImplementedError, RuntimeError, ValueError,
    EOFError,
)  # fmt: skip
Rows = list[list[Any]]
Broken = dict[str, set[str]]
"""By sheet, the cells without a result."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What the cells of one item hold. None: the workbook does not ask for it."""

    item: Item
    cells: tuple[str, ...]
    seen: int
    value: str
    reason: str | None
    note: str | None

    @property
    def place(self) -> str:
        """The answer's own cell."""
        return self.cells[0]


@dataclass(frozen=True, slots=True)
class TypedLink:
    """A new link, and where it stands."""

    key: str
    item: Item
    place: str
    url: str
    note: str


@dataclass(frozen=True, slots=True)
class Filled:
    """All that a workbook says. ``broken``: cells whose formula has no result."""

    slip: Slip
    answers: tuple[Typed, ...]
    links: tuple[TypedLink, ...]
    broken: frozenset[str]


Earlier = Callable[[str], Instrument | None]
"""The round's instrument as it was when it had a fingerprint; None: it never had it."""


def read_workbook(
    path: Path, work: Work, *, secret: str, earlier: Earlier = lambda _fingerprint: None
) -> Filled:
    """What was filled in for this assessment; WorkbookError for any other or damaged file.

    One made before the round's texts were corrected is read with the words of that day.
    """
    try:
        broken = _looked_over(path)
        with CalamineWorkbook.from_path(str(path)) as book:
            slip = _slip(book, secret)
            _must_be_of(slip, work)
            sheets = sheets_of(_asked(slip, work, earlier), work.route, slip.language)
            filled = _read(book, slip, sheets, broken)
            return _of_today(filled, work.instrument)
    except _UNREADABLE as error:
        raise not_ours() from error


def _looked_over(path: Path) -> dict[str, set[str]]:
    """Refuse what must not be opened; gives the cells without a result, by sheet."""
    with zipfile.ZipFile(path) as packed:
        parts = packed.infolist()
        if len(parts) > 200 or sum(part.file_size for part in parts) > MOST_BYTES:
            raise _too_large()
        if packed.testzip() is not None:  # also: what unpacks to more than it says
            raise not_ours()
        if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
            raise WorkbookError(
                "Berkas ini memuat makro. Simpan sebagai XLSX tanpa makro, lalu unggah kembali.",
                "This file holds macros. Save it as XLSX without macros, then upload it again.",
            )
        if is_too_large(path, most_cells=MOST_CELLS):
            raise _too_large()
        return cells_without_result(packed)


def _too_large() -> WorkbookError:
    return WorkbookError(
        "Isi lembar kerja ini jauh lebih besar daripada yang diunduh.",
        "This workbook holds far more than the one that was downloaded.",
    )


# --- whose and whole ------------------------------------------------------------------


def _asked(slip: Slip, work: Work, earlier: Earlier) -> Instrument:
    """The instrument whose words stand in the workbook."""
    if slip.fingerprint == work.instrument.fingerprint:
        return work.instrument
    found = earlier(slip.fingerprint)
    if found is None:
        raise outdated()
    return found


def _of_today(filled: Filled, instrument: Instrument) -> Filled:
    """The same, about the items as they are asked now."""
    answers = tuple(replace(one, item=instrument.item(one.item.key)) for one in filled.answers)
    links = tuple(replace(one, item=instrument.item(one.item.key)) for one in filled.links)
    return replace(filled, answers=answers, links=links)


def _read(book: CalamineWorkbook, slip: Slip, sheets: Sequence[Sheet], broken: Broken) -> Filled:
    if shape_of(sheets) != slip.shape:
        raise outdated()
    own = {SLIP, OPTIONS, INSTRUCTIONS.in_(slip.language), *(sheet.name for sheet in sheets)}
    _must_have_sheets(book.sheet_names, own)
    answers: list[Typed] = []
    links: list[TypedLink] = []
    for sheet in sheets:
        page = book.get_sheet_by_name(sheet.name)
        rows = page.to_python(skip_empty_area=False)
        if len(rows) > sheet.lines[-1].row + MOST_BELOW:
            raise _too_large()
        _must_be_whole(sheet, rows, page)
        for line in sheet.lines:
            cells = rows[line.row]
            answers += [_typed(sheet, line, box, cells, slip) for box in line.boxes]
            links += _links(sheet, line, cells)
    places = {f"{name}!{cell}" for name, cells in broken.items() for cell in cells}
    return Filled(slip, tuple(answers), tuple(links), frozenset(places))


def _slip(book: CalamineWorkbook, secret: str) -> Slip:
    if SLIP not in book.sheet_names:
        raise not_ours()
    rows = book.get_sheet_by_name(SLIP).to_python(skip_empty_area=False)
    pairs = [(as_text(row[0]), as_text(row[1])) for row in rows if len(row) > 1]
    return Slip.of([pair for pair in pairs if pair[0]], secret)


def _must_be_of(slip: Slip, work: Work) -> None:
    assessment = work.assessment
    if slip.assessment != str(assessment.id) or slip.office != assessment.office_code:
        raise WorkbookError(
            f"Lembar kerja ini milik kantor {slip.office}, periode {slip.round}; halaman ini "
            f"untuk kantor {assessment.office_code}, periode {assessment.round.slug}.",
            f"This workbook is of office {slip.office}, period {slip.round}; this page is "
            f"for office {assessment.office_code}, period {assessment.round.slug}.",
        )
    if slip.language not in LANGUAGES:
        raise altered()


def _must_have_sheets(names: Sequence[str], own: set[str]) -> None:
    extra = [name for name in names if name not in own]
    missing = sorted(own - set(names))
    if extra:
        said = "”, “".join(name[:40] for name in extra[:_NAMED])
        raise WorkbookError(
            f"Lembar “{said}” bukan bagian lembar kerja ini. Hapus, lalu unggah kembali.",
            f"The sheet “{said}” is no part of this workbook. Delete it, then upload again.",
        )
    if missing:
        said = "”, “".join(missing)
        raise WorkbookError(
            f"Lembar “{said}” telah dihapus atau diganti namanya. Unduh lembar kerja baru.",
            f"The sheet “{said}” was deleted or renamed. Download a new workbook.",
        )


def _must_be_whole(sheet: Sheet, rows: Rows, page: CalamineSheet) -> None:
    """Every line where it was, none merged with another."""
    for (top, left), (bottom, right) in page.merged_cell_ranges or ():
        cells = f"{sheet.place(top, left)}–{sheet.place(bottom, right).rpartition('!')[2]}"
        raise WorkbookError(
            f"{cells}: sel digabungkan. Batalkan penggabungan, lalu unggah kembali.",
            f"{cells}: cells are merged. Undo that, then upload again.",
        )
    for line in sheet.lines:
        if _cell(rows[line.row] if line.row < len(rows) else [], KEY) != line.key:
            raise _moved(sheet.place(line.row, ABOUT))
    if any(_cell(row, KEY) for row in rows[sheet.end :]):
        raise _moved(sheet.place(sheet.end, ABOUT))


def _moved(place: str) -> WorkbookError:
    return WorkbookError(
        f"{place}: baris telah dihapus, ditambah, atau dipindahkan. Kembalikan seperti semula, "
        "atau unduh lembar kerja baru.",
        f"{place}: a row was deleted, added or moved. Put it back, or download a new workbook.",
    )


# --- what was typed -------------------------------------------------------------------


def _typed(sheet: Sheet, line: Line, box: Box, cells: list[Any], slip: Slip) -> Typed:
    columns = (box.answer, box.reason, box.note)
    return Typed(
        item=box.item,
        cells=tuple(sheet.place(line.row, c) for c in columns if c is not None),
        seen=slip.versions.get(box.item.key, 0),
        value=typed_value(box.item, _answer(box.item, cells, box.answer)),
        reason=None if box.reason is None else clean(_cell(cells, box.reason)),
        note=None if box.note is None else clean(_cell(cells, box.note)),
    )


def _answer(item: Item, cells: list[Any], column: int) -> str:
    text = _cell(cells, column)
    number = item.kind in (Kind.NUMBER, Kind.PERCENT)
    if number and column < len(cells) and isinstance(cells[column], float):
        return text.replace(".", ",")  # 1.234 would be read as 1234
    return text


def _cell(cells: list[Any], column: int) -> str:
    if column >= len(cells):
        return ""
    try:
        return as_text(cells[column])
    except TypeError:  # a duration
        return str(cells[column])


def _links(sheet: Sheet, line: Line, cells: list[Any]) -> list[TypedLink]:
    if not line.boxes or not line.boxes[0].item.question.scored:
        return []
    item = line.boxes[0].item
    urls = [clean(url) for url in _cell(cells, sheet.link).splitlines()]
    note = clean(_cell(cells, sheet.link + 1))
    place = sheet.place(line.row, sheet.link)
    return [TypedLink(evidence_key(item), item, place, url, note) for url in urls if url]
