"""Some offices of the closed round let others read their best answers as examples."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from maturity.demo.rounds import SPANS, Task
from maturity.survey.answers import Author
from maturity.survey.example_consents import give, offers
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.log import Note
from maturity.survey.models import Assessment, Decision

EVERY, MOST = 7, 3
"""One office in seven consents, for up to so many variables."""
THOUGHT = timedelta(days=5)
"""From publication to consent."""


def add_examples(session: Session, tasks: Sequence[Task]) -> list[Note]:
    """Store their consents, as the door does; what the record says of them."""
    closed = {task.assessment_id: task for task in tasks if task.of(SPANS[0].slug)}
    query = (
        select(Assessment, Decision.at)
        .join(Decision, Decision.assessment_id == Assessment.id)
        .where(Assessment.id.in_(closed), Decision.after == AssessmentState.PUBLISHED)
        .options(joinedload(Assessment.office), joinedload(Assessment.round))
        .order_by(Assessment.id)
    )
    notes = []
    for row in session.execute(query).all()[::EVERY]:
        made: Assessment = row.Assessment
        author = Author(closed[made.id].staff.responsible, row.at + THOUGHT)
        for offer in offers(session, made)[:MOST]:
            notes.append(give(session, offer.example, made, author))
    return notes
