"""The reports of a round and of its provinces as files."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, abort, request
from flask.typing import ResponseReturnValue

from maturity.dashboards.queries import round_with_source
from maturity.dashboards.stage_choice import asked_stage
from maturity.offices.guard import office_thing, permit, province_or_404
from maturity.offices.permissions import Action
from maturity.round_reports.build import round_report
from maturity.round_reports.paper import round_paper
from maturity.web import is_demo, locale, reading

bp = Blueprint("round_reports", __name__)


def init_app(app: Flask) -> None:
    """Add these files to an application."""
    app.register_blueprint(bp)


@bp.get("/rounds/<slug>/report.pdf")
@permit(Action.SEE_ROUND)
def national(slug: str) -> ResponseReturnValue:
    """All offices of a round on paper, in the reader's language."""
    return _file(slug, None)


@bp.get("/rounds/<slug>/provinces/<code>/report.pdf")
@permit(Action.SEE_PROVINCE, thing=office_thing)
def province(slug: str, code: str) -> ResponseReturnValue:
    """A province's own office and the regencies and cities in it on paper."""
    return _file(slug, province_or_404(code))


def _file(slug: str, code: str | None) -> Response:
    round_ = round_with_source(reading(), slug) or abort(404)
    stage = asked_stage(reading(), round_, request.args)
    made = round_paper(
        round_report(
            reading(), round_, language=locale(), stage=stage, province=code, demo=is_demo()
        )
    )
    response = Response(made.body, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{made.name}"'
    return response
