"""What was found when links that offices handed in were opened: append-only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from maturity.db import Base, UtcDateTime


class ArchivedLink(Base):
    """One check of one address, whoever handed it in.

    ``status`` is HTTP's, None where nobody answered; ``error`` a word of ``link_guard.Fault`` or
    empty. The copy of a page that opened is in the file store under ``content_sha256``.
    """

    __tablename__ = "archived_link"
    __table_args__ = (Index("ix_archived_link_url_sha256_id", "url_sha256", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    url_sha256: Mapped[str] = mapped_column(String(64))
    checked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[int | None]
    error: Mapped[str] = mapped_column(String(24), default="")
    final_url: Mapped[str] = mapped_column(Text, default="")
    content_sha256: Mapped[str | None] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(100), default="")
    size: Mapped[int | None]
    truncated: Mapped[bool] = mapped_column(default=False)
