"""The Berita Acara: the paper by which an office determines what it has handed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import segno
from flask import render_template
from flask_babel import force_locale, format_date
from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from maturity.offices.models import Person
from maturity.reports.build import nodes_of, office_facts
from maturity.reports.date_words import in_words
from maturity.reports.paper import Paper
from maturity.reports.report import OfficeFacts, Standing
from maturity.survey import assessments
from maturity.survey.instrument import Instrument, Text
from maturity.survey.models import Round
from maturity.survey.receipt_models import Receipt
from maturity.web import format_day, format_moment, format_number


@dataclass(frozen=True)
class Minutes:
    """What the paper says, in both languages; ``confirmed_by`` is empty where it is not known."""

    office: OfficeFacts
    round: Round
    instrument: Instrument
    receipt: Receipt
    confirmed_by: str
    overall: Standing
    dimensions: Sequence[Standing]
    address: str

    @property
    def there(self) -> datetime:
        """When it was handed in, by the office's clock."""
        return self.receipt.issued_at.astimezone(ZoneInfo(self.office.zone))


@dataclass(frozen=True)
class MinutesPage:
    """What the template gets: the minutes in one language."""

    minutes: Minutes
    language: str
    code: Markup

    def say(self, words: Text | None) -> str:
        """The words in the paper's language."""
        return "–" if words is None else words.in_(self.language)

    def number(self, value: float | None, digits: int = 2) -> str:
        """A number as it is written in the paper's language."""
        return format_number(value, digits, self.language)

    @property
    def day(self) -> str:
        """``Sabtu, tanggal dua puluh satu bulan November tahun dua ribu … (21 November 2026)``."""
        return day_words(self.minutes.there.date(), self.language)

    @property
    def moment(self) -> str:
        """The moment of handing in, in the office's zone."""
        receipt, zone = self.minutes.receipt, self.minutes.office.zone
        return format_moment(receipt.issued_at, zone, self.language)

    @property
    def letterhead(self) -> str:
        """The office below the institution's name: ``Kota Tangerang``; empty for KPU RI."""
        name = self.say(self.minutes.office.name)
        return name.removeprefix("KPU ") if self.minutes.office.code != "0" else ""


def day_words(day: date, language: str) -> str:
    """A day as an official paper names it; the language must be the request's, too."""
    week_day = format_date(day, "EEEE")
    if language == "en":
        return f"{week_day}, {format_day(day, language)}"
    return f"{week_day}, {in_words(day)} ({format_day(day, language)})"


def minutes_of(session: Session, receipt: Receipt, *, base_url: str) -> Minutes:
    """The minutes of an assessment's receipt; LookupError where no result is frozen."""
    assessment = receipt.assessment
    stored = assessments.result_of(session, assessment)
    if stored is None:
        raise LookupError(f"assessment {assessment.id} has a receipt and no result")
    work = assessments.work(session, assessment, with_evidence=False)
    nodes = nodes_of(work, stored)
    person = session.get(Person, receipt.by_id) if receipt.by_id is not None else None
    return Minutes(
        office=office_facts(work),
        round=assessment.round,
        instrument=work.instrument,
        receipt=receipt,
        confirmed_by=person.name if person is not None else "",
        overall=nodes.standing(nodes.card.root.id),
        dimensions=[nodes.standing(one.id) for one in work.instrument.dimensions],
        address=f"{base_url}/verify/{receipt.code}",
    )


def minutes_html(minutes: Minutes, language: str) -> str:
    """The HTML of the paper."""
    with force_locale(language):
        page = MinutesPage(minutes, language, qr_code(minutes.address))
        return render_template("reports/pdf/minutes.html", page=page)


def minutes_paper(minutes: Minutes, language: str) -> Paper:
    """The PDF of the minutes."""
    from maturity.reports.pdf import render

    receipt = minutes.receipt
    name = f"berita-acara-{minutes.round.slug}-{minutes.office.code}-{receipt.code}-{language}.pdf"
    return Paper(name, render(minutes_html(minutes, language)))


def qr_code(address: str) -> Markup:
    """The address as a QR code, a drawing for the page: readable with a quarter of it spoiled."""
    drawn = segno.make(address, error="q", micro=False).svg_inline(
        border=4, omitsize=True, title=f"QR: {address}"
    )
    label = escape(address)
    return Markup(drawn.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1))  # noqa: S704
