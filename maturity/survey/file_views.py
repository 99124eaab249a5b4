"""Evidence files as downloads, and room for uploads on the routes that take them."""

from __future__ import annotations

import io
import re
from typing import Any

from flask import Response, abort, request, send_file
from flask.typing import ResponseReturnValue

from maturity.offices.guard import permit
from maturity.offices.permissions import Action
from maturity.survey.blueprint import bp, file_thing
from maturity.survey.file_evidence import handed_in
from maturity.survey.file_kinds import ACCEPTED
from maturity.survey.file_models import StoredFile
from maturity.survey.files import is_sha256, store_of
from maturity.survey.uploads import make_room
from maturity.web import reading, services

TAKING_FILES = (
    "survey.save_section",
    "survey.save_thing",
    "survey.hand_in_paper",
    "survey.save_reply",
)
_TRICKY = re.compile(r"[\"\\/:*?<>|;%']")


@bp.url_value_preprocessor
def _room_for_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before anything reads the form: only these routes carry more than typed text."""
    if endpoint in TAKING_FILES and request.method == "POST":
        make_room()


@bp.get("/assessments/<int:assessment_id>/files/<sha256>")
@permit(Action.SEE_ASSESSMENT, file_thing)
def evidence_file(assessment_id: int, sha256: str) -> ResponseReturnValue:
    """A file that this assessment hands in: to be saved, never shown by the browser itself."""
    use = handed_in(reading(), assessment_id, sha256) if is_sha256(sha256) else None
    if use is None:
        abort(404)
    return download(use.stored, use.name_as_given)


def download(stored: StoredFile, name: str) -> Response:
    """A content of the store, to be saved; the caller has asked whether the reader may."""
    content = store_of(services().settings).get(stored.sha256)
    return as_download(content, stored.media_type, name)


def as_download(content: bytes, media_type: str, name: str) -> Response:
    """Strangers' content: saved by the browser, never shown by it, never kept on the way."""
    response = send_file(
        io.BytesIO(content),
        mimetype=media_type,
        as_attachment=True,
        download_name=_TRICKY.sub("_", name),
        etag=False,
    )
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; frame-ancestors 'none'; sandbox"
    )
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.app_template_global("accepted_files")
def accepted_files() -> str:
    """Endings that a file field offers to choose from; the content decides later."""
    return ACCEPTED
