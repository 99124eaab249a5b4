"""Pages of rounds: the list, all offices, a province, an office; read from frozen results."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Flask, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from maturity.dashboards import (
    compare_views,
    comparison_views,
    export,
    matrix_views,
    monitor_views,
    variable_views,
)
from maturity.dashboards.files import attachment, csv_file
from maturity.dashboards.frame import Frame, frame_of
from maturity.dashboards.national import NationalPage, OfficePage, ProvincePage, trend
from maturity.dashboards.offices_table import Wish, choose, listing, read_wish
from maturity.dashboards.provinces import province_names, provinces
from maturity.dashboards.queries import (
    Standing,
    history,
    round_before,
    round_with_source,
    standings,
)
from maturity.dashboards.round_ranks import RANK_TERMS, places_in_kind
from maturity.dashboards.round_tables import round_tables
from maturity.dashboards.rounds import round_cards
from maturity.dashboards.summary import overview
from maturity.offices.guard import current_actor, office_or_404, office_thing, permit, signed_in
from maturity.offices.navigation import Entry, add_entry
from maturity.offices.permissions import Action, Actor, Thing, may
from maturity.offices.registry import OfficeKind
from maturity.survey.models import Round, Stage
from maturity.web import is_demo, locale, now, reading

bp = Blueprint("dashboards", __name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def init_app(app: Flask) -> None:
    """Add these pages to an application."""
    app.register_blueprint(bp)
    monitor_views.init_app(app)
    matrix_views.init_app(app)
    variable_views.init_app(app)
    comparison_views.init_app(app)
    compare_views.init_app(app)
    add_entry(
        app, Entry("dashboards.rounds", lambda: gettext("Periode pengukuran"), _of_some_office)
    )


def _of_some_office(actor: Actor) -> dict[str, str] | None:
    """The menu has an entry of its own for those who may see all offices."""
    return {} if actor.grants and not may(actor, Action.SEE_ROUND) else None


# --- pages ----------------------------------------------------------------------------


@bp.get("/rounds")
@signed_in
def rounds() -> str:
    """All rounds, each with the pages of it that this person may see."""
    cards = round_cards(reading(), current_actor(), locale=locale(), at=now())
    return render_template("dashboards/rounds.html", cards=cards)


@bp.get("/rounds/<slug>")
@permit(Action.SEE_ROUND)
def national(slug: str) -> str:
    """All offices of a round on one page."""
    round_, earlier, rows = _round_rows(slug)
    frame, names = frame_of(round_, locale()), province_names(locale())
    wish = _wish(frame, names)
    page = NationalPage(
        slug=slug,
        title=_title(round_),
        frame=frame,
        view=overview(rows, frame),
        cells=provinces(rows, frame, names),
        listing=listing(choose(rows, wish, locale=locale(), provinces=names), wish),
        earlier=_title(earlier) if earlier else "",
    )
    return render_template(
        "dashboards/national.html",
        page=page,
        ranks=places_in_kind(reading(), round_, rows, Stage.SELF),
        rank_terms=RANK_TERMS,
        province_names=names,
        may_order_reports=may(current_actor(), Action.ADMINISTER),
    )


@bp.get("/rounds/<slug>/<any(offices, status, levels, spread, provinces):table>.csv")
@permit(Action.SEE_ROUND)
def table_csv(slug: str, table: str) -> ResponseReturnValue:
    """The numbers of the national page as a file; ``offices`` as filtered and sorted."""
    round_, _earlier, rows = _round_rows(slug)
    frame, names = frame_of(round_, locale()), province_names(locale())
    if table == "offices":
        chosen = choose(rows, _wish(frame, names), locale=locale(), provinces=names)
        places = places_in_kind(reading(), round_, rows, Stage.SELF)
        body = export.offices_csv(chosen, frame, names, locale=locale(), places=places)
    elif table == "provinces":
        body = export.provinces_csv(provinces(rows, frame, names), frame)
    else:
        seen = overview(rows, frame)
        body = {
            "status": lambda: export.status_csv(seen),
            "levels": lambda: export.levels_csv(seen, frame),
            "spread": lambda: export.spread_csv(seen),
        }[table]()
    return csv_file(body, f"{slug}-{table}.csv")


@bp.get("/rounds/<slug>/tables.xlsx")
@permit(Action.SEE_ROUND)
def tables_xlsx(slug: str) -> ResponseReturnValue:
    """All tables of a round as one workbook; answers of the offices that this person may see."""
    round_, actor = round_with_source(reading(), slug) or abort(404), current_actor()
    body = round_tables(
        reading(), round_, language=locale(), at=now(), demo=is_demo(),
        sees=lambda row: may(actor, Action.SEE_RESULT, Thing(row.code, row.province)),
    )  # fmt: skip
    return attachment(body, f"{slug}-{locale()}.xlsx", XLSX)


@bp.get("/rounds/<slug>/provinces/<code>")
@permit(Action.SEE_PROVINCE, thing=office_thing)
def province(slug: str, code: str) -> str:
    """A province's own office and the regencies and cities in it."""
    if office_or_404(code).kind != OfficeKind.PROVINCE:
        abort(404)
    round_, earlier, rows = _round_rows(slug, province=code)
    frame, names = frame_of(round_, locale()), province_names(locale())
    wish = _wish(frame, names)
    members = [row for row in rows if row.code != code]
    page = ProvincePage(
        slug=slug,
        title=_title(round_),
        code=code,
        name=names[code],
        frame=frame,
        own=next((row for row in rows if row.code == code), None),
        view=overview(members, frame),
        listing=listing(choose(members, wish, locale=locale(), provinces=names), wish),
        earlier=_title(earlier) if earlier else "",
        may_see_round=may(current_actor(), Action.SEE_ROUND),
    )
    return render_template("dashboards/province.html", page=page)


