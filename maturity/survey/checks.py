"""Faults of an instrument that its shape alone does not show. Pure.

Each check takes the source and yields problems with the path of the faulty part.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from maturity.survey import source as src
from maturity.survey.checks_conditions import conditions
from maturity.survey.checks_questions import options, question
from maturity.survey.placed import (
    Found,
    Part,
    Placed,
    placed,
    placed_from,
    twice,
    unknown,
    unknown_in,
)
from maturity.survey.strict_yaml import Path

__all__ = ["Found", "Placed", "placed", "structural"]


def structural(source: src.InstrumentSource) -> Found:
    """References, ids, weights, bands: everything that building relies on."""
    tree = placed(source)
    walked = set(_walked(tree))
    yield from _ids(source, tree)
    yield from _shared(source)
    yield from _names(source, tree)
    yield from _bands(source)
    yield from conditions(source, tree)
    yield from _sections(tree)
    for place in tree:
        if isinstance(place.part, src.GroupSource):
            yield from _weights(place.path, place.part)
            yield from _scale((*place.path, "scale"), place.part.scale)
            yield from _gate(source, place)
        elif isinstance(place.part, src.SliceSource):
            yield from _slice(place.path, place.part, tree)
        else:
            yield from question(source, place.path, place.part, walked=place.id in walked)
    yield from _walks(tree)


# --- ids and names --------------------------------------------------------------------


def _ids(source: src.InstrumentSource, tree: list[Placed]) -> Found:
    first: dict[str, Path] = {}
    for place in tree:
        key = "question" if isinstance(place.part, src.QuestionBase) else "id"
        if place.id in first:
            where = ".".join(map(str, first[place.id]))
            yield (*place.path, key), f"the id {place.id!r} is used twice (first at {where})"
        first.setdefault(place.id, place.path)
    yield from twice(("levels",), (n.level for n in source.levels), "level")
    for key in ("sources", "schemes", "kinds", "areas", "explanations"):
        yield from twice((key,), (one.id for one in getattr(source, key)), "id")


def _shared(source: src.InstrumentSource) -> Found:
    yield from _scale(("scale",), source.scale)
    for name, listed in source.option_sets.items():
        yield from options(("option_sets", name), listed)
    for name, things in source.object_lists.items():
        yield from twice(("object_lists", name), (t.id for t in things), "object")


def _names(source: src.InstrumentSource, tree: list[Placed]) -> Found:
    works = [one.id for one in source.sources]
    schemes = [one.id for one in source.schemes]
    for place in tree:
        bands = getattr(place.part, "bands", None)
        if bands is not None:
            yield from unknown((*place.path, "bands"), bands, source.bands, "bands")
        cited = getattr(place.part, "source", [])
        yield from unknown_in((*place.path, "source"), cited, works, "source")
        for number, cross in enumerate(getattr(place.part, "crosswalk", [])):
            path = (*place.path, "crosswalk", number, "scheme")
            yield from unknown(path, cross.scheme, schemes, "scheme")


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
        if None not in given and abs(total - declared) > 1e-9:
            yield (
                (*path, "weights"),
                f"the children's weights add up to {total:g}, not {declared:g}",
            )


def _scale(path: Path, scale: src.ScaleSource | None) -> Found:
    if scale is not None and not scale.from_ < scale.to:
        yield path, f"the scale from {scale.from_:g} to {scale.to:g} is empty"


def _walked(tree: list[Placed]) -> Iterator[str]:
    """Ids of the questions of walks."""
    for place in tree:
        if isinstance(place.part, src.GroupSource) and place.part.combine == "walk":
            for child in place.part.children:
                if isinstance(child, src.QuestionBase):
                    yield child.question


def _walks(tree: list[Placed]) -> Found:
    askable = src.ChoiceQuestion | src.TristateQuestion | src.LevelQuestion
    for place in tree:
        if not isinstance(place.part, src.GroupSource) or place.part.combine != "walk":
            continue
        for number, child in enumerate(place.part.children):
            if not isinstance(child, askable):
                path = (*place.path, "children", number)
                yield path, "a walk takes questions with options only"


def _bands(source: src.InstrumentSource) -> Found:
    names = {one.level for one in source.levels}
    for name, bands in source.bands.items():
        path: Path = ("bands", name, "bands")
        ordered = sorted(enumerate(bands.bands), key=lambda pair: (pair[1].from_, pair[1].to))
        yield from twice(path, (band.level for band in bands.bands), "level")
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
    if low.level > high.level:
        yield path, f"level {high.level} stands above level {low.level}"


def _gate(source: src.InstrumentSource, place: Placed) -> Found:
    group = place.part
    if not isinstance(group, src.GroupSource) or not isinstance(group.gate, src.GateSource):
        return
    path = (*place.path, "gate")
    if group.bands is None:
        yield path, "a gate needs bands: without them this group has no level"
    inside = {child.id: child.part for child in placed_from(group, place.path)}
    names = {one.level for one in source.levels}
    for number, must in enumerate(group.gate.require):
        here = (*path, "require", number)
        if must.level not in names:
            yield (*here, "level"), f"level {must.level} has no name under levels"
        if must.node not in inside or must.node == group.id:
            yield (*here, "node"), f"{must.node!r} is no part of {group.id!r}"
        elif must.at_least > _top_level(source, inside[must.node]):
            yield (*here, "at_least"), f"{must.node!r} has no level {must.at_least}"


def _top_level(source: src.InstrumentSource, part: Part) -> int:
    if isinstance(part, src.LevelQuestion):
        return max(rung.level for rung in part.levels)
    bands = source.bands.get(getattr(part, "bands", None) or "")
    return max((band.level for band in bands.bands), default=0) if bands else 0


# --- slices and sections --------------------------------------------------------------


def _slice(path: Path, part: src.SliceSource, tree: list[Placed]) -> Found:
    matrices = {p.id: p.part for p in tree if isinstance(p.part, src.MatrixQuestion)}
    matrix = matrices.get(part.slice.matrix)
    if not isinstance(matrix, src.MatrixQuestion):
        yield from unknown((*path, "slice", "matrix"), part.slice.matrix, matrices, "matrix")
        return
    here = (*path, "slice", "columns")
    ids = [column.id for column in matrix.columns]
    yield from unknown_in(here, part.slice.columns, ids, "column")
    yield from twice(here, part.slice.columns, "column")
    others = [p.part for p in tree if isinstance(p.part, src.SliceSource) and p.part is not part]
    taken = {c for s in others if s.slice.matrix == part.slice.matrix for c in s.slice.columns}
    for place, column in enumerate(part.slice.columns):
        if column in taken:
            yield (*here, place), f"the column {column!r} is scored at two places"


def _sections(tree: list[Placed]) -> Found:
    """Where pages are marked, each question stands on exactly one."""
    marked = [p for p in tree if isinstance(p.part, src.GroupSource) and p.part.section]
    if not marked:
        return
    pages = {place.path for place in marked}
    for place in tree:
        above = [place.path[:length] for length in range(1, len(place.path))]
        covered = any(path in pages for path in above)
        if place.path in pages and covered:
            yield (*place.path, "section"), "a section inside a section"
        if isinstance(place.part, src.QuestionBase) and not covered:
            yield place.path, "this question stands in no section, so nobody is asked"
