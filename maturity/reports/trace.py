"""How a number came about: the rule and what each child adds."""

from __future__ import annotations

from maturity.reports import words
from maturity.reports.nodes import Nodes
from maturity.reports.report import Contribution, Trace, Unit
from maturity.scoring.bands import Measure
from maturity.scoring.rubric import Criterion, Group, Method
from maturity.scoring.scorecard import NodeResult
from maturity.survey.instrument import Text

ADDS_UP = (Method.WEIGHTED_MEAN, Method.MEAN_OF_PERCENTAGES, Method.MINIMUM, Method.SUM)


def trace(nodes: Nodes, node_id: str) -> Trace:
    """The trace of one node; KeyError when there is none."""
    result = nodes.card.node(node_id)
    node = nodes.instrument.rubric.node(node_id)
    unit = _unit(node)
    banded = node.bands is not None and result.level is not None
    summed = unit is Unit.POINTS
    return Trace(
        node=nodes.standing(node_id),
        above=tuple((one, nodes.title(one)) for one in nodes.above(node_id)),
        unit=unit,
        rule=nodes.rule(node) if isinstance(node, Group) else nodes.reason(node_id),
        total=_value(result, unit),
        of=result.max if summed else None,
        band=words.band_words(node.bands, result.level)
        if banded and node.bands is not None and result.level is not None
        else None,
        gate=nodes.gate(node, result),
        children=tuple(_children(nodes, node, unit)) if isinstance(node, Group) else (),
    )


def _unit(node: Group | Criterion) -> Unit:
    if isinstance(node, Criterion) or node.method is Method.SUM:
        return Unit.POINTS
    percent = node.bands is not None and node.bands.measure is Measure.PERCENT
    if percent or node.scale is None or node.method is Method.MEAN_OF_PERCENTAGES:
        return Unit.PERCENT
    return Unit.INDEX


def _value(result: NodeResult, unit: Unit) -> float | None:
    return {
        Unit.INDEX: result.index,
        Unit.PERCENT: result.percent,
        Unit.POINTS: result.score,
    }[unit]


def _children(nodes: Nodes, node: Group, unit: Unit) -> list[Contribution]:
    holders = nodes.card.node(node.id).reason.gate
    found = []
    for child in node.children:
        result = nodes.card.node(child.id)
        value = _value(result, unit)
        found.append(
            Contribution(
                id=child.id,
                title=nodes.title(child.id),
                value=value,
                weight=result.weight,
                amount=_amount(node, value, result.weight),
                level=result.level,
                gated_level=result.gated_level,
                state=state_words(result),
                holds=child.id in holders,
            )
        )
    return found


def _amount(node: Group, value: float | None, weight: float) -> float | None:
    if value is None or node.method not in ADDS_UP:
        return None
    return value if node.method is Method.SUM else value * weight


def state_words(result: NodeResult) -> Text:
    """Whether and how a node was answered."""
    if result.reason.state is not None:
        return words.STATES[result.reason.state]
    if result.percent is None:
        return words.STATES["not-applicable" if result.coverage is None else "unanswered"]
    return Text("Sementara", "Provisional") if result.reason.provisional else words.STATES[
        "answered"
    ]  # fmt: skip
