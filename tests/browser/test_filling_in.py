"""The questionnaire in a real browser: saving, a broken line, two people, keyboard, no script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from maturity.db import Database
from maturity.offices.models import Role
from tests.browser.conftest import DESK, PHONE, Walker, barriers, overflow
from tests.offices.signing import make_user
from tests.survey.filling import OPERATOR, RESPONSIBLE, answers_of, office_at_work

Open = Callable[..., Walker]
ADMINISTRATOR = "admin@contoh.example"


@pytest.fixture
def assessment(database: Database) -> int:
    return office_at_work(database)


def section(page: Page, who: Walker, assessment: int, name: str = "SD1") -> None:
    page.goto(f"{who.address}/assessments/{assessment}/sections/{name}")


def choose(page: Page, key: str, value: str) -> None:
    page.locator(f'[name="value:{key}"][value="{value}"]').check(force=True)


def test_an_answer_is_saved_as_it_is_given(
    walker: Open, database: Database, assessment: int
) -> None:
    who = walker()
    page = who.sign_in(OPERATOR)
    section(page, who, assessment)
    choose(page, "V01", "l2")
    expect(page.locator("#q-V01-state")).to_have_text("Tersimpan 21 November 2026, 14.00 WIB")
    expect(page.locator("#gap")).to_contain_text("Kapasitas Mulai Tumbuh")
    page.fill("#q-V01-note", "Rapat 3 Maret 2026")
    with page.expect_response(lambda reply: reply.request.method == "PUT"):
        page.locator("#q-V01-note").blur()
    page.reload()
    expect(page.locator("#q-V01-note")).to_have_value("Rapat 3 Maret 2026")
    assert answers_of(database, assessment)["V01"].value == "l2"


def test_what_is_given_without_a_line_is_sent_when_it_is_back(
    walker: Open, database: Database, assessment: int
) -> None:
    who = walker()
    page = who.sign_in(OPERATOR)
    section(page, who, assessment)
    who.context.set_offline(True)
    choose(page, "V01", "l3")
    choose(page, "V02", "l2")
    expect(page.locator("#q-V01-state")).to_have_attribute("data-state", "offline")
    assert answers_of(database, assessment) == {}
    who.context.set_offline(False)
    expect(page.locator("#q-V01-state")).to_have_attribute("data-state", "saved")
    expect(page.locator("#q-V02-state")).to_have_attribute("data-state", "saved")
    stored = answers_of(database, assessment)
    assert (stored["V01"].value, stored["V02"].value) == ("l3", "l2")


def test_a_page_closed_without_a_line_loses_nothing(
    walker: Open, database: Database, assessment: int
) -> None:
    who = walker()
    page = who.sign_in(OPERATOR)
    section(page, who, assessment)
    who.context.set_offline(True)
    choose(page, "V01", "l4")
    expect(page.locator("#q-V01-state")).to_have_attribute("data-state", "offline")
    page.close()
    who.context.set_offline(False)
    again = who.page()
    section(again, who, assessment)
    expect(again.locator("#q-V01-state")).to_have_attribute("data-state", "saved")
    assert answers_of(database, assessment)["V01"].value == "l4"


@pytest.mark.parametrize(("take", "kept"), [("mine", "l2"), ("theirs", "l4")])
def test_two_people_at_once_see_both_values_and_choose(
    walker: Open, database: Database, assessment: int, take: str, kept: str
) -> None:
    one, two = walker(), walker(DESK)
    first, second = one.sign_in(OPERATOR), two.sign_in(RESPONSIBLE)
    section(first, one, assessment)
    section(second, two, assessment)
    choose(first, "V01", "l4")
    expect(first.locator("#q-V01-state")).to_have_attribute("data-state", "saved")
    choose(second, "V01", "l2")
    expect(second.locator("#q-V01-state")).to_have_attribute("data-state", "conflict")
    expect(second.locator("#q-V01-conflict")).to_contain_text("Siti Rahma")
    second.click(f"[data-take={take}]")
    expect(second.locator("#q-V01-conflict")).to_have_count(0)
    expect(second.locator("#q-V01-state")).to_have_attribute("data-state", "saved")
    assert answers_of(database, assessment)["V01"].value == kept


def test_a_link_is_saved_and_shown(walker: Open, assessment: int) -> None:
    who = walker()
    page = who.sign_in(OPERATOR)
    section(page, who, assessment)
    page.fill("#q-V01-url", "jdih.kpu.go.id/banten")
    page.fill("[name='about:V01']", "SK 12/2026")
    page.locator("[name='about:V01']").blur()
    expect(page.locator("#q-V01-url-state")).to_have_attribute("data-state", "saved")
    page.reload()
    expect(page.locator('a[href="https://jdih.kpu.go.id/banten"]')).to_have_count(1)


def test_dependent_questions_appear_only_where_they_are_needed(
    walker: Open, assessment: int
) -> None:
    who = walker()
    page = who.sign_in(OPERATOR)
    section(page, who, assessment, "G-INV")
    page.click(".task-list a >> nth=0")
    cells = page.locator("[data-needs]")
    available = page.locator('[name$="/available"]')
    available.and_(page.locator('[value="no"]')).check(force=True)
    expect(cells.first).to_be_hidden()
    available.and_(page.locator('[value="yes"]')).check(force=True)
    expect(cells.first).to_be_visible()
    expect(page.locator("[data-reason]")).to_be_hidden()
    available.and_(page.locator('[value="excluded"]')).check(force=True)
    expect(page.locator("[data-reason]")).to_be_visible()


def test_a_section_is_filled_in_by_keyboard_alone(
    walker: Open, database: Database, assessment: int
) -> None:
    who = walker(DESK)
    page = who.sign_in(OPERATOR)
    section(page, who, assessment)
    seen: set[str] = set()
    for _ in range(200):
        page.keyboard.press("Tab")
        at = page.evaluate("[document.activeElement.name || '', document.activeElement.type || '']")
        if at[1] == "radio" and at[0] not in seen:
            seen.add(at[0])
            page.keyboard.press("ArrowDown")
        if at[1] == "submit" and seen:
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/check")
    stored = answers_of(database, assessment)
    assert {stored[key].value for key in ("V01", "V02", "V03", "V04")} == {"l2"}


def test_the_section_works_without_javascript(
    walker: Open, database: Database, assessment: int
) -> None:
    who = walker(javascript=False)
    page = who.sign_in(OPERATOR)
    section(page, who, assessment)
    choose(page, "V01", "l2")
    page.fill("#q-V01-note", "tanpa skrip")
    page.click("button:visible:has-text('Simpan dan lanjutkan')")
    page.wait_for_url("**/check")
    assert "tanpa skrip" in page.inner_text("main")
    assert answers_of(database, assessment)["V01"].value == "l2"


PAGES = [
    "/start", "/assessments/{}", "/assessments/{}/sections/SD1", "/assessments/{}/sections/G-INV",
    "/assessments/{}/sections/SD1/check", "/assessments/{}/check", "/assessments/{}/submit",
    "/assessments/{}/result", "/account", "/offices/36.71/people", "/about", "/accessibility",
    "/gaya", "/assessments/{}/workbook",
]  # fmt: skip


OVERVIEWS = [
    "/rounds", "/rounds/2026", "/rounds/2026/provinces/36", "/rounds/2026/offices/36.71",
    "/people", "/assessments/{}/result", "/assessments/{}/result/nodes/SD1",
    "/assessments/{}/result/nodes/V01", "/nowhere",
]  # fmt: skip


@pytest.mark.parametrize(
    ("size", "language"), [(PHONE, "id"), (DESK, "en")], ids=["phone-id", "desk-en"]
)
@pytest.mark.parametrize("whose", [RESPONSIBLE, ADMINISTRATOR], ids=["own", "all"])
def test_no_page_has_a_barrier_or_scrolls_sideways(
    walker: Open,
    database: Database,
    assessment: int,
    size: dict[str, int],
    language: str,
    whose: str,
) -> None:
    with database.write() as session:
        make_user(session, email=ADMINISTRATOR, role=Role.ADMINISTRATOR, office="0", name="Ani")
    who = walker(size)
    page = who.sign_in(whose)
    if language == "en":
        page.click("button[lang=en]")
    found = {}
    for pattern in PAGES if whose == RESPONSIBLE else OVERVIEWS:
        page.goto(who.address + pattern.format(assessment))
        found[pattern] = [*barriers(page), *(["scrolls sideways"] if overflow(page) > 0 else [])]
    assert {pattern: what for pattern, what in found.items() if what} == {}
