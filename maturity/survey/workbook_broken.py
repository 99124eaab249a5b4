"""Finds the cells of a workbook whose formula has no result, in its plain XML."""

from __future__ import annotations

import re
import zipfile
from html import unescape

from maturity.survey.workbook_slip import not_ours

_SHEET = re.compile(r"<(?:\w+:)?sheet\s([^<>]*)>")
_LINK = re.compile(r"<(?:\w+:)?Relationship\s([^<>]*)>")
_CELL = re.compile(r"<(?:\w+:)?c(?=\s)")
_HAS_FORMULA, _HAS_VALUE = re.compile(r"<(?:\w+:)?f[\s/>]"), re.compile(r"<(?:\w+:)?v>[^<]")


def cells_without_result(packed: zipfile.ZipFile) -> dict[str, set[str]]:
    """By sheet name, the cells with an error, or a formula without its result: readers
    give both as empty, which would empty an answer."""
    names = set(packed.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        raise not_ours()
    targets = {
        _attribute(link, "Id"): _attribute(link, "Target")
        for link in _LINK.findall(_text(packed, "xl/_rels/workbook.xml.rels"))
    }
    found: dict[str, set[str]] = {}
    for sheet in _SHEET.findall(_text(packed, "xl/workbook.xml")):
        target = targets.get(_attribute(sheet, r"\w+:id"), "").removeprefix("/xl/")
        if f"xl/{target}" in names:
            cells = [cell.partition(">") for cell in _CELL.split(_text(packed, f"xl/{target}"))]
            broken = {_attribute(head, "r") for head, _, body in cells if _is_broken(head, body)}
            found[unescape(_attribute(sheet, "name"))] = broken
    return found


def _is_broken(head: str, body: str) -> bool:
    if _attribute(head, "t") == "e":
        return True
    text = _attribute(head, "t") == "str"  # the result of a text formula may be empty
    return bool(_HAS_FORMULA.search(body)) and not text and not _HAS_VALUE.search(body)


def _attribute(head: str, name: str) -> str:
    found = re.search(rf"(?:^|\s){name}\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", head)
    return (found[1] or found[2] or "") if found else ""


def _text(packed: zipfile.ZipFile, name: str) -> str:
    return packed.read(name).decode("utf-8", "replace")
