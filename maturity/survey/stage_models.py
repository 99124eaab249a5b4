"""What others than the office decide, and what is said about it: every row is kept."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from maturity.db import Base, UtcDateTime


class Verdict(StrEnum):
    """What a judgement says of an answer."""

    CONFIRMED = "confirmed"  # verified: as claimed; settled: the office's claim stands
    CHANGED = "changed"  # another answer
    NOT_VERIFIABLE = "not-verifiable"  # counts as the instrument's rule for missing evidence says
    AGREE = "agree"
    DISAGREE = "disagree"
    UPHELD = "upheld"  # settled: the verified answer stands


class Judgement(Base):
    """One decision about one answer at one stage: append-only, the newest of a stage counts.

    ``state`` and ``value`` are the answer that counts by it. ``on_version`` is the version of
    the office's answer it was made about: an answer changed since is to be judged anew.
    """

    __tablename__ = "judgement"
    __table_args__ = (Index("ix_judgement_assessment_key", "assessment_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(240))
    stage: Mapped[str] = mapped_column(String(16))
    verdict: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    value: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text, default="")
    private_words: Mapped[str] = mapped_column(Text, default="")
    confidence: Mapped[int | None]
    on_version: Mapped[int]
    way: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class ThreadKind(StrEnum):
    """What a thread is for."""

    QUESTION = "question"
    CORRECTION = "correction"
    DISPUTE = "dispute"


class Thread(Base):
    """What an office and its verifier say to each other about one item."""

    __tablename__ = "thread"
    __table_args__ = (Index("ix_thread_assessment_key", "assessment_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(240))
    kind: Mapped[str] = mapped_column(String(16))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    comments: Mapped[list[Comment]] = relationship(order_by="Comment.id")


class Comment(Base):
    """One contribution to a thread; ``side`` is office or verifier."""

    __tablename__ = "comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"), index=True)
    side: Mapped[str] = mapped_column(String(16))
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Extension(Base):
    """More time for one office in one stage, with the reason: append-only."""

    __tablename__ = "extension"

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(
        ForeignKey("assessment.id", ondelete="CASCADE"), index=True
    )
    stage: Mapped[str] = mapped_column(String(16))  # filling, verification or reply
    before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Correction(Base):
    """What was changed of a round while it runs, with the reason: append-only, public.

    Texts of its instrument, never what is scored; or, with the same fingerprint before and
    after, its deadlines and rules. ``changes`` is JSON: a list of [path, before, after], where
    a path is the list of steps to a text, or the name of a column.
    """

    __tablename__ = "correction"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"), index=True)
    before: Mapped[str] = mapped_column(String(64))  # fingerprints
    after: Mapped[str] = mapped_column(String(64))
    changes: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
