"""What the questionnaire's pages share: the blueprint and what its routes stand for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from flask import Blueprint, abort
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from maturity.db import MAX_ID
from maturity.offices.guard import current_actor, current_person_id, require, thing_of
from maturity.offices.permissions import Action, Thing, may
from maturity.survey import assessments
from maturity.survey import instrument as ins
from maturity.survey.answers import Author, evidence_key
from maturity.survey.assignments import may_take_up
from maturity.survey.deadlines import filling_due
from maturity.survey.file_evidence import keys_of
from maturity.survey.files import is_sha256
from maturity.survey.lifecycle import OPEN, AssessmentState
from maturity.survey.models import Assessment, Decision
from maturity.survey.taking_up import is_verifier
from maturity.web import now, reading

bp = Blueprint("survey", __name__)
Subject = tuple[ins.Question, ins.Thing]


def assessment_or_404(session: Session, assessment_id: int, *, held: bool = False) -> Assessment:
    """The assessment with its office and round; read once a session.

    ``held`` until the end of a writing session, so that one change comes after the other.
    """
    if assessment_id > MAX_ID:
        abort(404)
    together = (joinedload(Assessment.office), joinedload(Assessment.round))
    lock = {"of": Assessment} if held else None
    found = session.get(Assessment, assessment_id, options=together, with_for_update=lock)
    return found or abort(404)


def assessment_thing(assessment_id: int, **_others: object) -> Thing:
    """For ``permit``: the office whose assessment stands in the route."""
    return thing_of(assessment_or_404(reading(), assessment_id).office)


# Things that stand in one section: for ``permit``, where somebody may hold a link to it.


def section_thing(assessment_id: int, section: str, **_others: object) -> Thing:
    """The section that stands in the route."""
    return in_sections(assessment_or_404(reading(), assessment_id), [section])


def item_thing(assessment_id: int, key: str) -> Thing:
    """The section of the item, or of the evidence, whose key stands in the route."""
    return keyed_thing(assessment_or_404(reading(), assessment_id), [key])


def file_thing(assessment_id: int, sha256: str) -> Thing:
    """The sections in which the file of the route is used."""
    session = reading()
    keys = keys_of(session, assessment_id, sha256) if is_sha256(sha256) else ()
    return keyed_thing(assessment_or_404(session, assessment_id), keys)


def keyed_thing(assessment: Assessment, keys: Iterable[str]) -> Thing:
    """The sections of some items, or of their evidence; an unknown key is in none."""
    questions = {key.partition("/")[0] for key in keys}
    sections = assessments.instrument_of(assessment.round).sections
    return in_sections(
        assessment, [s.id for s in sections if questions & {q.id for q in s.questions}]
    )


def in_sections(assessment: Assessment, sections: Iterable[str]) -> Thing:
    """Sections of an assessment as permissions see them."""
    office = thing_of(assessment.office)
    return replace(office, assessment=assessment.id, sections=frozenset(sections))


def section_or_404(instrument: ins.Instrument, section_id: str) -> ins.Branch:
    """The section of this id."""
    for section in instrument.sections:
        if section.id == section_id:
            return section
    abort(404)


def item_or_404(instrument: ins.Instrument, key: str) -> ins.Item:
    """The item of this key."""
    try:
        return instrument.item(key)
    except KeyError:
        abort(404)


def subject_or_404(section: ins.Branch, names: tuple[str, str] | None) -> Subject | None:
    """The matrix and object that a route names; None where it names none."""
    if names is None:
        return None
    for question in section.questions:
        if question.id == names[0] and question.matrix is not None:
            for one in question.matrix.objects:
                if one.id == names[1]:
                    return question, one
    abort(404)


def author() -> Author:
    """Who is saving, now."""
    delegation = current_actor().delegation
    if delegation is not None:
        return Author(None, now(), way="link", delegation_id=delegation.id)
    return Author(current_person_id(), now())


def open_work(assessment_id: int, *, with_evidence: bool = True) -> assessments.Work:
    """The assessment of a route, opened for reading."""
    session = reading()
    assessment = assessment_or_404(session, assessment_id)
    return assessments.work(session, assessment, with_evidence=with_evidence, now=now())


def is_closed(assessment: Assessment) -> bool:
    """Whether the answers can no longer be changed."""
    within = assessment.round.opens_at <= now() <= filling_due(assessment)
    return assessment.state not in OPEN or not within


def may_answer(work: assessments.Work, section: ins.Branch | None = None) -> bool:
    """Whether this person may change answers (of the section) here and now."""
    thing = in_sections(work.assessment, [] if section is None else [section.id])
    return not is_closed(work.assessment) and may(current_actor(), Action.ANSWER, thing)


def seen_by_guest(work: assessments.Work, section: ins.Branch) -> assessments.Work:
    """The same; for somebody who came by a link without the evidence of other sections."""
    if current_actor().delegation is None:
        return work
    keys = {evidence_key(item) for item in work.items(section)}
    links = {key: rows for key, rows in work.evidence.items() if key in keys}
    files = {key: rows for key, rows in work.files.items() if key in keys}
    return replace(work, evidence=links, files=files)


def has_done(assessment_id: int, state: AssessmentState) -> bool:
    """Whether this person was the one who brought the assessment to the state it is in.

    A request that came twice, because the line broke before the answer, is answered as the first.
    """
    newest = (
        select(Decision)
        .where(Decision.assessment_id == assessment_id)
        .order_by(Decision.id.desc())
        .limit(1)
    )
    last = reading().scalar(newest)
    return last is not None and last.after == state and last.by_id == current_actor().person_id


def on_behalf(assessment: Assessment) -> bool:
    """Whether a verifier brings the office's workbook; ends the request for all others.

    The office itself does not, whatever further roles its people have: nobody verifies oneself.
    """
    actor, thing = current_actor(), thing_of(assessment.office)
    if may(actor, Action.ANSWER, thing):
        return False
    require(Action.VERIFY, thing)
    free = assessment.verifier_id is None
    allowed = may_take_up(assessment.round, actor, assessment.office) if free else False
    if not allowed and not is_verifier(assessment, actor):
        abort(403)
    return True
