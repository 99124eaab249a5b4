"""Keeping decisions: each a row of its own, and the score of a stage frozen."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from maturity.errors import MaturityError
from maturity.survey.answers import MAX_NOTE, STATES, Author, TooLongError
from maturity.survey.assessments import freeze
from maturity.survey.instrument import Item
from maturity.survey.models import Stage, StoredScorecard
from maturity.survey.reading import Reading, clean
from maturity.survey.stage_models import Judgement, Verdict
from maturity.survey.stages import NOTHING, Stages


@dataclass(frozen=True, slots=True)
class Ruling:
    """What somebody decides about one answer.

    ``raw`` is the other answer, with ``Verdict.CHANGED``. ``seen`` is the id of the newest
    judgement of this stage that they looked at (0: none). ``confidence`` 1 to 3, or None.
    """

    verdict: Verdict
    raw: str = ""
    words: str = ""
    private_words: str = ""
    confidence: int | None = None
    seen: int = 0


class OvertakenError(MaturityError):
    """Somebody else decided in between; ``theirs`` is their row."""

    def __init__(self, theirs: Judgement) -> None:
        super().__init__(
            "Orang lain sudah memutuskan jawaban ini sejak Anda membuka halaman. "
            "Periksa keputusannya, lalu simpan kembali bila perlu.",
            "Somebody else decided about this answer since you opened the page. "
            "Look at that decision, then save again if need be.",
            status=409,
        )
        self.theirs = theirs


def freeze_stage(session: Session, stages: Stages, stage: Stage, author: Author) -> StoredScorecard:
    """Score a stage and store the result for good."""
    work = stages.work
    card = stages.score(stage)
    return freeze(session, work.assessment, work.instrument, card, author=author, stage=stage)


def keep(
    session: Session,
    stages: Stages,
    item: Item,
    ruling: Ruling,
    *,
    stage: Stage,
    counts: Reading,
    author: Author,
) -> Judgement:
    """Store a decision as a row of its own; saying the same again changes nothing."""
    _must_fit(ruling)
    row = _row(stages, item, ruling, counts=counts, author=author)
    row.stage = stage
    now_counting, newest = stages.row(item.key, stage), newest_of(stages, item, stage)
    if now_counting is not None and _says_the_same(now_counting, row):
        return now_counting
    if newest is not None and newest.id != ruling.seen:
        raise OvertakenError(newest)
    session.add(row)
    session.flush()
    stages.work.assessment.updated_at = author.now
    return row


def _row(
    stages: Stages, item: Item, ruling: Ruling, *, counts: Reading, author: Author
) -> Judgement:
    return Judgement(
        assessment_id=stages.work.assessment.id,
        key=item.key,
        verdict=ruling.verdict,
        state=STATES[counts.state],
        value=counts.value,
        words=clean(ruling.words).strip(),
        private_words=clean(ruling.private_words).strip(),
        confidence=ruling.confidence,
        on_version=stages.work.answers[item.key].version,
        way=author.way,
        at=author.now,
        by_id=author.person_id,
    )


def newest_of(stages: Stages, item: Item, stage: Stage) -> Judgement | None:
    """The newest decision of a stage, whether it still counts or not."""
    return stages.rows.get(item.key, NOTHING).get(stage)


_SAID = ("verdict", "state", "value", "words", "private_words", "confidence", "on_version")


def _says_the_same(one: Judgement, other: Judgement) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in _SAID)


def _must_fit(ruling: Ruling) -> None:
    if max(len(ruling.words), len(ruling.private_words)) > MAX_NOTE:
        raise TooLongError(MAX_NOTE)
    if ruling.confidence not in (None, 1, 2, 3):
        raise ValueError("confidence is 1, 2 or 3")
