"""What makes an assessment worth a closer look, for a whole round in a few queries.

A risk is a reason to look, never a finding: it decides the order of the verifiers' queue and
nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Any

from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from maturity.offices.models import Office
from maturity.survey.assessments import instrument_of
from maturity.survey.file_models import EvidenceFile
from maturity.survey.instrument import Instrument
from maturity.survey.models import Answer, AnswerEvent, Assessment, Evidence, Round, Stage
from maturity.survey.models import StoredScorecard as Card

LEAST_OFFICES = 8
FAR = 2.0
LEVELS = 1
LINK = "link"  # the way of answers given through a delegated link


class Sign(StrEnum):
    """Why to look closely."""

    HIGH = "high"
    JUMP = "jump"
    BARE = "bare"
    SHARED = "shared"
    LATE = "late"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Risk:
    """One reason. ``here`` is this office's index, level or count; ``usual`` what it is held to."""

    sign: Sign
    here: float = 0.0
    usual: float = 0.0

    @property
    def weight(self) -> float:
        """How much it counts in the order of the queue."""
        match self.sign:
            case Sign.HIGH:
                return 3.0 + (self.here - self.usual)
            case Sign.JUMP:
                return 2.0 + abs(self.here - self.usual)
            case Sign.SHARED:
                return 3.0 + min(self.here, 5.0) / 5
            case Sign.BARE:
                return min(self.here, 12.0) / 4
        return 1.0


Risks = Mapping[int, tuple[Risk, ...]]


def risks(session: Session, round_: Round, before: Round | None) -> Risks:
    """The reasons for each handed-in assessment of a round, the weightiest first."""
    standing = _standing(session, round_)
    found: defaultdict[int, list[Risk]] = defaultdict(list)
    sources: list[Iterable[tuple[int, Risk]]] = [
        _high(standing),
        _jumps(standing, _levels(session, before) if before else {}),
        _bare(session, round_),
        _shared(session, round_),
        ((row.id, Risk(Sign.LATE)) for row in standing if row.sent_at is not None),
        _by_link(session, round_),
    ]
    for source in sources:
        for assessment_id, risk in source:
            found[assessment_id].append(risk)
    return {key: tuple(sorted(ones, key=lambda r: -r.weight)) for key, ones in found.items()}


Standing = Sequence[Row[*tuple[Any, ...]]]


def _standing(session: Session, round_: Round) -> Standing:
    """Where each office stands by its own frozen self-assessment."""
    return session.execute(
        select(
            Assessment.id,
            Assessment.office_code,
            Assessment.sent_at,
            Office.kind,
            Card.index_value,
            Card.level,
        )
        .join(Office, Office.code == Assessment.office_code)
        .join(Card, Card.assessment_id == Assessment.id)
        .where(
            Assessment.round_id == round_.id,
            Card.stage == Stage.SELF,
            Card.superseded_at.is_(None),
        )
    ).all()


def _high(standing: Standing) -> Iterable[tuple[int, Risk]]:
    """Indexes further above the median of their kind than offices usually lie from it, twice."""
    of_kind: defaultdict[str, list[float]] = defaultdict(list)
    for row in standing:
        if row.index_value is not None:
            of_kind[row.kind].append(row.index_value)
    usual = {kind: _spread(values) for kind, values in of_kind.items()}
    for row in standing:
        if row.index_value is None or usual[row.kind] is None:
            continue
        middle, distance = usual[row.kind] or (0.0, 0.0)
        if row.index_value - middle > FAR * distance > 0:
            yield row.id, Risk(Sign.HIGH, row.index_value, middle)


def _spread(values: Sequence[float]) -> tuple[float, float] | None:
    """Median, and the usual distance from it (1.4826 times the median absolute deviation)."""
    if len(values) < LEAST_OFFICES:
        return None
    middle = median(values)
    return middle, 1.4826 * median(abs(value - middle) for value in values)


