"""Evidence files in a real S3 server, and the commands that look after them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from obstore.store import S3Store

from maturity.app import create_app
from maturity.cli import main
from maturity.config import Settings
from maturity.db import Database
from maturity.survey import bucket as bucket_module
from maturity.survey.bucket import bucket
from maturity.survey.files import FolderStore, LostError, NotKeptError, UnreachableError, store_at
from maturity.survey.link_archive import record
from maturity.survey.link_fetch import Fetched
from tests import seaweed
from tests.clock import START, Clock
from tests.strict_client import StrictClient, watch_sessions
from tests.survey import made_files as made
from tests.survey.filling import answers_of, client_of, office_at_work
from tests.survey.test_evidence_files import hand_in, uses

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[seaweed.Seaweed]:
    """A real S3 server for this module."""
    with seaweed.server(tmp_path_factory.mktemp("s3")) as running:
        yield running


@pytest.fixture
def address(
    s3: seaweed.Seaweed, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> str:
    """A place of this test's own in a bucket, and the right to it."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", seaweed.KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", seaweed.SECRET)
    bucket.cache_clear()
    name = hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:20]
    return s3.address("uji", name)


def test_contents_are_kept_once_and_come_back(address: str) -> None:
    store = bucket(address)
    with ThreadPoolExecutor(4) as pool:
        [sha256] = set(pool.map(store.put, [made.CSV] * 8))
    assert sha256 == hashlib.sha256(made.CSV).hexdigest()
    assert store.get(sha256) == made.CSV
    names = [one["path"] for page in _raw(address).list() for one in page]
    assert names == [f"{sha256[:2]}/{sha256[2:]}"]
    large = bytes(range(256)) * 20_000
    assert store.get(store.put(large)) == large


def test_what_is_not_there_or_not_it_is_lost(address: str) -> None:
    store = bucket(address)
    sha256 = store.put(made.CSV)
    with pytest.raises(LostError):
        store.get("0" * 64)
    _raw(address).put(f"{sha256[:2]}/{sha256[2:]}", b"other")
    with pytest.raises(LostError):
        store.get(sha256)
    store.put(made.CSV)
    assert store.get(sha256) == made.CSV
    with pytest.raises(ValueError, match="no SHA-256"):
        store.get("../secret")


