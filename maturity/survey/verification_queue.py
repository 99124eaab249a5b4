"""The verifiers' queue as frozen page values: what waits for whom, the riskiest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from maturity.offices.models import Office, Person
from maturity.offices.permissions import Actor, Thing
from maturity.survey.assignments import may_take_up
from maturity.survey.deadlines import Due, due
from maturity.survey.lifecycle import HANDED_IN, AssessmentState
from maturity.survey.models import Answer, Assessment, Round, Stage
from maturity.survey.risk import Risk, Risks, Sign, risks
from maturity.survey.stage_models import Judgement
from maturity.survey.taking_up import TO_DO
from maturity.web import format_number, locale

ON_A_PAGE = 25
LISTED = (AssessmentState.RETURNED, *(state for state in AssessmentState if state in HANDED_IN))
"""States that can be chosen: what was never handed in is no verifier's business."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What of the queue is asked for; every part may be empty."""

    round: str = ""
    state: str = ""
    province: str = ""
    whose: str = ""
    page: int = 1

    def query(self, **changes: object) -> dict[str, object]:
        """As an address says it, with changes; without what is empty."""
        said = {
            "round": self.round,
            "state": self.state,
            "province": self.province,
            "whose": self.whose,
            "page": self.page if self.page > 1 else "",
        }
        return {name: value for name, value in (said | changes).items() if value}


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One assessment. ``verified`` of ``claims`` are decided; ``reasons`` say why to look."""

    id: int
    office: str
    province: str
    zone: str
    state: str
    mine: bool
    partial: bool
    due: datetime | None
    overdue: bool
    verified: int
    claims: int
    reasons: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class QueuePage:
    """The queue of one round for one person; ``rows`` are those of one page."""

    wish: Wish
    round: Round | None
    rounds: tuple[Round, ...]
    provinces: tuple[tuple[str, str], ...]
    rows: tuple[QueueRow, ...]
    found: int
    all: int
    pages: int


def queue(session: Session, actor: Actor, wish: Wish, now: datetime) -> QueuePage:
    """What this person has to verify, or may take up: as many queries for one as for 553."""
    rounds = tuple(session.scalars(select(Round).order_by(Round.opens_at.desc(), Round.id.desc())))
    round_ = next((one for one in rounds if one.slug == wish.round), rounds[0] if rounds else None)
    if round_ is None:
        return QueuePage(wish, None, (), (), (), 0, 0, 1)
    before = next((one for one in rounds if _is_before(one, round_)), None)
    mine = [one for one in _handed_in(session, round_) if _concerns(one, actor)]
    chosen = [one for one in mine if _is_wished(one, wish, actor)]
    decided, reasons = _decided(session, round_), risks(session, round_, before)
    rows = [_row(one, actor, now, decided=decided, reasons=reasons) for one in chosen]
    far = datetime.max.replace(tzinfo=now.tzinfo)
    rows.sort(key=lambda row: (-row.weight, row.due or far, row.office))
    pages = max(1, -(-len(rows) // ON_A_PAGE))
    start = (min(wish.page, pages) - 1) * ON_A_PAGE
    shown = tuple(rows[start : start + ON_A_PAGE])
    places = _provinces(session, mine)
    return QueuePage(wish, round_, rounds, places, shown, len(rows), len(mine), pages)


def _is_before(one: Round, round_: Round) -> bool:
    return one.opens_at < round_.opens_at and one.instrument_id == round_.instrument_id


def _handed_in(session: Session, round_: Round) -> Sequence[Assessment]:
    return session.scalars(
        select(Assessment)
        .where(Assessment.round_id == round_.id, Assessment.state.in_(LISTED))
        .options(joinedload(Assessment.office), joinedload(Assessment.round))
    ).all()


def _concerns(one: Assessment, actor: Actor) -> bool:
    """Assigned to this person, or free for them to take up."""
    if one.verifier_id is not None:
        return one.verifier_id == actor.person_id
    return may_take_up(one.round, actor, one.office)


def _is_wished(one: Assessment, wish: Wish, actor: Actor) -> bool:
    in_state = wish.state in ("all", one.state) if wish.state else one.state in TO_DO
    whose = {"mine": one.verifier_id == actor.person_id, "open": one.verifier_id is None}
    place = wish.province in ("", _province(one.office))
    return in_state and place and whose.get(wish.whose, True)


def _province(office: Office) -> str:
    return office.province_code or office.code


def _provinces(session: Session, ones: Sequence[Assessment]) -> tuple[tuple[str, str], ...]:
    """Code and name of the provinces that there is anything of."""
    codes = {_province(one.office) for one in ones}
    rows = session.execute(
        select(Office.code, Office.short_name).where(Office.code.in_(codes)).order_by(Office.code)
    )
    return tuple((row.code, row.short_name) for row in rows)


def _decided(session: Session, round_: Round) -> dict[int, int]:
    """How many present answers of each assessment were verified."""
    query = (
        select(Judgement.assessment_id, func.count(func.distinct(Judgement.key)))
        .join(Assessment, Assessment.id == Judgement.assessment_id)
        .join(
            Answer,
            (Answer.assessment_id == Judgement.assessment_id)
            & (Answer.key == Judgement.key)
            & (Answer.version == Judgement.on_version),
        )
        .where(Assessment.round_id == round_.id, Judgement.stage == Stage.VERIFIED)
        .group_by(Judgement.assessment_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _row(
    one: Assessment, actor: Actor, now: datetime, *, decided: Mapping[int, int], reasons: Risks
) -> QueueRow:
    end, office = due(one, Due.VERIFICATION), one.office
    found = reasons.get(one.id, ())
    return QueueRow(
        id=one.id,
        office=office.short_name,
        province=_province(office),
        zone=office.timezone,
        state=one.state,
        mine=one.verifier_id == actor.person_id,
        partial=actor.is_partial(Thing(office.code, office.province_code)),
        due=end,
        overdue=end is not None and now > end and one.state in TO_DO,
        verified=min(decided.get(one.id, 0), one.answered),
        claims=one.answered,
        reasons=tuple(map(reason_words, found)),
        weight=sum(risk.weight for risk in found),
    )


def reason_words(risk: Risk) -> str:
    """A reason to look closely, as people read it."""
    number = format_number(risk.here, 0, locale())
    match risk.sign:
        case Sign.HIGH:
            index, usual = (format_number(v, 2, locale()) for v in (risk.here, risk.usual))
            return gettext(
                "Indeks %(index)s, jauh di atas median kantor sejenis (%(usual)s)",
                index=index,
                usual=usual,
            )
        case Sign.JUMP:
            then = format_number(risk.usual, 0, locale())
            return gettext("Level %(now)s, pada periode lalu Level %(then)s", now=number, then=then)
        case Sign.BARE:
            return gettext("%(n)s klaim level tanpa tautan atau berkas bukti", n=number)
        case Sign.SHARED:
            return gettext("%(n)s berkas juga diserahkan oleh kantor lain", n=number)
        case Sign.LATE:
            return gettext("Dikirim sebelum batas, tetapi diterima sesudahnya")
    return gettext("%(n)s jawaban diisi lewat tautan", n=number)


def verifier_name(session: Session, assessment: Assessment) -> str:
    """Who verifies an assessment; empty for nobody."""
    wanted = select(Person.name).where(Person.id == assessment.verifier_id)
    return session.scalar(wanted) or ""
