"""Applies the changes of a workbook that were looked over: all of them, through one door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session

from maturity.survey import answers as door
from maturity.survey import assessments, log
from maturity.survey.answers import Author, Change, ConflictError
from maturity.survey.log import Kind, Note
from maturity.survey.models import Assessment
from maturity.survey.workbook_compare import Comparison
from maturity.survey.workbook_slip import WorkbookError, altered

WAY = "workbook"
MOST_CARRIED = 1_500_000
_SALT = "maturity.workbook.proposal"


@dataclass(frozen=True, slots=True)
class Proposal:
    """The changes that a dry run offered: what is applied."""

    changes: Mapping[str, Change]
    links: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Applied:
    """What was done. ``conflicts`` kept the stored value."""

    saved: int
    attached: int
    conflicts: Mapping[str, ConflictError]
    refused: tuple[str, ...]


# --- between the dry run and applying -------------------------------------------------


def packed(comparison: Comparison, *, assessment_id: int, person_id: int, secret: str) -> str:
    """The changes as a signed text for a hidden field, of use to this person only."""
    steps = [
        [step.item.key, step.change.raw, step.change.reason, step.change.note, step.change.seen]
        for step in comparison.steps
    ]
    links = [[one.key, one.url, one.note] for one in comparison.links]
    said = {"assessment": assessment_id, "person": person_id, "answers": steps, "links": links}
    token = str(URLSafeSerializer(secret, salt=_SALT).dumps(said))
    if len(token) > MOST_CARRIED:
        raise WorkbookError(
            "Perubahan di dalam berkas ini terlalu banyak untuk sekali unggah.",
            "This file holds more changes than one upload can take.",
        )
    return token


def unpacked(token: str, *, assessment_id: int, person_id: int, secret: str) -> Proposal:
    """The changes that were shown to this person; WorkbookError for any other text."""
    try:
        said = URLSafeSerializer(secret, salt=_SALT).loads(token)
    except BadSignature as error:
        raise altered() from error
    if (said["assessment"], said["person"]) != (assessment_id, person_id):
        raise altered()
    changes = {key: Change(raw, reason, note, seen) for key, raw, reason, note, seen
               in said["answers"]}  # fmt: skip
    return Proposal(changes, tuple((key, url, note) for key, url, note in said["links"]))


# --- applying -------------------------------------------------------------------------


def apply(
    session: Session,
    assessment: Assessment,
    proposal: Proposal,
    *,
    author: Author,
    brought: bool = False,
) -> Applied:
    """Save the changes through the door for answers, as one. Conflicts keep what is stored.

    ``brought``: by a verifier on the office's behalf, which goes into the record.
    """
    door.must_be_open(assessment, author.now)
    author = replace(author, way=WAY)
    instrument = assessments.instrument_of(assessment.round)
    rows = door.present(session, assessment.id, proposal.changes)
    conflicts: dict[str, ConflictError] = {}
    saved = 0
    for key, change in proposal.changes.items():
        try:
            item = instrument.item(key)
            result = door.save(session, assessment, item, change, author=author, rows=rows)
            saved += result.changed
        except ConflictError as conflict:
            conflicts[key] = conflict
    attached, refused = _attach(session, assessment, proposal, author)
    session.flush()
    after = assessments.work(session, assessment, with_evidence=False)
    assessments.note_progress(assessment, after.route)
    if brought and (saved or attached):
        _record(session, assessment, author, saved=saved, attached=attached)
    return Applied(saved, attached, conflicts, refused)


def _record(
    session: Session, assessment: Assessment, author: Author, *, saved: int, attached: int
) -> None:
    note = Note(
        kind=Kind.WORKBOOK_BROUGHT,
        at=author.now,
        assessment_id=assessment.id,
        round_id=assessment.round_id,
        by_id=author.person_id,
        data={"saved": saved, "attached": attached, "way": author.way},
    )
    log.append(session, note)


def _attach(
    session: Session, assessment: Assessment, proposal: Proposal, author: Author
) -> tuple[int, tuple[str, ...]]:
    """How many links are new or newly described, and those that were one too many."""
    present = door.evidence(session, assessment.id)
    before = {(row.key, row.url, row.note) for rows in present.values() for row in rows}
    refused, attached = [], 0
    for key, url, note in proposal.links:
        try:
            row, _ = door.attach(session, assessment, key, url=url, note=note, author=author)
            attached += (row.key, row.url, row.note) not in before
        except door.TooManyError:
            refused.append(url)
    return attached, tuple(refused)
