"""The cheapest ways to every result of a group: Pareto frontiers, folded child by child.

A ``Partial`` is a group with some of its children decided. Of two that differ in nothing
but cost and goods, one that costs no more and has no less of every good is never the
worse one to go on from; so the other is forgotten. Nothing else is, which keeps it exact.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from maturity.scoring.bands import DECIMALS
from maturity.scoring.choices import Option
from maturity.scoring.pareto import Numbers, best
from maturity.scoring.plan import scale_of
from maturity.scoring.rubric import Group, Method, Node

Picks = tuple["Picks", "Picks"] | tuple[str, Option] | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a node may come to; the numbers count only where it is known."""

    cost: float
    known: bool
    applies: bool
    share: float = 0.0
    score: float = 0.0
    basis: float = 0.0
    picks: Picks = None
    counted: bool = True  # this and the rest: of a question in a walk
    stops: bool = False
    off_path: bool | None = None  # of a waiting one: whether it stays off the path


@dataclass(frozen=True, slots=True)
class Partial:
    """Some children decided. ``goods`` are better the more; ``alike`` must be equal to compare.

    ``full`` tells whether all known children are full: under ``all_of`` a child that is not
    decides, so there less may be of more use.
    """

    cost: float
    alike: Numbers
    goods: Numbers = ()
    picks: Picks = None
    full: bool = True


State = tuple[Numbers, Numbers]  # alike, goods


def added(group: Group, partial: Partial, child: Node, outcome: Outcome) -> Partial | None:
    """One more child decided in one way; None where the two cannot be at once."""
    state = _RULES[group.method].add(group, partial, outcome, child.weight)
    if state is None:
        return None
    alike, goods = state
    full = partial.full and (not outcome.known or _full(outcome))
    picks: Picks = (partial.picks, outcome.picks)
    return Partial(partial.cost + outcome.cost, alike, goods, picks, full)


def picked(picks: Picks) -> Iterator[tuple[str, Option]]:
    """The option of each criterion."""
    stack: list[Picks] = [picks]
    while stack:
        one = stack.pop()
        if one is None:
            continue
        first, second = one
        if isinstance(first, str) and isinstance(second, Option):
            yield first, second
        else:
            stack += [first, second]  # type: ignore[list-item]


def undecided(group: Group) -> Partial:
    """No child decided yet."""
    alike, goods = _RULES[group.method].empty
    return Partial(0.0, alike, goods)


def finished(group: Group, partial: Partial) -> Outcome:
    """All children decided."""
    applies, known, share, score, basis = _RULES[group.method].finish(group, partial)
    scale = scale_of(group)
    if scale is not None:
        basis = scale[1]
        if group.method is not Method.WALK:
            score = scale[0] + share * (scale[1] - scale[0])
    return Outcome(partial.cost, known=known, applies=applies, share=share, score=score,
                   basis=basis if known else 0.0, picks=partial.picks)  # fmt: skip


def best_of(group: Group, outcomes: Iterable[Outcome], *, tell_full: bool) -> list[Outcome]:
    """The outcomes of a group that its parent may have use for."""
    summed = scale_of(group) is None

    def key(one: Outcome) -> tuple[float, Numbers, Numbers]:
        goods = (one.score, one.share) if summed and one.known else (one.score,)
        return one.cost, (one.known, one.applies, one.basis, tell_full and _full(one)), goods

    return best(outcomes, key)


def worth(partials: tuple[Partial, ...], *, tell_full: bool) -> tuple[float, Numbers, Numbers]:
    """Of groups decided side by side: cost, what must be alike to compare, goods."""
    alike = [number for partial in partials for number in partial.alike]
    if tell_full:
        alike += [partial.full for partial in partials]
    goods = [number for partial in partials for number in partial.goods]
    return sum([partial.cost for partial in partials]), tuple(alike), tuple(goods)


@dataclass(frozen=True, slots=True)
class _Rule:
    """A method as a fold: where it starts, how a child adds, what comes out.

    ``finish`` gives (applies, known, share, score, basis).
    """

    empty: State
    add: Callable[[Group, Partial, Outcome, float], State | None]
    finish: Callable[[Group, Partial], tuple[bool, bool, float, float, float]]


def _clip(share: float) -> float:
    return min(1.0, max(0.0, share))


def _full(child: Outcome) -> bool:
    return child.known and round(child.share, DECIMALS) >= 1.0


def _add_weighted(_g: Group, partial: Partial, child: Outcome, weight: float) -> State:
    (applies, total), (top,) = partial.alike, partial.goods
    if not child.known:
        return (applies or child.applies, total), (top,)
    return (True, total + weight), (top + weight * child.share,)


