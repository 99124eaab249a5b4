"""The instrument format as it is written in files: the one definition of it.

The loader checks files against these models, the JSON Schema for editors is generated
from them, and ``docs/instrument-format.md`` prints their descriptions.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    model_validator,
)

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=80)]
Words = Annotated[str, Field(min_length=1, max_length=4000)]


def _fraction(value: Any) -> Any:
    """``8/15`` is allowed for points that are no decimal fraction."""
    if isinstance(value, str):
        try:
            return float(Fraction(value))
        except (ValueError, ZeroDivisionError):
            raise ValueError(f"{value!r} is no number and no fraction") from None
    return value


Points = Annotated[float, BeforeValidator(_fraction), Field(allow_inf_nan=False)]
Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Combine = Literal[
    "weighted_mean", "sum", "mean_of_percentages", "minimum", "walk", "contiguous", "all_of"
]
Earns = Literal["excluded", "full", "zero"]


class Model(BaseModel):
    """Base: unknown keys are faults, numbers are not read from text."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class TextSource(Model):
    """Words in both languages."""

    id: Words = Field(description="Indonesian")
    en: Words = Field(description="English")


class NamedSource(Model):
    """An id with a title."""

    id: Id
    title: TextSource
    note: TextSource | None = None


class ExplanationSource(Model):
    """A longer text shown on result and report pages."""

    id: Id
    title: TextSource
    text: TextSource


class CitationSource(Model):
    """A published work."""

    id: Id
    citation: Words
    url: str = ""


class ConditionSource(Model):
    """Exactly one of: kind, area, question (with is or at_least), all, any, not."""

    kind: list[str] | None = None
    area: list[str] | None = None
    question: str | None = None
    is_: list[str] | None = Field(None, alias="is")
    at_least: float | None = None
    all: list[ConditionSource] | None = None
    any: list[ConditionSource] | None = None
    not_: ConditionSource | None = Field(None, alias="not")

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        parts = (self.kind, self.area, self.question, self.all, self.any, self.not_)
        if sum(part is not None for part in parts) != 1:
            raise ValueError("a condition has exactly one of kind, area, question, all, any, not")
        tests = sum(test is not None for test in (self.is_, self.at_least))
        if tests != (1 if self.question is not None else 0):
            raise ValueError("a condition on a question has either 'is' or 'at_least'")
        return self


class OptionSource(Model):
    """One answer to choose."""

    id: Id
    label: TextSource
    points: Points | None = None
    positive: bool = Field(True, description="false ends a walk")
    aliases: list[str] = Field([], description="other spellings accepted in answer files")
    needs_reason: bool = False
    excludes: Literal["object"] | None = Field(
        None, description="takes the whole object out of the denominator"
    )


class SetSource(Model):
    """A list that is shared by name."""

    set: str


class LevelSource(Model):
    """One rung of a level statement."""

    level: int
    text: TextSource
    evidence: TextSource | None = None
    suffices: TextSource | None = None
    insufficient: TextSource | None = None
    remedy: TextSource | None = Field(None, description="what to do to get to this level")


class ClaimSource(Model):
    """What "not applicable" earns when it is claimed or set by rule."""

    earns: Earns = "excluded"
    reason: Literal["required", "optional"] = "required"


class TristatePoints(Model):
    """Points of yes, partial and no."""

    yes: Points
    partial: Points
    no: Points


class NumberBandSource(Model):
    """Points for a stretch of numbers; a missing end is open."""

    from_: float | None = Field(None, alias="from")
    to: float | None = None
    points: Points


class LinearSource(Model):
    """Points grow in proportion: ``linear`` points for 100 percent."""

    linear: Points


class CrosswalkSource(Model):
    """A place in a scheme that the offices know."""

    scheme: str
    ref: Words


class NeedSource(Model):
    """A prerequisite between cells of one object."""

    column: str
    effect: Literal["zero", "cap"] = "zero"


