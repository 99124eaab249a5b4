"""``maturity report --all``: the work of the job, from the terminal; killed and gone on with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from maturity.cli import main
from maturity.config import Settings
from maturity.db import Database
from maturity.reports import bulk
from maturity.survey.models import Round
from maturity.worker import manifest
from maturity.worker.kinds import HANDLERS
from maturity.worker.loop import Worker
from tests.builders import LEBAK, TANGERANG
from tests.clock import START
from tests.serving import COMMAND, SECRET
from tests.worker.handed_in import OFFICES, handed_in, small_round
from tests.worker.processes import running, until

Run = Callable[..., tuple[int, str]]
FEW = OFFICES[:4]


@pytest.fixture
def database_url(new_database: Callable[..., str]) -> str:
    """The queue's tests know both databases."""
    return new_database("sqlite")


@pytest.fixture
def told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The settings as the environment of a command."""
    found = {
        "MATURITY_DATA": str(settings.data),
        "MATURITY_DATABASE_URL": settings.database_url,
        "MATURITY_SECRET_KEY": SECRET,
    }
    for name, value in found.items():
        monkeypatch.setenv(name, value)
    return found


@pytest.fixture
def run(told: dict[str, str], here: None, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command in this process: code, and all that it said."""

    def call(*words: str | Path) -> tuple[int, str]:
        code = main(["report", "--round", "2026", *map(str, words)])
        said = capsys.readouterr()
        return code, said.out + said.err

    return call


def round_of(database: Database, *offices: str) -> None:
    with database.write() as session:
        handed_in(session, small_round(session), offices)


def job_folder(app: Flask, database: Database, settings: Settings) -> Path:
    """What the job makes of the same round."""
    with database.write() as session:
        round_ = session.scalars(select(Round)).one()
        bulk.order(session, round_, "id", now=START)
        folder = bulk.folder_of(settings, round_.id, "id")
    assert Worker(app, HANDLERS).drain() == 1
    return folder


def times(into: Path) -> dict[str, int]:
    return {one.file: (into / one.file).stat().st_mtime_ns for one in manifest.read(into)}


@pytest.mark.slow
def test_killed_in_the_middle_it_goes_on_and_ends_with_the_hashes_of_the_job(
    app: Flask, database: Database, settings: Settings, told: dict[str, str], tmp_path: Path,
    run: Run,
) -> None:  # fmt: skip
    round_of(database, *FEW)
    into, log = tmp_path / "laporan", tmp_path / "command.log"
    words = ["report", "--round", "2026", "--all", "--out", into, "--processes", "1"]
    with running(COMMAND, *words, log=log, **told) as command:
        until(lambda: bool(manifest.read(into)), alive=command, log=log)
        command.kill()
        command.wait()
    before = times(into)
    assert 1 <= len(before) < len(FEW), "it was in the middle"
    assert all(manifest.holds(into, one) for one in manifest.read(into))
    with (into / bulk.MANIFEST).open("ab") as file:
        file.write(b'{"round": "20')  # as a power cut may leave it
    code, said = run("--all", "--out", into)
    assert (code, f"4 laporan, {4 - len(before)} dibuat baru" in said) == (0, True), said
    after = times(into)
    assert {name: after[name] for name in before} == before, "what was there was left alone"
    made = job_folder(app, database, settings)
    assert (into / bulk.MANIFEST).read_bytes() == (made / bulk.MANIFEST).read_bytes()
    for one in manifest.read(made):
        assert manifest.holds(into, one)
    assert not list(into.rglob("*.part"))


def test_what_the_job_made_is_copied_and_a_second_run_draws_nothing(
    app: Flask, database: Database, settings: Settings, tmp_path: Path, run: Run
) -> None:
    round_of(database, TANGERANG, LEBAK)
    made, into = job_folder(app, database, settings), tmp_path / "laporan"
    into.mkdir()
    (into / "laporan-lain.pdf").write_bytes(b"of somebody else")
    for _ in range(2):
        code, said = run("--all", "--out", into)
        assert (code, "2 laporan, 0 dibuat baru" in said) == (0, True), said
        assert (into / bulk.MANIFEST).read_bytes() == (made / bulk.MANIFEST).read_bytes()
    assert (into / "laporan-lain.pdf").exists()


def test_faults_are_said(database: Database, tmp_path: Path, run: Run) -> None:
    round_of(database, TANGERANG)
    assert run("--out", tmp_path)[0] == 2, "neither an office nor all"
    assert run("--all", "--office", TANGERANG, "--out", tmp_path)[0] == 2
    assert run("--all", "--out", tmp_path, "--processes", "0")[0] == 2
    assert main(["report", "--round", "1999", "--all", "--out", str(tmp_path)]) == 1
    with manifest.alone(tmp_path):
        code, said = run("--all", "--out", tmp_path)
    assert (code, "oleh proses lain" in said) == (1, True)
    (tmp_path / "berkas").write_text("x")
    assert run("--all", "--out", tmp_path / "berkas")[0] == 1
