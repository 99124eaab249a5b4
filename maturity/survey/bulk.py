"""Which offices of a list an act is meant for: the ticked, the page, or all that match.

All that match may be more than the page shows, and others than when it was looked at. So a form
carries a seal of what its reader was told; where it does not fit, the offices are shown first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from flask import request
from sqlalchemy.orm import Session

from maturity.survey.administration import Wish, matching, province_choices
from maturity.survey.chain import sha256
from maturity.survey.forms import number
from maturity.survey.models import Assessment, Round
from maturity.survey.paging import Part, part_of

ALL, ON_PAGE = "yes", "page"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The assessments an act is meant for, by id; ``unseen``: all of them, to be shown first."""

    ids: frozenset[int]
    unseen: Sequence[Assessment] = ()


def chosen(session: Session, round_: Round, wish: Wish) -> Chosen:
    """What the form of a list names."""
    form, which = request.form, request.form.get("all")
    if which == ALL:
        rows = matching(session, round_, wish)
        unseen = () if form.get("seen") == seal(rows) else rows
        return Chosen(frozenset(one.id for one in rows), unseen)
    said = form.get("shown", "").split(",") if which == ON_PAGE else form.getlist("pick")
    return Chosen(frozenset(found for one in said if (found := number(one)) is not None))


def seal(rows: Sequence[Assessment]) -> str:
    """Stands for these assessments and their verifiers, in any order."""
    return sha256(",".join(sorted(f"{one.id}:{one.verifier_id or ''}" for one in rows)))[:32]


@dataclass(frozen=True, slots=True)
class Offered:
    """A page of a list, with what its form carries. ``seen``: the seal, where all are shown."""

    part: Part[Assessment]
    seen: str
    shown: str

    @classmethod
    def of(cls, rows: Sequence[Assessment], page: int) -> Offered:
        """The page asked for of these rows."""
        part = part_of(rows, page)
        seen = seal(rows) if part.pages == 1 else ""
        return cls(part, seen, ",".join(str(one.id) for one in part.rows))


@dataclass(frozen=True, slots=True)
class Preview:
    """All that an act would be meant for. ``places``: province, its number, the offices' names."""

    total: int
    seen: str
    changed: bool
    places: tuple[tuple[str, int, str], ...]
    kept: tuple[tuple[str, str], ...]


def preview(session: Session, rows: Sequence[Assessment]) -> Preview:
    """What is shown before all that match are touched; the form goes on as it was filled in."""
    names = dict(province_choices(session))
    counted = Counter(one.office.province_code or "" for one in rows)
    places = tuple(
        (
            names.get(code, "KPU RI"),
            counted[code],
            ", ".join(o.office.short_name for o in rows if (o.office.province_code or "") == code),
        )
        for code in sorted(counted)
    )
    left = ("csrf_token", "seen", "shown", "pick", "do")
    kept = tuple(
        (name, value) for name, value in request.form.items(multi=True) if name not in left
    )
    return Preview(len(rows), seal(rows), bool(request.form.get("seen")), places, kept)
