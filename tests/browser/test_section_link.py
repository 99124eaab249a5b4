"""A link to one section in a real browser: dividing the work, answering, and a link that ends."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from maturity.db import Database
from tests.browser.conftest import DESK, PHONE, Walker, barriers, overflow
from tests.survey.filling import OPERATOR, answers_of, office_at_work

Open = Callable[..., Walker]


@pytest.fixture
def assessment(database: Database) -> int:
    return office_at_work(database)


def make_link(page: Page, who: Walker, assessment: int) -> str:
    page.goto(f"{who.address}/assessments/{assessment}/sections?share=SD1")
    page.fill("#share-name", "Rina Dewi")
    page.get_by_role("button", name="Buat tautan").click()
    return page.input_value("#new-link")


def begin(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("button", name="Mulai mengisi").click()
    page.wait_for_url("**/d")


def choose(page: Page, key: str, value: str) -> None:
    page.locator(f'[name="value:{key}"][value="{value}"]').check(force=True)


def test_what_is_typed_after_the_link_ended_goes_out_by_the_next_one(
    walker: Open, database: Database, assessment: int
) -> None:
    office, guest = walker(DESK), walker(PHONE)
    desk = office.sign_in(OPERATOR)
    page = guest.page()
    begin(page, make_link(desk, office, assessment))
    page.goto(f"{guest.address}/assessments/{assessment}/sections/SD1")
    choose(page, "V01", "l2")
    expect(page.locator("#q-V01-state")).to_have_attribute("data-state", "saved")
    desk.get_by_role("button", name="Cabut").click()
    expect(desk.locator(".flashes")).to_contain_text("sudah dicabut")
    choose(page, "V02", "l3")
    expect(page.locator("#q-V02-state")).to_contain_text("Tautan Anda sudah tidak berlaku")
    assert set(answers_of(database, assessment)) == {"V01"}
    begin(guest.page(), make_link(desk, office, assessment))
    page.reload()
    expect(page.locator("#q-V02-state")).to_have_attribute("data-state", "saved")
    assert answers_of(database, assessment)["V02"].value == "l3"


def test_pages_fit_a_phone_and_have_no_barriers(walker: Open, assessment: int) -> None:
    office, guest = walker(PHONE), walker(PHONE)
    desk = office.sign_in(OPERATOR)
    link = make_link(desk, office, assessment)
    page = guest.page()
    page.goto(link)
    for one in (desk, page):
        assert (overflow(one), barriers(one)) == (0, [])
    begin(page, link)
    assert (overflow(page), barriers(page)) == (0, [])
    desk.get_by_role("button", name="Cabut").click()
    page.reload()
    expect(page.locator("h1")).to_have_text("Tautan ini sudah dicabut")
    assert (overflow(page), barriers(page)) == (0, [])
