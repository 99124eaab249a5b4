"""What the pages of the right of reply show, and what their form carries.

Fields are ``reply:KEY`` (agree or disagree), ``words:KEY``, ``seen:KEY`` (the reply looked at)
and ``on:KEY`` (the verification looked at) for an item; those of evidence as in ``forms`` and
``uploads``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from maturity.errors import MaturityError
from maturity.survey.deadlines import Due, due, is_in_reply
from maturity.survey.forms import dom_id, version
from maturity.survey.instrument import Item
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.matters import Group, Matters
from maturity.survey.models import Assessment
from maturity.survey.rulings import Ruling
from maturity.survey.stage_models import Verdict
from maturity.survey.stages import Stages

_S = AssessmentState
SHOWN = frozenset({_S.REPLY, _S.SETTLED, _S.PUBLISHED})
"""States in which the office sees what was verified: before, the verifier still works on it."""


@dataclass(frozen=True, slots=True)
class Faults:
    """What could not be saved: words by item or evidence key, with what was typed."""

    words: Mapping[str, str] = field(default_factory=dict)
    typed: MultiDict[str, str] = field(default_factory=MultiDict)
    whole: str = ""

    @property
    def written(self) -> list[tuple[str, str]]:
        """(item key, words) of all that was typed in words: to be copied where no field is left."""
        names = (name for name in self.typed if name.startswith("words:"))
        found = ((name.partition(":")[2], self.typed[name].strip()) for name in names)
        return [(key, words) for key, words in found if words]


NO_FAULTS = Faults()


@dataclass(frozen=True, slots=True)
class ReplyPage:
    """The office's side of the reply. ``until`` is None where the round sets no end."""

    assessment: Assessment
    groups: tuple[Group, ...]
    is_open: bool
    is_over: bool
    until: datetime | None
    left: str
    unanswered: int
    disputed: int
    faults: Faults

    def typed(self, field_: str, key: str, saved: str = "") -> str:
        """What a field shows: what was typed and not saved, else what is stored."""
        return self.faults.typed.get(f"{field_}:{key}", saved)

    def fault(self, key: str) -> str:
        """Why something of an item was not saved."""
        return self.faults.words.get(key, "")

    @property
    def errors(self) -> list[tuple[str, str]]:
        """For the summary at the top."""
        found = [("", self.faults.whole)] if self.faults.whole else []
        titles = {one.key: (one.dom, one.title) for g in self.groups for one in g.matters}
        titles |= {f"url:{g.key}": (f"{g.dom}-url", g.title) for g in self.groups}
        for key, words in self.faults.words.items():
            dom, title = titles.get(key, (dom_id(key), key))
            found.append((dom, f"{title}: {words}"))
        return found


def reply_page(stages: Stages, at: datetime, faults: Faults | None = None) -> ReplyPage:
    """The page as it stands; replying is over once the office said so, but may be changed."""
    assessment, items = stages.work.assessment, stages.differing()
    until, open_ = due(assessment, Due.REPLY), is_in_reply(assessment, at)
    return ReplyPage(
        assessment=assessment,
        groups=Matters(stages, items).groups() if items else (),
        is_open=open_,
        is_over=not open_,
        until=until,
        left=time_left(until - at) if until is not None and open_ else "",
        unanswered=sum(stages.replied(item.key) is None for item in items),
        disputed=len(stages.disputed()),
        faults=faults or NO_FAULTS,
    )


def time_left(span: timedelta) -> str:
    """How long the window stays open, in words."""
    hours = int(span.total_seconds() // 3600)
    if hours < 1:
        return gettext("kurang dari satu jam lagi")
    if hours < 48:
        return gettext("%(n)s jam lagi", n=hours)
    return gettext("%(n)s hari lagi", n=hours // 24)


class UnsaidError(MaturityError):
    """Words without saying whether the office agrees."""

    def __init__(self) -> None:
        super().__init__("Pilih setuju atau tidak setuju.", "Choose whether you agree.", status=422)


class ChangedError(MaturityError):
    """What a decision is about was changed since the page was opened."""

    def __init__(self) -> None:
        super().__init__(
            "Keputusan sebelumnya berubah sejak Anda membuka halaman. Periksa, lalu simpan lagi.",
            "The decision before it was changed since you opened the page. Look, then save again.",
            status=409,
        )


def replied(form: MultiDict[str, str], item: Item) -> Ruling | None:
    """What the form says of an item; None where it says nothing. UnsaidError."""
    chosen, words = form.get(f"reply:{item.key}", ""), form.get(f"words:{item.key}", "")
    if chosen not in (Verdict.AGREE, Verdict.DISAGREE):
        if words.strip():
            raise UnsaidError
        return None
    return Ruling(Verdict(chosen), words=words, seen=version(form.get(f"seen:{item.key}", "")))


def must_be_about(form: MultiDict[str, str], key: str, row_id: int) -> None:
    """ChangedError unless the form was filled in looking at this row."""
    if version(form.get(f"on:{key}", "")) != row_id:
        raise ChangedError
