"""A database that is not there, empty or of another version is said in words."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Run

REPORT = ("report", "--round", "2025", "--office", "36.71", "--out")


@pytest.mark.parametrize("url", ["", "postgresql://nobody@127.0.0.1:1/nothing"])
@pytest.mark.parametrize(
    ("language", "words"),
    [("id", "Basis data tidak dapat dipakai: "), ("en", "The database cannot be used: ")],
)
def test_it_says_what_to_do(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    url: str,
    language: str,
    words: str,
) -> None:
    monkeypatch.setenv("MATURITY_DATA", str(tmp_path))
    monkeypatch.setenv("MATURITY_DATABASE_URL", url)
    got = run("--lang", language, *REPORT, tmp_path / "x.pdf")
    assert (got.code, got.out) == (1, "")
    assert got.err.startswith(words)
    assert "maturity serve" in got.err
    assert "sqlalche" not in got.err
    assert not (tmp_path / "x.pdf").exists()


def test_it_names_what_an_older_version_lacks(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MATURITY_DATA", str(tmp_path))
    monkeypatch.delenv("MATURITY_DATABASE_URL", raising=False)
    with sqlite3.connect(tmp_path / "maturity.sqlite3") as old:
        old.execute("create table assessment (id integer)")
    old.close()
    got = run(*REPORT, tmp_path / "x.pdf")
    assert got.code == 1
    assert "no such column" in got.err or "no such table" in got.err
