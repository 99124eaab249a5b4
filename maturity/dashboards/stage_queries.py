"""What the stages of a round's assessments came to, side by side; in one query."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from maturity.survey.assessments import VALID_IN
from maturity.survey.models import Assessment, Round, Stage, StoredScorecard

STAGES = (Stage.SELF, Stage.VERIFIED, Stage.SETTLED)


def staged_indexes(
    session: Session, round_: Round, stages: Sequence[Stage] = STAGES
) -> dict[int, dict[Stage, dict[str, float | None]]]:
    """Assessment -> stage -> index by part, "" the whole, of results that count now."""
    card = StoredScorecard
    counts = (and_(card.stage == one, Assessment.state.in_(VALID_IN[one])) for one in stages)
    query = (
        select(card.assessment_id, card.stage, card.index_value, card.dimensions)
        .join(Assessment, Assessment.id == card.assessment_id)
        .where(Assessment.round_id == round_.id, card.superseded_at.is_(None), or_(*counts))
    )
    found: dict[int, dict[Stage, dict[str, float | None]]] = {}
    for row in session.execute(query):
        parts = {node: numbers[2] for node, numbers in json.loads(row.dimensions).items()}
        parts[""] = row.index_value
        found.setdefault(row.assessment_id, {})[Stage(row.stage)] = parts
    return found
