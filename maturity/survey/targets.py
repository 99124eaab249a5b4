"""The door for targets: what the offices of a round should reach, in the whole and in its parts."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from maturity.errors import MaturityError
from maturity.offices.registry import OfficeKind
from maturity.scoring.bands import Bands, Measure
from maturity.survey import log
from maturity.survey.answers import Author
from maturity.survey.assessments import instrument_of
from maturity.survey.frozen import outline_ids
from maturity.survey.instrument import Instrument
from maturity.survey.log import Kind, Note
from maturity.survey.models import Round
from maturity.survey.target_models import RoundTarget

WHOLE = ALL_KINDS = ""
Key = tuple[str, str]
"""A part ("" the whole) and a kind of office ("" all kinds)."""
Targets = Mapping[Key, float]
_TYPED = re.compile(r"\d{1,4}([.,]\d{1,2})?")


# --- reading --------------------------------------------------------------------------


def targets_of(session: Session, round_: Round) -> dict[Key, float]:
    """What a round aims at."""
    query = select(RoundTarget).where(RoundTarget.round_id == round_.id)
    return {(one.part, one.kind): one.value for one in session.scalars(query)}


def aim(targets: Targets, part: str, kind: str) -> float | None:
    """The target of an office of a kind: its kind's own beats the one for all."""
    return targets.get((part, kind), targets.get((part, ALL_KINDS)))


def kinds_asked(instrument: Instrument) -> list[str]:
    """The kinds of office that a target may be for."""
    return [kind.id for kind in instrument.kinds] or [str(kind) for kind in OfficeKind]


def level_meant(instrument: Instrument, part: str, value: float) -> int | None:
    """The level that an index means in a part; None where the instrument lays none over it."""
    rubric = instrument.rubric
    bands = rubric.node(part).bands if part else rubric.root.bands
    if bands is None:
        return None
    share = (value - rubric.first_level) / (rubric.last_level - rubric.first_level)
    return bands.level(_measured(bands, value, share)) or None


def _measured(bands: Bands, value: float, share: float) -> float:
    """The measure of the bands at that index; scores run from their first to their last edge."""
    if bands.measure is Measure.INDEX:
        return value
    if bands.measure is Measure.PERCENT:
        return share * 100
    first, last = bands.bands[0].start, bands.bands[-1].end
    return first + share * (last - first)


# --- what is typed --------------------------------------------------------------------


def typed_target(text: str, instrument: Instrument) -> float:
    """The index somebody typed, with decimal comma or point; MaturityError: none on the scale."""
    low, high = instrument.rubric.first_level, instrument.rubric.last_level
    found = _TYPED.fullmatch(text.strip())
    value = float(found[0].replace(",", ".")) if found else math.nan
    if not low <= value <= high:
        raise _off_scale(low, high)
    return value


def _off_scale(low: int, high: int) -> MaturityError:
    return MaturityError(
        f"Tulis angka dari {low} sampai {high}, paling banyak dua desimal.",
        f"Write a number from {low} to {high}, with at most two decimals.",
        status=422,
    )


# --- setting --------------------------------------------------------------------------


def set_targets(session: Session, round_: Round, targets: Targets, *, author: Author) -> bool:
    """Make these all the targets of a round, and put on record what changed; whether anything did.

    MaturityError for a part or a kind that the instrument does not have, or a value off its scale.
    """
    session.refresh(round_, with_for_update=True)
    _check(targets, instrument_of(round_))
    before = targets_of(session, round_)
    changed = [
        [*key, _told(before.get(key)), _told(targets.get(key))]
        for key in sorted(before.keys() | targets.keys())
        if before.get(key) != targets.get(key)
    ]
    if not changed:
        return False
    session.execute(delete(RoundTarget).where(RoundTarget.round_id == round_.id))
    session.add_all(
        RoundTarget(round_id=round_.id, part=part, kind=kind, value=value)
        for (part, kind), value in sorted(targets.items())
    )
    session.flush()
    data = {"changes": len(changed), "changed": changed, "way": author.way}
    log.append(session, Note(kind=Kind.TARGETS_SET, at=author.now, round_id=round_.id,
                             by_id=author.person_id, data=data))  # fmt: skip
    return True


def _check(targets: Targets, instrument: Instrument) -> None:
    parts, kinds = {WHOLE, *outline_ids(instrument)}, {ALL_KINDS, *kinds_asked(instrument)}
    low, high = instrument.rubric.first_level, instrument.rubric.last_level
    for (part, kind), value in targets.items():
        for name, known in ((part, parts), (kind, kinds)):
            if name not in known:
                raise MaturityError(
                    f"“{name[:40]}” bukan bagian atau jenis kantor dari {instrument.ref}.",
                    f"“{name[:40]}” is no part or kind of office of {instrument.ref}.",
                    status=422,
                )
        if not low <= value <= high:
            raise _off_scale(low, high)


def _told(value: float | None) -> str | None:
    """As the record tells it, which knows no fractions."""
    return None if value is None else f"{value:.9g}"
