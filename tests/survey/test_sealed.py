"""Decisions about answers, and what was said of them, cannot be altered between two entries."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from maturity.cli import main
from maturity.db import Database
from maturity.survey import log, settling, threads
from maturity.survey.assessments import Work
from maturity.survey.chain import verify
from maturity.survey.rulings import Ruling
from maturity.survey.sealed import bent
from maturity.survey.stage_models import Comment, Judgement, ThreadKind, Verdict
from maturity.survey.threads import Side
from tests.survey.in_reply import InReply, in_reply


@pytest.fixture
def world(database: Database, monkeypatch: pytest.MonkeyPatch) -> InReply:
    """Verified, talked about, replied to, and done."""
    monkeypatch.setattr(Work, "missing", lambda _work, _items=None: [])
    found = in_reply(database)
    with database.write() as session:
        opened = found.opened(session)
        item = opened.work.instrument.item("V01")
        threads.begin(session, opened.work.assessment, item, kind=ThreadKind.QUESTION,
                      words="SK mana?", side=Side.VERIFIER, author=found.verifier)  # fmt: skip
        for key, ruling in {
            "V01": Ruling(Verdict.DISAGREE, words="Lihat halaman 4."),
            "V02": Ruling(Verdict.AGREE),
        }.items():
            opened = found.opened(session)
            item = opened.work.instrument.item(key)
            settling.reply(session, opened, item, ruling, author=found.office)
        settling.finish_reply(session, found.opened(session), author=found.office)
    return found


def _entries(database: Database) -> list[dict[str, Any]]:
    with database.read() as session:
        return [json.loads(line) for line in log.lines(session)]


def _bent(database: Database) -> list[tuple[int, str]]:
    with database.read() as session:
        return [(one.seq, one.what) for one in bent(session)]


def test_the_end_of_a_reply_is_on_record_once_with_all_that_was_decided(world: InReply) -> None:
    with world.database.write() as session:
        settling.finish_reply(session, world.opened(session), author=world.office)
    entries = _entries(world.database)
    assert [one["kind"] for one in entries].count("reply-finished") == 1
    assert entries[-1]["kind"] == "reply-finished"
    assert entries[-1]["by"] == world.office.person_id
    assert entries[-1]["data"]["judgements"]["count"] == 5
    assert entries[-1]["data"]["comments"]["count"] == 1
    opened = next(one["data"] for one in entries if one["data"].get("after") == "reply-open")
    assert opened["judgements"]["count"] == 3
    assert opened["until"].startswith("2026-11-24T07:00:00")
    assert verify([*map(json_line, entries)]).fault is None


def json_line(entry: dict[str, Any]) -> str:
    return json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _alter(column: Any, value: object, row: int = 1) -> Callable[[sa.Connection], object]:
    table = column.class_
    return lambda connection: connection.execute(
        sa.update(table).where(table.id == row).values({column.key: value})
    )


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (_alter(Judgement.value, "l4"), "judgements"),
        (_alter(Judgement.verdict, "confirmed"), "judgements"),
        (_alter(Judgement.words, "Sudah benar."), "judgements"),
        (_alter(Judgement.by_id, None), "judgements"),
        (_alter(Judgement.verdict, "agree", 4), "judgements"),
        (lambda c: c.execute(sa.delete(Judgement).where(Judgement.id == 5)), "judgements"),
        (_alter(Comment.words, "Bagus sekali."), "comments"),
        (lambda c: c.execute(sa.delete(Comment)), "comments"),
    ],
)
def test_what_is_altered_behind_the_record_shows(
    world: InReply, change: Callable[[sa.Connection], object], found: str
) -> None:
    assert _bent(world.database) == []
    with world.database.write() as session:
        change(session.connection())
    assert found in {what for _, what in _bent(world.database)}


def test_later_decisions_and_private_words_let_go_change_no_seal(world: InReply) -> None:
    with world.database.write() as session:
        session.execute(sa.update(Judgement).values(private_words=""))
        opened = world.opened(session)
        seen = opened.rows["V01"]
        last = max(row.id for row in seen.values())
        ruling = Ruling(Verdict.DISAGREE, words="Lihat juga halaman 9.", seen=last)
        item = opened.work.instrument.item("V01")
        settling.reply(session, opened, item, ruling, author=world.office)
    assert _bent(world.database) == []


def test_the_command_names_what_was_altered(
    world: InReply,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MATURITY_DATABASE_URL", database_url)
    monkeypatch.setenv("MATURITY_DATA", str(tmp_path))
    monkeypatch.setenv("MATURITY_LANG", "en")
    assert main(["log", "verify"]) == 0
    with world.database.write() as session:
        session.execute(sa.update(Judgement).where(Judgement.id == 1).values(value="l4"))
    assert main(["log", "verify"]) == 1
    assert "decisions about answers of assessment 1" in capsys.readouterr().err
