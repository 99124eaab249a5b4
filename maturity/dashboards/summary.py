"""Counts and measures of some offices together, from their standings. Pure."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from maturity.dashboards.frame import Frame, LevelName, PartName
from maturity.dashboards.queries import Standing
from maturity.offices.registry import OfficeKind
from maturity.survey.lifecycle import HANDED_IN, AssessmentState


@dataclass(frozen=True, slots=True)
class Counts:
    """Offices by status; ``kind`` "" stands for all kinds."""

    kind: str
    total: int
    submitted: int
    in_progress: int
    not_started: int


@dataclass(frozen=True, slots=True)
class LevelCounts:
    """Submitted offices of a kind by level: number -> offices; None: no level reached."""

    kind: str
    total: int
    by_index: Mapping[int | None, int]
    gated: Mapping[int | None, int]


@dataclass(frozen=True, slots=True)
class PartLevels:
    """``total`` offices of a kind ("" all) with a result, by their level in one part."""

    kind: str
    part: PartName
    total: int
    counts: Mapping[int | None, int]


@dataclass(frozen=True, slots=True)
class Spread:
    """Five numbers of an index over ``count`` submitted offices; ``part`` None: the whole."""

    part: PartName | None
    count: int
    least: float
    lower: float
    median: float
    upper: float
    most: float


@dataclass(frozen=True, slots=True)
class Changes:
    """What became of offices that also have a result of the round before."""

    compared: int
    up: int
    same: int
    down: int
    median: float | None
    incomparable: int


@dataclass(frozen=True, slots=True)
class Overview:
    """All that a page says of some offices together."""

    counts: Counts
    by_kind: tuple[Counts, ...]
    levels: tuple[LevelCounts, ...]
    part_levels: tuple[PartLevels, ...]
    spreads: tuple[Spread, ...]
    changes: Changes
    commonest: LevelName | None
    commonest_count: int
    weakest: Spread | None
    strongest: Spread | None

    @property
    def index(self) -> Spread | None:
        """The spread of the whole index."""
        return self.spreads[0] if self.spreads else None


def overview(rows: Sequence[Standing], frame: Frame) -> Overview:
    """Count and measure some offices. Only submitted ones have scores."""
    kinds = kinds_of(rows)
    found = Counter(row.level for row in rows if row.level is not None)
    number, count = min(found.items(), key=lambda pair: (-pair[1], pair[0]), default=(None, 0))
    spreads = tuple(_spreads(rows, frame))
    lowest = [one for one in spreads if one.part and one.part.depth == 1]
    parts = lowest or [one for one in spreads if one.part]
    return Overview(
        counts=_counts(rows),
        by_kind=tuple(_counts([r for r in rows if r.kind == kind], kind) for kind in kinds),
        levels=tuple(_levels(rows, kind) for kind in ("", *kinds)),
        part_levels=tuple(_part_levels(rows, frame, kinds)),
        spreads=spreads,
        changes=_changes(rows),
        commonest=frame.level(number),
        commonest_count=count,
        weakest=min(parts, key=lambda one: one.median, default=None),
        strongest=max(parts, key=lambda one: one.median, default=None),
    )


class OfKind(Protocol):
    """Whatever is of an office."""

    @property
    def kind(self) -> str:
        """The kind of the office."""


def kinds_of(rows: Iterable[OfKind]) -> tuple[str, ...]:
    """The kinds of some offices, in the order of the register."""
    return tuple(sorted({row.kind for row in rows}, key=_place))


def _place(kind: str) -> tuple[int, str]:
    """Kinds in the order of the register, others after them."""
    known = [str(one) for one in OfficeKind]
    return (known.index(kind) if kind in known else len(known), kind)


def _counts(rows: Sequence[Standing], kind: str = "") -> Counts:
    found = Counter(row.state for row in rows)
    return Counts(
        kind=kind,
        total=len(rows),
        submitted=sum(found[state] for state in HANDED_IN),
        in_progress=found[AssessmentState.IN_PROGRESS] + found[AssessmentState.RETURNED],
        not_started=found[AssessmentState.NOT_STARTED],
    )


def _levels(rows: Sequence[Standing], kind: str) -> LevelCounts:
    scored = [row for row in rows if row.result is not None and kind in ("", row.kind)]
    by_index, gated = Counter(r.level for r in scored), Counter(r.gated for r in scored)
    return LevelCounts(kind, len(scored), by_index, gated)


def _part_levels(
    rows: Sequence[Standing], frame: Frame, kinds: Sequence[str]
) -> Iterable[PartLevels]:
    """Of parts that have levels."""
    for kind in ("", *kinds):
        results = [row.result for row in rows if row.result and kind in ("", row.kind)]
        for part in frame.parts:
            counts = Counter(result.levels.get(part.id) for result in results)
            if counts.keys() - {None}:
                yield PartLevels(kind, part, len(results), counts)


def _spreads(rows: Sequence[Standing], frame: Frame) -> Iterable[Spread]:
    results = [row.result for row in rows if row.result is not None]
    whole = spread([result.index for result in results])
    if whole:
        yield whole
    for part in frame.parts:
        found = spread([result.indexes.get(part.id) for result in results], part)
        if found:
            yield found


def spread(values: Iterable[float | None], part: PartName | None = None) -> Spread | None:
    """The five numbers, quartiles by linear interpolation; None where nothing is known."""
    known = sorted(value for value in values if value is not None)
    if not known:
        return None
    lower, median, upper = (
        statistics.quantiles(known, n=4, method="inclusive") if len(known) > 1 else known * 3
    )
    return Spread(part, len(known), known[0], lower, median, upper, known[-1])


def _changes(rows: Sequence[Standing]) -> Changes:
    steps = [row.level_change for row in rows if row.level_change is not None]
    moved = [row.change for row in rows if row.change is not None]
    return Changes(
        compared=len(moved),
        up=sum(step > 0 for step in steps),
        same=sum(step == 0 for step in steps),
        down=sum(step < 0 for step in steps),
        median=statistics.median(moved) if moved else None,
        incomparable=sum(row.comparable is False for row in rows),
    )
