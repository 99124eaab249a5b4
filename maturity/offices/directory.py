"""Reading people: teams, administrators, search."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, ColumnExpressionArgument, func, or_, select
from sqlalchemy.orm import Session, selectinload

from maturity.offices.models import Interest, Invite, Membership, Office, Person, Role
from maturity.offices.permissions import Actor, Grant


def team(session: Session, office: Office) -> Sequence[Person]:
    """Active people with a role at this office, by name."""
    here = Person.memberships.any(Membership.office_code == office.code)
    return _with_roles(session, here, Person.active)


def administrators(session: Session) -> Sequence[Person]:
    """Everybody who may administer, by name."""
    return _with_roles(session, Person.memberships.any(Membership.role == Role.ADMINISTRATOR.value))


def actors_with(session: Session, roles: Sequence[Role]) -> list[tuple[Person, Actor]]:
    """Active people who hold one of the roles, by name, as permissions see them."""
    held = Person.memberships.any(Membership.role.in_([role.value for role in roles]))
    people = _with_roles(session, held, Person.active)
    interests = defaultdict(set)
    for one in session.scalars(select(Interest).where(Interest.ended_at.is_(None))):
        interests[one.person_id].add(one.office_code)
    return [
        (
            person,
            Actor(
                person.id,
                tuple(Grant(Role(m.role), m.office_code) for m in person.memberships),
                frozenset(interests[person.id]),
            ),
        )
        for person in people
    ]


def search(session: Session, words: str, *, page: int, size: int) -> tuple[Sequence[Person], int]:
    """One page of the people whose name, e-mail or office holds each word; and how many."""
    conditions = [_holds(word) for word in words.split()]
    total = session.scalar(select(func.count()).select_from(Person).where(*conditions)) or 0
    found = session.scalars(
        select(Person)
        .where(*conditions)
        .order_by(func.lower(Person.name), Person.id)
        .options(selectinload(Person.memberships).joinedload(Membership.office))
        .limit(size)
        .offset((page - 1) * size)
    ).all()
    return found, total


def open_invites(session: Session, ids: Sequence[int], at: datetime) -> dict[int, datetime]:
    """Until when the links of these people hold; people without a valid link are left out."""
    rows = session.execute(
        select(Invite.person_id, func.max(Invite.expires_at).label("until"))
        .where(Invite.person_id.in_(ids), Invite.used_at.is_(None), Invite.expires_at > at)
        .group_by(Invite.person_id)
    )
    return {row.person_id: row.until for row in rows}


def _with_roles(session: Session, *conditions: ColumnExpressionArgument[bool]) -> Sequence[Person]:
    return session.scalars(
        select(Person)
        .where(*conditions)
        .order_by(func.lower(Person.name), Person.id)
        .options(selectinload(Person.memberships).joinedload(Membership.office))
    ).all()


def _holds(word: str) -> ColumnElement[bool]:
    at_office = Membership.office.has(Office.short_name.icontains(word, autoescape=True))
    return or_(
        Person.name.icontains(word, autoescape=True),
        Person.email.icontains(word, autoescape=True),
        Person.memberships.any(at_office),
    )
