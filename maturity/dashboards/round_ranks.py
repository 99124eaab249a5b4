"""The numbers of a round's offices for ranks, kept while nothing changes; ranks by kind."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from threading import Lock

from sqlalchemy.orm import Session

from maturity.dashboards.grid import grid, variables_of
from maturity.dashboards.queries import Standing, standings, variable_texts
from maturity.dashboards.rank_places import DRAWS, Material, Place, material, places
from maturity.scoring.uncertainty import NOISE
from maturity.survey.assessments import instrument_of
from maturity.survey.models import Round, Stage

ROUNDS = 8
RANK_TERMS = (DRAWS, round(NOISE * 100))
"""How many draws, and by how many percent a weight is changed, for the words of pages."""
_kept: OrderedDict[str, Material] = OrderedDict()
_lock = Lock()


def rank_material(
    session: Session, round_: Round, rows: Sequence[Standing], stage: Stage
) -> Material:
    """The numbers of these offices at a stage; for claims also what verification found.

    One query, two for claims; what this process has read before is not read apart again.
    """
    texts = variable_texts(session, round_, stage=stage)
    claims = stage is Stage.SELF
    later = variable_texts(session, round_, stage=Stage.VERIFIED) if claims else {}
    seal = hashlib.sha256(repr((round_.fingerprint, stage)).encode())
    for row in rows:
        numbers = row.result.indexes if row.result else None
        both = texts.get(row.assessment_id), later.get(row.assessment_id)
        seal.update(repr((row.code, row.index, numbers, both)).encode())
    digest = seal.hexdigest()
    with _lock:
        found = _kept.get(digest)
    if found is None:
        found = _read(session, round_, rows, texts, later)
    with _lock:
        _kept[digest] = found
        _kept.move_to_end(digest)
        while len(_kept) > ROUNDS:
            _kept.popitem(last=False)
    return found


def _read(
    session: Session,
    round_: Round,
    rows: Sequence[Standing],
    texts: Mapping[int, str],
    later: Mapping[int, str],
) -> Material:
    instrument = instrument_of(round_)
    columns = variables_of(instrument, "id")
    now = grid(rows, texts, columns)
    if not later:
        return material(instrument, now)
    of_code = {row.code: row for row in standings(session, round_, stage=Stage.VERIFIED)}
    verified = [of_code[row.code] for row in rows]
    return material(instrument, now, grid(verified, later, columns))


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
