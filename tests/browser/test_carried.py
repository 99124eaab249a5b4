"""Confirming answers of the period before in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from maturity.db import Database
from tests.browser.conftest import DESK, PHONE, Walker, barriers, overflow
from tests.survey.filling import OPERATOR, answers_of, office_at_work
from tests.survey.test_carried import before, evidence

Open = Callable[..., Walker]


@pytest.fixture
def assessment(database: Database) -> int:
    old = before(database, {"V01": "l3", "V02": "l4", "INV/dpt-rekap/available": "yes"})
    evidence(database, old)
    return office_at_work(database)


def test_enter_in_a_field_confirms_nothing_and_the_button_does(
    walker: Open, database: Database, assessment: int
) -> None:
    walk = walker(DESK)
    page = walk.sign_in(OPERATOR)
    section = f"{walk.address}/assessments/{assessment}/sections/SD1"
    page.goto(section)
    page.locator("#q-V01-url").press("Enter")
    page.wait_for_url("**/check")
    assert answers_of(database, assessment) == {}
    page.goto(section)
    box = page.locator("#q-V01-item")
    box.get_by_role("button", name="Masih berlaku").click()
    expect(page.locator('[name="value:V01"][value="l3"]')).to_be_checked()
    expect(box.get_by_role("button", name="Masih berlaku")).to_have_count(0)
    page.locator("#q-V01-item summary", has_text="keyakinan").click()
    page.locator("[name='confidence:V01']").select_option("2")
    expect(page.locator("#q-V01-state")).to_have_attribute("data-state", "saved")
    page.reload()
    expect(page.locator("[name='confidence:V01']")).to_have_value("2")
    assert answers_of(database, assessment)["V01"].confidence == 2


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_pages_with_earlier_answers_fit_and_have_no_barriers(
    walker: Open, assessment: int, size: dict[str, int]
) -> None:
    walk = walker(size)
    page = walk.sign_in(OPERATOR)
    for address in ("", "/carried", "/sections/SD1"):
        page.goto(f"{walk.address}/assessments/{assessment}{address}")
        assert overflow(page) == 0
        assert barriers(page) == []
