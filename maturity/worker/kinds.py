"""The kinds of jobs that a worker knows, and those that come back by themselves.

A kind's title is in ``jobs.titles``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from maturity.jobs import queue
from maturity.mail import outbox
from maturity.reports import bulk
from maturity.round_reports import drawn
from maturity.survey import link_archive, reminders
from maturity.survey.assessments import ARCHIVE_LINKS
from maturity.survey.files import store_of
from maturity.survey.link_fetch import fetch
from maturity.worker.bulk_reports import bulk_reports
from maturity.worker.context import Context, Handler
from maturity.worker.mail import remind, send_mail
from maturity.worker.periodic import Periodic
from maturity.worker.round_reports import draw_round_report

KEPT = timedelta(days=90)


def sweep_jobs(context: Context, _payload: Mapping[str, Any]) -> dict[str, Any]:
    """Delete the rows of jobs that finished long ago."""
    with context.database.write() as session:
        return {"deleted": queue.forget(session, before=context.now() - KEPT)}


def archive_links(context: Context, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Open the links of an assessment (or a round), and keep copies; nothing where that is off."""
    if not context.settings.check_links:
        return {"checked": 0}
    return dict(link_archive.archive_links(payload, _tools(context)))


def look_at_links_again(context: Context, _payload: Mapping[str, Any]) -> dict[str, Any]:
    """Open links again that results rest on; nothing where that is off."""
    if not context.settings.check_links:
        return {"checked": 0}
    return dict(link_archive.look_again(_tools(context)))


def _tools(context: Context) -> link_archive.Tools:
    return link_archive.Tools(
        database=context.database,
        store=store_of(context.settings),
        fetch=partial(fetch, now=context.now),
        now=context.now,
        progress=context.progress,
    )


HANDLERS: dict[str, Handler] = {
    bulk.KIND: bulk_reports,
    drawn.KIND: draw_round_report,
    ARCHIVE_LINKS: archive_links,
    outbox.KIND: send_mail,
    reminders.KIND: remind,
    "look-again": look_at_links_again,
    "sweep-jobs": sweep_jobs,
}
SCHEDULE: tuple[Periodic, ...] = (
    Periodic("sweep-jobs", hours=24),
    Periodic(reminders.KIND, hours=1),
    Periodic("look-again", hours=1),
)
