"""What the trend reads: all rounds, and all their results, in three queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from maturity.dashboards.round_queries import rounds_before
from maturity.dashboards.trend import Frozen, Held
from maturity.offices.models import Office
from maturity.survey.assessments import VALID_IN, instrument_of
from maturity.survey.models import Assessment, Round, Stage, StoredScorecard
from maturity.survey.stage_models import Correction

FEW = 60
"""So many offices are named in the query; of more, all are read."""


def held_rounds(
    session: Session,
    shown: Round,
    offices: Iterable[str],
    *,
    stage: Stage,
) -> tuple[Held, tuple[Held, ...]]:
    """The round shown and those of its offices before it, the newest first, each with the
    results of the same stage of these offices. The variables are read only where
    instruments differ."""
    rounds = [shown, *rounds_before(session, shown)]
    others = {one.id for one in rounds if one.fingerprint != shown.fingerprint}
    wanted = others | {shown.id} if others else set()
    found = _results(session, {r.id: r for r in rounds}, set(offices), stage, wanted)
    now, *before = (
        Held(one.slug, one.title, instrument_of(one), found.get(one.id, ())) for one in rounds
    )
    return now, tuple(before)


def _results(
    session: Session, rounds: Mapping[int, Round], codes: set[str], stage: Stage, wanted: set[int]
) -> dict[int, list[Frozen]]:
    """Round -> results that were scored with the round's own instrument, in any wording."""
    card, prints = StoredScorecard, _prints(session, rounds.values())
    variables = case((Assessment.round_id.in_(wanted), card.variables), else_="")
    query = (
        select(Assessment.round_id, Office.code, Office.kind, card.fingerprint, card.index_value,
               variables.label("variables"))
        .join(Assessment, Assessment.id == card.assessment_id)
        .join(Office, Office.code == Assessment.office_code)
        .where(Assessment.round_id.in_(rounds), card.stage == stage,
               card.superseded_at.is_(None), Assessment.state.in_(VALID_IN[stage]))
    )  # fmt: skip
    if len(codes) <= FEW:
        query = query.where(Office.code.in_(codes))
    found: dict[int, list[Frozen]] = defaultdict(list)
    for row in session.execute(query):
        if row.code in codes and row.fingerprint in prints[row.round_id]:
            found[row.round_id].append(Frozen(row.code, row.kind, row.index_value, row.variables))
    return found


def _prints(session: Session, rounds: Iterable[Round]) -> dict[int, set[str]]:
    """Round -> every fingerprint that its instrument had: corrections change words only."""
    found = {one.id: {one.fingerprint} for one in rounds}
    query = select(Correction.round_id, Correction.before)
    for row in session.execute(query.where(Correction.before != Correction.after)):
        found.get(row.round_id, set()).add(row.before)
    return found
