"""What a rubric must keep to so that every sheet can be scored."""

from __future__ import annotations

import math
from itertools import pairwise

from maturity.scoring.bands import NO_LEVEL, Bands
from maturity.scoring.rubric import Criterion, Group, Method, Node, Rubric, walk


def check(rubric: Rubric) -> None:
    """ValueError that names the node and what is wrong with it."""
    criteria = {leaf.id for leaf in rubric.criteria}
    for node in walk(rubric.root):
        if not (math.isfinite(node.weight) and node.weight >= 0):
            raise ValueError(f"{node.id}: a weight must be a number of at least 0")
        if node.bands is not None:
            _check_bands(node.id, node.bands)
        if isinstance(node, Criterion):
            _check_criterion(node, criteria)
        else:
            _check_group(node)


def _check_bands(node_id: str, bands: Bands) -> None:
    if any(band.level <= NO_LEVEL for band in bands.bands):
        raise ValueError(f"{node_id}: levels are numbered from 1")
    if any(not band.end > band.start for band in bands.bands):
        raise ValueError(f"{node_id}: a band must end above its start")
    if any(low.end != high.start or low.level >= high.level for low, high in pairwise(bands.bands)):
        raise ValueError(f"{node_id}: bands must follow each other without gap, lowest level first")


def _check_criterion(leaf: Criterion, criteria: set[str]) -> None:
    if not (leaf.ceiling > leaf.floor and leaf.ceiling >= 0):
        raise ValueError(f"{leaf.id}: the most it can earn must be 0 or more and exceed its floor")
    for need in leaf.requires:
        if need.criterion not in criteria:
            raise ValueError(f"{leaf.id}: no criterion {need.criterion!r} to require")


def _check_group(group: Group) -> None:
    if group.scale is not None and not group.scale[1] > group.scale[0]:
        raise ValueError(f"{group.id}: a scale must end above its start")
    if group.method is Method.WALK and not all(isinstance(c, Criterion) for c in group.children):
        raise ValueError(f"{group.id}: a walk needs criteria as children")
    if group.gate is None:
        return
    if group.bands is None:
        raise ValueError(f"{group.id}: a gate needs bands to hold a level down")
    below: dict[str, Node] = {node.id: node for node in walk(group) if node is not group}
    for must in group.gate.musts:
        if must.node not in below or below[must.node].bands is None:
            raise ValueError(f"{group.id}: {must.node!r} is no node with bands below it")
