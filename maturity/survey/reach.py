"""What an instrument can come to: levels no office reaches, conditions that never hold. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from maturity.scoring.bands import DECIMALS, Bands, Edge, Measure
from maturity.scoring.engine import AnswerSheet, Scores, score
from maturity.scoring.rubric import Method, State
from maturity.survey.instrument import (
    All,
    AnswerAtLeast,
    AnyOf,
    Condition,
    Instrument,
    Kind,
    Not,
    NumberRule,
    Profile,
    Question,
    below,
    questions_in,
)
from maturity.survey.reading import Reading
from maturity.survey.routing import Place, Route

MOST_COMBINATIONS = 20_000
MOST_SUBSET_OPTIONS = 6
FAR = 1e9


def profiles(instrument: Instrument) -> list[Profile]:
    """Every kind of office, in no area and in each area."""
    kinds: list[str | None] = [kind.id for kind in instrument.kinds]
    kinds = kinds or [None]
    areas: list[frozenset[str]] = [frozenset(), *(frozenset({a.id}) for a in instrument.areas)]
    return [Profile(kind, area) for kind, area in product(kinds, areas)]


@dataclass(frozen=True, slots=True)
class Never:
    """A condition that holds for no office and no answers: ``key`` of a question or object."""

    question: str
    key: str
    thing: str | None = None


def never_shown(instrument: Instrument) -> Iterator[Never]:
    """Conditions of questions and matrix objects that can never hold."""
    routes = [Route(instrument, profile, {}) for profile in profiles(instrument)]
    for part in below(instrument.root):
        if not isinstance(part, Question):
            continue
        asked = [route for route in routes if route.holds(part.applies_when)]
        if not asked:
            yield Never(part.id, "applies_when")
        elif part.show_when is not None and not _can_show(instrument, part, asked):
            yield Never(part.id, "show_when")
        for thing in part.matrix.objects if part.matrix else ():
            if not any(route.holds(thing.applies_when) for route in asked or routes):
                yield Never(part.id, "applies_when", thing.id)


def _can_show(instrument: Instrument, question: Question, routes: list[Route]) -> bool:
    names = _looks_at(instrument, question)
    domains = [_domain(instrument, name) for name in names]
    if math.prod(len(domain) for domain in domains) * len(routes) > MOST_COMBINATIONS:
        return True
    for answers in product(*domains):
        readings = {n: a for n, a in zip(names, answers, strict=True) if a is not None}
        for route in routes:
            if Route(instrument, route.profile, readings).on_path(question):
                return True
    return False


def _looks_at(instrument: Instrument, question: Question) -> list[str]:
    """All questions that decide whether this one is shown, also at second hand."""
    found: list[str] = []
    waiting = sorted(questions_in(question.show_when))
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.append(name)
        part = instrument.part(name)
        if isinstance(part, Question):
            waiting.extend(sorted(questions_in(part.show_when)))
    return found


def _domain(instrument: Instrument, question_id: str) -> list[Reading | None]:
    """Enough answers to a question to tell every condition on it apart."""
    item = instrument.item(question_id)
    found: list[Reading | None] = [None, Reading(State.DONT_KNOW), Reading(State.NOT_APPLICABLE)]
    if item.kind in (Kind.NUMBER, Kind.PERCENT):
        values = _numbers(instrument, item.question)
        found.extend(Reading(State.ANSWERED, f"{value!r}") for value in values)
        return found
    ids = [option.id for option in item.options]
    chosen = _subsets(ids) if item.kind is Kind.MULTIPLE else ids
    found.extend(Reading(State.ANSWERED, one) for one in chosen)
    return found


def _subsets(ids: list[str]) -> list[str]:
    sizes = range(1, len(ids) + 1) if len(ids) <= MOST_SUBSET_OPTIONS else (1, len(ids))
    return [",".join(some) for size in sizes for some in combinations(ids, size)]


def _numbers(instrument: Instrument, question: Question) -> list[float]:
    """The least number accepted, the greatest, and each threshold between them."""
    rule = question.number or NumberRule()
    low = -FAR if rule.minimum is None else rule.minimum
    high = FAR if rule.maximum is None else rule.maximum
    parts = [p for p in below(instrument.root) if isinstance(p, Question)]
    least = {t for p in parts for t in thresholds(p.show_when, question.id)}
    whole = {float(math.ceil(t)) if rule.integer else t for t in least}
    return sorted({low, high, *(t for t in whole if low <= t <= high)})


def thresholds(condition: Condition | None, question: str) -> Iterator[float]:
    """The numbers with which a condition compares the answer to a question."""
    match condition:
        case AnswerAtLeast(name, least) if name == question:
            yield least
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from thresholds(part, question)
        case Not(part):
            yield from thresholds(part, question)


def uncovered(instrument: Instrument) -> Iterator[tuple[str, float]]:
    """(node id, value) where an office can come to a value outside the node's bands."""
    best, worst = _extreme(instrument, best=True), _extreme(instrument, best=False)
    walks = any(group.method is Method.WALK for group in instrument.rubric.groups)
    for node_id in instrument.rubric.ids:
        bands = instrument.rubric.node(node_id).bands
        if bands is None:
            continue
        row = best.row(node_id)
        low, high = _span(worst, row, bands.measure)[0], _span(best, row, bands.measure)[1]
        if high > bands.bands[-1].end:
            yield node_id, high
        if low < bands.bands[0].start and not walks:  # a walk's worst answer may be any
            yield node_id, low


