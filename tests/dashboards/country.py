"""Rounds with invented results, written as rows, and what a test reads off a page."""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from xml.etree.ElementTree import Element

from sqlalchemy import insert
from sqlalchemy.orm import Session

from maturity.offices.models import Office
from maturity.survey.assessments import instrument_of
from maturity.survey.frozen import variable_ids
from maturity.survey.lifecycle import OPEN
from maturity.survey.models import Assessment, Round, Stage, StoredScorecard
from maturity.web import format_number
from tests.builders import add_offices, make_round
from tests.clock import START
from tests.strict_client import tree_of

PARTS = ("P1", "SD1", "SD2", "SD3", "P2", "SD4", "SD5", "SD6", "P3", "SD7", "SD8", "SD9")
SMALL = ("11", "11.01", "11.71", "12", "12.01", "36", "36.01", "36.02", "36.03", "36.04",
         "36.71", "36.72", "36.73", "36.74")  # fmt: skip


def level_at(index: float) -> int:
    """The level that the main instrument's bands give an index."""
    return sum(index >= edge for edge in (1.5, 2.5, 3.5)) + 1


def card_of(
    assessment_id: int,
    index: float,
    *,
    fingerprint: str,
    dice: random.Random,
    stage: Stage = Stage.SELF,
    variables: Sequence[str] = (),
) -> dict:
    """The row of a scorecard whose parts and variables lie around an index."""
    parts = {part: round(min(4.0, max(1.0, index + dice.uniform(-0.6, 0.6))), 4) for part in PARTS}
    sub = {part: value for part, value in parts.items() if part.startswith("SD")}
    row = {
        "assessment_id": assessment_id,
        "stage": stage,
        "fingerprint": fingerprint,
        "level": level_at(index),
        "gated_level": max(1, level_at(index) - dice.choice([0, 0, 1])),
        "index_value": index,
        "coverage": 1.0,
        "weakest": min(sub, key=sub.__getitem__),
        "dimensions": json.dumps({p: [level_at(v), level_at(v), v] for p, v in parts.items()}),
        "variables": _variables(variables, index, random.Random(f"{assessment_id}:{stage}")),
        "payload": b"never read here",
        "created_at": START,
    }
    return row | {"digest": hashlib.sha256(repr(row).encode()).hexdigest()}


def _variables(variables: Sequence[str], index: float, dice: random.Random) -> str:
    return json.dumps({one: _variable(index, dice) for one in variables})


def _variable(index: float, dice: random.Random) -> tuple[int | None, float | None, str]:
    """A level near the index; one in twenty is not applicable."""
    if dice.random() < 0.05:
        return None, None, "not-applicable"
    level = min(4, max(1, level_at(index) + dice.choice([-1, 0, 0, 1])))
    return level, round(100 * (level - 1) / 3, 2), ""


LATER = {
    "under-verification": (), "reply-open": (Stage.VERIFIED,),
    "settled": (Stage.VERIFIED, Stage.CONTESTED, Stage.SETTLED),
    "published": (Stage.VERIFIED, Stage.CONTESTED, Stage.SETTLED),
}  # fmt: skip
"""The stages, after the own one, that are frozen in a state."""


def hold_round(
    session: Session,
    slug: str,
    codes: Iterable[str] | None = SMALL,
    *,
    days: float = -20,
    seed: int = 1,
    states: Sequence[str] = ("submitted", "submitted", "submitted", "in-progress", "not-started"),
    other_instrument: Iterable[str] = (),
) -> Round:
    """A round of these offices (None: all) with invented standings, the same for one seed."""
    dice, offices = random.Random(seed), add_offices(session, codes)
    opens = START + timedelta(days=days)
    round_ = make_round(session, slug=slug, opens_at=opens, closes_at=opens + timedelta(days=40))
    rows = [_assessment(round_, office, dice.choice(states), dice) for office in offices]
    if rows:
        session.execute(insert(Assessment), rows)
    other = set(other_instrument)
    variables = variable_ids(instrument_of(round_))
    made = session.query(Assessment).where(Assessment.round_id == round_.id)
    cards = []
    for one in made.order_by(Assessment.office_code):
        index = round(dice.uniform(1, 4), 4)
        print_ = "f" * 64 if one.office_code in other else round_.fingerprint
        stages = () if one.state in OPEN else (Stage.SELF, *LATER.get(one.state, ()))
        for stage in stages:
            cards.append(
                card_of(
                    one.id, index, fingerprint=print_, dice=dice, stage=stage, variables=variables
                )
            )
            if len(stages) > 1:
                index = round(max(1.0, index - dice.uniform(0, 0.3)), 4)  # others find less
    if cards:
        session.execute(insert(StoredScorecard), cards)
    return round_


def _assessment(round_: Round, office: Office, state: str, dice: random.Random) -> dict:
    asked = dice.randrange(180, 220)
    done = {"in-progress": dice.randrange(1, asked), "not-started": 0}.get(state, asked)
    return {
        "round_id": round_.id,
        "office_code": office.code,
        "state": state,
        "asked": asked,
        "answered": done,
        "submitted_at": None if state in OPEN else START,
    }


# --- reading a page --------------------------------------------------------------------


def page(html: str) -> Element:
    """The parsed page."""
    return tree_of(html)


def words(element: Element) -> str:
    """The text of an element, with single spaces."""
    return " ".join("".join(element.itertext()).split())


def by_id(html: str, name: str) -> Element:
    """The element of this id."""
    found = [element for element in page(html).iter() if element.get("id") == name]
    assert found, f"no element with id {name!r}"
    return found[0]


def rows_of(html: str, table: str) -> list[list[str]]:
    """The cells of a table's body as text."""
    body = next(by_id(html, table).iter("tbody"))
    return [[words(cell) for cell in row] for row in body.iter("tr")]


def comma_like(value: float) -> str:
    """A number as Indonesian pages write it."""
    return format_number(value, 2, "id")


def codes_of(html: str) -> list[str]:
    """The codes in the table of offices, in order; empty where no office fits."""
    _before, _mark, table = html.partition('<table class="offices"')
    return re.findall(r'<tr><td class="num">([^<]*)</td>', table)
