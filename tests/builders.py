"""Rows that tests begin with. Each takes a writing session and gives the row, flushed."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path

from sqlalchemy.orm import Session

from maturity.offices.models import Membership, Office, Person, Role
from maturity.offices.registry import OfficeRecord, load_registry
from maturity.survey.instrument import Instrument
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.loader import load
from maturity.survey.models import Assessment, Round
from maturity.survey.section_models import SectionLink
from maturity.survey.shipped import locate
from tests.clock import START

BANTEN, TANGERANG, LEBAK = "36", "36.71", "36.02"
MAIN = "ogd-kpu-2026"
_numbers = count(1)


@cache
def _records() -> dict[str, OfficeRecord]:
    return {record.code: record for record in load_registry()}


def add_offices(session: Session, codes: Iterable[str] | None = None) -> list[Office]:
    """Offices as the register has them, with those above them; all 553 without codes."""
    wanted: dict[str, None] = {}
    for code in codes if codes is not None else _records():
        above = _records()[code].parent
        for each in ("0", above, code):
            if each is not None:
                wanted.setdefault(each)
    made = [session.get(Office, code) or _office(_records()[code]) for code in wanted]
    session.add_all(made)
    session.flush()
    return made


def _office(record: OfficeRecord) -> Office:
    return Office(
        code=record.code,
        kind=str(record.kind),
        name_id=record.name_id,
        name_en=record.name_en,
        short_name=record.short_name,
        parent_code=record.parent,
        province_code=record.province,
        timezone=record.timezone,
        areas=" ".join(sorted(record.areas)),
        url=record.url or "",
        valid_from=record.valid_from,
        valid_to=record.valid_to,
        successor_code=record.successor,
    )


def make_person(
    session: Session,
    *,
    office: str = TANGERANG,
    role: Role | None = Role.OPERATOR,
    email: str | None = None,
    name: str = "Siti Rahma",
    password_hash: str | None = None,
    at: datetime = START,
) -> Person:
    """A person with one role for one office (none with ``role=None``)."""
    add_offices(session, [office])
    person = Person(
        email=email or f"orang{next(_numbers)}@contoh.example",
        name=name,
        password_hash=password_hash,
        session_key=secrets.token_hex(16),
        created_at=at,
    )
    if role is not None:
        member = Membership(office_code=office, role=role.value, created_at=at)
        person.memberships.append(member)
    session.add(person)
    session.flush()
    return person


@cache
def instrument_of(path: Path) -> Instrument:
    """An instrument, parsed once a run."""
    return load(path)


def make_round(
    session: Session,
    *,
    instrument: str = MAIN,
    slug: str = "2026",
    opens_at: datetime = START - timedelta(days=20),
    closes_at: datetime = START + timedelta(days=20),
    demo: bool = False,
) -> Round:
    """A round that is open at the clock's start."""
    path = locate(instrument)
    parsed = instrument_of(path)
    made = Round(
        slug=slug,
        title_id=f"Pengukuran {slug}",
        title_en=f"Assessment {slug}",
        instrument_id=parsed.id,
        instrument_version=parsed.version,
        fingerprint=parsed.fingerprint,
        source=path.read_text(encoding="utf-8"),
        opens_at=opens_at,
        closes_at=closes_at,
        demo=demo,
    )
    session.add(made)
    session.flush()
    return made


def make_assessment(
    session: Session,
    *,
    round_: Round | None = None,
    office: str = TANGERANG,
    state: AssessmentState = AssessmentState.NOT_STARTED,
) -> Assessment:
    """An office's assessment in a round (a new round unless given)."""
    add_offices(session, [office])
    made = Assessment(round=round_ or make_round(session), office_code=office, state=str(state))
    session.add(made)
    session.flush()
    return made


def make_link(
    session: Session,
    *,
    assessment: int,
    section: str,
    name: str = "Rina Dewi",
    until: datetime = START + timedelta(days=7),
) -> SectionLink:
    """A link to one section, made by an operator of the office."""
    office = session.get_one(Assessment, assessment).office_code
    made = SectionLink(
        token_hash=secrets.token_hex(32),
        assessment_id=assessment,
        section=section,
        name=name,
        created_at=START,
        created_by_id=make_person(session, office=office).id,
        expires_at=until,
    )
    session.add(made)
    session.flush()
    return made
