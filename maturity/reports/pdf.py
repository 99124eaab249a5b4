"""The only place that knows the PDF library: HTML in, a tagged PDF/UA-1 out.

The renderer may read our own static folder and nothing else: no network, no other file.
Same HTML, same bytes.
"""

from __future__ import annotations

import gc
import hashlib
import io
import mimetypes
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pypdfium2 import PdfDocument
from weasyprint import HTML
from weasyprint import __version__ as library
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from maturity.resources import folder

VARIANT = "pdf/ua-1"
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
    """A PDF/UA-1 document of a whole page of HTML."""
    document = HTML(
        string=html, base_url=folder("static").as_uri() + "/", url_fetcher=_OwnFilesOnly()
    )
    name = hashlib.sha256(html.encode()).digest()[:16]
    return bytes(
        document.write_pdf(
            font_config=_fonts(), pdf_variant=VARIANT, pdf_identifier=name, optimize_images=True
        )
    )


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
