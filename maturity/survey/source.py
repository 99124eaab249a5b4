"""The instrument format as it is written in files: the one definition of it.

The loader checks files against these models, the JSON Schema for editors is generated
from them, and ``docs/instrument-format.md`` prints their descriptions.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from maturity.survey.source_parts import (
    CitationSource,
    ClaimSource,
    ColumnSource,
    Combine,
    ConditionSource,
    CrosswalkSource,
    Edge,
    ExplanationSource,
    Id,
    LevelNumber,
    LevelSource,
    LinearSource,
    ListSource,
    Model,
    NamedSource,
    NeedSource,
    NumberBandSource,
    OptionSource,
    SetSource,
    TextSource,
    ThingSource,
    TristatePoints,
    Weight,
    Words,
)
from maturity.survey.source_questions import (
    ChoiceQuestion,
    DateQuestion,
    LevelQuestion,
    LinkQuestion,
    MatrixQuestion,
    MultipleQuestion,
    NumberQuestion,
    PercentQuestion,
    QuestionBase,
    QuestionSource,
    TextQuestion,
    TristateQuestion,
)

__all__ = [
    "BandSource",
    "BandsSource",
    "ChildSource",
    "ChoiceQuestion",
    "CitationSource",
    "ClaimSource",
    "ColumnSource",
    "ConditionSource",
    "CrosswalkSource",
    "DateQuestion",
    "ExplanationSource",
    "GateSource",
    "GroupSource",
    "InstrumentSource",
    "LevelNameSource",
    "LevelQuestion",
    "LevelSource",
    "LinearSource",
    "LinkQuestion",
    "ListSource",
    "MatrixQuestion",
    "MultipleQuestion",
    "MustSource",
    "NamedSource",
    "NeedSource",
    "NumberBandSource",
    "NumberQuestion",
    "OptionSource",
    "PercentQuestion",
    "QuestionBase",
    "QuestionSource",
    "ScaleSource",
    "SetSource",
    "SliceSource",
    "SliceTarget",
    "TextQuestion",
    "TextSource",
    "ThingSource",
    "TristatePoints",
    "TristateQuestion",
]

_WEIGHTS = r"^(equal|free|sum [0-9]+(\.[0-9]+)?)$"


class SliceTarget(Model):
    """Which columns of which matrix."""

    matrix: str = Field(description="the id of a matrix question")
    columns: Annotated[list[str], Field(min_length=1)] = Field(description="ids of its columns")


class SliceSource(Model):
    """Some columns of a matrix, scored at this place of the tree."""

    id: Id = Field(description="stable id")
    title: TextSource = Field(description="name")
    summary: TextSource | None = Field(None, description="what it measures")
    weight: Weight | None = Field(None, description="share in its group; see `weights` there")
    bands: str | None = Field(None, description="a name under `bands`")
    slice: SliceTarget = Field(description="which cells")


class MustSource(Model):
    """A must-have: this level needs that node at that level."""

    level: LevelNumber = Field(description="this level and all above it ...")
    node: str = Field(description="... hold only where this part of the group ...")
    at_least: LevelNumber = Field(description="... is at least at this level")


class GateSource(Model):
    """A level holds only where no child lies more than ``slack`` below it."""

    slack: Annotated[int, Field(ge=0, le=99)] = Field(
        0, description="how many levels a child may lie below"
    )
    require: list[MustSource] = Field([], description="must-haves")


class ScaleSource(Model):
    """The unit of a mean-like score."""

    from_: float = Field(alias="from", description="score of 0 percent")
    to: float = Field(description="score of 100 percent")


def _gate_or_none(value: Any) -> str:
    return "(gate)" if isinstance(value, dict | GateSource) else "(none)"


class GroupSource(Model):
    """An inner node of the tree: a dimension, a sub-domain, an indicator ..."""

    id: Id = Field(description="stable id")
    title: TextSource = Field(description="name")
    summary: TextSource | None = Field(None, description="what it measures")
    weight: Weight | None = Field(None, description="share in the group above")
    combine: Combine = Field("weighted_mean", description="how its children make up its result")
    weights: Annotated[str, Field(pattern=_WEIGHTS)] = Field(
        "equal",
        description="what the children's weights keep to: `equal` (none is written), "
        "`sum 100` (they add up to it) or `free`",
    )
    scale: ScaleSource | None = Field(
        None, description="unit of its score; a sum of points needs none"
    )
    bands: str | None = Field(None, description="a name under `bands`; without it: no level")
    gate: Annotated[
        Annotated[GateSource, Tag("(gate)")] | Annotated[Literal["none"], Tag("(none)")],
        Discriminator(_gate_or_none),
    ] = Field("none", description="what holds a level down, or `none`")
    section: bool = Field(False, description="one page of the questionnaire")
    children: Annotated[list[ChildSource], Field(min_length=1)] = Field(
        description="groups, questions and slices, in order"
    )


def _which(value: Any) -> str:
    """Tell the kinds of child apart by their keys; a tag is never a key of a file."""
    have = value if isinstance(value, dict) else getattr(value, "__dict__", {})
    if "question" in have:
        return f"({have.get('type', 'without type')})"
    return "(slice)" if "slice" in have else "(group)"


ChildSource = Annotated[
    Annotated[GroupSource, Tag("(group)")]
    | Annotated[SliceSource, Tag("(slice)")]
    | Annotated[LevelQuestion, Tag("(level)")]
    | Annotated[ChoiceQuestion, Tag("(choice)")]
    | Annotated[MultipleQuestion, Tag("(multiple)")]
    | Annotated[TristateQuestion, Tag("(tristate)")]
    | Annotated[NumberQuestion, Tag("(number)")]
    | Annotated[PercentQuestion, Tag("(percent)")]
    | Annotated[TextQuestion, Tag("(text)")]
    | Annotated[DateQuestion, Tag("(date)")]
    | Annotated[LinkQuestion, Tag("(link)")]
    | Annotated[MatrixQuestion, Tag("(matrix)")],
    Discriminator(_which),
]


class BandSource(Model):
    """One level's stretch."""

    level: LevelNumber = Field(description="the level")
    from_: float = Field(alias="from", description="where it begins")
    to: float = Field(description="where it ends")


