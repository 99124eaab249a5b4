"""An instrument after it was read: frozen objects, and the rubric they are scored by.

Pure. Nothing here knows of files, pages or the database. Parts of an instrument are the
same only when they are the same object (``eq=False``): they are keys of caches, and
comparing whole trees would cost more than what the caches save.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from maturity.scoring.bands import Bands
from maturity.scoring.rubric import Counts, Criterion, Effect, Gate, Method, Rubric


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in Indonesian and in English."""

    id: str
    en: str

    def in_(self, locale: str) -> str:
        """The words in one language; Indonesian for any but English."""
        return self.en if locale == "en" else self.id


class Kind(StrEnum):
    """What sort of answer a question takes."""

    LEVEL = "level"
    CHOICE = "choice"
    MULTIPLE = "multiple"
    TRISTATE = "tristate"
    NUMBER = "number"
    PERCENT = "percent"
    TEXT = "text"
    DATE = "date"
    LINK = "link"
    MATRIX = "matrix"


@dataclass(frozen=True, slots=True)
class Profile:
    """What of an office decides which questions it is asked."""

    kind: str | None = None
    areas: frozenset[str] = frozenset()


# --- conditions -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KindIs:
    """The office is of one of these kinds."""

    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class AreaIs:
    """The office lies in one of these areas."""

    areas: frozenset[str]


@dataclass(frozen=True, slots=True)
class AnswerIs:
    """A question's answer is one of these options."""

    question: str
    options: frozenset[str]


@dataclass(frozen=True, slots=True)
class AnswerAtLeast:
    """A question's answer, as a number or a level, is at least this."""

    question: str
    least: float


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition


Condition = KindIs | AreaIs | AnswerIs | AnswerAtLeast | All | AnyOf | Not


def questions_in(condition: Condition | None) -> frozenset[str]:
    """The questions whose answers a condition looks at."""
    if isinstance(condition, AnswerIs | AnswerAtLeast):
        return frozenset({condition.question})
    if isinstance(condition, All | AnyOf):
        return frozenset().union(*(questions_in(part) for part in condition.parts))
    return questions_in(condition.part) if isinstance(condition, Not) else frozenset()


# --- questions ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LevelText:
    """One rung of a ladder: what it looks like, what shows it, how to get there."""

    level: int
    text: Text
    evidence: Text | None = None
    suffices: Text | None = None
    insufficient: Text | None = None
    remedy: Text | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Option:
    """One possible answer. ``points`` None: chosen without earning a score."""

    id: str
    label: Text
    points: float | None = None
    positive: bool = True
    aliases: tuple[str, ...] = ()
    needs_reason: bool = False
    excludes_object: bool = False
    rung: LevelText | None = None


@dataclass(frozen=True, slots=True)
class NumberBand:
    """Points for a stretch of numbers; None: open end."""

    start: float | None
    end: float | None
    points: float


@dataclass(frozen=True, slots=True)
class NumberRule:
    """Which numbers are taken and what they earn."""

    minimum: float | None = None
    maximum: float | None = None
    integer: bool = False
    unit: Text | None = None
    bands: tuple[NumberBand, ...] = ()
    upper_inclusive: bool = False
    linear: float | None = None  # points for 100 %


@dataclass(frozen=True, slots=True)
class Claim:
    """An office may say "not applicable"; whether it must say why."""

    earns: Counts = Counts.EXCLUDED
    reason_required: bool = True


@dataclass(frozen=True, slots=True)
class Need:
    """A cell's prerequisite: another column of the same object."""

    column: str
    effect: Effect = Effect.ZERO


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One thing asked of every object of a matrix."""

    id: str
    label: Text
    help: Text | None = None
    options: tuple[Option, ...] = ()
    weight: float = 1.0
    needs: tuple[Need, ...] = ()
    claim: Claim | None = None
    dont_know: Counts | None = Counts.MISSING


@dataclass(frozen=True, slots=True, eq=False)
class Thing:
    """One object of a matrix, e.g. a dataset."""

    id: str
    label: Text
    note: Text | None = None
    system: str = ""
    legal: tuple[str, ...] = ()
    applies_when: Condition | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """Every object asked about every column."""

    objects: tuple[Thing, ...]
    columns: tuple[Column, ...]
    combine_objects: Method = Method.MEAN_OF_PERCENTAGES
    combine_columns: Method = Method.SUM
    unlisted_not_applicable: bool = False
    paged: bool = False


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """The place of a question in a scheme that the offices know."""

    scheme: str
    ref: str


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One question as it is asked."""

    id: str
    kind: Kind
    title: Text
    text: Text
    guidance: Text | None = None
    why: Text | None = None
    weight: float = 1.0
    scored: bool = True
    required: bool = True
    show_when: Condition | None = None
    hidden: Counts = Counts.EXCLUDED
    applies_when: Condition | None = None
    claim: Claim | None = None
    unanswered: Counts = Counts.MISSING
    dont_know: Counts | None = Counts.MISSING  # None: not offered
    evidence_from: int | None = None
    legal: tuple[str, ...] = ()
    crosswalk: tuple[Crosswalk, ...] = ()
    sources: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    cap: float | None = None
    none_id: str | None = None
    number: NumberRule | None = None
    max_length: int = 4000
    blanks: tuple[str, ...] = ()  # texts that mean no answer
    matrix: Matrix | None = None
    bands: Bands | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One thing that gets one answer: a question, or one cell of a matrix.

    ``key`` is its id in answers, scores and addresses: ``V01`` or ``INV/pdpb/timely``.
    """

    key: str
    question: Question
    kind: Kind
    options: tuple[Option, ...]
    claim: Claim | None
    dont_know: Counts | None
    thing: Thing | None = None
    column: Column | None = None
    criterion: Criterion | None = None
    stem: str = ""
    """``matrix/object``; empty for a question outside a matrix."""
    unmet: tuple[tuple[str, frozenset[str]], ...] = ()
    """Prerequisites: another item's key, and its values with which there is nothing to ask."""
    excluding: frozenset[str] = frozenset()
    """Values that take the whole object out of the denominator."""

    def option(self, option_id: str) -> Option:
        """The option of this id; KeyError when there is none."""
        for option in self.options:
            if option.id == option_id:
                return option
        raise KeyError(option_id)

    @property
    def required(self) -> bool:
        """Whether an assessment without it is incomplete."""
        return self.question.required


