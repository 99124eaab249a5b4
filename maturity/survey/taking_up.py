"""Whose assessment it is to verify, and how many wait for a person."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from maturity.offices.permissions import Action, Actor, Thing, may
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.models import Assessment

TO_DO = (AssessmentState.SUBMITTED, AssessmentState.VERIFYING)
"""States in which the verifier is the one to act."""


def is_verifier(assessment: Assessment, actor: Actor) -> bool:
    """Whether the assessment is assigned to this person, who may still verify it."""
    office = assessment.office
    mine = actor.person_id is not None and assessment.verifier_id == actor.person_id
    return mine and may(actor, Action.VERIFY, Thing(office.code, office.province_code))


def waiting(session: Session, person_id: int) -> int:
    """How many assessments wait for this verifier; one cheap query."""
    mine = (Assessment.verifier_id == person_id, Assessment.state.in_(TO_DO))
    return session.scalar(select(func.count()).select_from(Assessment).where(*mine)) or 0
