"""Offices' consent to be shown to others as an example."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from maturity.db import Base, UtcDateTime


class ExampleConsent(Base):
    """An office lets its answer about one variable be shown; withdrawn ones are kept.

    ``shown`` is the SHA-256 of what would be shown then: other words need consent anew.
    """

    __tablename__ = "example_consent"
    __table_args__ = (
        Index(
            "uq_example_consent_current",
            "assessment_id",
            "part",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id", ondelete="CASCADE"))
    part: Mapped[str] = mapped_column(String(80))
    shown: Mapped[str] = mapped_column(String(64))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
