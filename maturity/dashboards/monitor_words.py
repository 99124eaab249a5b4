"""What the monitor says: the forecast, the reasons for a call, the chart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta

from flask_babel import gettext

from maturity.charts.course import Ahead, Days, Line, course_lines
from maturity.charts.figures import Figure
from maturity.dashboards.forecast import DRIFT, OTHER_ROUND, Forecast
from maturity.dashboards.monitor import Day
from maturity.dashboards.monitor_calls import Call, Reason
from maturity.web import format_day, format_number


def percent(share: float, language: str) -> str:
    """A share as a whole number of hundredths."""
    return f"{format_number(share * 100, 0, language)}%"


def days_of(span: timedelta) -> str:
    """A stretch of time in whole days, begun ones counted."""
    days = math.ceil(abs(span) / timedelta(days=1))
    return gettext("1 hari") if days <= 1 else gettext("%(n)s hari", n=days)


def forecast_said(found: Forecast) -> str:
    """How many will have submitted, with the interval; or how many did."""
    if found.final:
        return gettext(
            "Batas waktu semua kantor sudah lewat: %(n)s dari %(total)s kantor mengajukan.",
            n=found.submitted,
            total=found.total,
        )
    return gettext(
        "Pada batas waktu diperkirakan %(n)s kantor (%(low)s–%(high)s, 90%%) sudah mengajukan.",
        n=found.middle,
        low=found.low,
        high=found.high,
    )


def forecast_basis(found: Forecast, earlier: str) -> str:
    """What the forecast rests on; "" where nothing is forecast."""
    if found.final:
        return ""
    seen = gettext(
        "Dihitung dari %(starts)s kantor yang mulai mengisi dan %(n)s pengajuan sejauh ini; "
        "%(waiting)s kantor masih dapat mengajukan.",
        starts=found.starts,
        n=found.submissions,
        waiting=found.waiting,
    )
    if found.earlier:
        rhythm = gettext("Irama %(title)s dipakai sebagai pola.", title=earlier)
    else:
        rhythm = gettext(
            "Belum ada periode sebelumnya sebagai pola: lonjakan menjelang batas waktu tidak "
            "diperhitungkan."
        )
    drift = gettext(
        "Rentang itu memuat perubahan laju sekitar %(share)s%%, tetapi tidak memuat perpanjangan "
        "waktu yang baru.",
        share=round((OTHER_ROUND if found.earlier else DRIFT) * 100),
    )
    return f"{seen} {rhythm} {drift}"


def reason_said(call: Call, language: str) -> str:
    """Why an office may need a call."""
    office, left = call.office, days_of(call.left)
    if not office.begun:
        done = gettext("belum dimulai")
    else:
        done = gettext("%(done)s dari %(asked)s terjawab", done=office.answered, asked=office.asked)
    match call.reason:
        case Reason.LATE:
            words = gettext("Batas waktu sudah lewat %(days)s; %(done)s.", days=left, done=done)
        case Reason.NEAR:
            words = gettext("Tinggal %(days)s; %(done)s.", days=left, done=done)
        case _:
            words = gettext(
                "%(gone)s waktu sudah lewat, tinggal %(days)s; %(done)s.",
                gone=percent(call.gone, language),
                days=left,
                done=done,
            )
    if call.idle is None:
        return words
    idle = gettext("Tidak ada perubahan sejak %(n)s hari.", n=call.idle.days)
    return f"{words} {idle}"


def course_title(days: Sequence[Day], total: int) -> str:
    """What the chart shows, at its last day."""
    return gettext(
        "%(started)s dari %(total)s kantor mulai mengisi, %(n)s mengajukan",
        started=days[-1].started,
        n=days[-1].submitted,
        total=total,
    )


def course_figure(
    days: Sequence[Day], total: int, found: Forecast | None, *, last: int, language: str
) -> Figure:
    """Begun and submitted day by day, and the forecast at the deadline, ``last`` days on."""
    shares = [(one.started / total, one.submitted / total) for one in days]
    started, submitted = (tuple(column) for column in zip(*shares, strict=True))
    lines = [
        Line(name, f"{name} {percent(some[-1], language)}", some)
        for name, some in (
            (gettext("Sudah mulai"), started),
            (gettext("Sudah mengajukan"), submitted),
        )
    ]
    names = tuple(format_day(one.day, language) for one in days)
    span = max(last, len(days))
    end = days[0].day + timedelta(days=span - 1)
    ticks = [(1, _short(format_day(days[0].day, language)))]
    if span > 1:
        ticks.append((span, _short(format_day(end, language))))
    if span * 0.3 < len(days) < span * 0.7:
        ticks.insert(1, (len(days), _short(names[-1])))
    axis = Days(names, span, tuple(ticks))
    return course_lines(lines[0], lines[1], axis, _ahead(found, total, language))


def _short(day: str) -> str:
    """A day without its year, with three letters of the month."""
    number, month, _year = day.split()
    return f"{number} {month[:3]}"


def _ahead(found: Forecast | None, total: int, language: str) -> Ahead | None:
    if found is None or found.final:
        return None
    low, middle, high = (n / total for n in (found.low, found.middle, found.high))
    label = gettext(
        "perkiraan %(share)s (%(low)s–%(high)s)",
        share=percent(middle, language),
        low=percent(low, language).rstrip("%"),
        high=percent(high, language),
    )
    return Ahead(middle, low, high, label)
