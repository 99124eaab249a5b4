"""What the dashboards read: one flat query for all offices of a round, never the payload."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from maturity.offices.models import Office
from maturity.offices.registry import OfficeKind
from maturity.survey.assessments import VALID_IN
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.models import Assessment, Round, Stage, StoredScorecard
from maturity.survey.stage_models import Correction

COMMISSION = re.compile(r"( Independent)? Election Commission$")


@dataclass(frozen=True, slots=True)
class Result:
    """The columns of a frozen scorecard. ``indexes`` and ``levels``: those of each dimension
    and sub-dimension."""

    level: int | None
    gated: int | None
    index: float | None
    coverage: float | None
    weakest: str | None
    fingerprint: str
    indexes: Mapping[str, float | None]
    levels: Mapping[str, int | None] = field(default_factory=dict)


def table_name(
    short: str, *, english: str, code: str, kind: str, province: str | None, locale: str
) -> str:
    """An office's name as tables of that language give it."""
    if locale != "en" or kind == OfficeKind.NATIONAL:
        return short
    if kind not in set(OfficeKind):
        return english
    place = COMMISSION.sub("", english).removesuffix(" Provincial")
    return f"{place} Province" if code == province else place


@dataclass(frozen=True, slots=True)
class Standing:
    """One office in a round: how far it is, its result once submitted, and the one before.

    Registered ``voters`` and electoral ``districts`` are None where nobody brought them in.
    ``earlier_fingerprint`` None: there is no earlier result.
    """

    code: str
    kind: str
    short_name: str
    name_id: str
    name_en: str
    province: str | None
    assessment_id: int
    state: AssessmentState
    answered: int
    asked: int
    submitted_at: datetime | None
    result: Result | None
    earlier_index: float | None = None
    earlier_level: int | None = None
    earlier_fingerprint: str | None = None
    voters: int | None = None
    districts: int | None = None

    def name(self, locale: str) -> str:
        """The office's name as tables of that language give it."""
        return table_name(
            self.short_name, english=self.name_en, code=self.code, kind=self.kind,
            province=self.province, locale=locale,
        )  # fmt: skip

    def full_name(self, locale: str) -> str:
        """The office's official name."""
        return self.name_en if locale == "en" else self.name_id

    @property
    def index(self) -> float | None:
        """The index of a submitted office."""
        return self.result.index if self.result else None

    @property
    def level(self) -> int | None:
        """The level of a submitted office, as its index says."""
        return self.result.level if self.result else None

    @property
    def gated(self) -> int | None:
        """The level that holds in every part."""
        return self.result.gated if self.result else None

    @property
    def comparable(self) -> bool | None:
        """Whether both results come from the same instrument; None where one is missing."""
        if self.result is None or self.earlier_fingerprint is None:
            return None
        return self.result.fingerprint == self.earlier_fingerprint

    @property
    def change(self) -> float | None:
        """Index now less index before, where the two may be compared."""
        if not self.comparable or self.index is None or self.earlier_index is None:
            return None
        return self.index - self.earlier_index

    @property
    def level_change(self) -> int | None:
        """Level now less level before, where the two may be compared."""
        if not self.comparable or self.level is None or self.earlier_level is None:
            return None
        return self.level - self.earlier_level


def standings(
    session: Session,
    round_: Round,
    earlier: Round | None = None,
    *,
    province: str | None = None,
    stage: Stage = Stage.SELF,
) -> list[Standing]:
    """Every office of a round (of one province), by code, in one query.

    Results are those of one stage, also before: what is claimed is never compared with what
    was settled.
    """
    query = _of_round(round_.id, earlier.id if earlier else None, stage)
    if province is not None:
        query = query.where(Office.province_code == province)
    return [_standing(row) for row in session.execute(query)]


def variable_texts(
    session: Session, round_: Round, stages: Collection[Stage]
) -> dict[Stage, dict[int, str]]:
    """Stage -> assessment -> what its variables came to, as JSON; in one query."""
    card = StoredScorecard
    counting = [and_(*_counts(card, Assessment, stage)) for stage in stages]
    query = (
        select(card.assessment_id, card.stage, card.variables)
        .join(Assessment, Assessment.id == card.assessment_id)
        .where(Assessment.round_id == round_.id, or_(*counting))
    )
    found: dict[Stage, dict[int, str]] = {stage: {} for stage in stages}
    for row in session.execute(query):
        found[Stage(row.stage)][row.assessment_id] = row.variables
    return found


