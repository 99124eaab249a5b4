"""The small parts of the instrument format: texts, conditions, options, objects."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    WithJsonSchema,
    model_validator,
)

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=80)]
Words = Annotated[str, Field(min_length=1, max_length=4000, pattern=r"\S")]
Address = Annotated[str, Field(pattern=r"^(https?://\S+)?$", max_length=2000)]
LevelNumber = Annotated[int, Field(ge=1, le=99)]

_FRACTION = r"-?[0-9]{1,9}/[0-9]{1,9}"


def _fraction(value: Any) -> Any:
    """``8/15`` is allowed for points that are no decimal fraction."""
    if not isinstance(value, str):
        return value
    if re.fullmatch(_FRACTION, value) is None or int(value.partition("/")[2]) == 0:
        raise ValueError(f"{value[:40]!r} is no number and no fraction such as 8/15")
    return float(Fraction(value))


_POINTS_SCHEMA = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": f"^{_FRACTION}$"}]}
Points = Annotated[float, BeforeValidator(_fraction), WithJsonSchema(_POINTS_SCHEMA)]
Weight = Annotated[float, Field(ge=0)]
Combine = Literal["weighted_mean", "sum", "mean_of_percentages", "minimum",
                  "walk", "contiguous", "all_of"]  # fmt: skip
Earns = Literal["excluded", "full", "zero"]
Edge = Literal["lower", "upper"]
DontKnow = Literal["missing", "zero", False]


class Model(BaseModel):
    """Base: unknown keys are faults, numbers are finite and not read from text."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class TextSource(Model):
    """Words in both languages."""

    id: Words = Field(description="the words in Indonesian")
    en: Words = Field(description="the words in English")


class NamedSource(Model):
    """An id with a title."""

    id: Id = Field(description="stable id")
    title: TextSource = Field(description="name")
    note: TextSource | None = Field(None, description="a remark")


class ExplanationSource(Model):
    """A longer text shown on result and report pages."""

    id: Id = Field(description="stable id")
    title: TextSource = Field(description="heading")
    text: TextSource = Field(description="the explanation")


class CitationSource(Model):
    """A published work."""

    id: Id = Field(description="what questions name it by")
    citation: Words = Field(description="authors, year, title, place")
    url: Address = Field("", description="where it can be read, http or https")


class ConditionSource(Model):
    """Exactly one of: kind, area, question (with is or at_least), all, any, not."""

    kind: list[str] | None = Field(None, description="the office is of one of these kinds")
    area: list[str] | None = Field(None, description="the office lies in one of these areas")
    question: str | None = Field(None, description="the question whose answer decides")
    is_: list[str] | None = Field(
        None,
        alias="is",
        description="its answer is one of these option ids (also `dont-know`, `not-applicable`)",
    )
    at_least: float | None = Field(
        None, description="its answer is at least this number, level or number of points"
    )
    all: list[ConditionSource] | None = Field(None, description="every one of these holds")
    any: list[ConditionSource] | None = Field(None, description="at least one of these holds")
    not_: ConditionSource | None = Field(None, alias="not", description="this does not hold")

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

    id: Id = Field(description="what stands in answer files")
    label: TextSource = Field(description="what people read")
    points: Points | None = Field(
        None, description='what it earns: a number, or a fraction in quotes such as `"8/15"`'
    )
    positive: bool = Field(True, description="`false`: this answer ends a walk")
    aliases: list[str] = Field([], description="other spellings accepted in answer files")
    needs_reason: bool = Field(False, description="whoever chooses it has to say why")
    excludes: Literal["object"] | None = Field(
        None, description="`object`: takes the whole object of a matrix out of the denominator"
    )


class SetSource(Model):
    """A list of options that is shared by name."""

    set: str = Field(description="a name under `option_sets`")


class LevelSource(Model):
    """One rung of a level statement."""

    level: LevelNumber = Field(description="the level this statement stands for")
    text: TextSource = Field(description="what an office at this level looks like")
    evidence: TextSource | None = Field(None, description="which evidence shows it")
    suffices: TextSource | None = Field(None, description="an example that suffices")
    insufficient: TextSource | None = Field(None, description="an example that does not suffice")
    remedy: TextSource | None = Field(None, description="what to do to get to this level")


class ClaimSource(Model):
    """An office may say that this does not apply to it."""

    earns: Earns = Field("excluded", description="what that earns")
    reason: Literal["required", "optional"] = Field(
        "required", description="whether the office has to say why"
    )


class TristatePoints(Model):
    """Points of yes, partial and no."""

    yes: Points = Field(description="points of yes")
    partial: Points = Field(description="points of partly")
    no: Points = Field(description="points of no")


class NumberBandSource(Model):
    """Points for a stretch of numbers."""

    from_: float | None = Field(None, alias="from", description="where it begins; none: open")
    to: float | None = Field(None, description="where it ends; none: open")
    points: Points = Field(description="what a number in it earns")


class LinearSource(Model):
    """Points grow in proportion."""

    linear: Points = Field(description="points for 100 percent")


class CrosswalkSource(Model):
    """A place in a scheme that the offices know."""

    scheme: str = Field(description="an id under `schemes`")
    ref: Words = Field(description="the place in it, as the scheme names it")


class NeedSource(Model):
    """A prerequisite between cells of one object."""

    column: str = Field(description="the column that must have earned more than nothing")
    effect: Literal["zero", "cap"] = Field(
        "zero", description="otherwise: `zero` no points, `cap` no positive points"
    )


def _list_or_name(value: Any) -> str:
    return "(list)" if isinstance(value, list) else "(name)"


OptionsSource = Annotated[
    Annotated[list[OptionSource], Tag("(list)"), Field(min_length=1)]
    | Annotated[SetSource, Tag("(name)")],
    Discriminator(_list_or_name),
]


class ColumnSource(Model):
    """One thing asked of every object."""

    id: Id = Field(description="stable id, unique in its matrix")
    label: TextSource = Field(description="heading of the column")
    help: TextSource | None = Field(None, description="what is meant")
    options: OptionsSource = Field(description="a list of options, or `{set: name}`")
    weight: Weight = Field(1.0, description="share among the columns of a weighted mean")
    requires: list[NeedSource] = Field([], description="columns of the same object it rests on")
    not_applicable: ClaimSource | None = Field(
        None, description="present: an office may say it does not apply"
    )
    dont_know: DontKnow | None = Field(
        None, description='how "don\'t know" counts; `false`: not offered'
    )


class ThingSource(Model):
    """One object of a matrix."""

    id: Id = Field(description="stable id, unique in its matrix")
    label: TextSource = Field(description="its name")
    note: TextSource | None = Field(None, description="what it is, where it is expected")
    system: str = Field("", description="the system it comes from")
    legal: list[str] = Field([], description="regulations it stands on")
    applies_when: ConditionSource | None = Field(
        None, description="condition on kind and area of the office"
    )


class ListSource(Model):
    """A list of objects that is shared by name."""

    list: str = Field(description="a name under `object_lists`")


ObjectsSource = Annotated[
    Annotated[list[ThingSource], Tag("(list)"), Field(min_length=1)]
    | Annotated[ListSource, Tag("(name)")],
    Discriminator(_list_or_name),
]
