"""Who gets letters about which office."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from maturity.offices.models import Membership, Office, Person, Role

FILLING = (Role.OPERATOR, Role.RESPONSIBLE)
WATCHING = (Role.RESPONSIBLE, Role.VERIFIER)
"""Who of a province hears how its regencies and cities get on."""
JUDGING = (Role.VERIFIER, Role.EXTERNAL)


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person in a role, with the zone of the office it holds for."""

    person_id: int
    email: str
    office: str
    role: str
    zone: str


def of_office(session: Session, office: str) -> Sequence[int]:
    """The active people who fill in for an office, by number, each once."""
    query = (
        select(Membership.person_id)
        .join(Person)
        .where(Person.active, Membership.office_code == office, Membership.role.in_(FILLING))
        .distinct()
        .order_by(Membership.person_id)
    )
    return session.scalars(query).all()


def wanting_reminders(session: Session) -> list[Recipient]:
    """All active people who want reminders, in each of their roles, in one query."""
    query = (
        select(Person.id, Person.email, Membership.office_code, Membership.role, Office.timezone)
        .join(Membership, Membership.person_id == Person.id)
        .join(Office, Office.code == Membership.office_code)
        .where(Person.active, Person.reminders)
        .order_by(Person.id, Membership.id)
    )
    return [Recipient(*row) for row in session.execute(query)]
