"""The door for dividing the work: sections for colleagues, and links for one section.

An assignment says who takes care of a section; it takes no right away and gives none. A link
opens exactly one section to somebody without an account, for some days; it ends when it is
revoked, when its days are over, and when whoever made it no longer works for the office.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from maturity.errors import MaturityError
from maturity.offices.by_link import Guest
from maturity.offices.models import Membership, Person
from maturity.offices.people import OFFICE_ROLES, checked_email, checked_name
from maturity.offices.permissions import Delegation
from maturity.survey import log
from maturity.survey.answers import Author, must_be_open
from maturity.survey.chain import moment
from maturity.survey.instrument import Branch
from maturity.survey.log import Kind
from maturity.survey.models import AnswerEvent, Assessment
from maturity.survey.section_models import SectionAssignment, SectionLink
from maturity.survey.section_notes import given, link_note

DAYS = (1, 3, 7, 14)
"""So long a link may hold."""
MAX_LINKS = 30
"""So many links of an assessment may hold at once."""
MAX_A_DAY = 40
"""So many may be made within 24 hours, revoked ones too: each may send a letter."""


class LinkState(StrEnum):
    """What a link is worth."""

    VALID = "valid"
    REVOKED = "revoked"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class NewLink:
    """For whom a link is, and for how many days, as typed."""

    name: str
    email: str
    days: str


@dataclass(frozen=True, slots=True)
class LinkUse:
    """What came by a link: how many answers, and when it was last used."""

    answers: int
    last_at: datetime | None


# --- assignments ----------------------------------------------------------------------


def colleagues(session: Session, office: str) -> list[Person]:
    """The people who fill in for an office, by name."""
    return list(
        session.scalars(
            select(Person)
            .where(Person.active, Person.id.in_(_at_work(office)))
            .order_by(func.lower(Person.name), Person.id)
        )
    )


def assigned(session: Session, assessment: Assessment) -> dict[str, Person]:
    """Who takes care of which section; only people who still fill in for the office."""
    rows = session.scalars(
        select(SectionAssignment)
        .where(SectionAssignment.assessment_id == assessment.id)
        .order_by(SectionAssignment.id)
    )
    latest = {row.section: row.person_id for row in rows}
    if not latest:
        return {}
    here = {person.id: person for person in colleagues(session, assessment.office_code)}
    return {section: here[who] for section, who in latest.items() if who in here}


def assign(
    session: Session,
    assessment: Assessment,
    wanted: Mapping[str, int | None],
    *,
    author: Author,
) -> int:
    """Give sections to people (None: to nobody); how many changed hands.

    MaturityError when somebody does not fill in for this office; LateError, ClosedError.
    """
    must_be_open(assessment, author.now)
    here = {person.id for person in colleagues(session, assessment.office_code)}
    present = {section: who.id for section, who in assigned(session, assessment).items()}
    changed = {s: who for s, who in wanted.items() if present.get(s) != who}
    if {who for who in changed.values() if who is not None} - here:
        raise MaturityError(
            "Orang yang dipilih tidak (lagi) mengisi untuk kantor ini. Muat ulang halaman ini.",
            "The chosen person does not (or no longer) fill in for this office. Reload this page.",
            status=409,
        )
    for section, who in changed.items():
        row = SectionAssignment(assessment_id=assessment.id, section=section, person_id=who)
        row.at, row.by_id = author.now, author.person_id
        session.add(row)
    session.flush()
    log.append(session, *given(assessment, present, changed, author=author))
    return len(changed)


# --- links ----------------------------------------------------------------------------


def share(
    session: Session,
    assessment: Assessment,
    section: Branch,
    new: NewLink,
    *,
    author: Author,
    token_of: Callable[[SectionLink], str] | None = None,
) -> str:
    """A new link's token, to be shown once. MaturityError names the field at fault.

    ``token_of`` makes the token of a link that is mailed: only then is the address kept.
    """
    must_be_open(assessment, author.now)
    row = _new_row(assessment, section, new, author=author)
    _refuse_too_many(session, assessment, author.now)
    if token_of is None:
        row.email = ""
    session.add(row)
    session.flush()
    token = token_of(row) if row.email and token_of else secrets.token_urlsafe(32)
    row.token_hash = key_of(token)
    session.flush()
    log.append(session, link_note(Kind.SECTION_SHARED, row, author, until=moment(row.expires_at)))
    return token


def _new_row(
    assessment: Assessment, section: Branch, new: NewLink, *, author: Author
) -> SectionLink:
    """A link as typed, under a key that nothing opens yet."""
    name = checked_name(new.name)
    email = checked_email(new.email) if new.email.strip() else ""
    if new.days not in map(str, DAYS):
        raise MaturityError("Pilih masa berlaku.", "Choose how long it holds.", "days")
    return SectionLink(
        token_hash=key_of(secrets.token_urlsafe(32)),
        assessment_id=assessment.id,
        section=section.id,
        name=name,
        email=email,
        created_at=author.now,
        created_by_id=author.person_id,
        expires_at=author.now + timedelta(days=int(new.days)),
    )


def revoke(session: Session, assessment: Assessment, link_id: int, *, author: Author) -> bool:
    """End a link at once; what came by it stays. False when there is no such link that holds."""
    row = session.get(SectionLink, link_id, with_for_update=True)
    if row is None or row.assessment_id != assessment.id or row.revoked_at is not None:
        return False
    if row.expires_at <= author.now:
        return False
    row.revoked_at, row.revoked_by_id, row.email = author.now, author.person_id, ""
    session.flush()
    log.append(session, link_note(Kind.SECTION_LINK_REVOKED, row, author))
    return True


def links(session: Session, assessment: Assessment) -> Sequence[SectionLink]:
    """All links of an assessment, the newest first."""
    mine = SectionLink.assessment_id == assessment.id
    return session.scalars(select(SectionLink).where(mine).order_by(SectionLink.id.desc())).all()


def uses(session: Session, assessment: Assessment) -> dict[int, LinkUse]:
    """What came by the links of an assessment, by their ids."""
    rows = session.execute(
        select(
            AnswerEvent.delegation_id,
            func.count(AnswerEvent.key.distinct()),
            func.max(AnswerEvent.at, type_=AnswerEvent.at.type),
        )
        .where(AnswerEvent.assessment_id == assessment.id, AnswerEvent.delegation_id.is_not(None))
        .group_by(AnswerEvent.delegation_id)
    )
    return {link: LinkUse(count, last) for link, count, last in rows if link is not None}


def key_of(token: str) -> str:
    """What is known of a link's token, here and in the session that begins with it."""
    return hashlib.sha256(token.encode()).hexdigest()


