"""The page of everything that happened to an assessment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from maturity.offices.guard import current_actor, permit, thing_of
from maturity.offices.models import Person
from maturity.offices.permissions import Action, Actor, may
from maturity.survey.assessments import instrument_of
from maturity.survey.blueprint import assessment_or_404, assessment_thing, bp
from maturity.survey.decision_views import TOLD
from maturity.survey.forms import moment_said
from maturity.survey.instrument import Instrument
from maturity.survey.lifecycle import STATE_NAMES, AssessmentState
from maturity.survey.models import Assessment, Stage
from maturity.survey.pages import answer_words
from maturity.survey.reading import clean
from maturity.survey.threads import Side, side_of
from maturity.survey.timeline import Entry, Happening, Sight, Timeline, timeline
from maturity.web import format_moment, locale, reading


@dataclass(frozen=True, slots=True)
class Line:
    """An entry in words."""

    when: str
    kind: str
    what: str
    subject: str
    before: str
    after: str
    words: str
    who: str


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """A page of the timeline, with what was asked for."""

    assessment: Assessment
    lines: tuple[Line, ...]
    older: str
    kind: str
    key: str
    section: str
    newest: bool
    kinds: tuple[tuple[str, str], ...]
    sections: tuple[tuple[str, str], ...]

    @property
    def asked(self) -> dict[str, str]:
        """The filters as an address carries them."""
        said = {"kind": self.kind, "section": self.section, "item": self.key}
        return {name: value for name, value in said.items() if value}


@bp.get("/assessments/<int:assessment_id>/timeline")
@permit(Action.SEE_ASSESSMENT, assessment_thing)
def happened(assessment_id: int) -> ResponseReturnValue:
    """Answers, evidence, decisions and comments in one order, newest first."""
    session = reading()
    assessment = assessment_or_404(session, assessment_id)
    kind, key = request.args.get("kind", ""), clean(request.args.get("item", "")[:240])
    known = Happening(kind) if kind in set(Happening) else None
    before = moment_said(request.args.get("before", ""))
    instrument = instrument_of(assessment.round)
    section = next((s for s in instrument.sections if s.id == request.args.get("section")), None)
    keys = [key] if key else [one.id for one in section.questions] if section else []
    sight = sight_of(current_actor(), assessment)
    found = timeline(session, assessment.id, before=before, kind=known, keys=keys, sight=sight)
    telling = Telling(assessment, instrument, _names(session, found))
    page = TimelinePage(
        assessment=assessment,
        lines=tuple(map(telling.line, found.entries)),
        older=_older(found),
        kind=kind if known else "",
        key=key,
        section=section.id if section else "",
        newest=before is None,
        kinds=(("", gettext("Semua")), *((str(one), kind_name(one)) for one in Happening)),
        sections=tuple((one.id, one.title.in_(locale())) for one in instrument.sections),
    )
    return render_template("survey/timeline.html", page=page)


def _names(session: Session, found: Timeline) -> dict[int, str]:
    """Names of those who did anything."""
    people = {entry.by_id for entry in found.entries if entry.by_id is not None}
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(people)))
    return {row.id: row.name for row in rows}


def sight_of(actor: Actor, assessment: Assessment) -> Sight:
    """What this person may read: the same as on the pages of decisions and conversations.

    Before the reply opens, and while it is verified again, an office sees only what it said itself.
    """
    side, thing = side_of(actor, assessment), thing_of(assessment.office)
    judging = (Action.VERIFY, Action.SETTLE, Action.ADMINISTER)
    judges = side is not Side.OFFICE and any(may(actor, one, thing) for one in judging)
    stages = frozenset(Stage) if judges or assessment.state in TOLD else frozenset({Stage.REPLIED})
    return Sight(stages, talks=side is not None)


def _older(found: Timeline) -> str:
    return "" if found.older is None else found.older.isoformat()


def kind_name(kind: Happening) -> str:
    """What a sort of happening is called."""
    return {
        Happening.ANSWER: gettext("Jawaban"),
        Happening.EVIDENCE: gettext("Bukti dukung"),
        Happening.JUDGEMENT: gettext("Verifikasi, tanggapan, dan penetapan"),
        Happening.COMMENT: gettext("Tanya jawab"),
        Happening.DECISION: gettext("Perubahan status"),
        Happening.EXTENSION: gettext("Perpanjangan waktu"),
        Happening.ASSIGNMENT: gettext("Pembagian tugas"),
    }[kind]


@dataclass(frozen=True)
class Telling:
    """Puts entries of one assessment into the reader's words."""

    assessment: Assessment
    instrument: Instrument
    names: Mapping[int, str]

    def line(self, entry: Entry) -> Line:
        """An entry in words."""
        return Line(
            when=self.moment(entry.at),
            kind=str(entry.kind),
            what=self.what(entry),
            subject=self.place(entry) or self.subject(entry.key),
            before="" if self.place(entry) else self.value(entry, entry.before),
            after=self.value(entry, entry.after),
            words=entry.words,
            who=self.who(entry),
        )

    def place(self, entry: Entry) -> str:
        """The section that was given to somebody."""
        if entry.kind is not Happening.ASSIGNMENT:
            return ""
        titles = {one.id: one.title.in_(locale()) for one in self.instrument.sections}
        return titles.get(entry.before, entry.before)

    def moment(self, at: datetime) -> str:
        """A moment in the office's zone."""
        return format_moment(at, self.assessment.office.timezone, locale())

    def who(self, entry: Entry) -> str:
        """Who did it, and by which way where that is not the usual one."""
        name = self.names.get(entry.by_id or 0) or gettext("sistem")
        ways = {
            "workbook": gettext("lembar kerja"),
            "link": gettext("tautan"),
            "carried": gettext("dibawa dari periode lalu"),
            "cli": gettext("baris perintah"),
        }
        way = ways.get(entry.way.partition(":")[0])
        return f"{name} ({way})" if way else name

    def subject(self, key: str) -> str:
        """The question, and the object of a matrix."""
        if not key:
            return ""
        for item in self.instrument.items:
            if key in (item.key, item.stem):
                parts = [item.question.title, item.thing.label if item.thing else None]
                if item.key == key and item.column is not None:
                    parts.append(item.column.label)
                return " – ".join(part.in_(locale()) for part in parts if part is not None)
        return key

    def value(self, entry: Entry, value: str) -> str:
        """A stored value as people read it."""
        if not value:
            return ""
        if entry.kind is Happening.DECISION:
            return STATE_NAMES[AssessmentState(value)].in_(locale())
        if entry.kind is Happening.EXTENSION:
            return self.moment(datetime.fromisoformat(value))
        if entry.kind in (Happening.ANSWER, Happening.JUDGEMENT):
            try:
                item = self.instrument.item(entry.key)
            except KeyError:
                return value
            return answer_words(self.instrument, item, value, language=locale())
        return value

    def what(self, entry: Entry) -> str:
        """What happened, in a few words."""
        known = {
            "saved": gettext("Jawaban disimpan"),
            "draft": gettext("Isian disimpan, belum dapat diterima"),
            "added": gettext("Bukti dukung ditambahkan"),
            "removed": gettext("Bukti dukung dihapus"),
            "verified:confirmed": gettext("Verifikasi: sesuai"),
            "verified:changed": gettext("Verifikasi: diubah"),
            "verified:not-verifiable": gettext("Verifikasi: tidak dapat diverifikasi"),
            "replied:agree": gettext("Tanggapan kantor: setuju"),
            "replied:disagree": gettext("Tanggapan kantor: tidak setuju"),
            "settled:upheld": gettext("Penetapan: hasil verifikasi dipertahankan"),
            "settled:confirmed": gettext("Penetapan: klaim kantor diterima"),
            "settled:changed": gettext("Penetapan: diubah"),
            "settled:not-verifiable": gettext("Penetapan: tidak dapat diverifikasi"),
            "filling": gettext("Batas pengisian diperpanjang"),
            "verification": gettext("Batas verifikasi diperpanjang"),
            "reply": gettext("Masa sanggah diperpanjang"),
            "given": gettext("Bagian ditugaskan"),
            "taken": gettext("Penugasan bagian dihapus"),
        }
        if entry.kind is Happening.COMMENT:
            return self._said(entry.detail)
        return known.get(entry.detail) or kind_name(entry.kind)

    def _said(self, detail: str) -> str:
        kind, _, side = detail.partition(":")
        kinds = {
            "question": gettext("Pertanyaan"),
            "correction": gettext("Koreksi"),
            "dispute": gettext("Sanggahan"),
        }
        sides = {"office": gettext("kantor"), "verifier": gettext("verifikator")}
        return f"{kinds.get(kind, kind)} ({sides.get(side, side)})"
