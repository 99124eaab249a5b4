"""The parts of an instrument file with their paths, for checks that name a place. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from maturity.survey import source as src
from maturity.survey.strict_yaml import Path

Found = Iterator[tuple[Path, str]]
Part = src.GroupSource | src.SliceSource | src.QuestionSource


@dataclass(frozen=True, slots=True)
class Placed:
    """A child of the tree with its path in the file."""

    path: Path
    part: Part

    @property
    def id(self) -> str:
        """The id of the group, slice or question."""
        part = self.part
        return part.id if isinstance(part, src.GroupSource | src.SliceSource) else part.question


def placed(source: src.InstrumentSource) -> list[Placed]:
    """The whole tree with paths, parents first."""
    return list(placed_from(source.root, ("root",)))


def placed_from(part: Part, path: Path) -> Iterator[Placed]:
    """A part and all below it."""
    yield Placed(path, part)
    if isinstance(part, src.GroupSource):
        for place, child in enumerate(part.children):
            yield from placed_from(child, (*path, "children", place))


def options_of(source: src.InstrumentSource, part: object) -> list[src.OptionSource]:
    """The written options of a question or column; none for an unknown set."""
    options = getattr(part, "options", [])
    if isinstance(options, src.SetSource):
        return source.option_sets.get(options.set, [])
    return list(options)


def option_ids(source: src.InstrumentSource, part: object) -> list[str]:
    """The ids of all options of a question, written or implied by its type."""
    if isinstance(part, src.LevelQuestion):
        return [f"l{rung.level}" for rung in part.levels]
    if isinstance(part, src.TristateQuestion):
        return ["yes", "partial", "no"]
    return [option.id for option in options_of(source, part)]


def twice(path: Path, ids: Iterable[str | int], what: str) -> Found:
    """Every entry of a list whose id stands there already."""
    seen: set[str | int] = set()
    for place, one in enumerate(ids):
        if one in seen:
            yield (*path, place), f"the {what} {one!r} stands here twice"
        seen.add(one)


def unknown(path: Path, name: str, known: Iterable[str], what: str) -> Found:
    """A name that refers to nothing."""
    allowed = set(known)
    if name not in allowed:
        choice = ", ".join(sorted(allowed)[:12]) or "none is defined"
        yield path, f"there is no {what} {name!r} ({choice}{', ...' if len(allowed) > 12 else ''})"


def unknown_in(path: Path, names: Iterable[str], known: Iterable[str], what: str) -> Found:
    """The names of a list that refer to nothing."""
    allowed = set(known)
    for place, name in enumerate(names):
        yield from unknown((*path, place), name, allowed, what)
