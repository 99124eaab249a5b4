"""Declared interests: the own ones, and for administrators anybody's."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms.validators import DataRequired

from maturity.errors import MaturityError
from maturity.offices import interests as door
from maturity.offices.forms import Form, LineField
from maturity.offices.guard import current_person_id, permit, signed_in
from maturity.offices.models import Interest, Office, Person
from maturity.offices.permissions import Action
from maturity.survey import log
from maturity.survey.blueprint import author, bp
from maturity.survey.log import Kind, Note
from maturity.web import reading, writing

ONE_PERSON = "/people/<int(max=2147483647):person_id>/interests"
ONE_INTEREST = "<int(max=2147483647):interest_id>"


class InterestForm(Form):
    """In which office, and what it is."""

    office = LineField(validators=[DataRequired(_("Tulis kode atau nama kantor."))])
    words = LineField()


@bp.get("/account/interests")
@signed_in
def interests() -> ResponseReturnValue:
    """The own interests."""
    return _page(current_person_id(), InterestForm(formdata=None))


@bp.post("/account/interests")
@signed_in
def declare_interest() -> ResponseReturnValue:
    """Declare one of one's own."""
    return _declare(current_person_id())


@bp.post(f"/account/interests/{ONE_INTEREST}/end")
@signed_in
def end_interest(interest_id: int) -> ResponseReturnValue:
    """End one of one's own."""
    return _end(current_person_id(), interest_id)


@bp.get(ONE_PERSON)
@permit(Action.ADMINISTER)
def interests_of(person_id: int) -> ResponseReturnValue:
    """Somebody's interests."""
    return _page(person_id, InterestForm(formdata=None))


@bp.post(ONE_PERSON)
@permit(Action.ADMINISTER)
def declare_interest_of(person_id: int) -> ResponseReturnValue:
    """Note an interest of somebody."""
    return _declare(person_id)


@bp.post(f"{ONE_PERSON}/{ONE_INTEREST}/end")
@permit(Action.ADMINISTER)
def end_interest_of(person_id: int, interest_id: int) -> ResponseReturnValue:
    """End an interest of somebody."""
    return _end(person_id, interest_id)


# --- what both share ------------------------------------------------------------------


def _declare(person_id: int) -> ResponseReturnValue:
    form = InterestForm()
    if not form.validate_on_submit():
        return _page(person_id, form, 422)
    who = author()
    try:
        with writing() as session:
            person = session.get(Person, person_id) or abort(404)
            made = door.declare(
                session, person, form.office.data, words=form.words.data or "", at=who.now
            )
            if made is not None:
                _record(session, made, Kind.INTEREST_DECLARED)
    except MaturityError as error:
        form.blame(error)
        return _page(person_id, form, error.status)
    flash(gettext("Pernyataan kepentingan disimpan."), "success")
    return redirect(_address(person_id), 303)


def _end(person_id: int, interest_id: int) -> ResponseReturnValue:
    with writing() as session:
        ended = door.end(session, person_id, interest_id, at=author().now)
        if ended is not None:
            _record(session, ended, Kind.INTEREST_ENDED)
    if ended is not None:
        flash(gettext("Pernyataan kepentingan sudah diakhiri; tetap tercatat."), "success")
    return redirect(_address(person_id), 303)


def _record(session: Session, interest: Interest, kind: Kind) -> None:
    who = author()
    data = {"person": interest.person_id, "office": interest.office_code, "way": who.way}
    session.flush()
    log.append(session, Note(kind=kind, at=who.now, by_id=who.person_id, data=data))


def _address(person_id: int) -> str:
    if person_id == current_person_id():
        return url_for("survey.interests")
    return url_for("survey.interests_of", person_id=person_id)


def _page(person_id: int, form: InterestForm, status: int = 200) -> tuple[str, int]:
    session = reading()
    body = render_template(
        "offices/interests.html",
        person=session.get(Person, person_id) or abort(404),
        own=person_id == current_person_id(),
        form=form,
        rows=door.interests(session, person_id),
        offices=session.execute(select(Office.code, Office.short_name).order_by(Office.code)).all(),
        action=_address(person_id),
    )
    return body, status
