"""Confirming many answers of an earlier period at once; each is ticked by somebody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from maturity.offices.guard import permit
from maturity.offices.permissions import Action
from maturity.survey import answers as door
from maturity.survey import assessments, carried, forms
from maturity.survey.answers import Author, Change, ConflictError
from maturity.survey.assessments import Work
from maturity.survey.blueprint import (
    assessment_or_404,
    assessment_thing,
    author,
    bp,
    is_closed,
    open_work,
)
from maturity.survey.carried import Earlier
from maturity.survey.carried_pages import CarriedPages, EarlierView
from maturity.survey.instrument import Item
from maturity.survey.models import Assessment
from maturity.survey.pages import answer_words
from maturity.web import locale, reading, writing


@dataclass(frozen=True, slots=True)
class Line:
    """One earlier answer with a box to tick."""

    view: EarlierView
    title: str
    words: str


@dataclass(frozen=True, slots=True)
class CarriedPage:
    """All that can be confirmed: (section's title, its lines), and what was refused just now."""

    assessment: Assessment
    groups: tuple[tuple[str, tuple[Line, ...]], ...]
    refused: tuple[str, ...]
    settled: str


@bp.get("/assessments/<int:assessment_id>/carried")
@permit(Action.ANSWER, assessment_thing)
def carried_answers(assessment_id: int) -> ResponseReturnValue:
    """The answers of the period before that can be confirmed; none is ticked."""
    return _page(assessment_id, ())


def _page(assessment_id: int, refused: Sequence[str], status: int = 200) -> ResponseReturnValue:
    work = open_work(assessment_id, with_evidence=False)
    if is_closed(work.assessment):
        return redirect(url_for("survey.tasks", assessment_id=assessment_id))
    views = {view.key: view for view in CarriedPages(reading(), work, locale()).views()}
    groups = []
    for section in work.instrument.sections:
        lines = [_line(work, views[i.key]) for i in work.items(section) if i.key in views]
        groups.append((section.title.in_(locale()), tuple(lines)))
    settled = next((view.settled for view in views.values()), "")
    shown = tuple(group for group in groups if group[1])
    page = CarriedPage(work.assessment, shown, tuple(refused), settled)
    return render_template("survey/carried.html", page=page), status


def _line(work: Work, view: EarlierView) -> Line:
    words = answer_words(work.instrument, view.item, view.raw, language=locale())
    return Line(view, _title(view.item), words)


def _title(item: Item) -> str:
    parts = [item.thing.label if item.thing else item.question.title]
    parts += [item.column.label] if item.column else []
    return " – ".join(part.in_(locale()) for part in parts)


@bp.post("/assessments/<int:assessment_id>/carried")
@permit(Action.ANSWER, assessment_thing)
def confirm_carried(assessment_id: int) -> ResponseReturnValue:
    """Confirm what was ticked, each by itself; say what was refused."""
    who, work = author(), open_work(assessment_id, with_evidence=False)
    door.must_be_open(work.assessment, who.now)
    ticked = set(request.form.getlist("carry"))
    if not ticked:
        return _page(assessment_id, [gettext("Belum ada jawaban yang dicentang.")], 422)
    found = carried.past(reading(), work)
    offers = [] if found is None else [e for key, e in found.offers.items() if key in ticked]
    with writing() as session:
        assessment = assessment_or_404(session, assessment_id, held=True)
        done, refused = _confirm_all(session, assessment, offers, who)
        assessments.note_progress(assessment, work.foresee(done))
    unknown = ticked - {one.item.key for one in offers}
    refused += [gettext("%(key)s: tidak dapat dibawa dari periode lalu", key=key[:60])
                for key in sorted(unknown)]  # fmt: skip
    flash(
        gettext("%(count)s jawaban dikonfirmasi.", count=len(done)), "success" if done else "error"
    )
    if refused:
        return _page(assessment_id, refused, 409)
    return redirect(url_for("survey.tasks", assessment_id=assessment_id), 303)


def _confirm_all(
    session: Session, assessment: Assessment, offers: Sequence[Earlier], who: Author
) -> tuple[dict[str, Change], list[str]]:
    """Save each; the changes that were made, and words about those that were not."""
    rows = door.present(session, assessment.id, [one.item.key for one in offers])
    by, done, refused = carried.by_carrying(who), dict[str, Change](), list[str]()
    for one in offers:
        key = one.item.key
        seen = forms.version(request.form.get(f"seen:{key}", ""))
        change = carried.change_of(one, Change("", seen=seen))
        words = gettext("%(key)s %(title)s: sudah dijawab", key=key, title=_title(one.item))
        if carried.is_answered(rows.get(key)):
            refused.append(words)
            continue
        try:
            door.save(session, assessment, one.item, change, author=by, rows=rows)
            done[key] = change
        except ConflictError:
            refused.append(words)
    return done, refused


def wanted(work: Work, items: Iterable[Item]) -> Earlier | None:
    """The earlier answer whose button was pressed on a page with these items.

    None, which is said, where the question has another answer by now: that one is kept.
    """
    key = request.form.get("carry")
    if key is None or key not in {item.key for item in items}:
        return None
    found = carried.past(reading(), work)
    earlier = None if found is None else found.offers.get(key)
    answer = work.answers.get(key)
    if earlier is None or not carried.is_answered(answer):
        return earlier
    if door.shown_value(answer) != earlier.raw:
        flash(gettext("Pertanyaan ini sudah dijawab; jawaban itu tidak diganti."), "error")
    return None
