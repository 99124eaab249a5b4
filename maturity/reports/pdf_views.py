"""The report as a file: to be read, and to be edited."""

from __future__ import annotations

from flask import Response
from flask.typing import ResponseReturnValue

from maturity.offices.guard import permit
from maturity.offices.permissions import Action
from maturity.reports.blueprint import bp, seen_assessment, wanted_report
from maturity.reports.docx_paper import KIND, docx_paper
from maturity.reports.paper import Paper, paper
from maturity.survey.blueprint import assessment_thing
from maturity.web import locale, reading, services


@bp.get("/report.pdf")
@permit(Action.SEE_RESULT, assessment_thing)
def pdf(assessment_id: int) -> ResponseReturnValue:
    """The report of an assessment as a PDF in the reader's language."""
    made = paper(wanted_report(seen_assessment(reading(), assessment_id)), locale())
    return _file(made, "application/pdf", "inline")


@bp.get("/report.docx")
@permit(Action.SEE_RESULT, assessment_thing)
def docx(assessment_id: int) -> ResponseReturnValue:
    """The same as a text that can be edited, in the installation's own template."""
    report = wanted_report(seen_assessment(reading(), assessment_id))
    return _file(docx_paper(report, locale(), services().settings), KIND, "attachment")


def _file(made: Paper, kind: str, how: str) -> Response:
    response = Response(made.body, mimetype=kind)
    response.headers["Content-Disposition"] = f'{how}; filename="{made.name}"'
    return response