def history(
    session: Session, code: str, *, stage: Stage = Stage.SELF
) -> list[tuple[Round, Standing]]:
    """One office in every round it belongs to, the newest first, in one query."""
    query = (
        _joined(Round, stage=stage)
        .join(Round, Round.id == Assessment.round_id)
        .where(Office.code == code)
        .order_by(Round.opens_at.desc(), Round.id.desc())
    )
    return [(row.Round, _standing(row)) for row in session.execute(query)]


def _counts(card: Any, work: Any, stage: Stage) -> tuple[ColumnElement[bool], ...]:
    """The frozen result of a stage that counts in the assessment's present state."""
    states = work.state.in_(VALID_IN[stage])
    return (card.stage == stage, card.superseded_at.is_(None), states)


def _joined(*more: Any, stage: Stage) -> Select[Any]:
    """Offices with assessment and the frozen scorecard of a stage, where that counts."""
    card = StoredScorecard
    columns: tuple[Any, ...] = (
        Office.code, Office.kind, Office.short_name, Office.name_id, Office.name_en,
        Office.province_code, Office.voters, Office.districts, Assessment.id, Assessment.state,
        Assessment.answered, Assessment.asked, Assessment.submitted_at, card.level,
        card.gated_level, card.index_value, card.coverage, card.weakest, card.dimensions,
        _origin(Assessment, card).label("fingerprint"),
    )  # fmt: skip
    frozen = and_(card.assessment_id == Assessment.id, *_counts(card, Assessment, stage))
    return (
        select(*columns, *more)
        .select_from(Office)
        .join(Assessment, Assessment.office_code == Office.code)
        .outerjoin(card, frozen)
    )


def _of_round(round_id: int, earlier_id: int | None, stage: Stage) -> Select[Any]:
    work, card = aliased(Assessment), aliased(StoredScorecard)
    return (
        _joined(
            card.index_value.label("earlier_index"),
            card.level.label("earlier_level"),
            _origin(work, card).label("earlier_fingerprint"),
            stage=stage,
        )
        .outerjoin(work, and_(
            work.office_code == Office.code,
            work.round_id == (earlier_id or 0),
            work.state.in_(VALID_IN[stage]),
        ))
        .outerjoin(card, and_(card.assessment_id == work.id, *_counts(card, work, stage)))
        .where(Assessment.round_id == round_id)
        .order_by(Office.code)
    )  # fmt: skip


def _origin(work: Any, card: Any) -> ColumnElement[str | None]:
    """The fingerprint that the instrument of a result had before any text was corrected:
    results from before and after a correction compare."""
    first = (
        select(Correction.before)
        .where(Correction.round_id == work.round_id, Correction.before != Correction.after)
        .order_by(Correction.id)
        .limit(1)
        .scalar_subquery()
    )
    return case((card.fingerprint.is_not(None), func.coalesce(first, card.fingerprint)))


def _standing(row: Row[Any]) -> Standing:
    extra = row._mapping
    return Standing(
        code=row.code,
        kind=row.kind,
        short_name=row.short_name,
        name_id=row.name_id,
        name_en=row.name_en,
        province=row.province_code,
        assessment_id=row.id,
        state=AssessmentState(row.state),
        answered=row.answered,
        asked=row.asked,
        submitted_at=row.submitted_at,
        result=None if row.fingerprint is None else _result(row),
        earlier_index=extra.get("earlier_index"),
        earlier_level=extra.get("earlier_level"),
        earlier_fingerprint=extra.get("earlier_fingerprint"),
        voters=row.voters,
        districts=row.districts,
    )


def _result(row: Row[Any]) -> Result:
    indexes, levels = _outline(row.dimensions)
    return Result(
        level=row.level,
        gated=row.gated_level,
        index=row.index_value,
        coverage=row.coverage,
        weakest=row.weakest,
        fingerprint=row.fingerprint,
        indexes=indexes,
        levels=levels,
    )


@lru_cache(maxsize=4096)
def _outline(text: str) -> tuple[Mapping[str, float | None], Mapping[str, int | None]]:
    """Indexes and levels by part: what is frozen is read apart once, not with each request."""
    outline: dict[str, list[Any]] = json.loads(text)
    indexes = {node: numbers[2] for node, numbers in outline.items()}
    levels = {node: numbers[0] for node, numbers in outline.items()}
    return MappingProxyType(indexes), MappingProxyType(levels)
