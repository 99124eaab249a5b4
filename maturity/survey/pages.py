"""What the questionnaire's pages show, as frozen values made before a template is rendered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from flask import url_for
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from maturity.offices.guard import current_actor
from maturity.offices.models import Person
from maturity.scoring.rubric import State
from maturity.survey.answers import (
    ConflictError,
    Kept,
    Theirs,
    evidence_key,
    fault_of,
    shown_value,
)
from maturity.survey.assessments import Lack, Work
from maturity.survey.carried_pages import CarriedPages, EarlierView
from maturity.survey.evidence_pages import EvidencePages, FileView, LinkView, typed_warning
from maturity.survey.forms import dom_id
from maturity.survey.instrument import Branch, Instrument, Item, Kind, Option, Question, Text, Thing
from maturity.survey.reading import DONT_KNOW, NOT_APPLICABLE
from maturity.survey.routing import Place, Progress
from maturity.survey.sections import answered_by_link
from maturity.survey.taking_up import reads_notes
from maturity.web import format_moment, format_number, locale

Faults = Mapping[str, Text]
Conflicts = Mapping[str, ConflictError]


@dataclass(frozen=True, slots=True)
class OptionView:
    """One choice as it is shown."""

    value: str
    label: str
    level: int | None = None
    level_name: str = ""
    evidence: str = ""
    suffices: str = ""
    insufficient: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class QuestionText:
    """What of an item does not depend on the answer: made once a language, a key of caches."""

    key: str
    dom: str
    kind: str
    title: str
    legend: str
    guidance: str
    why: str
    legal: tuple[str, ...]
    crosswalk: tuple[str, ...]
    options: tuple[OptionView, ...]
    others: tuple[OptionView, ...]
    unit: str
    with_reason: tuple[str, ...]
    reason_label: str
    reason_hint: str
    needs: tuple[str, ...]
    evidence_from: int | None
    conditional: bool


@dataclass(frozen=True, slots=True)
class ConflictView:
    """Two people's values for one item."""

    theirs: str
    theirs_note: str
    who: str
    when: str
    mine: str
    mine_note: str
    theirs_private: str = ""
    mine_private: str = ""


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item with its present answer."""

    text: QuestionText
    value: str
    chosen: tuple[str, ...]
    reason: str
    note: str
    version: int
    saved: str
    error: str
    asked: bool
    conflict: ConflictView | None = None
    warning: str = ""
    private_note: str = ""
    confidence: int | None = None
    earlier: EarlierView | None = None


@dataclass(frozen=True, slots=True)
class BlockView:
    """A question with its evidence; for a matrix one object with its cells."""

    key: str
    dom: str
    title: str
    note: str
    legal: tuple[str, ...]
    items: tuple[ItemView, ...]
    evidence: tuple[LinkView, ...]
    takes_evidence: bool
    is_thing: bool
    files: tuple[FileView, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the task list or of a list of objects."""

    id: str
    href: str
    title: str
    status: str
    status_text: str
    hint: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A line of a check page."""

    term: str
    value: str
    href: str
    trouble: str
    note: str
    links: tuple[LinkView, ...] = ()
    files: tuple[FileView, ...] = ()
    private_note: str = ""
    confidence: str = ""


# --- texts ----------------------------------------------------------------------------


@lru_cache(maxsize=8192)
def question_text(instrument: Instrument, item: Item, language: str) -> QuestionText:
    """The words of an item in one language."""
    question, column = item.question, item.column
    schemes = {scheme.id: scheme.title.in_(language) for scheme in instrument.schemes}
    title = question.title if column is None else column.label
    legend = question.text if column is None else column.label
    guidance = question.guidance if column is None else column.help
    return QuestionText(
        key=item.key,
        dom=dom_id(item.key),
        kind=item.kind.value,
        title=title.in_(language),
        legend=legend.in_(language),
        guidance=_in(guidance, language),
        why=_in(question.why, language) if column is None else "",
        legal=question.legal if column is None else (),
        crosswalk=tuple(f"{schemes[c.scheme]}: {c.ref}" for c in question.crosswalk)
        if column is None
        else (),
        options=tuple(_option(instrument, option, language) for option in item.options),
        others=_others(item, language),
        unit=_in(question.number.unit, language) if question.number else "",
        with_reason=_with_reason(item),
        reason_label=_reason_label(item).in_(language),
        reason_hint=_reason_hint(item).in_(language),
        needs=tuple(need.column for need in column.needs) if column else (),
        evidence_from=question.evidence_from,
        conditional=question.show_when is not None,
    )


def _in(words: Text | None, language: str) -> str:
    return "" if words is None else words.in_(language)


def _option(instrument: Instrument, option: Option, language: str) -> OptionView:
    rung = option.rung
    if rung is None:
        return OptionView(option.id, option.label.in_(language))
    level = instrument.level(rung.level)
    return OptionView(
        value=option.id,
        label=rung.text.in_(language),
        level=rung.level,
        level_name=level.name.in_(language) if level else "",
        evidence=_in(rung.evidence, language),
        suffices=_in(rung.suffices, language),
        insufficient=_in(rung.insufficient, language),
        remedy=_in(rung.remedy, language),
    )


def _others(item: Item, language: str) -> tuple[OptionView, ...]:
    found = []
    if item.dont_know is not None and item.options:
        found.append(OptionView("dont-know", DONT_KNOW.in_(language)))
    if item.claim is not None and not any(o.id == "not-applicable" for o in item.options):
        found.append(OptionView("not-applicable", NOT_APPLICABLE.in_(language)))
    return tuple(found)


def _with_reason(item: Item) -> tuple[str, ...]:
    found = [option.id for option in item.options if option.needs_reason]
    return (*found, "not-applicable") if item.claim is not None else tuple(found)


def _reason_label(item: Item) -> Text:
    if item.excluding:
        return Text("Nomor dan tanggal uji konsekuensi", "Number and date of the consequence test")
    return Text("Alasan", "Reason")


def _reason_hint(item: Item) -> Text:
    if item.excluding:
        return Text("Wajib diisi jika dataset dikecualikan.", "Required where it is excluded.")
    return Text("Wajib diisi jika Anda memilih “tidak berlaku”.", "Required with “not applicable”.")


# --- items with answers ---------------------------------------------------------------


class Pages:
    """Makes the page values of one assessment in the reader's language."""

    def __init__(self, session: Session, work: Work) -> None:
        self.session, self.work, self.language = session, work, locale()
        self.reads_notes = reads_notes(work.assessment, current_actor())
        self.proofs = EvidencePages(session, work, self.language)
        self.carried = CarriedPages(session, work, self.language)

    def item(self, item: Item, conflict: ConflictError | None = None) -> ItemView:
        """An item with its present answer, or with both values of a conflict."""
        answer = self.work.answers.get(item.key)
        value = shown_value(answer)
        return ItemView(
            text=question_text(self.work.instrument, item, self.language),
            value=value,
            chosen=tuple(value.split(",")) if item.kind is Kind.MULTIPLE else (value,),
            reason=answer.reason if answer else "",
            note=answer.note if answer else "",
            version=answer.version if answer else 0,
            saved=self.saved_text(answer),
            error=self.error(item, answer),
            asked=self.work.route.places[item.key] in (Place.ASKED, Place.NOT_NEEDED),
            conflict=self._conflict(item, conflict) if conflict else None,
            warning=_warning(value, answer) if answer else "",
            private_note=answer.private_note if answer else "",
            confidence=answer.confidence if answer else None,
        )

    def saved_text(self, answer: Kept | None) -> str:
        """When the answer was saved, in the office's zone; empty for none."""
        if answer is None or answer.version == 0:
            return ""
        when = format_moment(answer.updated_at, self.work.office.timezone, self.language)
        return gettext("Tersimpan %(when)s", when=when)

    def error(self, item: Item, answer: Kept | None) -> str:
        """Why a draft is not accepted."""
        fault = None if answer is None else fault_of(item, answer)
        return "" if fault is None else fault.in_(self.language)

    def _conflict(self, item: Item, conflict: ConflictError) -> ConflictView:
        theirs = conflict.theirs
        return ConflictView(
            theirs=self.words_for(item, theirs.value),
            theirs_note=theirs.note,
            who=self._who(item, theirs),
            when=format_moment(theirs.at, self.work.office.timezone, self.language),
            mine=self.words_for(item, conflict.mine.raw),
            mine_note=conflict.mine.note,
            theirs_private=theirs.private_note,
            mine_private=conflict.mine.private_note or "",
        )

    def _who(self, item: Item, theirs: Theirs) -> str:
        """Who saved: a person, or somebody who came by a link."""
        name = self.session.scalar(select(Person.name).where(Person.id == theirs.by_id))
        if name is None:
            here = self.work.assessment.id
            by_link = answered_by_link(self.session, here, item.key, theirs.version)
            name = gettext("%(name)s (tautan)", name=by_link) if by_link else None
        return name or gettext("orang lain")

    def words_for(self, item: Item, value: str) -> str:
        """An answer as people read it."""
        return answer_words(self.work.instrument, item, value, language=self.language)

    def block(self, question: Question, thing: Thing | None, conflicts: Conflicts) -> BlockView:
        """A question, or one object of a matrix, as a block of a page."""
        items = [
            item
            for item in self.work.instrument.items_of(question.id)
            if thing is None or item.thing is thing
        ]
        key = evidence_key(items[0])
        return BlockView(
            key=key,
            dom=dom_id(key),
            title=(question.title if thing is None else thing.label).in_(self.language),
            note=_in(thing.note, self.language) if thing else "",
            legal=thing.legal if thing else (),
            items=tuple(self._offered(item, conflicts.get(item.key)) for item in items),
            evidence=self.proofs.links(key),
            takes_evidence=question.scored,
            is_thing=thing is not None,
            files=self.proofs.files(key),
        )

    def _offered(self, item: Item, conflict: ConflictError | None) -> ItemView:
        """An item with the answer of an earlier period, where that can be confirmed."""
        return replace(self.item(item, conflict), earlier=self.carried.view(item))

    # --- lists ------------------------------------------------------------------------

    def task(self, section: Branch) -> Row:
        """A section's line on the task list."""
        items = self.work.items(section)
        status, words = self.status(items)
        progress = self.work.route.progress(items)
        hint = filled_words(progress)
        href = url_for("survey.section", assessment_id=self.work.assessment.id, section=section.id)
        return Row(dom_id(section.id), href, section.title.in_(self.language), status, words, hint)

    def status(self, items: Sequence[Item]) -> tuple[str, str]:
        """Kind of tag and words for some items."""
        lacks = [missing.lack for missing in self.work.missing(items)]
        progress = self.work.route.progress(items)
        if {Lack.DRAFT, Lack.REASON} & set(lacks) or (progress.complete and lacks):
            return "check", gettext("Perlu diperiksa")
        if progress.complete:
            return "done", gettext("Lengkap")
        started = any(item.key in self.work.answers for item in items)
        return ("doing", gettext("Sedang diisi")) if started else ("none", gettext("Belum dimulai"))

    def cells(self, question: Question) -> Iterator[tuple[Thing, list[Item]]]:
        """The objects of a matrix that this office is asked about, with their cells."""
        items = self.work.instrument.items_of(question.id)
        for thing in question.matrix.objects if question.matrix else ():
            cells = [item for item in items if item.thing is thing]
            if {self.work.route.places[item.key] for item in cells} != {Place.NOT_APPLICABLE}:
                yield thing, cells

    def things(self, section: Branch, question: Question) -> list[Row]:
        """The lines of a paged matrix."""
        rows = []
        for thing, cells in self.cells(question):
            status, words = self.status(cells)
            href = url_for(
                "survey.thing",
                assessment_id=self.work.assessment.id,
                section=section.id,
                question=question.id,
                thing=thing.id,
            )
            title = thing.label.in_(self.language)
            rows.append(Row(dom_id(cells[0].key), href, title, status, words, thing.system))
        return rows

    def check_rows(self, section: Branch) -> list[CheckRow]:
        """Every question of a section that is on the path, with its answer."""
        rows: list[CheckRow] = []
        for question in section.questions:
            if question.matrix is not None:
                rows.extend(self._thing_rows(section, question))
                continue
            item = self.work.instrument.item(question.id)
            if self.work.route.places[item.key] is Place.ASKED:
                rows.append(self._check_row(section, item))
        return rows

    def _check_row(self, section: Branch, item: Item) -> CheckRow:
        answer = self.work.answers.get(item.key)
        lack = self.work.lack(item)
        href = url_for(
            "survey.section",
            assessment_id=self.work.assessment.id,
            section=section.id,
            back="check",
            _anchor=dom_id(item.key),
        )
        return CheckRow(
            term=item.question.title.in_(self.language),
            value=self.words_for(item, shown_value(answer)),
            href=href,
            trouble="" if lack in (None, Lack.ANSWER) else lack_words(lack, item),
            note=answer.note if answer else "",
            links=self.proofs.links(evidence_key(item)),
            files=self.proofs.files(evidence_key(item)),
            private_note=answer.private_note if answer and self.reads_notes else "",
            confidence=confidence_words(answer.confidence if answer else None),
        )

    def _thing_rows(self, section: Branch, question: Question) -> list[CheckRow]:
        rows = []
        lines = self.things(section, question)
        for row, (_, cells) in zip(lines, self.cells(question), strict=True):
            progress = self.work.route.progress(cells)
            value = self._thing_words(cells, progress) if progress.done else ""
            key = evidence_key(cells[0])
            links, files = self.proofs.links(key), self.proofs.files(key)
            trouble = row.status_text if row.status == "check" else ""
            rows.append(CheckRow(row.title, value, row.href, trouble, "", links, files))
        return rows

    def _met(self, cell: Item) -> bool:
        reading = self.work.route.readings.get(cell.key)
        if self.work.route.places[cell.key] is not Place.ASKED or reading is None:
            return False
        return reading.state is State.ANSWERED and (cell.option(reading.value).points or 0) > 0

    def _thing_words(self, cells: Sequence[Item], progress: Progress) -> str:
        for cell in cells:
            reading = self.work.route.readings.get(cell.key)
            if reading and any(o.excludes_object and o.id == reading.value for o in cell.options):
                return f"{cell.option(reading.value).label.in_(self.language)}: {reading.reason}"
        if not progress.complete:
            return filled_words(progress)
        met = sum(self._met(cell) for cell in cells)
        return gettext("%(met)s dari %(all)s prinsip terpenuhi", met=met, all=len(cells))


