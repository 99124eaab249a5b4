"""The report of one office as one frozen object: all that the page and the PDF show.

Every text stands in both languages (``Text``) and every number unrounded, so that one
object serves each language; languages are chosen and numbers rounded when it is rendered.
Unknown is ``None``. Ids are those of the instrument and lead to the trace of a number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from maturity.reports.beside import NOTHING, Beside
from maturity.survey.instrument import Level, Named, Source, Text
from maturity.survey.models import Stage
from maturity.survey.stage_words import STAGE_NAMES

# --- what it is about -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OfficeFacts:
    """Whose report it is; ``zone`` is the time zone in which its moments are shown."""

    code: str
    name: Text
    short_name: str
    kind: Text
    zone: str


@dataclass(frozen=True, slots=True)
class InstrumentFacts:
    """What was asked and by which rules, with the words that must stand beside a result.

    ``edges`` are the indices at which the second and each further level begins.
    """

    ref: str
    title: Text
    summary: Text
    fingerprint: str
    notice: Text | None
    explanations: tuple[Named, ...]
    levels: tuple[Level, ...]
    edges: tuple[float, ...]
    sources: tuple[Source, ...]
    licence: str


# --- numbers with their reasons -------------------------------------------------------


def scale_class(levels: int) -> str:
    """The style that gives a scale of so many levels its colours; "" for the usual four."""
    return f"levels-{min(levels, 5)}" if levels != 4 and levels > 2 else ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one node stands and why.

    ``weight`` is its share in its parent's result and ``weight_in_all`` in the whole,
    both 0..1. ``parts`` are the scored parts below that the report shows under it.
    """

    id: str
    title: Text
    summary: Text | None
    score: float | None
    max: float | None
    percent: float | None
    index: float | None
    level: int | None
    level_name: Text | None
    gated_level: int | None
    gated_name: Text | None
    coverage: float | None
    weight: float
    weight_in_all: float
    provisional: bool
    reason: Text
    parts: tuple[Standing, ...] = ()
    has_levels: bool = True
    """Whether the instrument lays levels over it at all."""

    @property
    def held_down(self) -> bool:
        """Whether a weakness below keeps the gated level under the level."""
        return self.level != self.gated_level


@dataclass(frozen=True, slots=True)
class Contribution:
    """One child in a trace. ``amount`` is what it adds (``value`` × ``weight``).

    Both are in the trace's unit; None where the rule does not add up or nothing is known.
    ``holds`` marks the children that keep the gated level down.
    """

    id: str
    title: Text
    value: float | None
    weight: float
    amount: float | None
    level: int | None
    gated_level: int | None
    state: Text
    holds: bool


class Unit(StrEnum):
    """What the numbers of a trace are."""

    INDEX = "index"
    PERCENT = "percent"
    POINTS = "points"


@dataclass(frozen=True, slots=True)
class Trace:
    """How one number came about: the children, the rule, the band reached, the gate.

    ``total`` is what the rule makes of the children, in ``unit``; ``of`` the most it
    could be where points are added. ``above`` leads from the whole down to the node.
    """

    node: Standing
    above: tuple[tuple[str, Text], ...]
    unit: Unit
    rule: Text
    total: float | None
    of: float | None
    band: Text | None
    gate: Text | None
    children: tuple[Contribution, ...]


# --- stages ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StageScore:
    """The frozen numbers of one stage. ``indexes``: dimension -> index, in their order."""

    stage: Stage
    name: Text
    index: float | None
    level: int | None
    gated_level: int | None
    indexes: tuple[tuple[str, float | None], ...]
    digest: str
    at: datetime

    def index_of(self, node_id: str) -> float | None:
        """The index of a dimension."""
        return dict(self.indexes).get(node_id)


@dataclass(frozen=True, slots=True)
class StageAnswer:
    """What was decided about one answer at a stage; ``words`` are for everybody to read.

    ``same``: the answer stands as it stood before, so that it need not be told again.
    """

    stage: Stage
    name: Text
    verdict: Text
    answer: Text
    words: str
    same: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """An answer that was verified as another than claimed, and what followed."""

    key: str
    title: Text
    claim: Text
    decisions: tuple[StageAnswer, ...]
    disputed: bool
    in_matrix: bool


# --- answers --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EvidenceLink:
    """What was given as evidence; ``href`` only where it is a usable http(s) address."""

    shown: str
    href: str | None
    note: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """One question as it was answered. ``standing`` is None where it is not scored.

    ``section`` is the nearest branch above it. ``remedy`` says what leads one level up.
    ``answer`` is what counts at the report's stage, ``claim`` what the office says where that
    differs, ``decisions`` what was decided about it, stage by stage.
    """

    id: str
    title: Text
    question: Text
    section: str
    section_title: Text
    standing: Standing | None
    state: Text
    answered: bool
    answer: Text
    reason: str
    note: str
    evidence: tuple[EvidenceLink, ...]
    legal: tuple[str, ...]
    remedy: Text | None
    decisions: tuple[StageAnswer, ...] = ()
    claim: Text | None = None
    blank: bool = False


