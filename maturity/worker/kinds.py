"""The kinds of jobs that a worker knows, and those that come back by themselves.

A kind's title is in ``jobs.titles``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from maturity.jobs import queue
from maturity.mail import outbox
from maturity.reports import bulk
from maturity.survey import reminders
from maturity.worker.bulk_reports import bulk_reports
from maturity.worker.context import Context, Handler
from maturity.worker.mail import remind, send_mail
from maturity.worker.periodic import Periodic

KEPT = timedelta(days=90)


def sweep_jobs(context: Context, _payload: Mapping[str, Any]) -> dict[str, Any]:
    """Delete the rows of jobs that finished long ago."""
    with context.database.write() as session:
        return {"deleted": queue.forget(session, before=context.now() - KEPT)}


HANDLERS: dict[str, Handler] = {
    bulk.KIND: bulk_reports,
    outbox.KIND: send_mail,
    reminders.KIND: remind,
    "sweep-jobs": sweep_jobs,
}
SCHEDULE: tuple[Periodic, ...] = (
    Periodic("sweep-jobs", hours=24),
    Periodic(reminders.KIND, hours=1),
)
