"""The record of the made-up decisions, in the order in which they were taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from maturity.demo.rounds import Task
from maturity.survey import assessments, log, rounds
from maturity.survey.answers import Author
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.log import Note
from maturity.survey.models import Decision, Round, Stage

FROZEN = {
    AssessmentState.SUBMITTED: Stage.SELF,
    AssessmentState.REPLY: Stage.VERIFIED,
    AssessmentState.SETTLED: Stage.SETTLED,
    AssessmentState.PUBLISHED: Stage.SETTLED,
}
"""Which result a change of state puts on record."""


def add_record(
    session: Session,
    tasks: Sequence[Task],
    digests: Mapping[tuple[int, Stage], str],
    receipts: Mapping[int, str],
    *,
    more: Sequence[Note] = (),
) -> None:
    """Record the opening of each round, each change of state and what ``more`` was decided;
    digests by result, of what was handed in by assessment."""
    notes = list(more)
    found = {round_.slug: round_ for round_ in session.scalars(select(Round))}
    for slug, round_ in found.items():
        offices = sum(task.of(slug) for task in tasks)
        author = Author(None, round_.opens_at, "cli")
        notes.append(rounds.note_of(round_, author, offices=offices))
    rounds_of = {task.assessment_id: found[task.case.round_slug].id for task in tasks}
    for row in session.scalars(select(Decision).order_by(Decision.id)):
        stage = FROZEN.get(AssessmentState(row.after))
        said = {} if stage is None else {"scorecard": digests[row.assessment_id, stage]}
        if stage is Stage.SELF:
            said["receipt"] = receipts[row.assessment_id]
        round_id = rounds_of[row.assessment_id]
        notes.append(assessments.note_of(row, round_id=round_id, way="web", digests=said))
    log.append(session, *sorted(notes, key=lambda note: note.at))
