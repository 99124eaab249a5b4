"""The frozen contexts of the pages of rounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from maturity.dashboards.findings import Findings
from maturity.dashboards.frame import Frame, LevelName
from maturity.dashboards.offices_table import Listing
from maturity.dashboards.provinces import ProvinceCell
from maturity.dashboards.queries import Result, Standing
from maturity.dashboards.summary import Counts, Overview
from maturity.dashboards.trend import TrendRow
from maturity.survey.models import Stage


@dataclass(frozen=True, slots=True)
class NationalPage:
    """The national page. ``earlier`` is the title of the round before, "" for none."""

    slug: str
    title: str
    frame: Frame
    view: Overview
    cells: tuple[ProvinceCell, ...]
    kinds: tuple[str, ...]
    listing: Listing
    earlier: str
    stage: Stage
    more: Findings

    @property
    def own_results(self) -> int:
        """Provinces whose own office has a result."""
        return sum(cell.own is not None and cell.own.result is not None for cell in self.cells)


@dataclass(frozen=True, slots=True)
class ProvincePage:
    """A province in a round: its own office (None: not in the round) and those below it."""

    slug: str
    title: str
    code: str
    name: str
    frame: Frame
    own: Standing | None
    view: Overview
    kinds: tuple[str, ...]
    listing: Listing
    earlier: str
    stage: Stage
    more: Findings
    may_see_round: bool


@dataclass(frozen=True, slots=True)
class RoundCard:
    """A round in the list; ``state`` is upcoming, open or closed, ``counts`` None: hidden."""

    slug: str
    title: str
    ref: str
    opens_at: datetime
    closes_at: datetime
    state: str
    counts: Counts | None
    provinces: tuple[tuple[str, str], ...]
    offices: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """An office in one round, with the change since its result before.

    ``comparable`` None: there is no result before, or none now.
    """

    slug: str
    title: str
    standing: Standing
    level: LevelName | None
    gated: LevelName | None
    weakest: str
    change: float | None
    comparable: bool | None


@dataclass(frozen=True, slots=True)
class OfficePage:
    """An office in a round and over all rounds; "" hides the result's address.

    ``asked`` is the stage that the address asks for, "" for none.
    """

    frame: Frame
    point: TrendPoint
    points: tuple[TrendPoint, ...]
    linked: tuple[TrendRow, ...]
    stage: Stage
    asked: str
    timezone: str
    province_name: str
    extension_address: str
    result_address: str
    may_see_round: bool
    may_see_province: bool


def trend(points: Sequence[tuple[Frame, str, str, Standing]]) -> tuple[TrendPoint, ...]:
    """Results of one office, newest first, from (frame, slug, title, standing) likewise."""
    found: list[TrendPoint] = []
    before: Result | None = None
    for frame, slug, title, standing in reversed(points):
        now = standing.result
        same = now.fingerprint == before.fingerprint if now and before else None
        change = None
        if same and now and before and now.index is not None and before.index is not None:
            change = now.index - before.index
        level, gated = frame.level(standing.level), frame.level(standing.gated)
        weakest = frame.part(now.weakest) if now else ""
        found.append(TrendPoint(slug, title, standing, level, gated, weakest, change, same))
        before = now or before
    return tuple(reversed(found))
