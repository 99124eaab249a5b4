"""Who verifies whom: a round's rule, who may take up an office, and assigning many at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from maturity.offices.directory import actors_with
from maturity.offices.guard import thing_of
from maturity.offices.models import Office, Role
from maturity.offices.permissions import NATIONAL, NOBODY, Action, Actor, Thing, may
from maturity.offices.registry import OfficeKind
from maturity.survey import log
from maturity.survey.answers import Author
from maturity.survey.assessments import NotAllowedError
from maturity.survey.instrument import Text
from maturity.survey.lifecycle import OPEN, AssessmentState
from maturity.survey.log import Kind, Note
from maturity.survey.models import Assessment, Round

OVER = frozenset({AssessmentState.SETTLED, AssessmentState.PUBLISHED})
"""States in which there is nothing left to verify."""


class Body(StrEnum):
    """Who can verify."""

    PROVINCE = "province"
    NATIONAL = "national"
    EXTERNAL = "external"


BODY_NAMES = {
    Body.PROVINCE: Text("KPU Provinsi di atasnya", "the provincial office above it"),
    Body.NATIONAL: Text("KPU RI", "the national office"),
    Body.EXTERNAL: Text("Verifikator eksternal (universitas)", "external verifiers (university)"),
}
Policy = Mapping[OfficeKind, frozenset[Body]]
"""For each kind of office, who may verify it."""
DEFAULT: Policy = {
    OfficeKind.NATIONAL: frozenset({Body.EXTERNAL}),
    OfficeKind.PROVINCE: frozenset({Body.NATIONAL, Body.EXTERNAL}),
    OfficeKind.REGENCY: frozenset({Body.PROVINCE}),
    OfficeKind.CITY: frozenset({Body.PROVINCE}),
}
POSSIBLE: Policy = {
    OfficeKind.NATIONAL: frozenset({Body.EXTERNAL}),
    OfficeKind.PROVINCE: frozenset({Body.NATIONAL, Body.EXTERNAL}),
    OfficeKind.REGENCY: frozenset(Body),
    OfficeKind.CITY: frozenset(Body),
}
"""Nobody verifies the own office, so not every body can verify every kind."""
OUTSIDE = frozenset({Body.NATIONAL, Body.EXTERNAL})
"""Who verifies offices of kinds that the register does not know."""


def written(policy: Policy) -> str:
    """A rule as a round keeps it: JSON."""
    return json.dumps({str(kind): sorted(map(str, policy[kind])) for kind in OfficeKind})


def policy_of(round_: Round) -> Policy:
    """The round's rule; the usual one where it has none of its own."""
    return DEFAULT if round_.verifiers is None else _policy(round_.verifiers)


def verifiers_of(round_: Round, kind: str) -> frozenset[Body]:
    """Who may verify a kind of office; for those outside the register whoever stands above all."""
    known = {str(one): found for one, found in policy_of(round_).items()}
    return known.get(kind, OUTSIDE)


@lru_cache(maxsize=64)
def _policy(text: str) -> Policy:
    said = json.loads(text)
    return {kind: frozenset(map(Body, said.get(kind, ()))) for kind in OfficeKind}


def bodies(actor: Actor, thing: Thing) -> frozenset[Body]:
    """As what a person may stand before an office."""
    found = set()
    for grant in actor.grants:
        if grant.role is Role.EXTERNAL:
            found.add(Body.EXTERNAL)
        elif grant.role is Role.VERIFIER and grant.office == NATIONAL:
            found.add(Body.NATIONAL)
        elif grant.role is Role.VERIFIER and grant.office == thing.province:
            found.add(Body.PROVINCE)
    return frozenset(found)


def may_take_up(round_: Round, actor: Actor, office: Office) -> bool:
    """Whether this person may verify this office in this round."""
    return refusal(round_, actor, office) is None


def refusal(round_: Round, actor: Actor, office: Office) -> Text | None:
    """Why a person may not verify an office in a round; None: they may."""
    thing = thing_of(office)
    if actor.is_partial(thing):
        return Text(
            "Verifikator ini bekerja di kantor tersebut atau menyatakan kepentingan padanya.",
            "This verifier belongs to the office or has declared an interest in it.",
        )
    if not may(actor, Action.VERIFY, thing):
        return Text(
            "Peran verifikator ini tidak mencakup kantor tersebut.",
            "This verifier's role does not reach this office.",
        )
    if not bodies(actor, thing) & verifiers_of(round_, office.kind):
        return Text(
            "Menurut aturan periode ini, kantor tersebut diverifikasi pihak lain.",
            "By this period's rule, others verify this office.",
        )
    return None


# --- people ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Judge:
    """Somebody who can verify."""

    person_id: int
    name: str
    place: str
    """Where the person verifies from."""
    actor: Actor


def judges(session: Session) -> list[Judge]:
    """Everybody active with a role of verification, by name."""
    found = []
    for person, actor in actors_with(session, (Role.VERIFIER, Role.EXTERNAL)):
        held = [m for m in person.memberships if m.role in (Role.VERIFIER, Role.EXTERNAL)]
        external = any(member.role == Role.EXTERNAL for member in held)
        place = "" if external else ", ".join(m.office.short_name for m in held)
        found.append(Judge(person.id, person.name, place, actor))
    return found


