"""Reading what the paper of a round tells: a constant number of queries."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from maturity.dashboards.frame import frame_of
from maturity.dashboards.grid import grid, variables_of
from maturity.dashboards.provinces import province_names, provinces
from maturity.dashboards.queries import (
    Standing,
    round_before,
    stage_of,
    standings,
    variable_texts,
)
from maturity.dashboards.summary import overview
from maturity.reports.build import instrument_facts
from maturity.round_reports.facts import (
    Gap,
    Province,
    RoundReport,
    VariableFact,
    areas,
    gap_between,
    part_levels,
    variable_facts,
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
    """The report of a round, whose source is read with it, or of the province of this code.

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
        title=_title(round_, language),
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
        part_levels=part_levels(rows, frame),
        cells=() if province else provinces(rows, frame, names),
        areas=() if province else areas(rows, names, threshold=least),
        variables=_variables(session, round_, rows, stage=stage, language=language),
        gap=_gap(session, round_, province),
        earlier=_title(earlier, language) if earlier else "",
    )


def _variables(
    session: Session, round_: Round, rows: Sequence[Standing], *, stage: Stage, language: str
) -> tuple[VariableFact, ...]:
    scored = [row for row in rows if row.result is not None]
    texts = variable_texts(session, round_, stage=stage)
    table = grid(scored, texts, variables_of(instrument_of(round_), language))
    return variable_facts(table, threshold=round_.suppress_below)


def _gap(session: Session, round_: Round, province: str | None) -> Gap | None:
    claimed, verified = (
        [row for row in standings(session, round_, province=province, stage=stage)
         if row.code != province]
        for stage in (Stage.SELF, Stage.VERIFIED)
    )  # fmt: skip
    return gap_between(claimed, verified, threshold=round_.suppress_below)


def _title(round_: Round, language: str) -> str:
    return round_.title_en if language == "en" else round_.title_id
