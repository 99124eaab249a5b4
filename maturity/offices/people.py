"""People and their roles: the doors through which they are invited, changed and removed."""

from __future__ import annotations

import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from maturity.errors import MaturityError
from maturity.offices import invites
from maturity.offices.guard import thing_of
from maturity.offices.models import Membership, Office, Person, Role
from maturity.offices.permissions import Action, Actor, may
from maturity.offices.registry import OfficeKind

OFFICE_ROLES = (Role.OPERATOR, Role.RESPONSIBLE)
ROLE_WORDS = {role.value: role for role in Role} | {
    "penanggung jawab": Role.RESPONSIBLE,
    "responsible person": Role.RESPONSIBLE,
    "verifikator": Role.VERIFIER,
    "verifikator eksternal": Role.EXTERNAL,
    "external verifier": Role.EXTERNAL,
    "tim penetapan": Role.SETTLER,
    "peneliti": Role.RESEARCHER,
    "pemantau nasional": Role.VIEWER,
    "national viewer": Role.VIEWER,
}
"""What may be typed for a role, in small letters."""
_EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9-]+(\.[a-z0-9-]+)+")


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who is to have which role for which office, as typed."""

    email: str
    name: str
    office: str
    role: str


@dataclass(frozen=True, slots=True)
class Invited:
    """What came of an invitation; ``token`` is None where no link is needed or allowed."""

    person_id: int
    email: str
    is_new: bool
    role_added: bool
    token: str | None


def new_session_key() -> str:
    """A key for a person's sessions; a new one ends all that exist."""
    return secrets.token_urlsafe(24)


# --- what may be typed -----------------------------------------------------------------


def plain_email(text: str) -> str:
    """An e-mail address as it is kept: without spaces around it, in small letters."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    return "".join(character for character in plain if character.isprintable())


def checked_email(text: str) -> str:
    """A plain e-mail address, or MaturityError."""
    email = plain_email(text)
    if len(email) > 254 or not _EMAIL.fullmatch(email):
        raise MaturityError(
            "Alamat surel tidak dapat dibaca. Tulis seperti nama@kpu.go.id.",
            "The e-mail address cannot be read. Write it like name@kpu.go.id.",
            "email",
        )
    return email


def checked_name(text: str) -> str:
    """A name in one line, or MaturityError."""
    name = " ".join(text.split())
    if not 2 <= len(name) <= 120 or any(unicodedata.category(c)[0] == "C" for c in name):
        raise MaturityError(
            "Tulis nama lengkap, 2 sampai 120 karakter.",
            "Write the full name, 2 to 120 characters.",
            "name",
        )
    return name


def checked_role(text: str, office: Office) -> Role:
    """A role that this kind of office can have, or MaturityError."""
    said = " ".join(text.lower().split())
    if said not in ROLE_WORDS:
        roles = ", ".join(Role)
        raise MaturityError(
            f"Peran “{_shown(said)}” tidak dikenal. Pilihan: {roles}.",
            f"There is no role “{_shown(said)}”. Choose from: {roles}.",
            "role",
        )
    role = ROLE_WORDS[said]
    if role not in roles_at(office.kind):
        raise MaturityError(
            f"Peran “{role}” tidak berlaku untuk {office.short_name}.",
            f"The role “{role}” does not exist at {office.short_name}.",
            "role",
        )
    return role


def roles_at(kind: str) -> tuple[Role, ...]:
    """Roles people can hold at such an office: provinces verify, the national office watches."""
    if kind == OfficeKind.NATIONAL:
        return tuple(Role)
    return (*OFFICE_ROLES, Role.VERIFIER) if kind == OfficeKind.PROVINCE else OFFICE_ROLES


def office_with(session: Session, code: str) -> Office:
    """The office with this code or name, or MaturityError."""
    said = " ".join(code.replace("\0", "").split())[:200]
    named = or_(func.lower(Office.short_name) == said.lower(),
                func.lower(Office.name_id) == said.lower())  # fmt: skip
    local = re.fullmatch(r"(\d\d)[.,](\d\d?)", said)  # spreadsheets make 36.1 of 36.10
    code = f"{local[1]}.{local[2]:0<2}" if local else said
    office = session.get(Office, code) or session.scalar(select(Office).where(named))
    if office is None:
        raise MaturityError(
            f"Tidak ada kantor “{_shown(said)}”. Tulis kodenya, misalnya 36.71, atau nama "
            "lengkapnya.",
            f"There is no office “{_shown(said)}”. Write its code, such as 36.71, or its full "
            "name.",
            "office",
        )
    return office


def _shown(text: str) -> str:
    """Of what was typed, what may stand in a message: a terminal obeys control characters."""
    return "".join(character for character in text if character.isprintable())[:80]


# --- doors -----------------------------------------------------------------------------


def invite(session: Session, who: Newcomer, *, at: datetime, by: Actor | None) -> Invited:
    """Give a person a role, and a link where one is needed; ``by`` None is the command line.

    An existing person gets the role at once. MaturityError names the field at fault.
    """
    email, name = checked_email(who.email), checked_name(who.name)
    office = office_with(session, who.office)
    role = checked_role(who.role, office)
    if by is not None and not may_give(by, role, office):
        raise _not_yours()
    person = session.scalar(select(Person).where(Person.email == email))
    is_new = person is None
    if person is None:
        person = Person(email=email, name=name, session_key=new_session_key(),
                        created_at=at, locale="id", active=True)  # fmt: skip
        session.add(person)
    added = _add_role(person, role=role, office=office, at=at)
    session.flush()
    if added:  # whoever holds an earlier link must not get the new role with it
        invites.void(session, person)
    token = None
    if added and not person.password_hash and person.active and may_renew(by, person):
        token = invites.issue(session, person, at=at, by=by.person_id if by else None)
    return Invited(person.id, email, is_new, added, token)


def renew(session: Session, person: Person, *, at: datetime, by: Actor | None) -> str:
    """A new link to set a password; all earlier ones end. MaturityError where not allowed."""
    if not may_renew(by, person):
        raise _not_yours()
    if not person.active:
        raise MaturityError(
            "Akun ini tidak aktif. Aktifkan dahulu, lalu buat tautan baru.",
            "This account is not active. Activate it first, then make a new link.",
        )
    return invites.issue(session, person, at=at, by=by.person_id if by else None)


def remove_from_office(session: Session, person: Person, office: Office, *, by: Actor) -> None:
    """Take this office's roles from a person; whoever has none left can no longer sign in."""
    everything = may(by, Action.ADMINISTER)
    gone = [
        membership
        for membership in person.memberships
        if membership.office_code == office.code and (everything or membership.role in OFFICE_ROLES)
    ]
    if not gone:
        raise _not_yours()
    _refuse_self(person, by)
    if any(membership.role == Role.ADMINISTRATOR for membership in gone):
        _refuse_last_administrator(session, person)
    for membership in gone:
        person.memberships.remove(membership)
    if not person.memberships:
        _close(session, person)


