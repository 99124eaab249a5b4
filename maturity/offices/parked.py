"""A form that arrived after its session had ended: carried through the sign-in, offered again.

Nothing of it is stored on the server: it stands in hidden fields of the sign-in page and,
once signed in, of a page that asks whether to send it. Only forms of our own pages are
carried, or another site could prepare one for somebody to confirm.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from flask import request

from maturity.web import MAX_BODY, came_from

MOST = 400_000
LEFT_OUT = "csrf_token"
FILES_LEFT = "files-left"
"""A field that is added where files were sent too: no page can carry those."""
SECRET = ("password", "again", "current")
"""Fields of which no page may hold the value: their forms are typed anew."""


@dataclass(frozen=True, slots=True)
class Parked:
    """Where the form was going, and what was typed."""

    path: str
    fields: tuple[tuple[str, str], ...]

    def as_field(self) -> str:
        """As the value of one hidden field."""
        return json.dumps([self.path, self.fields])


def arriving() -> Parked | None:
    """The form of this request, if it came from a page of ours and is worth keeping."""
    ours = came_from().netloc == request.host
    if request.method != "POST" or not ours or _is_large() or not request.form:
        return None
    if any(name in request.form for name in SECRET):
        return None
    fields = tuple((k, v) for k, v in request.form.items(multi=True) if k != LEFT_OUT)
    if any(file.filename for file in request.files.values()):
        fields += ((FILES_LEFT, "1"),)
    parked = Parked(request.full_path.rstrip("?"), fields)
    return parked if len(parked.as_field()) <= MOST else None


def _is_large() -> bool:
    """More than any typed form: it is not read from somebody who has not signed in."""
    return (request.content_length or 0) > MAX_BODY


def carried() -> Parked | None:
    """The form that the sign-in page carried; None for none, or for nonsense."""
    said = request.form.get("parked", "")
    if not said or len(said) > MOST:
        return None
    try:
        path, fields = json.loads(said)
        pairs = tuple((str(name), str(value)) for name, value in fields)
    except (ValueError, TypeError, RecursionError):
        return None
    plain = isinstance(path, str) and path.isprintable() and path.startswith("/")
    if not plain or path.startswith("//") or "\\" in path:
        return None
    return Parked(path, pairs)
