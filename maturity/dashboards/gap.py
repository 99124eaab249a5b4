"""What offices claim beside what was verified and settled: gaps by kind and dimension. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from maturity.dashboards.frame import Frame, PartName
from maturity.dashboards.queries import Standing
from maturity.dashboards.shrinkage import Shrunk, shrink
from maturity.dashboards.summary import kinds_of, spread
from maturity.offices.registry import OfficeKind
from maturity.survey.models import Stage

SAME = 0.005
"""Gaps smaller than this show as 0.00 and count as the same."""
AGAINST = (Stage.VERIFIED, Stage.SETTLED)
Indexes = Mapping[str, float | None]
Staged = Mapping[int, Mapping[Stage, Indexes]]
"""Assessment -> stage -> index by part; "" is the whole."""


@dataclass(frozen=True, slots=True)
class GapRow:
    """Claims less what a stage found, over the offices of a kind ("" all) that have both."""

    kind: str
    part: PartName | None
    stage: Stage
    count: int
    lower: float
    median: float
    upper: float
    claimed_higher: int
    same: int
    claimed_lower: int


@dataclass(frozen=True, slots=True)
class ProvinceGap:
    """The mean gap of a province's offices of one kind, also drawn towards all of that kind."""

    province: str
    kind: str
    found: Shrunk


@dataclass(frozen=True, slots=True)
class Gaps:
    """All gaps of some offices. ``provinces``: verified only, regencies and cities."""

    rows: tuple[GapRow, ...]
    provinces: tuple[ProvinceGap, ...]

    @property
    def whole(self) -> GapRow | None:
        """All kinds, the whole index, against what was verified."""
        return next((r for r in self.rows if (r.kind, r.part, r.stage) == _WHOLE), None)

    @property
    def drawn(self) -> tuple[GapRow, ...]:
        """The rows of the chart: against what was verified."""
        return tuple(row for row in self.rows if row.stage == Stage.VERIFIED)

    @property
    def reach(self) -> float:
        """Half the width of the chart's axis: a multiple of 0.25."""
        most = max((max(abs(r.lower), abs(r.upper)) for r in self.drawn), default=0.0)
        return max(0.25, -(-most // 0.25) * 0.25)


_WHOLE = ("", None, Stage.VERIFIED)


def gaps(rows: Sequence[Standing], staged: Staged, frame: Frame) -> Gaps:
    """The gaps of some offices by kind, and by province."""
    kinds = kinds_of(rows)
    parts = [None, *(part for part in frame.parts if part.depth == 0)]
    found = (
        _row(kind, part, stage, _of(rows, staged, kind, part, stage))
        for kind in (("", *kinds) if len(kinds) > 1 else kinds or ("",))
        for part in parts
        for stage in AGAINST
    )
    return Gaps(tuple(row for row in found if row), tuple(_provinces(rows, staged)))


def _of(
    rows: Iterable[Standing], staged: Staged, kind: str, part: PartName | None, stage: Stage
) -> list[float]:
    own = (row for row in rows if kind in ("", row.kind))
    found = (_gap(staged.get(row.assessment_id, {}), part.id if part else "", stage) for row in own)
    return [one for one in found if one is not None]


def _gap(stages: Mapping[Stage, Indexes], part: str, stage: Stage) -> float | None:
    claim, other = stages.get(Stage.SELF, {}).get(part), stages.get(stage, {}).get(part)
    return None if claim is None or other is None else claim - other


def _row(kind: str, part: PartName | None, stage: Stage, values: list[float]) -> GapRow | None:
    five = spread(values)
    if five is None:
        return None
    higher, lower = sum(v >= SAME for v in values), sum(v <= -SAME for v in values)
    return GapRow(
        kind=kind,
        part=part,
        stage=stage,
        count=five.count,
        lower=five.lower,
        median=five.median,
        upper=five.upper,
        claimed_higher=higher,
        same=five.count - higher - lower,
        claimed_lower=lower,
    )


def _provinces(rows: Sequence[Standing], staged: Staged) -> Iterator[ProvinceGap]:
    found: list[ProvinceGap] = []
    for kind in (OfficeKind.REGENCY, OfficeKind.CITY):
        groups: dict[str, list[float]] = {}
        for row in rows:
            gap = _gap(staged.get(row.assessment_id, {}), "", Stage.VERIFIED)
            if row.kind == kind and row.province and gap is not None:
                groups.setdefault(row.province, []).append(gap)
        for code, one in shrink(groups).items():
            found.append(ProvinceGap(code, str(kind), one))
    yield from sorted(found, key=lambda one: (one.province, one.kind != OfficeKind.REGENCY))
