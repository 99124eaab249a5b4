"""The numbers of a round's offices for ranks, kept while nothing changes; ranks by kind."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from maturity.dashboards.grid_reading import read_grid
from maturity.dashboards.memory import Memory, results_digest
from maturity.dashboards.queries import Standing, standings
from maturity.dashboards.rank_places import DRAWS, Material, Place, material, places
from maturity.scoring.uncertainty import NOISE
from maturity.survey.assessments import instrument_of
from maturity.survey.models import Round, Stage

RANK_TERMS = (DRAWS, round(NOISE * 100))
"""How many draws, and by how many percent a weight is changed, for the words of pages."""
_memory: Memory[Material] = Memory(8)


def rank_material(
    session: Session, round_: Round, rows: Sequence[Standing], stage: Stage
) -> Material:
    """The numbers of these offices at a stage; for claims also what verification found.

    One query where nothing has changed since this process read them last.
    """
    claims = stage is Stage.SELF
    stages = (stage, Stage.VERIFIED) if claims else (stage,)
    codes = tuple(row.code for row in rows)

    def read() -> Material:
        instrument = instrument_of(round_)
        now = read_grid(session, round_, rows, stage=stage, locale="id")
        if not claims:
            return material(instrument, now)
        of_code = {row.code: row for row in standings(session, round_, stage=Stage.VERIFIED)}
        verified = [of_code[code] for code in codes]
        if not any(one.result for one in verified):
            return material(instrument, now)
        later = read_grid(session, round_, verified, stage=Stage.VERIFIED, locale="id")
        return material(instrument, now, later)

    return _memory.get((results_digest(session, [round_], *stages), stage, codes), read)


def places_in_kind(
    session: Session, round_: Round, rows: Sequence[Standing], stage: Stage
) -> dict[str, Place]:
    """Office -> its place among all offices of its kind: others are asked other things."""
    kinds: dict[str, list[str]] = {}
    for row in rows:
        if row.result is not None:
            kinds.setdefault(row.kind, []).append(row.code)
    several = [codes for codes in kinds.values() if len(codes) > 1]
    if not several:
        return {}
    numbers = rank_material(session, round_, rows, stage)
    return {code: place for codes in several for code, place in places(numbers, codes).items()}
