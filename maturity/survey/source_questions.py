"""The ten types of question of the instrument format."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from maturity.survey.source_parts import (
    ClaimSource,
    ColumnSource,
    Combine,
    ConditionSource,
    CrosswalkSource,
    DontKnow,
    Edge,
    Id,
    LevelNumber,
    LevelSource,
    LinearSource,
    Model,
    NumberBandSource,
    ObjectsSource,
    OptionsSource,
    Points,
    TextSource,
    TristatePoints,
    Weight,
)

_SCORED = "`false`: asked for context only"


class QuestionBase(Model):
    """What every question can say."""

    question: Id = Field(description="the question's stable id")
    title: TextSource = Field(description="short name")
    text: TextSource = Field(description="the question as it is asked")
    guidance: TextSource | None = Field(None, description="what exactly is meant")
    why: TextSource | None = Field(None, description="why it is asked")
    weight: Weight | None = Field(None, description="share in its group; see `weights` there")
    required: bool = Field(True, description="`false`: may stay blank at submission")
    show_when: ConditionSource | None = Field(
        None, description="asked only where this holds; an answer off the path is kept and ignored"
    )
    hidden: Literal["excluded", "zero"] = Field(
        "excluded", description="what it counts while `show_when` does not hold"
    )
    applies_when: ConditionSource | None = Field(
        None, description="condition on kind and area; otherwise not applicable by rule"
    )
    not_applicable: ClaimSource | None = Field(
        None, description="present: an office may say it does not apply"
    )
    dont_know: DontKnow | None = Field(
        None, description='how "don\'t know" counts; `false`: not offered'
    )
    evidence_from: LevelNumber | None = Field(
        None, description="from this level on evidence is required"
    )
    legal: list[str] = Field([], description="regulations it stands on")
    crosswalk: list[CrosswalkSource] = Field([], description="places in other schemes")
    source: list[str] = Field([], description="ids under `sources`")


class LevelQuestion(QuestionBase):
    """Choose the statement that fits. Option ids are `l1`, `l2`, ..."""

    type: Literal["level"] = Field(description="`level`")
    levels: Annotated[list[LevelSource], Field(min_length=2)] = Field(
        description="the statements, lowest first"
    )
    scored: bool = Field(True, description=_SCORED)


class ChoiceQuestion(QuestionBase):
    """Choose one option."""

    type: Literal["choice"] = Field(description="`choice`")
    options: OptionsSource = Field(description="a list of options, or `{set: name}`")
    scored: bool = Field(True, description=_SCORED)


class MultipleQuestion(QuestionBase):
    """Choose all that fit; points are summed."""

    type: Literal["multiple"] = Field(description="`multiple`")
    options: OptionsSource = Field(description="a list of options, or `{set: name}`")
    cap: Points | None = Field(None, description="the most that the sum can earn")
    none_id: str | None = Field(None, description="the option that excludes all others")
    scored: bool = Field(True, description=_SCORED)


class TristateQuestion(QuestionBase):
    """Yes, partial or no."""

    type: Literal["tristate"] = Field(description="`tristate`")
    points: TristatePoints = Field(description="points of the three answers")
    scored: bool = Field(True, description=_SCORED)


class NumberQuestion(QuestionBase):
    """A number, with points by bands."""

    type: Literal["number"] = Field(description="`number`")
    minimum: float | None = Field(None, description="the least number accepted")
    maximum: float | None = Field(None, description="the greatest number accepted")
    integer: bool = Field(False, description="whole numbers only")
    unit: TextSource | None = Field(None, description="what is counted")
    inclusive: Edge = Field("lower", description="which edge belongs to a band")
    points: list[NumberBandSource] = Field([], description="bands without gap, lowest first")
    scored: bool = Field(True, description=_SCORED)


def _linear_or_bands(value: Any) -> str:
    return "(bands)" if isinstance(value, list) else "(linear)"


class PercentQuestion(QuestionBase):
    """A percentage 0..100, with points by bands or in proportion."""

    type: Literal["percent"] = Field(description="`percent`")
    inclusive: Edge = Field("lower", description="which edge belongs to a band")
    points: Annotated[
        Annotated[list[NumberBandSource], Tag("(bands)")]
        | Annotated[LinearSource, Tag("(linear)")],
        Discriminator(_linear_or_bands),
    ] = Field([], description="bands without gap, lowest first, or `{linear: 10}`")
    scored: bool = Field(True, description=_SCORED)


class TextQuestion(QuestionBase):
    """Free words; never scored."""

    type: Literal["text"] = Field(description="`text`")
    max_length: Annotated[int, Field(ge=1, le=20000)] = Field(
        4000, description="the most characters accepted"
    )
    scored: Literal[False] = Field(False, description="always `false`")


class DateQuestion(QuestionBase):
    """A date; never scored."""

    type: Literal["date"] = Field(description="`date`")
    scored: Literal[False] = Field(False, description="always `false`")


class LinkQuestion(QuestionBase):
    """A public web address; never scored."""

    type: Literal["link"] = Field(description="`link`")
    scored: Literal[False] = Field(False, description="always `false`")


class MatrixQuestion(QuestionBase):
    """Every object of a list asked about every column."""

    type: Literal["matrix"] = Field(description="`matrix`")
    objects: ObjectsSource = Field(description="a list of objects, or `{list: name}`")
    columns: Annotated[list[ColumnSource], Field(min_length=1)] = Field(
        description="what is asked of each object"
    )
    combine_objects: Combine = Field(
        "mean_of_percentages", description="how the objects make up the question"
    )
    combine_columns: Combine = Field("sum", description="how the columns make up an object")
    unlisted: Literal["unanswered", "not_applicable"] = Field(
        "unanswered", description="what an object without any answer is"
    )
    paged: bool = Field(False, description="each object on a page of its own")
    bands: str | None = Field(None, description="a name under `bands`")
    scored: bool = Field(True, description=_SCORED)


QuestionSource = (
    LevelQuestion | ChoiceQuestion | MultipleQuestion | TristateQuestion | NumberQuestion
    | PercentQuestion | TextQuestion | DateQuestion | LinkQuestion | MatrixQuestion
)  # fmt: skip
