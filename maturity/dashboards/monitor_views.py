"""The campaign monitor: the pages of a round and of a province, and their files."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from flask import Blueprint, Flask, abort, render_template, request
from flask.typing import ResponseReturnValue

from maturity.charts import svg
from maturity.charts.figures import Figure
from maturity.dashboards import monitor_export as export
from maturity.dashboards import monitor_words as said
from maturity.dashboards.files import csv_file
from maturity.dashboards.forecast import Forecast, forecast
from maturity.dashboards.frame import frame_of
from maturity.dashboards.monitor import (
    Day,
    Tally,
    Watched,
    Wish,
    by_kind,
    by_province,
    cases,
    course,
    in_state,
    of_place,
    read_wish,
    tally,
)
from maturity.dashboards.monitor_calls import Call, calls
from maturity.dashboards.monitor_queries import (
    Contact,
    contacts,
    teaching_round,
    watched,
)
from maturity.dashboards.provinces import province_names
from maturity.dashboards.round_queries import round_named
from maturity.dashboards.scene import title_of
from maturity.dashboards.summary import kinds_of
from maturity.offices.guard import current_actor, office_thing, permit, province_or_404
from maturity.offices.permissions import Action, Thing, may
from maturity.survey.deadlines import REFERENCE
from maturity.survey.models import Round
from maturity.web import locale, now, reading

PAGE_ROWS = 50
bp = Blueprint("monitor", __name__)


def init_app(app: Flask) -> None:
    """Add these pages to an application."""
    app.register_blueprint(bp)


@dataclass(frozen=True)
class Scene:
    """What a monitor is made of: a round at a moment, and the offices asked for.

    ``rows`` are those in the state asked for, ``place`` those of the kind and province in
    whatever state: the course and the forecast are theirs.
    """

    round: Round
    at: datetime
    wish: Wish
    place: Sequence[Watched]
    province: str | None
    names: dict[str, str]
    kinds: Mapping[str, str]
    earlier: Round | None

    @cached_property
    def rows(self) -> list[Watched]:
        """The offices in the state asked for."""
        return in_state(self.place, self.wish.state, self.at)

    @cached_property
    def forecast(self) -> Forecast | None:
        """How many will have submitted; None where too little has been seen."""
        opens, closes = self.round.opens_at, self.round.closes_at
        before: Sequence[Watched] = ()
        if self.earlier is not None:
            found = watched(reading(), self.earlier, locale=locale(), province=self.province)
            before = of_place(found, self.wish)
        return forecast(
            cases(self.place, opens, closes),
            at=(self.at - opens) / (closes - opens),
            day=timedelta(days=1) / (closes - opens),
            earlier=cases(before, self.earlier.opens_at, self.earlier.closes_at)
            if self.earlier
            else (),
        )

    @cached_property
    def course(self) -> tuple[Day, ...]:
        """Begun and submitted, day by day."""
        return course(self.place, self.round.opens_at, self.at)

    @cached_property
    def calls(self) -> list[Call]:
        """Offices that are late or at risk."""
        return calls(self.rows, self.round.opens_at, self.at)

    def people(self, shown: Sequence[Call]) -> dict[str, list[Contact]]:
        """Who fills in for these offices, where this reader may know."""
        actor, offices = current_actor(), [call.office for call in shown]
        known = [
            one.code
            for one in offices
            if may(actor, Action.MANAGE_OFFICE_PEOPLE, Thing(one.code, one.province))
        ]
        return contacts(reading(), known)

    @property
    def title(self) -> str:
        """The round's title."""
        return self.round.title.in_(locale())


@dataclass(frozen=True, slots=True)
class CallRow:
    """One office to call, with the reason in words and the people one may know."""

    call: Call
    words: str
    people: Sequence[Contact]


@dataclass(frozen=True, slots=True)
class MonitorPage:
    """The page. ``forecast`` "" where nothing can be said, ``figure`` None without a course."""

    scene: Scene
    wish: Wish
    counts: Tally
    kinds: tuple[Tally, ...]
    provinces: tuple[Tally, ...]
    forecast: str
    basis: str
    upcoming: bool
    figure: Figure | None
    drawing: str
    calls: tuple[CallRow, ...]
    call_total: int
    pages: int
    sees_people: bool
    may_see_round: bool


@bp.get("/rounds/<slug>/monitor")
@permit(Action.SEE_ROUND)
def national(slug: str) -> str:
    """All offices of a round while they fill in."""
    return _page(_scene(slug))


