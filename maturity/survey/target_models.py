"""What a round aims at, for the whole and for its parts."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from maturity.db import Base


class RoundTarget(Base):
    """The index that offices should reach in a part ("" the whole); ``kind`` "" is all kinds."""

    __tablename__ = "round_target"
    __table_args__ = (UniqueConstraint("round_id", "part", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    part: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(16))
    value: Mapped[float]
