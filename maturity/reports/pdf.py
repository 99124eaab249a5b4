"""The only place that knows the PDF library: HTML in, a tagged PDF/UA-1 out.

The renderer may read our own static folder and nothing else: no network, no other file.
Same HTML, same bytes.
"""

from __future__ import annotations

import gc
import hashlib
import mimetypes
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from weasyprint import HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from maturity.resources import folder

VARIANT = "pdf/ua-1"


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
