"""Demo data for the benchmarks, and the operators who fill it in."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from sqlalchemy import func, select, update

from maturity import schema
from maturity.db import Database
from maturity.demo.build import build_demo
from maturity.demo.people import PASSWORD
from maturity.offices.models import Membership, Office, Person, Role
from maturity.offices.registry import load_registry
from maturity.survey.lifecycle import HANDED_IN
from maturity.survey.models import Answer, Assessment, AssessmentState, Round

ROUND = "2026"
SOME_PROVINCES = {"32", "33", "34", "35", "36", "95"}


@dataclass(frozen=True, slots=True)
class Operator:
    """Somebody who may fill in an open assessment."""

    email: str
    assessment: int


def folder(name: str) -> Path:
    """A folder that goes away at the end of the run."""
    made = Path(tempfile.mkdtemp(prefix=f"bench-{name}-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


@cache
def whole_country() -> Path:
    """A folder with ``maturity.sqlite3``: 553 offices, two rounds. Built once a run; copy it."""
    made = folder("country")
    build(f"sqlite:///{made / 'maturity.sqlite3'}")
    return made


def copy_of_country() -> Path:
    """A copy of the whole country that may be written to."""
    made = folder("copy")
    shutil.copy(whole_country() / "maturity.sqlite3", made)
    return made


def build(url: str, *, provinces: set[str] | None = None) -> None:
    """Fill an empty database: all offices, or KPU RI and those of some provinces."""
    chosen = [o for o in load_registry() if provinces is None or o.province in provinces | {"0"}]
    schema.upgrade(url)
    database = Database(url)
    try:
        build_demo(database, now=datetime.now(UTC), offices=chosen)
        with database.write() as session:
            operators = select(Membership.person_id).where(Membership.role == Role.OPERATOR.value)
            hashed = PasswordHasher().hash(PASSWORD)
            every_operator = update(Person).where(Person.id.in_(operators))
            session.execute(every_operator.values(password_hash=hashed))
    finally:
        database.dispose()


def operators(url: str, count: int, *, kind: str = "regency") -> list[Operator]:
    """So many operators with an assessment of their own, those with most answers first."""
    database = Database(url)
    wanted = (
        select(Person.email, Assessment.id)
        .join(Membership, Membership.person_id == Person.id)
        .join(Assessment, Assessment.office_code == Membership.office_code)
        .join(Round, Round.id == Assessment.round_id)
        .join(Office, Office.code == Assessment.office_code)
        .where(Membership.role == Role.OPERATOR.value, Round.slug == ROUND, Office.kind == kind)
        .where(Assessment.state != AssessmentState.SUBMITTED)
        .order_by(Assessment.answered.desc(), Assessment.id)
        .limit(count)
    )
    try:
        with database.read() as session:
            found = [Operator(email, number) for email, number in session.execute(wanted)]
    finally:
        database.dispose()
    if len(found) < count:
        raise LookupError(f"only {len(found)} of {count} assessments of {kind} are open")
    return found


def submitted(url: str, count: int) -> list[int]:
    """Ids of assessments that were submitted and not yet verified."""
    return _ids(url, [AssessmentState.SUBMITTED], count)


def handed_in(url: str, count: int) -> list[int]:
    """Ids of assessments with a frozen result, those of the closed round first."""
    return _ids(url, HANDED_IN, count)


def _ids(url: str, states: Collection[AssessmentState], count: int) -> list[int]:
    database = Database(url)
    wanted = (
        select(Assessment.id)
        .join(Round, Round.id == Assessment.round_id)
        .where(Assessment.state.in_(states))
        .order_by(Round.slug, Assessment.id)
        .limit(count)
    )
    try:
        with database.read() as session:
            return list(session.scalars(wanted))
    finally:
        database.dispose()


def versions(url: str, keys: dict[int, str]) -> dict[int, int]:
    """The stored version of one answer of each assessment."""
    database = Database(url)
    try:
        with database.read() as session:
            wanted = select(Answer.assessment_id, func.max(Answer.version)).group_by(
                Answer.assessment_id
            )
            found: dict[int, int] = {}
            for assessment, key in keys.items():
                one = wanted.where(Answer.assessment_id == assessment, Answer.key == key)
                found |= {row[0]: row[1] for row in session.execute(one)}
            return found
    finally:
        database.dispose()
