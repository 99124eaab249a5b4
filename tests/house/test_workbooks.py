"""Workbooks that are small as files and would fill the machine when they are opened."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

from maturity.errors import MaturityError
from maturity.offices.importing import read_people
from maturity.survey.tables import read_table
from maturity.workbooks import is_too_large

SHEET = "xl/worksheets/sheet1.xml"
FAR = "<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>"
UNNAMED = "<row>" + "<c><v>1</v></c>" * 16_384 + "</row><row r='1048576'/>"
PREFIXED = "<x:row r='9'>" + "<x:c><x:v>1</x:v></x:c>" * 16_384 + "</x:row>" + "<x:row/>" * 9000


def _book(path: Path, rows: str = "") -> Path:
    """A workbook of answers with more rows written at the end of its sheet."""
    book = openpyxl.Workbook()
    book.active.append(["unit", "question", "answer", "email", "name", "office", "role"])
    book.active.append(["36.71", "V01", "l1", "a@kpu.example", "Siti", "36.71", "operator"])
    book.save(path)
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    parts[SHEET] = re.sub(b"</sheetData>", rows.encode() + b"</sheetData>", parts[SHEET])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, body in parts.items():
            packed.writestr(name, body)
    return path


@pytest.mark.parametrize("rows", [FAR, UNNAMED, PREFIXED])
def test_a_small_file_with_a_vast_sheet_is_not_opened(tmp_path: Path, rows: str) -> None:
    path = _book(tmp_path / "a.xlsx", rows)
    assert path.stat().st_size < 40_000
    assert is_too_large(path)
    for read in (read_table, read_people):
        with pytest.raises(MaturityError, match=r"terlalu besar|too large"):
            read(path)


def test_an_ordinary_sheet_is_opened(tmp_path: Path) -> None:
    path = _book(tmp_path / "a.xlsx")
    assert len(read_table(path)) == 1
    assert read_people(path)[0].who.email == "a@kpu.example"
    many = "".join(f"<row r='{n}'><c r='H{n}'><v>1</v></c></row>" for n in range(3, 90_000))
    assert not is_too_large(_book(tmp_path / "b.xlsx", many))