def _weighted(_g: Group, partial: Partial) -> tuple[bool, bool, float, float, float]:
    applies, total = partial.alike
    share = partial.goods[0] / total if total > 0 else 0.0
    return bool(applies), total > 0, share, 0.0, 0.0


def _add_percentage(group: Group, partial: Partial, child: Outcome, _w: float) -> State:
    (applies, number, basis), (top, score) = partial.alike, partial.goods
    if not child.known:
        return (applies or child.applies, number, basis), (top, score)
    if scale_of(group) is not None:
        return (True, number + 1, 0.0), (top + child.share, 0.0)
    return (True, number + 1, basis + child.basis), (top + child.share, score + child.score)


def _percentages(_g: Group, partial: Partial) -> tuple[bool, bool, float, float, float]:
    (applies, number, basis), (top, score) = partial.alike, partial.goods
    return bool(applies), number > 0, top / number if number else 0.0, score, basis


def _add_sum(_g: Group, partial: Partial, child: Outcome, _w: float) -> State:
    (applies, known, basis), (score,) = partial.alike, partial.goods
    if not child.known:
        return (applies or child.applies, known, basis), (score,)
    return (True, True, basis + child.basis), (score + child.score,)


def _sum(_g: Group, partial: Partial) -> tuple[bool, bool, float, float, float]:
    (applies, known, basis), (score,) = partial.alike, partial.goods
    share = _clip(score / basis) if basis > 0 else 0.0
    return bool(applies), bool(known), share, score, basis


def _add_minimum(_g: Group, partial: Partial, child: Outcome, _w: float) -> State:
    (applies, known), (least,) = partial.alike, partial.goods
    if not child.known:
        return (applies or child.applies, known), (least,)
    return (True, True), (min(least, child.share),)


def _minimum(_g: Group, partial: Partial) -> tuple[bool, bool, float, float, float]:
    (applies, known), (least,) = partial.alike, partial.goods
    return bool(applies), bool(known), least if known else 0.0, 0.0, 0.0


def _add_all(_g: Group, partial: Partial, child: Outcome, _w: float) -> State:
    applies, known, failed, missing = partial.alike
    return (
        applies or child.applies,
        known or child.known,
        failed or (child.known and not _full(child)),
        missing or (child.applies and not child.known),
    ), ()


def _all(_g: Group, partial: Partial) -> tuple[bool, bool, float, float, float]:
    applies, some, failed, missing = partial.alike
    known = bool(failed or (some and not missing))
    return bool(applies), known, float(known and not failed), 0.0, 0.0


def _add_rung(_g: Group, partial: Partial, child: Outcome, _w: float) -> State:
    number, known, alive, count = partial.alike
    if not child.applies:
        return partial.alike, ()
    full = _full(child)
    return (
        number + 1,
        known or (alive and child.known),
        alive and full,
        count + (1 if alive and full else 0),
    ), ()


def _contiguous(_g: Group, partial: Partial) -> tuple[bool, bool, float, float, float]:
    number, known, _, count = partial.alike
    return number > 0, bool(known), count / number if number else 0.0, 0.0, 0.0


def _add_question(_g: Group, partial: Partial, child: Outcome, _w: float) -> State | None:
    applies, alive, missing, scored, last = partial.alike
    if child.off_path is not None and child.off_path == bool(alive):
        return None  # a question is on the path exactly where the walk comes by
    here = bool(alive) and child.applies
    if here and child.known:
        scored, last = True, child.score
    return (
        applies or child.applies,
        alive and not (here and child.stops),
        missing or (here and not child.counted),
        scored,
        last,
    ), ()


def _walk(group: Group, partial: Partial) -> tuple[bool, bool, float, float, float]:
    applies, _, missing, scored, last = partial.alike
    low, high = scale_of(group) or (0.0, 1.0)
    known = bool(scored and not missing)
    return bool(applies), known, _clip((last - low) / (high - low)), last if known else 0.0, 0.0


_RULES: dict[Method, _Rule] = {
    Method.WEIGHTED_MEAN: _Rule(((False, 0.0), (0.0,)), _add_weighted, _weighted),
    Method.MEAN_OF_PERCENTAGES: _Rule(((False, 0, 0.0), (0.0, 0.0)), _add_percentage, _percentages),
    Method.SUM: _Rule(((False, False, 0.0), (0.0,)), _add_sum, _sum),
    Method.MINIMUM: _Rule(((False, False), (math.inf,)), _add_minimum, _minimum),
    Method.ALL_OF: _Rule(((False, False, False, False), ()), _add_all, _all),
    Method.CONTIGUOUS: _Rule(((0, False, True, 0), ()), _add_rung, _contiguous),
    Method.WALK: _Rule(((False, True, False, False, 0.0), ()), _add_question, _walk),
}