def unreachable(instrument: Instrument) -> Iterator[tuple[str, int]]:
    """(node id, level) where no kind of office can reach the level, by band or under gates."""
    best, worst = _extreme(instrument, best=True), _extreme(instrument, best=False)
    for node_id in instrument.rubric.ids:
        bands = instrument.rubric.node(node_id).bands
        if bands is None:
            continue
        row = best.row(node_id)
        low, high = _span(worst, row, bands.measure)[0], _span(best, row, bands.measure)[1]
        top = max(best.gated_level[row].max(), best.level[row].max())
        for band in bands.bands:
            below_all = _past_end(bands, band.end, low)
            if band.level > top or below_all or _before_start(bands, band.start, high):
                yield node_id, band.level


Best = tuple[tuple[str, float, float, int, int], ...]
"""For each area: the most points of the whole, the highest index, level and gated level."""


def best_of(instrument: Instrument) -> dict[str, Best]:
    """Kind of office -> the most that it can come to; "" where an instrument knows no kinds."""
    found, root = _extreme(instrument, best=True), instrument.rubric.root.id
    row = found.row(root)
    most: dict[str, list[tuple[str, float, float, int, int]]] = {}
    for place, profile in enumerate(profiles(instrument)):
        points, index = (_known(part[row, place]) for part in (found.maximum, found.index))
        level, gated = int(found.level[row, place]), int(found.gated_level[row, place])
        area = ",".join(sorted(profile.areas))
        most.setdefault(profile.kind or "", []).append((area, points, index, level, gated))
    return {kind: tuple(areas) for kind, areas in most.items()}


def _known(value: float) -> float:
    """Rounded for comparing; -1 where there is no number."""
    return -1.0 if math.isnan(value) else round(float(value), DECIMALS)


def _past_end(bands: Bands, end: float, low: float) -> bool:
    closed = bands.inclusive is Edge.UPPER or end == bands.bands[-1].end
    return low > end or (low == end and not closed)


def _before_start(bands: Bands, start: float, high: float) -> bool:
    closed = bands.inclusive is Edge.LOWER or start == bands.bands[0].start
    return high < start or (high == start and not closed)


def _span(scores: Scores, row: int, measure: Measure) -> tuple[float, float]:
    values = {
        Measure.SCORE: scores.score,
        Measure.PERCENT: scores.percent,
        Measure.INDEX: scores.index,
    }[measure][row]
    known = np.round(values[~np.isnan(values)], DECIMALS)
    return (float(known.min()), float(known.max())) if known.size else (np.inf, -np.inf)


def _extreme(instrument: Instrument, *, best: bool) -> Scores:
    """Every profile answering at its best, or at its worst."""
    criteria = instrument.rubric.criteria
    every = profiles(instrument)
    points, states = (
        np.zeros((len(criteria), len(every))),
        np.zeros((len(criteria), len(every)), dtype=np.uint8),
    )
    for column, profile in enumerate(every):
        route = Route(instrument, profile, {})
        for row, criterion in enumerate(criteria):
            place = route.places[criterion.id]
            item = instrument.item(criterion.id)
            gone = place is Place.NOT_APPLICABLE and not _unlisted(item.question)
            states[row, column] = State.NOT_APPLICABLE if gone else State.ANSWERED
            points[row, column] = criterion.ceiling if best else criterion.floor
    return score(instrument.rubric, AnswerSheet(points, states))


def _unlisted(question: Question) -> bool:
    return question.matrix is not None and question.matrix.unlisted_not_applicable
