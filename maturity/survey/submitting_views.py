"""Checking the answers and handing them in."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from maturity.offices.guard import (
    current_actor,
    permit,
    thing_of,
)
from maturity.offices.permissions import Action, may
from maturity.survey import assessments, forms, receipts
from maturity.survey.blueprint import (
    assessment_or_404,
    assessment_thing,
    author,
    bp,
    is_closed,
    may_answer,
    open_work,
    section_or_404,
    section_thing,
    seen_by_guest,
)
from maturity.survey.pages import Pages, item_address, lack_words, subject_words
from maturity.web import locale, now, reading, writing


@bp.get("/assessments/<int:assessment_id>/sections/<section>/check")
@permit(Action.SEE_ASSESSMENT, section_thing)
def check_section(assessment_id: int, section: str) -> ResponseReturnValue:
    """The answers of one section, to be looked over."""
    work = open_work(assessment_id)
    branch = section_or_404(work.instrument, section)
    pages = Pages(reading(), seen_by_guest(work, branch))
    sections = work.instrument.sections
    place = sections.index(branch) + 1
    return render_template(
        "survey/check_section.html",
        assessment=work.assessment,
        section=branch,
        rows=pages.check_rows(branch),
        closed=not may_answer(work, branch),
        following=sections[place] if place < len(sections) else None,
        missing=len(work.missing(work.items(branch))),
    )


@bp.get("/assessments/<int:assessment_id>/check")
@permit(Action.SEE_ASSESSMENT, assessment_thing)
def check(assessment_id: int) -> ResponseReturnValue:
    """All answers, to be looked over before submission."""
    work = open_work(assessment_id)
    pages = Pages(reading(), work)
    return render_template(
        "survey/check.html",
        assessment=work.assessment,
        sections=[(section, pages.check_rows(section)) for section in work.instrument.sections],
        missing=_missing_lines(work),
        closed=not may_answer(work),
        may_submit=may(current_actor(), Action.SUBMIT, thing_of(work.office)),
    )


def _missing_lines(work: assessments.Work) -> list[tuple[str, str]]:
    """(address, words) of everything that keeps the assessment from being submitted."""
    home = {q.id: s for s in work.instrument.sections for q in s.questions}
    lines: dict[str, str] = {}
    for missing in work.missing():
        item = missing.item
        words = subject_words(item, locale())
        href = item_address(work.assessment.id, home[item.question.id], item)
        lines.setdefault(href, f"{words}: {lack_words(missing.lack, item).lower()}")
    return list(lines.items())


@bp.get("/assessments/<int:assessment_id>/submit")
@permit(Action.SUBMIT, assessment_thing)
def submit_page(assessment_id: int) -> ResponseReturnValue:
    """The page of the act of submitting."""
    return _submit_page(assessment_id, "")


def _submit_page(assessment_id: int, error: str, status: int = 200) -> ResponseReturnValue:
    work = open_work(assessment_id)
    if is_closed(work.assessment):
        return redirect(url_for("survey.submitted", assessment_id=assessment_id))
    body = render_template(
        "survey/submit.html",
        assessment=work.assessment,
        instrument=work.instrument,
        missing=_missing_lines(work),
        error=error,
        server_now=int(now().timestamp() * 1000),
    )
    return body, status


@bp.post("/assessments/<int:assessment_id>/submit")
@permit(Action.SUBMIT, assessment_thing)
def submit(assessment_id: int) -> ResponseReturnValue:
    """Hand in and freeze the result."""
    if request.form.get("confirm") != "yes":
        return _submit_page(assessment_id, gettext("Beri tanda setuju sebelum mengajukan."), 422)
    try:
        with writing() as session:
            assessment = assessment_or_404(session, assessment_id, held=True)
            who = replace(author(), sent_at=_sent_at())
            assessments.submit(session, assessment, author=who)
    except assessments.IncompleteError as error:
        return _submit_page(assessment_id, error.in_(locale()), 422)
    except assessments.NotAllowedError:
        pass  # two people submitted at once: one of them did
    return redirect(url_for("survey.submitted", assessment_id=assessment_id), 303)


def _sent_at() -> datetime | None:
    """When the device says that it sent the form; None for nonsense, or a time to come."""
    said = forms.moment_said(request.form.get("sent_at", ""))
    return said if said is not None and said <= now() else None


@bp.get("/assessments/<int:assessment_id>/submitted")
@permit(Action.SEE_ASSESSMENT, assessment_thing)
def submitted(assessment_id: int) -> ResponseReturnValue:
    """Confirmation with a reference and what happens next."""
    session = reading()
    assessment = assessment_or_404(session, assessment_id)
    stored = assessments.result_of(session, assessment)
    if stored is None:
        return redirect(url_for("survey.tasks", assessment_id=assessment_id))
    receipt = receipts.latest(session, assessment)
    return render_template(
        "survey/submitted.html", assessment=assessment, stored=stored, receipt=receipt
    )
