"""Whether a text or a file seems to hold a NIK: 16 digits built as an identity number is.

Nothing found is ever kept or shown: only that something was found.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile

from maturity.survey import file_kinds
from maturity.survey.file_kinds import Kind

MOST_TEXT = 20_000_000  # characters or bytes of one text that are searched
PATIENCE = 10.0
"""Seconds that reading a PDF may take."""
_PROVINCES = {
    *range(11, 20), 21, *range(31, 37), *range(51, 54), *range(61, 66),
    *range(71, 77), 81, 82, *range(91, 98),
}  # fmt: skip
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DIGITS = re.compile(
    r"(?<!\d)(?<!\d\.)"
    r"(?:(\d{16})|(\d{4}([ .-])\d{4}\3\d{4}\3\d{4})|(\d{6}([ .-])\d{6}\5\d{4}))(?![\d])"
)
_SCIENTIFIC = re.compile(r"(?<!\d)(?<!\d\.)(\d)\.(\d{1,15})E\+?15(?!\d)", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_TEXTS = {
    file_kinds.XLSX: re.compile(r"xl/(sharedStrings|worksheets/[^/]+|comments\d*)\.xml"),
    file_kinds.DOCX: re.compile(r"word/(document|header\d*|footer\d*|footnotes|comments)\.xml"),
}


def holds_nik(text: str) -> bool:
    """Whether some number in the text is built as a NIK: region, date of birth, serial."""
    text = text[:MOST_TEXT]
    found = (re.sub(r"\D", "", match[0]) for match in _DIGITS.finditer(text))
    large = (match[1] + match[2].ljust(15, "0") for match in _SCIENTIFIC.finditer(text))
    return any(map(_is_nik, found)) or any(map(_is_nik, large))


def _is_nik(digits: str) -> bool:
    province, regency, district, day, month, _, serial = (
        int(digits[start:stop])
        for start, stop in ((0, 2), (2, 4), (4, 6), (6, 8), (8, 10), (10, 12), (12, 16))
    )
    if province not in _PROVINCES or not 1 <= regency <= 79 or not district:
        return False
    day = day - 40 if day > 40 else day  # women's days of birth are written 40 greater
    return 1 <= month <= 12 and 1 <= day <= _DAYS[month - 1] and serial > 0


def file_holds_nik(kind: Kind, content: bytes) -> bool | None:
    """The same for a file; None where its text cannot be read (pictures, scans, locked files)."""
    if kind == file_kinds.CSV:
        return holds_nik(file_kinds.table_text(content) or "")
    if kind in _TEXTS:
        return _document_holds(kind, content)
    return _pdf_holds(content) if kind == file_kinds.PDF else None


def _document_holds(kind: Kind, content: bytes) -> bool:
    """Part by part; the whole was found small enough when its kind was recognised."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        names = [name for name in packed.namelist() if _TEXTS[kind].fullmatch(name)]
        return any(
            holds_nik(_plain(packed.read(name).decode("utf-8", "replace"), kind)) for name in names
        )


def _plain(xml: str, kind: Kind) -> str:
    """In a letter one number may stand in several runs; in a table each cell is a text."""
    if kind == file_kinds.DOCX:
        xml = xml.replace("</w:p>", " ")
        return _TAG.sub("", xml[:MOST_TEXT])
    return _TAG.sub(" ", xml[:MOST_TEXT])


def _pdf_holds(content: bytes) -> bool | None:
    """Read by a process of its own, which a hostile file may wear out without harm."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "maturity.survey.pdf_text"],
            input=content, capture_output=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
    except (subprocess.TimeoutExpired, OSError):
        return None
    return {b"yes": True, b"no": False}.get(done.stdout.strip())
