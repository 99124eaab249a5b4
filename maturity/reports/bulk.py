"""The reports of all offices of a round as one file: ordering it, and where it lies."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from maturity.config import Settings
from maturity.jobs import queue
from maturity.jobs.models import Job, JobState
from maturity.survey.models import Round

KIND = "bulk-reports"
MANIFEST = "manifest.jsonl"


def order(
    session: Session, round_: Round, language: str, *, now: datetime, by_id: int | None = None
) -> Job:
    """The job that makes them; the same one for a round and language, begun anew when it is over.

    So two never write the same files at once.
    """
    job = queue.add(
        session,
        KIND,
        {"round": round_.slug, "language": language},
        now=now,
        key=f"{KIND}:{round_.id}:{language}",
        by_id=by_id,
    )
    queue.run_again(session, job, now=now, by_id=by_id)
    return job


def folder_of(settings: Settings, round_id: int, language: str) -> Path:
    """Where the reports of a round in a language lie, with their manifest."""
    return settings.data / "reports" / f"{round_id}-{language}"


def way_file(settings: Settings, assessment_id: int) -> Path:
    """Where the way to an assessment's next level is kept, which takes long to find."""
    return settings.data / "reports" / "ways" / f"{assessment_id}.json"


def finished_file(settings: Settings, job: Job) -> Path | None:
    """The ZIP file that a finished job has made; None without one."""
    if job.kind != KIND or job.state != JobState.DONE:
        return None
    folder, name = str(job.outcome["folder"]), str(job.outcome["file"])
    if not re.fullmatch(r"[\w-]+", folder) or Path(name).name != name:
        return None
    path = settings.data / "reports" / folder / name
    return path if path.is_file() else None
