"""Inviting through a page: the invitation, and the link that is shown once."""

from __future__ import annotations

from flask import flash, request, session, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from maturity.offices import invites, letters, people
from maturity.offices.forms import InviteForm
from maturity.offices.guard import current_actor
from maturity.offices.models import Person
from maturity.offices.people import Invited, Newcomer
from maturity.web import now, services, writing


def send(form: InviteForm, *, office: str) -> None:
    """Invite who the form names, and say what came of it; MaturityError as the door does."""
    address = _link_base()
    who = Newcomer(form.email.data, form.name.data, office, form.role.data)
    with writing() as session_:
        invited = people.invite(session_, who, at=now(), by=current_actor())
        if invited.token:
            _order(session_, invited.token, invited.person_id, address)
    if invited.token:
        _show_once(invited.email, address, invited.token)
    else:
        flash(_without_link(invited), "info")


def send_again(person_id: int, *, office: str | None) -> None:
    """A new link for a person, who must belong to the office unless it is None.

    LookupError when there is no such person there; MaturityError when not allowed.
    """
    address = _link_base()
    with writing() as session_:
        person = person_of(session_.get(Person, person_id), office)
        token = people.renew(session_, person, at=now(), by=current_actor())
        _order(session_, token, person.id, address)
        email = person.email
    _show_once(email, address, token)


def person_of(person: Person | None, office: str | None) -> Person:
    """The person, or LookupError: a number in an address opens no other office's account."""
    if person is None or (
        office is not None and not any(m.office_code == office for m in person.memberships)
    ):
        raise LookupError("there is no such person")
    return person


def new_link() -> dict[str, str] | None:
    """The link made a moment ago, the one time it is shown: ``email``, ``address``, ``mailed``."""
    link: dict[str, str] | None = session.pop("new_link", None)
    return link


def _order(session_: Session, token: str, person_id: int, address: str) -> None:
    settings = services().settings
    letters.order_invite(session_, token, person_id, settings=settings, base=address, at=now())


def _show_once(email: str, base: str, token: str) -> None:
    path = url_for("offices.accept_invite", token=token)
    sent = "1" if services().settings.smtp else ""
    session["new_link"] = {"email": email, "address": f"{base}{path}", "mailed": sent}


def _link_base() -> str:
    return invites.public_address(services().settings.base_url, request.host_url)


def _without_link(invited: Invited) -> str:
    if not invited.role_added:
        return str(gettext("%(email)s sudah memiliki peran itu.", email=invited.email))
    return str(
        gettext(
            "Peran untuk %(email)s sudah ditambahkan ke akun yang ada. Bila orang itu belum "
            "pernah masuk, mintalah tautan kepada administrator.",
            email=invited.email,
        )
    )
