"""A small round from opening to publication over HTTP, killed and cut off on the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from maturity.config import Settings
from maturity.simulate.run import Plan, simulate

pytestmark = pytest.mark.slow
GOOD, BAD = Plan(offices=3, clients=3, seed=5), Plan(3, 3, seed=7, dropped=0.03, kill_every=15.0)


@pytest.mark.parametrize(("kind", "plan"), [("sqlite", BAD), ("postgresql", GOOD)])
def test_nothing_is_lost_or_doubled(
    tmp_path: Path, new_database: Callable[..., str], kind: str, plan: Plan
) -> None:
    settings = Settings(data=tmp_path, database_url=new_database(kind), secure_cookies=False)
    outcome = simulate(settings, plan)
    assert outcome.faults == []
    assert outcome.troubles == []
    assert outcome.states == {"not-started": 550, "published": 3}
    assert outcome.counts["answers"] > 500
    assert outcome.counts["verified"] > 300
    assert outcome.kills > 0 or not plan.kill_every