def look(session: Session, key: str, at: datetime) -> tuple[LinkState, SectionLink | None]:
    """What the link of this key is worth at a moment, and the link where there is one."""
    row = session.scalar(select(SectionLink).where(SectionLink.token_hash == key))
    return (LinkState.UNKNOWN, None) if row is None else (state_of(session, row, at), row)


def state_of(session: Session, row: SectionLink, at: datetime) -> LinkState:
    """What a link is worth at a moment."""
    if row.revoked_at is not None:
        return LinkState.REVOKED
    if row.expires_at <= at:
        return LinkState.EXPIRED
    office = session.get_one(Assessment, row.assessment_id).office_code
    maker = (Person.id == row.created_by_id, Person.active, Person.id.in_(_at_work(office)))
    stays = session.scalar(select(exists().where(*maker)))
    return LinkState.VALID if stays else LinkState.REVOKED


def guest_of(session: Session, key: str, at: datetime) -> Guest | None:
    """Who comes by the link of this key; None once it has ended."""
    state, row = look(session, key, at)
    if state is not LinkState.VALID or row is None:
        return None
    return Guest(row.name, Delegation(row.id, row.assessment_id, row.section))


def answered_by_link(session: Session, assessment_id: int, key: str, version: int) -> str | None:
    """Who gave this version of an answer by a link; None where nobody did."""
    return session.scalar(
        select(SectionLink.name)
        .join(AnswerEvent, AnswerEvent.delegation_id == SectionLink.id)
        .where(
            AnswerEvent.assessment_id == assessment_id,
            AnswerEvent.key == key,
            AnswerEvent.version == version,
        )
    )


def _at_work(office: str) -> Select[int]:
    own = Membership.role.in_([role.value for role in OFFICE_ROLES])
    return select(Membership.person_id).where(Membership.office_code == office, own)


def _refuse_too_many(session: Session, assessment: Assessment, at: datetime) -> None:
    held = (
        SectionLink.assessment_id == assessment.id,
        SectionLink.revoked_at.is_(None),
        SectionLink.expires_at > at,
    )
    if (session.scalar(select(func.count()).where(*held)) or 0) >= MAX_LINKS:
        raise MaturityError(
            f"Sudah ada {MAX_LINKS} tautan yang berlaku. Cabut yang tidak dipakai dahulu.",
            f"There are {MAX_LINKS} links that hold already. Revoke those not in use first.",
            status=409,
        )
    today = SectionLink.created_at > at - timedelta(days=1)
    made = select(func.count()).where(SectionLink.assessment_id == assessment.id, today)
    if (session.scalar(made) or 0) >= MAX_A_DAY:
        raise MaturityError(
            f"Sudah {MAX_A_DAY} tautan dibuat dalam 24 jam terakhir, termasuk yang dicabut. "
            "Coba lagi besok, atau bagikan tugas kepada rekan yang mempunyai akun.",
            f"{MAX_A_DAY} links were made within the last 24 hours, revoked ones included. "
            "Try again tomorrow, or give the section to a colleague who has an account.",
            status=429,
        )
