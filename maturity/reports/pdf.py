"""The only place that knows the PDF library: HTML in, a PDF out that is PDF/UA-1 and PDF/A-2a.

The renderer may read our own static folder and nothing else: no network, no other file.
Same HTML, same bytes. The library takes half a second to import, so who serves pages or answers on
the command line imports this where something is drawn.
"""

from __future__ import annotations

import gc
import hashlib
import io
import mimetypes
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pypdfium2 import PdfDocument
from weasyprint import HTML
from weasyprint import __version__ as library
from weasyprint.css import ColorProfile
from weasyprint.pdf.metadata import DocumentMetadata
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from maturity.reports.pdf_tags import finish
from maturity.resources import folder

VARIANT, INTENT = "pdf/a-2a", "sRGB2014"
PNG_COLOURS = 128
PNG_SCALE = 3.0
"""Picture elements for a point (a 72nd of an inch)."""


class _OwnFilesOnly(URLFetcher):  # type: ignore[misc]
    """Serves files of the static folder; refuses everything else."""

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        parts = urlsplit(url)
        root = folder("static").resolve()
        path = Path(unquote(parts.path)).resolve()
        if parts.scheme != "file" or parts.netloc or not path.is_relative_to(root):
            raise ValueError(f"a report may not fetch {url[:200]}")
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return URLFetcherResponse(url, body=path.read_bytes(), headers={"Content-Type": kind})


@cache
def _fonts() -> FontConfiguration:
    """Fonts are set up once a process: that is an eighth of a report's time."""
    gc.set_threshold(100_000, 50, 100)
    return FontConfiguration()


def render(html: str) -> bytes:
    """A document of a whole page of HTML, for screen readers (PDF/UA-1) and archives (PDF/A-2a)."""
    source = HTML(
        string=html, base_url=folder("static").as_uri() + "/", url_fetcher=_OwnFilesOnly()
    )
    profile = ColorProfile(io.BytesIO(_colours()), INTENT, "relative-colorimetric", tuple("rgb"))
    document = source.render(
        font_config=_fonts(), color_profiles={INTENT: profile}, optimize_images=True
    )
    document.metadata = _Metadata(**vars(document.metadata))
    name = hashlib.sha256(html.encode()).digest()[:16]
    return bytes(
        document.write_pdf(
            finisher=finish, pdf_variant=VARIANT, pdf_identifier=name, output_intent=INTENT,
            optimize_images=True,
        )
    )  # fmt: skip


@cache
def _colours() -> bytes:
    """What colours mean in an archive: the library's own profile, which it leaves open."""
    return (files("weasyprint.pdf") / "sRGB2014.icc").read_bytes()


class _Metadata(DocumentMetadata):  # type: ignore[misc]
    """The library writes what it knows of one norm; this adds the other.

    PDF/A wants each property explained that its own norm does not know (ISO 19005-2, 6.6.2.3).
    """

    def generate_rdf_metadata(self, *args: Any) -> bytes:
        made: bytes = super().generate_rdf_metadata(*args)
        own = (Path(__file__).parent / "pdfua.xml").read_bytes().strip()
        return made.replace(b"</rdf:RDF>", own + b"</rdf:RDF>")


def source_of(html: str) -> str:
    """The digest of all that a document of this HTML is drawn of: the same gives the same bytes."""
    return hashlib.sha256((html + _look()).encode()).hexdigest()


@cache
def _look() -> str:
    """What the look depends on beside the HTML."""
    static = folder("static")
    files = [*static.glob("css/*.css"), *static.glob("fonts/*.woff2")]
    own = b"".join(path.read_bytes() for path in sorted(files))
    return f"{library} {hashlib.sha256(own).hexdigest()}"


def png(drawing: str, *, width: float, height: float) -> bytes:
    """An SVG drawing as a picture, in the fonts of the report; ``width`` in CSS pixels."""
    page = f"@page{{size:{width}px {height}px;margin:0}}body{{margin:0}}svg{{display:block}}"
    body = render(
        '<!doctype html><html lang="id"><head><title>-</title>'
        '<link rel="stylesheet" href="css/tokens.css">'
        f"<style>{page}</style></head><body>{drawing}</body></html>"
    )
    made = io.BytesIO()
    with PdfDocument(body) as document:
        picture = document[0].render(scale=PNG_SCALE).to_pil()
    picture.quantize(PNG_COLOURS).save(made, "PNG", optimize=True)
    return made.getvalue()