def _levels(session: Session, before: Round) -> dict[str, int]:
    """Each office's level in an earlier round: settled, or its own where nothing was settled."""
    rows = session.execute(
        select(Assessment.office_code, Card.stage, Card.level)
        .join(Card, Card.assessment_id == Assessment.id)
        .where(
            Assessment.round_id == before.id,
            Card.stage.in_((Stage.SELF, Stage.SETTLED)),
            Card.superseded_at.is_(None),
            Card.level.is_not(None),
        )
    ).all()
    rows = sorted(rows, key=lambda row: row.stage == Stage.SETTLED)
    return {row.office_code: row.level for row in rows}


def _jumps(standing: Standing, levels: Mapping[str, int]) -> Iterable[tuple[int, Risk]]:
    for row in standing:
        then = levels.get(row.office_code)
        if then is not None and row.level is not None and abs(row.level - then) > LEVELS:
            yield row.id, Risk(Sign.JUMP, row.level, then)


def _bare(session: Session, round_: Round) -> Iterable[tuple[int, Risk]]:
    """How many levels are claimed that need evidence and have neither link nor file.

    Counted without regard to conditions: an answer off the path may be among them.
    """
    groups = _needing_evidence(instrument_of(round_))
    if not groups:
        return ()
    claimed = (and_(Answer.key.in_(keys), Answer.value.in_(ids)) for ids, keys in groups.items())
    linked = select(Evidence.id).where(
        Evidence.assessment_id == Answer.assessment_id,
        Evidence.key == Answer.key,
        Evidence.usable,
        Evidence.removed_at.is_(None),
    )
    filed = select(EvidenceFile.id).where(
        EvidenceFile.assessment_id == Answer.assessment_id,
        EvidenceFile.key == Answer.key,
        EvidenceFile.removed_at.is_(None),
    )
    query = (
        select(Answer.assessment_id, func.count())
        .join(Assessment, Assessment.id == Answer.assessment_id)
        .where(
            Assessment.round_id == round_.id,
            Answer.state == "answered",
            or_(*claimed),
            ~linked.exists(),
            ~filed.exists(),
        )
        .group_by(Answer.assessment_id)
    )
    return _counts(session, query, Sign.BARE)


def _needing_evidence(instrument: Instrument) -> dict[tuple[str, ...], list[str]]:
    """Questions by the options that need evidence."""
    groups: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for item in instrument.items:
        least = item.question.evidence_from
        if least is None or item.thing is not None:
            continue
        options = tuple(o.id for o in item.options if o.rung is not None and o.rung.level >= least)
        if options:
            groups[options].append(item.key)
    return groups


def _shared(session: Session, round_: Round) -> Iterable[tuple[int, Risk]]:
    """How many contents other offices handed in too, in whatever round."""
    common = (
        select(EvidenceFile.sha256)
        .join(Assessment, Assessment.id == EvidenceFile.assessment_id)
        .where(EvidenceFile.removed_at.is_(None))
        .group_by(EvidenceFile.sha256)
        .having(func.count(func.distinct(Assessment.office_code)) > 1)
    )
    query = (
        select(EvidenceFile.assessment_id, func.count(func.distinct(EvidenceFile.sha256)))
        .join(Assessment, Assessment.id == EvidenceFile.assessment_id)
        .where(
            Assessment.round_id == round_.id,
            EvidenceFile.removed_at.is_(None),
            EvidenceFile.sha256.in_(common),
        )
        .group_by(EvidenceFile.assessment_id)
    )
    return _counts(session, query, Sign.SHARED)


def _by_link(session: Session, round_: Round) -> Iterable[tuple[int, Risk]]:
    query = (
        select(AnswerEvent.assessment_id, func.count(func.distinct(AnswerEvent.key)))
        .join(Assessment, Assessment.id == AnswerEvent.assessment_id)
        .where(Assessment.round_id == round_.id, AnswerEvent.way == LINK)
        .group_by(AnswerEvent.assessment_id)
    )
    return _counts(session, query, Sign.LINK)


def _counts(session: Session, query: Select[int, int], sign: Sign) -> Iterable[tuple[int, Risk]]:
    rows = session.execute(query).all()
    return [(assessment_id, Risk(sign, count)) for assessment_id, count in rows]