def test_no_more_is_read_than_was_ever_put(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = bucket(address)
    sha256 = store.put(bytes(3_000_000))
    monkeypatch.setattr(bucket_module, "MOST", 1_000_000)
    with pytest.raises(LostError):
        store.get(sha256)


def test_wrong_keys_lose_nothing(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sha256 = bucket(address).put(made.CSV)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    bucket.cache_clear()
    with pytest.raises(UnreachableError):
        bucket(address).get(sha256)
    with pytest.raises(NotKeptError):
        bucket(address).put(b"other")


def _raw(address: str) -> S3Store:
    return bucket(address).store


@pytest.fixture
def served(
    settings: Settings, clock: Clock, address: str, app: Flask
) -> Iterator[tuple[Flask, str]]:
    """The application with its files in the bucket."""
    made_app = create_app(replace(settings, files=address), now=clock)
    made_app.jinja_env.bytecode_cache = app.jinja_env.bytecode_cache
    made_app.test_client_class = StrictClient
    watch_sessions(made_app)
    yield made_app, address
    made_app.extensions["maturity"].database.dispose()


@SQLITE
def test_a_file_is_handed_in_and_read_back_through_the_bucket(
    served: tuple[Flask, str], database: Database, settings: Settings
) -> None:
    app, address = served
    assessment, client = office_at_work(database), client_of(app)
    assert "a.csv" in hand_in(client, assessment, (made.CSV, "a.csv"))
    [(_, _, sha256)] = uses(database)
    assert bucket(address).get(sha256) == made.CSV
    assert client.get(f"/assessments/{assessment}/files/{sha256}").data == made.CSV
    assert not (settings.data / "files").exists()


@SQLITE
def test_a_bucket_out_of_reach_is_said_and_loses_nothing(
    served: tuple[Flask, str],
    database: Database,
    s3: seaweed.Seaweed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app, _ = served
    assessment, client = office_at_work(database), client_of(app)
    hand_in(client, assessment, (made.CSV, "a.csv"))
    [(_, _, sha256)] = uses(database)
    monkeypatch.setattr(bucket_module, "PATIENCE", bucket_module.timedelta(seconds=0.3))
    monkeypatch.setattr(bucket_module, "TRIES", 0)
    bucket.cache_clear()
    s3.freeze()
    try:
        page = hand_in(client, assessment, (made.pdf(), "b.pdf"), key="V02", value="l2")
        assert "b.pdf: Berkas tidak dapat disimpan" in page
        assert answers_of(database, assessment)["V02"].value == "l2"
        reply = client.get(f"/assessments/{assessment}/files/{sha256}")
        assert reply.status_code == 503
        assert "sedang tidak dapat dihubungi" in reply.text
    finally:
        s3.thaw()
    bucket.cache_clear()
    monkeypatch.undo()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", seaweed.KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", seaweed.SECRET)
    assert client.get(f"/assessments/{assessment}/files/{sha256}").data == made.CSV
    assert [name for _, name, _ in uses(database)] == ["a.csv"]


@pytest.fixture
def installation(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> Path:
    """The test's database and data folder as the commands' settings; the folder of the files."""
    monkeypatch.setenv("MATURITY_DATA", str(settings.data))
    monkeypatch.setenv("MATURITY_DATABASE_URL", database_url)
    monkeypatch.setenv("MATURITY_LANG", "en")
    monkeypatch.delenv("MATURITY_FILES", raising=False)
    return settings.data / "files"


@SQLITE
def test_all_files_move_to_a_bucket_and_are_checked_there(
    app: Flask,
    database: Database,
    installation: Path,
    address: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assessment, client = office_at_work(database), client_of(app)
    hand_in(client, assessment, (made.CSV, "a.csv"), (made.pdf(), "b.pdf"))
    copy = FolderStore(installation).put(b"<p>page</p>")
    with database.write() as session:
        found = Fetched("https://kpu.example/", START, 200, "https://kpu.example/")
        record(session, found, copy)
    assert main(["files", "check"]) == 0
    assert capsys.readouterr().out == "3 files, all whole\n"
    first = sorted(sha256 for _, _, sha256 in uses(database))[0]
    bucket(address).put(FolderStore(installation).get(first))  # as a move that was broken off
    assert main(["files", "move", "--to", address]) == 0
    assert capsys.readouterr().out.endswith("2 copied, 1 already there\n")
    monkeypatch.setenv("MATURITY_FILES", address)
    assert main(["files", "check"]) == 0
    assert capsys.readouterr().out == "3 files, all whole\n"
    again = ["files", "move", "--from", str(installation), "--to", address]
    assert main(again) == 0
    assert capsys.readouterr().out.endswith("0 copied, 3 already there\n")


@SQLITE
def test_missing_and_damaged_files_are_named(
    app: Flask,
    database: Database,
    installation: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assessment, client = office_at_work(database), client_of(app)
    hand_in(client, assessment, (made.CSV, "a.csv"), (made.pdf(), "b.pdf"))
    (_, _, one), (_, _, two) = uses(database)
    (installation / one[:2] / one[2:]).write_bytes(b"x")
    (installation / two[:2] / two[2:]).unlink()
    assert main(["files", "check"]) == 1
    said = capsys.readouterr()
    assert said.out.splitlines() == sorted(f"{sha}: missing or damaged" for sha in (one, two))
    assert said.err.startswith("2 of 2 files are missing or damaged")
    assert main(["files", "move", "--to", str(tmp_path / "other")]) == 1
    assert "1/2" in capsys.readouterr().out


@pytest.mark.parametrize(
    "said",
    ["s3:/x", "s3://", "http://x", "/folder", "s3://a?x=1", "s3://bucket/a?endpoint", "s3://A_B"],
)
def test_a_setting_that_cannot_be_read_is_named(
    said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MATURITY_FILES", said)
    assert main(["files", "check"]) == 1
    assert "MATURITY_FILES" in capsys.readouterr().err


def test_nobody_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket_module, "TRIES", 0)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    store = store_at("s3://bucket/x?endpoint=http://127.0.0.1:9&region=x")
    with pytest.raises(UnreachableError):
        store.get("0" * 64)
    with pytest.raises(NotKeptError):
        store.put(b"x")
