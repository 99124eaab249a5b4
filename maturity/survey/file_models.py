"""Files that were handed in as evidence: each content once, each use of it apart."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from maturity.db import Base, UtcDateTime
from maturity.survey.section_models import SectionLink


class StoredFile(Base):
    """One content in the store, whoever handed it in, and however often.

    ``holds_nik`` says whether its text seems to hold an identity number; None: it was not read.
    """

    __tablename__ = "stored_file"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(100))
    holds_nik: Mapped[bool | None]
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class EvidenceFile(Base):
    """A file used as evidence for one question. Removed ones are kept.

    The name belongs to the use: an office never learns how another one called its file.
    ``place`` says where to look: a page, a sheet and cell. ``carried_from_id`` is the earlier
    assessment that handed it in too; then the office said at ``added_at`` that it still holds.
    """

    __tablename__ = "evidence_file"
    __table_args__ = (Index("ix_evidence_file_assessment_key", "assessment_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(240))
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"), index=True)
    name_as_given: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text, default="")
    place: Mapped[str] = mapped_column(String(200), default="")
    valid_until: Mapped[date | None]
    carried_from_id: Mapped[int | None] = mapped_column(
        ForeignKey("assessment.id", ondelete="SET NULL")
    )
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    added_delegation_id: Mapped[int | None] = mapped_column(ForeignKey(SectionLink.id))
    removed_delegation_id: Mapped[int | None] = mapped_column(ForeignKey(SectionLink.id))
    stored: Mapped[StoredFile] = relationship()
