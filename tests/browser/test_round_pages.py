"""Pages of a whole round in a real browser: barriers, a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from maturity.db import Database
from maturity.offices.models import Role
from tests.browser.conftest import DESK, PHONE, Walker, barriers, overflow
from tests.dashboards.country import hold_round
from tests.offices.signing import make_user

VIEWER = "viewer@contoh.example"
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
    who = walker(size)
    page = who.sign_in(VIEWER)
    if language == "en":
        page.click("button[lang=en]")
    found = {}
    for path in PAGES:
        answer = page.goto(f"{who.address}/rounds/now{path}")
        status = [] if answer and answer.status == 200 else ["no page"]
        wide = ["scrolls sideways"] if overflow(page) > 0 else []
        found[path] = [*status, *barriers(page), *wide]
    assert {path: what for path, what in found.items() if what} == {}