class Verdict(StrEnum):
    """Whether a dataset meets a principle."""

    MET = "met"
    PARTLY = "partly"
    UNMET = "unmet"
    UNKNOWN = "unknown"
    NOT_COUNTED = "not-counted"


class DatasetState(StrEnum):
    """Whether a dataset is assessed at all."""

    ASSESSED = "assessed"
    EXCLUDED = "excluded"
    NOT_APPLICABLE = "not-applicable"


@dataclass(frozen=True, slots=True)
class Principle:
    """What every dataset is asked about; ``points`` is the most a dataset can earn by it."""

    id: str
    title: Text
    help: Text | None
    points: float | None


@dataclass(frozen=True, slots=True)
class Dataset:
    """One row of an inventory: a verdict for each principle, in their order.

    ``earned`` of ``possible`` points; None while nothing is known. ``reason`` is what the
    office wrote, e.g. the number of the consequence test that excludes the dataset.
    """

    id: str
    title: Text
    system: str
    note: Text | None
    legal: tuple[str, ...]
    state: DatasetState
    verdicts: tuple[Verdict, ...]
    earned: float | None
    possible: float | None
    reason: str
    evidence: tuple[EvidenceLink, ...]

    @property
    def met(self) -> int:
        """How many principles it meets."""
        return self.verdicts.count(Verdict.MET)


@dataclass(frozen=True, slots=True)
class Inventory:
    """All datasets of one matrix, in the order of the instrument."""

    id: str
    title: Text
    principles: tuple[Principle, ...]
    datasets: tuple[Dataset, ...]

    def of(self, state: str) -> tuple[Dataset, ...]:
        """The datasets in one state."""
        return tuple(dataset for dataset in self.datasets if dataset.state == state)


# --- the way up -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """Raise one answer. ``effect`` says what the step changes in the result, ``peers`` how many
    comparable offices have done it; None where that may not be told."""

    id: str
    title: Text
    section_title: Text
    before: Text
    after: Text
    remedy: Text | None
    evidence: Text | None
    effect: Text
    peers: Text | None = None


@dataclass(frozen=True, slots=True)
class Roadmap:
    """The cheapest steps to the next level of the whole; ``target`` None at the top.

    ``words`` says in a sentence what the steps lead to, or why there is no way.
    """

    target: int | None
    target_name: Text | None
    reachable: bool
    words: Text
    steps: tuple[Step, ...]


# --- the whole ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a reader sees of one assessment.

    ``digest`` is the hash of the frozen scorecard with the instrument's fingerprint; it
    and the submission are empty while ``provisional``. ``dimensions`` carry their
    sub-domains as ``parts``. ``stage`` is whose answers all numbers and traces are about,
    ``stages`` the numbers of all stages that count now, ``changes`` what was verified as
    another answer than claimed. ``weakest`` is the lowest sub-domain, and
    ``weak_indicators`` the lowest scored variables, worst first. ``beside`` are other offices
    and the own past.
    """

    assessment: int
    office: OfficeFacts
    round_slug: str
    round_title: Text
    instrument: InstrumentFacts
    demo: bool
    provisional: bool
    submitted_at: datetime | None
    submitted_by: str
    digest: str
    overall: Standing
    dimensions: tuple[Standing, ...]
    weakest: Standing | None
    weak_indicators: tuple[Standing, ...]
    roadmap: Roadmap
    inventories: tuple[Inventory, ...]
    indicators: tuple[Indicator, ...]
    traces: tuple[Trace, ...]
    stage: Stage = Stage.SELF
    stages: tuple[StageScore, ...] = ()
    changes: tuple[Change, ...] = ()
    beside: Beside = NOTHING

    @property
    def stage_name(self) -> Text:
        """What the stage is called."""
        return STAGE_NAMES[self.stage]

    @property
    def contested(self) -> tuple[float, float] | None:
        """The verified index, and the index were the office right in all that it disputes."""
        found = {one.stage: one.index for one in self.stages}
        low, high = found.get(Stage.VERIFIED), found.get(Stage.CONTESTED)
        return None if low is None or high is None else (low, high)

    @property
    def disputes(self) -> tuple[Change, ...]:
        """What the office disagrees with; known once the result is settled."""
        return tuple(one for one in self.changes if one.disputed)

    @property
    def blanks(self) -> int:
        """How many scored questions were handed in without an answer."""
        asked = (one for one in self.indicators if one.standing is not None)
        return 0 if self.provisional else sum(one.blank for one in asked)

    @property
    def sub_domains(self) -> tuple[Standing, ...]:
        """All sub-domains in order; the dimensions where there are none below."""
        found = (part for dimension in self.dimensions for part in dimension.parts or (dimension,))
        return tuple(found)
