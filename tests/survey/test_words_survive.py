"""Words that were typed while somebody else changed the assessment's state are shown again."""

from __future__ import annotations

import pytest
from flask import Flask

from maturity.db import Database
from maturity.survey import judging, settling
from maturity.survey.assessments import Work
from maturity.survey.models import Assessment
from maturity.survey.rulings import Ruling
from maturity.survey.stage_models import Verdict
from tests.clock import Clock
from tests.survey.filling import client_of
from tests.survey.in_reply import OPERATOR, SETTLER, InReply, in_reply

TYPED = "Lihat halaman 4, pasal 7."


@pytest.fixture
def world(database: Database, monkeypatch: pytest.MonkeyPatch) -> InReply:
    monkeypatch.setattr(Work, "missing", lambda _work, _items=None: [])
    return in_reply(database)


def _dispute(world: InReply) -> None:
    with world.database.write() as session:
        opened = world.opened(session)
        ruling = Ruling(Verdict.DISAGREE, words="Kami tidak setuju.")
        settling.reply(session, opened, opened.work.instrument.item("V01"), ruling,
                       author=world.office)  # fmt: skip


def _take_up_again(world: InReply) -> None:
    with world.database.write() as session:
        made = session.get_one(Assessment, world.assessment)
        judging.take_up_again(session, made, words="Ada bukti baru.", author=world.verifier)


def test_a_reply_that_meets_a_verification_taken_up_again(app: Flask, world: InReply) -> None:
    address = f"/assessments/{world.assessment}/reply"
    office = client_of(app, OPERATOR)
    office.get(address)
    _take_up_again(world)
    page = office.submit({"reply:V01": "disagree", "words:V01": TYPED}, action=address)
    assert page.status_code == 409
    assert TYPED in page.text


@pytest.mark.parametrize("settled", [True, False])
def test_a_decision_that_meets_another_state(
    app: Flask, world: InReply, clock: Clock, settled: bool
) -> None:
    _dispute(world)
    clock.advance(days=4)
    address = f"/assessments/{world.assessment}/settlement"
    first, second = client_of(app, SETTLER), client_of(app, SETTLER)
    first.get(address)
    if settled:
        second.get(f"{address}/settle")
        assert second.submit({"with_open": "yes"}).status_code == 303
    else:
        _take_up_again(world)
    page = first.submit({"verdict:V01": "upheld", "words:V01": TYPED}, action=address)
    assert page.status_code == 422
    assert TYPED in page.text
