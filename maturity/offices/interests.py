"""The door for declared interests: offices a person is close to, and so never judges."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from maturity.errors import MaturityError
from maturity.offices.models import Interest, Person
from maturity.offices.people import office_with
from maturity.offices.permissions import JUDGES

MOST_WORDS = 400


def interests(session: Session, person_id: int) -> Sequence[Interest]:
    """What a person has declared, those in force first."""
    mine = select(Interest).where(Interest.person_id == person_id)
    order = (Interest.ended_at.is_not(None), Interest.id)
    return session.scalars(mine.options(joinedload(Interest.office)).order_by(*order)).all()


def is_judge(person: Person) -> bool:
    """Whether the person holds a role of judging, so that interests matter."""
    return any(membership.role in JUDGES for membership in person.memberships)


def declare(
    session: Session, person: Person, office: str, *, words: str, at: datetime
) -> Interest | None:
    """Declare an interest in an office (code or name); None where it is already in force.

    MaturityError names the field at fault.
    """
    found = office_with(session, office)
    words = " ".join(words.split())
    if len(words) > MOST_WORDS:
        raise MaturityError(
            f"Keterangan terlalu panjang; paling banyak {MOST_WORDS} karakter.",
            f"The words are too long; at most {MOST_WORDS} characters.",
            field="words",
            status=422,
        )
    same = (Interest.person_id == person.id, Interest.office_code == found.code)
    if session.scalar(select(Interest.id).where(*same, Interest.ended_at.is_(None))) is not None:
        return None
    made = Interest(person_id=person.id, office_code=found.code, words=words, declared_at=at)
    session.add(made)
    session.flush()
    return made


def end(session: Session, person_id: int, interest_id: int, *, at: datetime) -> Interest | None:
    """End an interest; the row is kept. None where it is not this person's, or has ended."""
    found = session.get(Interest, interest_id, with_for_update=True)
    if found is None or found.person_id != person_id or found.ended_at is not None:
        return None
    found.ended_at = at
    return found
