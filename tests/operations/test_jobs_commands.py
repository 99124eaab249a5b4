"""``maturity worker`` and ``maturity jobs`` as an administrator types them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from maturity.cli import main
from maturity.config import Settings
from maturity.db import Database
from maturity.jobs import queue
from tests.clock import Clock

Said = pytest.CaptureFixture[str]


@pytest.fixture
def database_url(new_database: Callable[..., str]) -> str:
    """The queue's tests know both databases."""
    return new_database("sqlite")


@pytest.fixture(autouse=True)
def installation(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATURITY_DATA", str(settings.data))
    monkeypatch.setenv("MATURITY_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("MATURITY_LANG", "en")
    monkeypatch.setenv("MATURITY_LOG_LEVEL", "ERROR")


def add(database: Database, clock: Clock, kind: str = "sweep-jobs") -> int:
    with database.write() as session:
        return queue.add(session, kind, {"round": "2026"}, now=clock()).id


def test_a_worker_does_what_waits_and_ends(database: Database, clock: Clock, capsys: Said) -> None:
    number = add(database, clock)
    assert main(["worker", "--once", "--kind", "sweep-jobs"]) == 0
    assert "2" in capsys.readouterr().out  # this one and that of the day
    assert main(["jobs", "show", str(number)]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{number}  Done  Deleting old jobs  2026-11-21 07:00:00 UTC\n")
    assert 'result: {"deleted": 0}' in said
    assert "attempts: 1 / 5" in said


def test_jobs_are_listed_newest_first_with_their_progress(
    database: Database, clock: Clock, capsys: Said
) -> None:
    assert main(["jobs", "list"]) == 0
    assert capsys.readouterr().out == "There are no jobs.\n"
    first, second = add(database, clock), add(database, clock, "unheard-of")
    with database.write() as session:
        held = queue.claim(session, worker="w", kinds=["sweep-jobs"], now=clock())
        assert held is not None
        queue.progress(session, held, done=3, total=40)
    assert main(["jobs", "list"]) == 0
    assert capsys.readouterr().out == (
        f"{second}  Waiting  unheard-of  2026-11-21 07:00:00 UTC\n"
        f"{first}  Running 3/40  Deleting old jobs  2026-11-21 07:00:00 UTC\n"
    )
    assert main(["jobs", "list", "--state", "running"]) == 0
    assert "Waiting" not in capsys.readouterr().out


def test_jobs_are_cancelled_and_run_again(database: Database, clock: Clock, capsys: Said) -> None:
    number = str(add(database, clock))
    assert main(["jobs", "retry", number]) == 1
    assert "not finished yet" in capsys.readouterr().err
    assert main(["jobs", "cancel", number]) == 0
    assert "Cancelled" in capsys.readouterr().out
    assert main(["jobs", "cancel", number]) == 1
    assert "finished already" in capsys.readouterr().err
    assert main(["jobs", "retry", number]) == 0
    assert "Waiting" in capsys.readouterr().out
    with database.write() as session:
        queue.claim(session, worker="w", kinds=["sweep-jobs"], now=datetime.now(UTC))
    assert main(["jobs", "cancel", number]) == 0
    assert "Being stopped" in capsys.readouterr().out


@pytest.mark.parametrize("number", ["77", "0", "99999999999999999999"])
@pytest.mark.usefixtures("database")
def test_a_job_that_is_not_there_is_said_in_one_line(number: str, capsys: Said) -> None:
    for what in ("show", "cancel", "retry"):
        assert main(["jobs", what, number]) == 1
        assert capsys.readouterr().err == f"There is no job {number}.\n"


def test_an_unknown_kind_is_said_in_one_line(capsys: Said) -> None:
    assert main(["worker", "--kind", "mial"]) == 1
    said = capsys.readouterr().err
    assert "mial" in said
    assert "bulk-reports" in said
    assert said.count("\n") == 1
