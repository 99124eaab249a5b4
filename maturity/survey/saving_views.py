"""Saving: a whole page by its form, one answer by a script."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session

from maturity.errors import MaturityError
from maturity.offices.guard import (
    permit,
    public,
)
from maturity.offices.permissions import Action
from maturity.survey import answers as door
from maturity.survey import assessments, carried, carried_views, evidence_form, forms, uploads
from maturity.survey.answers import Author, Change, ConflictError
from maturity.survey.blueprint import (
    Subject,
    assessment_or_404,
    assessment_thing,
    author,
    bp,
    item_or_404,
    item_thing,
    open_work,
    section_or_404,
    section_thing,
    subject_or_404,
)
from maturity.survey.carried import Earlier
from maturity.survey.evidence_pages import typed_warning
from maturity.survey.gap import gap_of
from maturity.survey.instrument import Branch, Instrument, Item
from maturity.survey.models import Assessment
from maturity.survey.pages import Pages
from maturity.survey.routing import Place, Route
from maturity.survey.section_views import section_page
from maturity.web import format_moment, locale, reading, writing


@bp.post("/assessments/<int:assessment_id>/sections/<section>")
@permit(Action.ANSWER, section_thing)
def save_section(assessment_id: int, section: str) -> ResponseReturnValue:
    """Save a page of questions and go on."""
    return _save_page(assessment_id, section, None)


@bp.post("/assessments/<int:assessment_id>/sections/<section>/<question>/<thing>")
@permit(Action.ANSWER, section_thing)
def save_thing(assessment_id: int, section: str, question: str, thing: str) -> ResponseReturnValue:
    """Save one object of a paged matrix and go on to the next."""
    return _save_page(assessment_id, section, (question, thing))


def _save_page(
    assessment_id: int, section_id: str, subject: tuple[str, str] | None
) -> ResponseReturnValue:
    who, work = author(), open_work(assessment_id, with_evidence=False)
    section = section_or_404(work.instrument, section_id)
    about = subject_or_404(section, subject)
    items = _page_items(work.instrument, section, about)
    changes = forms.changes(request.form, items)
    earlier = carried_views.wanted(work, items)
    if earlier is not None:
        key = earlier.item.key
        changes[key] = carried.change_of(earlier, changes.get(key, Change("")))
    after = work.foresee(changes)
    door.must_be_open(work.assessment, who.now)
    keys = list(dict.fromkeys(door.evidence_key(item) for item in items))
    came, good = uploads.arrivals(keys), evidence_form.days_are_readable(keys)
    with writing() as session:
        assessment = assessment_or_404(session, assessment_id, held=True)
        conflicts, faulty = _save_all(session, assessment, items, changes, who=who, earlier=earlier)
        faulty |= not uploads.attach_all(session, assessment, keys, came, who=who)
        faulty |= not evidence_form.use_chosen(session, assessment, keys, who=who)
        assessments.note_progress(assessment, after)
    if conflicts:
        return section_page(assessment_id, section_id, subject, conflicts)
    if "carry" in request.form:
        return redirect(f"{_here()}#{forms.dom_id(request.form['carry'])}-item", 303)
    if faulty or not good or request.form.get("do") in {"stay", "again"}:
        return redirect(_here(), 303)
    return redirect(_next(assessment_id, section_id, about, after), 303)


def _here() -> str:
    if request.form.get("do") == "again":
        return f"{request.path}?again=1#pakai-lagi"
    return f"{request.path}?{request.query_string.decode()}".rstrip("?")


def _page_items(instrument: Instrument, section: Branch, about: Subject | None) -> list[Item]:
    if about is not None:
        return [i for i in instrument.items_of(about[0].id) if i.thing is about[1]]
    return [i for question in section.questions for i in instrument.items_of(question.id)]


def _save_all(
    session: Session,
    assessment: Assessment,
    items: list[Item],
    changes: dict[str, Change],
    *,
    who: Author,
    earlier: Earlier | None,
) -> tuple[dict[str, ConflictError], bool]:
    """Save what the form carries; conflicts by key, and whether anything does not parse."""
    conflicts: dict[str, ConflictError] = {}
    faulty = False
    by_key = {item.key: item for item in items}
    rows = door.present(session, assessment.id, changes)
    for key, change in changes.items():
        by = carried.by_carrying(who) if earlier and earlier.item.key == key else who
        try:
            saved = door.save(session, assessment, by_key[key], change, author=by, rows=rows)
            faulty |= saved.fault is not None
        except ConflictError as conflict:
            conflicts[key] = conflict
    keys = list(dict.fromkeys(door.evidence_key(item) for item in items))
    for new in forms.new_evidence(request.form, keys):
        faulty |= not _attached(session, assessment, new, who)
    for key, evidence_id in forms.dropped(request.form, keys):
        door.detach(session, assessment, key, evidence_id, author=who)
    return conflicts, faulty


def _attached(
    session: Session, assessment: Assessment, new: forms.NewEvidence, who: Author
) -> bool:
    """Attach a link; one that is refused is said and keeps nothing else from being saved."""
    try:
        _, fault = door.attach(
            session, assessment, new.key,
            url=new.url, note=new.note, author=who, place=new.place,
            valid_until=evidence_form.said_day("until", new.key),
        )  # fmt: skip
    except door.TooManyError as error:
        flash(error.in_(locale()), "error")
        return False
    return fault is None


def _next(assessment_id: int, section_id: str, about: Subject | None, after: Route) -> str:
    check = url_for("survey.check_section", assessment_id=assessment_id, section=section_id)
    if about is None or request.args.get("back") == "check":
        return check
    left = list(
        dict.fromkeys(
            item.thing
            for item in after.instrument.items_of(about[0].id)
            if item.thing is not None and after.places[item.key] is not Place.NOT_APPLICABLE
        )
    )
    place = left.index(about[1]) + 1 if about[1] in left else len(left)
    if place >= len(left):
        return check
    return url_for(
        "survey.thing",
        assessment_id=assessment_id,
        section=section_id,
        question=about[0].id,
        thing=left[place].id,
    )


@bp.put("/assessments/<int:assessment_id>/answers/<path:key>")
@permit(Action.ANSWER, item_thing)
def put_answer(assessment_id: int, key: str) -> ResponseReturnValue:
    """Save one answer; the reply says its version and what else changed."""
    change = forms.change_from_json(_json())
    who, work = author(), open_work(assessment_id, with_evidence=False)
    item, zone = item_or_404(work.instrument, key), work.office.timezone
    after = work.foresee({key: change})
    try:
        with writing() as session:
            assessment = assessment_or_404(session, assessment_id, held=True)
            saved = door.save(session, assessment, item, change, author=who)
            assessments.note_progress(assessment, after)
            version, at = saved.answer.version, saved.answer.updated_at
    except ConflictError as conflict:
        return _conflict_reply(assessment_id, key, conflict)
    fault = saved.fault.in_(locale()) if saved.fault else ""
    warning = typed_warning(change.raw, change.note, change.reason, change.private_note or "")
    words = (gettext("Tersimpan %(when)s", when=format_moment(at, zone, locale())), warning)
    saved_text = ". ".join(filter(None, words))
    return {
        "version": version,
        "saved": saved_text,
        "fault": fault,
        "shown": _places(after, item),
    }


def _json() -> dict[str, object]:
    try:
        data = request.get_json(silent=True)
    except RecursionError:  # nested without end
        data = None
    if not isinstance(data, dict):
        raise MaturityError("Kiriman bukan JSON yang benar.", "The request is no proper JSON.")
    return data


def _places(after: Route, item: Item) -> dict[str, bool]:
    """Which conditional items of the section are shown now: of the same object, or questions."""
    found = {}
    sections = (section.questions for section in after.instrument.sections)
    here = {question.id for inside in sections if item.question in inside for question in inside}
    for other in after.instrument.items:
        if other.question.id not in here:
            continue
        same = other.thing is not None and other.thing is item.thing
        if same or other.question.show_when is not None:
            found[other.key] = after.places[other.key] is Place.ASKED
    return found


def _conflict_reply(assessment_id: int, key: str, conflict: ConflictError) -> ResponseReturnValue:
    work = open_work(assessment_id)
    view = Pages(reading(), work).item(work.instrument.item(key), conflict)
    body = render_template("survey/_conflict.html", item=view, script=True)
    return {"error": conflict.in_(locale()), "version": view.version, "html": body}, 409


@bp.put("/assessments/<int:assessment_id>/evidence/<path:key>")
@permit(Action.ANSWER, item_thing)
def put_evidence(assessment_id: int, key: str) -> ResponseReturnValue:
    """Attach a link; with ``replaces`` the one that was typed in the same field before."""
    data, who = _json(), author()
    with writing() as session:
        assessment = assessment_or_404(session, assessment_id, held=True)
        instrument = assessments.instrument_of(assessment.round)
        if key not in {door.evidence_key(item) for item in instrument.items}:
            abort(404)
        replaces = forms.number(data.get("replaces"))
        url, note, place, until = (
            str(data.get(n) or "") for n in ("url", "note", "place", "until")
        )
        row, fault = door.attach(
            session, assessment, key, url=url, note=note, author=who, place=place,
            valid_until=evidence_form.day_or_none(until),
        )  # fmt: skip
        fault = fault or evidence_form.fault_of_day(until)
        if replaces not in (None, row.id):
            door.detach(session, assessment, key, replaces, author=who)
        evidence_id, zone = row.id, assessment.office.timezone
    when = format_moment(who.now, zone, locale())
    saved = gettext("Tersimpan %(when)s", when=when)
    return {"id": evidence_id, "saved": saved, "fault": fault.in_(locale()) if fault else ""}


@bp.get("/assessments/<int:assessment_id>/sections/<section>/gap")
@permit(Action.SEE_ASSESSMENT, assessment_thing)
def gap(assessment_id: int, section: str) -> ResponseReturnValue:
    """The part of a section page that says what unlocks the next level."""
    work = open_work(assessment_id)
    found = gap_of(work, section_or_404(work.instrument, section), locale())
    return {"html": render_template("survey/_gap.html", gap=found)}


@bp.get("/form-token")
@public
def form_token() -> ResponseReturnValue:
    """A fresh form token, for pages that stayed open across a new sign-in."""
    return {"token": generate_csrf()}
