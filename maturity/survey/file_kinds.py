"""What a file is, told from its content alone, and its content as it is kept.

The name says nothing here. What is not plainly one of the six kinds is refused with a reason.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass

from PIL import Image, ImageOps

from maturity.errors import MaturityError

MOST_PIXELS = 50_000_000
MOST_PARTS, MOST_UNPACKED = 2_000, 100_000_000  # of an office document; bytes
MOST_LINES, MOST_CELL = 1_000, 100_000  # what is looked at of a table; characters
_OFFICE = "application/vnd.openxmlformats-officedocument."
_MACROS = ("vbaproject.bin", "vbadata.xml")
_MARKUP = re.compile(r"<|gif8|%pdf|%!ps|\{\\rtf|#!|mz\b|pk\x03", re.IGNORECASE)
_READERS_FAULTS = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    zlib.error,
    Image.DecompressionBombError,
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: its name for people, media type, and the endings it may have."""

    name: str
    media_type: str
    endings: tuple[str, ...]


PDF = Kind("PDF", "application/pdf", (".pdf",))
JPG = Kind("JPG", "image/jpeg", (".jpg", ".jpeg"))
PNG = Kind("PNG", "image/png", (".png",))
XLSX = Kind("XLSX", f"{_OFFICE}spreadsheetml.sheet", (".xlsx",))
CSV = Kind("CSV", "text/csv", (".csv",))
DOCX = Kind("DOCX", f"{_OFFICE}wordprocessingml.document", (".docx",))
KINDS = (PDF, JPG, PNG, XLSX, CSV, DOCX)
BY_MEDIA_TYPE = {kind.media_type: kind for kind in KINDS}
ACCEPTED = ",".join(ending for kind in KINDS for ending in kind.endings)


class RefusedFileError(MaturityError):
    """A file that is not taken; says why."""

    def __init__(self, indonesian: str, english: str) -> None:
        super().__init__(indonesian, english, status=422)


def recognised(content: bytes) -> tuple[Kind, bytes]:
    """The kind and the content to keep: pictures anew and without what they tell of the camera.

    RefusedFileError where it is none of the kinds, damaged, or dangerous to open.
    """
    if content.startswith(b"%PDF-"):
        return PDF, _whole_pdf(content)
    if content.startswith(b"\xff\xd8\xff"):
        return JPG, _picture_anew(content, "JPEG")
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG, _picture_anew(content, "PNG")
    if content.startswith(b"PK\x03\x04"):
        return _office_kind(content), content
    if _is_table(content):
        return CSV, content
    raise RefusedFileError(
        "isinya bukan PDF, JPG, PNG, XLSX, CSV, atau DOCX. Mengganti nama berkas tidak mengubah "
        "isinya; simpan dokumen itu dalam salah satu format tersebut.",
        "its content is no PDF, JPG, PNG, XLSX, CSV or DOCX. Renaming a file does not change its "
        "content; save the document in one of these formats.",
    )


def _damaged(what: str) -> RefusedFileError:
    return RefusedFileError(
        f"berkas {what} ini rusak atau tidak utuh.", f"this {what} file is damaged or not whole."
    )


def _whole_pdf(content: bytes) -> bytes:
    if b"%%EOF" not in content[-2048:]:
        raise _damaged("PDF")
    if zipfile.is_zipfile(io.BytesIO(content)):
        raise RefusedFileError(
            "berkas ini PDF dan sekaligus arsip ZIP.", "this file is a PDF and a ZIP at once."
        )
    return content


# --- pictures -------------------------------------------------------------------------


