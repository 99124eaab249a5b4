"""Answers of an earlier period as pages show them: with their age and that of their evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from flask import url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from maturity.offices.guard import current_actor
from maturity.survey.answers import evidence_key
from maturity.survey.assessments import Work
from maturity.survey.carried import Earlier, Past, offered, past
from maturity.survey.expiry import day_there, holds
from maturity.survey.forms import dom_id
from maturity.survey.instrument import Item, Text
from maturity.survey.models import Evidence
from maturity.web import format_day, now


@dataclass(frozen=True, slots=True)
class OldPiece:
    """A link or file of the earlier answer; without ``href`` it cannot be opened from here."""

    words: str
    href: str
    age: str
    ended: str


@dataclass(frozen=True, slots=True)
class EarlierView:
    """An earlier answer that can be confirmed; ``asked_then`` where the words have changed."""

    item: Item
    key: str
    dom: str
    raw: str
    settled: str
    told: str
    note: str
    asked_then: str
    pieces: tuple[OldPiece, ...]
    version: int


class CarriedPages:
    """Makes the values for one assessment in the reader's language; looks things up once."""

    def __init__(self, session: Session, work: Work, language: str) -> None:
        self.session, self.work, self.language = session, work, language
        self.zone = work.office.timezone

    def view(self, item: Item) -> EarlierView | None:
        """What can be confirmed of an item; None where there is nothing."""
        earlier = self._open.get(item.key)
        return None if earlier is None or self._past is None else self._view(earlier, self._past)

    def views(self) -> list[EarlierView]:
        """Everything that can be confirmed, in the order of the questionnaire."""
        found = (self.view(one.item) for one in self._open.values())
        return [view for view in found if view is not None]

    @cached_property
    def _past(self) -> Past | None:
        return past(self.session, self.work)

    @cached_property
    def _open(self) -> dict[str, Earlier]:
        if self._past is None:
            return {}
        return {one.item.key: one for one in offered(self.work, self._past)}

    def _view(self, earlier: Earlier, past: Past) -> EarlierView:
        item = earlier.item
        answer = self.work.answers.get(item.key)
        return EarlierView(
            item=item,
            key=item.key,
            dom=dom_id(item.key),
            raw=earlier.raw,
            settled=format_day(day_there(past.settled_at, self.zone), self.language),
            told=self._told(earlier, past),
            note=earlier.note,
            asked_then=_asked(earlier.was).in_(self.language) if earlier.reworded else "",
            pieces=self._pieces(earlier, past),
            version=answer.version if answer is not None else 0,
        )

    def _told(self, earlier: Earlier, past: Past) -> str:
        """When it was settled, and how old the oldest evidence is."""
        day = format_day(day_there(past.settled_at, self.zone), self.language)
        rows = past.work.pieces(evidence_key(earlier.was)) if earlier.was.thing is None else []
        if not rows:
            return gettext("ditetapkan %(day)s", day=day)
        oldest = min(past.since.get(_content(row), row.added_at) for row in rows)
        return gettext("ditetapkan %(day)s; bukti %(age)s", day=day, age=self._age(oldest))

    def _pieces(self, earlier: Earlier, past: Past) -> tuple[OldPiece, ...]:
        if earlier.was.thing is not None:  # shared by all cells of an object
            return ()
        found = []
        for row in past.work.pieces(evidence_key(earlier.was)):
            ended = ""
            if row.valid_until is not None and not holds(row, self._today):
                day = format_day(row.valid_until, self.language)
                ended = gettext("Masa berlaku berakhir %(day)s", day=day)
            age = self._age(past.since.get(_content(row), row.added_at))
            words = row.url if isinstance(row, Evidence) else row.name_as_given
            found.append(OldPiece(words, self._href(row, past), age, ended))
        return tuple(found)

    def _href(self, row: object, past: Past) -> str:
        if isinstance(row, Evidence):
            return row.url
        if current_actor().delegation is not None:  # the earlier assessment is not theirs to open
            return ""
        here = past.work.assessment.id
        return url_for("survey.evidence_file", assessment_id=here, sha256=_content(row))

    def _age(self, since: datetime) -> str:
        return age_words(day_there(since, self.zone), self._today)

    @cached_property
    def _today(self) -> date:
        return day_there(now(), self.zone)


def age_words(since: date, today: date) -> str:
    """Whole years and months: ``1 tahun 2 bulan``."""
    months = (today.year - since.year) * 12 + today.month - since.month
    months -= today.day < since.day
    years, months = divmod(max(months, 0), 12)
    if not years and not months:
        return gettext("kurang dari 1 bulan")
    parts = [gettext("%(n)s tahun", n=years)] if years else []
    parts += [gettext("%(n)s bulan", n=months)] if months else []
    return " ".join(parts)


def _asked(item: Item) -> Text:
    return item.question.text if item.column is None else item.column.label


def _content(row: object) -> str:
    return row.url if isinstance(row, Evidence) else str(getattr(row, "sha256", ""))
