"""Pages on which an office, or many at once, get more time."""

from __future__ import annotations

from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from maturity.errors import MaturityError
from maturity.offices.guard import permit
from maturity.offices.permissions import Action
from maturity.survey import blueprint, deadlines
from maturity.survey import extensions as door
from maturity.survey.administration import (
    PENDING,
    Wish,
    bp,
    matching,
    province_choices,
    round_or_404,
    typed_moment,
)
from maturity.survey.assignments import held
from maturity.survey.blueprint import assessment_or_404, assessment_thing, author
from maturity.survey.bulk import Offered, chosen, preview
from maturity.survey.deadlines import Due
from maturity.survey.extensions import RUNS, STAGE_NAMES, Extended, Wanted
from maturity.survey.round_forms import ExtensionForm
from maturity.survey.round_words import kind_names
from maturity.web import locale, reading, writing

# --- one office -----------------------------------------------------------------------


@blueprint.bp.get("/assessments/<int:assessment_id>/extension")
@permit(Action.ADMINISTER, assessment_thing)
def extension(assessment_id: int) -> ResponseReturnValue:
    """An office's deadlines, and the form that gives more time."""
    return _page(assessment_id, ExtensionForm(formdata=None))


@blueprint.bp.post("/assessments/<int:assessment_id>/extension")
@permit(Action.ADMINISTER, assessment_thing)
def extend(assessment_id: int) -> ResponseReturnValue:
    """Give an office more time."""
    form = ExtensionForm()
    wanted = _wanted(form)
    if wanted is None:
        return _page(assessment_id, form, 422)
    try:
        with writing() as session:
            assessment = assessment_or_404(session, assessment_id, held=True)
            done = door.extend(session, [assessment], wanted, author=author())
    except MaturityError as error:
        form.blame(error)
        return _page(assessment_id, form, error.status)
    for refused in done.refused:
        form.until_day.errors = [refused.why.in_(locale())]
        return _page(assessment_id, form, 409)
    flash(gettext("Batas waktu sudah diperpanjang."), "success")
    return redirect(url_for("survey.extension", assessment_id=assessment_id), 303)


def _page(assessment_id: int, form: ExtensionForm, status: int = 200) -> tuple[str, int]:
    session = reading()
    assessment = assessment_or_404(session, assessment_id)
    body = render_template(
        "survey/rounds/extension.html",
        assessment=assessment,
        form=form,
        stages=[stage for stage in Due if assessment.state in RUNS[stage]],
        names={str(stage): name for stage, name in STAGE_NAMES.items()},
        ends=[(STAGE_NAMES[stage], deadlines.due(assessment, stage)) for stage in Due],
        before=door.extensions(session, assessment),
    )
    return body, status


def _wanted(form: ExtensionForm) -> Wanted | None:
    """What was typed; None where something is at fault, which the fields then say."""
    form.validate()
    day, clock = form.until_day.data or "", form.until_time.data or ""
    until = typed_moment(day, clock, last=True)
    if day and until is None:
        words = gettext("Tanggal atau jam ini tidak dapat dibaca. Contoh: 2027-03-31, 23:59.")
        form.until_day.errors = [words]
    if form.stage.data and form.stage.data not in set(Due):
        form.stage.errors = [gettext("Pilih tahap.")]
    if form.errors or until is None:
        return None
    return Wanted(Due(form.stage.data), until, form.words.data)


# --- many at once ---------------------------------------------------------------------


@bp.get("/<slug>/extensions")
@permit(Action.ADMINISTER)
def extensions(slug: str) -> ResponseReturnValue:
    """Offices of a round, by default those that have not handed in."""
    wish = Wish.read({"state": PENDING, **request.args})
    return _list(slug, wish, ExtensionForm(formdata=None, stage=str(Due.FILLING)))


@bp.post("/<slug>/extensions")
@permit(Action.ADMINISTER)
def extend_many(slug: str) -> ResponseReturnValue:
    """Give the ticked offices, or all that match, more time for one reason."""
    form, wish, session = ExtensionForm(), Wish.read(request.form), reading()
    said, wanted = chosen(session, round_or_404(session, slug), wish), _wanted(form)
    if request.form.get("do") == "edit":
        return _list(slug, wish, form)
    if wanted is None or not said.ids:
        words = "" if said.ids else gettext("Beri tanda pada sedikitnya satu kantor.")
        return _list(slug, wish, form, ticked=said.ids, error=words, status=422)
    if said.unseen:
        return render_template(
            "survey/rounds/extend_all.html",
            round=round_or_404(session, slug),
            wish=wish,
            look=preview(session, said.unseen),
            stage=STAGE_NAMES[wanted.stage],
            wanted=wanted,
        )
    return _extended(slug, wish, form, wanted, ids=said.ids)


def _extended(
    slug: str, wish: Wish, form: ExtensionForm, wanted: Wanted, *, ids: frozenset[int]
) -> ResponseReturnValue:
    try:
        with writing() as session:
            rows = held(session, round_or_404(session, slug), ids)
            done = door.extend(session, rows, wanted, author=author())
    except MaturityError as error:
        form.blame(error)
        return _list(slug, wish, form, ticked=ids, status=error.status)
    if done.done:
        flash(gettext("Batas waktu %(n)s kantor sudah diperpanjang.", n=done.done), "success")
    if done.refused:
        left = frozenset(one.id for one in done.refused)
        return _list(slug, wish, form, ticked=left, done=done, status=409)
    address = {**wish.address(slug), "state": wish.state}  # no state at all asks for the usual one
    return redirect(url_for("administration.extensions", **address), 303)


def _list(
    slug: str,
    wish: Wish,
    form: ExtensionForm,
    *,
    ticked: frozenset[int] = frozenset(),
    done: Extended | None = None,
    error: str = "",
    status: int = 200,
) -> tuple[str, int]:
    session = reading()
    round_ = round_or_404(session, slug)
    body = render_template(
        "survey/rounds/extensions.html",
        round=round_,
        wish=replace(wish, verifier=""),
        form=form,
        offered=Offered.of(matching(session, round_, wish), wish.page),
        refused=done.refused if done else (),
        ticked=ticked,
        error=error,
        names={str(stage): name for stage, name in STAGE_NAMES.items()},
        kinds=kind_names(),
        provinces=province_choices(session),
    )
    return body, status
