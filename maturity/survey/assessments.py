"""The door for assessments: open, see how far they are, submit, read the result.

Who may do it is asked before, at the page (``offices.guard``); here stands what an
assessment's state allows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from maturity.errors import MaturityError
from maturity.jobs import queue
from maturity.offices.models import Office
from maturity.scoring.engine import score
from maturity.scoring.rubric import State
from maturity.scoring.scorecard import Scorecard, scorecard
from maturity.survey import answers as door
from maturity.survey import log, notices, receipts
from maturity.survey.answers import Author, Change, Kept, evidence_key, readings
from maturity.survey.chain import moment, sha256
from maturity.survey.deadlines import filling_due, was_sent_in_time
from maturity.survey.expiry import day_there, holds
from maturity.survey.file_evidence import files
from maturity.survey.file_models import EvidenceFile
from maturity.survey.frozen import frozen_row
from maturity.survey.instrument import Branch, Instrument, Item, Profile
from maturity.survey.lifecycle import (
    DECIDED,
    DECIDING,
    HANDED_IN,
    STATE_NAMES,
    AssessmentState,
    transition,
)
from maturity.survey.loader import load_text
from maturity.survey.log import Kind, Note
from maturity.survey.models import Assessment, Decision, Evidence, Round, Stage, StoredScorecard
from maturity.survey.reading import Reading, clean
from maturity.survey.routing import Place, Route, lacks_reason, sheet_of
from maturity.survey.sealed import seal

ARCHIVE_LINKS = "archive-links"
"""The kind of job that opens and copies the links of an assessment."""
# Instruments of rounds by fingerprint: a few a process, for as long as it lives.
_INSTRUMENTS: dict[str, Instrument] = {}


class Lack(StrEnum):
    """Why an item keeps an assessment from being submitted."""

    ANSWER = "answer"
    DRAFT = "draft"
    REASON = "reason"
    EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is still to be done."""

    item: Item
    lack: Lack


class IncompleteError(MaturityError):
    """Something is still missing; ``missing`` says what."""

    def __init__(self, missing: Sequence[Missing]) -> None:
        super().__init__(
            f"Penilaian belum dapat diajukan: {len(missing)} hal belum lengkap.",
            f"The assessment cannot be submitted yet: {len(missing)} things are incomplete.",
            status=422,
        )
        self.missing = tuple(missing)


class NotAllowedError(MaturityError):
    """The state of the assessment does not allow this."""


@dataclass(frozen=True, slots=True)
class Work:
    """An assessment opened for work: everything its pages need, read once."""

    assessment: Assessment
    instrument: Instrument
    answers: Mapping[str, Kept]
    evidence: Mapping[str, Sequence[Evidence]]
    route: Route
    files: Mapping[str, Sequence[EvidenceFile]] = field(default_factory=dict)
    day: date | None = None
    """On which evidence must be valid: that of submission, before it today; None: on none."""

    def foresee(self, changes: Mapping[str, Change]) -> Route:
        """The way through the instrument once these changes are saved."""
        then = dict(self.route.readings)
        for key, change in changes.items():
            reading = door.accepted(self.instrument.item(key), change)
            if reading is None:
                then.pop(key, None)
            else:
                then[key] = reading
        return Route(self.instrument, self.route.profile, then)

    @property
    def office(self) -> Office:
        """Whose assessment it is."""
        return self.assessment.office

    def items(self, section: Branch) -> tuple[Item, ...]:
        """All items of a section, asked or not."""
        ids = {question.id for question in section.questions}
        return tuple(item for item in self.instrument.items if item.question.id in ids)

    def missing(self, items: Sequence[Item] | None = None) -> list[Missing]:
        """What is still to be done, in the order of the questionnaire."""
        found = []
        for item in self.instrument.items if items is None else items:
            lack = self.lack(item)
            if lack is not None:
                found.append(Missing(item, lack))
        return found

    def lack(self, item: Item) -> Lack | None:
        """What this item lacks; None where it is in order or not asked."""
        if self.route.places[item.key] is not Place.ASKED:
            return None
        answer = self.answers.get(item.key)
        if answer is not None and answer.draft is not None:
            return Lack.DRAFT
        reading = self.route.readings.get(item.key)
        if reading is None:
            return Lack.ANSWER if item.required else None
        if lacks_reason(item, reading):
            return Lack.REASON
        return Lack.EVIDENCE if self.lacks_evidence(item, reading) else None

    def lacks_evidence(self, item: Item, reading: Reading) -> bool:
        """Whether the claimed level needs evidence and has neither link, file nor note."""
        answer = self.answers.get(item.key)
        described = answer is not None and answer.note.strip()
        return not described and self.lacks_link(item, reading)

    def lacks_link(self, item: Item, reading: Reading) -> bool:
        """Whether the claimed level needs evidence and has neither link nor file that holds."""
        if not self.needs_link(item, reading):
            return False
        return not any(holds(piece, self.day) for piece in self.pieces(evidence_key(item)))

    def pieces(self, key: str) -> list[Evidence | EvidenceFile]:
        """The usable links and the files at an evidence key, expired ones too."""
        links = [row for row in self.evidence.get(key, ()) if row.usable]
        return [*links, *self.files.get(key, ())]

    def needs_link(self, item: Item, reading: Reading) -> bool:
        """Whether the claimed level needs a link or a file."""
        least = item.question.evidence_from
        if least is None or reading.state is not State.ANSWERED or item.thing is not None:
            return False
        rung = item.option(reading.value).rung
        return rung is not None and rung.level >= least


