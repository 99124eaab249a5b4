"""Opening an assessment period."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from maturity.cli import main
from maturity.db import Database
from maturity.survey.models import Assessment, Round
from tests.conftest import Clock
from tests.survey.filling import client_of, office_at_work, put

OPEN = ["round", "open", "2027", "--title", "Pengukuran 2027", "--closes", "2027-03-31"]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str) -> Callable[..., int]:
    monkeypatch.setenv("MATURITY_DATABASE_URL", database_url)
    monkeypatch.setenv("MATURITY_DATA", str(tmp_path))
    return lambda *words: main(list(words))


def test_a_period_opens_for_all_offices_with_a_copy_of_its_instrument(
    run: Callable[..., int], database: Database
) -> None:
    assert run(*OPEN) == 0
    with database.read() as session:
        made = session.scalars(select(Round)).one()
        assert made.source.startswith("format: 1")
        assert made.closes_at.isoformat() == "2027-03-31T16:59:59+00:00"
        assert session.scalar(select(func.count()).select_from(Assessment)) == 553


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({2: "x y"}, "tidak dapat dipakai"),
        ({6: "2027-02-31"}, "bukan tanggal"),
        ({6: "2020-01-01"}, "sesudah waktu pembukaan"),
    ],
)
def test_what_cannot_be_opened_is_said_and_changes_nothing(
    run: Callable[..., int],
    database: Database,
    capsys: pytest.CaptureFixture[str],
    change: dict[int, str],
    words: str,
) -> None:
    assert run(*(change.get(place, word) for place, word in enumerate(OPEN))) == 1
    assert words in capsys.readouterr().err
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Round)) == 0


def test_the_same_period_is_not_opened_twice(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*OPEN) == 0
    assert run(*OPEN) == 1
    assert "sudah ada" in capsys.readouterr().err


def test_nothing_is_saved_before_the_period_opens(
    app: Flask, database: Database, clock: Clock
) -> None:
    clock.advance(days=-30)
    assessment = office_at_work(database)
    reply = put(client_of(app), assessment, "V01", "l2")
    assert reply.status_code == 409
    assert "belum dibuka" in reply.json["error"]
