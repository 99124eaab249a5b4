"""What the page of everything that happened tells whom, and from when."""

from __future__ import annotations

import pytest
from flask import Flask

from maturity.db import Database
from maturity.offices.models import Interest, Role
from maturity.survey import judging, settling, threads
from maturity.survey.assessments import Work
from maturity.survey.models import Assessment
from maturity.survey.rulings import Ruling
from maturity.survey.stage_models import ThreadKind, Verdict
from maturity.survey.threads import Side
from tests.clock import START
from tests.offices.signing import make_user
from tests.survey.filling import client_of
from tests.survey.in_reply import ADMINISTRATOR, OPERATOR, SETTLER, VERIFIER, InReply, in_reply
from tests.survey.in_reply import WORDS as JUDGED

EXTERNAL = "kampus@contoh.example"
REPLIED, ASKED = "Lihat halaman 4.", "Halaman berapa yang dimaksud?"


@pytest.fixture
def world(database: Database, monkeypatch: pytest.MonkeyPatch) -> InReply:
    """Verified, disputed, talked about."""
    monkeypatch.setattr(Work, "missing", lambda _work, _items=None: [])
    found = in_reply(database)
    with database.write() as session:
        make_user(session, email=EXTERNAL, role=Role.EXTERNAL, office="0")
        opened = found.opened(session)
        item = opened.work.instrument.item("V01")
        ruling = Ruling(Verdict.DISAGREE, words=REPLIED)
        settling.reply(session, opened, item, ruling, author=found.office)
        threads.begin(session, opened.work.assessment, item, kind=ThreadKind.QUESTION, words=ASKED,
                      side=Side.VERIFIER, author=found.verifier)  # fmt: skip
    return found


def _again(world: InReply) -> None:
    """The verifier takes the assessment up again."""
    with world.database.write() as session:
        made = session.get_one(Assessment, world.assessment)
        judging.take_up_again(session, made, words="Ada bukti baru.", author=world.verifier)


def _reads(app: Flask, world: InReply, email: str) -> tuple[bool, bool, bool]:
    """Whether the page tells somebody the verification, the reply, the conversation."""
    page = client_of(app, email).get(f"/assessments/{world.assessment}/timeline")
    assert page.status_code == 200
    return JUDGED in page.text, REPLIED in page.text, ASKED in page.text


def test_the_office_reads_the_verification_only_while_it_counts(app: Flask, world: InReply) -> None:
    assert _reads(app, world, OPERATOR) == (True, True, True)
    _again(world)
    assert _reads(app, world, OPERATOR) == (False, True, True)
    for email in (VERIFIER, SETTLER, ADMINISTRATOR):
        assert _reads(app, world, email) == (True, True, True)


def test_conversations_are_read_by_those_who_take_part(app: Flask, world: InReply) -> None:
    assert _reads(app, world, EXTERNAL) == (True, True, False)


def test_who_declared_an_interest_reads_no_unfinished_verification(
    app: Flask, world: InReply
) -> None:
    _again(world)
    with world.database.write() as session:
        person = world.verifier.person_id
        assert person is not None
        session.add(Interest(person_id=person, office_code="36.71", declared_at=START))
    assert _reads(app, world, VERIFIER) == (False, True, False)
