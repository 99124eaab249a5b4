"""Signing in and out: the check of a password, and the session that follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import g
from flask import session as cookie
from flask_login import login_user, logout_user
from sqlalchemy import select

from maturity.offices import passwords, throttle
from maturity.offices.guard import SignedIn
from maturity.offices.models import Person, Role
from maturity.offices.people import new_session_key, plain_email
from maturity.offices.permissions import Actor, Grant
from maturity.web import now, writing


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of a try: signed in, too early by ``wait``, or simply refused."""

    succeeded: bool = False
    wait: timedelta | None = None


def attempt(email: str, password: str, *, address: str | None) -> Attempt:
    """Sign in with what was typed. An unknown account takes the same way and time."""
    email = plain_email(email)
    source = throttle.Source.of(email, address)
    with writing() as session:
        wait = throttle.claim(session, source, now())
        if wait is not None:
            return Attempt(wait=wait)
        known = session.execute(
            select(Person.id, Person.password_hash).where(Person.email == email, Person.active)
        ).one_or_none()
    stored = known.password_hash if known else None
    if not passwords.matches(stored, password) or known is None:
        return Attempt()
    fresh = passwords.hashed(password) if passwords.is_outdated(stored) else stored
    with writing() as session:
        throttle.forgive(session, source)
        person = session.get_one(Person, known.id, with_for_update=True)
        if person.password_hash != stored or not person.active:  # changed a moment ago
            return Attempt()
        person.password_hash = fresh
        begin(person)
    return Attempt(succeeded=True)


def begin(person: Person) -> None:
    """Start a session for this person with nothing of what the browser held before."""
    person.last_sign_in_at = now()
    cookie.clear()
    g.pop("csrf_token", None)  # it belonged to the session before
    cookie.permanent = True
    cookie["seen"] = now().timestamp()
    cookie["locale"] = person.locale
    grants = tuple(Grant(Role(m.role), m.office_code) for m in person.memberships)
    actor = Actor(person.id, grants)
    login_user(SignedIn(person.id, person.session_key, person.name, person.email, actor))


def end(person_id: int | None) -> None:
    """Sign out: every session of the person ends, also one that was copied."""
    if person_id is not None:
        with writing() as session:
            session.get_one(Person, person_id).session_key = new_session_key()
    language = cookie.get("locale")
    logout_user()
    cookie.clear()
    if language:
        cookie["locale"] = language
