"""What verifiers decided about one variable over all offices, and the words they used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from maturity.offices.models import Office
from maturity.offices.permissions import Thing
from maturity.survey.assessments import VALID_IN
from maturity.survey.frozen import items_behind
from maturity.survey.instrument import Instrument
from maturity.survey.models import Answer, Assessment, Round, Stage
from maturity.survey.stage_models import Judgement, Verdict

SHOWN = 20
EXPLAINED = (Verdict.CHANGED, Verdict.NOT_VERIFIABLE)


@dataclass(frozen=True, slots=True)
class Remark:
    """The same words, written ``count`` times with the same verdict."""

    words: str
    verdict: str
    count: int


@dataclass(frozen=True, slots=True)
class Remarks:
    """``verdicts``: verdict -> answers. ``written`` answers have words, of which the reader may
    see ``readable``; ``common`` are the most frequent of these, out of ``different`` ones."""

    verdicts: dict[Verdict, int]
    written: int
    readable: int
    different: int
    common: tuple[Remark, ...]


def keys_of(instrument: Instrument, variable: str) -> list[str]:
    """The keys of the answers that a variable is scored by."""
    return [item.key for item in items_behind(instrument, variable)]


def remarks(
    session: Session, round_: Round, keys: Sequence[str], *, may_read: Callable[[Thing], bool]
) -> Remarks:
    """Of offices whose verification has ended; in two queries. Never whose words they are."""
    newest = _newest(round_, keys)
    tally = (
        select(Judgement.verdict, func.count().label("answers"))
        .where(Judgement.id.in_(newest))
        .group_by(Judgement.verdict)
    )
    found = {Verdict(row.verdict): row.answers for row in session.execute(tally)}
    said = (
        select(Judgement.verdict, Judgement.words, Office.code, Office.province_code)
        .join(Assessment, Assessment.id == Judgement.assessment_id)
        .join(Office, Office.code == Assessment.office_code)
        .where(Judgement.id.in_(newest), Judgement.verdict.in_(EXPLAINED), Judgement.words != "")
        .order_by(Judgement.id)
    )
    rows = session.execute(said).all()
    mine = [
        (row.verdict, " ".join(row.words.split()))
        for row in rows
        if may_read(Thing(row.code, row.province_code))
    ]
    common = _common(mine)
    return Remarks(found, len(rows), len(mine), len(common), common[:SHOWN])


def _newest(round_: Round, keys: Sequence[str]) -> Select[int]:
    """Of each answer the newest decision about the answer as it is."""
    return (
        select(func.max(Judgement.id))
        .join(Assessment, Assessment.id == Judgement.assessment_id)
        .outerjoin(Answer, and_(Answer.assessment_id == Assessment.id, Answer.key == Judgement.key))
        .where(
            func.coalesce(Answer.version, 0) == Judgement.on_version,
            Assessment.round_id == round_.id,
            Assessment.state.in_(VALID_IN[Stage.VERIFIED]),
            Judgement.stage == Stage.VERIFIED,
            Judgement.key.in_(keys),
        )
        .group_by(Judgement.assessment_id, Judgement.key)
    )


def _common(said: Sequence[tuple[str, str]]) -> tuple[Remark, ...]:
    """Alike but for capitals counts as the same; the most frequent first."""
    first: dict[tuple[str, str], str] = {}
    count: dict[tuple[str, str], int] = {}
    for verdict, words in said:
        key = (verdict, words.casefold())
        first.setdefault(key, words)
        count[key] = count.get(key, 0) + 1
    ordered = sorted(count, key=lambda key: (-count[key], key[1], key[0]))
    return tuple(Remark(first[key], key[0], count[key]) for key in ordered)
