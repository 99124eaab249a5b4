"""The stages of an assessment in its report: their numbers, and what was decided by answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from maturity.reports.report import Change, StageAnswer, StageScore
from maturity.reports.words import both
from maturity.survey import assessments
from maturity.survey.assessments import Work
from maturity.survey.instrument import Instrument, Item, Text
from maturity.survey.models import Assessment, Stage, StoredScorecard
from maturity.survey.reading import Reading
from maturity.survey.stage_words import STAGE_NAMES, item_title, reading_words, verdict_name
from maturity.survey.stages import Stages, bare, reading_of, stages

SCORED = (Stage.SELF, Stage.VERIFIED, Stage.CONTESTED, Stage.SETTLED)
DECIDED_AT = {
    Stage.SELF: (),
    Stage.VERIFIED: (Stage.VERIFIED,),
    Stage.CONTESTED: (Stage.VERIFIED, Stage.REPLIED),
    Stage.SETTLED: (Stage.VERIFIED, Stage.REPLIED, Stage.SETTLED),
}
"""What of an answer's decisions belongs to the newest stage that is frozen."""


@dataclass(frozen=True)
class History:
    """The frozen results that count now, the one that is explained, and the decisions."""

    stage: Stage = Stage.SELF
    cards: Mapping[Stage, StoredScorecard] = field(default_factory=dict)
    decisions: Stages | None = None

    @property
    def card(self) -> StoredScorecard | None:
        """The result that is explained; None for an assessment that is not handed in."""
        return self.cards.get(self.stage)

    def at_stage(self, work: Work) -> Work:
        """The opened assessment with the answers of the stage in place of the claims."""
        if self.decisions is None or self.stage is Stage.SELF:
            return work
        return replace(work, route=self.decisions.route(self.stage))

    def scores(self, instrument: Instrument) -> tuple[StageScore, ...]:
        """The numbers of each stage, in their order."""
        found = ((stage, self.cards[stage]) for stage in SCORED if stage in self.cards)
        return tuple(_score(instrument, stage, row) for stage, row in found)

    def about(self, item: Item) -> tuple[StageAnswer, ...]:
        """What was decided about an answer, as far as it is frozen."""
        found = self.decisions
        if found is None:
            return ()
        told: list[StageAnswer] = []
        before = bare(found.work.route.readings.get(item.key))
        for stage in self._decided():
            row = found.row(item.key, stage)
            if row is None:
                continue
            reading = reading_of(row)
            told.append(
                StageAnswer(
                    stage,
                    STAGE_NAMES[stage],
                    verdict_name(stage, row.verdict),
                    _reading(found.work.instrument, item, reading),
                    row.words,
                    same=reading == before,
                )
            )
            before = before if stage is Stage.REPLIED else reading
        return tuple(told)

    def changes(self, claims: Work) -> tuple[Change, ...]:
        """The answers that were verified as another than claimed, in order."""
        found = self.decisions
        if found is None:
            return ()
        replied = Stage.REPLIED in self._decided()
        return tuple(
            Change(
                key=item.key,
                title=item_title(item),
                claim=_reading(claims.instrument, item, claims.route.readings[item.key]),
                decisions=self.about(item),
                disputed=replied and found.is_disputed(item.key),
                in_matrix=item.thing is not None,
            )
            for item in found.differing()
        )

    def _decided(self) -> tuple[Stage, ...]:
        newest = next((stage for stage in reversed(SCORED) if stage in self.cards), Stage.SELF)
        return DECIDED_AT[newest]


def _reading(instrument: Instrument, item: Item, reading: Reading) -> Text:
    return both(lambda language: reading_words(instrument, item, reading, language))


def _score(instrument: Instrument, stage: Stage, row: StoredScorecard) -> StageScore:
    outline = json.loads(row.dimensions)
    return StageScore(
        stage=stage,
        name=STAGE_NAMES[stage],
        index=row.index_value,
        level=row.level,
        gated_level=row.gated_level,
        indexes=tuple((one.id, outline[one.id][2]) for one in instrument.dimensions),
        digest=row.digest,
        at=row.created_at,
    )


def history(
    session: Session, assessment: Assessment, work: Work, *, stage: Stage | None = None
) -> History | None:
    """What counts of an assessment; explained is ``stage``, else the newest that is decided.

    None where that stage has no result that counts now.
    """
    cards = assessments.valid_results(session, assessment)
    if stage is not None and stage not in cards:
        return None
    chosen = stage or _newest(cards)
    decided = stages(session, work) if cards.keys() - {Stage.SELF} else None
    return History(chosen, cards, decided)


def _newest(cards: Mapping[Stage, StoredScorecard]) -> Stage:
    wanted = (Stage.SETTLED, Stage.VERIFIED)
    return next((one for one in wanted if one in cards), Stage.SELF)
