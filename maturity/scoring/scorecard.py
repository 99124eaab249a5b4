"""The whole result of one unit as plain values that can be stored, read back and explained.

Numbers are rounded to 9 decimals; unknown is ``None``. No text in any language: a
``Reason`` names ids and rules, and the pages put them into words.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from maturity.scoring.bands import DECIMALS, NO_LEVEL
from maturity.scoring.engine import AnswerSheet, Scores
from maturity.scoring.plan import GatePlan
from maturity.scoring.rubric import Criterion, Group, Rubric, State
from maturity.scoring.shares import Column, shares

STATES = {
    State.UNANSWERED: "unanswered",
    State.ANSWERED: "answered",
    State.STOPS: "answered",
    State.DONT_KNOW: "dont-know",
    State.NOT_APPLICABLE: "not-applicable",
    State.OFF_PATH: "off-path",
}
UNMET = "prerequisite-unmet"
ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class ReachedBand:
    """The stretch in which the value lies: ``of`` score, percent or index."""

    of: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a node stands where it stands.

    ``rule`` is a method or ``answer``. ``state`` and ``points`` (as answered) belong to
    criteria. ``gate`` names the nodes that hold the gated level below the level.
    ``provisional`` says that something below is still missing. ``weakest`` is the nearest
    node below with a level whose index is lowest, the first in the tree among equals.
    """

    rule: str
    state: str | None = None
    points: float | None = None
    bands: ReachedBand | None = None
    gate: tuple[str, ...] = ()
    provisional: bool = False
    weakest: str | None = None


@dataclass(frozen=True, slots=True)
class NodeResult:
    """One node of one unit; ``weight`` is its share in its parent's result, 0..1."""

    id: str
    score: float | None
    max: float | None
    percent: float | None
    index: float | None
    level: int | None
    gated_level: int | None
    coverage: float | None
    weight: float
    reason: Reason


