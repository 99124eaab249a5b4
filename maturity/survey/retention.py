"""How long personal data is kept, by class; what is due to go, and letting it go.

What belongs to the record of an election body (answers, decisions, scores) stays; what names
people goes when its purpose has ended. A report says what would go before anything does.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from maturity.offices.models import Interest, Invite, Membership, Person, SignInFailure
from maturity.survey import log
from maturity.survey.answers import Author
from maturity.survey.instrument import Text
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.log import Kind, Note
from maturity.survey.models import Assessment
from maturity.survey.section_models import SectionLink
from maturity.survey.stage_models import Judgement

Found = Select[Any]


@dataclass(frozen=True, slots=True)
class DataClass:
    """A class of personal data: how many days it is kept after its purpose ended, and how
    it goes. ``due`` selects the ids of rows to go, given the moment before which all goes."""

    id: str
    title: Text
    rule: Text
    days: int
    due: Callable[[datetime], Found]
    let_go: Callable[[Session, list[int | str], datetime], None]


@dataclass(frozen=True, slots=True)
class Due:
    """What of a class is to go now."""

    data_class: DataClass
    count: int
    before: datetime


def _failures(before: datetime) -> Found:
    return select(SignInFailure.key).where(SignInFailure.last_at < before)


def _drop_failures(session: Session, ids: list[int | str], _now: datetime) -> None:
    session.execute(delete(SignInFailure).where(SignInFailure.key.in_(ids)))


def _invites(before: datetime) -> Found:
    over = func.coalesce(Invite.used_at, Invite.expires_at)
    return select(Invite.id).where(over < before)


def _drop_invites(session: Session, ids: list[int | str], _now: datetime) -> None:
    session.execute(delete(Invite).where(Invite.id.in_(ids)))


def _people(before: datetime) -> Found:
    seen = func.coalesce(Person.last_sign_in_at, Person.created_at)
    return select(Person.id).where(~Person.active, seen < before, ~_is_nameless())


def _is_nameless() -> ColumnElement[bool]:
    return Person.email.endswith(NAMELESS)


NAMELESS = "@dihapus.invalid"
"""The address of people whose name and address were removed; no mail ever goes there."""


def _make_nameless(session: Session, ids: list[int | str], now: datetime) -> None:
    """Rows that refer to the person stay true: somebody did it, only no longer who."""
    session.execute(delete(Membership).where(Membership.person_id.in_(ids)))
    session.execute(
        update(Interest)
        .where(Interest.person_id.in_(ids))
        .values(words="", ended_at=func.coalesce(Interest.ended_at, now))
    )
    for person in session.scalars(select(Person).where(Person.id.in_(ids))):
        person.name, person.email = f"Orang {person.id}", f"orang-{person.id}{NAMELESS}"
        person.password_hash, person.session_key = None, secrets.token_hex(16)


def _private_words(before: datetime) -> Found:
    ended = (AssessmentState.SETTLED, AssessmentState.PUBLISHED)
    of_ended = and_(Assessment.id == Judgement.assessment_id, Assessment.state.in_(ended))
    return (
        select(Judgement.id)
        .join(Assessment, of_ended)
        .where(Judgement.private_words != "", Judgement.at < before)
        .where(or_(Assessment.updated_at.is_(None), Assessment.updated_at < before))
    )


def _drop_private_words(session: Session, ids: list[int | str], _now: datetime) -> None:
    session.execute(update(Judgement).where(Judgement.id.in_(ids)).values(private_words=""))


def _guests(before: datetime) -> Found:
    """Addresses that no letter let go, such as those of before letters were sent."""
    over = func.coalesce(SectionLink.revoked_at, SectionLink.expires_at)
    return select(SectionLink.id).where(SectionLink.email != "", over < before)


def _drop_guests(session: Session, ids: list[int | str], _now: datetime) -> None:
    session.execute(update(SectionLink).where(SectionLink.id.in_(ids)).values(email=""))


CLASSES: tuple[DataClass, ...] = (
    DataClass(
        "sign-in-failures",
        Text("Percobaan masuk yang gagal", "Failed sign-ins"),
        Text("dihapus", "deleted"),
        30,
        _failures,
        _drop_failures,
    ),
    DataClass(
        "invitations",
        Text("Undangan terpakai atau kedaluwarsa", "Used or expired invitations"),
        Text("dihapus", "deleted"),
        90,
        _invites,
        _drop_invites,
    ),
    DataClass(
        "link-addresses",
        Text("Alamat surel pada tautan yang berakhir", "Addresses of links that have ended"),
        Text("dikosongkan", "emptied"),
        0,
        _guests,
        _drop_guests,
    ),
    DataClass(
        "people",
        Text("Akun nonaktif", "Deactivated accounts"),
        Text("nama dan surel diganti; keputusan tetap ada", "name and address replaced"),
        730,
        _people,
        _make_nameless,
    ),
    DataClass(
        "private-words",
        Text("Catatan internal verifikator", "Private words of verifiers"),
        Text("dikosongkan setelah penetapan", "emptied once settled"),
        365,
        _private_words,
        _drop_private_words,
    ),
)


def report(session: Session, now: datetime) -> list[Due]:
    """What of each class is to go; changes nothing."""
    found = []
    for one in CLASSES:
        before = now - timedelta(days=one.days)
        ids = one.due(before).subquery()
        found.append(Due(one, session.scalar(select(func.count()).select_from(ids)) or 0, before))
    return found


def apply(session: Session, *, author: Author) -> list[Due]:
    """Let go of what is due, and put into the record how much of each class went."""
    found = report(session, author.now)
    for due in found:
        ids = list(session.scalars(due.data_class.due(due.before)))
        if ids:
            due.data_class.let_go(session, ids, author.now)
    gone = {due.data_class.id: due.count for due in found if due.count}
    if gone:
        note = Note(kind=Kind.RETENTION, at=author.now, by_id=author.person_id,
                    data={"way": author.way, **gone})  # fmt: skip
        log.append(session, note)
    return found
