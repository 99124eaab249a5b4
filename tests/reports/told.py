"""A report as a page of text that a person can check line by line."""

from __future__ import annotations

from collections.abc import Iterator

from maturity.reports.report import Contribution, Report, Standing, Trace
from maturity.survey.instrument import Text
from maturity.web import format_number


def told(report: Report, language: str) -> str:
    """All that the report says in one language."""
    return "\n".join(_lines(report, language)) + "\n"


def _number(value: float | None) -> str:
    return format_number(value, 2, "en")


def _lines(report: Report, language: str) -> Iterator[str]:
    def say(text: Text | None) -> str:
        return "–" if text is None else text.in_(language)

    def standing(one: Standing, depth: int = 0) -> str:
        return (
            f"{'  ' * depth}{one.id} {say(one.title)}: index {_number(one.index)}, "
            f"level {one.level} {say(one.level_name)}, gated {one.gated_level}, "
            f"weight {_number(one.weight)}, in all {_number(one.weight_in_all)}, "
            f"coverage {_number(one.coverage)}\n{'  ' * depth}    {say(one.reason)}"
        )

    def contribution(one: Contribution) -> str:
        holds = " HOLDS" if one.holds else ""
        return (f"    {one.id}: {_number(one.value)} × {_number(one.weight)} = "
                f"{_number(one.amount)}, level {one.level}, {say(one.state)}{holds}")  # fmt: skip

    def trace(one: Trace) -> Iterator[str]:
        above = " > ".join(node_id for node_id, _ in one.above)
        yield (f"{one.node.id} ({above or 'the whole'}): {say(one.rule)} = {_number(one.total)} "
               f"{one.unit}, band {say(one.band)}, gate: {say(one.gate)}")  # fmt: skip
        yield from map(contribution, one.children)

    yield f"{say(report.office.name)} ({say(report.office.kind)}), {say(report.round_title)}"
    yield f"{report.instrument.ref}, {'PROVISIONAL' if report.provisional else 'frozen'}"
    yield f"notice: {say(report.instrument.notice)}"
    yield "\n== levels"
    yield standing(report.overall)
    for dimension in report.dimensions:
        yield standing(dimension, 1)
        yield from (standing(part, 2) for part in dimension.parts)
    yield f"weakest: {report.weakest.id if report.weakest else '–'}"
    yield f"weak variables: {', '.join(one.id for one in report.weak_indicators)}"
    yield "\n== roadmap"
    yield say(report.roadmap.words)
    for step in report.roadmap.steps:
        yield (f"{step.id} {say(step.title)}: {say(step.before)} → {say(step.after)}. "
               f"{say(step.effect)} [{say(step.remedy)}] [{say(step.evidence)}]")  # fmt: skip
    yield "\n== inventory"
    for inventory in report.inventories:
        yield ", ".join(f"{say(one.title)} ({one.points:g})" for one in inventory.principles)
        for data in inventory.datasets:
            verdicts = " ".join(data.verdicts)
            yield (f"{data.id} {say(data.title)}: {data.state}, {_number(data.earned)} of "
                   f"{_number(data.possible)}, {verdicts} {data.reason}")  # fmt: skip
    yield "\n== answers"
    for one in report.indicators:
        links = "; ".join(f"{'→' if link.href else '×'} {link.shown}" for link in one.evidence)
        yield (f"{one.id} {say(one.title)} [{say(one.section_title)}]: {say(one.state)}. "
               f"{say(one.answer)} | note: {one.note} | evidence: {links} | "
               f"next: {say(one.remedy)}")  # fmt: skip
    yield "\n== traces"
    for node in report.traces:
        yield from trace(node)