@bp.get("/rounds/<slug>/provinces/<code>/monitor")
@permit(Action.SEE_PROVINCE, thing=office_thing)
def province(slug: str, code: str) -> str:
    """The offices of one province while they fill in."""
    return _page(_scene(slug, province_or_404(code)))


@bp.get(
    "/rounds/<slug>/monitor/<any(kinds, provinces, course, forecast, calls, offices):table>.csv"
)
@permit(Action.SEE_ROUND)
def national_csv(slug: str, table: str) -> ResponseReturnValue:
    """The numbers of the monitor as a file, as filtered."""
    return csv_file(_table(_scene(slug), table), f"{slug}-monitor-{table}.csv")


@bp.get(
    "/rounds/<slug>/provinces/<code>/monitor/"
    "<any(kinds, course, forecast, calls, offices):table>.csv"
)
@permit(Action.SEE_PROVINCE, thing=office_thing)
def province_csv(slug: str, code: str, table: str) -> ResponseReturnValue:
    """The same numbers for one province."""
    body = _table(_scene(slug, province_or_404(code)), table)
    return csv_file(body, f"{slug}-{code}-monitor-{table}.csv")


# --- their parts ----------------------------------------------------------------------


def _scene(slug: str, province: str | None = None) -> Scene:
    session, at, names = reading(), now(), province_names(locale())
    round_ = round_named(session, slug) or abort(404)
    rows = watched(session, round_, locale=locale(), province=province)
    kinds = _kind_names(kinds_of(rows), round_)
    wish = read_wish(request.args, list(names) if province is None else (), list(kinds))
    return Scene(
        round=round_,
        at=at,
        wish=wish,
        place=of_place(rows, wish),
        province=province,
        names=names,
        kinds=kinds,
        earlier=teaching_round(session, round_, at),
    )


def _kind_names(kinds: Sequence[str], round_: Round) -> dict[str, str]:
    known = frame_of(round_, locale()).kinds
    return {kind: known.get(kind, kind) for kind in kinds}


def _page(scene: Scene) -> str:
    found, rows, at = scene.forecast, scene.calls, scene.at
    pages = max(1, math.ceil(len(rows) / PAGE_ROWS))
    wish = replace(scene.wish, page=min(scene.wish.page, pages))
    start = (wish.page - 1) * PAGE_ROWS
    shown = rows[start : start + PAGE_ROWS]
    people = scene.people(shown)
    figure, drawing = _chart(scene, found)
    page = MonitorPage(
        scene=scene,
        wish=wish,
        counts=tally(scene.rows, at),
        kinds=by_kind(scene.rows, at),
        provinces=by_province(scene.rows, at) if scene.province is None else (),
        forecast=said.forecast_said(found) if found else "",
        basis=said.forecast_basis(found, title_of(scene.earlier)) if found else "",
        upcoming=at < scene.round.opens_at,
        figure=figure,
        drawing=drawing,
        calls=tuple(
            CallRow(call, said.reason_said(call, locale()), people.get(call.office.code, ()))
            for call in shown
        ),
        call_total=len(rows),
        pages=pages,
        sees_people=bool(people),
        may_see_round=may(current_actor(), Action.SEE_ROUND),
    )
    return render_template("dashboards/monitor.html", page=page)


def _chart(scene: Scene, found: Forecast | None) -> tuple[Figure | None, str]:
    if not scene.course:
        return None, ""
    first = scene.round.opens_at.astimezone(REFERENCE).date()
    last = (scene.round.closes_at.astimezone(REFERENCE).date() - first).days + 1
    figure = said.course_figure(scene.course, len(scene.place), found, last=last, language=locale())
    return figure, svg.render(figure, title=said.course_title(scene.course, len(scene.place)))


def _table(scene: Scene, table: str) -> str:
    at, rows = scene.at, scene.rows
    if table == "calls":
        people = scene.people(scene.calls)
        told = [(call, said.reason_said(call, locale())) for call in scene.calls]
        return export.calls_csv(told, scene.names, people)
    return {
        "kinds": lambda: export.tallies_csv([tally(rows, at), *by_kind(rows, at)], "kind"),
        "provinces": lambda: export.tallies_csv(by_province(rows, at), "province", scene.names),
        "course": lambda: export.course_csv(scene.course, len(scene.place)),
        "forecast": lambda: export.forecast_csv(scene.forecast, at),
        "offices": lambda: export.offices_csv(rows, scene.names, at),
    }[table]()
