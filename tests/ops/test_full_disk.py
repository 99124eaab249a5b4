"""A disk that is really full: a file system of its own of a few MB, where one can be mounted."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from maturity.config import Settings
from maturity.db import Database
from tests.survey.filling import OPERATOR, answers_of, client_of, office_at_work, put
from tests.survey.test_evidence_files import hand_in, kept, uses

Small = Callable[[Path, int], Path]


@pytest.fixture
def small() -> Iterator[Small]:
    """Mounts a file system of so many KB at a folder."""
    mounted: list[Path] = []

    def mount(path: Path, size: int) -> Path:
        path.mkdir(parents=True, exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}k,mode=0700", "tmpfs", str(path)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            pytest.skip("no full disk was tried: there is no program `mount` here")
        if done.returncode:
            words = done.stderr.strip().splitlines()[:1]
            pytest.skip(f"no full disk was tried: nothing can be mounted here {words}")
        mounted.append(path)
        return path

    yield mount
    for path in mounted:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


def _table(letter: str, size: int) -> bytes:
    """A CSV file of so many bytes that says nothing."""
    row = f"{letter * 30},{letter * 31}\n".encode()
    return b"nama,isi\n" + row * (size // len(row))


def _fill(path: Path) -> Path:
    """Take all the room there is left."""
    filler = path / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return filler


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_full_disk_of_evidence_loses_nothing_and_is_over_once_there_is_room(
    app: Flask, database: Database, settings: Settings, small: Small
) -> None:
    folder = small(settings.data / "files", 1024)
    assessment, client = office_at_work(database), client_of(app)
    first, second = _table("a", 300_000), _table("b", 300_000)
    assert "Berkas tidak dapat disimpan" not in hand_in(client, assessment, (first, "satu.csv"))
    before = uses(database)
    filler = _fill(folder)
    page = hand_in(client, assessment, (second, "dua.csv"), key="V02", value="l2")
    assert "dua.csv: Berkas tidak dapat disimpan" in page
    assert answers_of(database, assessment)["V02"].value == "l2", "typed in the same form"
    assert uses(database) == before
    assert [path.name for path in folder.rglob(".new-*")] == []
    assert [path.read_bytes() for path in folder.rglob("*") if _is_content(path)] == [first]
    there = client.get(f"/assessments/{assessment}/files/{before[0][2]}")
    assert there.data == first
    filler.unlink()
    assert "Berkas tidak dapat disimpan" not in hand_in(
        client, assessment, (second, "dua.csv"), key="V02"
    )
    assert [name for _, name, _ in uses(database)] == ["satu.csv", "dua.csv"]
    assert len(kept(settings)) == 2


def _is_content(path: Path) -> bool:
    return path.is_file() and path.name != "filler"


@pytest.fixture
def on_small_disk(small: Small, tmp_path: Path, sqlite_template: Path) -> Path:
    """A database that has a disk of its own."""
    folder = small(tmp_path / "disk", 16_384)
    shutil.copy(sqlite_template, folder / "maturity.sqlite3")
    return folder


class TestDatabaseOnAFullDisk:
    """The same for the database itself."""

    @pytest.fixture
    def database_url(self, on_small_disk: Path) -> str:
        return f"sqlite:///{on_small_disk / 'maturity.sqlite3'}"

    def test_what_was_acknowledged_is_there_and_the_rest_is_refused(
        self, app: Flask, database: Database, on_small_disk: Path
    ) -> None:
        app.config["PROPAGATE_EXCEPTIONS"] = False
        assessment, client = office_at_work(database), client_of(app)
        assert put(client, assessment, "V01", "l2").status_code == 200
        filler = _fill(on_small_disk)
        refused = put(client, assessment, "V02", "l3", note="x" * 3000)
        assert refused.status_code == 503
        assert "Basis data" in refused.json["error"]
        filler.unlink()
        assert put(client, assessment, "V02", "l3").status_code == 200
        found = {key: row.value for key, row in answers_of(database, assessment).items()}
        assert found == {"V01": "l2", "V02": "l3"}
        with database.read() as session:
            assert session.scalar(sa.text("PRAGMA integrity_check")) == "ok"


@pytest.fixture
def outage(database_url: str) -> Iterator[Callable[[bool], None]]:
    """Shuts the database of a test to everybody, and opens it again."""
    url = sa.make_url(database_url).set(drivername="postgresql+psycopg")
    beside = sa.create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")

    def shut(closed: bool) -> None:
        with beside.connect() as connection:
            word = "false" if closed else "true"
            connection.execute(sa.text(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS {word}'))
            if closed:
                ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :it"
                connection.execute(sa.text(ended), {"it": url.database})

    yield shut
    shut(False)
    beside.dispose()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_database_that_is_gone_for_a_moment_is_said_and_nothing_is_lost(
    app: Flask, database: Database, outage: Callable[[bool], None]
) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    assessment, client = office_at_work(database), client_of(app, OPERATOR)
    assert put(client, assessment, "V01", "l2").status_code == 200
    page = f"/assessments/{assessment}/sections/SD1"
    client.get(page)
    database.dispose()
    outage(True)
    for refused in (client.get("/start"), client.submit({"value:V01": "l3"}, action=page)):
        assert refused.status_code == 503
        assert refused.headers["Retry-After"] == "60"
        assert "Basis data tidak dapat dihubungi" in refused.text
        assert "SELECT" not in refused.text
    assert "belum tersimpan" in refused.text
    outage(False)
    assert client.get(page).status_code == 200
    assert client.submit({"value:V01": "l3"}, action=page).status_code == 303
    assert answers_of(database, assessment)["V01"].value == "l3"
