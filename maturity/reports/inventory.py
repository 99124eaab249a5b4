"""The inventory of datasets: which principles each dataset meets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from maturity.reports.indicators import evidence_of, state_of
from maturity.reports.nodes import Nodes
from maturity.reports.report import Dataset, DatasetState, Inventory, Principle, Verdict
from maturity.scoring.scorecard import NodeResult
from maturity.survey.answers import evidence_key
from maturity.survey.assessments import Work
from maturity.survey.instrument import Item, Question, below
from maturity.survey.routing import Place


def inventories(work: Work, nodes: Nodes) -> tuple[Inventory, ...]:
    """One inventory for each matrix of the instrument."""
    parts = below(work.instrument.root)
    matrices = [part for part in parts if isinstance(part, Question) and part.matrix is not None]
    return tuple(_inventory(work, nodes, question) for question in matrices)


def _inventory(work: Work, nodes: Nodes, question: Question) -> Inventory:
    rows = list(_rows(work.instrument.items_of(question.id)))
    return Inventory(
        id=question.id,
        title=question.title,
        principles=tuple(_principle(item) for item in rows[0]),
        datasets=tuple(_dataset(work, nodes, row) for row in rows),
    )


def _rows(items: Sequence[Item]) -> Iterator[list[Item]]:
    row: list[Item] = []
    for item in items:
        if row and row[0].thing != item.thing:
            yield row
            row = []
        row.append(item)
    yield row


def _principle(item: Item) -> Principle:
    column = item.column
    if column is None:
        raise ValueError(f"{item.key} is no cell of a matrix")
    points = item.criterion.ceiling if item.criterion is not None else None
    return Principle(column.id, column.label, column.help, points)


def _dataset(work: Work, nodes: Nodes, row: list[Item]) -> Dataset:
    thing = row[0].thing
    if thing is None:
        raise ValueError(f"{row[0].key} is no cell of a matrix")
    state = _state(work, row)
    results = [nodes.card.node(item.key) if item.criterion is not None else None for item in row]
    assessed = state is DatasetState.ASSESSED
    known = [r for r in results if r is not None and r.percent is not None] if assessed else []
    return Dataset(
        id=thing.id,
        title=thing.label,
        system=thing.system,
        note=thing.note,
        legal=thing.legal,
        state=state,
        verdicts=tuple(_verdict(result, assessed) for result in results),
        earned=sum(r.score or 0.0 for r in known) if known else None,
        possible=sum(r.max or 0.0 for r in known) if known else None,
        reason=_reason(work, row),
        evidence=evidence_of(work, evidence_key(row[0])),
    )


def _state(work: Work, row: list[Item]) -> DatasetState:
    places = [work.route.places[item.key] for item in row]
    if Place.EXCLUDED in places:
        return DatasetState.EXCLUDED
    states = {state_of(work, item) for item in row}
    return DatasetState.NOT_APPLICABLE if states == {"not-applicable"} else DatasetState.ASSESSED


def _verdict(result: NodeResult | None, assessed: bool) -> Verdict:
    if result is None or not assessed or result.max is None:
        return Verdict.NOT_COUNTED
    if result.percent is None or result.score is None:
        return Verdict.UNKNOWN
    if result.score >= result.max:
        return Verdict.MET
    return Verdict.PARTLY if result.score > 0.0 else Verdict.UNMET


def _reason(work: Work, row: list[Item]) -> str:
    readings = (work.route.readings.get(item.key) for item in row)
    return next((one.reason for one in readings if one is not None and one.reason), "")
