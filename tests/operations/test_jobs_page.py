"""The page of the work in the background: what runs, how far it is, what came of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from io import BytesIO
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import select

from maturity.db import Database
from maturity.jobs import queue
from maturity.jobs.models import Job
from maturity.jobs.queue import Held
from maturity.offices.models import Role
from maturity.worker.kinds import HANDLERS
from maturity.worker.loop import Worker
from tests.builders import TANGERANG
from tests.clock import Clock
from tests.offices.signing import make_user
from tests.strict_client import StrictClient, page_text
from tests.survey.filling import client_of, token
from tests.worker.handed_in import handed_in, small_round

ADMIN, PAGE = "admin@contoh.example", "/administration/jobs"


@pytest.fixture
def database_url(new_database: Callable[..., str]) -> str:
    """The queue's tests know both databases."""
    return new_database("sqlite")


@pytest.fixture
def admin(app: Flask, database: Database) -> StrictClient:
    """An administrator, and a round in which one office has handed in."""
    with database.write() as session:
        make_user(session, email=ADMIN, role=Role.ADMINISTRATOR, office="0", name="Ayu")
        handed_in(session, small_round(session), (TANGERANG,))
    return client_of(app, ADMIN)


def look(client: StrictClient, path: str = PAGE) -> str:
    return " ".join(page_text(client.get(path)).split())


def press(client: StrictClient, what: str, number: int) -> str:
    client.get(PAGE)
    reply = client.submit({}, action=f"{PAGE}/{number}/{what}")
    assert reply.status_code == 303
    return look(client, reply.location)


def order(client: StrictClient, language: str = "id") -> str:
    client.get(PAGE)
    reply = client.submit({"language": language}, action=PAGE)
    assert reply.status_code == 303
    return look(client, reply.location)


def claimed(database: Database, clock: Clock) -> Held:
    with database.write() as session:
        held = queue.claim(session, worker="w", kinds=HANDLERS, now=clock())
    assert held is not None
    return held


def test_an_empty_list_says_so(admin: StrictClient) -> None:
    page = look(admin)
    assert "Belum ada pekerjaan." in page
    assert "Pengukuran 2026" in page


@pytest.mark.usefixtures("here")
def test_reports_are_ordered_made_and_downloaded(
    app: Flask, admin: StrictClient, database: Database
) -> None:
    page = order(admin)
    assert "Semua laporan satu periode" in page
    assert "Menunggu" in page
    assert "Belum selesai: 1." in page
    assert order(admin).count('<li class="card">') == 1, "ordered twice, made once"
    Worker(app, HANDLERS).drain()
    page = look(admin)
    assert "Selesai" in page
    assert "1 laporan" in page
    with database.read() as session:
        job = session.scalars(select(Job)).one()
        assert job.created_by_id is not None
        digest, number = job.outcome["sha256"], job.id
    reply = admin.get(f"{PAGE}/{number}/file")
    assert reply.mimetype == "application/zip"
    assert "attachment" in reply.headers["Content-Disposition"]
    assert "laporan-2026-id.zip" in reply.headers["Content-Disposition"]
    assert hashlib.sha256(reply.data).hexdigest() == digest
    assert ZipFile(BytesIO(reply.data)).namelist() == [
        "manifest.jsonl",
        "laporan-2026-36.71-id.pdf",
    ]


def test_they_are_ordered_on_the_page_of_the_round(admin: StrictClient, database: Database) -> None:
    admin.get("/rounds/2026")
    reply = admin.submit({"language": "en"}, action=PAGE)
    assert reply.status_code == 303
    assert "2026 · EN" in look(admin, reply.location)
    with database.read() as session:
        job = session.scalars(select(Job)).one()
        assert queue.payload_of(job) == {"round": "2026", "language": "en"}


@pytest.mark.usefixtures("here")
def test_a_file_that_is_gone_is_said_and_can_be_made_again(
    app: Flask, admin: StrictClient, database: Database
) -> None:
    order(admin)
    Worker(app, HANDLERS).drain()
    for file in app.extensions["maturity"].settings.data.rglob("*.zip"):
        file.unlink()
    assert "Berkasnya sudah tidak ada" in look(admin)
    with database.read() as session:
        number = session.scalars(select(Job.id)).one()
    assert admin.get(f"{PAGE}/{number}/file").status_code == 404
    assert "menunggu untuk dijalankan lagi" in press(admin, "retry", number)
    Worker(app, HANDLERS).drain()
    assert admin.get(f"{PAGE}/{number}/file").status_code == 200


