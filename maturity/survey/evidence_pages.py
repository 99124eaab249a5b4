"""Evidence as pages show it: links with what was found of them, files, and what can be reused."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from maturity.offices.guard import current_actor
from maturity.survey.assessments import Work
from maturity.survey.evidence_again import Piece, offered
from maturity.survey.file_evidence import kind_of
from maturity.survey.file_models import EvidenceFile
from maturity.survey.identity_numbers import holds_nik
from maturity.survey.instrument import Text
from maturity.survey.link_archive import Standing, latest_for
from maturity.survey.link_words import NOT_CHECKED, NOT_YET, found_words
from maturity.survey.models import Assessment, Evidence, Round
from maturity.web import format_day, format_moment, format_number, now, services

LONGEST = 90
"""Characters of a link or name in a list to choose from."""


@dataclass(frozen=True, slots=True)
class UseView:
    """What is said of any piece of evidence."""

    id: int
    note: str
    place: str
    until: str
    expired: bool
    carried: str
    warning: str


@dataclass(frozen=True, slots=True)
class LinkView:
    """One attached link; ``found`` is what the last check found, ``copy`` a kept page's address."""

    use: UseView
    url: str
    usable: bool
    found: str
    broken: bool
    copy: str
    copy_words: str

    @property
    def id(self) -> int:
        """The use's number."""
        return self.use.id


@dataclass(frozen=True, slots=True)
class FileView:
    """One attached file; ``details`` are its type and size."""

    use: UseView
    href: str
    name: str
    details: str

    @property
    def id(self) -> int:
        """The use's number."""
        return self.use.id


class EvidencePages:
    """Makes the values for one assessment in the reader's language; looks things up once."""

    def __init__(self, session: Session, work: Work, language: str) -> None:
        self.session, self.work, self.language = session, work, language
        self.zone = work.office.timezone

    def links(self, key: str) -> tuple[LinkView, ...]:
        """The links attached at an evidence key."""
        return tuple(self._link(row) for row in self.work.evidence.get(key, ()))

    def files(self, key: str) -> tuple[FileView, ...]:
        """The files attached at an evidence key."""
        return tuple(self._file(row) for row in self.work.files.get(key, ()))

    def again(self, keys: Collection[str]) -> tuple[tuple[str, str], ...]:
        """(name in forms, words) of this office's evidence that some of these keys do not use."""
        if not keys:
            return ()
        used = set.intersection(*map(self._contents, keys))
        return tuple(
            (piece.ref, self._piece_words(piece))
            for piece in self._offered
            if piece.content not in used
        )

    def _contents(self, key: str) -> set[str]:
        here = {row.url for row in self.work.evidence.get(key, ())}
        return here | {row.sha256 for row in self.work.files.get(key, ())}

    def _link(self, row: Evidence) -> LinkView:
        standing = self._standings.get(row.url) if row.usable else None
        return LinkView(
            use=self._use(row, typed_warning(row.note, row.place)),
            url=row.url,
            usable=row.usable,
            found=self._found(standing) if row.usable else "",
            broken=standing is not None and not standing.opens,
            **self._copy(standing),
        )

    def _copy(self, standing: Standing | None) -> dict[str, str]:
        copy = standing.copy if standing else None
        if copy is None:
            return {"copy": "", "copy_words": ""}
        day, here = self._moment_day(copy.checked_at), self.work.assessment.id
        return {
            "copy": url_for("survey.link_copy", assessment_id=here, check_id=copy.id),
            "copy_words": gettext("salinan tersimpan, %(day)s", day=day),
        }

    def _found(self, standing: Standing | None) -> str:
        if standing is None:
            checks = services().settings.check_links
            return (NOT_YET if checks else NOT_CHECKED).in_(self.language)
        when = format_moment(standing.last.checked_at, self.zone, self.language)
        found = found_words(standing.last).in_(self.language)
        return gettext("Diperiksa %(when)s: %(found)s.", when=when, found=found)

    def _file(self, row: EvidenceFile) -> FileView:
        here = self.work.assessment.id
        size = size_words(row.stored.size, self.language)
        typed = typed_warning(row.note, row.place)
        return FileView(
            use=self._use(row, nik_in_file() if row.stored.holds_nik else typed),
            href=url_for("survey.evidence_file", assessment_id=here, sha256=row.sha256),
            name=row.name_as_given,
            details=f"{kind_of(row.stored).name}, {size}",
        )

    def _use(self, row: Evidence | EvidenceFile, warning: str) -> UseView:
        return UseView(
            id=row.id,
            note=row.note,
            place=row.place,
            until=self._until(row.valid_until),
            expired=row.valid_until is not None and row.valid_until < self._today,
            carried=self._carried(row),
            warning=warning,
        )

    def _until(self, day: date | None) -> str:
        if day is None:
            return ""
        words = format_day(day, self.language)
        if day < self._today:
            return gettext("Masa berlaku berakhir %(day)s", day=words)
        return gettext("Berlaku sampai %(day)s", day=words)

    def _carried(self, row: Evidence | EvidenceFile) -> str:
        if row.carried_from_id is None:
            return ""
        title = self._titles.get(row.carried_from_id)
        day = self._moment_day(row.added_at)
        return gettext(
            "Dari %(round)s; dinyatakan masih berlaku %(day)s",
            round=title.in_(self.language) if title else "–",
            day=day,
        )

    def _piece_words(self, piece: Piece) -> str:
        parts = [piece.words if len(piece.words) <= LONGEST else f"{piece.words[:LONGEST]}…"]
        if piece.earlier is not None:
            parts.append(piece.earlier.in_(self.language))
        return " – ".join(filter(None, (*parts, self._until(piece.valid_until))))

    def _moment_day(self, moment: datetime) -> str:
        return format_day(moment.astimezone(ZoneInfo(self.zone)), self.language)

    @cached_property
    def _today(self) -> date:
        return now().astimezone(ZoneInfo(self.zone)).date()

    @cached_property
    def _standings(self) -> dict[str, Standing]:
        rows = (row for used in self.work.evidence.values() for row in used)
        return latest_for(self.session, {row.url for row in rows if row.usable})

    @cached_property
    def _offered(self) -> list[Piece]:
        if current_actor().delegation is not None:  # not what other sections hand in
            return []
        return offered(self.session, self.work.assessment)

    @cached_property
    def _titles(self) -> dict[int, Text]:
        ids = {row.carried_from_id for rows in self.work.evidence.values() for row in rows}
        ids |= {row.carried_from_id for rows in self.work.files.values() for row in rows}
        query = (
            select(Assessment.id, Round.title_id, Round.title_en)
            .join(Round, Round.id == Assessment.round_id)
            .where(Assessment.id.in_(ids))
        )
        return {row[0]: Text(row[1], row[2]) for row in self.session.execute(query)}


def size_words(size: int, language: str) -> str:
    """A file's size as people say it: ``5 MB``, ``1,2 MB``, ``34 KB``."""
    if size < 1_000_000:
        return f"{-(-size // 1000)} KB"
    digits = 0 if size % 1_000_000 == 0 else 1
    return f"{format_number(size / 1_000_000, digits, language)} MB"


def nik_in_file() -> str:
    """What is said of a file that seems to hold an identity number."""
    return gettext(
        "Berkas ini tampaknya memuat NIK. Bila benar, hapus dan unggah versi yang disamarkan."
    )


def typed_warning(*texts: str) -> str:
    """What is said of typed text that seems to hold an identity number; empty for none."""
    if not any(map(holds_nik, texts)):
        return ""
    return gettext("Isian ini tampaknya memuat NIK. Bila benar, hapus data pribadi itu.")
