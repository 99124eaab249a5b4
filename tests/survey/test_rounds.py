"""Opening an assessment period."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from maturity.cli import main
from maturity.db import Database
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.models import Assessment, Round
from tests.builders import make_assessment, make_round
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


def test_a_period_has_its_deadlines_and_rules(
    run: Callable[..., int], database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    more = ["--verify-by", "2027-04-30", "--reply-by", "2027-05-10", "--settle-by", "2027-06-01"]
    rules = ["--reply-days", "5", "--not-applicable", "granted", "--verifiers", "city=external"]
    assert run(*OPEN, *more, *rules) == 0
    with database.read() as session:
        made = session.scalars(select(Round)).one()
        assert made.verify_by
        assert made.verify_by.isoformat() == "2027-04-30T16:59:59+00:00"
        assert (made.reply_days, made.na_policy) == (5, "granted")
        assert json.loads(made.verifiers or "")["city"] == ["external"]
    capsys.readouterr()
    assert run("round", "show", "2027") == 0
    shown = capsys.readouterr().out
    assert re.search(r"settle_by +2027-06-01 23:59", shown)
    assert re.search(r"verifiers city +external", shown)
    assert re.search(r"not-started +553", shown)
    assert run("round", "show", "2028") == 1


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--verify-by", "2027-03-01"], "sesudah batas pengisian"),
        (["--suppress-below", "1"], "dari 2 sampai"),
        (["--verifiers", "national=national"], "tidak dapat dipakai"),
        (["--verifiers", "desa=province"], "tidak dapat dipakai"),
    ],
)
def test_deadlines_and_rules_that_cannot_be_are_said(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str], more: list[str], words: str
) -> None:
    assert run(*OPEN, *more) == 1
    assert words in capsys.readouterr().err


def test_all_settled_results_are_published(
    run: Callable[..., int], database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with database.write() as session:
        round_ = make_round(session)
        make_assessment(session, round_=round_, state=AssessmentState.SETTLED)
        make_assessment(session, round_=round_, office="36", state=AssessmentState.REPLY)
    assert run("round", "publish", "2026") == 0
    assert "1 hasil" in capsys.readouterr().out
    with database.read() as session:
        states = session.scalars(select(Assessment.state).order_by(Assessment.id)).all()
    assert states == ["published", "reply-open"]


def test_nothing_is_saved_before_the_period_opens(
    app: Flask, database: Database, clock: Clock
) -> None:
    clock.advance(days=-30)
    assessment = office_at_work(database)
    reply = put(client_of(app), assessment, "V01", "l2")
    assert reply.status_code == 409
    assert "belum dibuka" in reply.json["error"]