_NUMBER = re.compile(r"[0-9]{1,21}(\.[0-9]+)?")  # a draft may hold anything else


def _warning(value: str, answer: Kept) -> str:
    return typed_warning(value, answer.note, answer.reason, answer.private_note)


def item_address(assessment_id: int, section: Branch, item: Item) -> str:
    """Where an item is answered."""
    matrix = item.question.matrix
    if matrix is None or not matrix.paged or item.thing is None:
        anchor = dom_id(item.key)
        return url_for(
            "survey.section", assessment_id=assessment_id, section=section.id, _anchor=anchor
        )
    return url_for(
        "survey.thing",
        assessment_id=assessment_id,
        section=section.id,
        question=item.question.id,
        thing=item.thing.id,
    )


def subject_words(item: Item, language: str) -> str:
    """A question, with the object where it stands in a matrix."""
    words = item.question.title.in_(language)
    return words if item.thing is None else f"{words} – {item.thing.label.in_(language)}"


def confidence_words(confidence: int | None) -> str:
    """How sure somebody is of an answer; empty where nothing was said."""
    if confidence is None:
        return ""
    return {1: gettext("rendah"), 2: gettext("sedang"), 3: gettext("tinggi")}[confidence]


def filled_words(progress: Progress) -> str:
    """How much is filled in."""
    return gettext("%(done)s dari %(asked)s terisi", done=progress.done, asked=progress.asked)


