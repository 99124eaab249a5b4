"""One made-up office fills in the questionnaire: answers, notes, evidence, drafts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from maturity.demo import words
from maturity.scoring.rubric import State
from maturity.survey.answers import evidence_key
from maturity.survey.instrument import Instrument, Item, Profile
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.reading import Reading
from maturity.survey.routing import Place, Route

EXCLUDED = {"profil-calon": 0.16, "dana-kampanye": 0.05, "logistik": 0.05, "badan-ad-hoc": 0.04}
EXCLUDED_ELSE, CLAIMED = 0.008, 0.03
DONT_KNOW, DONT_KNOW_UNFINISHED = 0.006, 0.04
SKIPPED, SKIPPED_NEAR_END = 0.06, 0.02
NOTED, LINKED, THING_LINKED = 0.15, 0.2, 0.45
SHOWN_BY_LINK, SHOWN_BY_LINK_OVER_CLAIMING, NOT_SHOWN_UNFINISHED = 0.94, 0.45, 0.12


@dataclass(frozen=True, slots=True)
class Case:
    """One office in one round: who it is, what it would say, how far it came.

    ``claimed`` and ``dice`` are by item: the place on the ladder 1..4, and what decides
    about exclusions and claims, the same in every round.
    """

    office: str
    round_slug: str
    year: int
    profile: Profile
    claimed: Sequence[float]
    dice: Sequence[float]
    state: AssessmentState
    share: float = 1.0
    over_claiming: bool = False
    loose_ends: bool = False

    @property
    def finished(self) -> bool:
        """Whether it was handed in."""
        return self.state is AssessmentState.SUBMITTED


@dataclass(frozen=True, slots=True)
class Link:
    """One piece of evidence."""

    key: str
    url: str
    note: str
    usable: bool = True


@dataclass(slots=True)
class Filled:
    """What an office filled in, by item key, and how far that is."""

    readings: dict[str, Reading]
    notes: dict[str, str] = field(default_factory=dict)
    drafts: dict[str, str] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    asked: int = 0
    done: int = 0

    @property
    def keys(self) -> list[str]:
        """The items that hold an answer or a draft."""
        return [*self.readings, *self.drafts]


class Questionnaire:
    """An instrument prepared for filling in many times."""

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self._ladders = {item.key: _ladder(item) for item in instrument.items}
        self._excluders = {
            item.key: option.id
            for item in instrument.items
            for option in item.options
            if option.excludes_object
        }

    def fill(self, case: Case, rng: np.random.Generator) -> Filled:
        """Fill in as far as the case says. Finished cases pass the rules of submission."""
        items = self.instrument.items
        said = {item.key: self._say(item, case, place, rng) for place, item in enumerate(items)}
        path = Route(self.instrument, case.profile, said)
        asked = [item for item in items if path.places[item.key] is Place.ASKED]
        kept = asked if case.finished else _as_far_as(asked, case, rng)
        filled = Filled({item.key: said[item.key] for item in kept})
        if case.loose_ends and not case.finished:
            _leave_loose_ends(filled, kept, rng)
        for item in kept:
            self._show(filled, item, case, rng)
        route = path
        if not case.finished:
            route = Route(self.instrument, case.profile, filled.readings)
        progress = route.progress(items)
        filled.asked, filled.done = progress.asked, progress.done
        return filled

    def _say(self, item: Item, case: Case, place: int, rng: np.random.Generator) -> Reading:
        die = case.dice[place]
        if item.claim is not None and die < CLAIMED:
            return Reading(State.NOT_APPLICABLE, "", _pick(words.CLAIMS, rng))
        unsure = DONT_KNOW if case.finished else DONT_KNOW_UNFINISHED
        if item.dont_know is not None and rng.random() < unsure:
            return Reading(State.DONT_KNOW)
        excluder = self._excluders.get(item.key)
        if excluder and item.thing and die < EXCLUDED.get(item.thing.id, EXCLUDED_ELSE):
            number = int(die * 10_000) % 90 + 1
            reason = words.consequence_test(case.office, number, case.year)
            return Reading(State.ANSWERED, excluder, reason)
        ladder = self._ladders[item.key]
        height = min(max((case.claimed[place] - 1.0) / 3.0, 0.0), 1.0)
        return Reading(State.ANSWERED, ladder[int(height * (len(ladder) - 1) + 0.5)])

    def _show(self, filled: Filled, item: Item, case: Case, rng: np.random.Generator) -> None:
        """Notes and evidence, where a rule asks for them and now and then elsewhere."""
        reading = filled.readings.get(item.key)
        if reading is None or reading.state is not State.ANSWERED:
            return
        if item.thing is not None:
            listed = item.key in self._excluders and reading.value == self._ladders[item.key][-1]
            if listed and rng.random() < THING_LINKED:
                filled.links.append(_link(item, case, rng))
            return
        if _must_show(item, reading):
            self._prove(filled, item, case, rng)
        elif rng.random() < LINKED:
            filled.links.append(_link(item, case, rng))
        if rng.random() < NOTED:
            filled.notes[item.key] = _pick(words.NOTES, rng)

    def _prove(self, filled: Filled, item: Item, case: Case, rng: np.random.Generator) -> None:
        if not case.finished and rng.random() < NOT_SHOWN_UNFINISHED:
            return
        by_link = SHOWN_BY_LINK_OVER_CLAIMING if case.over_claiming else SHOWN_BY_LINK
        if rng.random() < by_link:
            filled.links.append(_link(item, case, rng))
        else:
            filled.notes[item.key] = _pick(words.NOTES, rng)


def _ladder(item: Item) -> tuple[str, ...]:
    """Options that earn points, the poorest first."""
    scored = [option for option in item.options if option.points is not None]
    if not scored:
        raise ValueError(f"made-up offices cannot answer {item.key}: it has no scored options")
    return tuple(option.id for option in sorted(scored, key=lambda option: option.points or 0.0))


def _as_far_as(asked: Sequence[Item], case: Case, rng: np.random.Generator) -> list[Item]:
    """The items up to the place that was reached, with gaps."""
    reached = int(len(asked) * case.share)
    skip = SKIPPED_NEAR_END if case.share > 0.9 else SKIPPED
    gaps = {key: rng.random() < skip for key in dict.fromkeys(map(evidence_key, asked))}
    return [item for item in asked[:reached] if not gaps[evidence_key(item)]]


def _leave_loose_ends(filled: Filled, kept: Sequence[Item], rng: np.random.Generator) -> None:
    """A draft that cannot be read, and where possible a claim without its reason."""
    plain = [item for item in kept if item.thing is None]
    if plain:
        item = plain[int(rng.random() * len(plain))]
        del filled.readings[item.key]
        filled.drafts[item.key] = _pick(words.DRAFTS, rng)
        key = evidence_key(plain[-1])
        filled.links.append(Link(key, _pick(words.OFFLINE, rng), "", usable=False))
    claimable = [item for item in plain if item.claim and item.key in filled.readings]
    for item in claimable[:1]:
        filled.readings[item.key] = Reading(State.NOT_APPLICABLE)


def _must_show(item: Item, reading: Reading) -> bool:
    least = item.question.evidence_from
    rung = item.option(reading.value).rung
    return least is not None and rung is not None and rung.level >= least


def _link(item: Item, case: Case, rng: np.random.Generator) -> Link:
    key = evidence_key(item)
    url = words.evidence_address(case.office, case.round_slug, key)
    return Link(key, url, _pick(words.EVIDENCE, rng))


def _pick(options: Sequence[str], rng: np.random.Generator) -> str:
    return options[int(rng.random() * len(options))]
