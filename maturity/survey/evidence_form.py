"""What a form says of evidence beside the links and files themselves.

Fields are ``until:KEY`` and ``file-until:KEY`` (until when it is valid); and once a page ``again``
(a piece that is used again), ``again-for`` (at which keys), and what is said of it:
``again-place``, ``again-until``, ``still``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import flash, request
from flask_babel import gettext
from sqlalchemy.orm import Session

from maturity.offices.guard import current_actor
from maturity.survey.answers import Author, TooLongError, TooManyError
from maturity.survey.evidence_again import Again, StillValidError, use_piece
from maturity.survey.file_evidence import TooManyFilesError
from maturity.survey.instrument import Text
from maturity.survey.models import Assessment
from maturity.survey.reading import UnreadableError, day
from maturity.web import locale

_DAYS = ("until", "file-until")


def day_or_none(raw: str) -> date | None:
    """The day that a field says; None for none, and for what is no date."""
    try:
        return day(raw)
    except UnreadableError:
        return None


def fault_of_day(raw: str) -> Text | None:
    """Why a field is no date; None where it is one, or empty."""
    try:
        day(raw)
    except UnreadableError as error:
        return error.text
    return None


def said_day(name: str, key: str) -> date | None:
    """The same of a field of this request's form."""
    return day_or_none(request.form.get(f"{name}:{key}", ""))


def days_are_readable(keys: Sequence[str]) -> bool:
    """False where a field holds no date, which is said once; the evidence is kept all the same."""
    good = True
    names = [f"{name}:{key}" for key in keys for name in _DAYS]
    for raw in (request.form.get(name, "") for name in (*names, "again-until")):
        fault = fault_of_day(raw)
        if fault is not None:
            good, words = False, fault.in_(locale())
            flash(
                gettext("Berlaku sampai “%(raw)s”: %(words)s", raw=raw[:40], words=words), "error"
            )
    return good


def use_chosen(
    session: Session, assessment: Assessment, keys: Sequence[str], *, who: Author
) -> bool:
    """Use what was chosen from the evidence that is there; False where that was refused."""
    if current_actor().delegation is not None:  # nothing was offered
        return True
    refs = list(filter(None, request.form.getlist("again")))
    wanted = [key for key in keys if key in request.form.getlist("again-for")]
    if refs and not wanted:
        flash(gettext("Pilih pertanyaan yang memakai bukti itu."), "error")
        return False
    done = [_used(session, assessment, key, ref, who) for key in wanted for ref in refs]
    return all(done)


def _used(session: Session, assessment: Assessment, key: str, ref: str, who: Author) -> bool:
    again = Again(
        place=request.form.get("again-place", ""),
        valid_until=day_or_none(request.form.get("again-until", "")),
        still_valid=request.form.get("still") == "yes",
    )
    try:
        return use_piece(session, assessment, key, ref, again=again, author=who) is not None
    except (StillValidError, TooManyError, TooManyFilesError, TooLongError) as error:
        flash(error.in_(locale()), "error")
        return False
