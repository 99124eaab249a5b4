"""The matrix: all offices by all variables, of a round or of a province."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from maturity.dashboards.files import csv_file
from maturity.dashboards.grid import Grid
from maturity.dashboards.grid_reading import Scene, read_grid, scene_of
from maturity.dashboards.matrix import (
    MatrixPage,
    MatrixWish,
    asked_for,
    matrix_csv,
    ordered,
    part_heads,
    read_matrix_wish,
)
from maturity.dashboards.matrix_markup import SIGNS, Cells, range_names, rows_markup
from maturity.dashboards.provinces import province_names
from maturity.dashboards.queries import Standing
from maturity.dashboards.stage_choice import SHOWN
from maturity.dashboards.summary import kinds_of
from maturity.offices.guard import current_actor, office_thing, permit, province_or_404
from maturity.offices.permissions import Action, Thing, may
from maturity.survey.blueprint import assessment_or_404, assessment_thing
from maturity.survey.stage_words import STAGE_NAMES
from maturity.web import locale, number, reading

bp = Blueprint("matrix", __name__)


def init_app(app: Flask) -> None:
    """Add these pages to an application."""
    app.register_blueprint(bp)


@bp.get("/rounds/<slug>/matrix")
@permit(Action.SEE_ROUND)
def national(slug: str) -> str:
    """All offices of a round by all variables."""
    return _page(slug)


@bp.get("/rounds/<slug>/matrix.csv")
@permit(Action.SEE_ROUND)
def national_csv(slug: str) -> ResponseReturnValue:
    """The same as a file, as filtered and sorted."""
    return _file(slug)


@bp.get("/rounds/<slug>/provinces/<code>/matrix")
@permit(Action.SEE_PROVINCE, thing=office_thing)
def province(slug: str, code: str) -> str:
    """A province's own office and those below it by all variables."""
    return _page(slug, province_or_404(code))


@bp.get("/rounds/<slug>/provinces/<code>/matrix.csv")
@permit(Action.SEE_PROVINCE, thing=office_thing)
def province_csv(slug: str, code: str) -> ResponseReturnValue:
    """The same as a file, as filtered and sorted."""
    return _file(slug, province_or_404(code))


@bp.get("/rounds/<slug>/<any(self, verified, settled):stage>/<int:assessment_id>/<variable>")
@permit(Action.SEE_RESULT, thing=assessment_thing)
def cell(slug: str, stage: str, assessment_id: int, variable: str) -> ResponseReturnValue:
    """The answer behind a cell, by an address short enough to stand in 20,000 of them."""
    if assessment_or_404(reading(), assessment_id).round.slug != slug:
        abort(404)
    address = url_for("reports.node", assessment_id=assessment_id, node_id=variable, stage=stage)
    return redirect(address, 303)


# --- their parts ----------------------------------------------------------------------


def _shown(slug: str, code: str) -> tuple[Scene, MatrixWish, Grid]:
    """What the address asks for, in the order it asks for."""
    scene = scene_of(reading(), slug, province=code or None)
    wish = read_matrix_wish(
        request.args,
        provinces=list(province_names(locale())),
        kinds=kinds_of(scene.offices),
        variables=scene.variables,
        stages=[str(stage) for stage in SHOWN],
    )
    wish = replace(wish, province="") if code else wish
    offices = asked_for(scene.offices, wish)
    found = read_grid(reading(), scene.round, offices, stage=scene.stage, locale=locale())
    return scene, wish, ordered(found, wish, locale=locale())


def _page(slug: str, code: str = "") -> str:
    scene, wish, shown = _shown(slug, code)
    names = province_names(locale())
    page = MatrixPage(
        slug=slug,
        title=scene.title,
        stage=str(scene.stage),
        frame=scene.frame,
        wish=wish,
        grid=shown,
        heads=part_heads(scene.variables, scene.frame),
        kinds=kinds_of(scene.offices),
        known=sum(office.result is not None for office in shown.offices),
        code=code,
        name=names[code] if code else "",
        may_see_round=may(current_actor(), Action.SEE_ROUND),
    )
    rows = rows_markup(shown, _cells(page), _may_open)
    stages = [(str(stage), STAGE_NAMES[stage].in_(locale())) for stage in SHOWN]
    return render_template(
        "dashboards/matrix.html",
        page=page, rows=rows, stages=stages, province_names=names, signs=_signs(),
        ranges=range_names(),
    )  # fmt: skip


def _cells(page: MatrixPage) -> Cells:
    return Cells(
        words={why: words for why, _sign, words in _signs()},
        nothing=gettext("Belum ada hasil pada tahap ini"),
        number=number,
        stage=page.stage,
        locale=locale(),
        up="../../" if page.code else "",
        asked=page.wish.stage,
    )


def _signs() -> list[tuple[str, str, str]]:
    """(reason, sign, words) of cells without a level."""
    words = {
        "off-path": gettext("Tidak ditanyakan"),
        "not-applicable": gettext("Tidak berlaku"),
        "dont-know": gettext("Tidak tahu"),
        "unanswered": gettext("Belum dijawab"),
    }
    return [(why, sign, words[why]) for why, sign in SIGNS.items()]


def _may_open(office: Standing) -> bool:
    return may(current_actor(), Action.SEE_RESULT, Thing(office.code, office.province))


def _file(slug: str, code: str = "") -> ResponseReturnValue:
    scene, _wish, shown = _shown(slug, code)
    parts = [slug, code, "matrix", str(scene.stage)]
    body = matrix_csv(shown, locale=locale())
    return csv_file(body, f"{'-'.join(part for part in parts if part)}.csv")
