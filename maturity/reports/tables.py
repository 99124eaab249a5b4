"""The numbers of a report as files."""

from __future__ import annotations

import json
from collections.abc import Iterator

from maturity.reports.chart import Chart
from maturity.reports.nodes import Nodes
from maturity.survey.neutral import Cell, as_csv

HEAD = (
    "id", "parent", "title", "score", "max", "percent", "index", "level", "gated_level",
    "coverage", "weight", "weight_in_all", "state", "reason",
)  # fmt: skip


def nodes_csv(nodes: Nodes, language: str) -> str:
    """Every node of the scorecard, parents before children."""
    return as_csv(HEAD, _rows(nodes, language))


def _rows(nodes: Nodes, language: str) -> Iterator[tuple[Cell, ...]]:
    for result in nodes.card.nodes:
        above = nodes.above(result.id)
        yield (
            result.id,
            above[-1] if above else None,
            nodes.title(result.id).in_(language),
            result.score,
            result.max,
            result.percent,
            result.index,
            result.level,
            result.gated_level,
            result.coverage,
            result.weight,
            nodes.weight_in_all(result.id),
            result.reason.state,
            nodes.reason(result.id).in_(language),
        )


def chart_csv(chart: Chart) -> str:
    """The numbers of one chart."""
    return as_csv(chart.table.head, chart.table.rows)


def scorecard_json(nodes: Nodes) -> str:
    """The scorecard in the published form: instrument and one unit with its nodes."""
    instrument = nodes.instrument
    about = {
        "id": instrument.id,
        "version": instrument.version,
        "fingerprint": instrument.fingerprint,
    }
    data = {"instrument": about, "units": [nodes.card.to_data()]}
    return json.dumps(data, ensure_ascii=False, allow_nan=False, indent=2)
