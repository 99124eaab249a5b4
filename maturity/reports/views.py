"""Pages of one office's result: the result, the trace of each number, files of both."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, Response, abort, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from maturity.offices.guard import permit
from maturity.offices.permissions import Action
from maturity.reports import minutes_views, pdf_views, tables
from maturity.reports.blueprint import bp, seen_assessment
from maturity.reports.build import nodes_of, office_facts, report_of
from maturity.reports.figures import Chart, charts
from maturity.reports.indicators import indicators
from maturity.reports.nodes import Nodes
from maturity.reports.report import DatasetState, Indicator, Inventory, Report, Trace, Verdict
from maturity.reports.trace import trace
from maturity.survey import assessments
from maturity.survey.blueprint import assessment_thing
from maturity.survey.instrument import Text
from maturity.survey.lifecycle import HANDED_IN
from maturity.survey.models import Assessment
from maturity.web import is_demo, locale, reading

PAGES = (pdf_views, minutes_views)
"""Modules whose pages join the blueprint by being imported."""


def init_app(app: Flask) -> None:
    """Add these pages to an application."""
    app.register_blueprint(bp)


@dataclass(frozen=True)
class ResultPage:
    """A report with its charts in the reader's language."""

    report: Report
    charts: tuple[Chart, ...]

    @property
    def assessment_id(self) -> int:
        """Whose traces the numbers lead to."""
        return self.report.assessment

    @property
    def pictures(self) -> tuple[Chart, ...]:
        """The charts that open the page; those of inventories stand with their lists."""
        return tuple(chart for chart in self.charts if not chart.id.startswith("inventory-"))

    def principles(self, inventory: Inventory) -> list[tuple[Text, int]]:
        """Each principle with the number of assessed datasets that meet it."""
        rows = [dataset.verdicts for dataset in inventory.of(DatasetState.ASSESSED)]
        met = [sum(row[at] is Verdict.MET for row in rows)
               for at in range(len(inventory.principles))]  # fmt: skip
        return [(one.title, n) for one, n in zip(inventory.principles, met, strict=True)]

    @property
    def scale_class(self) -> str:
        """The colours of this instrument's number of levels."""
        return scale_class(len(self.report.instrument.levels))


@dataclass(frozen=True)
class NodePage:
    """One number with its trace; ``indicator`` where it is the answer to a question."""

    assessment_id: int
    office: Text
    trace: Trace
    indicator: Indicator | None
    provisional: bool
    scale_class: str


def scale_class(levels: int) -> str:
    """The style that gives a scale of so many levels its colours."""
    return f"levels-{levels}" if levels in (3, 5) else ""


def drawing(chart: Chart) -> Markup:
    """The drawing of a chart, ready to stand in a page; all words in it are escaped."""
    return Markup(chart.drawing)  # noqa: S704


@bp.get("/result")
@permit(Action.SEE_RESULT, assessment_thing)
def result(assessment_id: int) -> str:
    """Levels with their reasons, charts, weakest points, steps up, inventory."""
    assessment = seen_assessment(reading(), assessment_id)
    report = report_of(reading(), assessment)
    page = ResultPage(report, charts(report, locale()))
    return render_template("reports/result.html", page=page, drawing=drawing)


@bp.get("/result/nodes/<path:node_id>")
@permit(Action.SEE_RESULT, assessment_thing)
def node(assessment_id: int, node_id: str) -> str:
    """How one number came about."""
    assessment = seen_assessment(reading(), assessment_id)
    stored = assessments.handed_in_result(reading(), assessment)
    work = assessments.work(reading(), assessment)
    nodes = nodes_of(work, stored)
    if node_id not in nodes.instrument.rubric.ids:
        abort(404)
    answered = (one for one in indicators(work, nodes) if one.id == node_id)
    page = NodePage(
        assessment.id,
        office_facts(work).name,
        trace(nodes, node_id),
        next(answered, None),
        provisional=stored is None,
        scale_class=scale_class(len(nodes.instrument.levels)),
    )
    return render_template("reports/node.html", page=page)


# --- files ----------------------------------------------------------------------------


@bp.get("/result.csv")
@permit(Action.SEE_RESULT, assessment_thing)
def result_csv(assessment_id: int) -> ResponseReturnValue:
    """Every node of the scorecard as a table."""
    nodes, assessment = _nodes(assessment_id)
    return _file(tables.nodes_csv(nodes, locale()), _name(assessment, "csv"), "text/csv")


@bp.get("/result.json")
@permit(Action.SEE_RESULT, assessment_thing)
def result_json(assessment_id: int) -> ResponseReturnValue:
    """The scorecard as the command line writes it."""
    nodes, assessment = _nodes(assessment_id)
    return _file(tables.scorecard_json(nodes), _name(assessment, "json"), "application/json")


@bp.get("/result/<chart_id>.csv")
@permit(Action.SEE_RESULT, assessment_thing)
def chart_csv(assessment_id: int, chart_id: str) -> ResponseReturnValue:
    """The numbers of one chart."""
    assessment = seen_assessment(reading(), assessment_id)
    found = charts(report_of(reading(), assessment), locale())
    chart = next((one for one in found if one.id == chart_id), None) or abort(404)
    return _file(tables.chart_csv(chart), _name(assessment, "csv", chart.id), "text/csv")


def _nodes(assessment_id: int) -> tuple[Nodes, Assessment]:
    assessment = seen_assessment(reading(), assessment_id)
    stored = assessments.handed_in_result(reading(), assessment)
    return nodes_of(assessments.work(reading(), assessment), stored), assessment


def _name(assessment: Assessment, ending: str, part: str = "") -> str:
    state = "" if assessment.state in HANDED_IN else "sementara"
    names = ["DEMO" if is_demo() or assessment.round.demo else "", "hasil",
             assessment.round.slug, assessment.office_code, part, state]  # fmt: skip
    return f"{'-'.join(name for name in names if name)}.{ending}"


def _file(body: str, name: str, kind: str) -> Response:
    response = Response(body, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
