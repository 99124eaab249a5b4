"""Tables that are sent as files."""

from __future__ import annotations

from flask import Response

from maturity.web import is_demo


def csv_file(body: str, name: str) -> Response:
    """A table as a file of that name; in a demonstration the name says so."""
    return attachment(body, name, "text/csv")


def attachment(body: str | bytes, name: str, kind: str) -> Response:
    """A file of that name and media type."""
    name = f"DEMO-{name}" if is_demo() else name
    response = Response(body, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
