"""Tables that are sent as files."""

from __future__ import annotations

from flask import Response

from maturity.web import is_demo


def csv_file(body: str, name: str) -> Response:
    """A table to be kept; files of a demonstration say so in their name."""
    name = f"DEMO-{name}" if is_demo() else name
    response = Response(body, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
