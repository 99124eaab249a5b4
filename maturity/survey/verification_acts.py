"""An assessment before its verifier: how far it is, and what can be done with it as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from maturity.errors import MaturityError
from maturity.offices.guard import current_actor, permit
from maturity.offices.permissions import Action
from maturity.survey import assessments, judging
from maturity.survey.assessments import NotAllowedError
from maturity.survey.assignments import may_take_up
from maturity.survey.blueprint import (
    assessment_or_404,
    assessment_thing,
    author,
    has_done,
    open_work,
)
from maturity.survey.deadlines import Due, due
from maturity.survey.forms import number
from maturity.survey.later_interests import doubtful
from maturity.survey.lifecycle import HANDED_IN, AssessmentState
from maturity.survey.models import Assessment, Round, Stage, StoredScorecard
from maturity.survey.pages import Row
from maturity.survey.stages import Progress, stages
from maturity.survey.taking_up import is_verifier
from maturity.survey.threads import Side, all_of, awaited
from maturity.survey.verification_pages import VerifierPages
from maturity.survey.verification_queue import verifier_name
from maturity.survey.verification_views import NOT_YET, bp
from maturity.web import locale, reading, writing

MOST_DAYS, USUAL_DAYS = 60, 5
_S = AssessmentState


@dataclass(frozen=True, slots=True)
class Overview:
    """How far the verification of one assessment is. ``refusal`` says why nothing can be done."""

    assessment: Assessment
    result: StoredScorecard | None
    verified: StoredScorecard | None
    verifier: str
    mine: bool
    free: bool
    due: datetime | None
    reply_due: datetime | None
    refusal: str
    progress: Progress
    sections: tuple[Row, ...]
    waiting: int
    not_yet: bool
    doubtful: tuple[str, ...]


@bp.get("/assessments/<int:assessment_id>/verification")
@permit(Action.VERIFY, assessment_thing)
def overview(assessment_id: int) -> ResponseReturnValue:
    """How many claims of each section are decided, and what comes next."""
    return _overview(assessment_id)


def _overview(assessment_id: int, error: str = "", status: int = 200) -> ResponseReturnValue:
    session, actor, work = reading(), current_actor(), open_work(assessment_id)
    assessment, found = work.assessment, stages(session, work)
    pages, results = VerifierPages(session, found), assessments.results_of(session, assessment)
    not_yet = assessment.state in NOT_YET
    free = assessment.verifier_id is None and may_take_up(assessment.round, actor, work.office)
    open_ones = (awaited(one) for one in all_of(session, assessment_id))
    page = Overview(
        assessment=assessment,
        result=results.get(Stage.SELF),
        verified=results.get(Stage.VERIFIED),
        verifier=verifier_name(session, assessment),
        mine=is_verifier(assessment, actor),
        free=free,
        due=due(assessment, Due.VERIFICATION),
        reply_due=due(assessment, Due.REPLY) if assessment.state == _S.REPLY else None,
        refusal=error or _refusal(assessment, free),
        progress=found.progress(),
        sections=() if not_yet else tuple(map(pages.section_row, work.instrument.sections)),
        waiting=sum(side is Side.VERIFIER for side in open_ones),
        not_yet=not_yet,
        doubtful=doubtful(session, found),
    )
    return render_template("survey/verification.html", page=page), status


def _refusal(assessment: Assessment, free: bool) -> str:
    """Why this person can do nothing with the assessment now; empty where they can."""
    if free or assessment.state not in HANDED_IN:
        return ""
    try:
        judging.must_verify(assessment, author(), state=AssessmentState(assessment.state))
    except NotAllowedError as error:
        return error.in_(locale())
    return ""


# --- acts -----------------------------------------------------------------------------


def to_overview(assessment_id: int) -> ResponseReturnValue:
    """Back to the page of the verification."""
    return redirect(url_for("verification.overview", assessment_id=assessment_id), 303)


@bp.post("/assessments/<int:assessment_id>/verify/begin")
@permit(Action.VERIFY, assessment_thing)
def begin(assessment_id: int) -> ResponseReturnValue:
    """Take the assessment up: who begins is its verifier."""
    try:
        with writing() as session:
            assessment = assessment_or_404(session, assessment_id, held=True)
            if assessment.verifier_id is None:
                _must_take_up(assessment)
            judging.begin(session, assessment, author=author())
    except NotAllowedError as error:
        if not has_done(assessment_id, _S.VERIFYING):
            return _overview(assessment_id, error.in_(locale()), error.status)
    flash(gettext("Verifikasi dimulai. Anda adalah verifikator penilaian ini."), "success")
    return to_overview(assessment_id)


def _must_take_up(assessment: Assessment) -> None:
    round_: Round = assessment.round
    if not may_take_up(round_, current_actor(), assessment.office):
        raise NotAllowedError(
            "Penilaian ini tidak dapat Anda ambil; administrator yang menugaskan verifikatornya.",
            "You cannot take this assessment up; an administrator assigns its verifier.",
            status=403,
        )


@bp.get("/assessments/<int:assessment_id>/verify/return")
@permit(Action.VERIFY, assessment_thing)
def return_page(assessment_id: int) -> ResponseReturnValue:
    """The page of the act of returning."""
    return _words_page("return", assessment_id)


@bp.post("/assessments/<int:assessment_id>/verify/return")
@permit(Action.VERIFY, assessment_thing)
def give_back(assessment_id: int) -> ResponseReturnValue:
    """Return for changes, with the reason and some days."""
    days = number(request.form.get("days", "").strip())
    if days is None or not 1 <= days <= MOST_DAYS:
        words = gettext("Isilah dengan bilangan bulat 1 sampai %(most)s.", most=MOST_DAYS)
        return _words_page("return", assessment_id, {"days": words}, 422)
    try:
        with writing() as session:
            assessment = assessment_or_404(session, assessment_id, held=True)
            words = request.form.get("words", "")
            judging.give_back(session, assessment, words=words, days=days, author=author())
    except MaturityError as error:
        if not has_done(assessment_id, _S.RETURNED):
            return _refused("return", assessment_id, error)
    flash(gettext("Penilaian dikembalikan kepada kantor."), "success")
    return to_overview(assessment_id)


@bp.get("/assessments/<int:assessment_id>/verify/again")
@permit(Action.VERIFY, assessment_thing)
def again_page(assessment_id: int) -> ResponseReturnValue:
    """The page of the act of taking verification up again."""
    return _words_page("again", assessment_id)


@bp.post("/assessments/<int:assessment_id>/verify/again")
@permit(Action.VERIFY, assessment_thing)
def take_up_again(assessment_id: int) -> ResponseReturnValue:
    """Back from the reply to verification, with the reason."""
    try:
        with writing() as session:
            assessment = assessment_or_404(session, assessment_id, held=True)
            words = request.form.get("words", "")
            judging.take_up_again(session, assessment, words=words, author=author())
    except MaturityError as error:
        if not has_done(assessment_id, _S.VERIFYING):
            return _refused("again", assessment_id, error)
    flash(gettext("Verifikasi dibuka kembali."), "success")
    return to_overview(assessment_id)


def _refused(act: str, assessment_id: int, error: MaturityError) -> ResponseReturnValue:
    """The page again, with what was typed and why it was refused."""
    return _words_page(act, assessment_id, {error.field or "": error.in_(locale())}, error.status)


def _words_page(
    act: str, assessment_id: int, errors: dict[str, str] | None = None, status: int = 200
) -> ResponseReturnValue:
    """A page that asks for the reason of an act, and says why it is not possible now."""
    assessment = assessment_or_404(reading(), assessment_id)
    errors = errors or {}
    refusal = "" if errors.get("days") or errors.get("words") else act_refusal(assessment, act)
    body = render_template(
        "survey/verification_act.html",
        act=act,
        assessment=assessment,
        errors=errors,
        refusal=refusal,
        words=request.form.get("words", ""),
        days=request.form.get("days", USUAL_DAYS),
        most=MOST_DAYS,
    )
    return body, status


def act_refusal(assessment: Assessment, act: str) -> str:
    """Why an act is not possible now; empty where it is."""
    wanted = _S.REPLY if act == "again" else _S.VERIFYING
    if act == "return" and assessment.state == _S.SUBMITTED:
        wanted = _S.SUBMITTED
    try:
        judging.must_verify(assessment, author(), state=wanted)
    except NotAllowedError as error:
        return error.in_(locale())
    return ""
