"""Faults of conditions: names that do not exist, tests that cannot be made, circles. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from maturity.survey import source as src
from maturity.survey.placed import Found, Placed, option_ids, unknown_in
from maturity.survey.strict_yaml import Path

SPECIAL = ("dont-know", "not-applicable")


def conditions(source: src.InstrumentSource, tree: list[Placed]) -> Found:
    """All conditions of an instrument."""
    questions = {p.id: p.part for p in reversed(tree) if isinstance(p.part, src.QuestionBase)}
    kinds, areas = [k.id for k in source.kinds], [a.id for a in source.areas]
    for path, condition, answers in _all_conditions(source, tree):
        for here, part in _walk(path, condition):
            yield from unknown_in((*here, "kind"), part.kind or [], kinds, "office kind")
            yield from unknown_in((*here, "area"), part.area or [], areas, "area")
            if part.question is None:
                continue
            if not answers:
                yield (*here, "question"), "applies_when looks at the office only, not at answers"
            yield from _on_question(source, here, part, questions)
    yield from _circles(tree)


def _walk(path: Path, condition: src.ConditionSource) -> Iterator[tuple[Path, src.ConditionSource]]:
    yield path, condition
    for key in ("all", "any"):
        for place, part in enumerate(getattr(condition, key) or []):
            yield from _walk((*path, key, place), part)
    if condition.not_ is not None:
        yield from _walk((*path, "not"), condition.not_)


def _all_conditions(
    source: src.InstrumentSource, tree: list[Placed]
) -> Iterator[tuple[Path, src.ConditionSource, bool]]:
    """Path, condition, and whether it may look at answers."""
    for place in tree:
        for key in ("show_when", "applies_when"):
            condition = getattr(place.part, key, None)
            if condition is not None:
                yield (*place.path, key), condition, key == "show_when"
        if isinstance(place.part, src.MatrixQuestion) and isinstance(place.part.objects, list):
            yield from _thing_conditions((*place.path, "objects"), place.part.objects)
    for name, things in source.object_lists.items():
        yield from _thing_conditions(("object_lists", name), things)


def _thing_conditions(
    path: Path, things: Sequence[src.ThingSource]
) -> Iterator[tuple[Path, src.ConditionSource, bool]]:
    for place, thing in enumerate(things):
        if thing.applies_when is not None:
            yield (*path, place, "applies_when"), thing.applies_when, False


def _on_question(
    source: src.InstrumentSource,
    path: Path,
    part: src.ConditionSource,
    questions: Mapping[str, object],
) -> Found:
    name = part.question or ""
    asked = questions.get(name)
    if asked is None:
        yield (*path, "question"), f"there is no question {name!r}"
    elif isinstance(asked, src.MatrixQuestion):
        yield (*path, "question"), "a condition cannot look at a matrix"
    elif part.at_least is not None:
        if not _has_number(asked):
            yield (*path, "at_least"), f"the answer to {name!r} is no number and no level"
    elif not hasattr(asked, "options") and not option_ids(source, asked):
        yield (*path, "is"), f"{name!r} has no options to choose (a number: use at_least)"
    elif option_ids(source, asked):  # none: its option set is unknown, which is said there
        known = [*option_ids(source, asked), *SPECIAL]
        yield from unknown_in((*path, "is"), part.is_ or [], known, "option")


def _has_number(asked: object) -> bool:
    numbers = src.NumberQuestion | src.PercentQuestion | src.LevelQuestion
    return isinstance(asked, numbers | src.ChoiceQuestion | src.TristateQuestion)


def _circles(tree: list[Placed]) -> Found:
    looks: dict[str, list[str]] = {}
    first = {place.id: place for place in reversed(tree)}
    for place in first.values():
        condition = getattr(place.part, "show_when", None)
        if condition is not None:
            parts = _walk((), condition)
            looks[place.id] = [part.question for _, part in parts if part.question]
    for place in first.values():
        circle = circle_from(place.id, looks) if place.id in looks else []
        if circle:
            yield (*place.path, "show_when"), f"conditions run in a circle: {' -> '.join(circle)}"


def circle_from(start: str, edges: Mapping[str, Sequence[str]]) -> list[str]:
    """A way from ``start`` back to itself; empty when there is none."""
    trail: list[tuple[str, ...]] = [(start,)]
    seen: set[str] = set()
    while trail:
        way = trail.pop()
        for following in edges.get(way[-1], ()):
            if following == start:
                return [*way, start]
            if following not in seen:
                seen.add(following)
                trail.append((*way, following))
    return []
