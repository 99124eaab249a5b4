"""A small round from opening to publication over HTTP, killed and cut off on the way."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from maturity.config import Settings
from maturity.simulate.disk import NoDiskError, SmallDisk
from maturity.simulate.run import Plan, simulate

pytestmark = pytest.mark.slow
GOOD = Plan(offices=2, clients=3, seed=17)
BAD = replace(GOOD, offices=3, seed=6, dropped=0.03, kill_every=25.0, full_every=5.0)


@pytest.mark.parametrize(("kind", "plan"), [("sqlite", BAD), ("postgresql", GOOD)])
def test_nothing_is_lost_or_doubled(
    tmp_path: Path, new_database: Callable[..., str], kind: str, plan: Plan
) -> None:
    settings = Settings(data=tmp_path, database_url=new_database(kind), secure_cookies=False)
    outcome = simulate(settings, replace(plan, full_every=plan.full_every * can_mount()))
    assert outcome.faults == []
    assert outcome.troubles == []
    assert outcome.states == {"not-started": 553 - plan.offices, "published": plan.offices}
    assert outcome.counts["answers"] > 160 * plan.offices
    assert outcome.counts["verified"] > 100 * plan.offices
    assert outcome.kills > 0 or not plan.kill_every
    assert outcome.counts.get("full disk", 0) > 0 or not plan.full_every or not can_mount()


@cache
def can_mount() -> bool:
    """Whether a disk of its own can be had here; says so where not."""
    with tempfile.TemporaryDirectory() as folder:
        disk = SmallDisk(Path(folder) / "files")
        try:
            disk.mount()
        except NoDiskError as error:
            sys.stderr.write(f"no full disk is tried: {error}\n")
            return False
        disk.unmount()
    return True
