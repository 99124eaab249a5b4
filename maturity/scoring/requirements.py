"""What a level asks for: of a node's own number, and of the nodes below a gate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from maturity.scoring.bands import DECIMALS, Bands, Edge, Measure
from maturity.scoring.frontier import Outcome
from maturity.scoring.rubric import Group, Node, Rubric

Needs = Mapping[str, int]  # the gated level that a node must have if it is known


def required(rubric: Rubric, group: Group, needs: Needs) -> Needs:
    """The needs with what a group's own gate asks of the nodes below."""
    level = needs.get(group.id, 0)
    if group.gate is None or level <= 0:
        return needs
    level = max(level, rubric.first_level)
    asked = [(kid.id, level - group.gate.slack) for kid in _nearest(group)]
    asked += [(must.node, must.at_least) for must in group.gate.musts if must.level <= level]
    strict = dict(needs)
    for node_id, at_least in asked:
        if at_least > strict.get(node_id, 0):
            strict[node_id] = at_least
    return strict


def reaches(bands: Bands, outcome: Outcome, level: int, rubric: Rubric) -> bool:
    """Whether a known outcome lies in the band of the level or in a higher one."""
    value = outcome.score
    if bands.measure is Measure.PERCENT:
        value = outcome.share * 100.0
    elif bands.measure is Measure.INDEX:
        value = rubric.first_level + outcome.share * (rubric.last_level - rubric.first_level)
    enough = [band for band in bands.bands if band.level >= level]
    if not enough:
        return False
    value, start = round(value, DECIMALS), round(enough[0].start, DECIMALS)
    closed = bands.inclusive is Edge.LOWER or enough[0] is bands.bands[0]
    return value >= start if closed else value > start


def _nearest(group: Group) -> Iterator[Node]:
    for child in group.children:
        if child.bands is not None:
            yield child
        elif isinstance(child, Group):
            yield from _nearest(child)
