"""An office beside its peers: what its page and the file of the same numbers show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from maturity.dashboards.frame import Frame, PartName
from maturity.dashboards.group_words import group_name, group_reason
from maturity.dashboards.peers import Group, peers_of
from maturity.dashboards.queries import Standing
from maturity.dashboards.rank_places import Material, Place, places
from maturity.dashboards.round_ranks import rank_material
from maturity.dashboards.sight import Sight
from maturity.dashboards.strips import Strip, strip
from maturity.survey.models import Round, Stage
from maturity.survey.neutral import Cell, as_csv


@dataclass(frozen=True, slots=True)
class PeerGroup:
    """A group an office belongs to; ``strips`` is empty where it may not be told about."""

    id: str
    name: str
    reason: str
    count: int
    strips: tuple[Strip, ...]


@dataclass(frozen=True, slots=True)
class Peers:
    """``open_verification``: ranks allow for verifications to come. ``final``: nothing of the
    round is on its way any more."""

    groups: tuple[PeerGroup, ...]
    stage: Stage
    final: bool
    hides: bool
    threshold: int
    has_result: bool
    open_verification: bool


def peers(
    session: Session,
    round_: Round,
    code: str,
    *,
    sight: Sight,
    frame: Frame,
    names: Mapping[str, str],
) -> Peers:
    """The groups of one office, as far as they may be told about."""
    made: Material | None = None
    if told_groups(code, sight):
        made = rank_material(session, round_, sight.rows, sight.stage)
    return peers_among(code, sight=sight, made=made, frame=frame, names=names)


def told_groups(code: str, sight: Sight) -> list[Group]:
    """The groups of an office that may be told about."""
    return [group for group in peers_of(code, sight.groups) if group.id in sight.told]


def peers_among(
    code: str, *, sight: Sight, made: Material | None, frame: Frame, names: Mapping[str, str]
) -> Peers:
    """The same with numbers that were read before; ``made`` None where no group is told about."""
    own, found = sight.row(code), peers_of(code, sight.groups)
    return Peers(
        groups=tuple(_group(one, sight, made, own=own, frame=frame, names=names) for one in found),
        stage=sight.stage,
        final=sight.final,
        hides=bool(sight.hidden),
        threshold=sight.threshold,
        has_result=bool(own and own.index is not None),
        open_verification=bool(made and made.open_verification),
    )


def _group(
    group: Group,
    sight: Sight,
    made: Material | None,
    *,
    own: Standing | None,
    frame: Frame,
    names: Mapping[str, str],
) -> PeerGroup:
    strips: tuple[Strip, ...] = ()
    if made is not None and group.id in sight.told:
        members = set(group.members)
        rows = [row for row in sight.rows if row.code in members]
        parts: list[PartName | None] = [None, *(one for one in frame.parts if one.depth == 0)]
        found = (
            strip(rows, part, frame, own=own, place=_place(made, group, own, part))
            for part in parts
        )
        strips = tuple(one for one in found if one is not None)
    name = group_name(group, names, frame.kinds)
    return PeerGroup(group.id, name, group_reason(group), len(group.members), strips)


def _place(
    made: Material, group: Group, own: Standing | None, part: PartName | None
) -> Place | None:
    node = part.id if part else None
    if own is None or (node is not None and node not in made.rubric.ids):
        return None
    return places(made, group.members, node=node).get(own.code)


def peers_csv(found: Peers) -> str:
    """The numbers of the strips: a row for each group that is told about, and part."""
    head = ["group", "group_name", "part", "title", "offices", "min", "q1", "median", "q3", "max",
            "own", "rank_best", "rank_worst", "rank_of", "tied_with"]  # fmt: skip
    return as_csv(head, (_row(group, one) for group in found.groups for one in group.strips))


def _row(group: PeerGroup, one: Strip) -> list[Cell]:
    of, place = one.spread, one.place
    ranks = [place.best, place.worst, place.of, place.tied] if place else [None] * 4
    part = [of.part.id, of.part.title] if of.part else ["all", None]
    numbers = [of.count, of.least, of.lower, of.median, of.upper, of.most, one.own]
    return [group.id, group.name, *part, *numbers, *ranks]
