"""Who is reminded of what, where the sections of an office are divided among people."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from maturity.survey import sections
from maturity.survey.assessments import Work
from maturity.survey.instrument import Branch, Item


def part_of(session: Session, work: Work, person_id: int) -> list[Branch]:
    """The sections of which a person is reminded, in the order of the questionnaire.

    The own ones; who has none gets those that nobody has. Where nothing is divided, all; where
    everybody has some, what nobody has concerns everybody.
    """
    given = {one: who.id for one, who in sections.assigned(session, work.assessment).items()}
    takers = set(given.values())
    idle = {one.id for one in sections.colleagues(session, work.assessment.office_code)} - takers
    gets_rest = person_id not in takers or not idle
    return [
        one
        for one in work.instrument.sections
        if given.get(one.id) == person_id or (gets_rest and one.id not in given)
    ]


def left_for(
    session: Session, work: Work, items: Sequence[Item], person_id: int
) -> tuple[list[Item], list[Branch]]:
    """Those of the items that a person is reminded of, and their sections."""
    left = {item.key for item in items}
    mine: list[Item] = []
    places: list[Branch] = []
    for section in part_of(session, work, person_id):
        here = [item for item in work.items(section) if item.key in left]
        mine.extend(here)
        places.extend([section] if here else [])
    return mine, places
