"""How far each made-up assessment went after it was handed in, and the rows of that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from maturity.demo import judged, words
from maturity.demo.judged import Course
from maturity.demo.people import BANTEN, LEBAK, NATIONAL
from maturity.demo.rounds import SPANS, Row, Task, insert_rows
from maturity.offices.models import Person
from maturity.survey.answers import STATES
from maturity.survey.instrument import Instrument
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.models import Assessment, Decision, Stage
from maturity.survey.reading import Reading
from maturity.survey.stage_models import Judgement

_S = AssessmentState
VERIFIER_OF_BANTEN, VERIFIER, UNIVERSITY, SETTLER, ADMINISTRATOR = (
    "verifikator@banten.example",
    "verifikator@kpu.example",
    "verifikator@kampus.example",
    "penetapan@kpu.example",
    "administrator@kpu.example",
)
PATH = (_S.SUBMITTED, _S.VERIFYING, _S.REPLY, _S.SETTLED, _S.PUBLISHED)
LOWERED, DISPUTED = 0.2, 0.6
"""In the open round, where there are few offices and each has something to show."""
REPLY_DAYS = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Times:
    """When what happened to one assessment after it was handed in."""

    begun: datetime
    verified: datetime
    opened: datetime
    replied: datetime
    settled: datetime
    published: datetime


@dataclass(slots=True)
class Journey:
    """One assessment after it was handed in: how far it went, who took part, what was decided."""

    task: Task
    state: AssessmentState
    verifier: int
    times: Times
    course: Course = field(default_factory=Course)
    done: bool = False
    """Whether the office said that its reply is done."""

    def reached(self, state: AssessmentState) -> bool:
        """Whether it came to this state on the usual path."""
        return self.state in PATH and PATH.index(self.state) >= PATH.index(state)


class Judges:
    """The people who verify, settle and publish, by their e-mail addresses."""

    def __init__(self, session: Session) -> None:
        self.ids: dict[str, int] = {
            row.email: row.id for row in session.execute(select(Person.email, Person.id))
        }

    def verifier_of(self, code: str) -> int:
        """Who verifies an office: nobody their own."""
        if code == NATIONAL:
            return self.ids[UNIVERSITY]
        below_banten = code.startswith(f"{BANTEN}.")
        return self.ids[VERIFIER_OF_BANTEN if below_banten else VERIFIER]


def journeys(
    tasks: Sequence[Task], instrument: Instrument, judges: Judges, *, now: datetime, seed: int
) -> list[Journey]:
    """The closed round is published; of the open one a few offices are at every stage."""
    wanted = _wanted([task for task in tasks if task.of(SPANS[-1].slug) and task.case.finished])
    found = []
    for number, task in enumerate(tasks):
        if not task.case.finished:
            continue
        closed = task.of(SPANS[0].slug)
        goal = (_S.PUBLISHED, True) if closed else wanted.get(task.case.office)
        if goal is None:
            continue
        state, done = goal
        rng = np.random.default_rng([seed, 7, number])
        times = _long_ago(now, rng) if closed else _lately(now)
        one = Journey(task, state, judges.verifier_of(task.case.office), times, done=done)
        _decide(one, instrument, rng, disputes=not (done and not closed and _is_plain(task)))
        found.append(one)
    return found


def _wanted(tasks: Sequence[Task]) -> dict[str, tuple[AssessmentState, bool]]:
    """Offices of the open round by code: how far they are, and whether the reply is done."""
    codes = [task.case.office for task in tasks]
    near = [code for code in codes if code.startswith(f"{BANTEN}.") and code != LEBAK]
    far = [code for code in codes if code not in near and code not in (BANTEN, NATIONAL)]
    plan = {BANTEN: (_S.REPLY, False)} if BANTEN in codes else {}
    at_banten = ((_S.VERIFYING, False), (_S.REPLY, False))
    elsewhere = ((_S.REPLY, True), (_S.REPLY, True), (_S.REPLY, True), (_S.REPLY, True),
                 (_S.RETURNED, False), (_S.VERIFYING, False))  # fmt: skip
    plan |= dict(zip(near, at_banten, strict=False))
    return plan | dict(zip(far, elsewhere, strict=False))


def _is_plain(task: Task) -> bool:
    """Half of the offices whose reply is done dispute nothing."""
    return sum(map(ord, task.case.office)) % 2 == 0


def _long_ago(now: datetime, rng: np.random.Generator) -> Times:
    days = sorted(rng.uniform(-350, -330, 2).tolist())
    moments = [*days, -329.9, -327.0, -318.0, -310.0]
    return Times(*((now + timedelta(days=one)).replace(microsecond=0) for one in moments))


def _lately(now: datetime) -> Times:
    hours = (-20, -18, -16, -6, 0, 0)
    return Times(*((now + timedelta(hours=one)).replace(microsecond=0) for one in hours))


def _decide(
    one: Journey, instrument: Instrument, rng: np.random.Generator, *, disputes: bool
) -> None:
    if one.state is _S.RETURNED:
        return
    task, made = one.task, one.course.decisions
    lowered = None if task.of(SPANS[0].slug) else LOWERED
    verified = judged.verify(instrument, task.case, task.filled, rng, lowered=lowered)
    if one.state is _S.VERIFYING:
        verified = dict(list(verified.items())[: len(verified) // 2])
    made[Stage.VERIFIED] = verified
    if one.done:
        share = (judged.DISPUTED if lowered is None else DISPUTED) if disputes else 0.0
        made[Stage.REPLIED] = judged.reply(task.filled.readings, verified, rng, disputed=share)
    if one.reached(_S.SETTLED):
        made[Stage.SETTLED] = judged.settle(verified, made[Stage.REPLIED], rng)


# --- rows -----------------------------------------------------------------------------


def add_stages(session: Session, found: Sequence[Journey], judges: Judges) -> None:
    """Insert the decisions in the order of the stages, and bring the assessments there."""
    for stage in (Stage.VERIFIED, Stage.REPLIED, Stage.SETTLED):
        insert_rows(session, Judgement, list(_judgements(found, stage, judges)))
    insert_rows(session, Decision, [row for one in found for row in decisions(one, judges)])
    for one in found:
        session.execute(
            update(Assessment).where(Assessment.id == one.task.assessment_id).values(**_fields(one))
        )


def _judgements(found: Sequence[Journey], stage: Stage, judges: Judges) -> Iterator[Row]:
    for one in found:
        at, by = {
            Stage.VERIFIED: (one.times.verified, one.verifier),
            Stage.REPLIED: (one.times.replied, one.task.staff.operator),
            Stage.SETTLED: (one.times.settled, judges.ids[SETTLER]),
        }[stage]
        for key, decision in one.course.decisions.get(stage, {}).items():
            yield {
                "assessment_id": one.task.assessment_id,
                "key": key,
                "stage": stage.value,
                "verdict": decision.verdict.value,
                "state": STATES[decision.counts.state],
                "value": decision.counts.value,
                "words": decision.words,
                "private_words": "",
                "confidence": None,
                "on_version": 1,
                "way": "web",
                "at": at,
                "by_id": by,
            }


def decisions(one: Journey, judges: Judges) -> list[Row]:
    """The changes of state after the handing in."""
    times = one.times
    if one.state is _S.RETURNED:
        return [_decision(one, _S.SUBMITTED, _S.RETURNED, times.begun, one.verifier)]
    moved = {
        _S.VERIFYING: (times.begun, one.verifier),
        _S.REPLY: (times.opened, one.verifier),
        _S.SETTLED: (times.settled, judges.ids[SETTLER]),
        _S.PUBLISHED: (times.published, judges.ids[ADMINISTRATOR]),
    }
    return [
        _decision(one, before, after, *moved[after])
        for before, after in pairwise(PATH)
        if one.reached(after)
    ]


def _decision(
    one: Journey, before: AssessmentState, after: AssessmentState, at: datetime, by: int
) -> Row:
    return {
        "assessment_id": one.task.assessment_id,
        "before": before.value,
        "after": after.value,
        "words": words.RETURNS if after is _S.RETURNED else "",
        "at": at,
        "by_id": by,
    }


def _fields(one: Journey) -> Row:
    times, reply = one.times, one.reached(_S.REPLY)
    last = {_S.PUBLISHED: times.published, _S.REPLY: times.replied if one.done else times.opened}
    return {
        "state": one.state.value,
        "verifier_id": one.verifier,
        "reply_due_at": times.opened + REPLY_DAYS if reply else None,
        "replied_at": times.replied if one.done else None,
        "updated_at": last.get(one.state, times.begun),
    }


def stage_readings(one: Journey) -> dict[Stage, dict[str, Reading]]:
    """The answers that count at each stage that is frozen."""
    stages = [Stage.VERIFIED] if one.reached(_S.REPLY) else []
    stages += [Stage.CONTESTED, Stage.SETTLED] if one.reached(_S.SETTLED) else []
    return {stage: one.course.readings(one.task.filled.readings, stage) for stage in stages}


def frozen_at(one: Journey, stage: Stage) -> datetime:
    """When the result of a stage was frozen."""
    return one.times.opened if stage is Stage.VERIFIED else one.times.settled
