"""What an instrument can come to: levels no office reaches, conditions that never hold. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from maturity.scoring.bands import DECIMALS, Bands, Edge, Measure
from maturity.scoring.engine import AnswerSheet, Scores, score
from maturity.scoring.rubric import State
from maturity.survey.instrument import (
    Instrument,
    Kind,
    Profile,
    Question,
    below,
    questions_in,
)
from maturity.survey.reading import Reading
from maturity.survey.routing import Place, Route

MOST_COMBINATIONS = 20_000


def profiles(instrument: Instrument) -> list[Profile]:
    """Every kind of office, in no area and in each area."""
    kinds: list[str | None] = [kind.id for kind in instrument.kinds]
    kinds = kinds or [None]
    areas: list[frozenset[str]] = [frozenset(), *(frozenset({a.id}) for a in instrument.areas)]
    return [Profile(kind, area) for kind, area in product(kinds, areas)]


def never_shown(instrument: Instrument) -> Iterator[str]:
    """Ids of questions whose condition cannot hold for any office and any answers."""
    for part in below(instrument.root):
        if not isinstance(part, Question) or not (part.show_when or part.applies_when):
            continue
        if not any(_can_show(instrument, part, profile) for profile in profiles(instrument)):
            yield part.id


def _can_show(instrument: Instrument, question: Question, profile: Profile) -> bool:
    names = _looks_at(instrument, question)
    domains = [_domain(instrument, name) for name in names]
    count = 1
    for domain in domains:
        count *= len(domain)
    if count > MOST_COMBINATIONS:
        return True
    for answers in product(*domains):
        readings = {n: a for n, a in zip(names, answers, strict=True) if a is not None}
        route = Route(instrument, profile, readings)
        items = instrument.items_of(question.id)
        if any(route.places[i.key] in (Place.ASKED, Place.NOT_NEEDED) for i in items):
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
    item = instrument.item(question_id)
    found: list[Reading | None] = [None, Reading(State.DONT_KNOW), Reading(State.NOT_APPLICABLE)]
    if item.kind in (Kind.NUMBER, Kind.PERCENT):
        found.extend(Reading(State.ANSWERED, value) for value in ("-1000000000", "1000000000"))
    found.extend(Reading(State.ANSWERED, option.id) for option in item.options)
    return found


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
