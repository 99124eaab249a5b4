"""Drawn reports of rounds and provinces: where their files lie, and ordering one to be drawn.

A file's name ends with the digest of all that it is drawn of, so that a file which is there is
right. Of each report only the newest is kept. The folder may be deleted at any time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from maturity.config import Settings
from maturity.jobs import queue
from maturity.jobs.models import Job
from maturity.survey.models import Stage

KIND = "round-report"
FOLDER = "reports/together"


@dataclass(frozen=True, slots=True)
class Wish:
    """Which report: of a round, or of one ``province`` in it. ``demo``: of a demo installation."""

    round: str
    stage: Stage
    language: str
    province: str | None = None
    demo: bool = False

    @property
    def key(self) -> str:
        """The same for the same report, whatever it says at the moment."""
        return f"{self.round}~{self.province or 'all'}~{self.stage}~{self.language}"

    @property
    def payload(self) -> dict[str, Any]:
        """As a job carries it."""
        return {"round": self.round, "stage": str(self.stage), "language": self.language,
                "province": self.province, "demo": self.demo}  # fmt: skip

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> Wish:
        """What a job carries."""
        return cls(payload["round"], Stage(payload["stage"]), payload["language"],
                   payload["province"], payload["demo"])  # fmt: skip


def order(session: Session, wish: Wish, *, now: datetime, by_id: int | None = None) -> Job:
    """The job that draws it: one for each report, begun anew when it is over."""
    job = queue.add(session, KIND, wish.payload, now=now, key=_job_key(wish), by_id=by_id)
    queue.run_again(session, job, now=now, by_id=by_id)
    return job


def job_of(session: Session, wish: Wish) -> Job | None:
    """The job that draws it or drew it last; None where there is none (any more)."""
    return session.scalar(select(Job).where(Job.key == _job_key(wish)))


def _job_key(wish: Wish) -> str:
    return f"{KIND}:{wish.key}"


def file_of(settings: Settings, wish: Wish, source: str) -> Path:
    """Where it lies once it is drawn of what has this digest."""
    return settings.data / FOLDER / f"{wish.key}~{source}.pdf"


def older(path: Path) -> list[Path]:
    """What lies there of the same report beside this file, with what a killed process left."""
    key = path.name.rpartition("~")[0]
    mine = (one for one in path.parent.iterdir() if one.name.lstrip(".").startswith(f"{key}~"))
    return [one for one in mine if one != path]
