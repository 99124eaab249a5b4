"""The door for jobs: add them in the transaction that needs them; claim, report, end them.

Whoever claims a job holds it until the lease ends, and longer by ``heartbeat``. A job whose
holder vanished is claimed again, so each may be begun more than once: what a job does must
come out the same when it is done twice. All sessions are writing ones (``Database.write``).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, and_, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from maturity.jobs.models import FINISHED, Job, JobState

LEASE = timedelta(seconds=60)
ATTEMPTS = 5
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(hours=1)


class LeaseLostError(RuntimeError):
    """Another worker has claimed the job meanwhile, or it was ended: stop working on it."""


@dataclass(frozen=True, slots=True)
class Held:
    """A claimed job, as its holder knows it."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    attempt: int
    worker: str


# --- by those who want work done ---------------------------------------------------------


def add(
    session: Session,
    kind: str,
    payload: Mapping[str, Any],
    *,
    now: datetime,
    key: str | None = None,
    not_before: datetime | None = None,
    by_id: int | None = None,
    attempts: int = ATTEMPTS,
) -> Job:
    """A new job, seen by workers once the session commits.

    With a ``key`` that some job has already: that job as it is, also when it is finished.
    """
    values = {
        "kind": kind,
        "payload": json.dumps(dict(payload), ensure_ascii=False, sort_keys=True),
        "key": key,
        "max_attempts": attempts,
        "not_before": not_before or now,
        "created_at": now,
        "created_by_id": by_id,
    }
    if key is None:
        job = Job(**values)
        session.add(job)
        session.flush()
        return job
    session.flush()
    dialect = sqlite if session.connection().dialect.name == "sqlite" else postgresql
    session.execute(dialect.insert(Job).values(**values).on_conflict_do_nothing())
    return session.scalars(select(Job).where(Job.key == key)).one()


def cancel(session: Session, job: Job, *, now: datetime) -> bool:
    """End a waiting job, or ask the worker that runs it to stop; False when it is finished."""
    _lock(session, job)
    if job.state == JobState.WAITING:
        job.state, job.finished_at = JobState.CANCELLED, now
    elif job.state == JobState.RUNNING:
        job.cancel_requested = True
    else:
        return False
    session.flush()
    return True


def run_again(
    session: Session, job: Job, *, now: datetime, by_id: int | None = None, attempts: int = ATTEMPTS
) -> bool:
    """Let a finished job wait anew; False when it is not finished."""
    _lock(session, job)
    if not job.finished:
        return False
    job.state, job.not_before, job.finished_at = JobState.WAITING, now, None
    job.max_attempts, job.cancel_requested = job.attempts + attempts, False
    job.progress_done = job.progress_total = 0
    job.word = job.result = job.error_id = job.error_en = ""
    job.created_by_id = by_id if by_id is not None else job.created_by_id
    session.flush()
    return True


def forget(session: Session, *, before: datetime) -> int:
    """Delete jobs that finished before a moment; how many. Their keys are free again."""
    gone = delete(Job).where(Job.state.in_(FINISHED), Job.finished_at < before)
    return cast("CursorResult[Any]", session.execute(gone)).rowcount


def payload_of(job: Job) -> dict[str, Any]:
    """What a job was given."""
    return cast(dict[str, Any], json.loads(job.payload))


# --- by workers --------------------------------------------------------------------------


def is_due(session: Session, *, kinds: Collection[str], now: datetime) -> bool:
    """Whether there is something to claim; a reading session will do."""
    return session.scalar(select(Job.id).where(_due(kinds, now)).limit(1)) is not None


