"""Jobs that come back: each is added once a period, however many workers there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from maturity.db import Database
from maturity.jobs import queue


@dataclass(frozen=True, slots=True)
class Periodic:
    """A kind of job every so many hours; periods are counted from midnight UTC of 1970."""

    kind: str
    hours: int
    payload: dict[str, Any] = field(default_factory=dict)

    def key(self, now: datetime) -> str:
        """The same for all moments of one period."""
        return f"{self.kind}@{int(now.timestamp()) // (self.hours * 3600)}"


@dataclass
class Timetable:
    """Adds what a schedule asks for; remembers what it has looked after already."""

    schedule: Sequence[Periodic] = ()
    _seen: set[str] = field(default_factory=set)

    def add_due(self, database: Database, now: datetime) -> None:
        """Add the jobs of the present periods that are not there yet."""
        present = {each.key(now): each for each in self.schedule}
        if present.keys() <= self._seen:
            return
        with database.write() as session:
            for key, each in present.items():
                queue.add(session, each.kind, each.payload, now=now, key=key)
        self._seen = set(present)
