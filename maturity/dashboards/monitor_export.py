"""The tables of the monitor as files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from maturity.dashboards.forecast import LEVEL, Forecast
from maturity.dashboards.monitor import Day, Tally, Watched
from maturity.dashboards.monitor_calls import Call
from maturity.survey.neutral import Cell, as_csv

COUNTS = ("total", "not_started", "in_progress", "late", "submitted", "verifying", "reply",
          "disputed", "settled", "published")  # fmt: skip


def tallies_csv(
    tallies: Iterable[Tally], group: str, names: Mapping[str, str] | None = None
) -> str:
    """Counts by kind or province; the offices of ``late`` and ``disputed`` stand in others too."""
    named = ["name"] if names is not None else []

    def cells(one: Tally) -> list[Cell]:
        name = [names.get(one.group)] if names is not None else []
        return [one.group or "all", *name, *(int(getattr(one, count)) for count in COUNTS)]

    return as_csv([group, *named, *COUNTS], map(cells, tallies))


def course_csv(days: Sequence[Day], total: int) -> str:
    """Offices that had begun and submitted at the end of each day, in Jakarta's days."""
    head = ["day", "date", "started", "submitted", "offices"]
    rows = ((one.number, one.day.isoformat(), one.started, one.submitted, total) for one in days)
    return as_csv(head, rows)


def forecast_csv(found: Forecast | None, at: datetime) -> str:
    """The forecast with its interval; no row where too little has been seen."""
    head = ["at", "offices", "submitted", "waiting", "forecast", "low", "high", "level",
            "starts_seen", "submissions_seen", "earlier_round", "final"]  # fmt: skip
    rows: list[list[Cell]] = []
    if found is not None:
        rows.append([_moment(at), found.total, found.submitted, found.waiting, found.middle,
                     found.low, found.high, LEVEL, found.starts, found.submissions,
                     found.earlier, found.final])  # fmt: skip
    return as_csv(head, rows)


def offices_csv(rows: Iterable[Watched], names: Mapping[str, str], at: datetime) -> str:
    """Every office asked for, with its own deadline."""
    head = ["code", "name", "kind", "province", "province_name", "state", "late", "answered",
            "asked", "started_at", "updated_at", "submitted_at", "due_at", "extended",
            "open_disputes"]  # fmt: skip
    return as_csv(head, (
        [row.code, row.name, row.kind, row.province, names.get(row.province or ""),
         str(row.state), row.is_late(at), row.answered, row.asked, _moment(row.started_at),
         _moment(row.updated_at), _moment(row.submitted_at), _moment(row.due), row.extended,
         row.disputes if row.in_dispute else 0]
        for row in rows
    ))  # fmt: skip


def calls_csv(
    rows: Iterable[tuple[Call, str]],
    names: Mapping[str, str],
    people: Mapping[str, Sequence[tuple[str, str]]],
) -> str:
    """Whom to call in that order; people only of offices whose people the reader may see."""
    head = ["code", "name", "province", "province_name", "state", "answered", "asked", "due_at",
            "days_left", "reason", "reason_words", "people"]  # fmt: skip
    return as_csv(head, (
        [call.office.code, call.office.name, call.office.province,
         names.get(call.office.province or ""), str(call.office.state), call.office.answered,
         call.office.asked, _moment(call.office.due), round(call.left / timedelta(days=1), 2),
         str(call.reason), words,
         "; ".join(f"{name} <{email}>" for name, email in people.get(call.office.code, ()))]
        for call, words in rows
    ))  # fmt: skip


def _moment(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None
