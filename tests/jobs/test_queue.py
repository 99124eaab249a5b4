"""Jobs as rows: claimed once, held while their worker lives, ended by whoever holds them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select

from maturity.db import Database
from maturity.jobs import queue
from maturity.jobs.models import Job, JobState
from maturity.jobs.queue import Held, LeaseLostError
from tests.clock import Clock

KINDS = ("count", "mail")


def add(database: Database, clock: Clock, **more: Any) -> int:
    """A job of the kind ``count``; its number."""
    with database.write() as session:
        return queue.add(session, "count", {"to": 3}, now=clock(), **more).id


def claim(database: Database, clock: Clock, worker: str = "one") -> Held | None:
    with database.write() as session:
        return queue.claim(session, worker=worker, kinds=KINDS, now=clock())


def must_claim(database: Database, clock: Clock, worker: str = "one") -> Held:
    held = claim(database, clock, worker)
    assert held is not None
    return held


def seen(database: Database, number: int) -> Job:
    with database.read() as session:
        job = session.get_one(Job, number)
        session.expunge(job)
        return job


def with_job(database: Database, number: int, do: Callable[..., bool], clock: Clock) -> bool:
    with database.write() as session:
        return do(session, session.get_one(Job, number), now=clock())


def test_a_job_is_seen_with_the_change_that_needs_it(database: Database, clock: Clock) -> None:
    def change_that_fails() -> None:
        with database.write() as session:
            queue.add(session, "count", {}, now=clock())
            queue.add(session, "count", {}, now=clock(), key="k")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_that_fails()
    assert claim(database, clock) is None
    number = add(database, clock)
    held = must_claim(database, clock)
    assert (held.id, held.kind, held.payload, held.attempt) == (number, "count", {"to": 3}, 1)
    assert claim(database, clock) is None
    with database.write() as session:
        assert queue.progress(session, held, done=2, total=3, word="36.71") is False
    assert (seen(database, number).progress_done, seen(database, number).word) == (2, "36.71")
    with database.write() as session:
        queue.finish(session, held, {"counted": 3}, now=clock())
    done = seen(database, number)
    assert (done.state, done.outcome, done.finished_at) == ("done", {"counted": 3}, clock())
    assert claim(database, clock) is None


def test_the_same_key_is_the_same_job(database: Database, clock: Clock) -> None:
    first = add(database, clock, key="digest:2026-11-21")
    assert add(database, clock, key="digest:2026-11-21") == first
    assert add(database, clock, key="digest:2026-11-22") != first
    assert add(database, clock) != add(database, clock)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Job)) == 4


def test_the_same_key_at_the_same_time_is_the_same_job(database: Database, clock: Clock) -> None:
    together = Barrier(4)

    def one(_: int) -> int:
        together.wait()
        return add(database, clock, key="digest:2026-11-21")

    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(one, range(4)))) == 1


def test_two_who_claim_at_once_get_different_jobs(database: Database, clock: Clock) -> None:
    numbers = {add(database, clock) for _ in range(8)}
    other, together = Database(database.url), Barrier(2)

    def take(using: Database) -> list[int]:
        together.wait()
        return [must_claim(using, clock, worker=str(id(using))).id for _ in range(4)]

    with ThreadPoolExecutor(2) as threads:
        taken = list(threads.map(take, (database, other)))
    other.dispose()
    assert sorted(taken[0] + taken[1]) == sorted(numbers)


def test_postgresql_passes_over_a_job_that_another_is_claiming(
    new_database: Callable[..., str], clock: Clock
) -> None:
    database = Database(new_database("postgresql"))
    first, second = add(database, clock), add(database, clock)
    with database.write() as session:
        held = queue.claim(session, worker="one", kinds=KINDS, now=clock())
        assert held is not None
        assert held.id == first
        assert must_claim(database, clock, "two").id == second
    database.dispose()


def test_only_known_kinds_are_claimed_and_the_longest_due_first(
    database: Database, clock: Clock
) -> None:
    late = add(database, clock, not_before=clock() + timedelta(minutes=5))
    soon = add(database, clock, not_before=clock() + timedelta(minutes=1))
    with database.write() as session:
        queue.add(session, "unknown", {}, now=clock())
    assert claim(database, clock) is None
    with database.read() as session:
        assert not queue.is_due(session, kinds=KINDS, now=clock())
    clock.advance(minutes=6)
    with database.read() as session:
        assert queue.is_due(session, kinds=KINDS, now=clock())
    assert [must_claim(database, clock).id for _ in range(2)] == [soon, late]
    assert claim(database, clock) is None


def test_a_lost_lease_is_claimed_again_and_its_old_holder_may_not_finish(
    database: Database, clock: Clock
) -> None:
    number = add(database, clock)
    old = must_claim(database, clock)
    clock.advance(seconds=50)
    with database.write() as session:
        assert queue.heartbeat(session, old, now=clock()) is False
    clock.advance(seconds=50)
    assert claim(database, clock) is None, "the heartbeat holds it"
    clock.advance(seconds=11)
    new = must_claim(database, clock)  # by the same name, as after a restart
    assert (new.id, new.attempt) == (number, 2)
    for end in (
        lambda session: queue.finish(session, old, {}, now=clock()),
        lambda session: queue.fail(session, old, ("x", "x"), now=clock()),
        lambda session: queue.heartbeat(session, old, now=clock()),
        lambda session: queue.progress(session, old, done=1, total=1),
        lambda session: queue.give_back(session, old, now=clock()),
        lambda session: queue.stop(session, old, now=clock()),
    ):
        with pytest.raises(LeaseLostError), database.write() as session:
            end(session)
    with database.write() as session:
        queue.finish(session, new, {"by": "new"}, now=clock())
    assert seen(database, number).outcome == {"by": "new"}


def test_a_worker_that_was_only_late_may_finish(database: Database, clock: Clock) -> None:
    number = add(database, clock)
    held = must_claim(database, clock)
    clock.advance(hours=1)
    with database.write() as session:
        queue.finish(session, held, {}, now=clock())
    assert seen(database, number).state == JobState.DONE


def test_what_fails_is_tried_again_later_and_later_then_not_any_more(
    database: Database, clock: Clock
) -> None:
    number = add(database, clock, attempts=3)
    waits = []
    for _ in range(3):
        held = must_claim(database, clock)
        with database.write() as session:
            queue.fail(session, held, ("rusak", "broken"), now=clock())
        waits.append(seen(database, number).not_before - clock())
        clock.at = max(clock.at, seen(database, number).not_before)
    assert waits[:2] == [timedelta(seconds=10), timedelta(seconds=20)]
    failed = seen(database, number)
    assert (failed.state, failed.error_in("id"), failed.error_in("en")) == (
        "failed", "rusak", "broken",
    )  # fmt: skip
    assert claim(database, clock) is None
    assert with_job(database, number, queue.run_again, clock)
    assert must_claim(database, clock).attempt == 4
    assert seen(database, number).error_in("id") == ""
    assert not with_job(database, number, queue.run_again, clock), "it runs"


def test_what_can_never_work_is_not_tried_again(database: Database, clock: Clock) -> None:
    number = add(database, clock)
    held = must_claim(database, clock)
    with database.write() as session:
        queue.fail(session, held, ("rusak", "broken"), now=clock(), retry=False)
    assert seen(database, number).state == JobState.FAILED


def test_a_job_that_kills_its_workers_ends_as_failed(database: Database, clock: Clock) -> None:
    number = add(database, clock, attempts=2)
    for _ in range(2):
        must_claim(database, clock)
        clock.advance(minutes=2)
    assert claim(database, clock) is None
    assert seen(database, number).state == JobState.FAILED
    assert "worker" in seen(database, number).error_in("en")


def test_a_job_given_back_is_free_at_once_and_loses_no_attempt(
    database: Database, clock: Clock
) -> None:
    number = add(database, clock, attempts=1)
    with database.write() as session:
        held = queue.claim(session, worker="one", kinds=KINDS, now=clock())
        assert held is not None
        queue.give_back(session, held, now=clock())
    again = must_claim(database, clock, "two")
    assert again.attempt == 2
    with database.write() as session:
        queue.fail(session, again, ("rusak", "broken"), now=clock())
    assert seen(database, number).state == JobState.FAILED


def test_a_waiting_job_is_cancelled_at_once(database: Database, clock: Clock) -> None:
    number = add(database, clock)
    assert with_job(database, number, queue.cancel, clock)
    assert (seen(database, number).state, seen(database, number).finished_at) == (
        "cancelled", clock(),
    )  # fmt: skip
    assert claim(database, clock) is None
    assert not with_job(database, number, queue.cancel, clock)


def test_a_running_job_learns_that_it_is_to_stop(database: Database, clock: Clock) -> None:
    number = add(database, clock)
    held = must_claim(database, clock)
    assert with_job(database, number, queue.cancel, clock)
    assert seen(database, number).state == JobState.RUNNING
    with database.write() as session:
        assert queue.heartbeat(session, held, now=clock())
        assert queue.progress(session, held, done=1, total=3)
        queue.stop(session, held, now=clock())
    assert seen(database, number).state == JobState.CANCELLED


@pytest.mark.parametrize("left", ["failed", "given back", "abandoned"])
def test_a_cancelled_job_is_not_begun_again(left: str, database: Database, clock: Clock) -> None:
    number = add(database, clock)
    held = must_claim(database, clock)
    assert with_job(database, number, queue.cancel, clock)
    with database.write() as session:
        if left == "failed":
            queue.fail(session, held, ("rusak", "broken"), now=clock())
        elif left == "given back":
            queue.give_back(session, held, now=clock())
    clock.advance(hours=1)
    assert claim(database, clock) is None
    assert seen(database, number).state == JobState.CANCELLED


def test_finished_jobs_are_forgotten_after_a_time(database: Database, clock: Clock) -> None:
    for _ in range(2):
        add(database, clock)
    with database.write() as session:
        held = queue.claim(session, worker="one", kinds=KINDS, now=clock())
        assert held is not None
        queue.finish(session, held, {}, now=clock())
    clock.advance(days=1)
    with database.write() as session:
        assert queue.forget(session, before=clock()) == 1
        assert session.scalars(select(Job.state)).all() == ["waiting"]
