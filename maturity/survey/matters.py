"""What was decided about an answer, stage by stage, as pages of reply and settling show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import gettext

from maturity.survey.answers import evidence_key
from maturity.survey.forms import dom_id
from maturity.survey.instrument import Item
from maturity.survey.models import Stage
from maturity.survey.stage_models import Judgement
from maturity.survey.stage_words import item_title, reading_words, verdict_name
from maturity.survey.stages import Stages, reading_of
from maturity.web import format_moment, format_number, locale


@dataclass(frozen=True, slots=True)
class Said:
    """One decision of a stage. ``verdict`` is its code, ``name`` what it is called."""

    id: int
    verdict: str
    name: str
    answer: str
    words: str
    private_words: str
    when: str


@dataclass(frozen=True, slots=True)
class Proof:
    """A link or a file; ``new`` where it was added after the verification."""

    shown: str
    href: str | None
    note: str
    new: bool
    is_file: bool = False


@dataclass(frozen=True, slots=True)
class Matter:
    """One answer whose verified value differs from the claim."""

    key: str
    dom: str
    title: str
    question: str
    claim: str
    note: str
    verified: Said
    reply: Said | None
    decided: Said | None
    effect: str
    reply_seen: int
    decided_seen: int

    @property
    def disputed(self) -> bool:
        """Whether the office disagrees."""
        return self.reply is not None and self.reply.verdict == "disagree"


@dataclass(frozen=True, slots=True)
class Group:
    """The matters that share their evidence: one question, or one object of a matrix."""

    key: str
    dom: str
    title: str
    matters: tuple[Matter, ...]
    proofs: tuple[Proof, ...]


class Matters:
    """Makes the page values of some items of one assessment, in the reader's language."""

    def __init__(self, stages: Stages, items: Sequence[Item]) -> None:
        self.stages, self.items, self.language = stages, tuple(items), locale()
        self.index, indexes = stages.indexes_if_right(self.items)
        self._indexes = dict(zip((item.key for item in self.items), indexes, strict=True))

    def groups(self) -> tuple[Group, ...]:
        """All the items, those with the same evidence together, in order."""
        found: dict[str, list[Item]] = {}
        for item in self.items:
            found.setdefault(evidence_key(item), []).append(item)
        return tuple(self._group(key, items) for key, items in found.items())

    def _group(self, key: str, items: Sequence[Item]) -> Group:
        thing = items[0].thing
        title = items[0].question.title if thing is None else thing.label
        since = max(self._verified(item).at for item in items)
        return Group(
            key=key,
            dom=dom_id(key),
            title=title.in_(self.language),
            matters=tuple(self.matter(item) for item in items),
            proofs=self._proofs(key, since),
        )

    def matter(self, item: Item) -> Matter:
        """One item."""
        work, rows = self.stages.work, self.stages.rows.get(item.key, {})
        answer, column = work.answers.get(item.key), item.column
        question = item.question.text if column is None else column.label
        return Matter(
            key=item.key,
            dom=dom_id(item.key),
            title=item_title(item).in_(self.language),
            question=question.in_(self.language),
            claim=reading_words(
                work.instrument, item, work.route.readings[item.key], self.language
            ),
            note=answer.note if answer else "",
            verified=self._said(item, Stage.VERIFIED, self._verified(item)),
            reply=self._maybe(item, Stage.REPLIED),
            decided=self._maybe(item, Stage.SETTLED),
            effect=self._effect(item),
            reply_seen=_id(rows, Stage.REPLIED),
            decided_seen=_id(rows, Stage.SETTLED),
        )

    def _verified(self, item: Item) -> Judgement:
        found = self.stages.verified(item.key)
        assert found is not None, "only what was verified can differ"
        return found

    def _maybe(self, item: Item, stage: Stage) -> Said | None:
        row = self.stages.row(item.key, stage)
        return None if row is None else self._said(item, stage, row)

    def _said(self, item: Item, stage: Stage, row: Judgement) -> Said:
        work = self.stages.work
        return Said(
            id=row.id,
            verdict=row.verdict,
            name=verdict_name(stage, row.verdict).in_(self.language),
            answer=reading_words(work.instrument, item, reading_of(row), self.language),
            words=row.words,
            private_words=row.private_words,
            when=format_moment(row.at, work.office.timezone, self.language),
        )

    def _effect(self, item: Item) -> str:
        if item.criterion is None:
            return gettext("Jawaban ini tidak memengaruhi indeks.")
        now, then = self.index, self._indexes[item.key]
        if now is None or then is None or abs(then - now) < 0.005:
            return gettext("Pengaruhnya pada indeks keseluruhan kurang dari 0,01.")
        shown = [format_number(one, 2, self.language) for one in (now, then)]
        return gettext(
            "Indeks keseluruhan menurut verifikasi %(now)s; bila klaim ini diterima, %(then)s.",
            now=shown[0],
            then=shown[1],
        )

    def _proofs(self, key: str, since: datetime) -> tuple[Proof, ...]:
        work = self.stages.work
        links = (
            Proof(row.url, row.url if row.usable else None, row.note, row.added_at > since)
            for row in work.evidence.get(key, ())
        )
        files = (
            Proof(
                row.name_as_given,
                url_for(
                    "survey.evidence_file", assessment_id=work.assessment.id, sha256=row.sha256
                ),
                " – ".join(filter(None, (row.place, row.note))),
                row.added_at > since,
                is_file=True,
            )
            for row in work.files.get(key, ())
        )
        return (*links, *files)


def _id(rows: Mapping[Stage, Judgement], stage: Stage) -> int:
    row = rows.get(stage)
    return 0 if row is None else row.id
