"""The published life of an assessment: one table that code, documentation and tests share.

Pure but for the names of permissions. Nothing changes the state of an assessment past it
(``assessments.change_state``).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from maturity.offices.permissions import Action
from maturity.survey.instrument import Text


class AssessmentState(StrEnum):
    """Where an assessment stands in its life."""

    NOT_STARTED = "not-started"
    IN_PROGRESS = "in-progress"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    VERIFYING = "under-verification"
    REPLY = "reply-open"
    SETTLED = "settled"
    PUBLISHED = "published"


_S = AssessmentState

STATE_NAMES: dict[AssessmentState, Text] = {
    _S.NOT_STARTED: Text("Belum dimulai", "Not started"),
    _S.IN_PROGRESS: Text("Sedang diisi", "In progress"),
    _S.SUBMITTED: Text("Diajukan", "Submitted"),
    _S.RETURNED: Text("Dikembalikan", "Returned"),
    _S.VERIFYING: Text("Sedang diverifikasi", "Under verification"),
    _S.REPLY: Text("Masa sanggah", "Reply open"),
    _S.SETTLED: Text("Ditetapkan", "Settled"),
    _S.PUBLISHED: Text("Dipublikasikan", "Published"),
}

OPEN = frozenset({_S.NOT_STARTED, _S.IN_PROGRESS, _S.RETURNED})
"""The office may change its answers."""
HANDED_IN = frozenset(_S) - OPEN
"""The self-assessment is locked and frozen."""
DECIDED = frozenset({_S.SETTLED, _S.PUBLISHED})
"""The result is settled."""
DECIDING = frozenset({_S.VERIFYING, _S.REPLY})
"""Answers are verified, replied to and decided about."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One allowed change of state: who may make it, and whether words must say why."""

    before: AssessmentState
    after: AssessmentState
    action: Action
    name: Text
    needs_words: bool = False


TRANSITIONS: tuple[Transition, ...] = (
    Transition(
        _S.NOT_STARTED, _S.IN_PROGRESS, Action.ANSWER, Text("Mulai mengisi", "Begin to fill in")
    ),
    Transition(_S.IN_PROGRESS, _S.SUBMITTED, Action.SUBMIT, Text("Ajukan", "Submit")),
    Transition(_S.RETURNED, _S.SUBMITTED, Action.SUBMIT, Text("Ajukan kembali", "Submit again")),
    Transition(
        _S.SUBMITTED, _S.VERIFYING, Action.VERIFY, Text("Mulai verifikasi", "Begin verification")
    ),
    Transition(
        _S.SUBMITTED,
        _S.RETURNED,
        Action.VERIFY,
        Text("Kembalikan untuk diperbaiki", "Return for changes"),
        needs_words=True,
    ),
    Transition(
        _S.VERIFYING,
        _S.RETURNED,
        Action.VERIFY,
        Text("Kembalikan untuk diperbaiki", "Return for changes"),
        needs_words=True,
    ),
    Transition(
        _S.VERIFYING,
        _S.REPLY,
        Action.VERIFY,
        Text("Selesaikan verifikasi dan buka masa sanggah", "End verification, open the reply"),
    ),
    Transition(
        _S.REPLY,
        _S.VERIFYING,
        Action.VERIFY,
        Text("Buka kembali verifikasi", "Take up verification again"),
        needs_words=True,
    ),
    Transition(_S.REPLY, _S.SETTLED, Action.SETTLE, Text("Tetapkan", "Settle")),
    Transition(_S.SETTLED, _S.PUBLISHED, Action.PUBLISH, Text("Publikasikan", "Publish")),
    Transition(
        _S.SETTLED,
        _S.VERIFYING,
        Action.REOPEN,
        Text("Buka kembali", "Reopen"),
        needs_words=True,
    ),
    Transition(
        _S.PUBLISHED,
        _S.VERIFYING,
        Action.REOPEN,
        Text("Buka kembali", "Reopen"),
        needs_words=True,
    ),
)

_TABLE = {(one.before, one.after): one for one in TRANSITIONS}


def transition(before: AssessmentState, after: AssessmentState) -> Transition | None:
    """The allowed change from one state to another; None where there is none."""
    return _TABLE.get((before, after))


def following(state: AssessmentState) -> tuple[Transition, ...]:
    """What may happen next."""
    return tuple(one for one in TRANSITIONS if one.before is state)
