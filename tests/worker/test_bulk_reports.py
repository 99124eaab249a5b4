"""All reports of a round as one job: each drawn once, all listed, all packed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from maturity.config import Settings
from maturity.db import Database
from maturity.jobs.models import Job
from maturity.reports import bulk
from maturity.survey.models import Assessment, AssessmentState, Round
from maturity.worker import bulk_reports
from maturity.worker.kinds import HANDLERS
from maturity.worker.loop import Worker
from maturity.worker.manifest import Entry
from maturity.worker.report_piece import Piece
from tests.builders import LEBAK, TANGERANG, make_assessment
from tests.clock import START, Clock
from tests.worker.handed_in import handed_in, small_round
from tests.worker.here import Here

SERANG = "36.73"


@pytest.fixture
def database_url(new_database: Callable[..., str]) -> str:
    """The queue's tests know both databases."""
    return new_database("sqlite")


def round_of(database: Database, *offices: str) -> None:
    with database.write() as session:
        round_ = small_round(session)
        handed_in(session, round_, offices)
        make_assessment(session, round_=round_, office="36.04")  # not handed in


def made(app: Flask, database: Database, language: str = "id") -> Job:
    """The job, done by a worker."""
    with database.write() as session:
        round_ = session.scalars(select(Round)).one()
        number = bulk.order(session, round_, language, now=START).id
    assert Worker(app, HANDLERS).drain() == 1
    with database.read() as session:
        job = session.get_one(Job, number)
        session.expunge(job)
        return job


def folder_of(settings: Settings, job: Job) -> Path:
    return settings.data / "reports" / job.outcome["folder"]


@pytest.mark.slow
def test_reports_of_those_who_handed_in_are_drawn_listed_and_packed_by_processes(
    app: Flask, settings: Settings, database: Database
) -> None:
    round_of(database, TANGERANG, LEBAK)
    job = made(app, database)
    assert (job.state, job.progress_done, job.progress_total) == ("done", 2, 2), job.error_en
    assert (job.outcome["reports"], job.outcome["drawn"]) == (2, 2)
    packed = bulk.finished_file(settings, job)
    assert packed is not None
    assert hashlib.sha256(packed.read_bytes()).hexdigest() == job.outcome["sha256"]
    with ZipFile(packed) as files:
        listed = [json.loads(line) for line in files.read("manifest.jsonl").splitlines()]
        assert [one["file"] for one in listed] == [
            "laporan-2026-36.02-id.pdf", "laporan-2026-36.71-id.pdf",
        ]  # fmt: skip
        for one in listed:
            body = files.read(one["file"])
            assert (hashlib.sha256(body).hexdigest(), len(body)) == (one["sha256"], one["bytes"])
        pages = PdfReader(BytesIO(body)).pages
    told = {name: one[name] for name in ("round", "office", "stage", "language", "pages")}
    assert told == {"round": "2026", "office": TANGERANG, "stage": "self", "language": "id",
                    "pages": len(pages)}  # fmt: skip
    assert "Tangerang" in " ".join(page.extract_text() for page in pages)
    assert [path.name for path in folder_of(settings, job).rglob(".*.part")] == []


@pytest.mark.usefixtures("here")
def test_what_is_unchanged_is_not_drawn_again(
    app: Flask, settings: Settings, database: Database, clock: Clock
) -> None:
    round_of(database, TANGERANG, LEBAK)
    first = made(app, database)
    again = made(app, database)
    assert again.id == first.id, "never two that write the same files"
    assert again.outcome == {**first.outcome, "drawn": 0}
    clock.advance(hours=1)
    with database.write() as session:
        handed_in(session, session.scalars(select(Round)).one(), (SERANG,))
    third = made(app, database)
    assert (third.outcome["reports"], third.outcome["drawn"]) == (3, 1)


@pytest.mark.usefixtures("app", "here")
def test_processes_begin_anew_after_so_many_drawn_ones_only(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Here] = []

    def executor() -> Here:
        begun.append(Here())
        return begun[-1]

    def drawn() -> int:
        return bulk_reports.make(work, executor, lambda _done, _of: None).drawn

    monkeypatch.setattr(bulk_reports, "BATCH", 2)
    round_of(database, TANGERANG, LEBAK, SERANG)
    with database.read() as session:
        work = bulk_reports.work_of(session, settings, "2026", language="id")
    assert drawn() == 3
    assert len(begun) == 2
    assert drawn() == 0
    assert len(begun) == 3


