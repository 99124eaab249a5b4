"""The door for what follows verification: reply, decide, settle, publish, reopen."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from maturity.survey import log
from maturity.survey.answers import Author
from maturity.survey.assessments import NotAllowedError, change_state, result_of
from maturity.survey.deadlines import Due, due
from maturity.survey.instrument import Item
from maturity.survey.judging import UndecidedError, counting, must_be, must_say, over
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.log import Kind, Note
from maturity.survey.models import Assessment, Stage, StoredScorecard
from maturity.survey.rulings import Ruling, freeze_stage, keep
from maturity.survey.sealed import seal
from maturity.survey.stage_models import Judgement, Verdict
from maturity.survey.stages import Stages, reading_of

_S = AssessmentState


# --- right of reply -------------------------------------------------------------------


def reply(
    session: Session, stages: Stages, item: Item, ruling: Ruling, *, author: Author
) -> Judgement:
    """Agree or disagree with one verified answer, while the window is open."""
    must_be_in_reply(stages.work.assessment, author.now)
    if not stages.is_lowered(item.key):
        raise NotAllowedError(
            "Jawaban ini sama dengan hasil verifikasi; tidak ada yang perlu ditanggapi.",
            "This answer is as verified; there is nothing to reply to.",
            status=409,
        )
    verified = stages.verified(item.key)
    assert verified is not None
    agrees = ruling.verdict is Verdict.AGREE
    if not agrees:
        must_say(ruling.words)
    counts = reading_of(verified) if agrees else stages.work.route.readings[item.key]
    return keep(session, stages, item, ruling, stage=Stage.REPLIED, counts=counts, author=author)


def must_be_in_reply(assessment: Assessment, now: datetime) -> None:
    """Raise unless the office may reply, and attach evidence to its replies."""
    must_be(assessment, _S.REPLY)
    end = due(assessment, Due.REPLY)
    if end is not None and now > end:
        raise over("Masa sanggah", "The time for replies", end, assessment.office.timezone)


def finish_reply(session: Session, stages: Stages, *, author: Author) -> None:
    """The office says that it has nothing to add, before the window ends. Said once."""
    assessment = stages.work.assessment
    must_be_in_reply(assessment, author.now)
    open_ones = [item for item in stages.differing() if stages.replied(item.key) is None]
    if open_ones:
        raise UndecidedError(open_ones)
    if assessment.replied_at is not None:
        return
    assessment.replied_at = assessment.updated_at = author.now
    log.append(session, _finished(session, assessment, author))


def _finished(session: Session, assessment: Assessment, author: Author) -> Note:
    return Note(
        kind=Kind.REPLY_FINISHED,
        at=author.now,
        assessment_id=assessment.id,
        round_id=assessment.round_id,
        by_id=author.person_id,
        data={"way": author.way, **seal(session, assessment.id)},
    )


# --- settling -------------------------------------------------------------------------


def decide(
    session: Session, stages: Stages, item: Item, ruling: Ruling, *, author: Author
) -> Judgement:
    """Decide about a disputed answer: the claim stands, the verified one does, or another."""
    must_be(stages.work.assessment, _S.REPLY)
    verified = stages.verified(item.key)
    if verified is None or not stages.is_disputed(item.key):
        raise NotAllowedError(
            "Jawaban ini tidak disanggah.", "This answer is not disputed.", status=409
        )
    must_say(ruling.words)
    if ruling.verdict is Verdict.UPHELD:
        counts = reading_of(verified)
    else:
        counts = counting(item, ruling, stages.work.route.readings[item.key])
    return keep(session, stages, item, ruling, stage=Stage.SETTLED, counts=counts, author=author)


def settle(session: Session, stages: Stages, *, with_open: bool, author: Author) -> StoredScorecard:
    """Settle the result. What is still disputed counts as verified, if ``with_open`` says so.

    UndecidedError lists what is open; NotAllowedError while the office may still reply, or
    for the person who verified.
    """
    assessment = stages.work.assessment
    must_be(assessment, _S.REPLY)
    if is_verifier_of(stages, author.person_id):
        raise NotAllowedError(
            "Yang memverifikasi tidak menetapkan hasilnya sendiri.",
            "Who verified does not settle the result.",
            status=403,
        )
    if is_reply_open(stages, author.now):
        raise NotAllowedError(
            "Masa sanggah kantor ini belum berakhir.",
            "The office may still reply.",
            status=409,
        )
    undecided = stages.undecided()
    if undecided and not with_open:
        raise UndecidedError(undecided)
    freeze_stage(session, stages, Stage.CONTESTED, author)
    card = freeze_stage(session, stages, Stage.SETTLED, author)
    change_state(session, assessment, _S.SETTLED, author=author, digests={"scorecard": card.digest})
    return card


def is_verifier_of(stages: Stages, person_id: int | None) -> bool:
    """Whether this person verified, or is assigned to: who did does not settle."""
    assigned = person_id is not None and person_id == stages.work.assessment.verifier_id
    return assigned or stages.was_verified_by(person_id)


def is_reply_open(stages: Stages, now: datetime) -> bool:
    """Whether the office may still say something that counts."""
    assessment = stages.work.assessment
    end = due(assessment, Due.REPLY)
    over = end is not None and now > end
    return not (over or assessment.replied_at is not None or not stages.differing())


def publish(session: Session, assessment: Assessment, *, author: Author) -> None:
    """Make a settled result public."""
    settled = result_of(session, assessment, Stage.SETTLED)
    digests = {} if settled is None else {"scorecard": settled.digest}
    change_state(session, assessment, _S.PUBLISHED, author=author, digests=digests)


def reopen(session: Session, assessment: Assessment, *, words: str, author: Author) -> None:
    """Take a settled or published result up again, with the reason; no row is lost."""
    if assessment.state not in (_S.SETTLED, _S.PUBLISHED):
        must_be(assessment, _S.SETTLED)
    change_state(session, assessment, _S.VERIFYING, author=author, words=words)
