"""Whose assessment it is to verify, and how many wait for a person."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from maturity.offices.guard import thing_of
from maturity.offices.models import Role
from maturity.offices.permissions import Action, Actor, Thing, may
from maturity.survey.assignments import may_take_up
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.models import Assessment

TO_DO = (AssessmentState.SUBMITTED, AssessmentState.VERIFYING)
"""States in which the verifier is the one to act."""


def is_verifier(assessment: Assessment, actor: Actor) -> bool:
    """Whether the assessment is assigned to this person, who may still verify it."""
    office = assessment.office
    mine = actor.person_id is not None and assessment.verifier_id == actor.person_id
    return mine and may(actor, Action.VERIFY, Thing(office.code, office.province_code))


def reads_notes(assessment: Assessment, actor: Actor) -> bool:
    """Whether somebody who sees this assessment also reads its notes for inside.

    External verifiers see all assessments; the notes only where they verify or may verify.
    """
    outside = [grant for grant in actor.grants if grant.role is Role.EXTERNAL]
    others = replace(actor, grants=tuple(g for g in actor.grants if g not in outside))
    if not outside or may(others, Action.SEE_ASSESSMENT, thing_of(assessment.office)):
        return True
    return is_verifier(assessment, actor) or may_take_up(assessment.round, actor, assessment.office)


def waiting(session: Session, person_id: int) -> int:
    """How many assessments wait for this verifier; one cheap query."""
    mine = (Assessment.verifier_id == person_id, Assessment.state.in_(TO_DO))
    return session.scalar(select(func.count()).select_from(Assessment).where(*mine)) or 0
