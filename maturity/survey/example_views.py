"""The page on which an office says which of its answers others may see as examples."""

from __future__ import annotations

from collections.abc import Collection

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from maturity.errors import MaturityError
from maturity.offices.guard import permit
from maturity.offices.permissions import Action
from maturity.survey import example_consents as door
from maturity.survey.assessments import instrument_of
from maturity.survey.blueprint import assessment_or_404, assessment_thing, author, bp
from maturity.survey.example_consents import Choice
from maturity.survey.examples import HIGH_PERCENT
from maturity.survey.lifecycle import DECIDED
from maturity.web import locale, reading, writing

SEEN = "seen:"
"""Before a variable's id: the digest of what the form shows of it."""


@bp.get("/assessments/<int:assessment_id>/examples")
@permit(Action.PERMIT_EXAMPLES, assessment_thing)
def example_consents(assessment_id: int) -> ResponseReturnValue:
    """Each variable in which the office stands high, with what others would see."""
    return _page(assessment_id)


def _page(
    assessment_id: int, *, error: str = "", ticked: Collection[str] | None = None, status: int = 200
) -> ResponseReturnValue:
    session = reading()
    assessment = assessment_or_404(session, assessment_id)
    offers, given = door.offers(session, assessment), door.consents(session, assessment)
    offered = {one.example.part for one in offers}
    resting = [part for part in given if part not in offered]
    if ticked is None:
        ticked = {one.example.part for one in offers if one.consented} | set(resting)
    instrument = instrument_of(assessment.round)
    body = render_template(
        "survey/examples.html",
        assessment=assessment,
        offers=offers,
        resting=[(part, instrument.part(part).title) for part in resting],
        ticked=ticked,
        decided=assessment.state in DECIDED,
        high_percent=HIGH_PERCENT,
        error=error,
    )
    return body, status


@bp.post("/assessments/<int:assessment_id>/examples")
@permit(Action.PERMIT_EXAMPLES, assessment_thing)
def save_example_consents(assessment_id: int) -> ResponseReturnValue:
    """Give and withdraw consent, all in one."""
    ticked, choices = request.form.getlist("part"), _choices()
    try:
        with writing() as session:
            assessment = assessment_or_404(session, assessment_id, held=True)
            changed = door.choose(session, assessment, choices, author=author())
    except MaturityError as error:
        return _page(assessment_id, error=error.in_(locale()), ticked=ticked, status=error.status)
    words = gettext("Pilihan Anda tersimpan dan langsung berlaku.") if changed else gettext(
        "Tidak ada yang berubah."
    )  # fmt: skip
    flash(words, "success")
    return redirect(url_for("survey.example_consents", assessment_id=assessment_id), 303)


def _choices() -> list[Choice]:
    """What the form says of each variable that it shows; others stay as they are."""
    ticked = set(request.form.getlist("part"))
    shown = (name for name in request.form if name.startswith(SEEN))
    return [
        Choice(part, request.form[name], part in ticked)
        for name in shown
        for part in [name.removeprefix(SEEN)]
    ]
