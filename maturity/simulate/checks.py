"""What must hold in the database after a simulated round, whatever went wrong meanwhile."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from maturity.simulate.ledger import Ledger
from maturity.survey.chain import verify
from maturity.survey.file_models import EvidenceFile, StoredFile
from maturity.survey.files import FileStore
from maturity.survey.lifecycle import AssessmentState, transition
from maturity.survey.log import lines
from maturity.survey.models import (
    Answer,
    AnswerEvent,
    Assessment,
    Decision,
    Stage,
    StoredScorecard,
)
from maturity.survey.stage_models import Judgement

KINDS = (Stage.SELF, Stage.VERIFIED, Stage.CONTESTED, Stage.SETTLED)


def faults(session: Session, ledger: Ledger, store: FileStore) -> Iterator[str]:
    """Everything that is not as it must be; nothing when all is well."""
    for check in (_answers, _versions, _states, _judgements, _scores, _record):
        yield from check(session, ledger)
    yield from _files(session, ledger, store)


def _answers(session: Session, ledger: Ledger) -> Iterator[str]:
    """Every acknowledged answer is in the history; the present one is its last row."""
    wanted = {assessment for assessment, _ in ledger.answers}
    history: dict[tuple[int, str], set[str]] = defaultdict(set)
    last: dict[tuple[int, str], tuple[int, str]] = {}
    query = select(
        AnswerEvent.assessment_id, AnswerEvent.key, AnswerEvent.version, AnswerEvent.value,
        AnswerEvent.draft,
    ).order_by(AnswerEvent.id)  # fmt: skip
    for row in session.execute(query):
        if row.assessment_id in wanted:
            value = row.value if row.draft is None else row.draft
            history[row.assessment_id, row.key].add(value)
            last[row.assessment_id, row.key] = (row.version, value)
    for place, values in ledger.answers.items():
        for value in values:
            if value not in history[place]:
                yield f"lost answer: {place} was acknowledged as {value!r}"
    rows = select(Answer.assessment_id, Answer.key, Answer.version, Answer.value, Answer.draft)
    for row in session.execute(rows):
        value = row.value if row.draft is None else row.draft
        place = (row.assessment_id, row.key)
        if place in last and last[place] != (row.version, value):
            yield f"the answer {place} is not the last one of its history"


def _versions(session: Session, _ledger: Ledger) -> Iterator[str]:
    """Versions count 1, 2, 3 …, and no save that was sent twice counts twice."""
    query = select(
        AnswerEvent.assessment_id, AnswerEvent.key, AnswerEvent.version, AnswerEvent.value,
        AnswerEvent.state, AnswerEvent.reason, AnswerEvent.note, AnswerEvent.draft,
    ).order_by(AnswerEvent.assessment_id, AnswerEvent.key, AnswerEvent.id)  # fmt: skip
    before: tuple[object, ...] = ()
    for row in session.execute(query):
        place, said = (row.assessment_id, row.key), tuple(row)[3:]
        follows = before[:1] == (place,)
        wanted = int(str(before[1])) + 1 if follows else 1
        if row.version != wanted:
            yield f"{place}: version {row.version} where {wanted} was due"
        if follows and before[2] == said:
            yield f"{place}: the same was saved twice (version {row.version})"
        before = (place, row.version, said)


def _states(session: Session, ledger: Ledger) -> Iterator[str]:
    """Every state was reached along the published transitions, and submissions are there."""
    path: dict[int, str] = {}
    for row in session.scalars(select(Decision).order_by(Decision.id)):
        before, after = AssessmentState(row.before), AssessmentState(row.after)
        if transition(before, after) is None:
            yield f"assessment {row.assessment_id}: {before} to {after} is no transition"
        known = path.get(row.assessment_id, AssessmentState.IN_PROGRESS)
        if known != before:
            yield f"assessment {row.assessment_id}: left {before}, but was {known}"
        path[row.assessment_id] = after
    for number, state in session.execute(select(Assessment.id, Assessment.state)):
        said = path.get(number)
        untouched = state in (AssessmentState.NOT_STARTED, AssessmentState.IN_PROGRESS)
        if state != said and not (said is None and untouched):
            yield f"assessment {number} is {state}; its decisions say {said}"
    for assessment in ledger.submitted - path.keys():
        yield f"assessment {assessment}: the acknowledged submission is lost"


def _judgements(session: Session, ledger: Ledger) -> Iterator[str]:
    """Every acknowledged decision is there, and none twice in a row."""
    said: dict[tuple[int, str, str], set[str]] = defaultdict(set)
    before: dict[tuple[int, str, str], tuple[object, ...]] = {}
    for row in session.scalars(select(Judgement).order_by(Judgement.id)):
        place = (row.assessment_id, row.key, row.stage)
        said[place].add(row.verdict)
        whole = (row.verdict, row.value, row.words, row.on_version)
        if before.get(place) == whole and row.stage == Stage.VERIFIED:
            yield f"{place}: the same decision twice in a row"
        before[place] = whole
    for place, verdict in ledger.judgements.items():
        if verdict not in said[place]:
            yield f"lost decision: {place} was acknowledged as {verdict}"


def _scores(session: Session, _ledger: Ledger) -> Iterator[str]:
    """What is settled has one current scorecard of each of the four kinds."""
    found: dict[int, Counter[str]] = defaultdict(Counter)
    current = select(StoredScorecard.assessment_id, StoredScorecard.stage).where(
        StoredScorecard.superseded_at.is_(None)
    )
    for row in session.execute(current):
        found[row.assessment_id][row.stage] += 1
    ended = (AssessmentState.SETTLED, AssessmentState.PUBLISHED)
    for number in session.scalars(select(Assessment.id).where(Assessment.state.in_(ended))):
        if found[number] != Counter(map(str, KINDS)):
            yield f"assessment {number}: scorecards {dict(found[number])}"


def _record(session: Session, _ledger: Ledger) -> Iterator[str]:
    verdict = verify(lines(session), [])
    if verdict.fault is not None:
        yield f"the record is broken at entry {verdict.fault.seq}: {verdict.fault.what}"
    decided = session.scalar(select(func.count()).select_from(Decision))
    recorded = sum('"kind":"state-changed"' in line for line in lines(session))
    if decided != recorded:
        yield f"{decided} changes of state, {recorded} of them in the record"


def _files(session: Session, ledger: Ledger, store: FileStore) -> Iterator[str]:
    used: dict[int, set[str]] = defaultdict(set)
    for row in session.execute(select(EvidenceFile.assessment_id, EvidenceFile.sha256)):
        used[row.assessment_id].add(row.sha256)
    for assessment, contents in ledger.files.items():
        for sha256 in contents - used[assessment]:
            yield f"lost file: {sha256} of assessment {assessment}"
    for sha256 in session.scalars(select(StoredFile.sha256)):
        try:
            store.get(sha256)
        except LookupError:
            yield f"the store lacks {sha256}"


def summary(session: Session) -> dict[str, int]:
    """How many assessments are in each state."""
    rows = session.execute(select(Assessment.state, func.count()).group_by(Assessment.state))
    return {row[0]: row[1] for row in rows}
