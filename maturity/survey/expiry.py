"""Until when evidence is valid: what still holds on a day, and what ends soon. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

SOON = timedelta(days=30)


class Lasting(Protocol):
    """A link or a file used as evidence."""

    @property
    def valid_until(self) -> date | None:
        """Its last day; None: it does not end."""


@dataclass(frozen=True, slots=True)
class Ending:
    """Evidence of a question, or of an object of a matrix, and the day on which it ends first."""

    key: str
    until: date


def day_there(moment: datetime, zone: str) -> date:
    """The day that a moment belongs to in an office's zone."""
    return moment.astimezone(ZoneInfo(zone)).date()


def holds(piece: Lasting, day: date | None) -> bool:
    """Whether a piece of evidence is valid on a day; without a day none has expired."""
    return day is None or piece.valid_until is None or piece.valid_until >= day


def ending(pieces: Iterable[tuple[str, Lasting]], day: date) -> list[Ending]:
    """Evidence that has ended or ends within thirty days, by evidence key, soonest first."""
    first: dict[str, date] = {}
    for key, piece in pieces:
        until = piece.valid_until
        if until is not None and until <= day + SOON:
            first[key] = min(until, first.get(key, until))
    found = (Ending(key, until) for key, until in first.items())
    return sorted(found, key=lambda one: (one.until, one.key))
