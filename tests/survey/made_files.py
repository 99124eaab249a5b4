"""Files as offices hand them in, good and hostile, made anew for each test."""

from __future__ import annotations

import io
import zipfile
import zlib

from PIL import Image
from xlsxwriter import Workbook

NIK = "3671015203900001"  # a woman born on 12 March 1990: the day is written 40 greater
TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
CSV = b"kolom;jumlah\nTPS;12\n"


def picture(format_: str = "JPEG", *, gps: bool = False, size: tuple[int, int] = (40, 20)) -> bytes:
    """A picture; with ``gps`` as a telephone writes it, with place, camera and comment."""
    made, out, exif = Image.new("RGB", size, "teal"), io.BytesIO(), Image.Exif()
    if gps:
        exif[0x0110] = "KAMERA-RAHASIA"
        exif[0x0112] = 6  # lies on its side
        exif.get_ifd(0x8825).update({1: "S", 2: (6.0, 10.0, 12.5), 3: "E", 4: (106.0, 37.0, 1.0)})
    made.save(out, format_, exif=exif, comment=b"RAHASIA" if gps else b"")
    return out.getvalue()


def pdf(text: str = "Surat Keputusan Nomor 12") -> bytes:
    """A PDF of one page with a line of text."""
    stream = f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET".encode("ascii")
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(body))
        body += b"%d 0 obj%s endobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 6\n0000000000 65535 f \n" + table
    return body + head + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(body)


def xlsx(*cells: object) -> bytes:
    """A workbook with these cells in one column."""
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Data")
        for row, cell in enumerate(cells or ("TPS",)):
            sheet.write(row, 0, cell)
    return out.getvalue()


def zipped(parts: dict[str, bytes | str]) -> bytes:
    """A zip archive with these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, body in parts.items():
            packed.writestr(name, body)
    return out.getvalue()


def docx(text: str = "Surat", **more: bytes | str) -> bytes:
    """A letter whose text stands in several runs; ``more`` parts have ``__`` for a slash."""
    runs = "".join(f"<w:r><w:t>{text[at : at + 5]}</w:t></w:r>" for at in range(0, len(text), 5))
    letter = f"<w:document><w:body><w:p>{runs}</w:p></w:body></w:document>"
    parts: dict[str, bytes | str] = {"[Content_Types].xml": TYPES, "word/document.xml": letter}
    return zipped(parts | {name.replace("__", "/"): body for name, body in more.items()})


def bomb() -> bytes:
    """A letter of a few hundred kilobytes that unpacks to 200 MB."""
    return zipped({"[Content_Types].xml": TYPES, "word/document.xml": bytes(200_000_000)})


def lying_bomb() -> bytes:
    """A letter whose part says that it is short and is not."""
    made = zipped({"[Content_Types].xml": TYPES, "word/document.xml": bytes(3_000_000)})
    return made.replace((3_000_000).to_bytes(4, "little"), (30).to_bytes(4, "little"))


def vast_png() -> bytes:
    """A PNG of a few bytes that says it has 3.6 thousand million pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        crc = zlib.crc32(kind + body).to_bytes(4, "big")
        return len(body).to_bytes(4, "big") + kind + body + crc

    size = (60_000).to_bytes(4, "big") * 2
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", size + b"\x08\x00\x00\x00\x00")
        + chunk(b"IDAT", zlib.compress(bytes(100)))
        + chunk(b"IEND", b"")
    )
