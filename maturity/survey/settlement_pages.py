"""What the page of settling one assessment shows, and what its form carries.

Fields are ``verdict:KEY``, ``value:KEY`` (the other answer), ``words:KEY``, ``seen:KEY`` (the
decision looked at) and ``on:KEY`` (the reply looked at) for a disputed item.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload
from werkzeug.datastructures import MultiDict

from maturity.errors import MaturityError
from maturity.survey import settling
from maturity.survey.assessments import results_of
from maturity.survey.deadlines import Due, due
from maturity.survey.forms import dom_id, version
from maturity.survey.instrument import Item
from maturity.survey.later_interests import doubtful
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.matters import Group, Matter, Matters
from maturity.survey.models import Assessment, Stage
from maturity.survey.pages import QuestionText, question_text
from maturity.survey.reply_pages import Faults
from maturity.survey.rulings import Ruling
from maturity.survey.stage_models import Thread, Verdict
from maturity.survey.stage_words import STAGE_NAMES, item_title
from maturity.survey.stages import Stages, answer_value, reading_of
from maturity.web import format_moment, locale

DECISIONS = (Verdict.UPHELD, Verdict.CONFIRMED, Verdict.CHANGED)


@dataclass(frozen=True, slots=True)
class OpenThread:
    """A thread that nobody has resolved, with what was said in it."""

    title: str
    kind: str
    said: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Score:
    """The numbers of a stage; ``frozen`` where they are stored for good."""

    name: str
    index: float | None
    level: int | None
    gated: int | None
    frozen: bool


@dataclass(frozen=True, slots=True)
class SettlementPage:
    """One assessment before those who settle; ``waiting``: what is undecided, by section."""

    assessment: Assessment
    groups: tuple[Group, ...]
    others: tuple[Matter, ...]
    texts: Mapping[str, QuestionText]
    choices: Mapping[str, Sequence[Mapping[str, str]]]
    values: Mapping[str, str]
    threads: tuple[OpenThread, ...]
    scores: tuple[Score, ...]
    until: datetime | None
    is_reply_open: bool
    may_decide: bool
    may_settle: bool
    may_reopen: bool
    undecided: tuple[str, ...]
    waiting: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    doubtful: tuple[str, ...]
    faults: Faults

    @property
    def decidable(self) -> bool:
        """Whether decisions are taken now, by this person."""
        return self.may_decide and self.assessment.state == AssessmentState.REPLY

    def typed(self, field_: str, key: str, saved: str = "") -> str:
        """What a field shows: what was typed and not saved, else what is stored."""
        return self.faults.typed.get(f"{field_}:{key}", saved)

    def fault(self, key: str) -> str:
        """Why a decision was not saved."""
        return self.faults.words.get(key, "")

    @property
    def errors(self) -> list[tuple[str, str]]:
        """For the summary at the top."""
        found = [("", self.faults.whole)] if self.faults.whole else []
        known = {one.key: one for group in self.groups for one in group.matters}
        for key, words in self.faults.words.items():
            dom, title = (known[key].dom, known[key].title) if key in known else ("", key)
            found.append((dom if self.decidable else "", f"{title}: {words}"))
        return found


@dataclass(frozen=True, slots=True)
class Rights:
    """What this person may do with this assessment."""

    decide: bool
    settle: bool
    reopen: bool


def settlement_page(
    session: Session, stages: Stages, at: datetime, *, rights: Rights, faults: Faults | None = None
) -> SettlementPage:
    """The page as it stands."""
    assessment, disputed = stages.work.assessment, stages.disputed()
    keys = {item.key for item in disputed}
    rest = Matters(stages, [item for item in stages.differing() if item.key not in keys])
    instrument, language = stages.work.instrument, locale()
    texts = {item.key: question_text(instrument, item, language) for item in disputed}
    return SettlementPage(
        assessment=assessment,
        groups=Matters(stages, disputed).groups() if disputed else (),
        others=tuple(rest.matter(item) for item in rest.items),
        texts=texts,
        choices={key: _choices(text) for key, text in texts.items()},
        values=_values(stages, disputed),
        threads=open_threads(session, stages),
        scores=_scores(session, stages),
        until=due(assessment, Due.REPLY),
        is_reply_open=settling.is_reply_open(stages, at),
        may_decide=rights.decide,
        may_settle=rights.settle,
        may_reopen=rights.reopen,
        undecided=tuple(item_title(item).in_(language) for item in stages.undecided()),
        waiting=_by_section(stages),
        doubtful=doubtful(session, stages),
        faults=faults or Faults(),
    )


def _by_section(stages: Stages) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """The undecided disputes of each section: (id on the page, title)."""
    found, undecided = [], stages.undecided()
    for section in stages.work.instrument.sections:
        here = {question.id for question in section.questions}
        lines = tuple(
            (dom_id(item.key), item_title(item).in_(locale()))
            for item in undecided
            if item.question.id in here
        )
        if lines:
            found.append((section.title.in_(locale()), lines))
    return tuple(found)


def _values(stages: Stages, items: Sequence[Item]) -> dict[str, str]:
    """The other answer that was decided on, by item."""
    found = {}
    for item in items:
        row = stages.settled(item.key)
        if row is not None and row.verdict == Verdict.CHANGED:
            found[item.key] = answer_value(reading_of(row))
    return found


def open_threads(session: Session, stages: Stages) -> tuple[OpenThread, ...]:
    """The unresolved threads of an assessment, oldest first."""
    work, language = stages.work, locale()
    query = (
        select(Thread)
        .where(Thread.assessment_id == work.assessment.id, Thread.resolved_at.is_(None))
        .options(selectinload(Thread.comments))
        .order_by(Thread.id)
    )
    sides = {"office": gettext("Kantor"), "verifier": gettext("Verifikator")}
    kinds = {"question": gettext("Pertanyaan"), "correction": gettext("Koreksi"),
             "dispute": gettext("Sanggahan")}  # fmt: skip
    return tuple(
        OpenThread(
            item_title(work.instrument.item(thread.key)).in_(language),
            kinds.get(thread.kind, thread.kind),
            tuple(
                (sides.get(one.side, one.side), one.words,
                 format_moment(one.at, work.office.timezone, language))
                for one in thread.comments
            ),
        )
        for thread in session.scalars(query)
    )  # fmt: skip


def _scores(session: Session, stages: Stages) -> tuple[Score, ...]:
    """All stages: those frozen, and what the others would be if it were settled now."""
    stored, language = results_of(session, stages.work.assessment), locale()
    settled = stages.work.assessment.state in (AssessmentState.SETTLED, AssessmentState.PUBLISHED)
    found = []
    for stage in (Stage.SELF, Stage.VERIFIED, Stage.CONTESTED, Stage.SETTLED):
        row, name = stored.get(stage), STAGE_NAMES[stage].in_(language)
        if row is not None and (settled or stage in (Stage.SELF, Stage.VERIFIED)):
            found.append(Score(name, row.index_value, row.level, row.gated_level, frozen=True))
        else:
            root = stages.score(stage).root
            found.append(Score(name, root.index, root.level, root.gated_level, frozen=False))
    return tuple(found)


# --- what the form says ---------------------------------------------------------------


class UndecidedItemError(MaturityError):
    """Words without a decision."""

    def __init__(self) -> None:
        super().__init__("Pilih keputusan atas sanggahan ini.", "Choose a decision.", status=422)


def decided(form: MultiDict[str, str], item: Item) -> Ruling | None:
    """What the form says of an item; None where it says nothing. UndecidedItemError."""
    chosen, words = form.get(f"verdict:{item.key}", ""), form.get(f"words:{item.key}", "")
    if chosen not in DECISIONS:
        if words.strip():
            raise UndecidedItemError
        return None
    seen = version(form.get(f"seen:{item.key}", ""))
    raw = ",".join(form.getlist(f"value:{item.key}"))
    return Ruling(Verdict(chosen), raw=raw, words=words, seen=seen)


def _choices(text: QuestionText) -> list[dict[str, str]]:
    """The answers to choose from; none where one is typed."""
    levels = (f"Level {one.level}: " if one.level else "" for one in text.options)
    found = [
        (one.value, level + one.label) for one, level in zip(text.options, levels, strict=True)
    ]
    found += [(one.value, one.label) for one in text.others]
    return [{"value": value, "label": label} for value, label in found]
