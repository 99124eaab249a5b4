"""Copies of links as downloads."""

from __future__ import annotations

from flask import abort
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from maturity.db import MAX_ID
from maturity.offices.guard import permit
from maturity.offices.permissions import Action
from maturity.survey.blueprint import assessment_thing, bp
from maturity.survey.file_kinds import BY_MEDIA_TYPE
from maturity.survey.file_views import as_download
from maturity.survey.files import store_of
from maturity.survey.link_models import ArchivedLink
from maturity.survey.models import Evidence
from maturity.web import reading, services


@bp.get("/assessments/<int:assessment_id>/links/<int:check_id>/copy")
@permit(Action.SEE_ASSESSMENT, assessment_thing)
def link_copy(assessment_id: int, check_id: int) -> ResponseReturnValue:
    """What a link of this assessment showed at one check: to be saved, never shown."""
    session = reading()
    check = session.get(ArchivedLink, check_id) if check_id <= MAX_ID else None
    if check is None or check.content_sha256 is None:
        abort(404)
    hands_in = select(Evidence.id).where(
        Evidence.assessment_id == assessment_id,
        Evidence.url == check.url,
        Evidence.removed_at.is_(None),
    )
    if session.scalar(hands_in.limit(1)) is None:
        abort(404)
    kind, ending = _safe(check.media_type)
    content = store_of(services().settings).get(check.content_sha256)
    return as_download(content, kind, f"salinan-{check.id}{ending}")


def _safe(media_type: str) -> tuple[str, str]:
    """Type and ending of a copy: pages as plain text, so that no script in them ever runs."""
    known = BY_MEDIA_TYPE.get(media_type)
    if known is not None:
        return known.media_type, known.endings[0]
    if media_type.startswith("text/") or media_type in (
        "application/json",
        "application/xhtml+xml",
    ):
        return "text/plain", ".txt"
    return "application/octet-stream", ".bin"
