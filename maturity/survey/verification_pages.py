"""What the verifier's pages show, as frozen values made before a template is rendered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, lru_cache

from flask import url_for
from flask_babel import gettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from maturity.survey.answers import evidence_key
from maturity.survey.carried import carried_items
from maturity.survey.evidence_rule import unverified
from maturity.survey.file_models import EvidenceFile
from maturity.survey.forms import dom_id
from maturity.survey.instrument import Branch, Instrument, Item, Kind, Question, Thing
from maturity.survey.models import Assessment, Stage
from maturity.survey.pages import (
    BlockView,
    ItemView,
    OptionView,
    Pages,
    QuestionText,
    Row,
    question_text,
)
from maturity.survey.reading import Reading
from maturity.survey.stage_models import Judgement, Verdict
from maturity.survey.stage_words import reading_words
from maturity.survey.stages import NOTHING, Stages, expired, is_claim_to_grant
from maturity.survey.verification_form import Fault, Typed, offered, typed_of
from maturity.survey.verification_words import (
    DecisionView,
    decision_view,
    judge_names,
    settled_before,
    verdict_words,
)
from maturity.web import now

_NOTHING_TYPED = Typed("", "", "", "", "", 0)


@dataclass(frozen=True, slots=True)
class ClaimView:
    """One claim with all that its verifier needs, and the form's present values."""

    text: QuestionText
    answer: str
    reason: str
    note: str
    private_note: str
    rung: OptionView | None
    grants: bool
    warnings: tuple[str, ...]
    before: str
    control: ItemView
    choices: tuple[dict[str, str], ...]
    typed: Typed
    errors: Mapping[str, str]
    decision: DecisionView | None
    outdated: DecisionView | None
    overtaken: DecisionView | None


@dataclass(frozen=True, slots=True)
class ClaimBlock:
    """A question, or an object of a matrix, with its evidence and its claims."""

    view: BlockView
    claims: tuple[ClaimView, ...]
    shared: Mapping[int, str]


