"""What the pages of a result share: the blueprint, and who may see what in which state."""

from __future__ import annotations

from flask import Blueprint
from sqlalchemy.orm import Session

from maturity.offices.guard import require, thing_of
from maturity.offices.permissions import Action
from maturity.survey.blueprint import assessment_or_404
from maturity.survey.lifecycle import HANDED_IN
from maturity.survey.models import Assessment

bp = Blueprint("reports", __name__, url_prefix="/assessments/<int:assessment_id>")


def seen_assessment(session: Session, assessment_id: int) -> Assessment:
    """The assessment, if this person may see its result in the state it is in.

    The routes ask for ``SEE_RESULT``; what is not handed in yet needs more than that.
    """
    assessment = assessment_or_404(session, assessment_id)
    if assessment.state not in HANDED_IN:
        require(Action.SEE_ASSESSMENT, thing_of(assessment.office))
    return assessment
