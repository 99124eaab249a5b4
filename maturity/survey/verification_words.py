"""What was decided about answers, in words: for the verifier's pages and for the office's."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from maturity.offices.models import Person
from maturity.survey import assessments
from maturity.survey.assessments import Work
from maturity.survey.instrument import Item
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.models import Assessment, Round, Stage
from maturity.survey.stage_models import Judgement, Verdict
from maturity.survey.stage_words import reading_words, verdict_name
from maturity.survey.stages import Stages, is_claim_to_grant, reading_of, stages
from maturity.web import format_moment, locale


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A decision as people read it. ``private`` is never for the office."""

    verdict: str
    kind: str
    answer: str
    words: str
    private: str
    confidence: str
    who: str
    when: str


def decision_view(work: Work, item: Item, row: Judgement, *, name: str = "") -> DecisionView:
    """A decision in words; ``name``: who decided."""
    return DecisionView(
        verdict=verdict_words(Verdict(row.verdict), grants=is_claim_to_grant(work, item)),
        kind="done" if row.verdict == Verdict.CONFIRMED else "check",
        answer=reading_words(work.instrument, item, reading_of(row), locale()),
        words=row.words,
        private=row.private_words,
        confidence=confidence_words(row.confidence),
        who=name,
        when=format_moment(row.at, work.office.timezone, locale()),
    )


def judge_names(session: Session, found: Stages) -> dict[int, str]:
    """Who decided anything about an assessment, by id."""
    by = {row.by_id for rows in found.rows.values() for row in rows.values()}
    wanted = select(Person.id, Person.name).where(Person.id.in_(by - {None}))
    return {row.id: row.name for row in session.execute(wanted)}


def verdict_words(verdict: Verdict, *, grants: bool) -> str:
    """A verifier's decision in words; ``grants``: about "not applicable"."""
    if grants:
        granted = verdict is Verdict.CONFIRMED
        return gettext("Disetujui: tidak berlaku") if granted else gettext("Ditolak, diubah")
    return verdict_name(Stage.VERIFIED, verdict).in_(locale())


def confidence_words(confidence: int | None) -> str:
    """How sure somebody is; empty where it was not said."""
    if confidence is None:
        return ""
    return (gettext("rendah"), gettext("sedang"), gettext("tinggi"))[confidence - 1]


def settled_before(session: Session, assessment: Assessment, language: str) -> dict[str, str]:
    """What was settled of this office in the last settled round, in words, by item key."""
    earlier = session.scalar(
        select(Assessment)
        .join(Assessment.round)
        .where(
            Assessment.office_code == assessment.office_code,
            Assessment.state.in_((AssessmentState.SETTLED, AssessmentState.PUBLISHED)),
            Round.instrument_id == assessment.round.instrument_id,
            Round.opens_at < assessment.round.opens_at,
        )
        .order_by(Round.opens_at.desc())
        .limit(1)
    )
    if earlier is None:
        return {}
    work = assessments.work(session, earlier, with_evidence=False)
    settled = stages(session, work).readings(Stage.SETTLED)
    known = {item.key: item for item in work.instrument.items}
    return {
        key: reading_words(work.instrument, known[key], reading, language)
        for key, reading in settled.items()
        if key in known
    }
