"""The whole made-up country looks like one: differences where one expects them."""

import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, pstdev

import pytest
from sqlalchemy import select

from maturity.db import Database
from maturity.demo.build import DemoSummary, build_demo
from maturity.offices.models import Office
from maturity.survey.frozen import card_of
from maturity.survey.models import Assessment, Round, Stage, StoredScorecard
from tests.builders import START

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Result:
    """One frozen result: what office, which round, how good, claims against inventory."""

    office: str
    kind: str
    round_slug: str
    index: float
    claims: float
    inventory: float
    weakest: str | None


@dataclass(frozen=True)
class Whole:
    """All results, and what the builder says of them."""

    summary: DemoSummary
    results: tuple[Result, ...]
    lowered: dict[str, float]
    """Office -> how far the verified index lies below the self-assessed one."""

    def of(self, slug: str) -> list[Result]:
        return [one for one in self.results if one.round_slug == slug]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Whole]:
    path = tmp_path_factory.mktemp("whole") / "maturity.sqlite3"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    summary = build_demo(database, now=START)
    with database.read() as session:
        rows = session.execute(
            select(StoredScorecard, Office, Round.slug)
            .join(Assessment, Assessment.id == StoredScorecard.assessment_id)
            .join(Office, Office.code == Assessment.office_code)
            .join(Round, Round.id == Assessment.round_id)
        )
        found = rows.all()
        results = tuple(_result(*row) for row in found if row[0].stage == Stage.SELF)
        index = {(stored.stage, office.code): stored.index_value
                 for stored, office, slug in found if slug == "2025"}  # fmt: skip
        lowered = {code: (index[Stage.SELF, code] or 0) - (index[Stage.VERIFIED, code] or 0)
                   for stage, code in index if stage == Stage.SELF}  # fmt: skip
    yield Whole(summary, results, lowered)
    database.dispose()


def _result(stored: StoredScorecard, office: Office, slug: str) -> Result:
    card = card_of(stored)
    claims = [card.node(f"SD{number}").index for number in (1, 2, 3, 4, 7, 8, 9)]
    return Result(
        office=office.code,
        kind=office.kind,
        round_slug=slug,
        index=stored.index_value or 0.0,
        claims=fmean(one for one in claims if one is not None),
        inventory=card.node("INV-A").index or 0.0,
        weakest=stored.weakest,
    )


def test_all_offices_take_part_and_most_of_the_closed_round_is_in(whole: Whole) -> None:
    assert whole.summary.offices == 553
    closed, still_open = whole.summary.rounds
    assert sum(closed.states.values()) == sum(still_open.states.values()) == 553
    assert closed.states["published"] > 480
    assert closed.states["in-progress"] > 10
    assert min(still_open.states[one] for one in ("submitted", "in-progress", "not-started")) > 60


def test_verification_finds_what_was_over_claimed(whole: Whole) -> None:
    planted = {one.office for one in whole.summary.over_claiming}
    lowered = {found: fmean(whole.lowered[one] for one in whole.lowered
                            if (one in planted) == found) for found in (True, False)}  # fmt: skip
    assert lowered[True] > 4 * lowered[False] > 0


def test_the_country_stands_near_level_two_with_all_levels_present(whole: Whole) -> None:
    for found in whole.summary.rounds:
        assert 1.7 < found.mean_index < 2.5
        assert set(found.levels) == {1, 2, 3, 4}
        assert found.levels[2] == max(found.levels.values())
        assert found.levels[4] < 0.1 * sum(found.levels.values())
    assert pstdev(one.index for one in whole.of("2025")) > 0.35


def test_regions_and_kinds_differ(whole: Whole) -> None:
    by_region: dict[str, list[float]] = defaultdict(list)
    by_kind: dict[str, list[float]] = defaultdict(list)
    for one in whole.of("2025"):
        by_kind[one.kind].append(one.index)
        by_region[one.office[0]].append(one.index)
    assert fmean(by_region["3"]) > fmean(by_region["9"]) + 0.4  # Java and Papua
    assert fmean(by_kind["province"]) > fmean(by_kind["regency"]) + 0.2


def test_most_offices_grow_and_some_fall_back(whole: Whole) -> None:
    before = {one.office: one.index for one in whole.of("2025")}
    change = [one.index - before[one.office] for one in whole.of("2026") if one.office in before]
    assert fmean(change) > 0.1
    assert 0.02 < sum(one < 0 for one in change) / len(change) < 0.4


def test_planted_over_claiming_can_be_found_in_the_data(whole: Whole) -> None:
    planted = {one.office: one.levels for one in whole.summary.over_claiming}
    assert 0.07 < len(planted) / 553 < 0.18
    assert all(0.5 <= levels <= 1.1 for levels in planted.values())
    gaps: dict[bool, list[float]] = defaultdict(list)
    for one in whole.results:
        gaps[one.office in planted].append(one.claims - one.inventory)
    assert fmean(gaps[True]) > fmean(gaps[False]) + 0.3


def test_offices_have_different_weak_points(whole: Whole) -> None:
    weakest = Counter(one.weakest for one in whole.of("2025"))
    assert len(weakest) >= 6
    assert max(weakest.values()) < 0.6 * weakest.total()
