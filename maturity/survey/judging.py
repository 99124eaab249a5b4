"""The door for verification: take up, decide about each claim, return, open the reply.

Who may do it is asked before, at the page; here stands what the assessment's state, its
deadlines and its assignment allow. Every decision is a row; every change of state is in the
record.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from maturity.errors import MaturityError
from maturity.survey import assignments
from maturity.survey.answers import Author
from maturity.survey.assessments import NotAllowedError, change_state
from maturity.survey.chain import moment
from maturity.survey.deadlines import Due, due, filling_due, reply_until
from maturity.survey.evidence_rule import unverified
from maturity.survey.instrument import Item
from maturity.survey.lifecycle import STATE_NAMES, AssessmentState
from maturity.survey.models import Assessment, Stage, StoredScorecard
from maturity.survey.reading import Reading, UnreadableError, clean, read
from maturity.survey.rulings import Ruling, freeze_stage, keep, newest_of
from maturity.survey.stage_models import Judgement, Verdict
from maturity.survey.stages import Stages, is_claim_to_grant

LEAST_WORDS = 3
_S = AssessmentState


class WordsError(MaturityError):
    """A decision that needs words has none."""

    def __init__(self) -> None:
        super().__init__(
            "Tulis alasan keputusan ini dengan kata-kata.",
            "Say in words why you decide so.",
            field="words",
            status=422,
        )


class UndecidedError(MaturityError):
    """Something is still to be decided first; ``items`` says what."""

    def __init__(self, items: Iterable[Item]) -> None:
        self.items = tuple(items)
        count = len(self.items)
        super().__init__(
            f"Masih ada {count} jawaban yang belum diputuskan.",
            f"{count} answers are still undecided.",
            status=422,
        )


# --- verification ---------------------------------------------------------------------


def begin(session: Session, assessment: Assessment, *, author: Author) -> None:
    """Take an assessment up for verification; whoever begins is its verifier."""
    if assessment.verifier_id is None:
        assignments.must_be_for(session, assessment, author.person_id)
        assessment.verifier_id = author.person_id
    must_verify(assessment, author, state=_S.SUBMITTED)
    change_state(session, assessment, _S.VERIFYING, author=author)


def verify(
    session: Session, stages: Stages, item: Item, ruling: Ruling, *, author: Author
) -> Judgement:
    """Decide about one claim. WordsError, OvertakenError, UnreadableError, NotAllowedError."""
    must_verify(stages.work.assessment, author, state=_S.VERIFYING)
    claimed = stages.work.route.readings.get(item.key)
    if claimed is None:
        raise NotAllowedError(
            "Kantor tidak menjawab pertanyaan ini.",
            "The office did not answer this question.",
            status=409,
        )
    counts = counting(item, ruling, claimed)
    if ruling.verdict is not Verdict.CONFIRMED:
        must_say(ruling.words)
    return keep(session, stages, item, ruling, stage=Stage.VERIFIED, counts=counts, author=author)


def counting(item: Item, ruling: Ruling, claimed: Reading) -> Reading:
    """The answer that counts by a ruling; UnreadableError for another answer that is none."""
    match ruling.verdict:
        case Verdict.CONFIRMED:
            return claimed
        case Verdict.NOT_VERIFIABLE:
            return unverified(item, claimed)
        case Verdict.CHANGED:
            changed = read(item, ruling.raw)
            if changed is None:
                raise UnreadableError("Pilih jawaban yang benar.", "Choose the right answer.")
            return changed
    raise ValueError(f"no verdict of verification: {ruling.verdict}")


def confirm_rest(
    session: Session, stages: Stages, items: Iterable[Item], *, author: Author
) -> list[Item]:
    """Confirm the claims among these that are undecided; gives those it did confirm.

    Not "not applicable", nor a claim that lacks the evidence its level needs, or whose
    evidence had expired when it was handed in: these are decided one by one.
    """
    must_verify(stages.work.assessment, author, state=_S.VERIFYING)
    wanted = {item.key for item in items}
    done = []
    for item in stages.claims():
        if item.key not in wanted or stages.verified(item.key) is not None:
            continue
        claimed = stages.work.route.readings[item.key]
        if is_claim_to_grant(stages.work, item) or stages.work.lacks_link(item, claimed):
            continue
        seen = newest_of(stages, item, Stage.VERIFIED)
        ruling = Ruling(Verdict.CONFIRMED, seen=seen.id if seen else 0)
        verify(session, stages, item, ruling, author=author)
        done.append(item)
    return done


def give_back(
    session: Session, assessment: Assessment, *, words: str, days: int, author: Author
) -> None:
    """Return for changes; the office has at least so many days, whatever its deadline was."""
    must_verify(assessment, author, state=AssessmentState(assessment.state))
    assessment.due_at = max(filling_due(assessment), author.now + timedelta(days=days))
    until = {"until": moment(assessment.due_at)}
    change_state(session, assessment, _S.RETURNED, author=author, words=words, digests=until)


def open_reply(session: Session, stages: Stages, *, author: Author) -> StoredScorecard:
    """End verification: freeze the verified score, open the office's right of reply."""
    assessment = stages.work.assessment
    must_verify(assessment, author, state=_S.VERIFYING)
    undecided = [item for item in stages.claims() if stages.verified(item.key) is None]
    if undecided:
        raise UndecidedError(undecided)
    assessment.reply_due_at = reply_until(assessment, author.now)
    assessment.replied_at = None
    card = freeze_stage(session, stages, Stage.VERIFIED, author)
    digests = {"scorecard": card.digest, "until": moment(assessment.reply_due_at)}
    change_state(session, assessment, _S.REPLY, author=author, digests=digests)
    return card


