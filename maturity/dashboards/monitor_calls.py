"""Which offices of a round need a call, why, and which first. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from maturity.dashboards.monitor import Watched
from maturity.survey.lifecycle import OPEN

BEHIND = 0.25
"""An office is at risk when its work lags behind the time by so much of the whole."""
NEAR = timedelta(days=3)
IDLE = timedelta(days=7)
HANDING_IN = 0.05
"""Work that is left when all is answered: checking and submitting."""


class Reason(StrEnum):
    """Why an office may need a call."""

    LATE = "late"
    NOT_STARTED = "not-started"
    NEAR = "near"
    BEHIND = "behind"


@dataclass(frozen=True, slots=True)
class Call:
    """An office that may need a call. ``left`` is the time to its deadline, negative after it;
    ``gone`` the share of its time that has passed; ``idle`` since when nothing was changed."""

    office: Watched
    reason: Reason
    left: timedelta
    gone: float
    idle: timedelta | None

    @property
    def need(self) -> float:
        """How much of all the work has to be done each day from now on."""
        days = max(self.left / timedelta(days=1), 1 / 24)
        return max(1.0 - self.office.done, HANDING_IN) / days


def calls(rows: Iterable[Watched], opens_at: datetime, at: datetime) -> list[Call]:
    """Offices that are late (the longest first), then those at risk by the daily work left."""
    found = [call for row in rows if (call := _call(row, opens_at, at)) is not None]
    return sorted(found, key=_order)


def _order(call: Call) -> tuple[bool, float, str]:
    late = call.reason is Reason.LATE
    weight = call.left / timedelta(days=1) if late else -call.need
    return not late, weight, call.office.code


def _call(row: Watched, opens_at: datetime, at: datetime) -> Call | None:
    if row.state not in OPEN or at < opens_at:
        return None
    left, gone = row.due - at, (at - opens_at) / max(row.due - opens_at, timedelta(seconds=1))
    reason = _reason(row, left, gone)
    if reason is None:
        return None
    quiet = at - row.updated_at if row.updated_at and row.begun else timedelta()
    return Call(row, reason, left, min(gone, 1.0), quiet if quiet >= IDLE else None)


def _reason(row: Watched, left: timedelta, gone: float) -> Reason | None:
    if left < timedelta():
        return Reason.LATE
    at_risk = gone - row.done >= BEHIND or left <= NEAR
    if not row.begun:
        return Reason.NOT_STARTED if at_risk else None
    if left <= NEAR:
        return Reason.NEAR
    return Reason.BEHIND if at_risk else None
