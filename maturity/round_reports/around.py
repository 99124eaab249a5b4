"""What an office's report tells of other offices and of the office's own past.

Everything is what the office itself may see (``docs/comparison.md``), whoever asks, so that the
same report has the same bytes for everybody. What all offices of a round share is read once and
kept while nothing changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from maturity.dashboards.frame import frame_of
from maturity.dashboards.grid import Grid
from maturity.dashboards.grid_reading import read_grid
from maturity.dashboards.group_words import group_name, group_reason, kind_name
from maturity.dashboards.memory import Memory, results_digest
from maturity.dashboards.office_peers import PeerGroup as Shown
from maturity.dashboards.office_peers import peers_among, told_groups
from maturity.dashboards.peers import Group, groups_of
from maturity.dashboards.provinces import province_names
from maturity.dashboards.queries import standings
from maturity.dashboards.rank_places import Material
from maturity.dashboards.round_queries import stage_of
from maturity.dashboards.round_ranks import RANK_TERMS, rank_material
from maturity.dashboards.sight import Sight, Whole
from maturity.dashboards.stage_queries import STAGES
from maturity.dashboards.strips import Strip
from maturity.dashboards.trend import trend_rows
from maturity.dashboards.trend_queries import held_rounds
from maturity.offices.models import Office, Role
from maturity.offices.permissions import Actor, Grant
from maturity.offices.registry import OfficeKind
from maturity.reports.beside import (
    Beside,
    Earlier,
    Levels,
    PeerGroup,
    PeerPart,
    Peers,
    Practice,
    Rank,
)
from maturity.survey.assessments import instrument_of
from maturity.survey.instrument import Instrument, Text
from maturity.survey.models import Assessment, Round, Stage
from maturity.survey.stage_words import STAGE_NAMES

LANGUAGES = ("id", "en")


@dataclass
class Together:
    """A round as all its reports share it; ``made`` and ``grid`` once they are asked for."""

    whole: Whole
    made: Material | None = None
    grid: Grid | None = None
    lock: Lock = field(default_factory=Lock)


_memory: Memory[Together] = Memory(4)


def around(session: Session, assessment: Assessment, stage: Stage, levels: Levels) -> Beside:
    """Peers and practice with the results that the office may see, the past at the stage."""
    round_, code = assessment.round, assessment.office_code
    together = _together(session, round_)
    sight = together.whole.seen_by(Actor(grants=(Grant(Role.RESPONSIBLE, code),)))
    return Beside(
        peers=_peers(session, round_, code, together=together, sight=sight),
        earlier=_earlier(session, round_, code, stage=stage),
        practice=_practice(session, round_, code, together=together, sight=sight, levels=levels),
    )


# --- what all offices of a round share --------------------------------------------------


def _together(session: Session, round_: Round) -> Together:
    """Read anew only where something changed since this process read it last."""

    def read() -> Together:
        stage = stage_of(session, round_)
        rows = tuple(standings(session, round_, stage=stage))
        final = stage is Stage.SETTLED
        return Together(Whole(rows, stage, final, groups_of(rows), round_.suppress_below))

    results = results_digest(session, [round_], *STAGES)
    return _memory.get((results, round_.suppress_below, *_offices(session, round_)), read)


def _offices(session: Session, round_: Round) -> Iterator[tuple[object, ...]]:
    """Where each office stands, and what peer groups are made of."""
    rows = session.execute(
        select(Assessment.id, Assessment.state, Office.code, Office.kind, Office.province_code,
               Office.voters, Office.districts)
        .join(Office, Office.code == Assessment.office_code)
        .where(Assessment.round_id == round_.id)
        .order_by(Assessment.id)
    )  # fmt: skip
    yield from map(tuple, rows)


def _material(session: Session, round_: Round, together: Together) -> Material:
    with together.lock:
        if together.made is None:
            whole = together.whole
            together.made = rank_material(session, round_, whole.rows, whole.stage)
        return together.made


def _grid(session: Session, round_: Round, together: Together) -> Grid:
    with together.lock:
        if together.grid is None:
            whole = together.whole
            together.grid = read_grid(session, round_, whole.rows, stage=whole.stage, locale="id")
        return together.grid


# --- peers ------------------------------------------------------------------------------


def _peers(
    session: Session, round_: Round, code: str, *, together: Together, sight: Sight
) -> Peers | None:
    """None where the office has no result or no peer. While nothing may be told, no group is
    named, so that a report does not change with each office that comes in."""
    told = bool(told_groups(code, sight))
    made = _material(session, round_, together) if told else None
    instrument, frame = instrument_of(round_), frame_of(round_, "id")
    found = peers_among(code, sight=sight, made=made, frame=frame, names=province_names("id"))
    own = sight.row(code)
    if not found.has_result or own is None or own.kind == OfficeKind.NATIONAL:
        return None
    groups = found.groups if told or found.final else ()
    return Peers(
        groups=tuple(_group(one, sight, round_, instrument) for one in groups),
        stage=STAGE_NAMES[found.stage],
        final=found.final,
        threshold=found.threshold,
        open_verification=found.open_verification,
        terms=RANK_TERMS,
    )


def _group(shown: Shown, sight: Sight, round_: Round, instrument: Instrument) -> PeerGroup:
    group = sight.groups[shown.id]
    return PeerGroup(
        name=_both(lambda one: _name(group, round_, one)),
        reason=_both(lambda _: group_reason(group)),
        offices=shown.count,
        parts=tuple(_part(one, instrument) for one in shown.strips),
    )


def _name(group: Group, round_: Round, language: str) -> str:
    """As a sentence begins with it."""
    return group_name(group, province_names(language), frame_of(round_, language).kinds)


def _part(one: Strip, instrument: Instrument) -> PeerPart:
    of, place = one.spread, one.place
    return PeerPart(
        title=instrument.part(of.part.id).title if of.part else None,
        offices=of.count,
        least=of.least,
        lower=of.lower,
        median=of.median,
        upper=of.upper,
        most=of.most,
        own=one.own,
        rank=Rank(place.best, place.worst, place.of, place.tied) if place else None,
    )


def _both(words: Callable[[str], str]) -> Text:
    """The same words in each language."""
    found = []
    for language in LANGUAGES:
        with force_locale(language):
            found.append(words(language))
    return Text(*found)


# --- what comparable offices have done --------------------------------------------------


def _practice(
    session: Session,
    round_: Round,
    code: str,
    *,
    together: Together,
    sight: Sight,
    levels: Levels,
) -> Practice | None:
    """Of the other offices of its kind at these gated levels, where the kind may be told about."""
    own = sight.row(code)
    if own is None or f"kind-{own.kind}" not in {one.id for one in told_groups(code, sight)}:
        return None
    found = _grid(session, round_, together)
    at = [
        place for place, one in enumerate(found.offices)
        if one.kind == own.kind and one.code != code and one.result and one.gated in levels
    ]  # fmt: skip
    kind = _both(lambda one: kind_name(own.kind, frame_of(round_, one).kinds))
    return Practice(kind, sight.threshold, _percents(found, at))


def _percents(found: Grid, at: list[int]) -> Mapping[str, tuple[float, ...]]:
    ordered = np.sort(found.percent[at], axis=0)  # what is unknown comes last
    known = np.count_nonzero(~np.isnan(ordered), axis=0)
    return {
        variable.id: tuple(ordered[: known[column], column].tolist())
        for column, variable in enumerate(found.variables)
    }


# --- the own past -----------------------------------------------------------------------


def _earlier(session: Session, round_: Round, code: str, *, stage: Stage) -> tuple[Earlier, ...]:
    return tuple(
        Earlier(one.title, one.same, one.linked, one.asked, one.then, one.now, one.change,
                unlike=bool(one.left_out))
        for one in trend_rows(*held_rounds(session, round_, [code], stage=stage))
    )  # fmt: skip
