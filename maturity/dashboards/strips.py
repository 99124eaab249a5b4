"""The place of an office among others: dots on a line, as the path of an SVG. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from maturity.dashboards.frame import Frame, PartName
from maturity.dashboards.queries import Standing
from maturity.dashboards.rank_places import Place
from maturity.dashboards.summary import Spread, spread

STEPS = 120
"""How many places a line has; dots on one place stand above each other."""
HEIGHT = 40.0
APART = 6.0


@dataclass(frozen=True, slots=True)
class Strip:
    """The indexes of a group in one part: five numbers, dots, the own one and its ranks."""

    spread: Spread
    dots: str
    own: float | None
    place: Place | None


def dots(values: Iterable[float], *, low: float, high: float) -> str:
    """The path of one dot each, on a plane STEPS wide and HEIGHT high; equal ones are piled."""
    piles: dict[int, int] = {}
    for value in values:
        step = round((value - low) / (high - low) * STEPS)
        piles[step] = piles.get(step, 0) + 1
    apart = min(APART, (HEIGHT - APART) / max(1, *piles.values(), 1))
    return "".join(
        f"M{step} {round(HEIGHT - APART / 2 - number * apart, 1):g}h0"
        for step, count in sorted(piles.items())
        for number in range(count)
    )


def value_of(row: Standing, part: PartName | None) -> float | None:
    """The index of an office, in a part or (None) as a whole."""
    if row.result is None or part is None:
        return row.index
    return row.result.indexes.get(part.id)


def strip(
    rows: Sequence[Standing],
    part: PartName | None,
    frame: Frame,
    *,
    own: Standing | None,
    place: Place | None,
) -> Strip | None:
    """The strip of some offices; None where none has a number in this part."""
    known = [value for row in rows if (value := value_of(row, part)) is not None]
    found = spread(known, part)
    if found is None:
        return None
    picture = dots(known, low=frame.low, high=frame.high)
    return Strip(found, picture, value_of(own, part) if own else None, place)
