"""What the paper of a round or a province tells, as one frozen object in one language.

All numbers are read from frozen results; groups smaller than the round's threshold have none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from maturity.dashboards.frame import Frame
from maturity.dashboards.gap import GapRow
from maturity.dashboards.provinces import ProvinceCell
from maturity.dashboards.queries import Standing
from maturity.dashboards.summary import Overview, Spread, spread
from maturity.dashboards.weak import WeakVariable
from maturity.reports.report import InstrumentFacts
from maturity.survey.models import Stage


@dataclass(frozen=True, slots=True)
class Province:
    """The province that a paper is about; ``own`` None: its own office is not in the round."""

    code: str
    name: str
    own: Standing | None


@dataclass(frozen=True, slots=True)
class Area:
    """The indexes of the regencies and cities of one province."""

    code: str
    name: str
    spread: Spread


@dataclass(frozen=True, slots=True)
class RoundReport:
    """A round, or the regencies and cities of one ``province`` in it, at a stage.

    ``rows`` are all offices that it is about, by code. ``view`` and what else sums up offices
    counts those with a result only; ``variables`` stand with the weakest first, ``gap`` is what
    was claimed less what was verified. ``earlier`` is the title of the round before, "" for none.
    """

    slug: str
    title: str
    language: str
    stage: Stage
    demo: bool
    opens_at: datetime
    closes_at: datetime
    threshold: int
    frame: Frame
    instrument: InstrumentFacts
    province: Province | None
    rows: tuple[Standing, ...]
    view: Overview
    cells: tuple[ProvinceCell, ...]
    areas: tuple[Area, ...]
    variables: tuple[WeakVariable, ...]
    gap: GapRow | None
    earlier: str

    @property
    def scored(self) -> int:
        """How many offices have a result at this stage."""
        return sum(row.result is not None for row in self.rows)

    @property
    def told(self) -> bool:
        """Whether there are enough results to tell anything of all together."""
        return self.scored >= self.threshold

    @property
    def last_at(self) -> datetime | None:
        """When the last of them was handed in."""
        moments = [row.submitted_at for row in self.rows if row.submitted_at and row.result]
        return max(moments, default=None)

    def parts(self) -> tuple[Spread, ...]:
        """The spreads of dimensions and sub-dimensions with enough offices."""
        found = (one for one in self.view.spreads if one.part)
        return tuple(one for one in found if one.count >= self.threshold)


# --- counting -------------------------------------------------------------------------


def areas(
    rows: Sequence[Standing], names: Mapping[str, str], *, threshold: int
) -> tuple[Area, ...]:
    """Provinces with enough results of regencies and cities, by code."""
    known: dict[str, list[float]] = {}
    for row in rows:
        if row.province is not None and row.code != row.province and row.index is not None:
            known.setdefault(row.province, []).append(row.index)
    found = []
    for code, indexes in sorted(known.items()):
        whole = spread(indexes)
        if whole is not None and whole.count >= threshold:
            found.append(Area(code, names.get(code, code), whole))
    return tuple(found)
