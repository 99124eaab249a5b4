"""Pages of rounds: the list, all offices, a province, an office; read from frozen results."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from maturity.dashboards import (
    bridge_views,
    compare_views,
    comparison_views,
    kept,
    matrix_views,
    monitor_views,
    variable_views,
)
from maturity.dashboards.files import attachment, csv_file
from maturity.dashboards.findings import Findings
from maturity.dashboards.frame import Frame, frame_of
from maturity.dashboards.national import NationalPage, OfficePage, ProvincePage, trend
from maturity.dashboards.offices_table import choose, listing
from maturity.dashboards.provinces import province_names, provinces
from maturity.dashboards.queries import Standing, history
from maturity.dashboards.round_queries import round_named
from maturity.dashboards.round_ranks import RANK_TERMS, places_in_kind
from maturity.dashboards.round_tables import Wanted, round_tables
from maturity.dashboards.rounds import round_cards
from maturity.dashboards.scene import scene_of, title_of
from maturity.dashboards.stage_choice import asked_stage
from maturity.dashboards.summary import overview
from maturity.dashboards.table_texts import table_text
from maturity.dashboards.targets import OwnTarget, level_namer, own_targets
from maturity.dashboards.trend import trend_rows
from maturity.dashboards.trend_queries import held_rounds
from maturity.offices.guard import (
    current_actor,
    office_or_404,
    office_thing,
    permit,
    province_or_404,
    signed_in,
)
from maturity.offices.models import Office
from maturity.offices.navigation import Entry, add_entry
from maturity.offices.permissions import Action, Actor, Thing, may
from maturity.survey.assessments import instrument_of
from maturity.survey.models import Round
from maturity.survey.targets import targets_of
from maturity.web import is_demo, locale, now, reading

PROVINCE_TABLES = (
    "offices, status, levels, part_levels, spread, changes, gaps, weak, trend, rollup, targets"
)
TABLES = f"{PROVINCE_TABLES}, provinces, shrunk"

bp = Blueprint("dashboards", __name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def init_app(app: Flask) -> None:
    """Add these pages to an application."""
    app.register_blueprint(bp)
    monitor_views.init_app(app)
    bridge_views.init_app(app)
    matrix_views.init_app(app)
    variable_views.init_app(app)
    comparison_views.init_app(app)
    compare_views.init_app(app)
    kept.init_app(app)
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
    scene = scene_of(slug)
    rows, frame, names, wish = scene.rows, scene.frame, scene.names, scene.wish
    page = NationalPage(
        slug=slug,
        title=scene.title,
        frame=frame,
        view=overview(scene.place, frame),
        cells=provinces(rows, frame, names),
        kinds=scene.kinds,
        listing=listing(choose(rows, wish, locale=locale(), provinces=names), wish),
        earlier=title_of(scene.earlier),
        stage=scene.stage,
        more=Findings(scene),
    )
    return render_template(
        "dashboards/national.html",
        page=page,
        ranks=places_in_kind(reading(), scene.round, rows, scene.stage),
        rank_terms=RANK_TERMS,
        province_names=names,
        may_order_reports=may(current_actor(), Action.ADMINISTER),
    )


@bp.get(f"/rounds/<slug>/<any({TABLES}):table>.csv")
@permit(Action.SEE_ROUND)
def table_csv(slug: str, table: str) -> ResponseReturnValue:
    """The numbers of the national page as a file, as filtered."""
    return csv_file(table_text(scene_of(slug), table), f"{slug}-{table}.csv")


@bp.get(f"/rounds/<slug>/provinces/<code>/<any({PROVINCE_TABLES}):table>.csv")
@permit(Action.SEE_PROVINCE, thing=office_thing)
def province_csv(slug: str, code: str, table: str) -> ResponseReturnValue:
    """The numbers of a province's page as a file, as filtered."""
    return csv_file(
        table_text(scene_of(slug, province_or_404(code)), table), f"{slug}-{code}-{table}.csv"
    )


