"""The door for rounds: open one for all offices, with its own copy of the instrument."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from maturity.errors import MaturityError
from maturity.offices.models import Office
from maturity.survey import log
from maturity.survey.answers import Author
from maturity.survey.assessments import open_assessments
from maturity.survey.chain import moment
from maturity.survey.instrument import Text
from maturity.survey.loader import load
from maturity.survey.log import Kind, Note
from maturity.survey.models import Round


@dataclass(frozen=True, slots=True)
class NewRound:
    """What an administrator decides about a round; moments carry their zone."""

    slug: str
    title: Text
    instrument: Path
    opens_at: datetime
    closes_at: datetime


def open_round(session: Session, new: NewRound, *, today: date, author: Author) -> Round:
    """Make the round and an assessment for every office that exists today; put it on record.

    MaturityError when the name is taken or it ends before it begins; InstrumentError when
    the instrument has faults.
    """
    if not new.opens_at < new.closes_at:
        raise MaturityError(
            "Batas pengisian harus sesudah waktu pembukaan.",
            "The deadline must be after the opening.",
            field="closes",
        )
    if session.scalar(select(Round.id).where(Round.slug == new.slug)) is not None:
        raise MaturityError(
            f"Periode {new.slug} sudah ada.", f"There is a period {new.slug} already.", field="slug"
        )
    instrument = load(new.instrument)
    made = Round(
        slug=new.slug,
        title_id=new.title.id,
        title_en=new.title.en,
        instrument_id=instrument.id,
        instrument_version=instrument.version,
        fingerprint=instrument.fingerprint,
        source=new.instrument.read_text(encoding="utf-8"),
        opens_at=new.opens_at,
        closes_at=new.closes_at,
    )
    session.add(made)
    session.flush()
    still = or_(Office.valid_to.is_(None), Office.valid_to > today)
    offices = list(session.scalars(select(Office).where(still)))
    open_assessments(session, made, offices)
    log.append(session, note_of(made, author, offices=len(offices)))
    return made


def note_of(round_: Round, author: Author, *, offices: int) -> Note:
    """The opening of a round as the record keeps it."""
    return Note(
        kind=Kind.ROUND_OPENED,
        at=author.now,
        round_id=round_.id,
        by_id=author.person_id,
        data={
            "slug": round_.slug,
            "instrument": f"{round_.instrument_id}@{round_.instrument_version}",
            "fingerprint": round_.fingerprint,
            "opens_at": moment(round_.opens_at),
            "closes_at": moment(round_.closes_at),
            "offices": offices,
            "way": author.way,
        },
    )
