"""The record of the made-up decisions, in the order in which they were taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from maturity.demo.rounds import Task, decision
from maturity.survey import assessments, log, rounds
from maturity.survey.answers import Author
from maturity.survey.models import Decision, Round


def add_record(
    session: Session, tasks: Sequence[Task], digests: Mapping[int, Mapping[str, str]]
) -> None:
    """Record the opening of each round and each handing in; digests by assessment and name."""
    notes = []
    found = {round_.slug: round_ for round_ in session.scalars(select(Round))}
    for slug, round_ in found.items():
        offices = sum(task.of(slug) for task in tasks)
        author = Author(None, round_.opens_at, "cli")
        notes.append(rounds.note_of(round_, author, offices=offices))
    for task in tasks:
        if task.case.finished:
            notes.append(
                assessments.note_of(
                    Decision(**decision(task)),
                    round_id=found[task.case.round_slug].id,
                    way="web",
                    digests=digests[task.assessment_id],
                )
            )
    log.append(session, *sorted(notes, key=lambda note: note.at))
