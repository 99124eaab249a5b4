"""How able each made-up office is: the structure behind all its answers.

What an office really does is one number on the ladder 1..4 for each round and section:
a national mean, its region and province, its kind, an effect of its own, effects of
perspective and section that hang together, and growth between the rounds. What it says
may lie above that (over-claiming).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maturity.offices.registry import OfficeKind, OfficeRecord
from maturity.survey.instrument import Instrument, Item, Kind
from maturity.survey.lifecycle import AssessmentState

Floats = NDArray[np.float64]

NATIONAL_MEAN = 1.82  # of an average regency in the first round
GROWTH, GROWTH_SPREAD = 0.16, 0.18
OVER_CLAIMING_SHARE, OVER_CLAIM = 0.12, (0.5, 1.1)
KINDS = {
    OfficeKind.NATIONAL: 0.65,
    OfficeKind.PROVINCE: 0.40,
    OfficeKind.CITY: 0.20,
    OfficeKind.REGENCY: -0.05,
}
# By the first digit of the province's code: Sumatra, Riau Islands, Java, Bali and Nusa
# Tenggara, Kalimantan, Sulawesi, Maluku, Papua.
REGIONS = {
    "1": 0.02,
    "2": 0.10,
    "3": 0.32,
    "5": 0.05,
    "6": 0.00,
    "7": -0.06,
    "8": -0.30,
    "9": -0.50,
}
SECTIONS = {
    "SD1": 0.05,
    "SD2": 0.40,
    "SD3": 0.00,
    "SD4": 0.15,
    "SD5": 0.10,
    "SD6": -0.10,
    "SD7": -0.15,
    "SD8": -0.40,
    "SD9": -0.05,
}
# How much easier (or harder) a principle is met than an average question.
COLUMNS = {
    "available": 0.95,
    "timely": 0.30,
    "granular": 0.20,
    "complete": 0.15,
    "analyzable": -0.20,
    "non-proprietary": 0.20,
    "non-discriminatory": 0.90,
    "license-free": -0.20,
    "permanent": 0.45,
}


@dataclass(frozen=True, slots=True)
class Wish:
    """Where one office has to stand in the last round, whatever the dice say."""

    state: AssessmentState
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Population:
    """All offices of all rounds.

    ``claimed`` is what an office says for each item, on the ladder 1..4 before rounding:
    (rounds, offices, items). ``over_claim`` is how far its level statements lie above what
    it does: (offices,), 0 for honest ones. ``states`` and ``shares`` (of the items filled
    in) are by round and office.
    """

    claimed: Floats
    over_claim: Floats
    states: tuple[tuple[AssessmentState, ...], ...]
    shares: Floats


def populate(
    instrument: Instrument,
    offices: Sequence[OfficeRecord],
    rng: np.random.Generator,
    *,
    wishes: dict[str, Wish],
) -> Population:
    """Two rounds of these offices; the same generator state gives the same population."""
    able = _ability(instrument, offices, rng)
    section = _section_of(instrument)
    items = instrument.items
    levels = np.array([item.kind is Kind.LEVEL for item in items])
    over = _over_claims(rng, len(offices))
    for place, office in enumerate(offices):
        over[place] = 0.0 if office.code in wishes else over[place]
    taste = rng.normal(0.0, 0.42, (1, len(offices), len(items)))
    change = rng.normal(0.0, 0.12, (2, len(offices), len(items)))
    claimed = able[:, :, section] + taste + change + _ease(items, rng)
    claimed += over[None, :, None] * levels
    states, shares = _progress(offices, able, rng, wishes=wishes)
    return Population(claimed, over, states, shares)


def _ability(
    instrument: Instrument, offices: Sequence[OfficeRecord], rng: np.random.Generator
) -> Floats:
    """What offices really do: (2 rounds, offices, sections)."""
    sections = instrument.sections
    base = NATIONAL_MEAN + _place_effects(offices, rng) + rng.normal(0.0, 0.36, len(offices))
    groups = _perspective_of(instrument)
    within = rng.normal(0.0, 0.16, (len(offices), max(groups) + 1))[:, groups]
    own = rng.normal(0.0, 0.20, (len(offices), len(sections)))
    country = np.array([SECTIONS.get(section.id, 0.0) for section in sections])
    first = base[:, None] + within + own + country
    grown = rng.normal(GROWTH, GROWTH_SPREAD, (len(offices), 1))
    moved = rng.normal(0.0, 0.10, first.shape)
    return np.stack([first, first + grown + moved])


def _place_effects(offices: Sequence[OfficeRecord], rng: np.random.Generator) -> Floats:
    provinces = sorted({office.province for office in offices if office.province})
    local = dict(zip(provinces, rng.normal(0.0, 0.15, len(provinces)).tolist(), strict=True))
    return np.array(
        [
            KINDS[office.kind]
            + (REGIONS[office.province[0]] + local[office.province] if office.province else 0.0)
            for office in offices
        ]
    )


def _perspective_of(instrument: Instrument) -> list[int]:
    """For each section the number of the root's child that it lies in."""
    ids = [
        {question.id for question in child.questions}
        for child in instrument.root.children
        if hasattr(child, "questions")
    ]
    firsts = [section.questions[0].id for section in instrument.sections]
    return [next(place for place, found in enumerate(ids) if one in found) for one in firsts]


