"""The definitions of docs/scoring.md in exact fractions, one unit at a time, slowly.

Nothing here is shared with the engine but the rubric itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from maturity.scoring.bands import Bands, Edge, Measure
from maturity.scoring.rubric import (
    Counts,
    Criterion,
    Effect,
    Group,
    Method,
    Node,
    Rubric,
    State,
)

ONE, NIL = Fraction(1), Fraction(0)
Cell = tuple[float, int]  # points, state


@dataclass
class Found:
    """One node of one unit. ``share`` and ``score`` are None while unknown."""

    share: Fraction | None = None
    score: Fraction | None = None
    basis: Fraction = NIL
    maximum: Fraction = NIL
    applicable: int = 0
    counted: int = 0
    level: int = 0
    gated: int = 0

    @property
    def known(self) -> bool:
        return self.share is not None

    @property
    def present(self) -> bool:
        return self.applicable > 0

    @property
    def missing(self) -> bool:
        return self.present and not self.known

    @property
    def full(self) -> bool:
        return self.share is not None and nine(self.share) >= 1


def nine(value: Fraction) -> Fraction:
    """Rounded to nine decimals."""
    return Fraction(round(value * 10**9), 10**9)


def clip(value: Fraction) -> Fraction:
    return max(NIL, min(ONE, value))


class Oracle:
    """Scores one unit of a rubric: ``found`` holds every node by id."""

    def __init__(self, rubric: Rubric, cells: dict[str, Cell]) -> None:
        self.rubric = rubric
        self.cells = cells
        self.earned: dict[str, tuple[Fraction | None, str]] = {}
        self.found: dict[str, Found] = {}
        self.visit(rubric.root)

    # Criteria

    def cell(self, leaf: Criterion) -> tuple[Fraction | None, str]:
        """Points (None: none) and one of known, unscored, missing, excluded."""
        if leaf.id not in self.earned:
            points, kind = self.policy(leaf)
            for need in leaf.requires:
                points, kind = self.after(need.criterion, need.effect, points, kind)
            self.earned[leaf.id] = points, kind
        return self.earned[leaf.id]

    def policy(self, leaf: Criterion) -> tuple[Fraction | None, str]:
        points, state = self.cells[leaf.id]
        if state in (State.ANSWERED, State.STOPS):
            return (None, "unscored") if math.isnan(points) else (Fraction(points), "known")
        counts = {
            State.UNANSWERED: leaf.unanswered,
            State.DONT_KNOW: leaf.dont_know,
            State.NOT_APPLICABLE: leaf.not_applicable,
            State.OFF_PATH: leaf.off_path,
        }[State(state)]
        if counts is Counts.FULL:
            return Fraction(leaf.ceiling), "known"
        if counts is Counts.ZERO:
            return NIL, "known"
        return None, "missing" if counts is Counts.MISSING else "excluded"

    def after(
        self, source_id: str, effect: Effect, points: Fraction | None, kind: str
    ) -> tuple[Fraction | None, str]:
        source = self.rubric.node(source_id)
        assert isinstance(source, Criterion)
        earned, source_kind = self.cell(source)
        met = source_kind != "known" or earned is None or earned > 0
        if met or kind == "excluded":
            return points, kind
        if effect is Effect.ZERO:
            return NIL, "known"
        return (None if points is None else min(points, NIL)), kind

    def leaf(self, leaf: Criterion) -> Found:
        points, kind = self.cell(leaf)
        if kind == "excluded":
            return Found()
        top, floor = Fraction(leaf.ceiling), Fraction(leaf.floor)
        counted = int(kind != "missing")
        if points is None:
            return Found(maximum=top, applicable=1, counted=counted)
        share = clip((points - floor) / (top - floor))
        return Found(share, points, basis=top, maximum=top, applicable=1, counted=1)

    # Groups

    def visit(self, node: Node) -> Found:
        if isinstance(node, Criterion):
            found = self.leaf(node)
        else:
            for child in node.children:
                self.visit(child)
            found = self.group(node)
        if node.bands is not None:
            found.level = found.gated = level_of(node.bands, found, self.rubric)
        if isinstance(node, Group) and node.gate is not None:
            found.gated = self.gated(node, found.level)
        self.found[node.id] = found
        return found

    def group(self, group: Group) -> Found:
        kids = [self.found[child.id] for child in group.children]
        found = Found(
            basis=sum((kid.basis for kid in kids), NIL),
            maximum=sum((kid.maximum for kid in kids), NIL),
            applicable=sum(kid.applicable for kid in kids),
            counted=sum(kid.counted for kid in kids),
        )
        earned = sum((kid.score for kid in kids if kid.score is not None), NIL)
        scale = scale_of(group)
        if group.method is Method.WALK:
            assert scale is not None
            found.score, found.applicable, found.counted = self.walk(group, kids)
            if found.score is not None:
                found.share = clip((found.score - scale[0]) / (scale[1] - scale[0]))
        else:
            found.share = self.share(group, kids, earned)
        if scale is None:
            found.score = None if found.share is None else earned
        else:
            low, high = scale
            found.maximum = high if found.applicable else NIL
            found.basis = high
            if group.method is not Method.WALK and found.share is not None:
                found.score = low + found.share * (high - low)
        if found.share is None:
            found.basis = NIL
        return found

    def share(self, group: Group, kids: list[Found], earned: Fraction) -> Fraction | None:
        known = [kid for kid in kids if kid.known]
        shares = [kid.share for kid in kids if kid.share is not None]
        if not known and group.method is not Method.CONTIGUOUS:
            return None
        match group.method:
            case Method.WEIGHTED_MEAN:
                pairs = [
                    (Fraction(child.weight), kid.share)
                    for child, kid in zip(group.children, kids, strict=True)
                    if kid.share is not None
                ]
                whole = sum((weight for weight, _ in pairs), NIL)
                if whole == 0:
                    return None
                return sum((weight * share for weight, share in pairs), NIL) / whole
            case Method.MEAN_OF_PERCENTAGES:
                return sum(shares, NIL) / len(shares)
            case Method.SUM:
                whole = sum((kid.basis for kid in kids), NIL)
                return clip(earned / whole) if whole > 0 else NIL
            case Method.MINIMUM:
                return min(shares)
            case Method.ALL_OF:
                failed = any(not kid.full for kid in known)
                undecided = not failed and any(kid.missing for kid in kids)
                return None if undecided else Fraction(not failed)
            case Method.CONTIGUOUS:
                return self.contiguous([kid for kid in kids if kid.present])
        raise AssertionError(group.method)

    @staticmethod
    def contiguous(kids: list[Found]) -> Fraction | None:
        count = 0
        for kid in kids:
            if not kid.full:
                if kid.missing and count == 0:
                    return None
                break
            count += 1
        return Fraction(count, len(kids)) if kids else None

    def walk(self, group: Group, kids: list[Found]) -> tuple[Fraction | None, int, int]:
        last: Fraction | None = None
        reached = counted = 0
        for child, kid in zip(group.children, kids, strict=True):
            if not kid.present:
                continue
            reached += 1
            if not kid.counted:
                return None, reached, counted
            counted += 1
            last = last if kid.score is None else kid.score
            if self.cells[child.id][1] == State.STOPS:
                break
        return last, reached, counted

    # Gates

    def gated(self, group: Group, level: int) -> int:
        assert group.gate is not None
        limits = [
            self.found[child.id].gated + group.gate.slack
            for child in nearest(group)
            if self.found[child.id].known
        ]
        for must in group.gate.musts:
            found = self.found[must.node]
            if found.known and found.gated < must.at_least:
                limits.append(must.level - 1)
        held = min([level, *limits])
        return held if held >= self.rubric.first_level else 0


def nearest(group: Group) -> Iterator[Node]:
    """The nearest nodes below that have bands."""
    for child in group.children:
        if child.bands is not None:
            yield child
        elif isinstance(child, Group):
            yield from nearest(child)


def scale_of(group: Group) -> tuple[Fraction, Fraction] | None:
    if group.scale is not None:
        return Fraction(group.scale[0]), Fraction(group.scale[1])
    match group.method:
        case Method.SUM | Method.MEAN_OF_PERCENTAGES:
            return None
        case Method.CONTIGUOUS:
            return NIL, Fraction(len(group.children))
        case Method.WALK:
            tops = [child.ceiling for child in group.children if isinstance(child, Criterion)]
            return NIL, Fraction(max(tops))
        case Method.ALL_OF:
            return NIL, ONE
    return NIL, Fraction(100)


def level_of(bands: Bands, found: Found, rubric: Rubric) -> int:
    if found.share is None or found.score is None:
        return 0
    value = {
        Measure.SCORE: found.score,
        Measure.PERCENT: found.share * 100,
        Measure.INDEX: rubric.first_level + found.share * (rubric.last_level - rubric.first_level),
    }[bands.measure]
    value = min(nine(value), nine(Fraction(bands.bands[-1].end)))
    for band in bands.bands:
        start, end = nine(Fraction(band.start)), nine(Fraction(band.end))
        if bands.inclusive is Edge.LOWER:
            inside = start <= value < end or (band is bands.bands[-1] and value == end)
        else:
            inside = start < value <= end or (band is bands.bands[0] and value == start)
        if inside:
            return band.level
    return 0
