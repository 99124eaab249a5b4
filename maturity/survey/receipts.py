"""The door for sign-off: issue a receipt, find one by its code, take in the signed paper."""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from maturity.survey import log
from maturity.survey.answers import Author
from maturity.survey.file_evidence import Taken, store_row
from maturity.survey.file_kinds import JPG, PDF, PNG
from maturity.survey.log import Kind, Note
from maturity.survey.models import Assessment, StoredScorecard
from maturity.survey.receipt_models import Receipt, SignedPaper
from maturity.survey.statements import CODE, About, Said, Statement, code_of, statement, typed

if TYPE_CHECKING:
    from maturity.survey.assessments import Work

SCANS = (PDF, JPG, PNG)
"""Kinds of file that a signed paper may come back as."""


def _chance() -> bytes:
    return secrets.token_bytes(10)


@dataclass(frozen=True, slots=True)
class Finding:
    """A genuine receipt, and the newer one where it has been superseded."""

    receipt: Receipt
    newer: Receipt | None
    scan: SignedPaper | None


def issue(
    session: Session,
    work: Work,
    scorecard: StoredScorecard,
    author: Author,
    *,
    chance: Callable[[], bytes] = _chance,
) -> Receipt:
    """Seal what is handed in now, in the transaction of the handing in."""
    row = receipt_row(work.assessment.id, statement_of(work, scorecard), code=code_of(chance()))
    row.issued_at, row.by_id = author.now, author.person_id
    session.add(row)
    session.flush()
    return row


def statement_of(work: Work, scorecard: StoredScorecard) -> Statement:
    """What an opened assessment says at this moment."""
    about = About(
        office=work.office.code,
        round_slug=work.assessment.round.slug,
        instrument=work.instrument.ref,
        fingerprint=work.instrument.fingerprint,
        scorecard=scorecard.digest,
    )
    return statement(
        about,
        answers={
            key: Said(one.state, one.value, one.reason, one.note)
            for key, one in work.answers.items()
            if one.state
        },
        links={key: [row.url for row in rows] for key, rows in work.evidence.items()},
        files={key: [row.sha256 for row in rows] for key, rows in work.files.items()},
    )


def receipt_row(assessment_id: int, sealed: Statement, *, code: str) -> Receipt:
    """The row of a receipt, not yet in any session, without its moment and author."""
    return Receipt(
        assessment_id=assessment_id,
        code=code,
        digest=sealed.digest,
        answers=sealed.answers,
        evidence=sealed.evidence,
        payload=zlib.compress(sealed.text.encode(), 6),
    )


def text_of(receipt: Receipt) -> bytes:
    """The sealed statement: its SHA-256 is the receipt's digest."""
    return zlib.decompress(receipt.payload)


# --- finding ----------------------------------------------------------------------------


def latest(session: Session, assessment: Assessment) -> Receipt | None:
    """The receipt that counts; None where nothing was handed in yet."""
    return _newest(session, assessment.id)


def _newest(session: Session, assessment_id: int) -> Receipt | None:
    of_it = select(Receipt).where(Receipt.assessment_id == assessment_id)
    return session.scalar(of_it.order_by(Receipt.id.desc()).limit(1))


def find(session: Session, code_or_digest: str) -> Finding | None:
    """The receipt of a code or digest, however it was typed; None where there is none.

    What was handed in twice without a change has one digest: the newer receipt is found.
    """
    said = typed(code_or_digest)
    if not said:
        return None
    column = Receipt.code if len(said) == CODE else Receipt.digest
    together = joinedload(Receipt.assessment)
    receipt = session.scalar(
        select(Receipt)
        .where(column == said)
        .options(together.joinedload(Assessment.office), together.joinedload(Assessment.round))
        .order_by(Receipt.id.desc())
        .limit(1)
    )
    if receipt is None:
        return None
    newest = _newest(session, receipt.assessment_id)
    papers = scans(session, receipt)
    return Finding(receipt, None if newest is receipt else newest, papers[0] if papers else None)


# --- the signed paper -------------------------------------------------------------------


def scans(session: Session, receipt: Receipt) -> Sequence[SignedPaper]:
    """The scans of a receipt's paper, the one that counts first."""
    rows = select(SignedPaper).where(SignedPaper.receipt_id == receipt.id)
    return session.scalars(
        rows.options(joinedload(SignedPaper.stored)).order_by(SignedPaper.id.desc())
    ).all()


def scan_of(session: Session, assessment_id: int, sha256: str) -> SignedPaper | None:
    """A scan that was handed in for any receipt of this assessment."""
    return session.scalar(
        select(SignedPaper)
        .join(SignedPaper.receipt)
        .where(Receipt.assessment_id == assessment_id, SignedPaper.sha256 == sha256)
        .options(joinedload(SignedPaper.stored))
        .order_by(SignedPaper.id.desc())
        .limit(1)
    )


def add_scan(
    session: Session, receipt: Receipt, taken: Taken, *, name: str, author: Author
) -> SignedPaper:
    """Keep a signed paper's scan and record its hash. The newest again changes nothing."""
    known = scans(session, receipt)
    if known and known[0].sha256 == taken.sha256:
        return known[0]
    store_row(session, taken, author)
    row = SignedPaper(
        receipt_id=receipt.id,
        sha256=taken.sha256,
        name_as_given=name,
        added_at=author.now,
        added_by_id=author.person_id,
    )
    session.add(row)
    session.flush()
    log.append(session, _note(row, receipt, author))
    return row


def _note(row: SignedPaper, receipt: Receipt, author: Author) -> Note:
    return Note(
        kind=Kind.PAPER_SIGNED,
        at=author.now,
        assessment_id=receipt.assessment_id,
        round_id=receipt.assessment.round_id,
        by_id=author.person_id,
        data={"receipt": receipt.digest, "file": row.sha256, "way": author.way},
    )