def take_up_again(session: Session, assessment: Assessment, *, words: str, author: Author) -> None:
    """Back from the reply to verification, with the reason."""
    must_verify(assessment, author, state=_S.REPLY)
    change_state(session, assessment, _S.VERIFYING, author=author, words=words)


# --- what all share -------------------------------------------------------------------


def must_say(words: str) -> None:
    """WordsError unless a reason was given."""
    if len(clean(words).strip()) < LEAST_WORDS:
        raise WordsError


def must_be(assessment: Assessment, state: AssessmentState) -> None:
    """NotAllowedError unless the assessment is in this state."""
    if assessment.state != state:
        name, wanted = STATE_NAMES[AssessmentState(assessment.state)], STATE_NAMES[state]
        raise NotAllowedError(
            f"Penilaian ini berstatus “{name.id}”; tindakan ini hanya untuk “{wanted.id}”.",
            f"This assessment is “{name.en}”; this is for “{wanted.en}” only.",
            status=409,
        )


def must_verify(
    assessment: Assessment, author: Author, *, state: AssessmentState = _S.VERIFYING
) -> None:
    """Only the assigned verifier, in this state, before the deadline."""
    must_be(assessment, state)
    if author.person_id is None or assessment.verifier_id != author.person_id:
        raise NotAllowedError(
            "Penilaian ini tidak ditugaskan kepada Anda.",
            "This assessment is not assigned to you.",
            status=403,
        )
    end = due(assessment, Due.VERIFICATION)
    if end is not None and author.now > end:
        raise over("Batas verifikasi", "The deadline of verification", end,
                    assessment.office.timezone)  # fmt: skip


def over(subject_id: str, subject_en: str, end: datetime, zone: str) -> NotAllowedError:
    """A deadline has passed, in the office's zone."""
    there = end.astimezone(ZoneInfo(zone))
    return NotAllowedError(
        f"{subject_id} sudah lewat ({there:%d-%m-%Y %H.%M}). Mintalah perpanjangan kepada "
        "administrator bila perlu. Yang tersimpan tetap ada.",
        f"{subject_en} is over ({there:%Y-%m-%d %H:%M}). Ask an administrator for an extension "
        "if need be. What was saved is kept.",
        status=409,
    )