# --- the tree -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Slice:
    """Some columns of a matrix, scored at another place of the tree."""

    id: str
    title: Text
    matrix: str
    columns: tuple[str, ...]
    summary: Text | None = None
    weight: float = 1.0
    bands: Bands | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """A dimension, sub-dimension, indicator ...: an inner node of the tree."""

    id: str
    title: Text
    children: tuple[Branch | Question | Slice, ...]
    summary: Text | None = None
    weight: float = 1.0
    method: Method = Method.WEIGHTED_MEAN
    scale: tuple[float, float] | None = None
    bands: Bands | None = None
    gate: Gate | None = None
    section: bool = False

    @property
    def questions(self) -> tuple[Question, ...]:
        """All questions below, in order."""
        return tuple(node for node in below(self) if isinstance(node, Question))


Part = Branch | Question | Slice


def below(part: Part) -> Iterator[Part]:
    """The part and everything under it, depth first."""
    yield part
    if isinstance(part, Branch):
        for child in part.children:
            yield from below(child)


@dataclass(frozen=True, slots=True)
class Level:
    """A level's name and what it means."""

    level: int
    name: Text
    summary: Text | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A published work that the instrument stands on."""

    id: str
    citation: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """An id with words: a scheme, an office kind, an area, an explanation."""

    id: str
    title: Text
    text: Text | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Instrument:
    """One version of a questionnaire, with everything needed to ask and to score it."""

    id: str
    version: str
    status: str
    title: Text
    summary: Text
    root: Branch
    rubric: Rubric
    items: tuple[Item, ...]
    levels: tuple[Level, ...]
    fingerprint: str
    notice: Text | None = None
    predecessor: str | None = None
    licence: str = ""
    authors: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    schemes: tuple[Named, ...] = ()
    kinds: tuple[Named, ...] = ()
    areas: tuple[Named, ...] = ()
    explanations: tuple[Named, ...] = ()
    sections: tuple[Branch, ...] = field(init=False, repr=False)
    """The pages of the questionnaire, in order."""
    _items: dict[str, Item] = field(init=False, repr=False, compare=False)
    _by_question: dict[str, tuple[Item, ...]] = field(init=False, repr=False, compare=False)
    _parts: dict[str, Part] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index items and parts by id, and find the sections: pages ask for them often."""
        of_question: dict[str, list[Item]] = {}
        for item in self.items:
            of_question.setdefault(item.question.id, []).append(item)
        grouped = {question: tuple(items) for question, items in of_question.items()}
        marked = tuple(p for p in below(self.root) if isinstance(p, Branch) and p.section)
        sections = marked or tuple(_lowest_branches(self.root))
        object.__setattr__(self, "sections", sections)
        object.__setattr__(self, "_by_question", grouped)
        object.__setattr__(self, "_items", {item.key: item for item in self.items})
        object.__setattr__(self, "_parts", {part.id: part for part in below(self.root)})

    @property
    def ref(self) -> str:
        """Id and version, e.g. ``ogd-kpu-2026@1.0.0``."""
        return f"{self.id}@{self.version}"

    def item(self, key: str) -> Item:
        """The item of this key; KeyError when there is none."""
        return self._items[key]

    def part(self, part_id: str) -> Part:
        """The branch, question or slice of this id; KeyError when there is none."""
        return self._parts[part_id]

    def has_part(self, part_id: str) -> bool:
        """Whether the tree has a branch, question or slice of this id."""
        return part_id in self._parts

    def items_of(self, question_id: str) -> tuple[Item, ...]:
        """The item of a question, or all cells of a matrix."""
        return self._by_question.get(question_id, ())

    @property
    def dimensions(self) -> tuple[Branch, ...]:
        """The scored children of the root."""
        scored = set(self.rubric.ids)
        branches = (child for child in self.root.children if isinstance(child, Branch))
        return tuple(branch for branch in branches if branch.id in scored)

    def level(self, number: int | None) -> Level | None:
        """Name and meaning of a level; None where there is no level."""
        return next((level for level in self.levels if level.level == number), None)


def _lowest_branches(branch: Branch) -> Iterator[Branch]:
    """Branches that hold questions themselves."""
    if any(isinstance(child, Question) for child in branch.children):
        yield branch
        return
    for child in branch.children:
        if isinstance(child, Branch):
            yield from _lowest_branches(child)