def claim(
    session: Session,
    *,
    worker: str,
    kinds: Collection[str],
    now: datetime,
    lease: timedelta = LEASE,
) -> Held | None:
    """The job that has been due longest, held until the lease ends; None without one.

    Jobs whose worker vanished are claimed again, or ended where they were cancelled or had
    their last attempt.
    """
    query = (
        select(Job)
        .where(_due(kinds, now))
        .order_by(Job.not_before, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    while (job := session.scalars(query).one_or_none()) is not None:
        if not _is_over(job, now):
            job.state, job.claimed_by, job.lease_until = JobState.RUNNING, worker, now + lease
            job.attempts += 1
            session.flush()
            return Held(job.id, job.kind, payload_of(job), job.attempts, worker)
        session.flush()
    return None


def _is_over(job: Job, now: datetime) -> bool:
    """End a job that its worker left where it shall not be begun again."""
    if job.cancel_requested:
        _end(job, JobState.CANCELLED, now)
    elif job.attempts >= job.max_attempts:
        _end(job, JobState.FAILED, now)
        job.error_id = "Proses pekerja terhenti pada setiap percobaan."
        job.error_en = "The worker process ended at every attempt."
    return job.finished


def heartbeat(session: Session, held: Held, *, now: datetime, lease: timedelta = LEASE) -> bool:
    """Hold the job longer; whether somebody asked to stop. LeaseLostError when it is lost."""
    job = _held(session, held)
    job.lease_until = now + lease
    return job.cancel_requested


def wanted(session: Session, held: Held) -> bool:
    """Whether the work is to go on; a reading session will do. LeaseLostError as above."""
    return not _held(session, held, lock=False).cancel_requested


def progress(session: Session, held: Held, *, done: int, total: int, word: str = "") -> bool:
    """Note how far the work is; whether somebody asked to stop."""
    job = _held(session, held)
    job.progress_done, job.progress_total, job.word = done, total, word
    return job.cancel_requested


def finish(session: Session, held: Held, result: Mapping[str, Any], *, now: datetime) -> None:
    """The work is done. LeaseLostError when another worker has it."""
    job = _held(session, held)
    job.result = json.dumps(dict(result), ensure_ascii=False, sort_keys=True)
    job.error_id = job.error_en = ""
    _end(job, JobState.DONE, now)


def fail(
    session: Session, held: Held, error: tuple[str, str], *, now: datetime, retry: bool = True
) -> None:
    """It went wrong, told in Indonesian and English: try again later, or not any more."""
    job = _held(session, held)
    job.error_id, job.error_en = error
    if not retry or job.attempts >= job.max_attempts:
        _end(job, JobState.FAILED, now)
        return
    _let_go(job, not_before=now + min(FIRST_WAIT * 2 ** min(job.attempts - 1, 9), LONGEST_WAIT))


def give_back(session: Session, held: Held, *, now: datetime) -> None:
    """The worker must stop: another one may go on at once; this attempt does not count."""
    job = _held(session, held)
    job.max_attempts += 1
    _let_go(job, not_before=now)


def stop(session: Session, held: Held, *, now: datetime) -> None:
    """The work was stopped because somebody asked for it."""
    _end(_held(session, held), JobState.CANCELLED, now)


def _held(session: Session, held: Held, *, lock: bool = True) -> Job:
    mine = and_(
        Job.id == held.id,
        Job.state == JobState.RUNNING,
        Job.attempts == held.attempt,
        Job.claimed_by == held.worker,
    )
    query = select(Job).where(mine)
    job = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if job is None:
        raise LeaseLostError(f"job {held.id}, attempt {held.attempt}")
    return job


def _due(kinds: Collection[str], now: datetime) -> ColumnElement[bool]:
    waiting = and_(Job.state == JobState.WAITING, Job.not_before <= now)
    abandoned = and_(Job.state == JobState.RUNNING, Job.lease_until < now)
    return and_(Job.kind.in_(kinds), or_(waiting, abandoned))


def _end(job: Job, state: JobState, now: datetime) -> None:
    job.state, job.finished_at = state, now
    job.claimed_by, job.lease_until, job.word = "", None, ""


def _let_go(job: Job, *, not_before: datetime) -> None:
    job.state, job.not_before = JobState.WAITING, not_before
    job.claimed_by, job.lease_until = "", None
    if job.cancel_requested:
        job.state, job.finished_at = JobState.CANCELLED, not_before


def _lock(session: Session, job: Job) -> None:
    """See the row as it is now, and let nobody change it until the session ends."""
    session.flush()
    session.refresh(job, with_for_update=True)
