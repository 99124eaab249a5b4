"""The page of the work in the background."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask import send_file as send
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import func, select

from maturity.jobs import queue
from maturity.jobs.models import FINISHED, Job, JobState
from maturity.jobs.titles import letter_of, state_of, title_of
from maturity.mail import outbox
from maturity.offices import navigation
from maturity.offices.guard import current_actor, permit
from maturity.offices.permissions import Action, may
from maturity.reports import bulk
from maturity.survey.models import Round
from maturity.web import LOCALES, format_moment, locale, now, reading, services, writing

PAGE_SIZE = 20
MOST_PAGES = 10_000
UNTOUCHED = timedelta(minutes=2)
"""How long a due job may wait before the page asks whether a worker runs."""
bp = Blueprint("operations", __name__, url_prefix="/administration")
TAGS = {"waiting": "none", "running": "doing", "done": "done", "failed": "bad"}


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job as the page shows it."""

    id: int
    title: str
    about: str
    tag: str
    state: str
    stopping: bool
    active: bool
    done: int
    total: int
    word: str
    error: str
    moments: tuple[tuple[str, str], ...]
    file: int | None
    """Size of the file to be downloaded."""
    reports: int | None


@dataclass(frozen=True, slots=True)
class JobsPage:
    """What the template gets."""

    rounds: Sequence[Round]
    jobs: Sequence[JobLine]
    active: int
    untouched: bool
    page: int
    pages: int


def init_app(app: Flask) -> None:
    """Add these pages, and their line in the menu, to an application."""
    app.register_blueprint(bp)
    navigation.add_entry(
        app,
        navigation.Entry(
            "operations.jobs",
            lambda: gettext("Pekerjaan latar belakang"),
            lambda actor: {} if may(actor, Action.ADMINISTER) else None,
        ),
    )


@bp.get("/jobs")
@permit(Action.ADMINISTER)
def jobs() -> ResponseReturnValue:
    """All jobs: what runs and waits first, then the newest."""
    session = reading()
    page = min(max(request.args.get("page", 1, type=int), 1), MOST_PAGES)
    order = Job.state.in_(FINISHED), Job.id.desc()
    found = session.scalars(
        select(Job).order_by(*order).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    ).all()
    count = session.scalar(select(func.count()).select_from(Job)) or 0
    active = session.scalar(select(func.count()).where(Job.state.not_in(FINISHED))) or 0
    due = Job.state == JobState.WAITING, Job.not_before < now() - UNTOUCHED
    running = select(Job.id).where(Job.state == JobState.RUNNING, Job.lease_until >= now())
    late = session.scalar(select(Job.id).where(*due).limit(1)) is not None
    shown = JobsPage(
        rounds=session.scalars(select(Round).order_by(Round.opens_at.desc(), Round.id)).all(),
        jobs=[_line(job) for job in found],
        active=active,
        untouched=late and session.scalar(running.limit(1)) is None,
        page=page,
        pages=-(-count // PAGE_SIZE),
    )
    return render_template("operations/jobs.html", shown=shown)


@bp.post("/jobs")
@permit(Action.ADMINISTER)
def order_reports() -> ResponseReturnValue:
    """Have all reports of a round made."""
    slug, language = request.form.get("round", ""), request.form.get("language", "")
    if language not in LOCALES or not slug.isprintable():
        abort(400)
    with writing() as session:
        round_ = session.scalar(select(Round).where(Round.slug == slug)) or abort(404)
        bulk.order(session, round_, language, now=now(), by_id=current_actor().person_id)
    flash(gettext("Laporan sedang dibuat. Anda boleh meninggalkan halaman ini."), "success")
    return redirect(url_for("operations.jobs"), 303)


@bp.post("/jobs/<int(max=2147483647):job_id>/cancel")
@permit(Action.ADMINISTER)
def cancel_job(job_id: int) -> ResponseReturnValue:
    """Cancel a job; one that runs stops at its next piece of work."""
    with writing() as session:
        job = session.get(Job, job_id) or abort(404)
        stopped = queue.cancel(session, job, now=now())
        waits = stopped and not job.finished
    words = gettext("Pekerjaan dibatalkan.")
    if waits:
        words = gettext("Pekerjaan akan dihentikan setelah bagian yang sedang dikerjakan.")
    elif not stopped:
        words = gettext("Pekerjaan ini sudah berakhir.")
    flash(words, "success" if stopped else "warning")
    return redirect(url_for("operations.jobs"), 303)


@bp.post("/jobs/<int(max=2147483647):job_id>/retry")
@permit(Action.ADMINISTER)
def retry_job(job_id: int) -> ResponseReturnValue:
    """Let a finished job run again."""
    with writing() as session:
        job = session.get(Job, job_id) or abort(404)
        again = queue.run_again(session, job, now=now(), by_id=current_actor().person_id)
    words = gettext("Pekerjaan menunggu untuk dijalankan lagi.")
    if not again:
        words = gettext("Pekerjaan ini masih menunggu atau sedang berjalan.")
    flash(words, "success" if again else "warning")
    return redirect(url_for("operations.jobs"), 303)


@bp.get("/jobs/<int(max=2147483647):job_id>/file")
@permit(Action.ADMINISTER)
def job_file(job_id: int) -> ResponseReturnValue:
    """The file that a job has made."""
    job = reading().get(Job, job_id) or abort(404)
    path = bulk.finished_file(services().settings, job) or abort(404)
    return send(path, mimetype="application/zip", as_attachment=True, conditional=True, etag=False)


def _line(job: Job) -> JobLine:
    language, outcome = locale(), job.outcome
    path: Path | None = bulk.finished_file(services().settings, job)
    payload = queue.payload_of(job)
    letter = letter_of(payload["letter"], language) if job.kind == outbox.KIND else None
    about = (payload.get("round"), payload.get("province"), payload.get("stage"),
             str(payload.get("language", "")).upper(), letter)  # fmt: skip
    return JobLine(
        id=job.id,
        title=title_of(job.kind, language),
        about=" · ".join(str(part) for part in about if part),
        tag=TAGS.get(job.state, "none"),
        state=state_of(job.state, language),
        stopping=job.cancel_requested and not job.finished,
        active=not job.finished,
        done=job.progress_done,
        total=job.progress_total,
        word=job.word,
        error=job.error_in(language),
        moments=_moments(job),
        file=path.stat().st_size if path is not None else None,
        reports=outcome.get("reports"),
    )


def _moments(job: Job) -> tuple[tuple[str, str], ...]:
    """When it was ordered, goes on, or ended."""

    def told(value: datetime) -> str:
        return format_moment(value, "Asia/Jakarta", locale())

    found = [(gettext("Dipesan"), told(job.created_at))]
    if job.state == JobState.WAITING and job.attempts and job.not_before > now():
        found.append((gettext("Dicoba lagi"), told(job.not_before)))
    if job.finished_at is not None:
        found.append((gettext("Berakhir"), told(job.finished_at)))
    return tuple(found)