@dataclass(frozen=True)
class Scorecard:
    """All nodes of one unit, the root first and parents before children."""

    unit: str
    nodes: tuple[NodeResult, ...]

    @property
    def root(self) -> NodeResult:
        """The result of the whole."""
        return self.nodes[0]

    def node(self, node_id: str) -> NodeResult:
        """The result of one node; KeyError when there is none."""
        return self._by_id[node_id]

    @cached_property
    def _by_id(self) -> dict[str, NodeResult]:
        return {node.id: node for node in self.nodes}

    def to_data(self) -> dict[str, Any]:
        """Lists, dicts, strings, numbers and None only."""
        return {"unit": self.unit, "nodes": [_node_data(node) for node in self.nodes]}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Scorecard:
        """The scorecard of ``to_data``. KeyError or TypeError for anything else."""
        return cls(unit=data["unit"], nodes=tuple(_node_of(node) for node in data["nodes"]))

    def to_json(self) -> str:
        """Compact JSON text; ``from_json`` gives back an equal scorecard."""
        return json.dumps(self.to_data(), separators=(",", ":"), allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Scorecard:
        """The scorecard of ``to_json``."""
        return cls.from_data(json.loads(text))


def scorecards(
    rubric: Rubric, sheet: AnswerSheet, scores: Scores, units: Sequence[str]
) -> Iterator[Scorecard]:
    """One scorecard a unit; ``units`` names the columns of sheet and scores."""
    if len(units) != sheet.points.shape[1]:
        raise ValueError(f"{len(units)} names for {sheet.points.shape[1]} units")
    for column, unit in enumerate(units):
        yield scorecard(rubric, sheet, scores, unit=unit, column=column)


def scorecard(
    rubric: Rubric, sheet: AnswerSheet, scores: Scores, *, unit: str, column: int = 0
) -> Scorecard:
    """The scorecard of one column."""
    reader = _Reader.read(sheet, scores, column)
    weight = shares(reader)
    nodes = tuple(reader.node(node_id, weight[node_id]) for node_id in rubric.ids)
    return Scorecard(unit=unit, nodes=nodes)


@dataclass(frozen=True, slots=True)
class _Reader(Column):
    """One column of sheet and scores as plain lists by row."""

    points: list[float]
    index: list[float | None]
    coverage: list[float | None]
    level: list[int]
    gated: list[int]

    @classmethod
    def read(cls, sheet: AnswerSheet, scores: Scores, column: int) -> _Reader:
        percent = scores.percent[:, column]
        return cls(
            plan=scores.plan,
            percent=_rounded(percent.tolist()),
            score=_rounded(scores.score[:, column].tolist()),
            maximum=_rounded(scores.maximum[:, column].tolist()),
            states=sheet.states[:, column].tolist(),
            points=sheet.points[:, column].tolist(),
            index=_rounded(scores.plan.index_of(percent).tolist()),
            coverage=_rounded(scores.coverage[:, column].tolist()),
            level=scores.level[:, column].tolist(),
            gated=scores.gated_level[:, column].tolist(),
        )

    def node(self, node_id: str, weight: float) -> NodeResult:
        row = self.plan.row[node_id]
        return NodeResult(
            id=node_id,
            score=self.score[row],
            max=self.maximum[row],
            percent=self.percent[row],
            index=self.index[row],
            level=self.level[row] or None,
            gated_level=self.gated[row] or None,
            coverage=self.coverage[row],
            weight=round(weight, DECIMALS),
            reason=self._reason(node_id, row),
        )

    def _reason(self, node_id: str, row: int) -> Reason:
        node = self.plan.rubric.node(node_id)
        coverage = self.coverage[row]
        provisional = coverage is not None and coverage < 1.0
        if isinstance(node, Criterion):
            return Reason(
                rule=ANSWER,
                state=self._state(node, row),
                points=self._answered(row),
                bands=self._band(node, row),
                provisional=provisional,
            )
        return Reason(
            rule=node.method.value,
            bands=self._band(node, row),
            gate=self._held_by(row),
            provisional=provisional,
            weakest=self._weakest(node_id),
        )

    def _state(self, leaf: Criterion, row: int) -> str:
        earned = (self.score[self.plan.row[need.criterion]] for need in leaf.requires)
        applies = self.maximum[row] is not None
        if applies and any(points is not None and points <= 0.0 for points in earned):
            return UNMET
        return STATES[State(self.states[row])]

    def _answered(self, row: int) -> float | None:
        said = self.states[row] in (State.ANSWERED, State.STOPS)
        return _round(self.points[row]) if said else None

    def _band(self, node: Group | Criterion, row: int) -> ReachedBand | None:
        if node.bands is None or self.level[row] == NO_LEVEL:
            return None
        band = node.bands.band_of(self.level[row])
        return ReachedBand(of=node.bands.measure.value, start=band.start, end=band.end)

    def _held_by(self, row: int) -> tuple[str, ...]:
        gate = self.plan.gate_of.get(row)
        if gate is None or self.gated[row] == self.level[row]:
            return ()
        limits = [
            (limit, node_id) for node_id, limit in self._limits(gate) if limit < self.level[row]
        ]
        least = min(limit for limit, _ in limits)
        return tuple(dict.fromkeys(node_id for limit, node_id in limits if limit == least))

    def _limits(self, gate: GatePlan) -> Iterator[tuple[str, int]]:
        """What each node that the gate looks at allows at most."""
        for kid in gate.kids.tolist():
            if self.percent[kid] is not None:
                yield self.plan.ids[kid], self.gated[kid] + gate.slack
        for must, row in gate.musts:
            if self.percent[row] is not None and self.gated[row] < must.at_least:
                yield must.node, must.level - 1

    def _weakest(self, node_id: str) -> str | None:
        found: tuple[float, str] | None = None
        for row in self.plan.nearest[node_id]:
            place = self.index[row]
            if (
                place is not None
                and self.level[row] != NO_LEVEL
                and (found is None or place < found[0])
            ):
                found = (place, self.plan.ids[row])
        return None if found is None else found[1]


def _round(value: float) -> float | None:
    return None if math.isnan(value) else round(value, DECIMALS) + 0.0


def _rounded(values: list[float]) -> list[float | None]:
    return [_round(value) for value in values]


def _node_data(node: NodeResult) -> dict[str, Any]:
    """As ``asdict`` would, without its copying: a third of the time of freezing a result."""
    return {
        "id": node.id,
        "score": node.score,
        "max": node.max,
        "percent": node.percent,
        "index": node.index,
        "level": node.level,
        "gated_level": node.gated_level,
        "coverage": node.coverage,
        "weight": node.weight,
        "reason": _reason_data(node.reason),
    }


def _reason_data(reason: Reason) -> dict[str, Any]:
    bands = reason.bands
    return {
        "rule": reason.rule,
        "state": reason.state,
        "points": reason.points,
        "bands": None if bands is None else {"of": bands.of, "from": bands.start, "to": bands.end},
        "gate": list(reason.gate),
        "provisional": reason.provisional,
        "weakest": reason.weakest,
    }


def _node_of(data: dict[str, Any]) -> NodeResult:
    reason = dict(data["reason"])
    bands = reason["bands"]
    if bands is not None:
        reason["bands"] = ReachedBand(of=bands["of"], start=bands["from"], end=bands["to"])
    reason["gate"] = tuple(reason["gate"])
    return NodeResult(**{**data, "reason": Reason(**reason)})
