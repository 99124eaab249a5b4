"""Build the made-up data of a demo installation, always the same from the same seed."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import insert, inspect, select
from sqlalchemy.orm import Session

from maturity.db import Database
from maturity.demo.capacity import Population, populate
from maturity.demo.examples import add_examples
from maturity.demo.filling import Case, Questionnaire
from maturity.demo.people import WISHES, Staff, add_people
from maturity.demo.receipts import add_receipts
from maturity.demo.record import add_record
from maturity.demo.rounds import SPANS, Task, add_answers, add_assessments, add_round, course_of
from maturity.demo.stages import Journey, Judges, add_stages, frozen_at, journeys, stage_readings
from maturity.errors import MaturityError
from maturity.offices.load import load_offices
from maturity.offices.registry import OfficeRecord, load_registry
from maturity.scoring.engine import score
from maturity.scoring.scorecard import scorecards
from maturity.survey.frozen import frozen_row
from maturity.survey.instrument import Instrument, Profile
from maturity.survey.loader import load_text
from maturity.survey.models import Round, Stage, StoredScorecard
from maturity.survey.reading import Reading
from maturity.survey.routing import sheet
from maturity.survey.shipped import locate

INSTRUMENT = "ogd-kpu-2026"
LOOSE_ENDS = 0.08
Tell = Callable[[str, str], None]
Row = dict[str, Any]
Answered = tuple[Task, Mapping[str, Reading]]


@dataclass(frozen=True, slots=True)
class OverClaim:
    """An office whose level statements were put above what it does, by so many levels."""

    office: str
    levels: float


@dataclass(frozen=True, slots=True)
class RoundSummary:
    """What a round came to: assessments by state, handed-in ones by level, mean index."""

    slug: str
    states: Mapping[str, int]
    levels: Mapping[int, int]
    mean_index: float


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """What was built. ``digest`` is the same for two builds with the same seed."""

    seed: int
    offices: int
    answers: int
    rounds: tuple[RoundSummary, ...]
    over_claiming: tuple[OverClaim, ...]
    digest: str


def build_demo(
    database: Database,
    *,
    seed: int = 2026,
    now: datetime,
    tell: Tell = lambda id_, en: None,
    offices: Sequence[OfficeRecord] | None = None,
) -> DemoSummary:
    """Fill a database that has its tables and no rounds; all or nothing.

    ``tell`` hears of each step, in Indonesian and English. Only ``offices`` take part (all
    553 unless given). MaturityError when the database already holds rounds.
    """
    with database.write() as session:
        _refuse_used(session)
        tell("Memuat 553 kantor dan orang rekaan", "Loading 553 offices and invented people")
        country = _settle(session, offices or load_registry(), seed=seed, now=now)
        tasks: list[Task] = []
        for number, span in enumerate(SPANS):
            tell(f"Mengisi kuesioner periode {span.slug}", f"Filling in the round of {span.slug}")
            tasks += country.hold_round(session, number)
        finished = [task for task in tasks if task.case.finished]
        rows = _freeze(session, country.instrument, finished, tell)
        scorecards = [row["digest"] for row in rows]
        receipts = add_receipts(
            session, country.instrument, finished, scorecards=scorecards, seed=seed
        )
        digests = {(row["assessment_id"], Stage.SELF): row["digest"] for row in rows}
        digests |= _go_on(session, country, tasks, rows, tell=tell)
        add_record(session, tasks, digests, receipts, more=add_examples(session, tasks))
        return _summary(country, tasks, rows)


def _refuse_used(session: Session) -> None:
    if session.scalar(select(Round.id).limit(1)) is not None:
        raise MaturityError(
            "Basis data sudah berisi periode; data contoh hanya untuk basis data kosong.",
            "The database already holds rounds; demo data goes into an empty one only.",
        )


@dataclass(frozen=True, slots=True)
class _Country:
    """All offices with their people, and what the dice gave them."""

    seed: int
    now: datetime
    source: str
    questionnaire: Questionnaire
    offices: Sequence[OfficeRecord]
    staff: Mapping[str, Staff]
    population: Population

    @property
    def instrument(self) -> Instrument:
        return self.questionnaire.instrument

    def hold_round(self, session: Session, number: int) -> list[Task]:
        """Every office works on one round; only the last one keeps a history."""
        round_ = add_round(
            session, SPANS[number], instrument=self.instrument, source=self.source, now=self.now
        )
        tasks = list(self._tasks(number, round_))
        add_assessments(session, round_, tasks)
        add_answers(session, tasks, history=number == len(SPANS) - 1)
        return tasks

    def _tasks(self, number: int, round_: Round) -> Iterator[Task]:
        for place, office in enumerate(self.offices):
            rng = np.random.default_rng([self.seed, number, place])
            case = self._case(number, place)
            filled = self.questionnaire.fill(case, rng)
            course = course_of(case, office.timezone, round_=round_, now=self.now, rng=rng)
            yield Task(case, filled, course, self.staff[office.code])

    def _case(self, number: int, place: int) -> Case:
        office, population = self.offices[place], self.population
        character = np.random.default_rng([self.seed, len(SPANS), place])  # of all rounds
        loose = bool(character.random() < LOOSE_ENDS)
        return Case(
            office=office.code,
            round_slug=SPANS[number].slug,
            year=int(SPANS[number].slug),
            profile=Profile(office.kind, office.areas),
            claimed=population.claimed[number, place].tolist(),
            dice=character.random(len(self.instrument.items)).tolist(),
            state=population.states[number][place],
            share=float(population.shares[number, place]),
            over_claiming=bool(population.over_claim[place] > 0),
            loose_ends=loose or office.code in WISHES,
        )


def _settle(
    session: Session, offices: Sequence[OfficeRecord], *, seed: int, now: datetime
) -> _Country:
    """Offices and people into the database, and the dice thrown for them."""
    source = locate(INSTRUMENT).read_text(encoding="utf-8")
    instrument = load_text(source, name=INSTRUMENT)
    rng = np.random.default_rng(seed)
    load_offices(session)
    return _Country(
        seed=seed,
        now=now,
        source=source,
        questionnaire=Questionnaire(instrument),
        offices=offices,
        staff=add_people(session, offices, rng=rng, now=now),
        population=populate(instrument, offices, rng, wishes=WISHES),
    )


def _freeze(
    session: Session, instrument: Instrument, tasks: Sequence[Task], tell: Tell
) -> list[Row]:
    """Score all at once and store the scorecards, each as the door would freeze it."""
    rows = _scored(instrument, [(task, task.filled.readings) for task in tasks], tell)
    for task, row in zip(tasks, rows, strict=True):
        row["created_at"] = task.submitted_at
    session.execute(insert(StoredScorecard), rows)
    return rows


def _scored(instrument: Instrument, answered: Sequence[Answered], tell: Tell) -> list[Row]:
    """A row for each task with these answers, but for its moment."""
    if not answered:
        return []
    cells = sheet(instrument, [(task.case.profile, readings) for task, readings in answered])
    codes = [task.case.office for task, _ in answered]
    cards = scorecards(instrument.rubric, cells, score(instrument.rubric, cells), codes)
    columns = [column.key for column in inspect(StoredScorecard).column_attrs if column.key != "id"]
    rows = []
    for number, ((task, _), card) in enumerate(zip(answered, cards, strict=True)):
        if number % 200 == 0:
            part = f"{number}/{len(answered)}"
            tell(f"Membekukan hasil penilaian {part}", f"Freezing the results {part}")
        row = frozen_row(task.assessment_id, instrument, card)
        rows.append({name: getattr(row, name) for name in columns})
    return rows


def _go_on(
    session: Session, country: _Country, tasks: Sequence[Task], rows: Sequence[Row], *, tell: Tell
) -> dict[tuple[int, Stage], str]:
    """Verify, reply, settle and publish; the digests of the results that this freezes."""
    tell("Memverifikasi dan menetapkan", "Verifying and settling")
    judges = Judges(session)
    found = journeys(tasks, country.instrument, judges, now=country.now, seed=country.seed)
    add_stages(session, found, judges)
    for one in found:
        one.task.state = one.state.value
    more = _stage_rows(country.instrument, found, {row["assessment_id"]: row for row in rows}, tell)
    if more:
        session.execute(insert(StoredScorecard), more)
    return {(row["assessment_id"], Stage(row["stage"])): row["digest"] for row in more}


def _stage_rows(
    instrument: Instrument, found: Sequence[Journey], own: Mapping[int, Row], tell: Tell
) -> list[Row]:
    """The results of all further stages; the same answers are scored only once."""
    wanted: list[tuple[Journey, Stage, int]] = []
    answered: list[Answered] = []
    for one in found:
        places = [(_bare(one.task.filled.readings), -1)]
        for stage, readings in stage_readings(one).items():
            place = next((at for said, at in places if said == readings), None)
            if place is None:
                place = len(answered)
                answered.append((one.task, readings))
                places.append((readings, place))
            wanted.append((one, stage, place))
    scored = _scored(instrument, answered, tell)
    return [
        (own[one.task.assessment_id] if place < 0 else scored[place])
        | {"stage": stage, "created_at": frozen_at(one, stage)}
        for one, stage, place in wanted
    ]


def _bare(readings: Mapping[str, Reading]) -> dict[str, Reading]:
    return {key: Reading(one.state, one.value) for key, one in readings.items()}


def _summary(country: _Country, tasks: Sequence[Task], rows: Sequence[Row]) -> DemoSummary:
    finished = [task for task in tasks if task.case.finished]
    digests = "\n".join(row["digest"] for row in rows)
    over = country.population.over_claim.tolist()
    rounds = []
    for span in SPANS:
        mine = [row for task, row in zip(finished, rows, strict=True) if task.of(span.slug)]
        states = Counter(task.state for task in tasks if task.of(span.slug))
        levels = Counter(row["level"] for row in mine if row["level"] is not None)
        known = [row["index_value"] for row in mine if row["index_value"] is not None]
        mean = round(sum(known) / len(known), 4) if known else 0.0
        rounds.append(RoundSummary(span.slug, dict(states), dict(sorted(levels.items())), mean))
    return DemoSummary(
        seed=country.seed,
        offices=len(country.offices),
        answers=sum(len(task.filled.keys) for task in tasks),
        rounds=tuple(rounds),
        over_claiming=tuple(
            OverClaim(office.code, round(levels, 3))
            for office, levels in zip(country.offices, over, strict=True)
            if levels
        ),
        digest=hashlib.sha256(digests.encode()).hexdigest(),
    )
