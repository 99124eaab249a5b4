"""What a verifier's form carries, and saving it: what is right is kept, what is not is said.

Names are ``verdict:KEY``, ``value:KEY``, ``words:KEY``, ``private:KEY``, ``confidence:KEY`` and
``seen:KEY`` for each claim.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from maturity.scoring.rubric import State
from maturity.survey import judging
from maturity.survey.answers import STATES, Author, TooLongError
from maturity.survey.forms import number
from maturity.survey.instrument import Item, Text
from maturity.survey.judging import WordsError
from maturity.survey.reading import Reading, UnreadableError
from maturity.survey.rulings import OvertakenError, Ruling
from maturity.survey.stage_models import Judgement, Verdict
from maturity.survey.stages import Stages, is_claim_to_grant

_NO_VERDICT = Text("Pilih salah satu keputusan.", "Choose one of the decisions.")
_SAME = Text(
    "Jawaban ini sama dengan jawaban kantor. Pilih “Sesuai”, atau jawaban lain.",
    "This is the office's own answer. Choose “Confirmed”, or another answer.",
)
_STILL_NA = Text(
    "Pilih jawaban yang berlaku bagi kantor ini.", "Choose the answer that applies to this office."
)


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed about one claim."""

    verdict: str
    raw: str
    words: str
    private: str
    confidence: str
    seen: int

    @property
    def is_blank(self) -> bool:
        """Nothing was decided, nothing written."""
        return not (self.verdict or self.words.strip() or self.private.strip() or self.confidence)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a decision was not saved: at which field, in which words."""

    field: str
    text: Text
    overtaken: bool = False


def typed(form: MultiDict[str, str], items: Iterable[Item]) -> dict[str, Typed]:
    """What the form carries, for those of the items that were on the page."""
    return {
        item.key: Typed(
            verdict=form.get(f"verdict:{item.key}", ""),
            raw=",".join(form.getlist(f"value:{item.key}")),
            words=form.get(f"words:{item.key}", ""),
            private=form.get(f"private:{item.key}", ""),
            confidence=form.get(f"confidence:{item.key}", ""),
            seen=number(form.get(f"seen:{item.key}", "")) or 0,
        )
        for item in items
        if f"seen:{item.key}" in form
    }


def offered(stages: Stages, item: Item) -> tuple[Verdict, ...]:
    """The verdicts that a verifier may choose from: "not applicable" is granted or refused."""
    if is_claim_to_grant(stages.work, item):
        return (Verdict.CONFIRMED, Verdict.CHANGED)
    return (Verdict.CONFIRMED, Verdict.CHANGED, Verdict.NOT_VERIFIABLE)


def save_all(
    session: Session, stages: Stages, said: Mapping[str, Typed], *, author: Author
) -> dict[str, Fault]:
    """Save each decision that can be saved; the faults of the others, by key.

    NotAllowedError where nothing may be saved at all.
    """
    judging.must_verify(stages.work.assessment, author)
    faults = {}
    for item in stages.claims():
        one = said.get(item.key)
        if one is None or one.is_blank or _is_untouched(session, item, one):
            continue
        fault = _save(session, stages, item, one, author=author)
        if fault is not None:
            faults[item.key] = fault
    return faults


def _is_untouched(session: Session, item: Item, one: Typed) -> bool:
    """Whether the form only gives back the decision that it showed: then it says nothing."""
    shown = session.get(Judgement, one.seen) if one.seen else None
    return shown is not None and shown.key == item.key and one == typed_of(shown)


def typed_of(row: Judgement) -> Typed:
    """A decision as the form shows it."""
    raw = raw_of(row) if row.verdict == Verdict.CHANGED else ""
    confidence = str(row.confidence or "")
    return Typed(row.verdict, raw, row.words, row.private_words, confidence, row.id)


def raw_of(row: Judgement) -> str:
    """The answer that counts by a decision, as a field carries it."""
    return row.value if row.state == STATES[State.ANSWERED] else row.state


def _save(
    session: Session, stages: Stages, item: Item, one: Typed, *, author: Author
) -> Fault | None:
    if one.verdict not in offered(stages, item):
        return Fault("verdict", _NO_VERDICT)
    ruling = Ruling(
        verdict=Verdict(one.verdict),
        raw=one.raw,
        words=one.words,
        private_words=one.private,
        confidence=int(one.confidence) if one.confidence in ("1", "2", "3") else None,
        seen=one.seen,
    )
    try:
        _must_differ(stages, item, ruling)
        judging.verify(session, stages, item, ruling, author=author)
    except UnreadableError as error:
        return Fault("value", error.text)
    except OvertakenError as error:
        return Fault("verdict", _text(error), overtaken=True)
    except (WordsError, TooLongError) as error:
        return Fault("words", _text(error))
    return None


def _must_differ(stages: Stages, item: Item, ruling: Ruling) -> None:
    """UnreadableError where what it is changed to is what the office said."""
    if ruling.verdict is not Verdict.CHANGED:
        return
    claimed = stages.work.route.readings[item.key]
    counts = judging.counting(item, ruling, claimed)
    if counts != Reading(claimed.state, claimed.value):
        return
    text = _STILL_NA if claimed.state is State.NOT_APPLICABLE else _SAME
    raise UnreadableError(text.id, text.en)


def _text(error: OvertakenError | WordsError | TooLongError) -> Text:
    return Text(error.message_id, error.message_en)
