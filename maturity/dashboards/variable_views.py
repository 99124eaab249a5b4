"""Pages of variables: the list, and one variable over all offices."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Blueprint, Flask, abort, render_template, request
from flask.typing import ResponseReturnValue

from maturity.dashboards.files import csv_file
from maturity.dashboards.frame import Frame, LevelName
from maturity.dashboards.grid import Grid, Variable, grid
from maturity.dashboards.grid_reading import Scene, read_numbers, scene_of
from maturity.dashboards.provinces import province_names
from maturity.dashboards.remarks import Remarks, keys_of, remarks
from maturity.dashboards.stage_choice import SHOWN
from maturity.dashboards.variables import (
    Moved,
    Share,
    VariableRow,
    by_kind,
    by_province,
    commonest,
    extremes,
    list_csv,
    moved,
    rows_of,
    steps_of,
    variable_csv,
    whole,
)
from maturity.offices.guard import current_actor, permit, thing_of
from maturity.offices.models import Office
from maturity.offices.permissions import Action, Thing, may
from maturity.survey.examples import HIGH_PERCENT, Shown, examples
from maturity.survey.instrument import Instrument, Question, Slice
from maturity.survey.models import Stage
from maturity.survey.paging import Part, page_said, part_of
from maturity.survey.stage_words import STAGE_NAMES, verdict_name
from maturity.web import locale, reading

bp = Blueprint("variables", __name__)
EXAMPLES = 10
"""Examples on one page."""


def init_app(app: Flask) -> None:
    """Add these pages to an application."""
    app.register_blueprint(bp)


@dataclass(frozen=True, slots=True)
class ListPage:
    """All variables of a round at a stage."""

    slug: str
    title: str
    stage: str
    frame: Frame
    rows: list[VariableRow]
    known: int
    weakest_first: bool


@dataclass(frozen=True, slots=True)
class VariablePage:
    """One variable. ``frame`` has its steps for levels; ``asked``: what is asked, and the
    columns of an inventory; ``rungs``: level -> its description."""

    slug: str
    title: str
    stage: str
    variable: Variable
    part: str
    frame: Frame
    asked: tuple[str, ...]
    rungs: tuple[tuple[int, str], ...]
    whole: Share
    kinds: list[Share]
    provinces: list[Share]
    stages: list[tuple[str, Share, Moved]]
    remarks: Remarks
    examples: Part[Shown]

    @property
    def commonest(self) -> tuple[LevelName, int] | None:
        """The step most offices reached, and how many."""
        return commonest(self.whole, self.frame.levels)

    @property
    def extremes(self) -> tuple[Share, Share] | None:
        """The lowest and the highest province that is not small."""
        return extremes(self.provinces)


# --- the list -------------------------------------------------------------------------


@bp.get("/rounds/<slug>/variables")
@permit(Action.SEE_ROUND)
def listed(slug: str) -> str:
    """All variables of a round, the weakest first."""
    scene, rows = _listed(slug)
    page = ListPage(
        slug=slug,
        title=scene.title,
        stage=str(scene.stage),
        frame=scene.frame,
        rows=rows,
        known=sum(office.result is not None for office in scene.offices),
        weakest_first=_weakest_first(),
    )
    return render_template("dashboards/variables.html", page=page, stages=_stages())


@bp.get("/rounds/<slug>/variables.csv")
@permit(Action.SEE_ROUND)
def listed_csv(slug: str) -> ResponseReturnValue:
    """The same as a file."""
    scene, rows = _listed(slug)
    return csv_file(list_csv(rows, str(scene.stage)), f"{slug}-variables-{scene.stage}.csv")


def _listed(slug: str) -> tuple[Scene, list[VariableRow]]:
    scene = scene_of(reading(), slug)
    found = _grids(scene, scene.stage)[scene.stage]
    return scene, rows_of(found, scene.frame, weakest_first=_weakest_first())


def _weakest_first() -> bool:
    return request.args.get("sort") != "order"


def _grids(scene: Scene, *stages: Stage) -> dict[Stage, Grid]:
    """At each of these stages the offices that have a result."""
    found = read_numbers(reading(), scene.round, *stages)
    return {
        stage: grid(
            [office for office in scene.offices if office.assessment_id in one.row],
            one,
            scene.variables,
        )
        for stage, one in found.items()
    }


def _stages() -> list[tuple[str, str]]:
    return [(str(stage), STAGE_NAMES[stage].in_(locale())) for stage in SHOWN]


# --- one variable ---------------------------------------------------------------------


@bp.get("/rounds/<slug>/variables/<variable>")
@permit(Action.SEE_ROUND)
def variable(slug: str, variable: str) -> str:
    """How all offices stand at one variable, and what verifiers said about it."""
    page = _page(slug, variable)
    said = [(verdict_name(Stage.VERIFIED, verdict).in_(locale()), count)
            for verdict, count in sorted(page.remarks.verdicts.items())]  # fmt: skip
    names = {str(one): verdict_name(Stage.VERIFIED, one).in_(locale())
             for one in page.remarks.verdicts}  # fmt: skip
    return render_template(
        "dashboards/variable.html",
        page=page, verdicts=said, verdict_names=names, stages=_stages(),
        high_percent=HIGH_PERCENT, may_open=_may_open,
    )  # fmt: skip


@bp.get("/rounds/<slug>/variables/<variable>.csv")
@permit(Action.SEE_ROUND)
def variable_file(slug: str, variable: str) -> ResponseReturnValue:
    """The numbers of its charts: all offices at each stage, groups at the one shown."""
    page = _page(slug, variable)
    groups = [("all", stage, share) for stage, share, _moved in page.stages]
    groups += [("kind", page.stage, share) for share in page.kinds]
    groups += [("province", page.stage, share) for share in page.provinces]
    body = variable_csv(groups, len(page.frame.levels))
    return csv_file(body, f"{slug}-{variable}-{page.stage}.csv")


def _page(slug: str, variable_id: str) -> VariablePage:
    scene = scene_of(reading(), slug)
    one = next((one for one in scene.variables if one.id == variable_id), None) or abort(404)
    grids = _grids(scene, *SHOWN)
    shown = grids[scene.stage]
    column = shown.column(one.id)
    asked, rungs = _asked(scene.instrument, one.id)
    return VariablePage(
        slug=slug,
        title=scene.title,
        stage=str(scene.stage),
        variable=one,
        part=scene.frame.part(one.part),
        frame=_stepped(scene.frame, steps_of(shown, column, scene.frame)),
        asked=asked,
        rungs=rungs,
        whole=whole(shown, column),
        kinds=by_kind(shown, column),
        provinces=by_province(shown, column, province_names(locale())),
        stages=_by_stage(grids, column),
        remarks=remarks(reading(), scene.round, keys_of(scene.instrument, one.id), may_read=_reads),
        examples=part_of(
            examples(reading(), scene.round, one.id),
            page_said(request.args.get("examples", "")),
            size=EXAMPLES,
        ),
    )


def _by_stage(grids: dict[Stage, Grid], column: int) -> list[tuple[str, Share, Moved]]:
    """Stages that have results; what changed since the self-assessment."""
    own = grids[Stage.SELF]
    return [
        (str(stage), whole(found, column), moved(own, found, column))
        for stage, found in grids.items()
        if found.offices
    ]


def _stepped(frame: Frame, steps: tuple[LevelName, ...]) -> Frame:
    return replace(frame, levels=steps)


def _reads(thing: Thing) -> bool:
    return may(current_actor(), Action.SEE_ASSESSMENT, thing)


def _may_open(office: Office) -> bool:
    return may(current_actor(), Action.SEE_RESULT, thing_of(office))


def _asked(
    instrument: Instrument, variable: str
) -> tuple[tuple[str, ...], tuple[tuple[int, str], ...]]:
    """The question, with the columns of an inventory; and what each level looks like."""
    part = instrument.part(variable)
    if isinstance(part, Slice):
        matrix = instrument.items_of(part.matrix)[0].question
        columns = matrix.matrix.columns if matrix.matrix else ()
        labels = [column.label for column in columns if column.id in part.columns]
        return tuple(text.in_(locale()) for text in (matrix.text, *labels)), ()
    if not isinstance(part, Question):
        abort(404)
    rungs = [option.rung for option in part.options if option.rung]
    return (part.text.in_(locale()),), tuple(
        (rung.level, rung.text.in_(locale())) for rung in rungs
    )