def must_be_for(session: Session, assessment: Assessment, person_id: int | None) -> None:
    """NotAllowedError where the round's rule leaves this office to others than this person."""
    known = {judge.person_id: judge.actor for judge in judges(session)}
    why = refusal(assessment.round, known.get(person_id or 0, NOBODY), assessment.office)
    if why is not None:
        raise NotAllowedError(why.id, why.en, status=403)


# --- assigning ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Refused:
    """An assessment that stays as it was, and why."""

    id: int
    office: str
    why: Text

    @classmethod
    def of(cls, one: Assessment, why: Text) -> Refused:
        """Plain values that outlive the session."""
        return cls(one.id, one.office.short_name, why)


@dataclass(frozen=True, slots=True)
class Assigned:
    """What became of an assignment."""

    done: int
    refused: tuple[Refused, ...]


def assign(
    session: Session,
    round_: Round,
    wanted: Mapping[int, int | None],
    *,
    author: Author,
    only_free: bool = False,
) -> Assigned:
    """Give assessments (by id) their verifiers (by id; None: nobody), as far as allowed.

    ``only_free``: those that have got a verifier meanwhile keep theirs.
    """
    known = {judge.person_id: judge for judge in judges(session)}
    notes, refused = [], []
    for one in held(session, round_, wanted):
        person_id = wanted[one.id]
        if one.verifier_id == person_id:
            continue
        if person_id is None:
            why = _why_not_free(one)
        elif only_free and one.verifier_id is not None:
            why = Text("Sudah ditugaskan kepada orang lain.", "Somebody else has it meanwhile.")
        else:
            why = _why_not(round_, one, known.get(person_id))
        if why is not None:
            refused.append(Refused.of(one, why))
            continue
        notes.append(note_of(one, verifier=person_id, author=author))
        one.verifier_id = person_id
    session.flush()
    log.append(session, *notes)
    return Assigned(len(notes), tuple(refused))


def note_of(assessment: Assessment, *, verifier: int | None, author: Author) -> Note:
    """An assignment as the record keeps it: numbers only."""
    return Note(
        kind=Kind.VERIFIER_ASSIGNED,
        at=author.now,
        assessment_id=assessment.id,
        round_id=assessment.round_id,
        by_id=author.person_id,
        data={"before": assessment.verifier_id, "after": verifier, "way": author.way},
    )


def held(session: Session, round_: Round, ids: Iterable[int]) -> Sequence[Assessment]:
    """These assessments of a round, held until the end of a writing session."""
    query = (
        select(Assessment)
        .where(Assessment.round_id == round_.id, Assessment.id.in_(list(ids)))
        .order_by(Assessment.id)
        .options(joinedload(Assessment.office), joinedload(Assessment.round))
        .with_for_update(of=Assessment)
        .execution_options(populate_existing=True)
    )
    return session.scalars(query).all()


def _why_not(round_: Round, one: Assessment, judge: Judge | None) -> Text | None:
    """Why an assessment is not given to a verifier."""
    if one.state in OVER:
        return Text("Hasil kantor ini sudah ditetapkan.", "This office's result is settled.")
    if judge is None:
        return Text("Verifikator ini tidak ada lagi.", "This verifier is gone.")
    return refusal(round_, judge.actor, one.office)


def _why_not_free(one: Assessment) -> Text | None:
    """Why an assessment is not left without a verifier."""
    if one.state in OPEN or one.state == AssessmentState.SUBMITTED:
        return None
    return Text(
        "Verifikasi sudah berjalan; tunjuk penggantinya.",
        "Verification has begun; name who takes over.",
    )


# --- even shares ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shares:
    """A proposal: who gets which free assessment, and those nobody may take."""

    given: tuple[tuple[Assessment, Judge], ...]
    left: tuple[Assessment, ...]


def even_shares(session: Session, round_: Round, free: Sequence[Assessment]) -> Shares:
    """Divide free assessments evenly; the same rows always give the same shares.

    Those that few may take go first; each goes to who has the least open work.
    """
    people = judges(session)
    work = dict.fromkeys((judge.person_id for judge in people), 0)
    for person_id, state in _loads(session, round_):
        if person_id in work and state not in OVER:
            work[person_id] += 1
    able = {
        one.id: [judge for judge in people if may_take_up(round_, judge.actor, one.office)]
        for one in free
    }
    given, left = [], []
    for one in sorted(free, key=lambda one: (len(able[one.id]), one.office_code)):
        if not able[one.id]:
            left.append(one)
            continue
        judge = min(able[one.id], key=lambda judge: (work[judge.person_id], judge.person_id))
        work[judge.person_id] += 1
        given.append((one, judge))
    return Shares(tuple(sorted(given, key=lambda pair: pair[0].office_code)), tuple(left))


def _loads(session: Session, round_: Round) -> Sequence[tuple[int, str]]:
    mine = (Assessment.round_id == round_.id, Assessment.verifier_id.is_not(None))
    rows = session.execute(select(Assessment.verifier_id, Assessment.state).where(*mine))
    return [(row.verifier_id, row.state) for row in rows]
