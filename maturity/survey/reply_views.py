"""The office's right of reply: agree or disagree with what was verified, and be done with it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from maturity.errors import MaturityError
from maturity.offices.guard import permit
from maturity.offices.permissions import Action
from maturity.survey import answers as door
from maturity.survey import assessments, forms, settling, uploads
from maturity.survey.answers import Author, evidence_key
from maturity.survey.assessments import NotAllowedError
from maturity.survey.blueprint import assessment_or_404, assessment_thing, author, bp
from maturity.survey.evidence_pages import size_words
from maturity.survey.instrument import Item
from maturity.survey.judging import UndecidedError
from maturity.survey.links import link
from maturity.survey.models import Assessment
from maturity.survey.reading import UnreadableError
from maturity.survey.reply_pages import (
    NO_FAULTS,
    SHOWN,
    Faults,
    must_be_about,
    replied,
    reply_page,
)
from maturity.survey.stages import Stages, stages
from maturity.web import locale, now, reading, services, writing


def opened(session: Session, assessment_id: int, *, held: bool = False) -> Stages:
    """The assessment of a route with everything that was decided about it."""
    assessment = assessment_or_404(session, assessment_id, held=held)
    return stages(session, assessments.work(session, assessment))


@bp.get("/assessments/<int:assessment_id>/reply")
@permit(Action.REPLY, assessment_thing)
def reply(assessment_id: int) -> ResponseReturnValue:
    """What was verified differently, and what the office says to it."""
    return _page(assessment_id)


def _page(
    assessment_id: int, faults: Faults | None = None, *, status: int = 200
) -> ResponseReturnValue:
    assessment = assessment_or_404(reading(), assessment_id)
    if assessment.state not in SHOWN:
        unsaved = (faults or NO_FAULTS).written
        body = render_template("survey/reply_closed.html", assessment=assessment, unsaved=unsaved)
        return body, status
    page = reply_page(opened(reading(), assessment_id), now(), faults)
    max_file = size_words(services().settings.max_file, locale())
    return render_template("survey/reply.html", page=page, max_file=max_file), status


@bp.post("/assessments/<int:assessment_id>/reply")
@permit(Action.REPLY, assessment_thing)
def save_reply(assessment_id: int) -> ResponseReturnValue:
    """Save all of the page; what cannot be saved stays in its field, with the reason."""
    who = author()
    try:
        settling.must_be_in_reply(assessment_or_404(reading(), assessment_id), who.now)
        keys = [evidence_key(one) for one in opened(reading(), assessment_id).differing()]
        came = uploads.arrivals(list(dict.fromkeys(keys)))
        with writing() as session:
            found = opened(session, assessment_id, held=True)
            settling.must_be_in_reply(found.work.assessment, who.now)
            items = found.differing()
            faults = _save_all(session, found, items, who=who)
            keys = list(dict.fromkeys(evidence_key(one) for one in items))
            kept = uploads.attach_all(session, found.work.assessment, keys, came, who=who)
    except NotAllowedError as error:
        return _page(assessment_id, Faults({}, request.form, error.in_(locale())), status=409)
    if faults:
        return _page(assessment_id, Faults(faults, _unsaved(faults)), status=422)
    if kept:
        flash(gettext("Tanggapan tersimpan."), "success")
    return redirect(url_for("survey.reply", assessment_id=assessment_id), 303)


def _save_all(session: Session, found: Stages, items: list[Item], *, who: Author) -> dict[str, str]:
    """Save what the form says of each item; why it was not saved, by key."""
    faults = {}
    for item in items:
        try:
            ruling = replied(request.form, item)
            if ruling is not None:
                verified = found.verified(item.key)
                must_be_about(request.form, item.key, verified.id if verified else 0)
                settling.reply(session, found, item, ruling, author=who)
        except MaturityError as error:
            faults[item.key] = error.in_(locale())
    keys = list(dict.fromkeys(evidence_key(item) for item in items))
    for new in forms.new_evidence(request.form, keys):
        fault = _attach(session, found.work.assessment, new, who)
        if fault:
            faults[f"url:{new.key}"] = fault
    return faults


def _attach(session: Session, assessment: Assessment, new: forms.NewEvidence, who: Author) -> str:
    """Attach a link that can be used: nothing that is attached now can be taken away again."""
    try:
        link(new.url)
        door.attach(session, assessment, new.key, url=new.url, note=new.note, author=who)
    except UnreadableError as error:
        return error.text.in_(locale())
    except (door.TooManyError, door.TooLongError) as error:
        return error.in_(locale())
    return ""


def _unsaved(faults: dict[str, str]) -> MultiDict[str, str]:
    """What was typed in the fields of items and evidence that were not saved."""
    kept: MultiDict[str, str] = MultiDict()
    for said in faults:
        key = said.removeprefix("url:")
        names = ("url", "about") if said != key else ("reply", "words")
        for name in names:
            kept.setlist(f"{name}:{key}", request.form.getlist(f"{name}:{key}"))
    return kept


# --- done -----------------------------------------------------------------------------


@bp.get("/assessments/<int:assessment_id>/reply/finish")
@permit(Action.REPLY, assessment_thing)
def finish_page(assessment_id: int) -> ResponseReturnValue:
    """The page of the act of saying that nothing is to be added."""
    return _finish_page(assessment_id)


def _finish_page(assessment_id: int, error: str = "", *, status: int = 200) -> ResponseReturnValue:
    assessment = assessment_or_404(reading(), assessment_id)
    if assessment.state not in SHOWN:
        body = render_template("survey/reply_closed.html", assessment=assessment, unsaved=())
        return body, status
    page = reply_page(opened(reading(), assessment_id), now())
    return render_template("survey/reply_finish.html", page=page, error=error), status


@bp.post("/assessments/<int:assessment_id>/reply/finish")
@permit(Action.REPLY, assessment_thing)
def finish_reply(assessment_id: int) -> ResponseReturnValue:
    """End the own reply before its time."""
    if request.form.get("confirm") != "yes":
        words = gettext("Beri tanda setuju sebelum menyatakan selesai.")
        return _finish_page(assessment_id, words, status=422)
    try:
        with writing() as session:
            found = opened(session, assessment_id, held=True)
            settling.finish_reply(session, found, author=author())
    except (UndecidedError, NotAllowedError) as error:
        return _finish_page(assessment_id, error.in_(locale()), status=error.status)
    flash(gettext("Kantor Anda menyatakan selesai menanggapi."), "success")
    return redirect(url_for("survey.reply", assessment_id=assessment_id), 303)
