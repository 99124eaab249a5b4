"""``maturity backup``, ``restore`` and ``db upgrade`` as an administrator types them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from maturity import schema
from maturity.cli import main
from maturity.db import Database
from maturity.offices.models import Person
from maturity.survey.files import FolderStore
from tests.builders import make_person


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder that the settings name."""
    monkeypatch.setenv("MATURITY_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("MATURITY_DATABASE_URL", raising=False)
    monkeypatch.setenv("MATURITY_LANG", "en")
    return tmp_path / "data"


def test_from_nothing_to_backup_and_back(
    installation: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, database = tmp_path / "a.zip", Database(f"sqlite:///{installation}/maturity.sqlite3")
    assert main(["db", "upgrade"]) == 0
    assert capsys.readouterr().out == f"Database revision: {schema.head()}\n"
    with database.write() as session:
        make_person(session, email="satu@contoh.example")
    store = FolderStore(installation / "files")
    kept = store.put(b"a,b\n1,2\n")
    assert main(["backup", str(file)]) == 0
    rows = 5  # three offices, one person, one membership
    out = capsys.readouterr().out
    assert out.startswith(f"{file}: {rows} rows of ")
    assert out.endswith(" tables, 1 evidence files\n")
    shutil.rmtree(installation / "files")
    with database.write() as session:
        make_person(session, email="dua@contoh.example")
    assert main(["restore", str(file)]) == 1
    assert "--force" in capsys.readouterr().err
    assert main(["restore", str(file), "--force"]) == 0
    assert store.get(kept) == b"a,b\n1,2\n"
    with database.read() as session:
        assert session.scalars(select(Person.email)).all() == ["satu@contoh.example"]
    database.dispose()


def test_files_in_a_bucket_are_said_not_to_be_in_the_backup(
    installation: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["db", "upgrade"]) == 0
    monkeypatch.setenv("MATURITY_FILES", "s3://bukti/2026")
    assert main(["backup", str(tmp_path / "a.zip")]) == 0
    assert "in S3 and not in the backup" in capsys.readouterr().out
    assert main(["restore", str(tmp_path / "a.zip"), "--force"]) == 0
    assert "holds no evidence files" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["backup", "{there}"], "is not overwritten"),
        (["backup", "{none}/a.zip"], "No such file or directory"),
        (["restore", "{none}"], "No such file or directory"),
        (["restore", "{there}"], "not an intact backup"),
    ],
)
@pytest.mark.usefixtures("installation")
def test_faults_are_said_in_one_line(
    words: list[str], expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["db", "upgrade"]) == 0
    there, none = tmp_path / "there.zip", tmp_path / "none"
    there.write_bytes(b"no zip")
    capsys.readouterr()
    assert main([word.format(there=there, none=none) for word in words]) == 1
    said = capsys.readouterr()
    assert expected in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""
