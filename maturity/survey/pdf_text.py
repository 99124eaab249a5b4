"""A process that reads a PDF from its input and says ``yes``, ``no`` or ``unknown``: a NIK in it?

It is given little time and memory, since a small PDF can unfold without end.
"""

from __future__ import annotations

import io
import logging
import resource
import sys

SECONDS, MEMORY, PAGES = 8, 1 << 30, 100


def main() -> int:
    """Read, search, say."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    logging.disable()
    try:
        said = _search(sys.stdin.buffer.read())
    except Exception:  # whatever a damaged file does to its reader
        said = "unknown"
    sys.stdout.write(said)
    return 0


def _search(content: bytes) -> str:
    from pypdf import PdfReader

    from maturity.survey.identity_numbers import holds_nik

    pages = PdfReader(io.BytesIO(content)).pages
    texts = [page.extract_text() for page in pages[:PAGES]]
    if any(map(holds_nik, texts)):
        return "yes"
    return "no" if any(text.strip() for text in texts) else "unknown"


if __name__ == "__main__":
    sys.exit(main())
