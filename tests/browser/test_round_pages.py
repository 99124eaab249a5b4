"""Pages of a whole round in a real browser: barriers, a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from maturity.db import Database
from maturity.offices.models import Role
from maturity.survey import example_consents, settling
from maturity.survey.answers import Author
from maturity.survey.assessments import Work
from maturity.survey.models import Assessment
from maturity.survey.targets import set_targets
from tests.browser.conftest import DESK, PHONE, Walker, barriers, overflow
from tests.builders import TANGERANG
from tests.clock import START
from tests.dashboards.country import hold_round
from tests.offices.signing import make_user
from tests.survey.in_reply import in_reply

VIEWER, ADMIN = "viewer@contoh.example", "pengelola@contoh.example"
RESPONSIBLE = "penanggung@contoh.example"
OFFICES = ("0", "32", "32.01", "32.04", "32.73", "36", "36.02", "36.03", "36.71")
STATES = ("published", "settled", "reply-open", "submitted", "in-progress")
PAGES = (
    "", "?stage=settled&kind=city", "/monitor", "/matrix", "/matrix?sort=likeness&stage=verified",
    "/provinces/36", "/provinces/36/monitor", "/provinces/36/matrix", "/offices/36.71",
    "/variables", "/variables/V03", "/bridge", "/compare",
    "/compare?with=36.71&with=32.73&with=kind-city",
)  # fmt: skip


@pytest.mark.parametrize(
    ("size", "language"), [(PHONE, "id"), (DESK, "en")], ids=["phone-id", "desk-en"]
)
def test_no_page_of_a_round_has_a_barrier_or_scrolls_sideways(
    walker: Callable[..., Walker], database: Database, size: dict[str, int], language: str
) -> None:
    with database.write() as session:
        make_user(session, email=VIEWER, role=Role.VIEWER, office="0", name="Vina")
        hold_round(session, "before", OFFICES, days=-500)
        hold_round(session, "now", OFFICES, days=-60, seed=2, states=STATES)
    paths = {f"/rounds/now{path}": 200 for path in PAGES}
    assert walked(walker(size), VIEWER, paths, language) == {}


SHORT_BARS = """() => [...document.querySelectorAll('.bars svg.bar')].filter(bar => {
  const [own, all] = [bar, bar.parentElement].map(one => one.getBoundingClientRect().right);
  return own > 0 && all - own > 2;
}).length"""


TIGHT_NUMBERS = """() => [...document.querySelectorAll('svg.bar g')].filter(one => {
  const [bar, number] = ['rect', 'text'].map(name => one.querySelector(name));
  return number && number.getBoundingClientRect().width > bar.getBoundingClientRect().width;
}).length"""


def walked(who: Walker, email: str, paths: dict[str, int], language: str) -> dict[str, list[str]]:
    """What is wrong with pages as somebody sees them. ``paths``: with the status of each."""
    page = who.sign_in(email)
    if language == "en":
        page.click("button[lang=en]")
    found = {}
    for path, status in paths.items():
        answer = page.goto(f"{who.address}{path}")
        there = [] if answer and answer.status == status else ["no page"]
        wide = ["scrolls sideways"] if overflow(page) > 0 else []
        short = ["bars end before the chart does"] if page.evaluate(SHORT_BARS) else []
        tight = ["numbers are wider than their bars"] if page.evaluate(TIGHT_NUMBERS) else []
        found[path] = [*there, *barriers(page), *wide, *short, *tight]
    return {path: what for path, what in found.items() if what}


@pytest.mark.parametrize(
    ("size", "language"), [(PHONE, "id"), (DESK, "en")], ids=["phone-id", "desk-en"]
)
def test_targets_examples_and_reports_to_come_have_no_barrier(
    walker: Callable[..., Walker],
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    size: dict[str, int],
    language: str,
) -> None:
    monkeypatch.setattr(Work, "missing", lambda _work, _items=None: [])
    made = in_reply(database, plain=True)
    with database.write() as session:
        make_user(session, email=ADMIN, role=Role.ADMINISTRATOR, office="0", name="Ani")
        make_user(session, email=RESPONSIBLE, role=Role.RESPONSIBLE, office=TANGERANG, name="Rita")
        settling.settle(session, made.opened(session), with_open=True, author=Author(None, START))
        round_ = session.get_one(Assessment, made.assessment).round
        aims = {("", ""): 3.0, ("P1", "city"): 2.5}
        set_targets(session, round_, aims, author=Author(None, START))
        offers = example_consents.offers(session, session.get_one(Assessment, made.assessment))
        assert offers, "there is something to consent to"
    national = {"/administration/rounds/2026/targets": 200, "/rounds/2026": 200,
                "/rounds/2026/report.pdf": 202,
                "/rounds/2026/provinces/36/report.pdf?wait=2": 202}  # fmt: skip
    own = {f"/assessments/{made.assessment}/examples": 200}
    assert walked(walker(size), ADMIN, national, language) == {}
    assert walked(walker(size), RESPONSIBLE, own, language) == {}
