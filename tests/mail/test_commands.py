"""``maturity mail`` and ``maturity remind`` as an administrator types them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from maturity.cli import main
from maturity.config import Settings
from maturity.db import Database
from maturity.jobs.models import Job
from tests.builders import make_assessment, make_person, make_round
from tests.mail.server import Box, server

Said = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def installation(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATURITY_DATA", str(settings.data))
    monkeypatch.setenv("MATURITY_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("MATURITY_MAIL_FROM", "m@kpu.example")
    monkeypatch.setenv("MATURITY_LANG", "en")


def test_a_test_letter_tells_what_the_server_answered(
    monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    with server(Box()) as box:
        monkeypatch.setenv("MATURITY_SMTP", f"smtp://127.0.0.1:{box.port}?starttls=0")
        assert main(["mail", "test", "ayu@kpu.example"]) == 0
        assert capsys.readouterr().out == "Accepted: 250 2.0.0 taken as 42\n"
        assert [to for to, _ in box.letters] == [["ayu@kpu.example"]]
        box.rcpt = ["550 5.1.1 <ayu@kpu.example> unknown"]
        assert main(["mail", "test", "ayu@kpu.example"]) == 1
        said = capsys.readouterr().err
    assert "refuses the recipient (code 550)" in said
    assert "550 5.1.1 <ayu@kpu.example> unknown" in said
    assert main(["mail", "test", "ayu@kpu.example"]) == 1
    assert "cannot be reached" in capsys.readouterr().err
    assert main(["mail", "test", "ayu"]) == 1
    assert "address cannot be used" in capsys.readouterr().err


def test_without_a_server_the_letter_becomes_a_file(settings: Settings, capsys: Said) -> None:
    assert main(["mail", "test", "ayu@kpu.example"]) == 0
    [file] = (settings.data / "mail").glob("*.eml")
    assert capsys.readouterr().out == f"Accepted: {file}\n"


def test_who_gets_what_is_shown_before_it_is_ordered(
    database: Database, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    morning = datetime(2026, 12, 8, 0, 30, tzinfo=UTC)  # 07.30 WIB

    class Now(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return morning

    monkeypatch.setattr("maturity.commands.mail.datetime", Now)
    with database.write() as session:
        opens, closes = morning - timedelta(days=40), morning + timedelta(days=3)
        make_assessment(session, round_=make_round(session, opens_at=opens, closes_at=closes))
        person = make_person(session, email="ayu@kpu.example").id

    def ordered() -> int:
        with database.read() as session:
            return session.scalar(select(func.count()).where(Job.kind == "mail")) or 0

    line = f"ayu@kpu.example  Reminder to fill in  remind:1:{person}:filling-3:20261211\n"
    for _ in range(2):
        assert main(["remind", "--dry-run"]) == 0
        assert line in capsys.readouterr().out
    assert ordered() == 0
    morning += timedelta(hours=1)
    assert main(["remind"]) == 0
    assert capsys.readouterr().out == line
    assert ordered() == 1
    assert main(["remind", "--dry-run"]) == 0
    assert capsys.readouterr().out == "There are no reminders.\n"


# --- invitations ------------------------------------------------------------------------

INVITE = ["invite", "ani@kpu.example", "--name", "Ani", "--office", "0", "--role", "viewer"]
PEOPLE = (
    "email,name,office,role\n"
    "ani@kpu.example,Ani Baru,36.71,operator\n"
    "budi@kpu.example,Budi Santoso,36.71,operator\n"
    "ani@kpu.example,Ani Baru,36,responsible\n"
)


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Box]:
    with server(Box()) as found:
        monkeypatch.setenv("MATURITY_SMTP", f"smtp://127.0.0.1:{found.port}?starttls=0")
        monkeypatch.setenv("MATURITY_BASE_URL", "https://maturitas.example/")
        yield found


def links_in(text: str) -> list[str]:
    return re.findall(r"https://maturitas\.example(/invite/[\w-]{43})", text)


def test_an_invitation_by_command_is_printed_and_sent(app: Flask, box: Box, capsys: Said) -> None:
    assert main(INVITE) == 0
    printed = capsys.readouterr()
    assert "sends by e-mail: 1." in printed.err
    assert main(["worker", "--once", "--kind", "mail"]) == 0
    [letter] = box.of("ani@kpu.example")
    [shown], [sent] = links_in(printed.out), links_in(letter.get_content())
    assert shown != sent
    client = app.test_client()
    assert [client.get(link).status_code for link in (shown, sent)] == [200, 200]


def test_everybody_of_a_file_gets_one_letter(
    box: Box, capsys: Said, tmp_path: Path, database: Database
) -> None:
    file = tmp_path / "people.csv"
    file.write_text(PEOPLE, encoding="utf-8")
    assert main(["users", "import", str(file), "--dry-run"]) == 0
    assert main(["worker", "--once", "--kind", "mail"]) == 0
    assert box.letters == []
    capsys.readouterr()
    assert main(["users", "import", str(file)]) == 0
    printed = capsys.readouterr()
    assert "sends by e-mail: 2." in printed.err
    assert len(links_in(printed.out)) == 2
    assert main(["worker", "--once", "--kind", "mail"]) == 0
    assert sorted(to for to, _ in box.letters) == [["ani@kpu.example"], ["budi@kpu.example"]]
    assert "- Operator, KPU Kota Tangerang" in box.of("ani@kpu.example")[0].get_content()


def test_no_letter_where_none_is_wanted_or_its_link_would_lead_nowhere(
    box: Box, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main([*INVITE, "--no-mail"]) == 0
    printed = capsys.readouterr()
    assert len(links_in(printed.out)) == 1
    assert "e-mail" not in printed.err
    monkeypatch.delenv("MATURITY_BASE_URL")
    assert main(INVITE) == 0
    assert "MATURITY_BASE_URL is not set" in capsys.readouterr().err
    assert main(["worker", "--once", "--kind", "mail"]) == 0
    assert box.letters == []
