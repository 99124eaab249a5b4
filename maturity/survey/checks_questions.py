"""Faults of single questions: options, points, numbers, matrices. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from maturity.survey import source as src
from maturity.survey.checks_conditions import circle_from
from maturity.survey.placed import Found, option_ids, options_of, twice, unknown
from maturity.survey.reading import fold
from maturity.survey.strict_yaml import Path


def question(
    source: src.InstrumentSource, path: Path, part: src.QuestionSource, *, walked: bool
) -> Found:
    """Everything about one question, whatever its type. ``walked``: a child of a walk."""
    if isinstance(part, src.MatrixQuestion):
        yield from _matrix(source, path, part)
        return
    yield from _option_list(source, path, part)
    if isinstance(part, src.ChoiceQuestion | src.MultipleQuestion) and part.scored:
        yield from _points(source, path, part, walked=walked)
    if isinstance(part, src.TristateQuestion) and part.scored:
        best = max(part.points.yes, part.points.partial, part.points.no)
        if best <= 0:
            yield (*path, "points"), "a scored question on which nothing can be earned"
    if isinstance(part, src.LevelQuestion):
        yield from _ladder(path, part)
    if isinstance(part, src.MultipleQuestion) and part.none_id is not None:
        known = option_ids(source, part)
        yield from unknown((*path, "none_id"), part.none_id, known, "option")
    if isinstance(part, src.NumberQuestion | src.PercentQuestion):
        yield from _numbers(path, part)


# --- options --------------------------------------------------------------------------


def _option_list(source: src.InstrumentSource, path: Path, part: object) -> Found:
    """The options of a question or column: a set that exists, or a list without doubles."""
    written = getattr(part, "options", None)
    if isinstance(written, src.SetSource):
        here = (*path, "options", "set")
        yield from unknown(here, written.set, source.option_sets, "option set")
    elif written is not None:
        yield from options((*path, "options"), written)


def options(path: Path, listed: Sequence[src.OptionSource]) -> Found:
    """Ids, and spellings that would mean two options at once."""
    yield from twice(path, (option.id for option in listed), "option")
    means: dict[str, str] = {}
    for place, option in enumerate(listed):
        spellings = (option.id, option.label.id, option.label.en, *option.aliases)
        for folded in dict.fromkeys(fold(spelling) for spelling in spellings):
            other = means.setdefault(folded, option.id)
            if other != option.id:
                words = f"{folded!r} is a spelling of {other!r} and of {option.id!r}"
                yield (*path, place), words


def _points(
    source: src.InstrumentSource,
    path: Path,
    part: src.ChoiceQuestion | src.MultipleQuestion,
    *,
    walked: bool,
) -> Found:
    listed = options_of(source, part)
    if not listed:
        return
    if isinstance(part.options, list) and not walked:
        for place, option in enumerate(part.options):
            if option.points is None:
                yield (*path, "options", place), "points are missing (or say `scored: false`)"
    elif not walked and any(option.points is None for option in listed):
        yield (*path, "options"), "the set has options without points (or say `scored: false`)"
    best = [option.points or 0.0 for option in listed]
    if max(best) <= 0 and not walked:
        yield (*path, "options"), "a scored question on which nothing can be earned"


def _ladder(path: Path, part: src.LevelQuestion) -> Found:
    levels = [rung.level for rung in part.levels]
    yield from twice((*path, "levels"), levels, "level")
    if levels != sorted(levels):
        yield (*path, "levels"), "the levels do not rise from first to last"
    if part.evidence_from is not None and part.evidence_from not in levels:
        yield (*path, "evidence_from"), f"there is no level {part.evidence_from}"


# --- numbers --------------------------------------------------------------------------


def _numbers(path: Path, part: src.NumberQuestion | src.PercentQuestion) -> Found:
    low, high = getattr(part, "minimum", None), getattr(part, "maximum", None)
    if low is not None and high is not None and low > high:
        yield (*path, "maximum"), f"the maximum {high:g} lies below the minimum {low:g}"
    points = (*path, "points")
    if isinstance(part.points, src.LinearSource):
        if part.points.linear <= 0:
            yield points, "a scored question on which nothing can be earned"
        return
    if part.scored and not part.points:
        yield points, "a scored number needs points"
    elif part.scored and max(band.points for band in part.points) <= 0:
        yield points, "a scored question on which nothing can be earned"
    yield from _number_bands(points, part.points)


def _number_bands(path: Path, bands: Sequence[src.NumberBandSource]) -> Found:
    for place, band in enumerate(bands):
        if band.from_ is not None and band.to is not None and band.from_ >= band.to:
            yield (*path, place), f"the band from {band.from_:g} to {band.to:g} is empty"
    for place, (low, high) in enumerate(pairwise(bands), start=1):
        if low.to is None or high.from_ is None or low.to != high.from_:
            yield (*path, place), "a gap or an overlap with the band before"


# --- matrices -------------------------------------------------------------------------


def _matrix(source: src.InstrumentSource, path: Path, part: src.MatrixQuestion) -> Found:
    if isinstance(part.objects, src.ListSource):
        here = (*path, "objects", "list")
        yield from unknown(here, part.objects.list, source.object_lists, "object list")
    else:
        yield from twice((*path, "objects"), (one.id for one in part.objects), "object")
    ids = [column.id for column in part.columns]
    yield from twice((*path, "columns"), ids, "column")
    for key in ("combine_objects", "combine_columns"):
        if getattr(part, key) == "walk":
            yield (*path, key), "a matrix cannot be walked"
    needs: dict[str, list[str]] = {}
    for column in part.columns:
        needs.setdefault(column.id, [need.column for need in column.requires])
    for place, column in enumerate(part.columns):
        here = (*path, "columns", place)
        yield from _option_list(source, here, column)
        yield from _cell_points(source, here, column)
        for number, need in enumerate(column.requires):
            yield from unknown((*here, "requires", number, "column"), need.column, ids, "column")
        circle = circle_from(column.id, needs) if column.id not in ids[:place] else []
        if circle:
            yield (*here, "requires"), f"prerequisites run in a circle: {' -> '.join(circle)}"


def _cell_points(source: src.InstrumentSource, path: Path, column: src.ColumnSource) -> Found:
    """A column either scores or asks for context; an option between the two has no meaning."""
    listed = [option for option in options_of(source, column) if option.excludes is None]
    bare = [option.id for option in listed if option.points is None]
    if bare and len(bare) < len(listed):
        yield (*path, "options"), f"some options have points, but not {', '.join(bare)}"
