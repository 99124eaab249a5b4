"""How much work each verifier of a round has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from maturity.survey.assignments import Judge
from maturity.survey.deadlines import Due, due
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.models import Assessment

_S = AssessmentState
VERIFIED = frozenset({_S.REPLY, _S.SETTLED, _S.PUBLISHED})


@dataclass(frozen=True, slots=True)
class Load:
    """One verifier's assessments. ``open``: not yet verified, handed in or not."""

    judge: Judge
    assigned: int
    done: int
    open: int
    overdue: int


def loads(people: Sequence[Judge], assessments: Sequence[Assessment], now: datetime) -> list[Load]:
    """Each verifier's load, those with most open work first."""
    found = []
    for judge in people:
        mine = [one for one in assessments if one.verifier_id == judge.person_id]
        waiting = [one for one in mine if one.state not in VERIFIED]
        late = sum(_is_late(one, now) for one in waiting)
        found.append(Load(judge, len(mine), len(mine) - len(waiting), len(waiting), late))
    return sorted(found, key=lambda load: (-load.open, load.judge.name, load.judge.person_id))


def _is_late(one: Assessment, now: datetime) -> bool:
    end = due(one, Due.VERIFICATION)
    return end is not None and now > end
