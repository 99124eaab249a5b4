"""What this process worked out last, kept by what it was worked out from.

The key says everything that the result depends on, so nothing kept is ever wrong: what changed
has another key. What is no longer kept is worked out again, the same.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable
from threading import Lock
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement, String, and_, cast, func, or_, select
from sqlalchemy.orm import Session

from maturity.survey.assessments import VALID_IN
from maturity.survey.models import Assessment, Round, Stage, StoredScorecard

T = TypeVar("T")


class Memory(Generic[T]):
    """The ``size`` results that were asked for last; for many threads at once."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """What belongs to the key; made where it is not kept. Threads that make it at once all
        get the same."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()
        with self._lock:
            made = self._kept.setdefault(key, made)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return made

    def forget(self) -> None:
        """Keep nothing of what was kept."""
        with self._lock:
            self._kept.clear()


def results_digest(session: Session, rounds: Collection[Round], *stages: Stage) -> str:
    """Of all results of these rounds that count now at these stages, and of the instruments of
    the rounds; in one query that reads no result."""
    card = StoredScorecard
    counting = (and_(card.stage == one, Assessment.state.in_(VALID_IN[one])) for one in stages)
    # A frozen result never changes: sixteen digits of its own digest stand for it.
    mark = cast(card.assessment_id, String) + ":" + func.substr(card.digest, 1, 16)
    marks: ColumnElement[str] = func.aggregate_strings(mark, ",")
    if session.get_bind().dialect.name == "postgresql":  # reads in the order of its plan of now
        marks = marks.aggregate_order_by(mark)
    query = (
        select(Assessment.round_id, card.stage, marks.label("results"))
        .join(Assessment, Assessment.id == card.assessment_id)
        .where(Assessment.round_id.in_([one.id for one in rounds]), card.superseded_at.is_(None))
        .where(or_(*counting))
        .group_by(Assessment.round_id, card.stage)
        .order_by(Assessment.round_id, card.stage)
    )
    about = [(one.id, one.slug, one.fingerprint, one.title_id, one.title_en) for one in rounds]
    there = [tuple(row) for row in session.execute(query)]
    return hashlib.sha256(repr((about, stages, there)).encode()).hexdigest()
