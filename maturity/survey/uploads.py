"""Files that arrive with a questionnaire's form, and where they go.

Fields are ``file:KEY`` (any number of files), ``file-about:KEY``, ``file-place:KEY`` and
``file-until:KEY`` (said of them), and ``file-drop:KEY`` (uses to take away), for the evidence key
of a question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, request
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from maturity.errors import MaturityError
from maturity.offices.parked import FILES_LEFT
from maturity.survey import file_evidence as door
from maturity.survey.answers import Author, TooLongError
from maturity.survey.evidence_form import said_day
from maturity.survey.file_evidence import Taken, Use
from maturity.survey.files import store_of
from maturity.survey.forms import dropped
from maturity.survey.models import Assessment
from maturity.web import MAX_BODY, locale, services

AT_ONCE = 4
"""Files of the greatest size that one request may carry."""
MAX_FIELDS = 5_000


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file that is in the store and waits to be attached to a question."""

    key: str
    taken: Taken
    use: Use


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What a form brought; ``refused`` where a file was not taken, which has been said."""

    files: tuple[Arrived, ...]
    refused: bool


def make_room() -> None:
    """Let this request carry files; to be called before its form is read."""
    request.max_content_length = MAX_BODY + AT_ONCE * services().settings.max_file
    request.max_form_parts = MAX_FIELDS


def arrivals(keys: Sequence[str]) -> Arrivals:
    """Take in the files of this request's form for some questions. No session may be open."""
    found, refused = [], False
    for key in keys:
        for upload in request.files.getlist(f"file:{key}"):
            if upload.filename:
                arrived = _arrived(key, upload)
                refused |= arrived is None
                found += [arrived] if arrived else []
    if FILES_LEFT in request.form:
        _say(gettext("Berkas yang dipilih belum terkirim; pilih kembali."))
        refused = True
    return Arrivals(tuple(found), refused)


def _arrived(key: str, upload: FileStorage) -> Arrived | None:
    settings = services().settings
    said = upload.filename or ""
    try:
        content = upload.stream.read(settings.max_file + 1)
        taken = door.take(store_of(settings), content, most=settings.max_file)
    except MaturityError as error:
        _say(f"{said[-door.MAX_NAME :]}: {error.in_(locale())}")
        return None
    name = door.plain_name(said, taken.kind)
    if taken.holds_nik:
        warn_of_nik(name)
    return Arrived(key, taken, _use(key, name))


def _use(key: str, name: str) -> Use:
    form = request.form
    about, place = form.get(f"file-about:{key}", ""), form.get(f"file-place:{key}", "")
    return Use(name, about, place, said_day("file-until", key))


def attach_all(
    session: Session, assessment: Assessment, keys: Sequence[str], came: Arrivals, *, who: Author
) -> bool:
    """Attach what arrived, take away what was ticked.

    False where something was refused, which has been said; the rest is done all the same.
    """
    for key in keys:
        _warn_of_lonely_words(key, {f.key for f in came.files})
    attached = [_attached(session, assessment, one, who) for one in came.files]
    for key, use_id in dropped(request.form, keys, "file-drop"):
        door.detach_file(session, assessment, key, use_id, author=who)
    return all(attached) and not came.refused


def _attached(session: Session, assessment: Assessment, one: Arrived, who: Author) -> bool:
    try:
        door.attach_file(session, assessment, one.key, one.taken, use=one.use, author=who)
    except (door.TooManyFilesError, TooLongError) as error:
        _say(f"{one.use.name}: {error.in_(locale())}")
        return False
    return True


def _warn_of_lonely_words(key: str, used: set[str]) -> None:
    use = _use(key, "")
    words = " – ".join(filter(None, (use.note.strip(), use.place.strip())))
    if words and key not in used:
        _say(gettext("Keterangan berkas tanpa berkas tidak disimpan: %(words)s", words=words[:500]))


def _say(words: str) -> None:
    flash(words, "error")


def warn_of_nik(name: str) -> None:
    """Say that a file that was kept seems to hold an identity number."""
    flash(
        gettext(
            "%(name)s tersimpan, tetapi tampaknya memuat NIK. Bila benar, hapus berkas itu dan "
            "unggah versi yang data pribadinya sudah disamarkan.",
            name=name,
        ),
        "warning",
    )
