"""The table of the record."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from maturity.db import Base, UtcDateTime


class LogEntry(Base):
    """One decision in the hash-chained record: append-only, written by ``survey.log`` alone.

    It refers to nothing by foreign key: the record outlives what it speaks of. ``data`` is
    canonical JSON; of people it knows their numbers, never more.
    """

    __tablename__ = "log_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(unique=True)  # 1, 2, 3 ... without a gap
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(40))
    assessment_id: Mapped[int | None] = mapped_column(index=True)
    round_id: Mapped[int | None]
    by_id: Mapped[int | None]
    data: Mapped[str] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
