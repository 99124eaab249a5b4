"""The bridge table: what became of each question between the instruments of two rounds."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from maturity.dashboards.files import csv_file
from maturity.dashboards.frame import frame_of
from maturity.dashboards.round_queries import round_before, round_named
from maturity.dashboards.scene import title_of
from maturity.offices.guard import signed_in
from maturity.survey.assessments import instrument_of
from maturity.survey.bridge import Bridge, Fate, bridge
from maturity.survey.models import Round
from maturity.survey.neutral import as_csv
from maturity.web import locale, reading

bp = Blueprint("bridge", __name__)


def init_app(app: Flask) -> None:
    """Add these pages to an application."""
    app.register_blueprint(bp)


@bp.get("/rounds/<slug>/bridge")
@signed_in
def page(slug: str) -> str:
    """The questions of this round beside those of an earlier one (``before``)."""
    round_, other, found = _asked(slug)
    earlier = select(Round).where(Round.opens_at < round_.opens_at).order_by(Round.opens_at.desc())
    choices = [(one.slug, one.title.in_(locale())) for one in reading().scalars(earlier)]
    return render_template(
        "dashboards/bridge.html",
        slug=slug,
        title=round_.title.in_(locale()),
        frame=frame_of(round_, locale()),
        before=other,
        before_title=title_of(other),
        choices=choices,
        found=found,
        fates=list(Fate),
    )


@bp.get("/rounds/<slug>/bridge.csv")
@signed_in
def table_csv(slug: str) -> ResponseReturnValue:
    """The same table as a file."""
    _round, other, found = _asked(slug)
    if found is None or other is None:
        abort(404)
    head = ["id", "fate", "title_before", "title_now"]
    body = as_csv(head, (
        [one.id, str(one.fate), one.before.in_(locale()) if one.before else None,
         one.after.in_(locale()) if one.after else None]
        for one in found.spans
    ))  # fmt: skip
    return csv_file(body, f"{slug}-bridge-{other.slug}.csv")


def _asked(slug: str) -> tuple[Round, Round | None, Bridge | None]:
    session = reading()
    round_ = round_named(session, slug) or abort(404)
    wanted = request.args.get("before", "")
    other = round_named(session, wanted) if wanted else round_before(session, round_)
    if wanted and (other is None or other.opens_at >= round_.opens_at):
        abort(404)
    if other is None:
        return round_, None, None
    session.refresh(other, ["source"])
    return round_, other, bridge(instrument_of(other), instrument_of(round_))
