"""What is kept of a scorecard for good: the whole, and the columns that tables of offices read."""

from __future__ import annotations

import hashlib
import json
import zlib

from maturity.scoring.scorecard import Scorecard
from maturity.survey.instrument import Branch, Instrument, Item, Slice, below
from maturity.survey.models import Stage, StoredScorecard


def frozen_row(assessment_id: int, instrument: Instrument, card: Scorecard) -> StoredScorecard:
    """The row of a scorecard, not yet in any session."""
    payload = card.to_json().encode()
    digest = hashlib.sha256(instrument.fingerprint.encode() + b"\n" + payload).hexdigest()
    return StoredScorecard(
        assessment_id=assessment_id,
        stage=Stage.SELF,
        fingerprint=instrument.fingerprint,
        digest=digest,
        level=card.root.level,
        gated_level=card.root.gated_level,
        index_value=card.root.index,
        coverage=card.root.coverage,
        weakest=weakest_of(instrument, card),
        dimensions=json.dumps(_outline(instrument, card)),
        variables=json.dumps(variable_numbers(instrument, card), separators=(",", ":")),
        payload=zlib.compress(payload, 6),
    )


def outline_ids(instrument: Instrument) -> list[str]:
    """Dimensions and sub-dimensions that are scored, in order."""
    scored = set(instrument.rubric.ids)
    found: list[str] = []
    for dimension in instrument.dimensions:
        found.append(dimension.id)
        branches = (child for child in dimension.children if isinstance(child, Branch))
        found.extend(branch.id for branch in branches if branch.id in scored)
    return found


def _outline(
    instrument: Instrument, card: Scorecard
) -> dict[str, tuple[int | None, int | None, float | None]]:
    nodes = ((node_id, card.node(node_id)) for node_id in outline_ids(instrument))
    return {node_id: (node.level, node.gated_level, node.index) for node_id, node in nodes}


def variable_ids(instrument: Instrument) -> list[str]:
    """The scored questions and slices of all dimensions, in order: what offices differ in."""
    scored = set(instrument.rubric.ids)
    return [
        part.id
        for branch in instrument.dimensions or (instrument.root,)
        for part in below(branch)
        if not isinstance(part, Branch) and part.id in scored
    ]


def items_behind(instrument: Instrument, variable: str) -> list[Item]:
    """The items whose answers a question or a slice of a matrix is scored by."""
    part = instrument.part(variable)
    if not isinstance(part, Slice):
        return list(instrument.items_of(variable))
    cells = instrument.items_of(part.matrix)
    return [item for item in cells if item.column and item.column.id in part.columns]


def variable_numbers(
    instrument: Instrument, card: Scorecard
) -> dict[str, tuple[int | None, float | None, str]]:
    """Variable -> level, percent 0..100 of what can be reached, and why there is none, else ""."""
    found = {}
    for variable in variable_ids(instrument):
        node = card.node(variable)
        why = "" if node.percent is not None else node.reason.state or "unanswered"
        percent = None if node.percent is None else round(node.percent, 2)
        found[variable] = (node.level, percent, why)
    return found


def weakest_of(instrument: Instrument, card: Scorecard) -> str | None:
    """The lowest sub-dimension (dimension where there are none)."""
    ids = outline_ids(instrument)
    dimensions = {dimension.id for dimension in instrument.dimensions}
    lower = [one for one in ids if one not in dimensions] or ids
    known = [(card.node(one).index, place, one) for place, one in enumerate(lower)]
    found = [(index, place, one) for index, place, one in known if index is not None]
    return min(found)[2] if found else None


def card_of(stored: StoredScorecard) -> Scorecard:
    """The whole scorecard of a frozen result."""
    return Scorecard.from_json(zlib.decompress(stored.payload).decode())