class VerifierPages:
    """Makes the page values of one assessment for its verifier."""

    def __init__(self, session: Session, found: Stages) -> None:
        self.session, self.stages, self.work = session, found, found.work
        self.pages = Pages(session, found.work)
        self.language = self.pages.language
        self.claimed = {item.key for item in found.claims()}

    # --- one claim --------------------------------------------------------------------

    def claim(self, item: Item, typed: Typed | None, fault: Fault | None) -> ClaimView:
        """A claim; with what was typed about it where that could not be saved."""
        text = question_text(self.work.instrument, item, self.language)
        answer, claimed = self.work.answers[item.key], self.work.route.readings[item.key]
        row, newest = self.stages.verified(item.key), self._newest(item.key)
        shown = self._typed(row, newest, typed)
        grants = is_claim_to_grant(self.work, item)
        return ClaimView(
            text=text,
            answer=self.words(item, claimed),
            reason=answer.reason,
            note=answer.note,
            private_note=answer.private_note if self.pages.reads_notes else "",
            rung=next((o for o in text.options if o.value == claimed.value and o.level), None),
            grants=grants,
            warnings=tuple(self.warnings(item)),
            before=self.before.get(item.key, ""),
            control=self._control(item, shown, grants),
            choices=tuple(self._choices(item, grants)),
            typed=shown,
            errors={fault.field: fault.text.in_(self.language)} if fault else {},
            decision=self.decision(item, row) if row else None,
            outdated=self.decision(item, newest) if newest and row is None else None,
            overtaken=self.decision(item, newest) if fault and fault.overtaken and newest else None,
        )

    def _choices(self, item: Item, grants: bool) -> Iterator[dict[str, str]]:
        """The verdicts to choose from; what counts when nothing can be verified is said."""
        for one in offered(self.stages, item):
            choice = {"value": str(one), "label": verdict_words(one, grants=grants)}
            if one is Verdict.NOT_VERIFIABLE:
                counts = unverified(item, self.work.route.readings[item.key])
                words = gettext("Yang dihitung: %(answer)s", answer=self.words(item, counts))
                choice["hint"] = words
            yield choice

    def _newest(self, key: str) -> Judgement | None:
        return self.stages.rows.get(key, NOTHING).get(Stage.VERIFIED)

    def _typed(self, row: Judgement | None, newest: Judgement | None, typed: Typed | None) -> Typed:
        """What the form shows: what could not be saved, else the decision that counts."""
        seen = newest.id if newest else 0
        if typed is not None:
            return replace(typed, seen=seen)
        return typed_of(row) if row is not None else replace(_NOTHING_TYPED, seen=seen)

    def _control(self, item: Item, shown: Typed, grants: bool) -> ItemView:
        """The question's own control, for the answer that takes the claim's place."""
        text = _judge_text(self.work.instrument, item, self.language, grants)
        chosen = tuple(shown.raw.split(",")) if item.kind is Kind.MULTIPLE else (shown.raw,)
        return ItemView(text, shown.raw, chosen, "", "", 0, "", "", asked=True)

    def words(self, item: Item, reading: Reading) -> str:
        """An answer as people read it."""
        return reading_words(self.work.instrument, item, reading, self.language)

    def warnings(self, item: Item) -> Iterator[str]:
        """What to look at before deciding."""
        claimed = self.work.route.readings[item.key]
        if expired(self.work, item, self._handed_in):
            yield gettext("Semua bukti dukungnya sudah berakhir ketika penilaian diajukan.")
        elif self.work.lacks_link(item, claimed):
            yield gettext("Level ini memerlukan bukti dukung, tetapi tidak ada tautan atau berkas.")
        if is_claim_to_grant(self.work, item):
            yield gettext("Kantor menyatakan pertanyaan ini tidak berlaku; putuskan satu per satu.")
        if item.key in self.carried:
            yield gettext("Jawaban ini dibawa dari periode lalu tanpa perubahan.")
        if self.work.answers[item.key].confidence == 1:
            yield gettext("Kantor kurang yakin akan jawaban ini.")
        if self.pages.item(item).warning:
            yield gettext("Jawaban ini tampaknya memuat NIK; mintalah kantor menghapusnya.")

    def decision(self, item: Item, row: Judgement) -> DecisionView:
        """A decision in words."""
        view = decision_view(self.work, item, row, name=self._names.get(row.by_id or 0, ""))
        return view if self.pages.reads_notes else replace(view, private="")

    @property
    def _handed_in(self) -> datetime:
        assessment = self.work.assessment
        return assessment.sent_at or assessment.submitted_at or now()

    @cached_property
    def carried(self) -> set[str]:
        """Items whose answers stand as they were in an earlier round."""
        return carried_items(self.session, self.work.assessment.id)

    @cached_property
    def _names(self) -> dict[int, str]:
        return judge_names(self.session, self.stages)

    @cached_property
    def before(self) -> Mapping[str, str]:
        """What was settled in the last round that was settled, in words, by item key."""
        return settled_before(self.session, self.work.assessment, self.language)

    # --- blocks -----------------------------------------------------------------------

    def blocks(
        self,
        section: Branch,
        about: tuple[Question, Thing] | None,
        *,
        typed: Mapping[str, Typed],
        faults: Mapping[str, Fault],
    ) -> list[ClaimBlock]:
        """The blocks of a page that hold a claim."""
        found = []
        for question, thing in self._subjects(section, about):
            items = [i for i in self._items(question, thing) if i.key in self.claimed]
            if items:
                claims = [self.claim(i, typed.get(i.key), faults.get(i.key)) for i in items]
                view = self.pages.block(question, thing, {})
                found.append(ClaimBlock(view, tuple(claims), self._shared_words(view.key)))
        return found

    def _subjects(
        self, section: Branch, about: tuple[Question, Thing] | None
    ) -> Iterator[tuple[Question, Thing | None]]:
        if about is not None:
            yield about
            return
        for question in section.questions:
            if question.matrix is None:
                yield question, None
            elif not question.matrix.paged:
                yield from ((question, thing) for thing in question.matrix.objects)

    def _items(self, question: Question, thing: Thing | None) -> list[Item]:
        items = self.work.instrument.items_of(question.id)
        return [item for item in items if thing is None or item.thing is thing]

    def page_items(self, section: Branch, about: tuple[Question, Thing] | None) -> list[Item]:
        """The claims of a page."""
        subjects = self._subjects(section, about)
        items = [item for question, thing in subjects for item in self._items(question, thing)]
        return [item for item in items if item.key in self.claimed]

    def _shared_words(self, key: str) -> dict[int, str]:
        """By file: in how many other offices the same content was handed in."""
        rows = self.work.files.get(key, ())
        counts = ((row.id, self.shared.get(row.sha256, 0)) for row in rows)
        return {
            id_: gettext("Berkas yang isinya sama juga diserahkan oleh %(n)s kantor lain.", n=count)
            for id_, count in counts
            if count
        }

    @cached_property
    def shared(self) -> dict[str, int]:
        """How many other offices hand in a content of this assessment, by SHA-256."""
        hashes = {row.sha256 for rows in self.work.files.values() for row in rows}
        if not hashes:
            return {}
        offices = func.count(func.distinct(Assessment.office_code))
        query = (
            select(EvidenceFile.sha256, offices)
            .join(Assessment, Assessment.id == EvidenceFile.assessment_id)
            .where(
                EvidenceFile.sha256.in_(hashes),
                EvidenceFile.removed_at.is_(None),
                Assessment.office_code != self.work.office.code,
            )
            .group_by(EvidenceFile.sha256)
        )
        return {row[0]: row[1] for row in self.session.execute(query)}

    # --- lists ------------------------------------------------------------------------

    def section_row(self, section: Branch) -> Row:
        """A section's line on the overview."""
        items = [item for item in self.work.items(section) if item.key in self.claimed]
        here = self.work.assessment.id
        href = url_for("verification.section", assessment_id=here, section=section.id)
        title = section.title.in_(self.language)
        return self._row(dom_id(section.id), href, title, items)

    def thing_rows(self, section: Branch, question: Question) -> list[Row]:
        """The lines of a paged matrix."""
        rows = []
        for thing in question.matrix.objects if question.matrix else ():
            items = [i for i in self._items(question, thing) if i.key in self.claimed]
            if items:
                href = url_for(
                    "verification.thing",
                    assessment_id=self.work.assessment.id,
                    section=section.id,
                    question=question.id,
                    thing=thing.id,
                )
                rows.append(
                    self._row(dom_id(thing.id), href, thing.label.in_(self.language), items)
                )
        return rows

    def _row(self, dom: str, href: str, title: str, items: list[Item]) -> Row:
        progress = self.stages.progress(items)
        hints = [gettext("%(n)s dari %(all)s diputuskan", n=progress.done, all=progress.asked)]
        warned = self._count_warned(items)
        if warned:
            hints.append(gettext("%(n)s jawaban dengan peringatan", n=warned))
        if not items:
            return Row(dom, href, title, "none", gettext("Tidak ada jawaban"), "")
        kind, words = "none", gettext("Belum diputuskan")
        if progress.done == progress.asked:
            kind, words = "done", gettext("Selesai")
        elif progress.done:
            kind, words = "doing", gettext("Sebagian")
        return Row(dom, href, title, kind, words, " · ".join(hints))

    def _count_warned(self, items: list[Item]) -> int:
        return sum(any(self.warnings(item)) or self._has_odd_file(item) for item in items)

    def _has_odd_file(self, item: Item) -> bool:
        files = self.work.files.get(evidence_key(item), ())
        return any(row.sha256 in self.shared or row.stored.holds_nik for row in files)


@lru_cache(maxsize=8192)
def _judge_text(instrument: Instrument, item: Item, language: str, grants: bool) -> QuestionText:
    """An item's words when its control asks for the verifier's answer."""
    text = question_text(instrument, item, language)
    others = tuple(o for o in text.others if not (grants and o.value == "not-applicable"))
    legend = "The verified answer" if language == "en" else "Jawaban hasil verifikasi"
    dom = f"{text.dom}-v"
    return replace(text, legend=legend, guidance="", others=others, dom=dom)
