"""The campaign as it runs: counts, and the course over time. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from maturity.dashboards.forecast import Case
from maturity.dashboards.offices_table import STATES
from maturity.dashboards.summary import kinds_of
from maturity.survey.deadlines import REFERENCE
from maturity.survey.lifecycle import HANDED_IN, OPEN, AssessmentState

LATE, DISPUTED = "late", "disputed"
"""What one may ask for beside the states."""
_S = AssessmentState


@dataclass(frozen=True, slots=True)
class Watched:
    """One office in a round. ``due`` is its own deadline, ``disputes`` those undecided."""

    code: str
    name: str
    kind: str
    province: str | None
    zone: str
    state: AssessmentState
    answered: int
    asked: int
    due: datetime
    extended: bool
    started_at: datetime | None
    updated_at: datetime | None
    submitted_at: datetime | None
    disputes: int = 0

    @property
    def handed_in_at(self) -> datetime | None:
        """When it was handed in; None while the office may change its answers."""
        return self.submitted_at if self.state in HANDED_IN else None

    @property
    def begun(self) -> bool:
        """Whether anything was answered."""
        return self.state != _S.NOT_STARTED

    @property
    def done(self) -> float:
        """The share of its questions that are answered."""
        return min(1.0, self.answered / self.asked) if self.asked else 0.0

    @property
    def in_dispute(self) -> bool:
        """Whether somebody has to decide about something the office disputes."""
        return self.state == _S.REPLY and self.disputes > 0

    def is_late(self, at: datetime) -> bool:
        """Whether its deadline has passed and it has not handed in."""
        return self.state in OPEN and self.due < at


# --- what is asked for ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wish:
    """What the reader asked for; "" for all."""

    kind: str = ""
    province: str = ""
    state: str = ""
    page: int = 1

    @property
    def filtered(self) -> bool:
        """Whether some offices are left out."""
        return any((self.kind, self.province, self.state))

    def address(self, **changes: str | int) -> dict[str, str]:
        """The query of an address that asks for this; what is as usual is left out."""
        wish = replace(self, **changes)  # type: ignore[arg-type]
        page = str(wish.page) if wish.page > 1 else ""
        found = {"kind": wish.kind, "province": wish.province, "state": wish.state, "page": page}
        return {name: value for name, value in found.items() if value}


def read_wish(args: Mapping[str, str], provinces: Sequence[str], kinds: Sequence[str]) -> Wish:
    """What an address asks for; anything unknown counts as not asked."""
    known = {"kind": kinds, "province": provinces, "state": (*STATES, LATE, DISPUTED)}
    said = {name: args.get(name, "") for name in known}
    page = args.get("page", "")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 5 else 1
    return Wish(
        **{name: value if value in known[name] else "" for name, value in said.items()},
        page=max(1, number),
    )


def of_place(rows: Iterable[Watched], wish: Wish) -> list[Watched]:
    """The offices of the kind and province asked for, in whatever state."""
    return [
        row for row in rows if wish.kind in ("", row.kind) and wish.province in ("", row.province)
    ]


def in_state(rows: Iterable[Watched], state: str, at: datetime) -> list[Watched]:
    """The offices in a state, late, or with disputes to be decided."""
    if state == LATE:
        return [row for row in rows if row.is_late(at)]
    if state == DISPUTED:
        return [row for row in rows if row.in_dispute]
    return [row for row in rows if state in ("", row.state)]


# --- counts ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tally:
    """Offices by state. ``late`` and ``disputed`` are counted in their state too."""

    group: str
    total: int
    not_started: int
    in_progress: int
    late: int
    submitted: int
    verifying: int
    reply: int
    disputed: int
    settled: int
    published: int

    @property
    def handed_in(self) -> int:
        """Those that have submitted, however far they are."""
        return self.total - self.not_started - self.in_progress


def tally(rows: Sequence[Watched], at: datetime, group: str = "") -> Tally:
    """Count some offices."""
    found = Counter(row.state for row in rows)
    return Tally(
        group=group,
        total=len(rows),
        not_started=found[_S.NOT_STARTED],
        in_progress=found[_S.IN_PROGRESS] + found[_S.RETURNED],
        late=sum(row.is_late(at) for row in rows),
        submitted=found[_S.SUBMITTED],
        verifying=found[_S.VERIFYING],
        reply=found[_S.REPLY],
        disputed=sum(row.in_dispute for row in rows),
        settled=found[_S.SETTLED],
        published=found[_S.PUBLISHED],
    )


def by_kind(rows: Sequence[Watched], at: datetime) -> tuple[Tally, ...]:
    """One tally for each kind that there is."""
    return tuple(
        tally([row for row in rows if row.kind == kind], at, kind) for kind in kinds_of(rows)
    )


def by_province(rows: Sequence[Watched], at: datetime) -> tuple[Tally, ...]:
    """One tally for each province by code; the national office is in none of them."""
    groups: dict[str, list[Watched]] = {}
    for row in rows:
        if row.province is not None:
            groups.setdefault(row.province, []).append(row)
    return tuple(tally(groups[code], at, code) for code in sorted(groups))


# --- the course over time -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Day:
    """How many offices had begun and handed in at the end of a day, or by now."""

    number: int
    day: date
    started: int
    submitted: int


def course(rows: Sequence[Watched], opens_at: datetime, at: datetime) -> tuple[Day, ...]:
    """Day by day in Jakarta since the opening, to today or the last deadline.

    An office whose beginning nobody noted counts from its first known moment on.
    """
    if at < opens_at or not rows:
        return ()
    last = min(at, max(moment for row in rows for moment in (row.due, row.handed_in_at) if moment))
    begun = sorted(_begun_at(row, last) for row in rows if row.begun)
    handed = sorted(row.handed_in_at or last for row in rows if row.state in HANDED_IN)
    first, final = (moment.astimezone(REFERENCE).date() for moment in (opens_at, last))
    days = [first + timedelta(days=n) for n in range((final - first).days + 1)]
    ends = [min(_midnight(day + timedelta(days=1)), at) for day in days]
    return tuple(
        Day(number, day, bisect_right(begun, end), bisect_right(handed, end))
        for number, (day, end) in enumerate(zip(days, ends, strict=True), start=1)
    )


def _begun_at(row: Watched, unknown: datetime) -> datetime:
    return row.started_at or row.submitted_at or row.updated_at or unknown


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), REFERENCE)


def cases(rows: Iterable[Watched], opens_at: datetime, closes_at: datetime) -> list[Case]:
    """The offices as the forecast sees them."""
    span = closes_at - opens_at

    def share(moment: datetime | None) -> float | None:
        return None if moment is None else (moment - opens_at) / span

    return [
        Case(
            due=(row.due - opens_at) / span,
            begun=row.begun,
            done=row.state in HANDED_IN,
            started=share(row.started_at),
            submitted=share(row.handed_in_at),
        )
        for row in rows
    ]
