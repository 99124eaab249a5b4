"""The published life of an assessment as a page for everybody."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from maturity.offices.guard import public
from maturity.offices.models import Role
from maturity.offices.permissions import TABLE
from maturity.survey.blueprint import bp
from maturity.survey.lifecycle import AssessmentState, following


@bp.get("/lifecycle")
@public
def lifecycle() -> ResponseReturnValue:
    """Every state, what may follow, and who may do it."""
    steps = [
        (state, [(step, [role for role in Role if role in TABLE[step.action]])
                 for step in following(state)])
        for state in AssessmentState
    ]  # fmt: skip
    return render_template("survey/lifecycle.html", steps=steps)