def answer_words(instrument: Instrument, item: Item, value: str, *, language: str) -> str:
    """An answer's value as people read it: level and descriptor, labels, numbers."""
    if value == "dont-know":
        return DONT_KNOW.in_(language)
    if value == "not-applicable" and item.claim is not None:
        return NOT_APPLICABLE.in_(language)
    if item.kind in (Kind.NUMBER, Kind.PERCENT) and _NUMBER.fullmatch(value):
        digits = min(len(value.partition(".")[2]), 9)
        return format_number(float(value), digits, language)
    if not item.options:
        return value
    chosen = [option for option in item.options if option.id in value.split(",")]
    words = []
    for option in chosen:
        prefix = f"Level {option.rung.level}: " if option.rung else ""
        words.append(prefix + option.label.in_(language))
    return "; ".join(words) or value


def lack_words(lack: Lack, item: Item) -> str:
    """What is to be done about an item."""
    if lack is Lack.REASON and item.excluding:
        return gettext("Nomor uji konsekuensi belum diisi")
    return {
        Lack.ANSWER: gettext("Belum diisi"),
        Lack.DRAFT: gettext("Isian belum dapat diterima; periksa kembali"),
        Lack.REASON: gettext("Alasan belum diisi"),
        Lack.EVIDENCE: gettext("Bukti dukung yang berlaku atau penjelasan belum ada"),
    }[lack]
