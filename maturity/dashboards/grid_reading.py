"""What pages of all variables read of a round: a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask import abort, request
from sqlalchemy.orm import Session

from maturity.dashboards.frame import Frame, frame_of
from maturity.dashboards.grid import Grid, Numbers, Variable, grid, numbers, variables_of
from maturity.dashboards.memory import Memory, results_digest
from maturity.dashboards.queries import Standing, standings, variable_texts
from maturity.dashboards.round_queries import round_named
from maturity.dashboards.stage_choice import asked_stage
from maturity.survey.assessments import instrument_of
from maturity.survey.frozen import variable_ids
from maturity.survey.instrument import Instrument
from maturity.survey.models import Round, Stage
from maturity.web import locale

_memory: Memory[Mapping[Stage, Numbers]] = Memory(24)
"""Some 300 kB for each stage at which all offices have a result."""


def read_numbers(session: Session, round_: Round, *stages: Stage) -> Mapping[Stage, Numbers]:
    """What every variable came to in a round at these stages; in one query, two where something
    changed since this process read it last."""

    def read() -> Mapping[Stage, Numbers]:
        columns = variable_ids(instrument_of(round_))
        found = variable_texts(session, round_, stages)
        return {stage: numbers(texts, columns) for stage, texts in found.items()}

    return _memory.get(results_digest(session, [round_], *stages), read)


def read_grid(
    session: Session, round_: Round, offices: Sequence[Standing], *, stage: Stage, locale: str
) -> Grid:
    """What every variable came to in these offices of a round at a stage."""
    found = read_numbers(session, round_, stage)[stage]
    return grid(offices, found, variables_of(instrument_of(round_), locale))


def scored(offices: Iterable[Standing]) -> list[Standing]:
    """Those that have a result at the stage they were read at."""
    return [office for office in offices if office.result is not None]


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A round at the stage that the address asks for, with its offices by code."""

    round: Round
    title: str
    instrument: Instrument
    frame: Frame
    variables: tuple[Variable, ...]
    stage: Stage
    offices: list[Standing]


def scene_of(session: Session, slug: str, *, province: str | None = None) -> Scene:
    """The round of an address; 404 where there is none."""
    round_ = round_named(session, slug) or abort(404)
    instrument, stage = instrument_of(round_), asked_stage(session, round_, request.args)
    return Scene(
        round=round_,
        title=round_.title.in_(locale()),
        instrument=instrument,
        frame=frame_of(round_, locale()),
        variables=variables_of(instrument, locale()),
        stage=stage,
        offices=standings(session, round_, province=province, stage=stage),
    )
