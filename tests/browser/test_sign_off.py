"""The sign-off in a real browser: without a barrier on a phone and on a desk."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from maturity.db import Database
from maturity.offices.models import Person
from maturity.survey import assessments, receipts
from maturity.survey.answers import Author
from maturity.survey.models import Assessment, AssessmentState
from tests.browser.conftest import DESK, PHONE, Walker, barriers, overflow
from tests.clock import START
from tests.reports.answered import fill
from tests.survey import made_files as made
from tests.survey.filling import OPERATOR, office_at_work

Open = Callable[..., Walker]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_signed_paper_is_handed_in_and_checked(
    walker: Open, database: Database, size: dict[str, int]
) -> None:
    assessment = office_at_work(database)
    with database.write() as session:
        found = session.get_one(Assessment, assessment)
        fill(session, found)
        found.state = AssessmentState.IN_PROGRESS
        person = session.scalars(select(Person).where(Person.email == OPERATOR)).one()
        assessments.submit(session, found, author=Author(person.id, START))
        receipt = receipts.latest(session, found)
        assert receipt is not None
        code = receipt.code
    who = walker(size)
    page = who.sign_in(OPERATOR)
    page.goto(f"{who.address}/assessments/{assessment}/submitted")
    page.get_by_role("link", name="Cetak Berita Acara").click()
    scan = {"name": "BA.pdf", "mimeType": "application/pdf", "buffer": made.pdf()}
    page.set_input_files("#file", files=[scan])  # type: ignore[list-item]
    page.get_by_role("button", name="Unggah").click()
    page.get_by_text("sudah diserahkan").wait_for()
    addresses = [f"/assessments/{assessment}/berita-acara", f"/assessments/{assessment}/submitted",
                 "/verify", f"/verify/{code}", "/verify?code=salah"]  # fmt: skip
    found_there = {}
    for address in addresses:
        page.goto(who.address + address)
        sideways = ["scrolls sideways"] if overflow(page) > 0 else []
        found_there[address] = [*barriers(page), *sideways]
    assert {address: what for address, what in found_there.items() if what} == {}
    page = walker(size, javascript=False).page()  # somebody with the paper, not signed in
    page.goto(f"{who.address}/verify")
    page.fill("[name=code]", f"{code[:4]} {code[4:]}".lower())
    page.press("[name=code]", "Enter")
    page.get_by_text("Asli dan terkini").wait_for()
    assert page.url.endswith(f"/verify/{code}")
