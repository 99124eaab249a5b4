"""The way to the next level as a search finds it, and keeping what was found.

A search takes longer than all the rest of a report, and finds the same again as long as answers,
instrument and engine are the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from maturity.scoring.engine import AnswerSheet
from maturity.scoring.roadmap import Effect, Step, roadmap
from maturity.survey.instrument import Instrument, Item, Kind

CLIMBED = (Kind.LEVEL, Kind.CHOICE, Kind.TRISTATE)
Common = tuple[tuple[tuple[str, int], float], ...]


@dataclass(frozen=True)
class Asked:
    """What is looked for; equal ones have the same way."""

    fingerprint: str
    points: bytes
    states: bytes
    target: int
    datasets: bool = False
    common: Common = ()
    instrument: Instrument = field(compare=False, repr=False, kw_only=True)
    cells: AnswerSheet = field(compare=False, repr=False, kw_only=True)

    @classmethod
    def of(
        cls, instrument: Instrument, cells: AnswerSheet, target: int, *, common: Common
    ) -> Asked:
        """A level of the whole from these answers, by variables alone."""
        points, states = cells.points.tobytes(), cells.states.tobytes()
        return cls(instrument.fingerprint, points, states, target, common=common,
                   instrument=instrument, cells=cells)  # fmt: skip

    @property
    def ladders(self) -> dict[str, tuple[float, ...]]:
        """The points of the rungs of all that may be raised."""
        return {
            item.key: ladder(item)
            for item in self.instrument.items
            if item.criterion is not None
            and item.kind in CLIMBED
            and (self.datasets or item.thing is None)
        }

    @property
    def digest(self) -> str:
        """Of all that is searched, and of the code that searches."""
        found = ENGINE, self, self.instrument.rubric, self.ladders
        return hashlib.sha256(repr(found).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Way:
    """What a search found; no steps where the level cannot be reached."""

    reachable: bool
    cost: float
    steps: tuple[Step, ...]


Ways = Callable[[Asked], Way]
"""Finds the way. TooEntangledError where the search cannot be exact."""


@lru_cache(maxsize=256)
def searched(asked: Asked) -> Way:
    """The way as the search finds it; this process remembers the last ones."""
    found = roadmap(
        asked.instrument.rubric,
        asked.cells,
        asked.target,
        ladders=asked.ladders,
        common=dict(asked.common),
    )
    return Way(found.reachable, found.cost, found.steps)


def ladder(item: Item) -> tuple[float, ...]:
    """The points of an item's rungs, lowest first."""
    return tuple(sorted({option.points for option in item.options if option.points is not None}))


class KeptWays:
    """The ways of one assessment in a file, from one run of a program to the next.

    The file holds what was asked for last; what cannot be read is looked for again, and what
    cannot be written is not kept.
    """

    def __init__(self, path: Path, put: Callable[[Path, bytes], None]) -> None:
        self._path = path
        self._put = put
        self._kept = _read(path)
        self._asked: dict[str, Way] = {}

    def __call__(self, asked: Asked) -> Way:
        """The way, from the file where it is kept there."""
        key = asked.digest
        found = self._kept.get(key)
        self._asked[key] = found or searched(asked)
        if found is None:
            kept = {name: asdict(way) for name, way in self._asked.items()}
            with suppress(OSError):
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._put(self._path, json.dumps(kept).encode())
        return self._asked[key]


def _read(path: Path) -> dict[str, Way]:
    try:
        return {name: _way(**way) for name, way in json.loads(path.read_bytes()).items()}
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return {}


def _way(*, reachable: bool, cost: float, steps: list[dict[str, Any]]) -> Way:
    return Way(reachable, cost, tuple(_step(**step) for step in steps))


def _step(*, area: dict[str, Any], target: dict[str, Any], **rest: Any) -> Step:
    return Step(area=Effect(**area), target=Effect(**target), **rest)


def _engine() -> str:
    scoring = sorted((Path(__file__).parents[1] / "scoring").glob("*.py"))
    code = b"".join(path.read_bytes() for path in (Path(__file__), *scoring))
    return hashlib.sha256(code).hexdigest()


ENGINE = _engine()
"""Digest of the code that decides which way is found, as it was when this program began."""
