"""Faults of an instrument that its shape alone does not show. Pure.

Each check takes the source and yields problems with the path of the faulty part.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from maturity.survey import source as src
from maturity.survey.strict_yaml import Path

Found = Iterator[tuple[Path, str]]


@dataclass(frozen=True, slots=True)
class Placed:
    """A child of the tree with its path in the file."""

    path: Path
    part: src.GroupSource | src.SliceSource | src.QuestionSource

    @property
    def id(self) -> str:
        """The id of the group, slice or question."""
        part = self.part
        return part.id if isinstance(part, src.GroupSource | src.SliceSource) else part.question


def placed(source: src.InstrumentSource) -> list[Placed]:
    """The whole tree with paths, parents first."""
    return list(_placed(source.root, ("root",)))


def _placed(
    part: src.GroupSource | src.SliceSource | src.QuestionSource, path: Path
) -> Iterator[Placed]:
    yield Placed(path, part)
    if isinstance(part, src.GroupSource):
        for place, child in enumerate(part.children):
            yield from _placed(child, (*path, "children", place))


def structural(source: src.InstrumentSource) -> Found:
    """References, ids, weights, bands: everything that building relies on."""
    tree = placed(source)
    yield from _ids(source, tree)
    yield from _names(source, tree)
    yield from _bands(source)
    yield from _conditions(source, tree)
    for place in tree:
        if isinstance(place.part, src.GroupSource):
            yield from _weights(place.path, place.part)
            yield from _walks(place.path, place.part)
            yield from _gate(source, place)
        elif isinstance(place.part, src.SliceSource):
            yield from _slice(place.path, place.part, tree)
        elif isinstance(place.part, src.MatrixQuestion):
            yield from _matrix(source, place.path, place.part)
        else:
            yield from _question(source, place.path, place.part)


def _twice(path: Path, ids: Iterable[str | int], what: str) -> Found:
    for one, times in Counter(ids).items():
        if times > 1:
            yield path, f"{what} {one!r} stands here {times} times"


def _ids(source: src.InstrumentSource, tree: list[Placed]) -> Found:
    first: dict[str, Path] = {}
    for place in tree:
        if place.id in first:
            where = ".".join(map(str, first[place.id]))
            yield place.path, f"the id {place.id!r} is used twice (first at {where})"
        first.setdefault(place.id, place.path)
    yield from _twice(("levels",), (n.level for n in source.levels), "level")
    for key in ("sources", "schemes", "kinds", "areas", "explanations"):
        yield from _twice((key,), (one.id for one in getattr(source, key)), "id")
    for name, options in source.option_sets.items():
        yield from _twice(("option_sets", name), (o.id for o in options), "option")
    for name, things in source.object_lists.items():
        yield from _twice(("object_lists", name), (t.id for t in things), "object")


def _unknown(path: Path, names: Iterable[str], known: Iterable[str], what: str) -> Found:
    allowed = set(known)
    for name in names:
        if name not in allowed:
            choice = ", ".join(sorted(allowed)) or "none is defined"
            yield path, f"there is no {what} {name!r} ({choice})"


def _names(source: src.InstrumentSource, tree: list[Placed]) -> Found:
    for place in tree:
        bands = getattr(place.part, "bands", None)
        if bands is not None:
            yield from _unknown((*place.path, "bands"), [bands], source.bands, "bands")
        works = getattr(place.part, "source", [])
        known = [one.id for one in source.sources]
        yield from _unknown((*place.path, "source"), works, known, "source")
        schemes = [cross.scheme for cross in getattr(place.part, "crosswalk", [])]
        known = [one.id for one in source.schemes]
        yield from _unknown((*place.path, "crosswalk"), schemes, known, "scheme")
        options = getattr(place.part, "options", None)
        if isinstance(options, src.SetSource):
            path = (*place.path, "options", "set")
            yield from _unknown(path, [options.set], source.option_sets, "option set")


# --- weights, bands, gates ------------------------------------------------------------


def _weights(path: Path, group: src.GroupSource) -> Found:
    given = [child.weight for child in group.children]
    if group.weights == "equal":
        for place, weight in enumerate(given):
            if weight not in (None, 1, 0):
                yield (*path, "children", place, "weight"), "a weight, but the weights are equal"
        return
    for place, weight in enumerate(given):
        if weight is None:
            yield (*path, "children", place), "the weight is missing"
    if group.weights.startswith("sum "):
        declared, total = float(group.weights[4:]), sum(weight or 0.0 for weight in given)
        if abs(total - declared) > 1e-9:
            yield (
                (*path, "weights"),
                f"the children's weights add up to {total:g}, not {declared:g}",
            )


def _walks(path: Path, group: src.GroupSource) -> Found:
    if group.combine != "walk":
        return
    for place, child in enumerate(group.children):
        if not isinstance(child, src.ChoiceQuestion | src.TristateQuestion | src.LevelQuestion):
            yield (*path, "children", place), "a walk takes questions with options only"


def _bands(source: src.InstrumentSource) -> Found:
    names = {one.level for one in source.levels}
    for name, bands in source.bands.items():
        path: Path = ("bands", name, "bands")
        ordered = sorted(enumerate(bands.bands), key=lambda pair: (pair[1].from_, pair[1].to))
        yield from _twice(path, (band.level for band in bands.bands), "level")
        for place, band in ordered:
            if band.level not in names:
                yield (*path, place, "level"), f"level {band.level} has no name under levels"
            if not band.from_ < band.to:
                yield (*path, place), f"the band from {band.from_:g} to {band.to:g} is empty"
        for (_, low), (place, high) in pairwise(ordered):
            yield from _neighbours((*path, place), low, high)


def _neighbours(path: Path, low: src.BandSource, high: src.BandSource) -> Found:
    if low.to < high.from_:
        yield path, f"a gap between {low.to:g} and {high.from_:g}"
    elif low.to > high.from_:
        yield path, f"an overlap from {high.from_:g} to {low.to:g}"
    if low.level >= high.level:
        yield path, f"level {high.level} stands above level {low.level}"


def _gate(source: src.InstrumentSource, place: Placed) -> Found:
    group = place.part
    if not isinstance(group, src.GroupSource) or not isinstance(group.gate, src.GateSource):
        return
    path = (*place.path, "gate")
    if group.bands is None:
        yield path, "a gate needs bands: without them this group has no level"
    inside = {child.id: child.part for child in _placed(group, place.path)}
    for number, must in enumerate(group.gate.require):
        here = (*path, "require", number)
        if must.node not in inside or must.node == group.id:
            yield (*here, "node"), f"{must.node!r} is no part of {group.id!r}"
        elif must.at_least > _top_level(source, inside[must.node]):
            yield (*here, "at_least"), f"{must.node!r} has no level {must.at_least}"


def _top_level(
    source: src.InstrumentSource, part: src.GroupSource | src.SliceSource | src.QuestionSource
) -> int:
    if isinstance(part, src.LevelQuestion):
        return max(rung.level for rung in part.levels)
    bands = source.bands.get(getattr(part, "bands", None) or "")
    return max((band.level for band in bands.bands), default=0) if bands else 0


# --- questions ------------------------------------------------------------------------


def _question(source: src.InstrumentSource, path: Path, question: src.QuestionSource) -> Found:
    options = _options(source, question)
    if not isinstance(getattr(question, "options", []), src.SetSource):
        yield from _twice((*path, "options"), options, "option")
    if isinstance(question, src.LevelQuestion):
        levels = [rung.level for rung in question.levels]
        yield from _twice((*path, "levels"), levels, "level")
        if levels != sorted(levels):
            yield (*path, "levels"), "the levels do not rise from first to last"
        if question.evidence_from is not None and question.evidence_from not in levels:
            yield (*path, "evidence_from"), f"there is no level {question.evidence_from}"
    if isinstance(question, src.MultipleQuestion) and question.none_id is not None:
        yield from _unknown((*path, "none_id"), [question.none_id], options, "option")
    if isinstance(question, src.NumberQuestion | src.PercentQuestion):
        yield from _number_bands(path, question)


def _number_bands(path: Path, question: src.NumberQuestion | src.PercentQuestion) -> Found:
    bands = question.points
    if isinstance(bands, src.LinearSource):
        return
    if question.scored and not bands:
        yield (*path, "points"), "a scored number needs points"
    for place, (low, high) in enumerate(pairwise(bands), start=1):
        if low.to is None or high.from_ is None or low.to != high.from_:
            yield (*path, "points", place), "a gap or an overlap with the band before"


def _options(source: src.InstrumentSource, question: object) -> list[str]:
    """The option ids of a question or column, as far as they can be told."""
    if isinstance(question, src.LevelQuestion):
        return [f"l{rung.level}" for rung in question.levels]
    if isinstance(question, src.TristateQuestion):
        return ["yes", "partial", "no"]
    options = getattr(question, "options", [])
    if isinstance(options, src.SetSource):
        options = source.option_sets.get(options.set, [])
    return [option.id for option in options]


def _matrix(source: src.InstrumentSource, path: Path, question: src.MatrixQuestion) -> Found:
    if isinstance(question.objects, src.ListSource):
        name = question.objects.list
        yield from _unknown((*path, "objects", "list"), [name], source.object_lists, "object list")
    else:
        yield from _twice((*path, "objects"), (one.id for one in question.objects), "object")
    ids = [column.id for column in question.columns]
    yield from _twice((*path, "columns"), ids, "column")
    needs = {column.id: [need.column for need in column.requires] for column in question.columns}
    for place, column in enumerate(question.columns):
        here = (*path, "columns", place)
        yield from _unknown((*here, "requires"), needs[column.id], ids, "column")
        if isinstance(column.options, src.SetSource):
            names = source.option_sets
            yield from _unknown((*here, "options"), [column.options.set], names, "option set")
        circle = circle_from(column.id, needs)
        if circle:
            yield (*here, "requires"), f"prerequisites run in a circle: {' -> '.join(circle)}"


def _slice(path: Path, part: src.SliceSource, tree: list[Placed]) -> Found:
    matrices = {p.id: p.part for p in tree if isinstance(p.part, src.MatrixQuestion)}
    matrix = matrices.get(part.slice.matrix)
    if not isinstance(matrix, src.MatrixQuestion):
        yield from _unknown((*path, "slice", "matrix"), [part.slice.matrix], matrices, "matrix")
        return
    ids = [column.id for column in matrix.columns]
    yield from _unknown((*path, "slice", "columns"), part.slice.columns, ids, "column")
    slices = [p.part for p in tree if isinstance(p.part, src.SliceSource)]
    mine = [s for s in slices if s.slice.matrix == part.slice.matrix]
    taken = Counter(column for s in mine for column in s.slice.columns)
    for column in part.slice.columns:
        if taken[column] > 1:
            yield (*path, "slice", "columns"), f"the column {column!r} is scored at two places"


# --- conditions -----------------------------------------------------------------------


def _walk_condition(
    path: Path, condition: src.ConditionSource
) -> Iterator[tuple[Path, src.ConditionSource]]:
    yield path, condition
    for key in ("all", "any"):
        for place, part in enumerate(getattr(condition, key) or []):
            yield from _walk_condition((*path, key, place), part)
    if condition.not_ is not None:
        yield from _walk_condition((*path, "not"), condition.not_)


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


def _conditions(source: src.InstrumentSource, tree: list[Placed]) -> Found:
    questions = {p.id: p.part for p in tree if isinstance(p.part, src.QuestionBase)}
    for path, condition, answers in _all_conditions(source, tree):
        for here, part in _walk_condition(path, condition):
            kinds, areas = [k.id for k in source.kinds], [a.id for a in source.areas]
            yield from _unknown((*here, "kind"), part.kind or [], kinds, "office kind")
            yield from _unknown((*here, "area"), part.area or [], areas, "area")
            if part.question is None:
                continue
            if not answers:
                yield (*here, "question"), "applies_when looks at the office only, not at answers"
            yield from _question_condition(source, here, part, questions)
    yield from _circles(tree)


def _question_condition(
    source: src.InstrumentSource,
    path: Path,
    part: src.ConditionSource,
    questions: Mapping[str, object],
) -> Found:
    name = part.question or ""
    question = questions.get(name)
    if question is None:
        yield (*path, "question"), f"there is no question {name!r}"
        return
    options = _options(source, question)
    if part.is_ is not None and options:
        special = ["dont-know", "not-applicable"]
        yield from _unknown((*path, "is"), part.is_, [*options, *special], "option")
    if isinstance(question, src.MatrixQuestion):
        yield (*path, "question"), "a condition cannot look at a matrix"


def _circles(tree: list[Placed]) -> Found:
    looks: dict[str, list[str]] = {}
    for place in tree:
        condition = getattr(place.part, "show_when", None)
        if condition is not None:
            parts = _walk_condition((), condition)
            looks[place.id] = [part.question for _, part in parts if part.question]
    for place in tree:
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