@bp.get("/rounds/<slug>/tables.xlsx")
@permit(Action.SEE_ROUND)
def tables_xlsx(slug: str) -> ResponseReturnValue:
    """All tables of a round at a stage as one workbook; answers of the offices that this person
    may see."""
    round_, actor = round_named(reading(), slug) or abort(404), current_actor()
    wanted = Wanted(
        asked_stage(reading(), round_, request.args), locale(), now(), demo=is_demo(),
        sees=lambda row: may(actor, Action.SEE_RESULT, Thing(row.code, row.province)),
    )  # fmt: skip
    body = round_tables(reading(), round_, wanted)
    return attachment(body, f"{slug}-{wanted.stage}-{locale()}.xlsx", XLSX)


@bp.get("/rounds/<slug>/provinces/<code>")
@permit(Action.SEE_PROVINCE, thing=office_thing)
def province(slug: str, code: str) -> str:
    """A province's own office and the regencies and cities in it."""
    scene = scene_of(slug, province_or_404(code))
    wish, names = scene.wish, scene.names
    chosen = choose(scene.members, wish, locale=locale(), provinces=names)
    page = ProvincePage(
        slug=slug,
        title=scene.title,
        code=code,
        name=names[code],
        frame=scene.frame,
        own=scene.own,
        view=overview(scene.place, scene.frame),
        kinds=scene.kinds,
        listing=listing(chosen, wish),
        earlier=title_of(scene.earlier),
        stage=scene.stage,
        more=Findings(scene),
        may_see_round=may(current_actor(), Action.SEE_ROUND),
    )
    return render_template("dashboards/province.html", page=page)


@bp.get("/rounds/<slug>/offices/<code>")
@permit(Action.SEE_PROVINCE, thing=office_thing)
def office(slug: str, code: str) -> str:
    """One office in a round, and what became of it over the rounds."""
    office_ = office_or_404(code)
    round_ = round_named(reading(), slug) or abort(404)
    page = _office_page(office_, round_)
    beside = comparison_views.peers_page(slug, office_)
    aims = office_targets(round_, page.frame, page.point.standing)
    return render_template("dashboards/office.html", page=page, peers=beside, aims=aims)


# --- their parts ----------------------------------------------------------------------


def _office_page(office: Office, round_: Round) -> OfficePage:
    session, code, stage = reading(), office.code, asked_stage(reading(), round_, request.args)
    asked = str(stage) if request.args.get("stage") == stage else ""
    found = [
        (frame_of(one, locale()), one.slug, one.title.in_(locale()), standing)
        for one, standing in history(session, code, stage=stage)
    ]
    points = trend(found)
    point = next((one for one in points if one.slug == round_.slug), None) or abort(404)
    actor, thing = current_actor(), Thing(code, office.province_code)
    above = Thing(office.province_code, office.province_code) if office.province_code else None
    see_result = point.standing.result is not None and may(actor, Action.SEE_RESULT, thing)
    return OfficePage(
        frame=next(frame for frame, one, _title_, _standing in found if one == round_.slug),
        point=point,
        points=points,
        stage=stage,
        linked=trend_rows(*held_rounds(session, round_, [code], stage=stage)),
        asked=asked,
        timezone=office.timezone,
        province_name=province_names(locale()).get(office.province_code or "", ""),
        result_address=_result_address(point.standing, asked) if see_result else "",
        extension_address=_extension_address(point.standing, actor, thing),
        may_see_round=may(actor, Action.SEE_ROUND),
        may_see_province=above is not None and may(actor, Action.SEE_PROVINCE, above),
    )


def office_targets(round_: Round, frame: Frame, standing: Standing) -> tuple[OwnTarget, ...]:
    """The office beside the targets of its round; none where none is set."""
    level_of = level_namer(instrument_of(round_), frame)
    return own_targets(standing, frame, targets_of(reading(), round_), level_of)


def _result_address(standing: Standing, stage: str) -> str:
    return url_for("reports.result", assessment_id=standing.assessment_id, stage=stage or None)


def _extension_address(standing: Standing, actor: Actor, thing: Thing) -> str:
    if not may(actor, Action.ADMINISTER, thing):
        return ""
    return url_for("survey.extension", assessment_id=standing.assessment_id)
