"""Jobs outlive the processes that do them."""

from __future__ import annotations

import hashlib
import json
import os
import select
import signal
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from flask import Flask

from maturity.config import Settings
from maturity.db import Database
from maturity.jobs.models import Job
from maturity.reports import bulk
from maturity.worker.kinds import HANDLERS
from maturity.worker.loop import Worker
from tests.clock import START, Clock
from tests.serving import free_port
from tests.worker.handed_in import OFFICES, handed_in, small_round
from tests.worker.processes import DASK, PATIENCE, running, until, worker

pytestmark = pytest.mark.slow


@pytest.fixture
def database_url(new_database: Callable[..., str]) -> str:
    """The queue's tests know both databases."""
    return new_database("sqlite")


@pytest.fixture
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    """With a scheduler's address where the test is about one."""
    if "dask" not in request.node.name:
        return settings
    return replace(settings, scheduler=f"tcp://127.0.0.1:{free_port()}")


@pytest.fixture
def ordered(database: Database) -> int:
    """A job that draws six reports."""
    with database.write() as session:
        round_ = small_round(session)
        handed_in(session, round_, OFFICES)
        return bulk.order(session, round_, "id", now=START).id


def job_of(database: Database, number: int) -> Job:
    with database.read() as session:
        job = session.get_one(Job, number)
        session.expunge(job)
        return job


def drawn(data: Path) -> dict[str, tuple[int, str]]:
    """Finished reports: when written, and what they hold."""
    found = [
        listed.parent / json.loads(line)["file"]
        for listed in data.glob(f"reports/*/{bulk.MANIFEST}")
        for line in listed.read_bytes().splitlines()
    ]
    return {
        path.name: (path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in found
    }


def packed_digest(data: Path) -> str:
    (file,) = data.glob("reports/*/*.zip")
    return hashlib.sha256(file.read_bytes()).hexdigest()


def children(parent: int) -> list[int]:
    said = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
    return [int(word) for word in said.split()]


def ended(pid: int) -> bool:
    """Whether a process that is not ours has ended, or does so soon."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    found, _, _ = select.select([handle], [], [], PATIENCE)
    os.close(handle)
    return bool(found)


@pytest.mark.usefixtures("here")
def test_a_killed_worker_loses_nothing_and_nothing_is_drawn_twice(
    app: Flask, database: Database, settings: Settings, ordered: int, clock: Clock
) -> None:
    data, log = settings.data, settings.data.parent / "worker.log"
    with worker(data, settings.database_url) as first:
        until(lambda: len(drawn(data)) >= 2, alive=first, log=log)
        helpers = children(first.pid)
        first.kill()
        first.wait()
        assert helpers
        assert all(ended(helper) for helper in helpers)
    before = drawn(data)
    assert 2 <= len(before) < len(OFFICES), "it was in the middle"
    assert job_of(database, ordered).state == "running"
    later, clock.at = Worker(app, HANDLERS, kinds=[bulk.KIND]), datetime.now(UTC)
    assert later.drain() == 0, "its lease holds"
    clock.at = datetime.now(UTC) + timedelta(minutes=2)
    assert later.drain() == 1
    job = job_of(database, ordered)
    assert (job.state, job.attempts) == ("done", 2), log.read_text(encoding="utf-8")
    assert job.outcome["drawn"] == len(OFFICES) - len(before)
    after = drawn(data)
    assert {name: after[name] for name in before} == before
    assert job.outcome["sha256"] == packed_digest(data)


def test_a_killed_dask_worker_loses_nothing(
    app: Flask, database: Database, settings: Settings, ordered: int, tmp_path: Path
) -> None:
    log, data, over = tmp_path / "dask.log", settings.data, Event()
    alone = ["--no-dashboard", "--host", "127.0.0.1"]
    single = [*alone, "--nthreads", "1", "--no-nanny", "--local-directory", tmp_path / "scratch"]
    address = settings.scheduler
    scheduler = [DASK, "scheduler", *alone, "--port", address.rpartition(":")[2]]
    told = {"MATURITY_DATA": str(data), "MATURITY_DATABASE_URL": settings.database_url}

    def connected() -> bool:
        return log.read_text(encoding="utf-8").count("Registered to:") >= 2

    def kill(victim: subprocess.Popen[bytes]) -> bool:
        """Once something is drawn; whether the job was at work then."""
        while not drawn(data) and not over.wait(0.05):
            pass
        at_work = job_of(database, ordered).state == "running"
        victim.kill()
        return at_work

    with (
        running(*scheduler, log=log) as leader,
        running(DASK, "worker", address, *single, log=log, **told) as one,
        running(DASK, "worker", address, *single, log=log, **told),
        ThreadPoolExecutor(1) as thread,
    ):
        until(connected, alive=leader, log=log)
        one.send_signal(signal.SIGSTOP)  # it takes pieces of the job and does none
        killing = thread.submit(kill, one)
        try:
            assert Worker(app, HANDLERS).drain() == 1
        finally:
            over.set()
        assert killing.result()
    job = job_of(database, ordered)
    assert (job.state, job.attempts) == ("done", 1), job.error_en
    assert job.outcome["reports"] == job.outcome["drawn"] == len(OFFICES)
    assert job.outcome["sha256"] == packed_digest(data)
