"""What became of each question between two instruments, and what may still be compared. Pure.

Two questions are the same where all that decides the score is: kind, options and their points,
levels, weight, conditions, prerequisites, what counts without an answer. Words are compared apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import StrEnum
from functools import lru_cache

from maturity.scoring.rubric import Criterion, Group, Method, Node
from maturity.survey.instrument import Branch, Instrument, Part, Question, Slice, Text, below
from maturity.survey.reach import Best, best_of


class Fate(StrEnum):
    """What became of a question."""

    SAME = "same"
    REWORDED = "reworded"
    RESCORED = "re-scored"
    NEW = "new"
    DROPPED = "dropped"


LINKED = frozenset({Fate.SAME, Fate.REWORDED})
"""Answers before and after mean the same."""
ROUNDED = 0.005
"""Shares in a group that differ by less differ only because weights were rounded."""
_BESIDE = frozenset({"legal", "crosswalk", "sources", "aliases", "required", "max_length",
                     "blanks", "paged", "system"})  # fmt: skip
"""Fields that neither ask nor score."""


@dataclass(frozen=True, slots=True)
class Span:
    """A question or slice in both instruments; None where it is missing."""

    id: str
    fate: Fate
    before: Text | None
    after: Text | None

    @property
    def title(self) -> Text:
        """The newest title."""
        title = self.after or self.before
        assert title is not None
        return title


@dataclass(frozen=True, slots=True)
class Bridge:
    """``spans`` in the order of the newer instrument, dropped ones last. ``reach``: kind of office
    -> whether the most that it can come to is what it was."""

    spans: tuple[Span, ...]
    reach: Mapping[str, bool]

    @property
    def linked(self) -> frozenset[str]:
        """The ids whose answers compare."""
        return frozenset(one.id for one in self.spans if one.fate in LINKED)

    def count(self, fate: Fate) -> int:
        """So many questions have this fate."""
        return sum(one.fate is fate for one in self.spans)


@lru_cache(maxsize=64)
def bridge(before: Instrument, after: Instrument) -> Bridge:
    """Every question and slice of either instrument, by id."""
    old, new = _parts(before), _parts(after)
    both = old.keys() & new.keys()
    weighed, weighs = _weights(before, both), _weights(after, both)
    asked = {_asks(part): part_id for part_id, part in old.items()}
    spans = []
    for part_id, part in new.items():
        was = old.get(part_id)
        moved = was is not None and asked.get(_asks(part), part_id) != part_id
        fate = Fate.NEW if was is None else _fate(before, was, after, part)
        if was is not None and moved and _asks(was) != _asks(part):
            fate = Fate.RESCORED  # the id now stands for what another id asked
        if was is not None and abs(weighed[part_id] - weighs[part_id]) > ROUNDED:
            fate = Fate.RESCORED
        spans.append(Span(part_id, fate, was.title if was else None, part.title))
    spans += [Span(i, Fate.DROPPED, p.title, None) for i, p in old.items() if i not in new]
    return Bridge(tuple(spans), _reach(best_of(before), best_of(after)))


def _reach(before: Mapping[str, Best], after: Mapping[str, Best]) -> dict[str, bool]:
    kinds = [*after, *(kind for kind in before if kind not in after)]
    return {kind: before.get(kind) == after.get(kind) for kind in kinds}


def _weights(instrument: Instrument, both: Set[str]) -> dict[str, float]:
    """The share of each in its group, among those that both instruments have: where one question
    was dropped, the others share its weight as they did before."""
    found: dict[str, float] = {}
    for group in below(instrument.root):
        if isinstance(group, Branch):
            own = [c for c in group.children if not isinstance(c, Branch) and c.id in both]
            total = sum(child.weight for child in own) or 1.0
            found |= {child.id: child.weight / total for child in own}
    return found


def _parts(instrument: Instrument) -> dict[str, Question | Slice]:
    return {part.id: part for part in below(instrument.root) if not isinstance(part, Branch)}


def _fate(
    before: Instrument, was: Question | Slice, after: Instrument, now: Question | Slice
) -> Fate:
    one, other = list(_contents(before, was)), list(_contents(after, now))
    if [_shape(part) for part in one] != [_shape(part) for part in other]:
        return Fate.RESCORED
    same = [list(_words(part)) for part in one] == [list(_words(part)) for part in other]
    return Fate.SAME if same else Fate.REWORDED


def _contents(instrument: Instrument, part: Question | Slice) -> Iterator[object]:
    """The part but for its weight; of a slice also what it takes from its matrix."""
    yield replace(part, weight=1.0)
    if isinstance(part, Slice):
        question = instrument.part(part.matrix)
        assert isinstance(question, Question)
        assert question.matrix is not None
        matrix, columns = question.matrix, question.matrix.columns
        yield (matrix.combine_objects, matrix.combine_columns, matrix.unlisted_not_applicable)
        yield (question.unanswered, question.applies_when, question.show_when, question.hidden)
        yield tuple(one for one in columns if one.id in part.columns)
        yield matrix.objects


def _asks(part: Part) -> tuple[str, str]:
    text = part.text if isinstance(part, Question) else part.title
    return " ".join(text.id.split()), " ".join(text.en.split())


def _shape(value: object) -> object:
    """All but words; what has an id may stand in any order."""
    if isinstance(value, Text):
        return None
    if isinstance(value, tuple):
        found = [_shape(one) for one in value]
        named = all(hasattr(one, "id") for one in value)
        return sorted(found, key=repr) if named else found
    if is_dataclass(value):
        return type(value).__name__, *(
            (one.name, _shape(getattr(value, one.name)))
            for one in fields(value)
            if one.name not in _BESIDE and one.type not in ("Text", "Text | None")
        )
    return repr(sorted(value)) if isinstance(value, frozenset) else value


def _words(value: object) -> Iterator[str]:
    """The words, without regard to white space; in the order of ids where there are any."""
    if isinstance(value, Text):
        yield " ".join(f"{value.id} | {value.en}".split())
    elif isinstance(value, tuple):
        named = all(hasattr(one, "id") for one in value)
        for one in sorted(value, key=lambda part: str(part.id)) if named else value:
            yield from _words(one)
    elif is_dataclass(value):
        for one in fields(value):
            if one.name not in _BESIDE:
                yield from _words(getattr(value, one.name))


# --- what each question weighs ----------------------------------------------------------


@lru_cache(maxsize=64)
def shares(instrument: Instrument) -> Mapping[str, float]:
    """Question or slice -> its share of the whole, along the tree; together 1.

    Children of sums weigh by the points that can be reached in them. Methods that are no mean
    (the least, walks, all-of) have no fixed shares: their children count by weight.
    """
    wanted = set(_parts(instrument))
    found: dict[str, float] = {}
    waiting: list[tuple[Node, float]] = [(instrument.rubric.root, 1.0)]
    while waiting:
        node, share = waiting.pop()
        if node.id in wanted or isinstance(node, Criterion):
            found[node.id] = share
            continue
        sizes = [_size(node, child) for child in node.children]
        total = sum(sizes) or 1.0
        waiting += [(c, share * s / total) for c, s in zip(node.children, sizes, strict=True)]
    return found


def _size(group: Group, child: Node) -> float:
    return child.weight * (_most(child) if group.method is Method.SUM else 1.0)


def _most(node: Node) -> float:
    if isinstance(node, Criterion):
        return node.ceiling
    if node.scale is not None:
        return node.scale[1]
    return sum(child.weight * _most(child) for child in node.children)


def common_shares(before: Instrument, after: Instrument) -> dict[str, float]:
    """The linked questions that are scored in both, each with the mean of its two shares."""
    old, new = shares(before), shares(after)
    linked = bridge(before, after).linked & old.keys() & new.keys()
    return {one: (old[one] + new[one]) / 2 for one in new if one in linked}
