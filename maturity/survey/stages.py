"""The stages of an assessment side by side: what counts at each, and its score.

Every decision is a row (``Judgement``); the newest of a stage counts. From the rows of an
assessment this makes the answers of each stage: what the office claims, what was verified,
what is disputed, what was settled.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from maturity.scoring.engine import score
from maturity.scoring.rubric import State
from maturity.scoring.scorecard import Scorecard, scorecard
from maturity.survey.answers import STATES, evidence_key
from maturity.survey.assessments import Work
from maturity.survey.expiry import day_there, holds
from maturity.survey.instrument import Item
from maturity.survey.models import Stage
from maturity.survey.reading import Reading
from maturity.survey.routing import Place, Route, sheet_of
from maturity.survey.stage_models import Judgement, Verdict

_STATE_OF = {word: state for state, word in STATES.items()}
NOTHING: Mapping[Stage, Judgement] = {}


class Progress(NamedTuple):
    """How many of the answers that need a decision have one."""

    done: int
    asked: int


@dataclass(frozen=True, slots=True)
class Stages:
    """An opened assessment with everything that was decided about its answers."""

    work: Work
    rows: Mapping[str, Mapping[Stage, Judgement]]
    """By item key: the newest judgement of each stage."""

    def verified(self, key: str) -> Judgement | None:
        """The verifier's decision; None where the answer was changed since."""
        found = self.rows.get(key, NOTHING).get(Stage.VERIFIED)
        answer = self.work.answers.get(key)
        version = answer.version if answer is not None else 0
        return found if found is not None and found.on_version == version else None

    def replied(self, key: str) -> Judgement | None:
        """The office's reply to the present verification."""
        return self._after(key, Stage.REPLIED, self.verified(key))

    def settled(self, key: str) -> Judgement | None:
        """The decision about what was disputed, where it came after the reply."""
        return self._after(key, Stage.SETTLED, self.replied(key))

    def row(self, key: str, stage: Stage) -> Judgement | None:
        """The decision of a stage that counts now."""
        found = {
            Stage.VERIFIED: self.verified,
            Stage.REPLIED: self.replied,
            Stage.SETTLED: self.settled,
        }
        return found[stage](key)

    def _after(self, key: str, stage: Stage, before: Judgement | None) -> Judgement | None:
        found = self.rows.get(key, NOTHING).get(stage)
        return found if found is not None and before is not None and found.id > before.id else None

    def claims(self) -> list[Item]:
        """Items that the office was asked and has answered: each is to be verified."""
        route = self.work.route
        asked = route.asked(self.work.instrument.items)
        return [item for item in asked if item.key in route.readings]

    def was_verified_by(self, person_id: int | None) -> bool:
        """Whether a verification that counts is this person's, whoever is assigned by now."""
        mine = (row.by_id == person_id for one in self.rows if (row := self.verified(one)))
        return person_id is not None and any(mine)

    def progress(self, items: list[Item] | None = None) -> Progress:
        """How many claims were verified."""
        wanted = self.claims() if items is None else items
        return Progress(sum(self.verified(one.key) is not None for one in wanted), len(wanted))

    def is_lowered(self, key: str) -> bool:
        """Whether what was verified is another answer than what the office claims."""
        found = self.verified(key)
        return found is not None and reading_of(found) != bare(self.work.route.readings.get(key))

    def differing(self) -> list[Item]:
        """Items whose verified answer is not the claimed one: the office may reply."""
        return [item for item in self.claims() if self.is_lowered(item.key)]

    def disputed(self) -> list[Item]:
        """Items where the office disagrees."""
        return [item for item in self.differing() if self.is_disputed(item.key)]

    def is_disputed(self, key: str) -> bool:
        """Whether the office disagrees with what was verified."""
        reply = self.replied(key)
        return reply is not None and reply.verdict == Verdict.DISAGREE

    def undecided(self) -> list[Item]:
        """Disputed items nobody has decided about."""
        return [item for item in self.disputed() if self.settled(item.key) is None]

    def readings(self, stage: Stage) -> dict[str, Reading]:
        """The answers that count at a stage, by item key."""
        found = dict(self.work.route.readings)
        if stage is Stage.SELF:
            return found
        for key in self.rows:
            reading = self._counting(key, stage)
            if reading is not None:
                found[key] = reading
        return found

    def _counting(self, key: str, stage: Stage) -> Reading | None:
        """What counts in place of the claim; None: the claim itself."""
        row = self.verified(key)
        if stage is Stage.CONTESTED and self.is_disputed(key):
            row = self.replied(key)
        if stage is Stage.SETTLED:
            row = self.settled(key) or row
        return None if row is None else reading_of(row)

    def route(self, stage: Stage) -> Route:
        """The way through the instrument with the answers of a stage."""
        return Route(self.work.instrument, self.work.route.profile, self.readings(stage))

    def indexes_if_right(self, items: Sequence[Item]) -> tuple[float | None, list[float | None]]:
        """The verified index, and for each item the index were the office right about it alone."""
        verified = self.readings(Stage.VERIFIED)
        claimed = self.work.route.readings
        each = [verified, *({**verified, one.key: claimed[one.key]} for one in items)]
        instrument, profile = self.work.instrument, self.work.route.profile
        cells = sheet_of([Route(instrument, profile, readings) for readings in each])
        scores = score(instrument.rubric, cells)
        row = scores.index[scores.row(instrument.rubric.root.id)].tolist()
        first, *others = (None if math.isnan(one) else float(one) for one in row)
        return first, others

    def score(self, stage: Stage) -> Scorecard:
        """The scorecard of a stage; nothing is stored."""
        work, route = self.work, self.route(stage)
        rubric, cells = work.instrument.rubric, sheet_of([route])
        return scorecard(rubric, cells, score(rubric, cells), unit=work.assessment.office_code)


def answer_value(reading: Reading) -> str:
    """The value of an answer as forms and words know it: that of a non-answer is its name."""
    return reading.value if reading.state is State.ANSWERED else STATES[reading.state]


def reading_of(row: Judgement) -> Reading:
    """The answer that counts by a judgement."""
    return Reading(_STATE_OF[row.state], row.value)


def bare(reading: Reading | None) -> Reading | None:
    """An answer without the reason for not answering, which is no part of decisions."""
    return None if reading is None else Reading(reading.state, reading.value)


def stages(session: Session, work: Work) -> Stages:
    """Read the judgements of an opened assessment, in one query."""
    query = (
        select(Judgement)
        .where(Judgement.assessment_id == work.assessment.id)
        .order_by(Judgement.id)
    )
    rows: dict[str, dict[Stage, Judgement]] = {}
    for row in session.scalars(query):
        rows.setdefault(row.key, {})[Stage(row.stage)] = row
    return Stages(work, rows)


def expired(work: Work, item: Item, at: datetime) -> bool:
    """Whether a claim needs evidence and has some, but none that was still valid at ``at``."""
    reading = work.route.readings.get(item.key)
    if reading is None or not work.needs_link(item, reading):
        return False
    pieces, day = work.pieces(evidence_key(item)), day_there(at, work.office.timezone)
    return bool(pieces) and not any(holds(piece, day) for piece in pieces)


def is_claim_to_grant(work: Work, item: Item) -> bool:
    """Whether the office claims that the question does not apply: only a verifier grants it."""
    reading = work.route.readings.get(item.key)
    return (
        reading is not None
        and reading.state is State.NOT_APPLICABLE
        and work.route.places[item.key] is Place.ASKED
    )
