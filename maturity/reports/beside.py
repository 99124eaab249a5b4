"""An office beside others and beside its own past, as frozen facts of its report.

They are read by whoever knows all offices of a round (``provide``): a report of one office does
not. What they tell is what the office itself may see, so that a report says the same to everybody
who may get it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Flask, current_app
from sqlalchemy.orm import Session

from maturity.survey.instrument import Text
from maturity.survey.models import Assessment, Stage

_NAME = "maturity_beside"
CLOSE = 0.01
"""Percents are frozen with two decimals."""


@dataclass(frozen=True, slots=True)
class Rank:
    """Ranks ``best`` to ``worst`` of ``of`` offices; tied with ``tied`` others."""

    best: int
    worst: int
    of: int
    tied: int


@dataclass(frozen=True, slots=True)
class PeerPart:
    """The whole (``title`` None) or a dimension in a group; ``own`` and ``rank`` where known."""

    title: Text | None
    offices: int
    least: float
    lower: float
    median: float
    upper: float
    most: float
    own: float | None
    rank: Rank | None


@dataclass(frozen=True, slots=True)
class PeerGroup:
    """A group the office belongs to; ``parts`` is empty where it may not be told about."""

    name: Text
    reason: Text
    offices: int
    parts: tuple[PeerPart, ...]


@dataclass(frozen=True, slots=True)
class Peers:
    """Its groups with the results of one stage. ``final``: nothing of the round is on its way
    any more; ``terms``: how many draws ranks have, and by how many percent weights change."""

    groups: tuple[PeerGroup, ...]
    stage: Text
    final: bool
    threshold: int
    open_verification: bool
    terms: tuple[int, int]

    @property
    def told(self) -> tuple[PeerGroup, ...]:
        """The groups with numbers."""
        return tuple(one for one in self.groups if one.parts)


@dataclass(frozen=True, slots=True)
class Earlier:
    """The office in an earlier round and now, on what compares.

    ``same``: one instrument; else ``linked`` of ``asked`` variables are counted again for both
    rounds. ``unlike``: the reachable maximum changed, so that nothing is shown.
    """

    title: Text
    same: bool
    linked: int
    asked: int
    then: float | None
    now: float | None
    change: float | None
    unlike: bool


@dataclass(frozen=True, slots=True)
class Practice:
    """What other offices of the same ``kind``, at the same or the next gated level, came to.

    ``percents``: variable -> percents of what can be reached, ascending.
    """

    kind: Text
    threshold: int
    percents: Mapping[str, tuple[float, ...]]

    def have(self, variable: str, percent: float) -> tuple[int, int] | None:
        """How many of how many have reached this; None of fewer than may be told about."""
        known = self.percents.get(variable, ())
        if len(known) < self.threshold:
            return None
        return len(known) - bisect_left(known, percent - CLOSE), len(known)


@dataclass(frozen=True, slots=True)
class Beside:
    """All of it; nothing by default."""

    peers: Peers | None = None
    earlier: tuple[Earlier, ...] = ()
    practice: Practice | None = None


NOTHING = Beside()
Levels = frozenset[int | None]
Source = Callable[[Session, Assessment, Stage, Levels], Beside]
"""Reads them for an assessment at a stage; ``Levels`` are its gated level and the next one."""


def provide(app: Flask, source: Source) -> None:
    """Say who reads them."""
    app.extensions[_NAME] = source


def beside_of(session: Session, assessment: Assessment, stage: Stage, levels: Levels) -> Beside:
    """What an assessment's report tells of others; nothing where nobody provides it."""
    source: Source | None = current_app.extensions.get(_NAME) if current_app else None
    return NOTHING if source is None else source(session, assessment, stage, levels)
