"""Every node of a scorecard with its title, its place in the tree and its reason in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from maturity.reports import words
from maturity.reports.report import Standing
from maturity.scoring.rubric import Criterion, Group, Node
from maturity.scoring.scorecard import NodeResult, Scorecard
from maturity.survey.instrument import Branch, Instrument, Slice, Text

PARTS = Text("bagian", "parts")
VARIABLES = Text("variabel", "variables")
DIMENSIONS = Text("dimensi", "dimensions")
SUB_DOMAINS = Text("subdomain", "sub-domains")
DATASETS = Text("dataset", "datasets")
PRINCIPLES = Text("prinsip", "principles")


@dataclass(frozen=True)
class Nodes:
    """An instrument with one office's scorecard."""

    instrument: Instrument
    card: Scorecard

    @cached_property
    def parent(self) -> dict[str, Group]:
        """The group above each node but the root."""
        groups = self.instrument.rubric.groups
        return {child.id: group for group in groups for child in group.children}

    def above(self, node_id: str) -> tuple[str, ...]:
        """The ids from the whole down to the node's parent."""
        found: list[str] = []
        while node_id in self.parent:
            node_id = self.parent[node_id].id
            found.append(node_id)
        return tuple(reversed(found))

    def weight_in_all(self, node_id: str) -> float:
        """The node's share in the whole, 0..1."""
        share = 1.0
        for one in (*self.above(node_id)[1:], node_id):
            share *= self.card.node(one).weight
        return share

    def title(self, node_id: str) -> Text:
        """The title of any node: a part of the tree, a dataset, or a cell of its matrix."""
        if self.instrument.has_part(node_id):
            return self.instrument.part(node_id).title
        return self._matrix_title(node_id)

    def _matrix_title(self, node_id: str) -> Text:
        owner, _, rest = node_id.partition("/")
        for item in self.instrument.items_of(self._matrix_of(owner)):
            if item.thing is None or item.column is None:
                continue
            if rest == item.thing.id:
                return item.thing.label
            if node_id == item.key:
                thing, column = item.thing.label, item.column.label
                return Text(f"{thing.id}: {column.id}", f"{thing.en}: {column.en}")
        return Text(node_id, node_id)

    def _matrix_of(self, owner: str) -> str:
        part = self.instrument.part(owner) if self.instrument.has_part(owner) else None
        return part.matrix if isinstance(part, Slice) else owner

    def named(self, node_id: str) -> Text:
        """``V07 Tata kelola metadata``: the id in front where people know it by that."""
        title = self.title(node_id)
        if not self.instrument.has_part(node_id) or isinstance(
            self.instrument.part(node_id), Branch
        ):
            return title
        return Text(f"{node_id} {title.id}", f"{node_id} {title.en}")

    def noun(self, group: Group) -> Text:
        """What the children of a group are."""
        first = group.children[0].id
        if not self.instrument.has_part(first):
            return PRINCIPLES if isinstance(group.children[0], Criterion) else DATASETS
        if not isinstance(self.instrument.part(first), Branch):
            return VARIABLES
        depth = len(self.above(first))
        return {1: DIMENSIONS, 2: SUB_DOMAINS}.get(depth, PARTS)

    def reason(self, node_id: str) -> Text:
        """Why the node stands where it stands, in a sentence or two."""
        node, result = self.instrument.rubric.node(node_id), self.card.node(node_id)
        if isinstance(node, Criterion):
            return words.leaf_reason(node, result)
        reason = words.group_reason(node, result, self.rule(node))
        gate = self.gate(node, result)
        return reason if gate is None else Text(f"{reason.id} {gate.id}", f"{reason.en} {gate.en}")

    def rule(self, group: Group) -> Text:
        """The rule of a group with the number of children that count."""
        known = sum(1 for child in group.children if self.card.node(child.id).percent is not None)
        return words.group_rule(group, known, self.noun(group))

    def gate(self, node: Node, result: NodeResult) -> Text | None:
        """What keeps the gated level down; None where nothing does."""
        if not isinstance(node, Group) or not result.reason.gate:
            return None
        held = result.reason.gate
        holders = [(self.named(one), self.card.node(one).gated_level) for one in held]
        return words.gate_reason(node, result, holders)

    def standing(self, node_id: str, parts: Iterable[Standing] = ()) -> Standing:
        """The node as the report shows it."""
        result = self.card.node(node_id)
        has = self.instrument.has_part(node_id)
        part = self.instrument.part(node_id) if has else None
        return Standing(
            id=node_id,
            title=self.title(node_id),
            summary=part.summary if isinstance(part, Branch | Slice) else None,
            score=result.score,
            max=result.max,
            percent=result.percent,
            index=result.index,
            level=result.level,
            level_name=words.level_name(self.instrument, result.level),
            gated_level=result.gated_level,
            gated_name=words.level_name(self.instrument, result.gated_level),
            coverage=result.coverage,
            weight=result.weight,
            weight_in_all=self.weight_in_all(node_id),
            provisional=result.reason.provisional,
            reason=self.reason(node_id),
            parts=tuple(parts),
            has_levels=self.instrument.rubric.node(node_id).bands is not None,
        )
