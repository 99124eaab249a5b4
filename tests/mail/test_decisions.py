"""What is decided about an assessment is told to the office at once; invitations likewise."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from maturity.db import Database
from maturity.jobs.models import Job
from maturity.offices.models import Invite, Person, Role
from maturity.survey import assessments
from maturity.survey.answers import Author
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.models import Assessment
from maturity.survey.section_models import SectionLink
from maturity.survey.stages import Stages
from tests.builders import BANTEN, make_assessment, make_person, make_round
from tests.clock import START, Clock
from tests.mail.office import Mail, told
from tests.mail.server import Box, server
from tests.offices.signing import PASSWORD, make_user, sign_in
from tests.strict_client import StrictClient, page_text
from tests.survey.filling import client_of

OPERATOR, BOSS, NEW = "operator@contoh.example", "pj@contoh.example", "baru@contoh.example"
SECRET = "Halaman 3 tidak terbaca.\nUnggah lagi."
_S = AssessmentState


@pytest.fixture
def office(database: Database) -> int:
    with database.write() as session:
        make_user(session, email=OPERATOR)
        make_user(session, email=BOSS, role=Role.RESPONSIBLE, name="Budi")
        make_person(session, email="v@contoh.example", role=Role.VERIFIER, office=BANTEN)
        made = make_assessment(session, round_=make_round(session), state=_S.SUBMITTED)
        made.due_at = START.replace(month=12)
        return made.id


def decide(database: Database, number: int, *states: AssessmentState, words: str = SECRET) -> None:
    for state in states:
        with database.write() as session:
            found = session.get_one(Assessment, number)
            if state == _S.REPLY:
                found.reply_due_at = START.replace(day=25)
            author = Author(None, START)
            assessments.change_state(session, found, state, author=author, words=words)


def test_a_return_is_told_at_once_with_its_reason(
    mail: Mail, database: Database, office: int
) -> None:
    decide(database, office, _S.RETURNED)
    mail.work()
    letters = told(mail.new())
    assert set(letters) == {OPERATOR, BOSS}
    text = letters[BOSS]
    assert text.startswith("Penilaian KPU Kota Tangerang dikembalikan untuk diperbaiki\n")
    assert SECRET in text
    assert "paling lambat 21 Desember 2026, 14.00 WIB" in text
    with database.read() as session:
        payloads = session.scalars(select(Job.payload).where(Job.kind == "mail")).all()
    assert not any("terbaca" in one for one in payloads)


@pytest.mark.parametrize(
    ("states", "subject"),
    [
        ((_S.VERIFYING, _S.REPLY), "Verifikasi KPU Kota Tangerang selesai; masa sanggah dibuka"),
        ((_S.VERIFYING, _S.REPLY, _S.VERIFYING), "Verifikasi KPU Kota Tangerang dibuka kembali"),
        ((_S.VERIFYING, _S.REPLY, _S.SETTLED), "Hasil KPU Kota Tangerang sudah ditetapkan"),
        ((_S.VERIFYING, _S.REPLY, _S.SETTLED, _S.PUBLISHED),
         "Hasil KPU Kota Tangerang sudah dipublikasikan"),
    ],
)  # fmt: skip
def test_the_office_hears_where_its_assessment_stands_now(
    mail: Mail, database: Database, office: int, states: tuple[AssessmentState, ...], subject: str
) -> None:
    """What was overtaken before the letters left is not told any more."""
    decide(database, office, *states)
    mail.work()
    letters = told(mail.new())
    assert set(letters) == {OPERATOR, BOSS}
    assert {text.partition("\n")[0] for text in letters.values()} == {subject}


def test_taking_up_for_verification_is_no_news(mail: Mail, database: Database, office: int) -> None:
    decide(database, office, _S.VERIFYING)
    assert mail.work() == 0


def test_who_wants_no_reminders_still_hears_of_decisions(
    mail: Mail, database: Database, office: int
) -> None:
    with database.write() as session:
        for person in session.scalars(select(Person)):
            person.reminders = False
    decide(database, office, _S.RETURNED)
    mail.work()
    assert len(mail.new()) == 2


def test_a_day_before_the_reply_ends_the_unanswered_are_counted(
    mail: Mail, database: Database, office: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide(database, office, _S.VERIFYING, _S.REPLY)
    mail.work()
    assert "tidak ada yang perlu ditanggapi" in told(mail.new())[BOSS]
    with database.read() as session:
        items = assessments.instrument_of(session.get_one(Assessment, office).round).items[:2]
    assert mail.at(START.replace(day=24, hour=2)) == [], "nothing differs"
    monkeypatch.setattr(Stages, "differing", lambda _stages: list(items))
    with database.write() as session:
        session.get_one(Assessment, office).reply_due_at = START.replace(day=27)
    assert mail.at(START.replace(day=25, hour=9)) == []
    text = told(mail.at(START.replace(day=26, hour=1)))[OPERATOR]
    assert "berakhir 27 November 2026, 14.00 WIB" in text
    assert "belum Anda tanggapi: 2." in text
    assert mail.at(START.replace(day=26, hour=5)) == []


def test_a_reply_that_is_done_reminds_nobody(mail: Mail, database: Database, office: int) -> None:
    decide(database, office, _S.VERIFYING, _S.REPLY)
    with database.write() as session:
        session.get_one(Assessment, office).replied_at = START
    mail.work()
    mail.new()
    assert mail.at(START.replace(day=24, hour=2)) == []


# --- invitations ------------------------------------------------------------------------


def invited(client: StrictClient, clock: Clock) -> str:
    client.get("/offices/36.71/people")
    more = {"name": "Ani Baru", "email": NEW, "role": "operator"}
    reply = client.submit(more, action="/offices/36.71/people")
    assert reply.status_code == 303
    return page_text(client.get(reply.location))


def link_in(box: Box) -> str:
    text = box.of(NEW)[-1].get_content()
    return next(line for line in text.splitlines() if "/invite/" in line).removeprefix(
        "https://maturitas.example"
    )


def test_an_invitation_is_sent_and_shown(
    app: Flask, mail: Mail, database: Database, office: int, clock: Clock
) -> None:
    with server(Box()) as box:
        mail.use(smtp=f"smtp://127.0.0.1:{box.port}?starttls=0", mail_from="m@kpu.example")
        page = invited(client_of(app, BOSS), clock)
        assert f"Undangan dikirim ke {NEW} lewat surel." in page
        assert "Tautan undangan" in page
        assert mail.work() == 1
        [letter] = box.of(NEW)
        assert letter["Subject"] == "Undangan ke aplikasi Maturitas Data Terbuka"
        assert "- Operator, KPU Kota Tangerang" in letter.get_content()
        guest = app.test_client()
        assert isinstance(guest, StrictClient)
        guest.get(link_in(box))
        reply = guest.submit({"password": PASSWORD, "again": PASSWORD})
        assert reply.status_code == 303
        assert guest.get("/account").status_code == 200
    with database.read() as session:
        links = session.scalars(select(Invite)).all()
        assert all(one.used_at or one.expires_at <= clock() for one in links), "both have ended"
        for job in session.scalars(select(Job).where(Job.kind == "mail")):
            assert link_in(box).rpartition("/")[2] not in job.payload + job.result


def test_an_invitation_that_was_used_meanwhile_is_not_sent(
    app: Flask, mail: Mail, database: Database, office: int, clock: Clock
) -> None:
    with server(Box()) as box:
        mail.use(smtp=f"smtp://127.0.0.1:{box.port}?starttls=0", mail_from="m@kpu.example")
        invited(client_of(app, BOSS), clock)
        with database.write() as session:
            session.scalars(select(Invite)).one().used_at = clock()
        assert mail.work() == 1
        assert box.letters == []


def test_without_a_mail_server_no_link_lies_in_a_file(
    app: Flask, mail: Mail, database: Database, office: int, clock: Clock
) -> None:
    page = invited(client_of(app, BOSS), clock)
    assert "Tautan undangan" in page
    assert "dikirim ke" not in page
    mail.work()
    assert mail.new() == []


# --- links to one section ---------------------------------------------------------------


def share(client: StrictClient, assessment: int) -> str:
    """Make a link with an address; the page that shows it."""
    address = f"/assessments/{assessment}/links"
    client.get(f"/assessments/{assessment}/sections?share=SD1")
    reply = client.submit({"name": "Rina Dewi", "email": "Rina@dinas.example"}, action=address)
    assert reply.status_code == 303, reply.text
    return client.get(reply.location).text


@pytest.fixture
def opened(database: Database, office: int) -> int:
    with database.write() as session:
        session.get_one(Assessment, office).state = _S.IN_PROGRESS
    return office


def section_link_of(text: str) -> str:
    return re.search(r"https://maturitas\.example(/d/[\w-]{43})", text)[1]  # type: ignore[index]


def address_of(database: Database) -> str:
    with database.read() as session:
        return session.scalars(select(SectionLink)).one().email


def test_a_link_to_a_section_is_shown_and_mailed_and_its_address_forgotten(
    app: Flask, mail: Mail, database: Database, opened: int
) -> None:
    with server(Box()) as box:
        mail.use(smtp=f"smtp://127.0.0.1:{box.port}?starttls=0", mail_from="m@kpu.example")
        page = share(client_of(app), opened)
        assert "Tautan ini juga dikirim ke Rina@dinas.example" in page
        assert address_of(database) == "rina@dinas.example"
        box.rcpt = ["450 later"]
        mail.work()
        assert address_of(database) == "rina@dinas.example", "it is still needed"
        mail.clock.advance(minutes=5)
        mail.work()
        [letter] = box.of("rina@dinas.example")
    text = letter.get_content()
    assert section_link_of(text) == section_link_of(page)
    for said in ("Rina Dewi", "KPU Kota Tangerang", "Strategi, kepemimpinan, dan kelembagaan",
                 "berlaku sampai 28 November 2026, 14.00 WIB"):  # fmt: skip
        assert said in text
    assert address_of(database) == ""
    assert "Rina Dewi" in app.test_client().get(section_link_of(text)).text
    with database.read() as session:
        payload = session.scalars(select(Job.payload).where(Job.kind == "mail")).one()
    assert "dinas" not in payload
    assert section_link_of(text)[3:] not in payload


def test_a_link_that_was_revoked_is_not_mailed(
    app: Flask, mail: Mail, database: Database, opened: int
) -> None:
    client = client_of(app)
    with server(Box()) as box:
        mail.use(smtp=f"smtp://127.0.0.1:{box.port}?starttls=0", mail_from="m@kpu.example")
        share(client, opened)
        client.submit({}, action=f"/assessments/{opened}/links/1/revoke")
        assert address_of(database) == ""
        assert mail.work() == 1
        assert box.letters == []


def test_without_a_mail_server_no_address_of_a_guest_is_kept(
    app: Flask, mail: Mail, database: Database, opened: int
) -> None:
    page = share(client_of(app), opened)
    assert "mailto:Rina" in page
    assert address_of(database) == ""
    assert mail.work() == 0


# --- the account page -------------------------------------------------------------------


def test_reminders_are_turned_off_and_on_in_the_account(
    client: StrictClient, database: Database, office: int
) -> None:
    sign_in(client, OPERATOR)
    page = client.get("/account").text
    assert "Kirimi saya pengingat lewat surel" in page

    def wanted() -> bool:
        with database.read() as session:
            return session.scalars(select(Person).where(Person.email == OPERATOR)).one().reminders

    assert wanted()
    for value in ({"reminders": None}, {"reminders": "y"}):
        client.get("/account")
        assert client.submit(value, action="/account").status_code == 303
        assert wanted() is (value["reminders"] == "y")
