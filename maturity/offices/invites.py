"""Links to set a password: used once, for seven days, known by their hash only."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, selectinload

from maturity.errors import MaturityError
from maturity.offices.models import Invite, Membership, Person

LIFE = timedelta(days=7)
KEPT = timedelta(days=180)
"""So long a used or expired link can still be told from one that never was."""
_HERE = ("localhost", "127.0.0.1", "::1")


class LinkState(StrEnum):
    """What a link is worth."""

    VALID = "valid"
    USED = "used"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Guest:
    """The person behind a valid link, with the offices and roles that wait."""

    person_id: int
    email: str
    name: str
    roles: tuple[tuple[str, str], ...]
    """Pairs of role and the office's short name."""
    returning: bool
    """Whether there was a password before."""


def issue(session: Session, person: Person, *, at: datetime, by: int | None) -> str:
    """A new link's token, to be shown once; the person's earlier links end."""
    void(session, person)
    session.execute(delete(Invite).where(Invite.expires_at < at - KEPT))
    return _made(session, person, at=at, until=at + LIFE, by=by)


def number_of(session: Session, token: str) -> int:
    """The number of a link, by which a letter is ordered without telling the link itself."""
    session.flush()
    return session.scalars(select(Invite.id).where(Invite.token_hash == _hash(token))).one()


def another(session: Session, number: int, *, at: datetime) -> str | None:
    """A token for the same invitation, for its letter; None when that is used up or over."""
    invite = session.get(Invite, number)
    if invite is None or invite.used_at is not None or invite.expires_at <= at:
        return None
    return _made(session, invite.person, at=at, until=invite.expires_at, by=invite.created_by_id)


def _made(
    session: Session, person: Person, *, at: datetime, until: datetime, by: int | None
) -> str:
    token = secrets.token_urlsafe(32)
    session.add(
        Invite(
            token_hash=_hash(token),
            person_id=person.id,
            created_at=at,
            expires_at=until,
            created_by_id=by,
        )
    )
    return token


def void(session: Session, person: Person) -> None:
    """End all of a person's unused links."""
    session.execute(
        update(Invite)
        .where(Invite.person_id == person.id, Invite.used_at.is_(None))
        .values(expires_at=Invite.created_at)
    )


def look(session: Session, token: str, at: datetime) -> tuple[LinkState, Guest | None]:
    """What a link is worth, and for whom it is when it is valid. Changes nothing."""
    invite = session.scalar(
        select(Invite)
        .where(Invite.token_hash == _hash(token))
        .options(
            selectinload(Invite.person)
            .selectinload(Person.memberships)
            .joinedload(Membership.office)
        )
    )
    if invite is None:
        return LinkState.UNKNOWN, None
    if invite.used_at is not None:
        return LinkState.USED, None
    if invite.expires_at <= at or not invite.person.active:
        return LinkState.EXPIRED, None
    person = invite.person
    roles = tuple((m.role, m.office.short_name) for m in person.memberships)
    guest = Guest(person.id, person.email, person.name, roles, person.password_hash is not None)
    return LinkState.VALID, guest


def accept(session: Session, token: str, *, at: datetime) -> Person | None:
    """Use a link up; its person. None when it is no longer valid, also when somebody else
    used it a moment ago."""
    session.execute(
        select(Person.id)
        .join(Invite, Invite.person_id == Person.id)
        .where(Invite.token_hash == _hash(token))
        .with_for_update(of=Person)
    )
    taken = session.execute(
        update(Invite)
        .where(Invite.token_hash == _hash(token))
        .where(Invite.used_at.is_(None), Invite.expires_at > at)
        .values(used_at=at)
        .returning(Invite.person_id)
    ).scalar_one_or_none()
    person = session.get(Person, taken) if taken is not None else None
    if person is None or not person.active:
        return None
    void(session, person)  # one of the page and one of the letter may be valid at once
    return person


def public_address(base_url: str, request_root: str = "") -> str:
    """Where links lead: the set address, never what a request claims to have been sent to.

    Without a setting only this very machine's own names are believed.
    """
    if base_url:
        return base_url
    if urlsplit(request_root).hostname in _HERE:
        return request_root.rstrip("/")
    raise MaturityError(
        "Alamat publik aplikasi belum diatur (MATURITY_BASE_URL), sehingga tautan tidak dapat "
        "dibuat. Hubungi pengelola server.",
        "The application's public address is not set (MATURITY_BASE_URL), so no link to it can "
        "be made. Ask whoever runs the server.",
        status=409,
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