@pytest.mark.usefixtures("app")
def test_what_was_drawn_beside_a_failure_is_listed(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    round_of(database, TANGERANG, LEBAK, SERANG)
    with database.read() as session:
        work = bulk_reports.work_of(session, settings, "2026", language="id")

    def draw(piece: Piece) -> tuple[Entry | None, bool]:
        number = piece.assessment_id
        if number == work.numbers[1]:
            raise OSError("no room")
        return Entry("2026", str(number), number, "self", "id", "", f"{number}.pdf", "", 0, 0), True

    monkeypatch.setattr(bulk_reports, "draw", draw)
    with pytest.raises(OSError, match="no room"):
        bulk_reports.make(work, Here, lambda _done, _of: None)
    listed = {one["assessment"] for one in manifest_of(work.into)}
    assert listed == {work.numbers[0], work.numbers[2]}


@pytest.mark.usefixtures("here")
def test_what_is_damaged_or_changed_is_drawn_again(
    app: Flask, settings: Settings, database: Database
) -> None:
    round_of(database, TANGERANG, LEBAK, SERANG)
    first = made(app, database)
    into = folder_of(settings, first)
    (into / "laporan-2026-36.71-id.pdf").write_bytes(b"%PDF half")
    lines = (into / bulk.MANIFEST).read_text().splitlines()
    (into / bulk.MANIFEST).write_text("\n".join(["{", *lines[1:]]))
    with database.write() as session:
        late = session.scalars(select(Assessment).filter_by(office_code=SERANG)).one()
        late.submitted_at = START.replace(hour=9)  # a report says when it was handed in
    again = made(app, database)
    assert again.outcome["drawn"] == 3
    names = {one["file"]: one["sha256"] for one in manifest_of(into)}
    for name, digest in names.items():
        assert hashlib.sha256((into / name).read_bytes()).hexdigest() == digest
    assert len(names) == 3


def manifest_of(into: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (into / bulk.MANIFEST).read_text().splitlines()]


@pytest.mark.usefixtures("here")
def test_a_reopened_assessment_has_no_report_any_more(
    app: Flask, settings: Settings, database: Database
) -> None:
    round_of(database, TANGERANG, LEBAK)
    into = folder_of(settings, made(app, database))
    with database.write() as session:
        gone = session.scalars(select(Assessment).filter_by(office_code=LEBAK)).one()
        gone.state = AssessmentState.IN_PROGRESS
    (into / ".laporan-x.pdf.77.part").write_bytes(b"of a killed process")
    made(app, database)
    assert [one["file"] for one in manifest_of(into)] == ["laporan-2026-36.71-id.pdf"]
    left = {path.name for path in into.rglob("*") if path.is_file()}
    assert left == {"laporan-2026-36.71-id.pdf", "laporan-2026-id.zip", "manifest.jsonl"}


@pytest.mark.usefixtures("here")
def test_languages_are_apart(app: Flask, settings: Settings, database: Database) -> None:
    round_of(database, TANGERANG)
    indonesian, english = made(app, database), made(app, database, "en")
    assert indonesian.id != english.id
    assert (english.outcome["file"], english.outcome["drawn"]) == ("laporan-2026-en.zip", 1)
    assert bulk.finished_file(settings, indonesian) != bulk.finished_file(settings, english)


@pytest.mark.usefixtures("here")
def test_a_round_that_is_gone_fails_with_words_and_for_good(app: Flask, database: Database) -> None:
    with database.write() as session:
        round_ = small_round(session)
        number = bulk.order(session, round_, "id", now=START).id
        session.delete(round_)
    assert Worker(app, HANDLERS).drain() == 1
    with database.read() as session:
        job = session.get_one(Job, number)
        assert (job.state, job.error_in("id")) == ("failed", "Tidak ada periode 2026.")


@pytest.mark.usefixtures("here")
def test_a_file_is_only_what_the_job_made(
    app: Flask, settings: Settings, database: Database
) -> None:
    round_of(database, TANGERANG)
    job = made(app, database)
    (settings.data / "secret-key").write_text("x")
    for folder, file in (
        ("..", "secret-key"),
        ("x/..", "secret-key"),
        ("1-id", "../../secret-key"),
    ):
        job.result = json.dumps({"folder": folder, "file": file})
        assert bulk.finished_file(settings, job) is None
