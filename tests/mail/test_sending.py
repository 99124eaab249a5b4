"""Letters go through the queue: once, later where the server says so, and no further than true."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest
from flask import Flask
from sqlalchemy import select

from maturity.db import Database
from maturity.jobs.models import Job, JobState
from maturity.mail.outbox import Order, post
from maturity.offices.models import Membership, Person, Role
from maturity.survey.models import Assessment
from maturity.worker.mail import PAUSE
from tests.builders import TANGERANG, make_assessment, make_person, make_round
from tests.clock import START, Clock
from tests.mail.office import Mail
from tests.mail.server import Box, server
from tests.offices.signing import make_user
from tests.strict_client import page_text
from tests.survey.filling import client_of

EMAIL, SENDER = "siti@contoh.example", "maturitas@kpu.example"


@pytest.fixture
def box(mail: Mail) -> Iterator[Box]:
    """A mail server that the application is set to."""
    with server(Box()) as found:
        mail.use(smtp=f"smtp://127.0.0.1:{found.port}?starttls=0", mail_from=SENDER)
        yield found


def reminded(database: Database, email: str = EMAIL, *, key: str = "remind:1") -> int:
    """A letter about filling in that waits; its person's number."""
    with database.write() as session:
        person = make_person(session, email=email)
        assessment = session.scalar(select(Assessment))
        assessment = assessment or make_assessment(session, round_=make_round(session))
        facts = {"assessment": assessment.id}
        post(session, Order("filling", f"{key}:{person.id}", person.id, facts), now=START)
        return person.id


def jobs(database: Database) -> list[Job]:
    with database.read() as session:
        found = list(session.scalars(select(Job).where(Job.kind == "mail").order_by(Job.id)))
        session.expunge_all()
        return found


def test_a_letter_is_sent_once_for_one_reason(mail: Mail, database: Database, box: Box) -> None:
    person = reminded(database)
    with database.write() as session:
        for _ in range(3):
            post(session, Order("filling", f"remind:1:{person}", person, {"assessment": 1}),
                 now=START)  # fmt: skip
    assert mail.work() == 1
    assert mail.work() == 0
    [letter] = box.of(EMAIL)
    assert "KPU Kota Tangerang" in letter["Subject"]
    assert "https://maturitas.example/assessments/1" in letter.get_content()


def test_nothing_is_sent_of_a_transaction_that_failed(
    mail: Mail, database: Database, box: Box
) -> None:
    person = reminded(database)
    mail.work()
    with suppress(LookupError), database.write() as session:
        post(session, Order("filling", "other", person, {"assessment": 1}), now=START)
        raise LookupError
    assert mail.work() == 0
    assert len(box.letters) == 1


def test_who_is_told_to_come_later_comes_later(
    mail: Mail, database: Database, box: Box, clock: Clock
) -> None:
    reminded(database)
    box.rcpt = ["451 4.7.1 greylisted", "450 4.2.0 busy"]
    waits = []
    while (job := jobs(database)[0]).state == JobState.WAITING:
        waits.append((job.not_before - clock()).total_seconds())
        clock.at = job.not_before
        mail.work()
    assert waits == [0, 10, 20]
    assert jobs(database)[0].state == JobState.DONE
    assert len(box.of(EMAIL)) == 1


def test_what_the_server_refuses_for_good_is_shown_to_administrators(
    app: Flask, mail: Mail, database: Database, box: Box
) -> None:
    reminded(database)
    box.rcpt = [f"550 5.1.1 <{EMAIL}> unknown"]
    assert mail.work() == 1
    [job] = jobs(database)
    assert (job.state, job.attempts) == (JobState.FAILED, 1)
    assert EMAIL not in job.payload + job.error_id + job.error_en
    with database.write() as session:
        make_user(session, email="ayu@contoh.example", role=Role.ADMINISTRATOR, office="0")
    page = page_text(client_of(app, "ayu@contoh.example").get("/administration/jobs"))
    assert "Surat lewat surel Pengingat pengisian" in " ".join(page.split())
    assert "Server surel menolak penerima (kode 550)." in page
    assert EMAIL not in page


