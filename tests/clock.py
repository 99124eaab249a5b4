"""The time in tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that goes only when it is told to."""

    at: datetime = START

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> datetime:
        """Go on by ``hours=``, ``minutes=``, ``days=`` ..."""
        self.at += timedelta(**by)
        return self.at
