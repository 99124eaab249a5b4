"""What the pages of a result share: the blueprint, and who may see what in which state."""

from __future__ import annotations

from flask import Blueprint, abort, request
from sqlalchemy.orm import Session

from maturity.offices.guard import require, thing_of
from maturity.offices.permissions import Action
from maturity.reports.build import report_of
from maturity.reports.report import Report
from maturity.reports.stages import SCORED
from maturity.survey.blueprint import assessment_or_404
from maturity.survey.lifecycle import HANDED_IN
from maturity.survey.models import Assessment, Stage
from maturity.web import reading

bp = Blueprint("reports", __name__, url_prefix="/assessments/<int:assessment_id>")


def seen_assessment(session: Session, assessment_id: int) -> Assessment:
    """The assessment, if this person may see its result in the state it is in.

    The routes ask for ``SEE_RESULT``; what is not handed in yet needs more than that.
    """
    assessment = assessment_or_404(session, assessment_id)
    if assessment.state not in HANDED_IN:
        require(Action.SEE_ASSESSMENT, thing_of(assessment.office))
    return assessment


def stage_arg() -> str | None:
    """The stage that the address asks for; 404 where there is none of that name."""
    said = request.args.get("stage")
    if said is not None and said not in SCORED:
        abort(404)
    return said


def wanted_report(assessment: Assessment) -> Report:
    """The report at the stage that the address asks for; 404 where it has no result now."""
    said = stage_arg()
    try:
        return report_of(reading(), assessment, None if said is None else Stage(said))
    except LookupError:
        abort(404)
