"""Results over the rounds: each earlier round beside the one shown, on what compares. Pure.

Rounds of one instrument compare as they were frozen. Between different ones each office is
measured again in both rounds: the mean percent of the linked questions that it has a result in
both times, weighted by the mean of the two instruments' shares.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from maturity.survey.bridge import bridge, common_shares
from maturity.survey.instrument import Instrument, Text

Percents = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Frozen:
    """What one office came to in one round; ``variables`` is the JSON kept, "" where not read."""

    code: str
    kind: str
    index: float | None
    variables: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A round with the frozen results that count of one stage."""

    slug: str
    title: Text
    instrument: Instrument
    results: Sequence[Frozen]


@dataclass(frozen=True, slots=True)
class TrendRow:
    """An earlier round beside the one shown, over the offices with a result in both.

    ``same``: one instrument; else ``linked`` of ``asked`` variables of the round shown were
    compared. ``left_out``: kinds whose reachable maximum changed, so that nothing is shown of
    them. Medians are None where no office is left.
    """

    slug: str
    title: Text
    same: bool
    linked: int
    asked: int
    offices: int
    then: float | None
    now: float | None
    change: float | None
    left_out: tuple[str, ...]


def trend_rows(now: Held, earlier: Sequence[Held]) -> tuple[TrendRow, ...]:
    """Each earlier round, in the order given, beside the one shown."""
    return tuple(_row(then, now) for then in earlier)


def _row(then: Held, now: Held) -> TrendRow:
    shares = common_shares(then.instrument, now.instrument)
    same = then.instrument.fingerprint == now.instrument.fingerprint
    kinds = {one.kind for one in now.results}
    out = () if same else _changed(then.instrument, now.instrument, kinds)
    before = {one.code: one for one in then.results if one.kind not in out}
    pairs = [(before[one.code], one) for one in now.results if one.code in before]
    if same:
        found = [
            (a.index, b.index) for a, b in pairs if a.index is not None and b.index is not None
        ]
    else:
        scale = now.instrument.rubric.first_level, now.instrument.rubric.last_level
        measured = (_both(_percents(a), _percents(b), shares) for a, b in pairs)
        found = [(_index(a, scale), _index(b, scale)) for a, b in filter(None, measured)]
    asked = len(common_shares(now.instrument, now.instrument))
    return TrendRow(
        slug=then.slug,
        title=then.title,
        same=same,
        linked=asked if same else len(shares),
        asked=asked,
        offices=len(found),
        then=statistics.median(a for a, _ in found) if found else None,
        now=statistics.median(b for _, b in found) if found else None,
        change=statistics.median(b - a for a, b in found) if found else None,
        left_out=out,
    )


def _changed(then: Instrument, now: Instrument, kinds: set[str]) -> tuple[str, ...]:
    reach = bridge(then, now).reach
    whole = reach.get("", True)  # instruments that know no kinds
    return tuple(sorted(kind for kind in kinds if not reach.get(kind, whole)))


def _both(then: Percents, now: Percents, shares: Mapping[str, float]) -> tuple[float, float] | None:
    """Mean percents over the questions known both times; None where there is none of weight."""
    known = [one for one in shares if one in then and one in now]
    total = sum(shares[one] for one in known)
    if total <= 0:
        return None
    first, last = (sum(p[one] * shares[one] for one in known) / total for p in (then, now))
    return first, last


def _percents(one: Frozen) -> Percents:
    kept = json.loads(one.variables or "{}")
    return {name: percent for name, (_, percent, _) in kept.items() if percent is not None}


def _index(percent: float, scale: tuple[int, int]) -> float:
    return scale[0] + percent * (scale[1] - scale[0]) / 100
