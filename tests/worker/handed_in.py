"""Rounds of a small instrument in which offices have handed in: quick to draw."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.orm import Session

from maturity.jobs.models import Job
from maturity.reports.bulk import KIND
from maturity.survey.models import Assessment, Round
from tests.builders import make_assessment, make_person, make_round
from tests.reports.answered import fill, submit
from tests.reports.small import SMALL, small

OFFICES = ("36.71", "36.02", "36.03", "36.04", "36.72", "36.73")


def small_round(session: Session, slug: str = "2026") -> Round:
    """A round of the small instrument."""
    made = make_round(session, slug=slug)
    made.source, made.fingerprint = SMALL, small().fingerprint
    made.instrument_id, made.instrument_version = "small", "1.0.0"
    session.flush()
    return made


def handed_in(session: Session, round_: Round, offices: tuple[str, ...]) -> list[Assessment]:
    """Assessments of these offices, handed in."""
    found = []
    for office in offices:
        person = make_person(session, office=office)
        assessment = make_assessment(session, round_=round_, office=office)
        fill(session, assessment)
        session.flush()
        submit(session, assessment, person.id)
        found.append(assessment)
    session.execute(delete(Job).where(Job.kind != KIND))  # letters and links: not the matter here
    return found