def instrument_of(round_: Round) -> Instrument:
    """The round's own copy of its instrument, read and parsed once a process."""
    known = _INSTRUMENTS.get(round_.fingerprint)
    if known is None:
        name = f"{round_.instrument_id}@{round_.instrument_version}"
        known = _INSTRUMENTS[round_.fingerprint] = load_text(round_.source, name=name)
    return known


def profile_of(office: Office) -> Profile:
    """What of an office decides which questions it is asked."""
    return Profile(office.kind, frozenset(office.areas.split()))


def open_assessments(session: Session, round_: Round, offices: Sequence[Office]) -> None:
    """Give each of the offices its assessment in the round; those that have one keep it."""
    have = set(
        session.scalars(select(Assessment.office_code).where(Assessment.round_id == round_.id))
    )
    session.add_all(
        Assessment(round_id=round_.id, office_code=office.code, state=AssessmentState.NOT_STARTED)
        for office in offices
        if office.code not in have
    )
    session.flush()


def work(
    session: Session,
    assessment: Assessment,
    *,
    with_evidence: bool = True,
    now: datetime | None = None,
) -> Work:
    """Open an assessment for reading or filling in; saving needs no evidence.

    What was handed in is judged by the evidence that held then; before that, by what holds
    ``now`` (where it is not said, no evidence has expired).
    """
    instrument = instrument_of(assessment.round)
    answers = door.stored(session, assessment.id)
    route = Route(instrument, profile_of(assessment.office), readings(answers))
    if not with_evidence:
        return Work(assessment, instrument, answers, {}, route)
    evidence = door.evidence(session, assessment.id)
    found = files(session, assessment.id)
    return Work(assessment, instrument, answers, evidence, route, found, _day(assessment, now))


def _day(assessment: Assessment, now: datetime | None) -> date | None:
    handed_in = assessment.sent_at or assessment.submitted_at
    moment = handed_in if assessment.state in HANDED_IN else now
    return None if moment is None else day_there(moment, assessment.office.timezone)


def provisional(work: Work) -> Scorecard:
    """The score as it stands; nothing is stored."""
    cells = sheet_of([_as_claimed(work)])
    rubric = work.instrument.rubric
    return scorecard(rubric, cells, score(rubric, cells), unit=work.assessment.office_code)


def _as_claimed(work: Work) -> Route:
    """The way with the claims that count; a round may want "not applicable" granted first."""
    if work.assessment.round.na_policy != "granted":
        return work.route
    readings = work.route.readings.items()
    kept = {key: one for key, one in readings if one.state is not State.NOT_APPLICABLE}
    return Route(work.instrument, work.route.profile, kept)


def note_progress(assessment: Assessment, route: Route) -> None:
    """Keep the counters that overviews read."""
    progress = route.progress(route.instrument.items)
    assessment.asked, assessment.answered = progress.asked, progress.done


def change_state(
    session: Session,
    assessment: Assessment,
    to: AssessmentState,
    *,
    author: Author,
    words: str = "",
    digests: Mapping[str, object] | None = None,
) -> None:
    """Move an assessment along the published transitions; NotAllowedError otherwise.

    Goes into the record, with digests of what was frozen, decided and said: do it last.
    """
    before, words = AssessmentState(assessment.state), clean(words)
    _must_be_allowed(before, to, words)
    assessment.state = to
    assessment.updated_at = author.now
    decision = Decision(
        assessment_id=assessment.id,
        before=before,
        after=to,
        words=words,
        at=author.now,
        by_id=author.person_id,
    )
    session.add(decision)
    said = dict(digests or {})
    if before in DECIDING:
        said |= seal(session, assessment.id)
    if to == AssessmentState.SUBMITTED and assessment.sent_at is not None:
        said["sent_at"] = moment(assessment.sent_at)
    note = note_of(decision, round_id=assessment.round_id, way=author.way, digests=said)
    notices.on_change(session, decision, author=author)
    log.append(session, note)


def _must_be_allowed(before: AssessmentState, to: AssessmentState, words: str) -> None:
    step, names = transition(before, to), (STATE_NAMES[before], STATE_NAMES[to])
    if step is None:
        raise NotAllowedError(
            f"Perubahan dari “{names[0].id}” ke “{names[1].id}” tidak diperbolehkan.",
            f"A change from “{names[0].en}” to “{names[1].en}” is not allowed.",
            status=409,
        )
    if step.needs_words and not words.strip():
        raise MaturityError(
            f"Tulis alasannya: “{step.name.id}” hanya dapat dilakukan dengan alasan.",
            f"Say why: “{step.name.en}” needs a reason.",
            field="words",
            status=422,
        )


