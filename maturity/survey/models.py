"""Rounds, assessments, answers with their history, evidence, decisions, frozen scorecards."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from maturity.db import Base, UtcDateTime
from maturity.offices.models import Office
from maturity.survey.instrument import Text as Words
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.section_models import SectionLink


class Stage(StrEnum):
    """Whose answers count. Every stage is stored apart; nothing overwrites an earlier one."""

    SELF = "self"
    VERIFIED = "verified"
    REPLIED = "replied"
    CONTESTED = "contested"  # verified, but what the office disputes counts as it claims
    SETTLED = "settled"


class Round(Base):
    """One survey of all offices. It keeps its own copy of the instrument.

    Deadlines are moments of Western Indonesian Time; every office has until the same time of
    day in its own zone (``deadlines``).
    """

    __tablename__ = "round"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    title_id: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    instrument_id: Mapped[str] = mapped_column(String(80))
    instrument_version: Mapped[str] = mapped_column(String(20))
    fingerprint: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(Text, deferred=True)
    opens_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    verify_by: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reply_by: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settle_by: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reply_days: Mapped[int] = mapped_column(default=3, server_default="3")
    grace_minutes: Mapped[int] = mapped_column(default=15, server_default="15")
    verifiers: Mapped[str | None] = mapped_column(Text)
    na_policy: Mapped[str] = mapped_column(String(16), default="claimed", server_default="claimed")
    suppress_below: Mapped[int] = mapped_column(default=5, server_default="5")
    demo: Mapped[bool] = mapped_column(default=False)

    @property
    def title(self) -> Words:
        """The title in both languages."""
        return Words(self.title_id, self.title_en)


class Assessment(Base):
    """One office in one round.

    ``due_at`` and its like are this office's own deadlines, where they differ from the round's.
    ``sent_at``: when the device says that a submission received late was sent.
    """

    __tablename__ = "assessment"
    __table_args__ = (UniqueConstraint("round_id", "office_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"), index=True)
    state: Mapped[str] = mapped_column(String(24), default=AssessmentState.NOT_STARTED)
    answered: Mapped[int] = mapped_column(default=0)
    asked: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    verifier_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    verify_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reply_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    replied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    round: Mapped[Round] = relationship()
    office: Mapped[Office] = relationship()


class Answer(Base):
    """The present answer to one item, and the draft where what was typed does not parse.

    ``version`` counts saves; a save that has seen an older one is refused. An empty
    ``state`` means: no accepted answer (never given, emptied, or only a draft). ``note`` goes
    into reports; ``private_note`` is for the office and its verifiers only.
    ``confidence`` is how sure the office is of it: 1 low, 2 medium, 3 high, None unsaid.
    """

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("assessment_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(240))
    state: Mapped[str] = mapped_column(String(16), default="")
    value: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(Text, default="")
    private_note: Mapped[str] = mapped_column(Text, default="")
    confidence: Mapped[int | None]
    draft: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class AnswerEvent(Base):
    """What an answer was at each version: append-only."""

    __tablename__ = "answer_event"
    __table_args__ = (Index("ix_answer_event_assessment_key", "assessment_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(240))
    version: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    value: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    private_note: Mapped[str] = mapped_column(Text, default="")
    confidence: Mapped[int | None]
    draft: Mapped[str | None] = mapped_column(Text)
    way: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    delegation_id: Mapped[int | None] = mapped_column(ForeignKey(SectionLink.id), index=True)


class Evidence(Base):
    """A link that shows an answer to be true, with a note. Removed ones are kept.

    What was typed is kept even where it is no usable link; then ``usable`` is false. ``place``
    says where to look. ``carried_from_id`` is the earlier assessment that handed it in too; then
    the office said at ``added_at`` that it still holds.
    """

    __tablename__ = "evidence"
    __table_args__ = (Index("ix_evidence_assessment_key", "assessment_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(240))
    url: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, default="")
    place: Mapped[str] = mapped_column(String(200), default="")
    valid_until: Mapped[date | None]
    carried_from_id: Mapped[int | None] = mapped_column(
        ForeignKey("assessment.id", ondelete="SET NULL")
    )
    usable: Mapped[bool] = mapped_column(default=True)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    added_delegation_id: Mapped[int | None] = mapped_column(ForeignKey(SectionLink.id))
    removed_delegation_id: Mapped[int | None] = mapped_column(ForeignKey(SectionLink.id))


class Decision(Base):
    """A change of state: append-only."""

    __tablename__ = "decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(
        ForeignKey("assessment.id", ondelete="CASCADE"), index=True
    )
    before: Mapped[str] = mapped_column(String(24))
    after: Mapped[str] = mapped_column(String(24))
    words: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class StoredScorecard(Base):
    """A frozen result. Pages of many offices read the columns, never the payload.

    One of a stage is current; those it took the place of are kept, with the moment.
    """

    __tablename__ = "scorecard"
    __table_args__ = (
        Index(
            "uq_scorecard_current",
            "assessment_id",
            "stage",
            unique=True,
            sqlite_where=text("superseded_at IS NULL"),
            postgresql_where=text("superseded_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id", ondelete="CASCADE"))
    stage: Mapped[str] = mapped_column(String(16))
    fingerprint: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
    level: Mapped[int | None]
    gated_level: Mapped[int | None]
    index_value: Mapped[float | None]
    coverage: Mapped[float | None]
    weakest: Mapped[str | None] = mapped_column(String(80))
    dimensions: Mapped[str] = mapped_column(Text)  # JSON: node id -> [level, gated, index]
    variables: Mapped[str] = mapped_column(Text, server_default="{}", deferred=True)
    """JSON: question or slice -> [level, percent, why there is none or ""]."""
    payload: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)  # zlib of the JSON
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