def _picture_anew(content: bytes, format_: str) -> bytes:
    """Only the pixels, upright: no place, camera, preview, or anything behind the picture."""
    if not _ends(content, format_):  # other users of the library let it draw half a picture
        raise _damaged("JPG" if format_ == "JPEG" else format_)
    try:
        with Image.open(io.BytesIO(content), formats=[format_]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise RefusedFileError(
                    f"gambar terlalu besar (paling banyak {MOST_PIXELS // 1_000_000} megapiksel).",
                    f"the picture is too large (at most {MOST_PIXELS // 1_000_000} megapixels).",
                )
            picture.load()
            upright = ImageOps.exif_transpose(picture)
            return _drawn(upright, format_)
    except RefusedFileError:
        raise
    except _READERS_FAULTS as error:
        raise _damaged("JPG" if format_ == "JPEG" else format_) from error


def _ends(content: bytes, format_: str) -> bool:
    """Whether the picture's end is there; telephones write more behind it."""
    mark = b"\xff\xd9" if format_ == "JPEG" else b"IEND\xaeB`\x82"
    return content.rfind(mark) >= len(content) // 2


def _drawn(picture: Image.Image, format_: str) -> bytes:
    if format_ == "JPEG" and picture.mode not in ("L", "RGB"):
        picture = picture.convert("RGB")
    if "transparency" in picture.info:
        picture = picture.convert("RGBA")
    picture.info = {}
    out = io.BytesIO()
    picture.save(out, format_, quality=90, optimize=True)
    return out.getvalue()


# --- office documents -----------------------------------------------------------------


def _office_kind(content: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            _check_parts(parts)
            _unpack(packed, parts)
            types = packed.read("[Content_Types].xml")
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError,
            RuntimeError, ValueError, OSError) as error:  # fmt: skip
        raise _damaged("ZIP/XLSX/DOCX") from error
    names = {part.filename for part in parts}
    lower = [name.lower() for name in names]
    if any(name.endswith(_MACROS) or "/activex/" in name for name in lower) or (
        b"macroenabled" in types.lower()
    ):
        raise RefusedFileError(
            "dokumen ini berisi makro. Simpan sebagai XLSX atau DOCX tanpa makro.",
            "this document holds macros. Save it as XLSX or DOCX without macros.",
        )
    found = [kind for name, kind in (("xl/workbook.xml", XLSX), ("word/document.xml", DOCX))
             if name in names]  # fmt: skip
    if len(found) != 1:
        raise RefusedFileError(
            "arsip ini bukan XLSX atau DOCX.", "this archive is no XLSX or DOCX."
        )
    return found[0]


def _check_parts(parts: list[zipfile.ZipInfo]) -> None:
    """Before anything is unpacked."""
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise RefusedFileError(
            "dokumen ini menjadi terlalu besar bila dibuka.",
            "this document becomes too large when it is opened.",
        )
    names = [part.filename for part in parts]
    tricky = any(
        name.startswith("/") or set(name) & set("\\:") or ".." in name.split("/") for name in names
    )
    if tricky or len(set(names)) < len(names) or any(part.flag_bits & 1 for part in parts):
        raise RefusedFileError(
            "susunan dokumen ini tidak wajar atau terkunci sandi.",
            "this document is oddly built, or locked by a password.",
        )


def _unpack(packed: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    """Every part to its end: no part is longer than it says, or than its checksum allows."""
    for part in parts:
        with packed.open(part) as opened:
            while opened.read(1 << 20):
                pass


# --- tables as text -------------------------------------------------------------------


def table_text(content: bytes) -> str | None:
    """The text of a CSV file; None where it is no plain text."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        odd = any(unicodedata.category(c) == "Cc" and c not in "\t\r\n" for c in set(text))
        return None if odd else text
    return None


def _is_table(content: bytes) -> bool:
    """Text with a separator in its first line, which does not begin as another kind would."""
    text = table_text(content)
    if text is None or not text.strip() or _MARKUP.match(text.lstrip()):
        return False
    lines = text.lstrip().splitlines()[:MOST_LINES]
    marks = [mark for mark in ",;\t|" if mark in lines[0]]
    if not marks or max(map(len, lines)) > MOST_CELL:
        return False
    try:
        rows = list(csv.reader(lines, delimiter=max(marks, key=lines[0].count)))
    except csv.Error:
        return False
    return len(rows[0]) > 1
