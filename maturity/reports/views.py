"""Pages of one office's result: the result, the trace of each number, files of both."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, Response, abort, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from maturity.offices.guard import permit
from maturity.offices.permissions import Action
from maturity.reports import minutes_views, pdf_views, public_views, tables
from maturity.reports.blueprint import bp, seen_assessment, stage_arg, wanted_report
from maturity.reports.build import nodes_of, office_facts
from maturity.reports.chart import Chart
from maturity.reports.figures import charts
from maturity.reports.indicators import indicators
from maturity.reports.nodes import Nodes
from maturity.reports.report import (
    DatasetState,
    Indicator,
    Inventory,
    Report,
    Standing,
    Trace,
    Verdict,
    scale_class,
)
from maturity.reports.stages import SCORED, History, history
from maturity.reports.trace import trace
from maturity.survey import assessments
from maturity.survey.assessments import Work
from maturity.survey.blueprint import assessment_thing
from maturity.survey.instrument import Text
from maturity.survey.lifecycle import HANDED_IN
from maturity.survey.models import Assessment, Stage
from maturity.survey.stage_words import STAGE_NAMES
from maturity.web import is_demo, locale, reading

PAGES = (pdf_views, minutes_views)
"""Modules whose pages join the blueprint by being imported."""
STAGE_FILES = {
    Stage.SELF: "",
    Stage.VERIFIED: "verifikasi",
    Stage.CONTESTED: "sanggahan",
    Stage.SETTLED: "penetapan",
}
"""What of a file's name says whose answers it is about."""


def init_app(app: Flask) -> None:
    """Add these pages to an application."""
    app.register_blueprint(bp)
    app.register_blueprint(public_views.bp)


@dataclass(frozen=True)
class ResultPage:
    """A report with its charts in the reader's language."""

    report: Report
    charts: tuple[Chart, ...]
    stage_arg: str | None = None

    @property
    def assessment_id(self) -> int:
        """Whose traces the numbers lead to."""
        return self.report.assessment

    @property
    def stage_names(self) -> list[tuple[Stage, Text]]:
        """The stages that have a result."""
        return [(one.stage, one.name) for one in self.report.stages]

    @property
    def pictures(self) -> tuple[Chart, ...]:
        """The charts that open the page; others have places of their own."""
        apart = ("inventory-", "stages", "peers")
        return tuple(chart for chart in self.charts if not chart.id.startswith(apart))

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
    stage: Stage
    stages: tuple[tuple[Stage, Standing], ...]
    stage_arg: str | None = None

    @property
    def stage_names(self) -> list[tuple[Stage, Text]]:
        """The stages that have a result."""
        return [(stage, STAGE_NAMES[stage]) for stage, _ in self.stages]

    @property
    def stage_name(self) -> Text:
        """Whose answers the number is about."""
        return STAGE_NAMES[self.stage]


def drawing(chart: Chart) -> Markup:
    """The drawing of a chart, ready to stand in a page; all words in it are escaped."""
    return Markup(chart.drawing)  # noqa: S704


@bp.get("/result")
@permit(Action.SEE_RESULT, assessment_thing)
def result(assessment_id: int) -> str:
    """Levels with their reasons, charts, weakest points, steps up, inventory."""
    report = wanted_report(seen_assessment(reading(), assessment_id))
    page = ResultPage(report, charts(report, locale()), stage_arg())
    return render_template("reports/result.html", page=page, drawing=drawing)


@bp.get("/result/nodes/<path:node_id>")
@permit(Action.SEE_RESULT, assessment_thing)
def node(assessment_id: int, node_id: str) -> str:
    """How one number came about, at the stage that is asked for."""
    told, claims = _history(seen_assessment(reading(), assessment_id))
    work = told.at_stage(claims)
    nodes = nodes_of(work, told.card)
    if node_id not in nodes.instrument.rubric.ids:
        abort(404)
    answered = (one for one in indicators(work, nodes, told=told, claims=claims)
                if one.id == node_id)  # fmt: skip
    page = NodePage(
        assessment_id,
        office_facts(work).name,
        trace(nodes, node_id),
        next(answered, None),
        provisional=told.card is None,
        scale_class=scale_class(len(nodes.instrument.levels)),
        stage=told.stage,
        stages=_standings(told, work, node_id),
        stage_arg=stage_arg(),
    )
    return render_template("reports/node.html", page=page)


def _standings(told: History, work: Work, node_id: str) -> tuple[tuple[Stage, Standing], ...]:
    """The node at each stage that has a result."""
    cards = ((stage, told.cards[stage]) for stage in SCORED if stage in told.cards)
    return tuple((stage, nodes_of(work, card).standing(node_id)) for stage, card in cards)


# --- stages ---------------------------------------------------------------------------


def _history(assessment: Assessment) -> tuple[History, Work]:
    said, work = stage_arg(), assessments.work(reading(), assessment)
    stage = None if said is None else Stage(said)
    return history(reading(), assessment, work, stage=stage) or abort(404), work


# --- files ----------------------------------------------------------------------------


@bp.get("/result.csv")
@permit(Action.SEE_RESULT, assessment_thing)
def result_csv(assessment_id: int) -> ResponseReturnValue:
    """Every node of the scorecard as a table."""
    nodes, assessment, stage = _nodes(assessment_id)
    return _file(tables.nodes_csv(nodes, locale()), _name(assessment, "csv", stage), "text/csv")


@bp.get("/result.json")
@permit(Action.SEE_RESULT, assessment_thing)
def result_json(assessment_id: int) -> ResponseReturnValue:
    """The scorecard as the command line writes it."""
    nodes, assessment, stage = _nodes(assessment_id)
    name = _name(assessment, "json", stage)
    return _file(tables.scorecard_json(nodes), name, "application/json")


@bp.get("/result/<chart_id>.csv")
@permit(Action.SEE_RESULT, assessment_thing)
def chart_csv(assessment_id: int, chart_id: str) -> ResponseReturnValue:
    """The numbers of one chart."""
    assessment = seen_assessment(reading(), assessment_id)
    report = wanted_report(assessment)
    found = charts(report, locale())
    chart = next((one for one in found if one.id == chart_id), None) or abort(404)
    name = _name(assessment, "csv", report.stage, chart.id)
    return _file(tables.chart_csv(chart), name, "text/csv")


def _nodes(assessment_id: int) -> tuple[Nodes, Assessment, Stage]:
    assessment = seen_assessment(reading(), assessment_id)
    told, work = _history(assessment)
    return nodes_of(work, told.card), assessment, told.stage


def _name(assessment: Assessment, ending: str, stage: Stage, part: str = "") -> str:
    state = "" if assessment.state in HANDED_IN else "sementara"
    names = ["DEMO" if is_demo() or assessment.round.demo else "", "hasil",
             assessment.round.slug, assessment.office_code, STAGE_FILES[stage], part,
             state]  # fmt: skip
    return f"{'-'.join(name for name in names if name)}.{ending}"


def _file(body: str, name: str, kind: str) -> Response:
    response = Response(body, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