def test_progress_is_shown_and_a_running_job_is_asked_to_stop(
    admin: StrictClient, database: Database, clock: Clock
) -> None:
    order(admin)
    held = claimed(database, clock)
    with database.write() as session:
        queue.progress(session, held, done=3, total=40, word="36.71")
    page = look(admin)
    assert "Berjalan" in page
    assert 'value="3" max="40"' in page
    assert "36.71" in page
    page = press(admin, "cancel", held.id)
    assert "akan dihentikan" in page
    assert "Sedang dihentikan" in page
    assert f"{PAGE}/{held.id}/cancel" not in page
    with database.write() as session:
        queue.stop(session, held, now=clock())
    assert "Dibatalkan" in look(admin)


def test_a_waiting_job_is_cancelled_and_run_again(admin: StrictClient, database: Database) -> None:
    order(admin)
    with database.read() as session:
        number = session.scalars(select(Job.id)).one()
    page = press(admin, "cancel", number)
    assert "Pekerjaan dibatalkan." in page
    late = admin.post(f"{PAGE}/{number}/cancel", data={"csrf_token": token(admin)})
    assert "sudah berakhir" in look(admin, late.location)
    assert "Menunggu" in press(admin, "retry", number)
    early = admin.post(f"{PAGE}/{number}/retry", data={"csrf_token": token(admin)})
    assert "masih menunggu" in look(admin, early.location)


def test_what_went_wrong_is_said_with_when_it_is_tried_again(
    admin: StrictClient, database: Database, clock: Clock
) -> None:
    order(admin)
    held = claimed(database, clock)
    with database.write() as session:
        queue.fail(session, held, ("Cakram penuh.", "Disk full."), now=clock())
    page = look(admin)
    assert "Kegagalan terakhir: Cakram penuh." in page
    assert "Dicoba lagi 21 November 2026, 14.00 WIB" in page


def test_jobs_that_nobody_takes_are_noticed(
    admin: StrictClient, database: Database, clock: Clock
) -> None:
    assert "Tidak ada proses pekerja" not in order(admin)
    clock.advance(minutes=3)
    assert "Tidak ada proses pekerja" in look(admin)
    claimed(database, clock)
    assert "Tidak ada proses pekerja" not in look(admin)


def test_long_lists_have_pages_and_what_runs_comes_first(
    admin: StrictClient, database: Database, clock: Clock
) -> None:
    with database.write() as session:
        queue.add(session, "bulk-reports", {"round": "pertama"}, now=clock())
        for _ in range(25):
            done = queue.add(session, "sweep-jobs", {}, now=clock())
            queue.cancel(session, done, now=clock())
    first, second = look(admin), look(admin, f"{PAGE}?page=2")
    assert (first.count('<li class="card">'), second.count('<li class="card">')) == (20, 6)
    assert first.index("pertama") < first.index("Menghapus catatan")
    assert look(admin, f"{PAGE}?page=999999999").count('<li class="card">') == 0


def test_nonsense_is_refused(admin: StrictClient) -> None:
    mine = token(admin)
    sent = [
        ({"round": "2026", "language": "xx"}, 400),
        ({"round": "tidak-ada", "language": "id"}, 404),
        ({"round": "\0", "language": "id"}, 400),
        ({}, 400),
    ]
    for form, status in sent:
        assert admin.post(PAGE, data={**form, "csrf_token": mine}).status_code == status
    for path in ("999/cancel", "999/retry"):
        assert admin.post(f"{PAGE}/{path}", data={"csrf_token": mine}).status_code == 404
    assert admin.get(f"{PAGE}/999/file").status_code == 404


def test_in_english(admin: StrictClient) -> None:
    admin.post("/language", data={"lang": "en", "next": "/", "csrf_token": token(admin)})
    page = order(admin, "en")
    assert "All reports of a round" in page
    assert "Waiting" in page
    assert "Unfinished: 1." in page
