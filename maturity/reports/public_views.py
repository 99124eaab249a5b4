"""Published results, for everybody: a page, and the same as JSON and CSV. No names of people."""

from __future__ import annotations

import json
from collections.abc import Iterator

from flask import Blueprint, Response, abort, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from maturity.offices.guard import public
from maturity.reports.build import report_of
from maturity.reports.chart import Chart
from maturity.reports.figures import charts
from maturity.reports.report import Change, Report, StageScore, scale_class
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.models import Assessment, Round, Stage
from maturity.survey.neutral import Cell, as_csv
from maturity.web import is_demo, locale, reading

bp = Blueprint("results", __name__, url_prefix="/results")
HEAD = ("part", "id", "title", "stage", "index", "level", "gated_level", "verdict", "answer",
        "words")  # fmt: skip


def published_report(slug: str, office_code: str) -> Report:
    """The settled report of a published assessment; 404 for any other."""
    if not (slug + office_code).isprintable():
        abort(404)
    query = (
        select(Assessment)
        .join(Round, Round.id == Assessment.round_id)
        .where(Round.slug == slug, Assessment.office_code == office_code)
        .where(Assessment.state == AssessmentState.PUBLISHED)
        .options(joinedload(Assessment.office), joinedload(Assessment.round))
    )
    assessment = reading().scalar(query) or abort(404)
    return report_of(reading(), assessment, Stage.SETTLED, alone=True)


@bp.get("/<slug>/<office_code>")
@public
def result(slug: str, office_code: str) -> str:
    """Scores of all stages, and what became of the disputes."""
    report = published_report(slug, office_code)
    return render_template(
        "reports/public.html",
        report=report,
        pictures=[one for one in charts(report, locale()) if one.id in ("stages", "profile")],
        drawing=_drawing,
        scale_class=scale_class(len(report.instrument.levels)),
    )


def _drawing(chart: Chart) -> str:
    return chart.drawing


@bp.get("/<slug>/<office_code>.json")
@public
def result_json(slug: str, office_code: str) -> ResponseReturnValue:
    """The same as data."""
    report = published_report(slug, office_code)
    body = json.dumps(_data(report), ensure_ascii=False, allow_nan=False, indent=2)
    return _file(body, report, "json", "application/json")


@bp.get("/<slug>/<office_code>.csv")
@public
def result_csv(slug: str, office_code: str) -> ResponseReturnValue:
    """The same as one long table."""
    report = published_report(slug, office_code)
    return _file(as_csv(HEAD, _rows(report)), report, "csv", "text/csv")


def _file(body: str, report: Report, ending: str, kind: str) -> Response:
    demo = "DEMO-" if report.demo or is_demo() else ""
    name = f"{demo}hasil-{report.round_slug}-{report.office.code}.{ending}"
    response = Response(body, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


# --- the same as data -----------------------------------------------------------------


def _data(report: Report) -> dict[str, object]:
    language, facts = locale(), report.instrument
    whole, contested = report.overall, report.contested
    return {
        "demo": report.demo,
        "office": {"code": report.office.code, "name": report.office.name.in_(language)},
        "round": {"id": report.round_slug, "title": report.round_title.in_(language)},
        "instrument": {"ref": facts.ref, "fingerprint": facts.fingerprint,
                       "licence": facts.licence},
        "methodology": url_for("web.about"),
        "level": whole.level,
        "gated_level": whole.gated_level,
        "index": whole.index,
        "contested_interval": None if contested is None else list(contested),
        "stages": [_stage(one) for one in report.stages],
        "dimensions": [
            {"id": one.id, "title": one.title.in_(language), "index": one.index,
             "level": one.level, "gated_level": one.gated_level}
            for one in report.dimensions
        ],
        "disputes": [_dispute(one, language) for one in report.disputes],
    }  # fmt: skip


def _stage(one: StageScore) -> dict[str, object]:
    return {
        "stage": str(one.stage),
        "index": one.index,
        "level": one.level,
        "gated_level": one.gated_level,
        "dimensions": dict(one.indexes),
        "digest": one.digest,
    }


def _dispute(one: Change, language: str) -> dict[str, object]:
    return {
        "id": one.key,
        "title": one.title.in_(language),
        "claim": one.claim.in_(language),
        "decisions": [
            {"stage": str(each.stage), "verdict": each.verdict.in_(language),
             "answer": each.answer.in_(language), "words": each.words}
            for each in one.decisions
        ],
    }  # fmt: skip


def _rows(report: Report) -> Iterator[tuple[Cell, ...]]:
    language, root = locale(), report.overall
    titles = {one.id: one.title.in_(language) for one in report.dimensions}
    for stage in report.stages:
        said = str(stage.stage)
        yield ("score", root.id, root.title.in_(language), said, stage.index, stage.level,
               stage.gated_level, None, None, None)  # fmt: skip
        for node_id, index in stage.indexes:
            yield ("score", node_id, titles[node_id], said, index, None, None, None, None, None)
    for one in report.disputes:
        title = one.title.in_(language)
        yield ("dispute", one.key, title, "self", None, None, None, None,
               one.claim.in_(language), None)  # fmt: skip
        for each in one.decisions:
            yield ("dispute", one.key, title, str(each.stage), None, None, None,
                   each.verdict.in_(language), each.answer.in_(language), each.words)  # fmt: skip