@bp.get("/rounds/<slug>/offices/<code>")
@permit(Action.SEE_PROVINCE, thing=office_thing)
def office(slug: str, code: str) -> str:
    """One office in a round, and what became of it over the rounds."""
    office_ = office_or_404(code)
    found = [
        (frame_of(round_, locale()), round_.slug, _title(round_), standing)
        for round_, standing in history(reading(), code)
    ]
    points = trend(found)
    point = next((one for one in points if one.slug == slug), None) or abort(404)
    actor, thing = current_actor(), Thing(code, office_.province_code)
    above = Thing(office_.province_code, office_.province_code) if office_.province_code else None
    see_result = point.standing.result is not None and may(actor, Action.SEE_RESULT, thing)
    page = OfficePage(
        frame=next(frame for frame, one, _title_, _standing in found if one == slug),
        point=point,
        points=points,
        timezone=office_.timezone,
        province_name=province_names(locale()).get(office_.province_code or "", ""),
        result_address=_result_address(point.standing) if see_result else "",
        extension_address=_extension_address(point.standing, actor, thing),
        may_see_round=may(actor, Action.SEE_ROUND),
        may_see_province=above is not None and may(actor, Action.SEE_PROVINCE, above),
    )
    beside = comparison_views.peers_page(slug, office_)
    return render_template("dashboards/office.html", page=page, peers=beside)


# --- their parts ----------------------------------------------------------------------


def _round_rows(
    slug: str, *, province: str | None = None
) -> tuple[Round, Round | None, Sequence[Standing]]:
    round_ = round_with_source(reading(), slug) or abort(404)
    earlier = round_before(reading(), round_)
    return round_, earlier, standings(reading(), round_, earlier, province=province)


def _wish(frame: Frame, names: dict[str, str]) -> Wish:
    levels = [level.number for level in frame.levels]
    return read_wish(request.args, provinces=list(names), levels=levels, kinds=list(frame.kinds))


def _result_address(standing: Standing) -> str:
    return url_for("reports.result", assessment_id=standing.assessment_id)


def _extension_address(standing: Standing, actor: Actor, thing: Thing) -> str:
    if not may(actor, Action.ADMINISTER, thing):
        return ""
    return url_for("survey.extension", assessment_id=standing.assessment_id)


def _title(round_: Round) -> str:
    return round_.title_en if locale() == "en" else round_.title_id
