"""The door for letters: order one in the transaction that needs it.

An order says what is to be told to whom, by numbers. The letter is written when it is sent,
from what is true then; where there is nothing to tell any more, none is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from maturity.jobs import queue
from maturity.jobs.models import Job

KIND = "mail"
ATTEMPTS = 24
"""With waits that grow to an hour: for about 15 hours."""
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Order:
    """One letter to one person for one reason, which ``key`` names: never sent twice for it.

    ``person_id`` 0: somebody without an account. ``letter`` names who writes it; ``facts`` are
    numbers and words that name nobody.
    """

    letter: str
    key: str
    person_id: int
    facts: Mapping[str, Any] = field(default_factory=dict)


def post(session: Session, order: Order, *, now: datetime) -> None:
    """Have a letter sent once the session commits, unless one was ordered with this key."""
    payload = {
        "letter": order.letter,
        "key": order.key,
        "person": order.person_id,
        "facts": dict(order.facts),
    }
    queue.add(session, KIND, payload, now=now, key=order.key, attempts=ATTEMPTS)


def order_of(payload: Mapping[str, Any]) -> Order:
    """The order that a job was given."""
    return Order(payload["letter"], payload["key"], payload["person"], payload["facts"])


def posted(session: Session, keys: Iterable[str]) -> set[str]:
    """Those of the keys for which a letter was ordered already."""
    wanted: Collection[str] = list(keys)
    found: set[str] = set()
    for start in range(0, len(wanted), _AT_ONCE):
        some = list(wanted)[start : start + _AT_ONCE]
        found.update(filter(None, session.scalars(select(Job.key).where(Job.key.in_(some)))))
    return found