def test_after_a_cut_connection_the_same_letter_is_recognised(
    mail: Mail, database: Database, box: Box, clock: Clock
) -> None:
    reminded(database)
    box.breaks = 1
    mail.work()
    assert "terputus" in jobs(database)[0].error_id
    clock.advance(minutes=1)
    mail.work()
    [first] = box.of(EMAIL)
    with database.write() as session:  # as if the worker had died before it could write this
        job = session.get_one(Job, jobs(database)[0].id)
        job.state = JobState.WAITING
    mail.work()
    assert [one["Message-ID"] for one in box.of(EMAIL)] == [first["Message-ID"]] * 2


def test_while_the_server_is_gone_not_every_letter_tries(
    mail: Mail, database: Database, box: Box, clock: Clock
) -> None:
    for number in range(5):
        reminded(database, f"orang{number}@luar.example", key=f"k{number}")
    box.mail = ["530 authentication required"] * 9
    mail.work()
    assert box.asked == 1
    assert {job.error_en for job in jobs(database)} == {
        "The mail server refuses the sender (code 530; MATURITY_MAIL_FROM)."
    }
    box.mail = []
    clock.at += PAUSE
    mail.work()
    assert len(box.letters) == 5
    assert {job.state for job in jobs(database)} == {JobState.DONE}


def test_a_setting_that_cannot_be_read_is_said(mail: Mail, database: Database) -> None:
    reminded(database)
    mail.use(smtp="http://h.example", mail_from=SENDER)
    mail.work()
    assert "MATURITY_SMTP" in jobs(database)[0].error_id
    assert jobs(database)[0].state == JobState.FAILED


def test_without_a_server_letters_become_files(mail: Mail, database: Database) -> None:
    reminded(database)
    mail.work()
    [letter] = mail.new()
    assert letter["To"] == EMAIL


@pytest.mark.parametrize("change", ["submitted", "left", "closed", "unwanted", "late"])
def test_what_is_no_longer_true_is_not_sent(
    mail: Mail, database: Database, clock: Clock, change: str
) -> None:
    number = reminded(database)
    with database.write() as session:
        person = session.get_one(Person, number)
        match change:
            case "submitted":
                session.scalars(select(Assessment)).one().state = "submitted"
            case "left":
                session.delete(session.scalars(select(Membership)).one())
            case "closed":
                person.active = False
            case "unwanted":
                person.reminders = False
            case "late":
                clock.advance(days=30)
    assert mail.work() == 1
    assert mail.new() == []
    assert jobs(database)[0].outcome == {"sent": 0}


def test_names_cannot_write_lines_of_a_letter(mail: Mail, database: Database) -> None:
    number = reminded(database)
    with database.write() as session:
        person = session.get_one(Person, number)
        person.name = "Siti\r\nBcc: x@y.example\n\nKlik http://jahat.example {{ 7*7 }} %(n)s"
        found = session.scalars(select(Assessment)).one()
        found.office.name_id = "KPU\nBcc: x@y.example\n\nisi"
        found.round.title_id = "2026\n--\n<b>&amp;"
    mail.work()
    [letter] = mail.new()
    assert letter["Bcc"] is None
    assert letter["Subject"] == "Pengisian KPU Bcc: x@y.example isi: tinggal 20 hari"
    text = letter.get_content()
    assert text.startswith("Yth. Siti Bcc: x@y.example Klik http://jahat.example {{ 7*7 }} %(n)s,")
    assert "“2026 -- <b>&amp;”" in text


def test_letters_speak_the_persons_language(mail: Mail, database: Database) -> None:
    number = reminded(database)
    with database.write() as session:
        session.get_one(Person, number).locale = "en"
    mail.work()
    [letter] = mail.new()
    assert letter["Subject"].endswith(": days left to fill in: 20")
    assert "Deadline: 11 December 2026, 14:00 WIB." in letter.get_content()
    assert TANGERANG not in letter["Subject"]
    assert "Batas" not in letter.get_content()
