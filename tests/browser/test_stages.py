"""The pages on which results are verified, disputed, settled and published: barriers, a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from maturity.db import Database
from maturity.survey import settling, threads
from maturity.survey.assessments import Work
from maturity.survey.models import Assessment
from maturity.survey.rulings import Ruling
from maturity.survey.stage_models import ThreadKind, Verdict
from maturity.survey.threads import Side
from tests.browser.conftest import DESK, PHONE, Walker, barriers, overflow
from tests.survey.in_reply import ADMINISTRATOR, OPERATOR, SETTLER, VERIFIER, InReply, in_reply

IN_REPLY = {
    OPERATOR: [
        "/start", "{}", "{}/reply", "{}/reply/finish", "{}/decisions", "{}/threads",
        "{}/threads/V01", "{}/timeline", "{}/result", "{}/submitted", "{}/check",
        "/account/interests",
    ],
    VERIFIER: [
        "/start", "/verification", "{}/verification", "{}/verification/SD1", "{}/verify/again",
        "{}/threads/V01",
    ],
    ADMINISTRATOR: ["/start", "/administration/jobs", "{}"],
}  # fmt: skip
REPLIED = {
    SETTLER: [
        "/start", "/settlement", "{}/settlement", "{}/settlement/settle",
        "/settlement/undisputed", "/settlement/publication/2026",
    ],
}  # fmt: skip
PUBLISHED = {
    OPERATOR: ["/start", "{}", "{}/reply", "{}/result", "/results/2026/36.71"],
    SETTLER: ["{}/settlement", "{}/settlement/reopen"],
}
TAKEN_UP_AGAIN = {
    OPERATOR: ["{}"],
    VERIFIER: ["{}/verification", "{}/verification/SD1", "{}/verify/finish", "{}/verify/return"],
}


@pytest.fixture(autouse=True)
def three_answers_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Work, "missing", lambda _work, _items=None: [])


def ask(world: InReply) -> None:
    """The verifier has a question about a claim."""
    with world.database.write() as session:
        found = world.opened(session).work
        item = found.instrument.item("V01")
        said = {"kind": ThreadKind.QUESTION, "words": "Di halaman berapa?", "side": Side.VERIFIER}
        threads.begin(session, found.assessment, item, author=world.verifier, **said)  # type: ignore[arg-type]


def dispute(world: InReply) -> None:
    """The office disputes one decision, agrees to the other, and is done."""
    for key, ruling in (
        ("V01", Ruling(Verdict.DISAGREE, words="Lihat halaman 4.")),
        ("V02", Ruling(Verdict.AGREE)),
    ):
        with world.database.write() as session:
            opened = world.opened(session)
            item = opened.work.instrument.item(key)
            settling.reply(session, opened, item, ruling, author=world.office)
    with world.database.write() as session:
        settling.finish_reply(session, world.opened(session), author=world.office)


def publish(world: InReply) -> None:
    """The dispute is decided, the result settled and published."""
    upheld = Ruling(Verdict.UPHELD, words="Halaman 4 memuat hal lain.")
    with world.database.write() as session:
        opened = world.opened(session)
        item = opened.work.instrument.item("V01")
        settling.decide(session, opened, item, upheld, author=world.verifier)
    other = world.office  # the one who verified does not settle
    with world.database.write() as session:
        settling.settle(session, world.opened(session), with_open=False, author=other)
        assessment = session.get_one(Assessment, world.assessment)
        settling.publish(session, assessment, author=other)


def take_up_again(world: InReply) -> None:
    """The published result is reopened: verification goes on."""
    with world.database.write() as session:
        assessment = session.get_one(Assessment, world.assessment)
        settling.reopen(session, assessment, words="Bukti baru.", author=world.office)


@pytest.mark.parametrize(("size", "language"), [(PHONE, "id"), (DESK, "en")], ids=["id", "en"])
def test_no_page_of_the_stages_has_a_barrier_or_scrolls_sideways(
    walker: Callable[..., Walker], database: Database, size: dict[str, int], language: str
) -> None:
    world = in_reply(database)
    ask(world)
    who, pages = {}, {}
    for email in (OPERATOR, VERIFIER, SETTLER, ADMINISTRATOR):
        who[email] = walker(size)
        pages[email] = who[email].sign_in(email)
        if language == "en":
            pages[email].click("button[lang=en]")
    found: dict[str, list[str]] = {}

    def walk(paths: dict[str, list[str]]) -> None:
        for email, patterns in paths.items():
            for pattern in patterns:
                path = pattern.format(f"/assessments/{world.assessment}")
                found[f"{email} {world.state} {path}"] = wrong(
                    pages[email], who[email].address + path
                )

    for step, paths in (
        (lambda _: None, IN_REPLY), (dispute, REPLIED), (publish, PUBLISHED),
        (take_up_again, TAKEN_UP_AGAIN),
    ):  # fmt: skip
        step(world)
        walk(paths)
    assert {where: what for where, what in found.items() if what} == {}


def wrong(page: Page, address: str) -> list[str]:
    """What a page has that it must not have."""
    answer = page.goto(address)
    status = answer.status if answer else 0
    wide = ["scrolls sideways"] if overflow(page) > 0 else []
    return [*([] if status == 200 else [f"status {status}"]), *barriers(page), *wide]