class BandsSource(Model):
    """From a number to a level. The very first and the very last edge always belong."""

    of: Literal["score", "percent", "index"] = Field("score", description="which number is read")
    inclusive: Edge = Field("lower", description="`lower`: from ≤ x < to; `upper`: from < x ≤ to")
    bands: Annotated[list[BandSource], Field(min_length=1)] = Field(
        description="one for each level, without gap or overlap"
    )


class LevelNameSource(Model):
    """A level's name."""

    level: LevelNumber = Field(description="its number")
    name: TextSource = Field(description="its name")
    summary: TextSource | None = Field(None, description="what it means")


class InstrumentSource(Model):
    """One instrument version: one file."""

    format: Literal[1] = Field(description="version of this format: 1")
    id: Id = Field(description="the instrument's stable id")
    version: Annotated[str, Field(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")] = Field(
        description="such as 1.0.0; a new one for each change"
    )
    status: Literal["draft", "pilot", "active", "archived"] = Field(
        "draft", description="where it stands"
    )
    predecessor: (
        Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*@[0-9]+\.[0-9]+\.[0-9]+$")] | None
    ) = Field(None, description="`id@version` of what it replaces")
    title: TextSource = Field(description="name")
    summary: TextSource = Field(description="what it measures, in a sentence or two")
    notice: TextSource | None = Field(
        None, description="shown in the interface and printed on every report"
    )
    licence: str = Field("", description="licence of the file")
    authors: list[str] = Field([], description="who wrote it")
    languages: list[Literal["id", "en"]] = Field(["id", "en"], description="always both")
    sources: list[CitationSource] = Field([], description="works it stands on")
    schemes: list[NamedSource] = Field([], description="schemes that crosswalks point to")
    kinds: list[NamedSource] = Field(
        [],
        description="kinds of office that the instrument is for and that conditions may name; "
        "without it: for those of the register",
    )
    areas: list[NamedSource] = Field([], description="areas that conditions may name")
    explanations: list[ExplanationSource] = Field([], description="texts beside the result")
    unanswered: Literal["missing", "zero"] = Field(
        "missing", description="what an unanswered question counts"
    )
    dont_know: Literal["missing", "zero"] = Field(
        "missing", description='what "don\'t know" counts, unless a question says otherwise'
    )
    blanks: list[Words] = Field(
        [], description="texts in answer files that mean no answer; `{question}` is the id"
    )
    scale: ScaleSource = Field(description="unit of mean-like scores")
    levels: Annotated[list[LevelNameSource], Field(min_length=1)] = Field(
        description="the levels' names"
    )
    bands: dict[str, BandsSource] = Field({}, description="named ways from a number to a level")
    option_sets: dict[str, Annotated[list[OptionSource], Field(min_length=1)]] = Field(
        {}, description="lists of options to share"
    )
    object_lists: dict[str, Annotated[list[ThingSource], Field(min_length=1)]] = Field(
        {}, description="lists of matrix objects to share"
    )
    root: GroupSource = Field(description="the tree")


GroupSource.model_rebuild()
InstrumentSource.model_rebuild()