def _section_of(instrument: Instrument) -> list[int]:
    """For each item the number of its section."""
    found = {
        question.id: place
        for place, section in enumerate(instrument.sections)
        for question in section.questions
    }
    return [found[item.question.id] for item in instrument.items]


def _ease(items: Sequence[Item], rng: np.random.Generator) -> Floats:
    """What is easy or hard for everybody: (items,)."""
    things = dict.fromkeys(item.thing.id for item in items if item.thing)
    of_thing = dict(zip(things, rng.normal(0.0, 0.3, len(things)).tolist(), strict=True))
    of_question = rng.normal(0.0, 0.12, len(items))
    return np.array(
        [
            of_thing[item.thing.id] + COLUMNS.get(item.column.id, 0.0)
            if item.thing and item.column
            else float(own)
            for item, own in zip(items, of_question, strict=True)
        ]
    )


def _over_claims(rng: np.random.Generator, offices: int) -> Floats:
    guilty = rng.random(offices) < OVER_CLAIMING_SHARE
    return np.where(guilty, rng.uniform(*OVER_CLAIM, offices), 0.0)


def _progress(
    offices: Sequence[OfficeRecord],
    able: Floats,
    rng: np.random.Generator,
    *,
    wishes: dict[str, Wish],
) -> tuple[tuple[tuple[AssessmentState, ...], ...], Floats]:
    """Abler offices tend to be earlier; shares of the items filled in by round, office."""
    eager = able.mean(axis=2) + rng.normal(0.0, 0.9, able.shape[:2])
    begun = rng.beta(1.7, 1.1, able.shape[:2])
    quantiles = ((0.03, 0.08), (0.18, 0.58))
    states, shares = [], np.ones(able.shape[:2])
    for round_, (none, some) in enumerate(quantiles):
        low, high = np.quantile(eager[round_], (none, some))
        row = [_state(value, low, high) for value in eager[round_]]
        for place, office in enumerate(offices):
            wish = wishes.get(office.code)
            if wish is not None:
                last = round_ == len(quantiles) - 1
                row[place] = wish.state if last else AssessmentState.SUBMITTED
                begun[round_, place] = wish.share
            if row[place] is AssessmentState.IN_PROGRESS:
                shares[round_, place] = begun[round_, place]
            elif row[place] is AssessmentState.NOT_STARTED:
                shares[round_, place] = 0.0
        states.append(tuple(row))
    return tuple(states), shares


def _state(eager: float, low: float, high: float) -> AssessmentState:
    if eager < low:
        return AssessmentState.NOT_STARTED
    return AssessmentState.IN_PROGRESS if eager < high else AssessmentState.SUBMITTED
