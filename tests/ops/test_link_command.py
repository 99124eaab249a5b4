"""``maturity links check`` against a server on loopback, which the tests alone permit."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from maturity.cli import main
from maturity.config import Settings
from maturity.db import Database
from maturity.survey import link_fetch
from maturity.survey.answers import Author, attach
from maturity.survey.files import FolderStore
from maturity.survey.link_archive import Tools, archive_links, due, latest_for
from maturity.survey.link_fetch import Fetched
from maturity.survey.link_guard import Limits, Way
from maturity.survey.link_models import ArchivedLink
from maturity.survey.models import Assessment
from tests.builders import LEBAK, TANGERANG, make_assessment, make_round
from tests.clock import START, Clock
from tests.survey.hostile_web import answer, serving


@pytest.fixture(params=["sqlite"])
def database_url(request: pytest.FixtureRequest, new_database) -> str:
    return new_database(request.param)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, list[str]]]:
    """A site whose pages are named by their status; the command may open it."""

    def talk(connection: socket.socket, path: str, _text: str) -> None:
        connection.sendall(
            answer(b"<p>SK</p>", status=int(path.strip("/")), Content_Type="text/html")
        )

    with serving(talk) as (port, heard):
        way = Way(
            resolve=lambda *_: ["127.0.0.1"],
            permitted=lambda ip: ip == "127.0.0.1",
            limits=Limits(seconds=5, ports=frozenset({port})),
        )
        monkeypatch.setattr(link_fetch, "fetch", partial(link_fetch.fetch, way=way))
        yield f"http://kpu.example:{port}", heard


@pytest.fixture
def offices(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> tuple[int, int]:
    """Two offices in one period, and the commands' settings."""
    monkeypatch.setenv("MATURITY_DATA", str(settings.data))
    monkeypatch.setenv("MATURITY_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("MATURITY_LANG", "id")
    with database.write() as session:
        round_ = make_round(session)
        one, two = (make_assessment(session, round_=round_, office=o) for o in (TANGERANG, LEBAK))
        return one.id, two.id


def hand_in(database: Database, assessment: int, *urls: str) -> None:
    with database.write() as session:
        row = session.get_one(Assessment, assessment)
        for url in urls:
            attach(session, row, "V01", url=url, note="", author=Author(None, START))


def checks(database: Database) -> list[tuple[str, int | None, str]]:
    with database.read() as session:
        rows = session.scalars(select(ArchivedLink).order_by(ArchivedLink.id))
        return [(row.url.rpartition("/")[2], row.status, row.error) for row in rows]


def test_links_are_opened_once_and_their_copies_kept(
    database: Database,
    settings: Settings,
    offices: tuple[int, int],
    site: tuple[str, list[str]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    (one, two), (url, heard) = offices, site
    hand_in(
        database, one, f"{url}/200", f"{url}/404", "http://127.0.0.1/", "http://user@x.example/"
    )
    hand_in(database, two, f"{url}/200", "https://kpu.example:22/500")
    assert main(["links", "check", "--round", "2026", "--assessment", str(two)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said == [
        f"{url}/200: dapat dibuka",
        "https://kpu.example:22/500: tidak dapat dibuka: alamat ini tidak diperiksa",
        "2 tautan diperiksa, 1 tidak dapat dibuka.",
    ]
    assert main(["links", "check", "--round", "2026"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said == [
        f"{url}/404: tidak ditemukan (404)", "1 tautan diperiksa, 1 tidak dapat dibuka.",
    ]  # fmt: skip
    assert checks(database) == [("200", 200, ""), ("500", None, "address"), ("404", 404, "")]
    assert len(heard) == 2
    with database.read() as session:
        found = latest_for(session, [f"{url}/200", f"{url}/404", "https://never.example/"])
        copy = found[f"{url}/200"].copy
        assert copy is not None
        assert (copy.media_type, copy.size, copy.truncated) == ("text/html", 9, False)
        content = FolderStore(settings.data / "files").get(copy.content_sha256 or "")
        assert content == b"<p>SK</p>"
        assert found[f"{url}/404"].copy is None
        assert set(found) == {f"{url}/200", f"{url}/404"}


def test_each_check_is_a_row_and_the_last_copy_stays(
    database: Database, offices: tuple[int, int], tmp_path: Path
) -> None:
    url, clock, store = "https://kpu.example/sk", Clock(), FolderStore(tmp_path / "store")
    hand_in(database, offices[0], url)
    answers = [Fetched(url, START, 200, url, body=b"SK"), Fetched(url, START, 404, url)]

    def fetch(asked: str) -> Fetched:
        return Fetched(asked, clock(), *_rest(answers.pop(0)))

    tools = Tools(database, store, fetch, clock)
    assert archive_links({"assessment": offices[0]}, tools) == {
        "checked": 1,
        "broken": 0,
        "left": 0,
    }
    assert archive_links({"assessment": offices[0]}, tools)["checked"] == 0
    clock.advance(days=30)
    assert archive_links({"assessment": offices[0]}, tools) == {
        "checked": 1,
        "broken": 1,
        "left": 0,
    }
    with database.read() as session:
        standing = latest_for(session, [url])[url]
        assert (standing.opens, standing.last.status) == (False, 404)
        assert standing.copy is not None
        assert standing.copy.checked_at == START
        assert due(session, list(offices), before=clock()) == []
        assert due(session, list(offices), before=clock() + timedelta(seconds=1)) == [url]


def _rest(found: Fetched) -> tuple[object, ...]:
    return (found.status, found.final_url, found.fault, found.media_type, found.body)


def test_a_stop_leaves_the_rest_for_later(
    database: Database, offices: tuple[int, int], tmp_path: Path
) -> None:
    hand_in(database, offices[0], *(f"https://kpu.example/{n}" for n in range(4)))
    clock, told = Clock(), []

    def progress(done: int, of: int, _word: str) -> bool:
        told.append((done, of))
        return done == 2

    store = FolderStore(tmp_path / "store")
    tools = Tools(database, store, lambda url: Fetched(url, clock(), 500), clock, progress)
    with database.read() as session:
        payload = {"round": session.get_one(Assessment, offices[0]).round_id}
    assert archive_links(payload, tools) == {"checked": 2, "broken": 2, "left": 2}
    assert told[:3] == [(0, 4), (1, 4), (2, 4)]
    assert archive_links(payload, tools)["checked"] == 2
    assert len(checks(database)) == 4


@pytest.mark.parametrize(
    ("words", "setting", "said"),
    [
        (["--round", "2030"], "1", "Tidak ada periode 2030."),
        (["--round", "2026", "--assessment", "999"], "1", "Tidak ada penilaian nomor 999"),
        (["--round", "2026"], "0", "Pemeriksaan tautan dimatikan"),
        (["--round", "2026"], "maybe", "MATURITY_CHECK_LINKS"),
    ],
)
@pytest.mark.usefixtures("offices")
def test_faults_are_said(
    words: list[str],
    setting: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MATURITY_CHECK_LINKS", setting)
    assert main(["links", "check", *words]) == 1
    assert said in capsys.readouterr().err
