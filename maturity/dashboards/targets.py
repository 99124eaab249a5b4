"""How far offices are from the targets of their round. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from maturity.dashboards.frame import Frame, LevelName, PartName
from maturity.dashboards.queries import Result, Standing
from maturity.dashboards.summary import kinds_of
from maturity.survey.instrument import Instrument
from maturity.survey.targets import WHOLE, Targets, aim, level_meant


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A part, and the offices for which one target holds; ``part`` None: the whole.

    ``kinds``: theirs, none for all of the page. ``target`` None: each kind has its own, and the
    row counts them together. ``gap`` is the median of each office's index less its own target.
    """

    part: PartName | None
    kinds: tuple[str, ...]
    target: float | None
    level: LevelName | None
    count: int
    median: float | None
    gap: float | None
    reached: int


@dataclass(frozen=True, slots=True)
class OwnTarget:
    """A part of one office beside its target; ``own`` None: no result in it."""

    part: PartName | None
    target: float
    level: LevelName | None
    own: float | None

    @property
    def gap(self) -> float | None:
        """The own index less the target."""
        return None if self.own is None else self.own - self.target

    @property
    def reached(self) -> bool | None:
        """Whether the target is reached; None without a result."""
        return None if self.own is None else self.own >= self.target


LevelOf = Callable[[PartName | None, float], LevelName | None]


def level_namer(instrument: Instrument, frame: Frame) -> LevelOf:
    """Which level an index means in a part."""
    return lambda part, value: frame.level(level_meant(instrument, _id(part), value))


def target_rows(
    rows: Sequence[Standing], frame: Frame, targets: Targets, level_of: LevelOf
) -> tuple[TargetRow, ...]:
    """The parts that have a target for some of these offices, in the order of the instrument."""
    if not targets:
        return ()
    parts: list[PartName | None] = [None, *frame.parts]
    return tuple(one for part in parts for one in _of_part(part, rows, targets, level_of))


def _of_part(
    part: PartName | None, rows: Sequence[Standing], targets: Targets, level_of: LevelOf
) -> Iterator[TargetRow]:
    kinds = kinds_of(rows)
    aims = {kind: aim(targets, _id(part), kind) for kind in kinds}
    own = {kind: value for kind, value in aims.items() if value is not None}
    values = list(dict.fromkeys(own.values()))
    meant = [row for row in rows if row.kind in own]
    if len(values) > 1:
        yield _row(part, meant, own, kinds=() if len(own) == len(kinds) else tuple(own))
    for value in values:
        some = tuple(kind for kind in own if own[kind] == value)
        found = _row(
            part,
            [row for row in meant if row.kind in some],
            own,
            kinds=() if some == kinds else some,
            target=value,
            level=level_of(part, value),
        )
        yield found


def _row(
    part: PartName | None,
    rows: Sequence[Standing],
    own: dict[str, float],
    *,
    kinds: tuple[str, ...],
    target: float | None = None,
    level: LevelName | None = None,
) -> TargetRow:
    found = [(index_in(part, row.result), own[row.kind]) for row in rows]
    known = [(index, goal) for index, goal in found if index is not None]
    gaps = [index - goal for index, goal in known]
    return TargetRow(
        part=part,
        kinds=kinds,
        target=target,
        level=level,
        count=len(known),
        median=statistics.median(index for index, _ in known) if known else None,
        gap=statistics.median(gaps) if gaps else None,
        reached=sum(gap >= 0 for gap in gaps),
    )


def own_targets(
    standing: Standing, frame: Frame, targets: Targets, level_of: LevelOf
) -> tuple[OwnTarget, ...]:
    """One office beside the targets of its kind."""
    parts: list[PartName | None] = [None, *frame.parts]
    found = ((part, aim(targets, _id(part), standing.kind)) for part in parts)
    return tuple(
        OwnTarget(part, value, level_of(part, value), index_in(part, standing.result))
        for part, value in found
        if value is not None
    )


def index_in(part: PartName | None, result: Result | None) -> float | None:
    """The index of a result in a part, None for the whole."""
    if result is None:
        return None
    return result.indexes.get(part.id) if part else result.index


def _id(part: PartName | None) -> str:
    return part.id if part else WHOLE