def note_of(decision: Decision, *, round_id: int, way: str, digests: Mapping[str, object]) -> Note:
    """A change of state as the record keeps it: of words, which may name people, the hash."""
    data: dict[str, object] = {
        "before": str(decision.before),
        "after": str(decision.after),
        "way": way,
    }
    if decision.words:
        data["words_sha256"] = sha256(decision.words)
    data |= digests
    return Note(
        kind=Kind.STATE_CHANGED,
        at=decision.at,
        assessment_id=decision.assessment_id,
        round_id=round_id,
        by_id=decision.by_id,
        data=data,
    )


def submit(
    session: Session, assessment: Assessment, *, author: Author, gaps: bool = False
) -> StoredScorecard:
    """Hand in: check, score once more, freeze. IncompleteError lists what is missing.

    ``gaps``: hand in all the same, and say so in the record; for answers given elsewhere.
    """
    session.refresh(assessment, with_for_update={"of": Assessment})
    if assessment.state in HANDED_IN:
        raise NotAllowedError(
            "Penilaian ini sudah diajukan.",
            "This assessment has already been submitted.",
            status=409,
        )
    assessment.sent_at = _sent_in_time(assessment, author)
    if assessment.sent_at is None:
        door.must_be_open(assessment, author.now)
    opened = work(session, assessment, now=assessment.sent_at or author.now)
    missing = opened.missing()
    if missing and not gaps:
        raise IncompleteError(missing)
    assessment.submitted_at, assessment.submitted_by_id = author.now, author.person_id
    note_progress(assessment, opened.route)
    card = freeze(session, assessment, opened.instrument, provisional(opened), author=author)
    receipt = receipts.issue(session, opened, card, author)
    key = f"archive-links:{receipt.digest}"
    queue.add(session, ARCHIVE_LINKS, {"assessment": assessment.id}, now=author.now, key=key)
    digests: dict[str, object] = {"scorecard": card.digest, "receipt": receipt.digest}
    digests |= {"missing": len(missing)} if missing else {}
    change_state(session, assessment, AssessmentState.SUBMITTED, author=author, digests=digests)
    return card


def _sent_in_time(assessment: Assessment, author: Author) -> datetime | None:
    """When a submission was sent that is received late and counts all the same; else None."""
    if author.now <= filling_due(assessment):
        return None
    in_time = was_sent_in_time(assessment, sent_at=author.sent_at, received_at=author.now)
    return author.sent_at if in_time else None


def freeze(
    session: Session,
    assessment: Assessment,
    instrument: Instrument,
    card: Scorecard,
    *,
    author: Author,
    stage: Stage = Stage.SELF,
) -> StoredScorecard:
    """Store a scorecard for good, with the fingerprint of what was asked.

    An earlier one of the same stage is kept, but no longer current.
    """
    older = result_of(session, assessment, stage)
    if older is not None:
        older.superseded_at = author.now
        session.flush()
    stored = frozen_row(assessment.id, instrument, card)
    stored.created_at, stored.stage = author.now, stage
    session.add(stored)
    session.flush()
    return stored


def result_of(
    session: Session, assessment: Assessment, stage: Stage = Stage.SELF
) -> StoredScorecard | None:
    """The current frozen result of a stage, if there is one."""
    return session.scalar(
        select(StoredScorecard).where(
            StoredScorecard.assessment_id == assessment.id,
            StoredScorecard.stage == stage,
            StoredScorecard.superseded_at.is_(None),
        )
    )


def results_of(session: Session, assessment: Assessment) -> dict[Stage, StoredScorecard]:
    """The current frozen results by stage."""
    current = (
        StoredScorecard.assessment_id == assessment.id,
        StoredScorecard.superseded_at.is_(None),
    )
    rows = session.scalars(select(StoredScorecard).where(*current))
    return {Stage(row.stage): row for row in rows}


VALID_IN: Mapping[Stage, frozenset[AssessmentState]] = {
    Stage.SELF: HANDED_IN,
    Stage.VERIFIED: DECIDED | {AssessmentState.REPLY},
    Stage.REPLIED: frozenset(),
    Stage.CONTESTED: DECIDED,
    Stage.SETTLED: DECIDED,
}
"""In which states of an assessment the frozen result of a stage counts."""


def valid_results(session: Session, assessment: Assessment) -> dict[Stage, StoredScorecard]:
    """The frozen results that count in the assessment's present state, by stage.

    While somebody verifies (again), what was verified or settled before counts no more.
    """
    found, state = results_of(session, assessment), AssessmentState(assessment.state)
    return {stage: row for stage, row in found.items() if state in VALID_IN[stage]}
