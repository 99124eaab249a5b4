"""The report as a file."""

from __future__ import annotations

from flask import Response
from flask.typing import ResponseReturnValue

from maturity.offices.guard import permit
from maturity.offices.permissions import Action
from maturity.reports.blueprint import bp, seen_assessment, wanted_report
from maturity.reports.paper import paper
from maturity.survey.blueprint import assessment_thing
from maturity.web import locale, reading


@bp.get("/report.pdf")
@permit(Action.SEE_RESULT, assessment_thing)
def pdf(assessment_id: int) -> ResponseReturnValue:
    """The report of an assessment as a PDF in the reader's language."""
    session = reading()
    report = wanted_report(seen_assessment(session, assessment_id))
    made = paper(report, locale())
    response = Response(made.body, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{made.name}"'
    return response
