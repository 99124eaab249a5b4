"""The page on which administrators say what a round aims at."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from maturity.offices.guard import permit
from maturity.offices.permissions import Action
from maturity.survey.administration import bp, round_or_404
from maturity.survey.assessments import instrument_of
from maturity.survey.blueprint import author
from maturity.survey.models import Round
from maturity.survey.target_form import TargetForm, sent_form, stored_form
from maturity.survey.targets import set_targets, targets_of
from maturity.web import reading, writing


@bp.get("/<slug>/targets")
@permit(Action.ADMINISTER)
def targets(slug: str) -> ResponseReturnValue:
    """The targets of a round, and the form that changes them."""
    round_ = round_or_404(reading(), slug)
    return _page(round_, stored_form(instrument_of(round_), targets_of(reading(), round_)))


@bp.post("/<slug>/targets")
@permit(Action.ADMINISTER)
def change_targets(slug: str) -> ResponseReturnValue:
    """Make what was typed the targets of a round: all of it, or nothing where some is wrong."""
    round_ = round_or_404(reading(), slug)
    form = sent_form(instrument_of(round_), request.form)
    if form.targets is None:
        return _page(round_, form, 422)
    with writing() as session:
        changed = set_targets(session, round_or_404(session, slug), form.targets, author=author())
    if changed:
        flash(gettext("Target sudah disimpan."), "success")
    else:
        flash(gettext("Tidak ada target yang berubah."), "info")
    return redirect(url_for("administration.targets", slug=slug), 303)


def _page(round_: Round, form: TargetForm, status: int = 200) -> tuple[str, int]:
    rubric = instrument_of(round_).rubric
    body = render_template(
        "survey/rounds/targets.html",
        round=round_,
        form=form,
        low=rubric.first_level,
        high=rubric.last_level,
    )
    return body, status
