"""What the pages share on which rounds are run: the blueprint, filters over assessments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Any

from flask import Blueprint, abort
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from maturity.offices.models import Office
from maturity.offices.registry import OfficeKind
from maturity.offices.searching import nearness, typed_words
from maturity.survey.deadlines import REFERENCE
from maturity.survey.forms import number
from maturity.survey.lifecycle import OPEN, AssessmentState
from maturity.survey.models import Assessment, Round
from maturity.survey.paging import page_said

bp = Blueprint("administration", __name__, url_prefix="/administration/rounds")
PENDING, NOBODY_YET = "open", "none"
YEARS = range(2000, 2200)
"""Years that a typed moment may lie in: others are slips, and no zone can be reckoned with them."""


def round_or_404(session: Session, slug: str) -> Round:
    """The round of this name."""
    wanted = select(Round).where(Round.slug == slug)
    found = session.scalar(wanted) if slug.isprintable() else None
    return found or abort(404)


@dataclass(frozen=True, slots=True)
class Wish:
    """Which assessments somebody wants to see; empty: all."""

    province: str = ""
    kind: str = ""
    state: str = ""
    """A state, or ``open``: not handed in."""
    verifier: str = ""
    """The id of a person, or ``none``."""
    q: str = ""
    """Words of an office's name, or its code."""
    page: int = 1

    @classmethod
    def read(cls, said: Mapping[str, str]) -> Wish:
        """What an address or a form asks for; nonsense is left out."""
        state, kind = said.get("state", ""), said.get("kind", "")
        verifier, province = said.get("verifier", ""), said.get("province", "")
        known = verifier == NOBODY_YET or number(verifier) is not None
        return cls(
            province=province if province.isdecimal() and len(province) == 2 else "",
            kind=kind if kind in set(OfficeKind) else "",
            state=state if state == PENDING or state in set(AssessmentState) else "",
            verifier=verifier if known else "",
            q=typed_words(said.get("q", "")),
            page=page_said(said.get("page", "")),
        )

    @property
    def filtered(self) -> bool:
        """Whether some offices may be left out."""
        return any((self.province, self.kind, self.state, self.verifier, self.q))

    def address(self, slug: str, *, page: int | None = None) -> dict[str, Any]:
        """The values of an address that asks for the same, or for another page of it."""
        said = {**asdict(self), "page": page or self.page}
        if said["page"] == 1:
            del said["page"]
        return {"slug": slug} | {name: value for name, value in said.items() if value}


def matching(session: Session, round_: Round, wish: Wish) -> Sequence[Assessment]:
    """The assessments of a round that are wanted, with their offices, by code."""
    query = select(Assessment).join(Assessment.office).where(Assessment.round_id == round_.id)
    if wish.province:
        query = query.where(Office.province_code == wish.province)
    if wish.kind:
        query = query.where(Office.kind == wish.kind)
    if wish.state:
        states = OPEN if wish.state == PENDING else {wish.state}
        query = query.where(Assessment.state.in_(states))
    if wish.verifier == NOBODY_YET:
        query = query.where(Assessment.verifier_id.is_(None))
    elif wish.verifier:
        query = query.where(Assessment.verifier_id == int(wish.verifier))
    together = (joinedload(Assessment.office), joinedload(Assessment.round))
    found = session.scalars(query.options(*together).order_by(Assessment.office_code)).all()
    return _named(session, found, wish.q) if wish.q else found


def _named(session: Session, found: Sequence[Assessment], words: str) -> list[Assessment]:
    """Those whose office is meant by these words, the nearest first."""
    names = dict(province_choices(session))
    ranked = []
    for one in found:
        province = names.get(one.office.province_code or "", "")
        rank = nearness(one.office, words, province=province)
        if rank is not None:
            ranked.append((rank, one.office_code, one))
    return [one for _rank, _code, one in sorted(ranked, key=lambda row: row[:2])]


def province_choices(session: Session) -> list[tuple[str, str]]:
    """The provinces, for a list to choose from."""
    wanted = select(Office.code, Office.short_name).where(Office.kind == OfficeKind.PROVINCE)
    return [(row.code, row.short_name) for row in session.execute(wanted.order_by(Office.code))]


# --- moments as they are typed --------------------------------------------------------


def typed_moment(day: str, clock: str, *, last: bool) -> datetime | None:
    """A moment of Western Indonesian Time from a date and a time of day; None: not readable.

    ``last``: the minute belongs to it, so that 23.59 is the end of the day.
    """
    try:
        at = time.fromisoformat(clock.strip().replace(".", ":"))
        typed = datetime.combine(date.fromisoformat(day.strip()), at, REFERENCE)
    except ValueError:
        return None
    if typed.year not in YEARS:
        return None
    return typed.replace(second=59 if last else 0, microsecond=0)
