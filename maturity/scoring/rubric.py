"""What is scored and how: a frozen tree of groups and criteria.

Terms follow Nardo et al., *Handbook on Constructing Composite Indicators* (OECD/JRC
2008): criteria carry points, groups combine children, weights are shares in a group.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from maturity.scoring.bands import Bands


class Method(StrEnum):
    """How a group combines its children (see ``docs/scoring.md``)."""

    WEIGHTED_MEAN = "weighted_mean"
    SUM = "sum"
    MEAN_OF_PERCENTAGES = "mean_of_percentages"
    MINIMUM = "minimum"
    WALK = "walk"
    CONTIGUOUS = "contiguous"
    ALL_OF = "all_of"


class State(IntEnum):
    """What stands in a cell of an answer sheet."""

    UNANSWERED = 0
    ANSWERED = 1
    STOPS = 2  # answered, and the answer is the negative one that ends a walk
    DONT_KNOW = 3
    NOT_APPLICABLE = 4
    OFF_PATH = 5


class Counts(StrEnum):
    """What a cell without an answer counts as."""

    MISSING = "missing"  # leaves the sum, lowers coverage, keeps the result provisional
    EXCLUDED = "excluded"  # leaves numerator and denominator
    FULL = "full"
    ZERO = "zero"


class Effect(StrEnum):
    """What an unmet prerequisite does to the points earned."""

    ZERO = "zero"
    CAP = "cap"  # positive points are lost, negative ones stay


@dataclass(frozen=True, slots=True)
class Prerequisite:
    """The criterion that must have earned more than nothing."""

    criterion: str
    effect: Effect = Effect.ZERO


@dataclass(frozen=True, slots=True)
class Criterion:
    """A leaf: points between ``floor`` and ``ceiling``.

    ``floor`` is where the percentage starts (1 for the statements of a four-level
    ladder, 0 for points); an answer may earn less than that (negative points).
    """

    id: str
    ceiling: float
    floor: float = 0.0
    weight: float = 1.0
    bands: Bands | None = None
    unanswered: Counts = Counts.MISSING
    dont_know: Counts = Counts.MISSING
    not_applicable: Counts = Counts.EXCLUDED
    off_path: Counts = Counts.EXCLUDED
    requires: tuple[Prerequisite, ...] = ()


@dataclass(frozen=True, slots=True)
class Must:
    """A must-have: ``level`` and all above hold only where ``node`` is at ``at_least``."""

    level: int
    node: str
    at_least: int


@dataclass(frozen=True, slots=True)
class Gate:
    """A level holds only where no child with a level lies more than ``slack`` below it."""

    slack: int = 0
    musts: tuple[Must, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """An inner node. ``scale`` is the unit of the score of mean-like methods."""

    id: str
    children: tuple[Group | Criterion, ...]
    method: Method = Method.WEIGHTED_MEAN
    weight: float = 1.0
    scale: tuple[float, float] | None = None
    bands: Bands | None = None
    gate: Gate | None = None


Node = Group | Criterion


@dataclass(frozen=True, slots=True)
class Rubric:
    """A whole tree with the level scale on which the continuous index runs."""

    root: Group
    first_level: int = 1
    last_level: int = 4
    _by_id: dict[str, Node] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the tree; ids must be unique."""
        nodes = list(walk(self.root))
        by_id = {node.id: node for node in nodes}
        if len(by_id) != len(nodes):
            raise ValueError("node ids are not unique")
        object.__setattr__(self, "_by_id", by_id)

    def node(self, node_id: str) -> Node:
        """The node of this id; KeyError when there is none."""
        return self._by_id[node_id]

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """All leaves in the order of the tree."""
        return tuple(node for node in self._by_id.values() if isinstance(node, Criterion))

    @property
    def groups(self) -> tuple[Group, ...]:
        """All inner nodes, the root first."""
        return tuple(node for node in self._by_id.values() if isinstance(node, Group))

    @property
    def ids(self) -> tuple[str, ...]:
        """All node ids, parents before children, the root first."""
        return tuple(self._by_id)


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, depth first."""
    yield node
    if isinstance(node, Group):
        for child in node.children:
            yield from walk(child)
