"""The reports of a round and of its provinces as files, drawn when somebody asks for one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, Flask, abort, redirect, render_template, request, url_for
from flask import send_file as send
from flask.typing import ResponseReturnValue

from maturity.dashboards.provinces import province_names
from maturity.dashboards.round_queries import round_named
from maturity.dashboards.stage_choice import asked_stage
from maturity.jobs.models import Job, JobState
from maturity.offices.guard import current_actor, office_thing, permit, province_or_404
from maturity.offices.permissions import Action
from maturity.reports.beside import provide
from maturity.round_reports import drawn
from maturity.round_reports.around import around
from maturity.round_reports.build import round_report
from maturity.round_reports.drawn import Wish
from maturity.round_reports.paper import round_paper_html, round_paper_name
from maturity.survey.models import Round
from maturity.survey.stage_words import STAGE_NAMES
from maturity.web import is_demo, locale, now, reading, services, writing

AGAIN = 5
"""Seconds after which the page of a report that is being drawn looks again."""
UNTOUCHED = timedelta(minutes=2)
bp = Blueprint("round_reports", __name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A report that is not drawn yet, as its page shows it. ``changed``: an older one was.

    ``untouched``: no worker has begun it for long. ``looks``: the page looks again by itself.
    """

    round_title: str
    slug: str
    code: str | None
    province: str
    stage: str
    stage_name: str
    job: Job | None
    active: bool
    changed: bool
    untouched: bool
    looks: bool
    again: int = AGAIN


def init_app(app: Flask) -> None:
    """Add these files to an application, and what reports of offices tell of others."""
    app.register_blueprint(bp)
    provide(app, around)


@bp.get("/rounds/<slug>/report.pdf")
@permit(Action.SEE_ROUND)
def national(slug: str) -> ResponseReturnValue:
    """All offices of a round on paper, in the reader's language; or how far the drawing is."""
    return _door(slug, None)


@bp.post("/rounds/<slug>/report.pdf")
@permit(Action.SEE_ROUND)
def order_national(slug: str) -> ResponseReturnValue:
    """Have it drawn."""
    return _order(slug, None)


@bp.get("/rounds/<slug>/provinces/<code>/report.pdf")
@permit(Action.SEE_PROVINCE, thing=office_thing)
def province(slug: str, code: str) -> ResponseReturnValue:
    """A province's own office and the regencies and cities in it on paper, or how far it is."""
    return _door(slug, province_or_404(code))


@bp.post("/rounds/<slug>/provinces/<code>/report.pdf")
@permit(Action.SEE_PROVINCE, thing=office_thing)
def order_province(slug: str, code: str) -> ResponseReturnValue:
    """Have it drawn."""
    return _order(slug, province_or_404(code))


def _wish(slug: str, code: str | None) -> tuple[Wish, Round]:
    round_ = round_named(reading(), slug) or abort(404)
    stage = asked_stage(reading(), round_, request.args)
    return Wish(slug, stage, locale(), code, is_demo()), round_


def _order(slug: str, code: str | None) -> ResponseReturnValue:
    wish, _ = _wish(slug, code)
    with writing() as session:
        drawn.order(session, wish, now=now(), by_id=current_actor().person_id)
    return redirect(_address(wish, AGAIN), 303)


def _address(wish: Wish, wait: int) -> str:
    name = "province" if wish.province else "national"
    return url_for(f"round_reports.{name}", slug=wish.round, code=wish.province,
                   stage=str(wish.stage), wait=wait)  # fmt: skip


def _door(slug: str, code: str | None) -> ResponseReturnValue:
    """The file; where it is not drawn yet, a page (202) to have it drawn, or with the progress."""
    from maturity.reports.pdf import source_of

    wish, round_ = _wish(slug, code)
    job = drawn.job_of(reading(), wish)
    if job is None or job.finished:
        report = round_report(reading(), round_, language=wish.language, stage=wish.stage,
                              province=code, demo=wish.demo)  # fmt: skip
        source = source_of(round_paper_html(report))
        path = drawn.file_of(services().settings, wish, source)
        if path.is_file():
            return send(path, mimetype="application/pdf", download_name=round_paper_name(report),
                        conditional=True, etag=source, max_age=0)  # fmt: skip
    page = _waiting(wish, round_, job)
    headers = {"Refresh": str(AGAIN)} if page.active and page.looks else {}
    return render_template("round_reports/waiting.html", page=page), 202, headers


def _waiting(wish: Wish, round_: Round, job: Job | None) -> Waiting:
    waits = job is not None and job.state == JobState.WAITING
    return Waiting(
        round_title=round_.title.in_(wish.language),
        slug=wish.round,
        code=wish.province,
        province=province_names(wish.language)[wish.province] if wish.province else "",
        stage=str(wish.stage),
        stage_name=STAGE_NAMES[wish.stage].in_(wish.language),
        job=job,
        active=job is not None and not job.finished,
        changed=job is not None and job.state == JobState.DONE,
        untouched=waits and job is not None and job.not_before < now() - UNTOUCHED,
        looks="wait" in request.args,
    )
