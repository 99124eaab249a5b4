"""The pages on which rounds are run, in a real browser: barriers, a phone, a slow line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from maturity.db import Database
from maturity.offices.models import Role
from maturity.survey.assessments import Work
from maturity.survey.models import Assessment
from tests.browser.conftest import DESK, PHONE, Walker, barriers, overflow
from tests.builders import BANTEN, make_person
from tests.clock import START, Clock
from tests.offices.signing import make_user
from tests.survey.filling import RESPONSIBLE, office_at_work

ADMIN = "admin@contoh.example"
ROUNDS = "/administration/rounds"


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_pages_have_no_barriers_and_fit(
    walker: Callable[..., Walker], database: Database, size: dict[str, int]
) -> None:
    assessment = office_at_work(database)
    with database.write() as session:
        make_user(session, email=ADMIN, role=Role.ADMINISTRATOR, office="0")
        judge = make_person(session, role=Role.VERIFIER, office=BANTEN, name="Ani").id
    who = walker(size)
    page = who.sign_in(ADMIN)
    for path in (
        ROUNDS,
        f"{ROUNDS}/new",
        f"{ROUNDS}/2026",
        f"{ROUNDS}/2026/assignments",
        f"{ROUNDS}/2026/assignments/even",
        f"{ROUNDS}/2026/extensions",
        f"{ROUNDS}/2026/correction",
        "/rounds/2026/corrections",
        f"/assessments/{assessment}/extension",
        f"/people/{judge}/interests",
        "/lifecycle",
    ):
        page.goto(f"{who.address}{path}")
        assert barriers(page) == [], path
        assert overflow(page) <= 0, path


def test_a_form_says_when_it_was_sent_by_the_clock_of_the_server(
    walker: Callable[..., Walker],
    database: Database,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Work, "missing", lambda _work, _items=None: [])
    assessment = office_at_work(database, closes_at=START + timedelta(minutes=3))
    with database.write() as session:
        session.get_one(Assessment, assessment).state = "in-progress"
    who = walker()
    page = who.sign_in(RESPONSIBLE)
    page.goto(f"{who.address}/assessments/{assessment}/submit")
    page.locator("#confirm").check(force=True)
    clock.advance(minutes=10)  # the line is slow
    page.click("main form button[type=submit]")
    expect(page.locator("main")).to_contain_text("diterima 21 November 2026, 14.10 WIB")
    expect(page.locator("main")).to_contain_text("Dikirim 21 November 2026, 14.0")
