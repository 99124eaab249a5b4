"""The people of one office: who is here, who was invited."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from maturity.errors import MaturityError
from maturity.offices import directory, inviting, people
from maturity.offices.blueprint import bp
from maturity.offices.forms import InviteForm
from maturity.offices.guard import current_actor, office_or_404, office_thing, permit
from maturity.offices.models import Office, Person
from maturity.offices.permissions import Action
from maturity.web import now, reading, writing


@bp.get("/offices/<code>/people", endpoint="people")
@permit(Action.MANAGE_OFFICE_PEOPLE, office_thing)
def team(code: str) -> ResponseReturnValue:
    """Colleagues, their roles, and links that wait."""
    return _page(code, InviteForm(formdata=None))


@bp.post("/offices/<code>/people")
@permit(Action.MANAGE_OFFICE_PEOPLE, office_thing)
def invite_colleague(code: str) -> ResponseReturnValue:
    """Invite somebody to this office."""
    form = InviteForm()
    if not form.validate_on_submit():
        return _page(code, form, status=422)
    try:
        inviting.send(form, office=code)
    except MaturityError as error:
        form.blame(error)
        return _page(code, form, status=error.status)
    return redirect(url_for("offices.people", code=code), 303)


@bp.post("/offices/<code>/people/<int(max=2147483647):person_id>/link")
@permit(Action.MANAGE_OFFICE_PEOPLE, office_thing)
def renew_colleague(code: str, person_id: int) -> ResponseReturnValue:
    """A new link for a colleague; the earlier one ends."""
    try:
        inviting.send_again(person_id, office=code)
    except LookupError:
        abort(404)
    return redirect(url_for("offices.people", code=code), 303)


@bp.post("/offices/<code>/people/<int(max=2147483647):person_id>/remove")
@permit(Action.MANAGE_OFFICE_PEOPLE, office_thing)
def remove_colleague(code: str, person_id: int) -> ResponseReturnValue:
    """Take this office's roles from a colleague."""
    try:
        with writing() as session:
            person = inviting.person_of(session.get(Person, person_id), code)
            office = session.get_one(Office, code)
            people.remove_from_office(session, person, office, by=current_actor())
            name = person.name
    except LookupError:
        abort(404)
    flash(gettext("%(name)s tidak lagi memiliki peran di kantor ini.", name=name), "success")
    return redirect(url_for("offices.people", code=code), 303)


def _page(code: str, form: InviteForm, *, status: int = 200) -> tuple[str, int]:
    actor, office = current_actor(), office_or_404(code)
    colleagues = directory.team(reading(), office)
    roles = people.roles_at(office.kind)
    page = render_template(
        "offices/team.html",
        office=office,
        form=form,
        colleagues=colleagues,
        waiting=directory.open_invites(reading(), [p.id for p in colleagues], now()),
        renewable={p.id for p in colleagues if people.may_renew(actor, p)},
        me=actor.person_id,
        roles=[role for role in roles if people.may_give(actor, role, office)],
        link=inviting.new_link(),
    )
    return page, status