class ColumnSource(Model):
    """One thing asked of every object."""

    id: Id
    label: TextSource
    help: TextSource | None = None
    options: list[OptionSource] | SetSource
    weight: Weight = 1.0
    requires: list[NeedSource] = []
    not_applicable: ClaimSource | None = None
    dont_know: Literal["missing", "zero", False] | None = None


class ThingSource(Model):
    """One object of a matrix."""

    id: Id
    label: TextSource
    note: TextSource | None = None
    system: str = ""
    legal: list[str] = []
    applies_when: ConditionSource | None = None


class ListSource(Model):
    """Objects shared by name."""

    list: str


class QuestionBase(Model):
    """What every question can say."""

    question: Id = Field(description="the question's stable id")
    title: TextSource
    text: TextSource
    guidance: TextSource | None = None
    why: TextSource | None = None
    weight: Weight | None = None
    required: bool = True
    show_when: ConditionSource | None = None
    hidden: Literal["excluded", "zero"] = "excluded"
    applies_when: ConditionSource | None = None
    not_applicable: ClaimSource | None = None
    dont_know: Literal["missing", "zero", False] | None = None
    evidence_from: int | None = None
    legal: list[str] = []
    crosswalk: list[CrosswalkSource] = []
    source: list[str] = []


class LevelQuestion(QuestionBase):
    """Choose the statement that fits."""

    type: Literal["level"]
    levels: Annotated[list[LevelSource], Field(min_length=2)]
    scored: bool = True


class ChoiceQuestion(QuestionBase):
    """Choose one option."""

    type: Literal["choice"]
    options: list[OptionSource] | SetSource
    scored: bool = True


class MultipleQuestion(QuestionBase):
    """Choose all that fit; points are summed, at most ``cap``."""

    type: Literal["multiple"]
    options: list[OptionSource] | SetSource
    cap: Points | None = None
    none_id: str | None = None
    scored: bool = True


class TristateQuestion(QuestionBase):
    """Yes, partial or no."""

    type: Literal["tristate"]
    points: TristatePoints
    scored: bool = True


class NumberQuestion(QuestionBase):
    """A number, with points by bands."""

    type: Literal["number"]
    minimum: float | None = None
    maximum: float | None = None
    integer: bool = False
    unit: TextSource | None = None
    inclusive: Literal["lower", "upper"] = "lower"
    points: list[NumberBandSource] = []
    scored: bool = True


class PercentQuestion(QuestionBase):
    """A percentage 0..100, with points by bands or in proportion."""

    type: Literal["percent"]
    inclusive: Literal["lower", "upper"] = "lower"
    points: list[NumberBandSource] | LinearSource = []
    scored: bool = True


class TextQuestion(QuestionBase):
    """Free words; never scored."""

    type: Literal["text"]
    max_length: Annotated[int, Field(ge=1, le=20000)] = 4000
    scored: Literal[False]


class DateQuestion(QuestionBase):
    """A date; never scored."""

    type: Literal["date"]
    scored: Literal[False]


class LinkQuestion(QuestionBase):
    """A web address; never scored."""

    type: Literal["link"]
    scored: Literal[False]


class MatrixQuestion(QuestionBase):
    """Every object of a list asked about every column."""

    type: Literal["matrix"]
    objects: list[ThingSource] | ListSource
    columns: Annotated[list[ColumnSource], Field(min_length=1)]
    combine_objects: Combine = "mean_of_percentages"
    combine_columns: Combine = "sum"
    unlisted: Literal["unanswered", "not_applicable"] = "unanswered"
    paged: bool = False
    bands: str | None = None
    scored: bool = True


class SliceTarget(Model):
    """Which columns of which matrix."""

    matrix: str
    columns: Annotated[list[str], Field(min_length=1)]


class SliceSource(Model):
    """Some columns of a matrix, scored at this place of the tree."""

    id: Id
    title: TextSource
    summary: TextSource | None = None
    weight: Weight | None = None
    bands: str | None = None
    slice: SliceTarget


