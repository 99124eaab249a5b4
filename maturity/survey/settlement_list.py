"""What waits for settling: the assessments of all rounds after verification, in few queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from maturity.offices.permissions import Action, Actor, Thing, may
from maturity.offices.searching import nearness
from maturity.survey.deadlines import Due, due
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.models import Answer, Assessment, Round, Stage
from maturity.survey.stage_models import Judgement, Thread, Verdict

_S = AssessmentState
AFTER = (_S.REPLY, _S.SETTLED, _S.PUBLISHED)
PHASES = ("open", "over", "settled", "published")
FILTERS = ("phase", "disputes", "province", "kind", "round", "q")


@dataclass(frozen=True, slots=True)
class Line:
    """One assessment. ``phase``: open (the office may still reply), over, settled, published.

    ``differing``: answers verified as another than claimed; ``undecided`` of the ``disputed``.
    """

    id: int
    code: str
    kind: str
    short_name: str
    name_id: str
    name_en: str
    province: str | None
    round_slug: str
    zone: str
    phase: str
    until: datetime | None
    replied_at: datetime | None
    verifier_id: int | None
    may_settle: bool
    may_open: bool = True
    differing: int = 0
    disputed: int = 0
    undecided: int = 0
    threads: int = 0

    def is_plain(self, person_id: int | None) -> bool:
        """Whether this person may settle it without deciding anything."""
        ready = self.may_settle and self.phase == "over" and self.verifier_id != person_id
        return ready and not self.disputed and not self.threads


@dataclass(frozen=True, slots=True)
class Wish:
    """What of the list somebody wants to see; empty: all."""

    phase: str = ""
    disputes: str = ""
    province: str = ""
    kind: str = ""
    round: str = ""
    q: str = ""
    page: int = 1

    def address(self, page: int | None = None) -> dict[str, str]:
        """The wish as an address carries it."""
        found = {name: value for name in FILTERS if (value := getattr(self, name))}
        number = self.page if page is None else page
        return {**found, "page": str(number)} if number > 1 else found


def choose(
    lines: Iterable[Line], wish: Wish, *, provinces: Mapping[str, str] | None = None
) -> list[Line]:
    """The lines that somebody wants to see; by searched words, the nearest come first.

    ``provinces``: code -> name, for the search.
    """
    kept = [line for line in lines if _is_wished(line, wish)]
    if not wish.q:
        return kept
    names, ranked = provinces or {}, []
    for place, line in enumerate(kept):
        rank = nearness(line, wish.q, province=names.get(line.province or "", ""))
        if rank is not None:
            ranked.append((rank, place, line))
    return [line for _rank, _place, line in sorted(ranked, key=lambda row: row[:2])]


def _is_wished(line: Line, wish: Wish) -> bool:
    disputes = {"open": line.undecided > 0, "any": line.disputed > 0, "none": not line.disputed}
    return (
        wish.phase in ("", line.phase)
        and wish.province in ("", line.province)
        and wish.kind in ("", line.kind)
        and wish.round in ("", line.round_slug)
        and disputes.get(wish.disputes, True)
    )


def lines(session: Session, actor: Actor, at: datetime) -> list[Line]:
    """All assessments after verification that this person may settle or publish."""
    query = (
        select(Assessment)
        .where(Assessment.state.in_(AFTER))
        .options(joinedload(Assessment.office), joinedload(Assessment.round))
        .join(Round, Round.id == Assessment.round_id)
        .order_by(Round.opens_at.desc(), Assessment.office_code)
    )
    may_all = may(actor, Action.PUBLISH)
    found = [_line(one, actor, at) for one in session.scalars(query)]
    return _counted(session, [one for one in found if may_all or one.may_settle])


def _line(one: Assessment, actor: Actor, at: datetime) -> Line:
    office, until = one.office, due(one, Due.REPLY)
    thing = Thing(office.code, office.province_code)
    settles = may(actor, Action.SETTLE, thing)
    over = one.replied_at is not None or (until is not None and at > until)
    phase = {_S.SETTLED: "settled", _S.PUBLISHED: "published"}.get(AssessmentState(one.state))
    return Line(
        id=one.id,
        code=office.code,
        kind=office.kind,
        short_name=office.short_name,
        name_id=office.name_id,
        name_en=office.name_en,
        province=office.province_code,
        round_slug=one.round.slug,
        zone=office.timezone,
        phase=phase or ("over" if over else "open"),
        until=until,
        replied_at=one.replied_at,
        verifier_id=one.verifier_id,
        may_settle=settles,
        may_open=settles or may(actor, Action.REOPEN, thing),
    )


def _counted(session: Session, found: Sequence[Line]) -> list[Line]:
    differing, threads = _differing(session), _threads(session)
    disputed, undecided = disputes(session, _after())
    return [_with(line, differing[line.id], disputed[line.id], undecided[line.id],
                  threads[line.id]) for line in found]  # fmt: skip


def _with(line: Line, *counts: int) -> Line:
    differing, disputed, undecided, threads = counts
    over = line.phase == "open" and not differing  # nothing to reply to
    return replace(
        line,
        phase="over" if over else line.phase,
        differing=differing,
        disputed=disputed,
        undecided=undecided,
        threads=threads,
    )


def _after() -> ScalarSelect[Any]:
    return select(Assessment.id).where(Assessment.state.in_(AFTER)).scalar_subquery()


def _differing(session: Session) -> Counter[int]:
    """How many present verifications are not the present claim, by assessment."""
    newer = aliased(Judgement)
    overtaken = exists().where(
        newer.assessment_id == Judgement.assessment_id,
        newer.key == Judgement.key,
        newer.stage == Stage.VERIFIED,
        newer.id > Judgement.id,
    )
    same_answer = and_(Answer.assessment_id == Judgement.assessment_id, Answer.key == Judgement.key)
    other = or_(Judgement.state != Answer.state, Judgement.value != Answer.value)
    query = (
        select(Judgement.assessment_id, func.count())
        .join(Answer, same_answer)
        .where(Judgement.assessment_id.in_(_after()), Judgement.stage == Stage.VERIFIED)
        .where(Judgement.on_version == Answer.version, other, ~overtaken)
        .group_by(Judgement.assessment_id)
    )
    return Counter({row[0]: row[1] for row in session.execute(query)})


def disputes(session: Session, among: ScalarSelect[Any]) -> tuple[Counter[int], Counter[int]]:
    """How many answers are disputed, and how many of them undecided, by assessment.

    ``among``: the numbers of the assessments that are looked at.
    """
    newest: dict[tuple[int, str], dict[str, tuple[int, str]]] = defaultdict(dict)
    replies = (
        select(Judgement.assessment_id, Judgement.key)
        .where(Judgement.assessment_id.in_(among), Judgement.stage == Stage.REPLIED)
        .distinct()
        .subquery()
    )
    query = (
        select(Judgement.assessment_id, Judgement.key, Judgement.stage, Judgement.id,
               Judgement.verdict)
        .join(replies, and_(replies.c.assessment_id == Judgement.assessment_id,
                            replies.c.key == Judgement.key))
        .order_by(Judgement.id)
    )  # fmt: skip
    for row in session.execute(query):
        newest[row.assessment_id, row.key][row.stage] = (row.id, row.verdict)
    disputed: Counter[int] = Counter()
    undecided: Counter[int] = Counter()
    for (assessment_id, _), rows in newest.items():
        at, verdict = rows[Stage.REPLIED]
        if at > rows[Stage.VERIFIED][0] and verdict == Verdict.DISAGREE:
            disputed[assessment_id] += 1
            undecided[assessment_id] += rows.get(Stage.SETTLED, (0, ""))[0] < at
    return disputed, undecided


def _threads(session: Session) -> Counter[int]:
    query = (
        select(Thread.assessment_id, func.count())
        .where(Thread.assessment_id.in_(_after()), Thread.resolved_at.is_(None))
        .group_by(Thread.assessment_id)
    )
    return Counter({row[0]: row[1] for row in session.execute(query)})
