"""What was handed in, sealed: a receipt each time, and the signed papers that came back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from maturity.db import Base, UtcDateTime
from maturity.survey.file_models import StoredFile
from maturity.survey.models import Assessment


class Receipt(Base):
    """One handing in: append-only. The newest of an assessment is the one that counts.

    ``digest`` is the SHA-256 of the statement, a JSON text in canonical form that ``payload``
    holds; ``code`` is what a paper shows of it and what opens its public page.
    """

    __tablename__ = "receipt"

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(
        ForeignKey("assessment.id", ondelete="CASCADE"), index=True
    )
    code: Mapped[str] = mapped_column(String(16), unique=True)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    answers: Mapped[int]
    evidence: Mapped[int]
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    payload: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)  # zlib of the statement
    assessment: Mapped[Assessment] = relationship()


class SignedPaper(Base):
    """The scan of a receipt's signed paper: append-only, the newest counts."""

    __tablename__ = "signed_paper"

    id: Mapped[int] = mapped_column(primary_key=True)
    receipt_id: Mapped[int] = mapped_column(
        ForeignKey("receipt.id", ondelete="CASCADE"), index=True
    )
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"), index=True)
    name_as_given: Mapped[str] = mapped_column(String(200))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    receipt: Mapped[Receipt] = relationship()
    stored: Mapped[StoredFile] = relationship()
