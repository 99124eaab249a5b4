"""What a person may see of a round when offices are compared: which stage, which groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from maturity.dashboards.peers import Group, groups_of, own_first
from maturity.dashboards.queries import Standing, standings
from maturity.dashboards.round_queries import stage_of
from maturity.dashboards.stage_choice import asked_stage
from maturity.dashboards.suppression import tellable
from maturity.offices.permissions import Action, Actor, Thing, may
from maturity.survey.models import Round, Stage


@dataclass(frozen=True, slots=True)
class Sight:
    """All offices of a round at one stage, whom of them one person may not look at, and the
    groups that may be told about. ``final``: nothing is on its way any more."""

    rows: tuple[Standing, ...]
    stage: Stage
    final: bool
    hidden: frozenset[str]
    groups: Mapping[str, Group]
    told: frozenset[str]
    threshold: int

    def row(self, code: str) -> Standing | None:
        """An office of the round."""
        return next((one for one in self.rows if one.code == code), None)


def sight_of(session: Session, round_: Round, actor: Actor, args: Mapping[str, str]) -> Sight:
    """What this person may see. Who may look at every office sees every group at any stage;
    others see settled results once the round is final (see ``docs/comparison.md``)."""
    final = stage_of(session, round_) is Stage.SETTLED
    stage = asked_stage(session, round_, args)
    rows = standings(session, round_, stage=stage)
    if final and stage is not Stage.SETTLED and hidden_from(actor, rows):
        stage = Stage.SETTLED
        rows = standings(session, round_, stage=stage)
    whole = Whole(tuple(rows), stage, final, groups_of(rows), round_.suppress_below)
    return whole.seen_by(actor)


def hidden_from(actor: Actor, rows: Iterable[Standing]) -> frozenset[str]:
    """The offices that this person may not look at one by one."""
    return frozenset(
        row.code for row in rows
        if not may(actor, Action.SEE_PROVINCE, Thing(row.code, row.province))
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Whole:
    """All offices of a round at one stage and their groups, the same for every reader."""

    rows: tuple[Standing, ...]
    stage: Stage
    final: bool
    groups: Mapping[str, Group]
    threshold: int

    def seen_by(self, actor: Actor) -> Sight:
        """What this person may see of it."""
        hidden = hidden_from(actor, self.rows)
        told = tellable(
            {name: group.members for name, group in own_first(self.groups, actor.offices).items()},
            hidden=hidden,
            threshold=self.threshold if self.final else None,
        )
        return Sight(self.rows, self.stage, self.final, hidden, self.groups, told, self.threshold)