def deactivate(session: Session, person: Person, *, by: Actor) -> None:
    """Close an account: its sessions and links end at once; its answers stay."""
    _refuse_self(person, by)
    _refuse_last_administrator(session, person)
    _close(session, person)


def activate(person: Person) -> None:
    """Open an account again, with the roles and the password that it has."""
    person.active = True


# --- rules -----------------------------------------------------------------------------


def may_give(actor: Actor, role: Role, office: Office) -> bool:
    """Whether the actor may give this role: administrators any, others their own office's."""
    if may(actor, Action.ADMINISTER):
        return True
    return role in OFFICE_ROLES and may(actor, Action.MANAGE_OFFICE_PEOPLE, thing_of(office))


def may_renew(actor: Actor | None, person: Person) -> bool:
    """Whether the actor may hold a link that sets this person's password.

    Whoever holds it can become that person, so for others than administrators all the
    person's roles must be below the actor's own, or the account must still be unused.
    """
    if actor is None or may(actor, Action.ADMINISTER):
        return True
    own = {g.office for g in actor.grants if g.role == Role.RESPONSIBLE}
    lower = (Role.OPERATOR,) if person.password_hash else OFFICE_ROLES
    roles = person.memberships
    return bool(roles) and all(m.office_code in own and m.role in lower for m in roles)


def _add_role(person: Person, *, role: Role, office: Office, at: datetime) -> bool:
    if any(m.office_code == office.code and m.role == role for m in person.memberships):
        return False
    member = Membership(office_code=office.code, role=role.value, created_at=at)
    person.memberships.append(member)
    return True


def _close(session: Session, person: Person) -> None:
    person.active = False
    person.session_key = new_session_key()
    invites.void(session, person)


def _refuse_self(person: Person, by: Actor) -> None:
    if person.id == by.person_id:
        raise MaturityError(
            "Anda tidak dapat mengeluarkan diri sendiri. Mintalah rekan atau administrator.",
            "You cannot remove yourself. Ask a colleague or an administrator.",
        )


def _refuse_last_administrator(session: Session, person: Person) -> None:
    """Locks the administrators, so that two cannot remove each other at the same moment."""
    able = session.scalars(
        select(Person)
        .where(Person.memberships.any(Membership.role == Role.ADMINISTRATOR.value))
        .where(Person.active, Person.password_hash.is_not(None))
        .order_by(Person.id)
        .with_for_update()
    ).all()
    if [administrator.id for administrator in able] == [person.id]:
        raise MaturityError(
            "Ini administrator terakhir. Undang administrator lain dahulu.",
            "This is the last administrator. Invite another one first.",
        )


def _not_yours() -> MaturityError:
    return MaturityError(
        "Anda tidak berhak mengatur orang atau peran ini. Hubungi administrator.",
        "You may not manage this person or role. Ask an administrator.",
        "role",
        status=403,
    )
