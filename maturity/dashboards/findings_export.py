"""Further tables of a round's pages as files: stable column names, decimal point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from maturity.dashboards.frame import Frame
from maturity.dashboards.gap import Gaps
from maturity.dashboards.rollup import RolledUp
from maturity.dashboards.targets import TargetRow
from maturity.dashboards.trend import TrendRow
from maturity.dashboards.weak import WeakVariable
from maturity.survey.neutral import as_csv


def gaps_csv(found: Gaps) -> str:
    """Claims less verified and settled results, by kind and dimension."""
    head = ["kind", "part", "title", "against", "count", "q1", "median", "q3",
            "claimed_higher", "same", "claimed_lower"]  # fmt: skip
    return as_csv(head, (
        [row.kind or "all", row.part.id if row.part else "all",
         row.part.title if row.part else None, str(row.stage), row.count,
         row.lower, row.median, row.upper, row.claimed_higher, row.same, row.claimed_lower]
        for row in found.rows
    ))  # fmt: skip


def shrunk_csv(found: Gaps, names: Mapping[str, str]) -> str:
    """The mean gap of each province by kind, also drawn towards the mean of the kind."""
    head = ["province", "name", "kind", "count", "mean_gap", "own_weight", "shrunk_gap"]
    return as_csv(head, (
        [row.province, names.get(row.province), row.kind, row.found.count, row.found.mean,
         row.found.own, row.found.shrunk]
        for row in found.provinces
    ))  # fmt: skip


def weak_csv(found: Sequence[WeakVariable], frame: Frame) -> str:
    """Every variable, the weakest first, with offices by level."""
    numbers = [level.number for level in frame.levels]
    head = ["variable", "title", "part", "count", "low", "low_percent", "median_percent",
            *(f"level_{number}" for number in numbers)]  # fmt: skip
    return as_csv(head, (
        [row.variable.id, row.variable.title, row.variable.part, row.count, row.low, row.share,
         row.median, *(row.levels[number] for number in numbers)]
        for row in found
    ))  # fmt: skip


def trend_csv(found: Sequence[TrendRow], locale: str) -> str:
    """Each earlier round beside the one shown."""
    head = ["round", "title", "same_instrument", "linked_variables", "variables", "offices",
            "median_then", "median_now", "median_change", "kinds_left_out"]  # fmt: skip
    return as_csv(head, (
        [row.slug, row.title.in_(locale), row.same, row.linked, row.asked, row.offices, row.then,
         row.now, row.change, " ".join(row.left_out)]
        for row in found
    ))  # fmt: skip


def rollup_csv(found: Sequence[RolledUp], frame: Frame, names: Mapping[str, str]) -> str:
    """Means of the country and its provinces: offices with the same weight, then by voters."""
    parts = [part.id for part in frame.parts if part.depth == 0]
    head = ["province", "name", "weighted_by", "offices", "with_result", "mean_index",
            *(f"mean_{part}" for part in parts), "without_voters"]  # fmt: skip
    return as_csv(head, (
        [row.province or "all", names.get(row.province), way, row.offices, row.scored,
         index, *(means.get(part) for part in parts), row.without_voters]
        for row in found
        for way, index, means in (("office", row.index, row.parts),
                                  ("voters", row.index_by_voters, row.parts_by_voters))
    ))  # fmt: skip


def targets_csv(found: Sequence[TargetRow]) -> str:
    """Offices beside the targets of their round, by part and by the kinds that share a target."""
    head = ["part", "title", "kinds", "target", "target_level", "count", "median", "median_gap",
            "reached"]  # fmt: skip
    return as_csv(head, (
        [row.part.id if row.part else "all", row.part.title if row.part else None,
         " ".join(row.kinds) or "all", row.target, row.level.number if row.level else None,
         row.count, row.median, row.gap, row.reached]
        for row in found
    ))  # fmt: skip
