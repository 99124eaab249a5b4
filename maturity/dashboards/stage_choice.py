"""Which stage's results a page of a round shows: ``?stage=self``, ``verified`` or ``settled``."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from maturity.dashboards.round_queries import stage_of
from maturity.survey.models import Round, Stage

SHOWN = (Stage.SELF, Stage.VERIFIED, Stage.SETTLED)


def asked_stage(session: Session, round_: Round, args: Mapping[str, str]) -> Stage:
    """The stage an address asks for; anything unknown counts as not asked."""
    wanted = args.get("stage", "")
    known = {str(stage): stage for stage in SHOWN}
    return known.get(wanted) or stage_of(session, round_)
