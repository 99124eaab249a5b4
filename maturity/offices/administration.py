"""Pages for administrators: everybody who signs in, at all offices."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from maturity.errors import MaturityError
from maturity.offices import directory, inviting, people
from maturity.offices.blueprint import bp
from maturity.offices.forms import InviteForm
from maturity.offices.guard import current_actor, permit
from maturity.offices.interests import is_judge
from maturity.offices.models import Person, Role
from maturity.offices.permissions import Action
from maturity.web import now, reading, writing

PAGE_SIZE = 25
MOST_PAGES = 10_000


@bp.get("/people")
@permit(Action.ADMINISTER)
def administration() -> ResponseReturnValue:
    """Administrators, and a search through all people."""
    return _page(InviteForm(formdata=None))


@bp.post("/people")
@permit(Action.ADMINISTER)
def invite_anybody() -> ResponseReturnValue:
    """Invite somebody to any office."""
    form = InviteForm()
    complete = form.validate_on_submit()
    if not (form.office.data or "").strip():
        form.office.errors = [gettext("Tulis kode atau nama kantor.")]
        complete = False
    if not complete:
        return _page(form, status=422)
    try:
        inviting.send(form, office=form.office.data)
    except MaturityError as error:
        form.blame(error)
        return _page(form, status=error.status)
    return redirect(url_for("offices.administration"), 303)


@bp.get("/people/<int(max=2147483647):person_id>")
@permit(Action.ADMINISTER)
def person(person_id: int) -> ResponseReturnValue:
    """One person: roles, state of the account, and what can be done."""
    found = reading().get(Person, person_id) or abort(404)
    return render_template(
        "offices/person.html",
        person=found,
        waiting=directory.open_invites(reading(), [found.id], now()).get(found.id),
        me=current_actor().person_id,
        link=inviting.new_link(),
        judges=is_judge(found),
    )


@bp.post("/people/<int(max=2147483647):person_id>/link")
@permit(Action.ADMINISTER)
def renew_link(person_id: int) -> ResponseReturnValue:
    """A new link to set a password, also for those who forgot theirs."""
    try:
        inviting.send_again(person_id, office=None)
    except LookupError:
        abort(404)
    return redirect(url_for("offices.person", person_id=person_id), 303)


@bp.post("/people/<int(max=2147483647):person_id>/deactivate")
@permit(Action.ADMINISTER)
def deactivate(person_id: int) -> ResponseReturnValue:
    """Close an account; its sessions end at once."""
    with writing() as session:
        found = session.get(Person, person_id) or abort(404)
        people.deactivate(session, found, by=current_actor())
    flash(gettext("Akun dinonaktifkan. Sesinya berakhir seketika."), "success")
    return redirect(url_for("offices.person", person_id=person_id), 303)


@bp.post("/people/<int(max=2147483647):person_id>/activate")
@permit(Action.ADMINISTER)
def activate(person_id: int) -> ResponseReturnValue:
    """Open an account again."""
    with writing() as session:
        people.activate(session.get(Person, person_id) or abort(404))
    flash(gettext("Akun aktif kembali."), "success")
    return redirect(url_for("offices.person", person_id=person_id), 303)


def _page(form: InviteForm, *, status: int = 200) -> tuple[str, int]:
    words = " ".join(request.args.get("q", "").replace("\0", "").split())[:100]
    page = min(max(request.args.get("page", 1, type=int), 1), MOST_PAGES)
    found, total = directory.search(reading(), words, page=page, size=PAGE_SIZE)
    body = render_template(
        "offices/administration.html",
        form=form,
        roles=list(Role),
        administrators=directory.administrators(reading()),
        found=found,
        total=total,
        words=words,
        page=page,
        pages=-(-total // PAGE_SIZE),
        waiting=directory.open_invites(reading(), [p.id for p in found], now()),
        link=inviting.new_link(),
    )
    return body, status
