"""The worker's rules: what it does with a job that ends well, badly, or not at all."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from maturity.config import Settings
from maturity.db import Database
from maturity.errors import MaturityError
from maturity.jobs import queue
from maturity.jobs.models import Job
from maturity.worker import process
from maturity.worker.context import Context, Handler
from maturity.worker.executors import executor
from maturity.worker.kinds import HANDLERS, KEPT
from maturity.worker.loop import Worker
from maturity.worker.periodic import Periodic
from tests.clock import Clock


def add(database: Database, clock: Clock, kind: str = "count", **payload: Any) -> int:
    with database.write() as session:
        return queue.add(session, kind, payload, now=clock()).id


def seen(database: Database, number: int) -> Job:
    with database.read() as session:
        job = session.get_one(Job, number)
        session.expunge(job)
        return job


def work(app: Flask, handler: Handler, **more: Any) -> Worker:
    return Worker(app, {"count": handler}, **more)


def count(context: Context, payload: Mapping[str, Any]) -> dict[str, Any]:
    for number in range(payload["to"]):
        context.progress(number + 1, payload["to"])
    return {"counted": payload["to"]}


def test_what_is_due_is_done_in_turn(app: Flask, database: Database, clock: Clock) -> None:
    numbers = [add(database, clock, to=to) for to in (1, 2)]
    assert work(app, count).drain() == 2
    assert [seen(database, number).outcome["counted"] for number in numbers] == [1, 2]
    assert seen(database, numbers[1]).progress_done == 2
    assert work(app, count).drain() == 0


def test_a_fault_is_kept_without_what_was_typed_and_tried_again(
    app: Flask, database: Database, clock: Clock
) -> None:
    number, tries = add(database, clock), []

    def stumble(_context: Context, _payload: Mapping[str, Any]) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise ValueError("siti@contoh.example")

    worker = work(app, stumble)
    assert worker.drain() == 1
    job = seen(database, number)
    assert job.state == "waiting"
    assert "ValueError" in job.error_in("en")
    assert "test_loop.py" in job.error_in("id")
    assert "siti" not in job.error_in("id") + job.error_in("en")
    assert worker.drain() == 0, "not at once"
    clock.advance(seconds=10)
    assert worker.drain() == 1
    assert (seen(database, number).state, seen(database, number).error_in("id")) == ("done", "")


def test_what_can_never_work_fails_with_its_words(
    app: Flask, database: Database, clock: Clock
) -> None:
    number = add(database, clock)

    def refuse(_context: Context, _payload: Mapping[str, Any]) -> None:
        raise MaturityError("Tidak ada.", "Not there.")

    work(app, refuse).drain()
    job = seen(database, number)
    assert (job.state, job.error_in("id"), job.error_in("en")) == (
        "failed", "Tidak ada.", "Not there.",
    )  # fmt: skip


@pytest.mark.parametrize("asks", ["progress", "stop_if_cancelled"])
def test_a_cancelled_job_stops_where_it_asks(
    asks: str, app: Flask, database: Database, clock: Clock
) -> None:
    number, reached = add(database, clock), []

    def long(context: Context, _payload: Mapping[str, Any]) -> None:
        for step in range(3):
            reached.append(step)
            if step == 1:
                with context.database.write() as session:
                    queue.cancel(session, session.get_one(Job, number), now=clock())
            context.progress(step, 3) if asks == "progress" else context.stop_if_cancelled()

    work(app, long).drain()
    assert (seen(database, number).state, reached) == ("cancelled", [0, 1])


def test_a_job_that_was_lost_meanwhile_is_left_alone(
    app: Flask, database: Database, clock: Clock
) -> None:
    number, reached = add(database, clock), []

    def slow(context: Context, _payload: Mapping[str, Any]) -> None:
        clock.advance(minutes=5)
        with context.database.write() as session:
            assert queue.claim(session, worker="other", kinds=["count"], now=clock())
        reached.append("before")
        context.progress(1, 2)
        reached.append("after")

    work(app, slow).drain()
    job = seen(database, number)
    assert (job.state, job.claimed_by, job.attempts) == ("running", "other", 2)
    assert reached == ["before"]

    def unaware(_context: Context, _payload: Mapping[str, Any]) -> None:
        with database.write() as session:
            session.get_one(Job, number).claimed_by = "third"

    clock.advance(minutes=5)
    work(app, unaware).drain()
    assert (seen(database, number).state, seen(database, number).claimed_by) == ("running", "third")


def test_the_lease_is_prolonged_while_the_work_goes_on(
    app: Flask, database: Database, clock: Clock
) -> None:
    number, prolonged = add(database, clock), Event()
    held_until = []

    def long(_context: Context, _payload: Mapping[str, Any]) -> None:
        held_until.append(seen(database, number).lease_until)
        clock.advance(seconds=30)
        while not prolonged.wait(0.01):
            if seen(database, number).lease_until != held_until[0]:
                held_until.append(seen(database, number).lease_until)
                prolonged.set()

    work(app, long, lease=timedelta(seconds=0.2)).drain()
    assert held_until[1] - held_until[0] == timedelta(seconds=30)
    assert seen(database, number).state == "done"


def test_sigterm_gives_the_job_back_and_ends_the_worker(
    settings: Settings, database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, before = add(database, clock), signal.getsignal(signal.SIGTERM)

    def told_to_end(context: Context, _payload: Mapping[str, Any]) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        context.progress(1, 2)

    monkeypatch.setattr(process, "HANDLERS", {"count": told_to_end})
    assert process.work(settings) == 1
    job = seen(database, number)
    assert (job.state, job.claimed_by, job.attempts, job.max_attempts) == ("waiting", "", 1, 6)
    assert signal.getsignal(signal.SIGTERM) is before


def test_only_the_kinds_that_were_asked_for_are_done(
    app: Flask, database: Database, clock: Clock
) -> None:
    mail, counted = add(database, clock, "mail"), add(database, clock, to=1)
    handlers: dict[str, Handler] = {"count": count, "mail": lambda _context, _payload: None}
    schedule = [Periodic("mail", hours=1)]
    assert Worker(app, handlers, kinds=["count"], schedule=schedule).drain() == 1
    assert (seen(database, mail).state, seen(database, counted).state) == ("waiting", "done")


def test_what_comes_back_is_added_once_a_period_by_however_many_workers(
    app: Flask, database: Database, clock: Clock
) -> None:
    done: list[object] = []
    handlers: dict[str, Handler] = {"digest": lambda _context, payload: done.append(payload)}
    schedule = [Periodic("digest", hours=6, payload={"to": "province"})]
    workers = [Worker(app, handlers, schedule=schedule) for _ in range(2)]
    assert sum(worker.drain() for worker in workers) == 1
    clock.at = clock.at.replace(hour=11, minute=59)
    assert sum(worker.drain() for worker in workers) == 0
    clock.at = clock.at.replace(hour=12, minute=0)
    assert sum(worker.drain() for worker in workers) == 1
    assert done == [{"to": "province"}] * 2


def test_old_jobs_are_swept_away(app: Flask, database: Database, clock: Clock) -> None:
    add(database, clock, to=1)
    work(app, count).drain()
    clock.advance(days=KEPT.days + 1)
    waiting = add(database, clock, to=1)
    swept = add(database, clock, "sweep-jobs")
    assert Worker(app, HANDLERS).drain() == 1
    assert seen(database, swept).outcome == {"deleted": 1}
    with database.read() as session:
        assert session.scalars(select(Job.id).order_by(Job.id)).all() == [waiting, swept]


def test_dask_that_is_not_installed_is_said(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    asked = executor(replace(settings, scheduler="tcp://127.0.0.1:8786"))
    with pytest.raises(MaturityError, match=r"maturity\[dask\]"), asked:
        pass
