"""What unlocks the next level of a section, while it is being filled in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maturity.scoring.engine import score
from maturity.scoring.rubric import State
from maturity.survey.assessments import Work
from maturity.survey.instrument import Branch, Question
from maturity.survey.routing import sheet_of


@dataclass(frozen=True, slots=True)
class NextStep:
    """One question that stands in the way, and what to do about it."""

    key: str
    title: str
    level: int
    remedy: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Where a section stands now and what would lift it."""

    level: int | None
    level_name: str
    gated_level: int | None
    index: float | None
    coverage: float
    needed: float | None  # index at which the next level begins
    next_level: int | None
    next_name: str
    steps: tuple[NextStep, ...]


@dataclass(frozen=True, slots=True)
class _Standing:
    level: int | None
    gated_level: int | None
    index: float | None
    coverage: float


def gap_of(work: Work, section: Branch, language: str) -> Gap | None:
    """The gap of a scored section; None for a section that is not scored."""
    if section.id not in work.instrument.rubric.ids or section.bands is None:
        return None
    node = _standing(work, section)
    bands = section.bands
    held = min(node.level or 0, node.gated_level or 0)
    aim = next((band for band in bands.bands if band.level > held), None)
    now, then = work.instrument.level(node.level), work.instrument.level(aim.level if aim else None)
    return Gap(
        level=node.level,
        level_name=now.name.in_(language) if now else "",
        gated_level=node.gated_level,
        index=node.index,
        coverage=node.coverage,
        needed=aim.start if aim else None,
        next_level=aim.level if aim else None,
        next_name=then.name.in_(language) if then else "",
        steps=tuple(_steps(work, section, language))[:3],
    )


def _standing(work: Work, section: Branch) -> _Standing:
    rubric = work.instrument.rubric
    scores = score(rubric, sheet_of([work.route]))
    row = scores.row(section.id)
    group = row - scores.plan.leaves
    percent, coverage = scores.groups.percent[group, 0], scores.groups.coverage[group, 0]
    unknown = bool(np.isnan(percent))
    return _Standing(
        level=int(scores.level[row, 0]) or None,
        gated_level=int(scores.gated_level[row, 0]) or None,
        index=None if unknown else float(scores.plan.index_of(percent)),
        coverage=0.0 if np.isnan(coverage) else float(coverage),
    )


def _steps(work: Work, section: Branch, language: str) -> list[NextStep]:
    """The questions at the lowest level first; the remedy of the rung above."""
    found = []
    for question in section.questions:
        step = _step(work, question, language)
        if step is not None:
            found.append(step)
    return sorted(found, key=lambda step: step.level)


def _step(work: Work, question: Question, language: str) -> NextStep | None:
    reading = work.route.readings.get(question.id)
    if question.matrix or reading is None or reading.state is not State.ANSWERED:
        return None
    places = [option.id for option in question.options]
    here = places.index(reading.value) if reading.value in places else len(places)
    following = question.options[here + 1] if here + 1 < len(places) else None
    own = question.options[here].rung if here < len(places) else None
    if following is None or own is None or following.rung is None:
        return None
    remedy = following.rung.remedy
    title = question.title.in_(language)
    return NextStep(question.id, title, own.level, remedy.in_(language) if remedy else "")
