"""What letters are written from, and the invitation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from maturity.config import Settings
from maturity.mail.letters import Draft
from maturity.mail.outbox import Order, post
from maturity.offices import invites
from maturity.offices.models import Person


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a letter to an active person is written, at the moment of sending."""

    session: Session
    person: Person
    now: datetime

    def holds(self, office: str, *roles: str) -> bool:
        """Whether the person has one of these roles for the office."""
        return any(m.office_code == office and m.role in roles for m in self.person.memberships)


Facts = Mapping[str, Any]
Writer = Callable[[Desk, Facts], Draft | None]
"""Writes a letter from the facts of its order; None where there is nothing to tell any more."""


def order_invite(
    session: Session, token: str, person_id: int, *, settings: Settings, base: str, at: datetime
) -> None:
    """Have the link sent to its person, where there is a mail server.

    Without one no letter is written: a file would hold a link that sets a password.
    """
    if settings.smtp:
        number = invites.number_of(session, token)
        facts = {"invite": number, "base": base}
        post(session, Order("invite", f"invite:{number}", person_id, facts), now=at)


def invite(desk: Desk, facts: Facts) -> Draft | None:
    """The invitation, with a link of its own: the one on the page is known to nobody else."""
    token = invites.another(desk.session, facts["invite"], at=desk.now)
    if token is None:
        return None
    roles = [(m.role, m.office) for m in desk.person.memberships]
    return Draft("invite.txt", {"token": token, "base": facts["base"], "roles": roles})


WRITERS: dict[str, Writer] = {"invite": invite}
