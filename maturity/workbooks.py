"""How much room a workbook would take, found out before it is opened.

Readers make room for every cell up to the last one, which a file of a kilobyte can name.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import IO

MOST_CELLS = 30_000_000
MOST_BYTES = 1 << 31
_PIECE, _OVERLAP = 1 << 20, 32
_PLACE = re.compile(rb"\br\s*=\s*[\"']([A-Z]{0,3})([0-9]{1,9})[\"']")
_ROW, _CELL = re.compile(rb"<(?:\w+:)?row\b"), re.compile(rb"<(?:\w+:)?c\b")


def is_too_large(path: Path, *, most_cells: int = MOST_CELLS) -> bool:
    """Whether an XLSX file unpacks to more than is read. BadZipFile when it is no zip file."""
    with zipfile.ZipFile(path) as packed:
        parts = packed.infolist()
        if sum(part.file_size for part in parts) > MOST_BYTES:
            return True
        sheets = [part for part in parts if part.filename.startswith("xl/worksheets/")]
        return any(_cells(packed.open(part)) > most_cells for part in sheets)


def _cells(sheet: IO[bytes]) -> int:
    """Cells of the rectangle from A1 to the last row and the last column, named or counted."""
    row, rows, columns, rest = 0, 0, 0, b""
    with sheet:
        while piece := sheet.read(_PIECE):
            named = _PLACE.findall(rest + piece)
            row = max([row, *{int(number) for _, number in named}])
            columns = max([columns, *map(_number, {letters for letters, _ in named})])
            parts = _ROW.split(piece)
            rows += len(parts) - 1
            columns = max([columns, *(len(_CELL.findall(part)) for part in parts)])
            rest = piece[-_OVERLAP:]
    return max(row, rows) * columns


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
