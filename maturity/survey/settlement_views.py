"""Settling one assessment: decide about what is disputed, settle, reopen."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from maturity.errors import MaturityError
from maturity.offices.guard import current_actor, permit, thing_of
from maturity.offices.permissions import Action, may
from maturity.survey import settling
from maturity.survey.answers import Author
from maturity.survey.blueprint import (
    assessment_or_404,
    assessment_thing,
    author,
    bp,
    has_done,
)
from maturity.survey.instrument import Item
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.models import Assessment
from maturity.survey.reading import UnreadableError
from maturity.survey.reply_pages import NO_FAULTS, Faults, must_be_about
from maturity.survey.reply_views import opened
from maturity.survey.settlement_pages import (
    Rights,
    SettlementPage,
    decided,
    open_threads,
    settlement_page,
)
from maturity.survey.stages import Stages
from maturity.survey.taking_up import is_verifier
from maturity.web import locale, now, reading, writing

_S = AssessmentState
SHOWN = frozenset({_S.REPLY, _S.SETTLED, _S.PUBLISHED})


def rights_of(found: Stages) -> Rights:
    """What this person may do with the assessment of a route."""
    actor, thing = current_actor(), thing_of(found.work.office)
    settles = may(actor, Action.SETTLE, thing)
    return Rights(
        decide=settles or is_verifier(found.work.assessment, actor),
        settle=settles and not settling.is_verifier_of(found, actor.person_id),
        reopen=may(actor, Action.REOPEN, thing),
    )


def _allowed(found: Stages) -> Rights:
    rights = rights_of(found)
    if not (rights.decide or rights.settle or rights.reopen):
        abort(403)
    return rights


@bp.get("/assessments/<int:assessment_id>/settlement")
@permit(Action.SEE_ASSESSMENT, assessment_thing)
def settlement(assessment_id: int) -> ResponseReturnValue:
    """All that is disputed and open, for the settling team and the assigned verifier."""
    return _page(assessment_id)


def _opened_page(assessment_id: int, faults: Faults | None = None) -> SettlementPage:
    found = opened(reading(), assessment_id)
    rights = _allowed(found)
    return settlement_page(reading(), found, now(), rights=rights, faults=faults)


def _page(
    assessment_id: int, faults: Faults | None = None, *, status: int = 200
) -> ResponseReturnValue:
    found = opened(reading(), assessment_id)
    _allowed(found)
    assessment = found.work.assessment
    if assessment.state not in SHOWN:
        return _closed_page(assessment, faults), status
    page = _opened_page(assessment_id, faults)
    return render_template("survey/settlement.html", page=page), status


def _closed_page(assessment: Assessment, faults: Faults | None = None) -> str:
    unsaved = (faults or NO_FAULTS).written
    return render_template("survey/settlement_closed.html", assessment=assessment, unsaved=unsaved)


@bp.post("/assessments/<int:assessment_id>/settlement")
@permit(Action.SEE_ASSESSMENT, assessment_thing)
def decide(assessment_id: int) -> ResponseReturnValue:
    """Save the decisions of the page; what cannot be saved stays in its fields."""
    who = author()
    with writing() as session:
        found = opened(session, assessment_id, held=True)
        if not _allowed(found).decide:  # asked once nobody else can be assigned any more
            abort(403)
        faults = _decide_all(session, found, who=who)
    if faults:
        kept: MultiDict[str, str] = MultiDict()
        for key in faults:
            for name in ("verdict", "value", "words"):
                kept.setlist(f"{name}:{key}", request.form.getlist(f"{name}:{key}"))
        return _page(assessment_id, Faults(faults, kept), status=422)
    flash(gettext("Keputusan tersimpan."), "success")
    return redirect(url_for("survey.settlement", assessment_id=assessment_id), 303)


def _decide_all(session: Session, found: Stages, *, who: Author) -> dict[str, str]:
    """Save what the form says of each item; why it was not saved, by key."""
    faults: dict[str, str] = {}
    for item in _said_items(found):
        try:
            ruling = decided(request.form, item)
            if ruling is not None:
                reply = found.replied(item.key)
                must_be_about(request.form, item.key, reply.id if reply else 0)
                settling.decide(session, found, item, ruling, author=who)
        except UnreadableError as error:
            faults[item.key] = error.text.in_(locale())
        except MaturityError as error:
            faults[item.key] = error.in_(locale())
    return faults


def _said_items(found: Stages) -> list[Item]:
    """The items on the page that was sent, disputed or not any more."""
    return [item for item in found.work.instrument.items if f"seen:{item.key}" in request.form]


# --- settle ---------------------------------------------------------------------------


@bp.get("/assessments/<int:assessment_id>/settlement/settle")
@permit(Action.SETTLE, assessment_thing)
def settle_page(assessment_id: int) -> ResponseReturnValue:
    """The page of the act of settling: what is still open, and what will count."""
    return _settle_page(assessment_id)


def _settle_page(assessment_id: int, error: str = "", *, status: int = 200) -> ResponseReturnValue:
    assessment = assessment_or_404(reading(), assessment_id)
    if assessment.state not in SHOWN:
        return _closed_page(assessment), status
    page = _opened_page(assessment_id)
    return render_template("survey/settlement_settle.html", page=page, error=error), status


@bp.post("/assessments/<int:assessment_id>/settlement/settle")
@permit(Action.SETTLE, assessment_thing)
def settle(assessment_id: int) -> ResponseReturnValue:
    """Settle the result; open disputes and threads need the tick that says so."""
    with_open = request.form.get("with_open") == "yes"
    try:
        settle_one(assessment_id, with_open=with_open)
    except MaturityError as error:
        if not has_done(assessment_id, AssessmentState.SETTLED):
            return _settle_page(assessment_id, error.in_(locale()), status=error.status)
    flash(gettext("Hasil penilaian ditetapkan."), "success")
    return redirect(url_for("survey.settlement", assessment_id=assessment_id), 303)


def settle_one(assessment_id: int, *, with_open: bool, undisputed: bool = False) -> None:
    """Settle one assessment in a transaction of its own; MaturityError says why not.

    ``undisputed``: only where nothing is disputed, decided or not.
    """
    who = author()
    with writing() as session:
        found = opened(session, assessment_id, held=True)
        if undisputed and found.disputed():
            raise MaturityError(
                "Kantor ini menyanggah; putuskan sanggahannya lebih dahulu.",
                "This office disputes; decide about its disputes first.",
                status=409,
            )
        threads = open_threads(session, found)
        if threads and not with_open:
            count = len(threads)
            raise MaturityError(
                f"Masih ada {count} percakapan yang belum selesai.",
                f"{count} threads are not resolved.",
                status=422,
            )
        settling.settle(session, found, with_open=with_open, author=who)


# --- reopen ---------------------------------------------------------------------------


@bp.get("/assessments/<int:assessment_id>/settlement/reopen")
@permit(Action.REOPEN, assessment_thing)
def reopen_page(assessment_id: int) -> ResponseReturnValue:
    """The page of taking a settled result up again."""
    return _reopen_page(assessment_id)


def _reopen_page(assessment_id: int, error: str = "", *, status: int = 200) -> ResponseReturnValue:
    assessment = assessment_or_404(reading(), assessment_id)
    words = request.form.get("words", "")
    return render_template(
        "survey/settlement_reopen.html",
        assessment=assessment,
        error=error,
        words=words,
        can=assessment.state in (_S.SETTLED, _S.PUBLISHED),
    ), status


@bp.post("/assessments/<int:assessment_id>/settlement/reopen")
@permit(Action.REOPEN, assessment_thing)
def reopen(assessment_id: int) -> ResponseReturnValue:
    """Back to verification, with the reason."""
    who = author()
    try:
        with writing() as session:
            assessment = assessment_or_404(session, assessment_id, held=True)
            words = request.form.get("words", "")
            settling.reopen(session, assessment, words=words, author=who)
    except MaturityError as error:
        if not has_done(assessment_id, _S.VERIFYING):
            return _reopen_page(assessment_id, error.in_(locale()), status=error.status)
    flash(gettext("Penilaian dibuka kembali untuk diverifikasi."), "success")
    return redirect(url_for("survey.settlement", assessment_id=assessment_id), 303)
