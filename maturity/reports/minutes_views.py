"""The Berita Acara as a file."""

from __future__ import annotations

from flask import Response, abort, request
from flask.typing import ResponseReturnValue

from maturity.offices.guard import permit
from maturity.offices.invites import public_address
from maturity.offices.permissions import Action
from maturity.reports.blueprint import bp, seen_assessment
from maturity.reports.minutes import minutes_of, minutes_paper
from maturity.survey import receipts
from maturity.survey.blueprint import assessment_thing
from maturity.web import LOCALES, locale, reading, services


@bp.get("/berita-acara.pdf")
@permit(Action.SEE_RESULT, assessment_thing)
def minutes(assessment_id: int) -> ResponseReturnValue:
    """The paper to sign, of the newest handing in; ``?lang=en`` gives a reading version."""
    session = reading()
    receipt = receipts.latest(session, seen_assessment(session, assessment_id)) or abort(404)
    said = request.args.get("lang", "")
    base_url = public_address(services().settings.base_url, request.host_url)
    language = said if said in LOCALES else locale()
    made = minutes_paper(minutes_of(session, receipt, base_url=base_url), language)
    response = Response(made.body, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{made.name}"'
    return response