class MustSource(Model):
    """A must-have: this level needs that node at that level."""

    level: int
    node: str
    at_least: int


class GateSource(Model):
    """A level holds only where no child lies more than ``slack`` below it."""

    slack: Annotated[int, Field(ge=0)] = 0
    require: list[MustSource] = []


class ScaleSource(Model):
    """The unit of a mean-like score."""

    from_: float = Field(alias="from")
    to: float


class GroupSource(Model):
    """An inner node of the tree."""

    id: Id
    title: TextSource
    summary: TextSource | None = None
    weight: Weight | None = None
    combine: Combine = "weighted_mean"
    weights: Annotated[str, Field(pattern=r"^(equal|free|sum [0-9]+(\.[0-9]+)?)$")] = "equal"
    scale: ScaleSource | None = None
    bands: str | None = None
    gate: GateSource | Literal["none"] = "none"
    section: bool = False
    children: Annotated[list[ChildSource], Field(min_length=1)]


def _which(value: Any) -> str:
    """Tell the kinds of child apart by their keys."""
    have = value if isinstance(value, dict) else getattr(value, "__dict__", {})
    if "question" in have:
        return str(have.get("type", "choice"))
    return "slice" if "slice" in have else "group"


ChildSource = Annotated[
    Annotated[GroupSource, Tag("group")]
    | Annotated[SliceSource, Tag("slice")]
    | Annotated[LevelQuestion, Tag("level")]
    | Annotated[ChoiceQuestion, Tag("choice")]
    | Annotated[MultipleQuestion, Tag("multiple")]
    | Annotated[TristateQuestion, Tag("tristate")]
    | Annotated[NumberQuestion, Tag("number")]
    | Annotated[PercentQuestion, Tag("percent")]
    | Annotated[TextQuestion, Tag("text")]
    | Annotated[DateQuestion, Tag("date")]
    | Annotated[LinkQuestion, Tag("link")]
    | Annotated[MatrixQuestion, Tag("matrix")],
    Discriminator(_which),
]
QuestionSource = (
    LevelQuestion
    | ChoiceQuestion
    | MultipleQuestion
    | TristateQuestion
    | NumberQuestion
    | PercentQuestion
    | TextQuestion
    | DateQuestion
    | LinkQuestion
    | MatrixQuestion
)


class BandSource(Model):
    """One level's stretch."""

    level: int
    from_: float = Field(alias="from")
    to: float


class BandsSource(Model):
    """From a number to a level."""

    of: Literal["score", "percent", "index"] = "score"
    inclusive: Literal["lower", "upper"] = "lower"
    bands: Annotated[list[BandSource], Field(min_length=1)]


class LevelNameSource(Model):
    """A level's name."""

    level: int
    name: TextSource
    summary: TextSource | None = None


class InstrumentSource(Model):
    """One instrument version: one file."""

    format: Literal[1]
    id: Id
    version: Annotated[str, Field(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")]
    status: Literal["draft", "pilot", "active", "archived"] = "draft"
    predecessor: str | None = None
    title: TextSource
    summary: TextSource
    notice: TextSource | None = None
    licence: str = ""
    authors: list[str] = []
    languages: list[Literal["id", "en"]] = ["id", "en"]
    sources: list[CitationSource] = []
    schemes: list[NamedSource] = []
    kinds: list[NamedSource] = []
    areas: list[NamedSource] = []
    explanations: list[ExplanationSource] = []
    unanswered: Literal["missing", "zero"] = "missing"
    dont_know: Literal["missing", "zero"] = "missing"
    blanks: list[Words] = Field(
        [],
        description="texts in answer files that mean no answer; {question} stands for the id",
    )
    scale: ScaleSource
    levels: Annotated[list[LevelNameSource], Field(min_length=1)]
    bands: dict[str, BandsSource] = {}
    option_sets: dict[str, list[OptionSource]] = {}
    object_lists: dict[str, list[ThingSource]] = {}
    root: GroupSource


GroupSource.model_rebuild()
InstrumentSource.model_rebuild()
