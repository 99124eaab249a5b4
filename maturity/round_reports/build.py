"""Reading what the paper of a round tells: a constant number of queries."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from maturity.dashboards.frame import Frame, frame_of
from maturity.dashboards.gap import GapRow, gaps
from maturity.dashboards.grid_reading import read_grid, scored
from maturity.dashboards.provinces import province_names, provinces
from maturity.dashboards.queries import Standing, standings
from maturity.dashboards.round_queries import round_before, stage_of
from maturity.dashboards.stage_queries import staged_indexes
from maturity.dashboards.summary import overview
from maturity.dashboards.weak import WeakVariable, weak_variables
from maturity.reports.build import instrument_facts
from maturity.round_reports.facts import (
    Province,
    RoundReport,
    areas,
)
from maturity.survey.assessments import instrument_of
from maturity.survey.models import Round, Stage


def round_report(
    session: Session,
    round_: Round,
    *,
    language: str,
    stage: Stage | None = None,
    province: str | None = None,
    demo: bool = False,
) -> RoundReport:
    """The report of a round, or of the province of this code.

    ``stage`` None: the one that the round's pages show.
    """
    stage = stage or stage_of(session, round_)
    earlier = round_before(session, round_)
    found = standings(session, round_, earlier, province=province, stage=stage)
    rows = [row for row in found if row.code != province]
    frame, names = frame_of(round_, language), province_names(language)
    own = next((row for row in found if row.code == province), None)
    least = round_.suppress_below
    return RoundReport(
        slug=round_.slug,
        title=round_.title.in_(language),
        language=language,
        stage=stage,
        demo=demo or round_.demo,
        opens_at=round_.opens_at,
        closes_at=round_.closes_at,
        threshold=least,
        frame=frame,
        instrument=instrument_facts(instrument_of(round_)),
        province=None if province is None else Province(province, names[province], own),
        rows=tuple(rows),
        view=overview(rows, frame),
        cells=() if province else provinces(rows, frame, names),
        areas=() if province else areas(rows, names, threshold=least),
        variables=_variables(session, round_, rows, frame, stage),
        gap=_gap(session, round_, rows, frame),
        earlier=earlier.title.in_(language) if earlier else "",
    )


def _variables(
    session: Session, round_: Round, rows: Sequence[Standing], frame: Frame, stage: Stage
) -> tuple[WeakVariable, ...]:
    cells = read_grid(session, round_, scored(rows), stage=stage, locale=frame.language)
    found = weak_variables(cells, frame)
    return tuple(one for one in found if one.count >= round_.suppress_below)


def _gap(session: Session, round_: Round, rows: Sequence[Standing], frame: Frame) -> GapRow | None:
    found = gaps(rows, staged_indexes(session, round_), frame).whole
    return found if found is not None and found.count >= round_.suppress_below else None
