"""From the written form of an instrument to frozen objects and their rubric.

Pure. Expects a source without faults (``checks``); it does not look for them again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from maturity.scoring.bands import Band, Bands, Edge, Measure
from maturity.scoring.rubric import (
    Counts,
    Criterion,
    Effect,
    Gate,
    Group,
    Method,
    Must,
    Prerequisite,
    Rubric,
)
from maturity.scoring.rubric import Node as RubricNode
from maturity.survey import instrument as ins
from maturity.survey import source as src
from maturity.survey.instrument import Kind, Text

YES_PARTIAL_NO = (
    ("yes", Text("Ya", "Yes"), ("ya", "y", "true")),
    ("partial", Text("Sebagian", "Partly"), ("sebagian", "partly", "partially")),
    ("no", Text("Tidak", "No"), ("tidak", "n", "false")),
)


def build(source: src.InstrumentSource, fingerprint: str) -> ins.Instrument:
    """The instrument that a faultless source describes."""
    builder = _Builder(source)
    root = builder.branch(source.root)
    items = tuple(item for part in ins.below(root) for item in _items(part))
    rubric = _Rubric(source, root, items).build()
    criteria = {criterion.id: criterion for criterion in rubric.criteria}
    return ins.Instrument(
        id=source.id,
        version=source.version,
        status=source.status,
        title=text(source.title),
        summary=text(source.summary),
        root=root,
        rubric=rubric,
        items=tuple(replace(item, criterion=criteria.get(item.key)) for item in items),
        levels=tuple(
            ins.Level(n.level, text(n.name), _text(n.summary))
            for n in sorted(source.levels, key=lambda n: n.level)
        ),
        fingerprint=fingerprint,
        notice=_text(source.notice),
        predecessor=source.predecessor,
        licence=source.licence,
        authors=tuple(source.authors),
        sources=tuple(ins.Source(s.id, s.citation, s.url) for s in source.sources),
        schemes=_named(source.schemes),
        kinds=_named(source.kinds),
        areas=_named(source.areas),
        explanations=tuple(
            ins.Named(e.id, text(e.title), text(e.text)) for e in source.explanations
        ),
    )


def text(source: src.TextSource) -> Text:
    """Both languages."""
    return Text(source.id.strip(), source.en.strip())


def _text(source: src.TextSource | None) -> Text | None:
    return None if source is None else text(source)


def _named(sources: Iterable[src.NamedSource]) -> tuple[ins.Named, ...]:
    return tuple(ins.Named(s.id, text(s.title), _text(s.note)) for s in sources)


def condition(source: src.ConditionSource | None) -> ins.Condition | None:
    """A condition as an expression tree."""
    return None if source is None else _condition(source)


def _condition(source: src.ConditionSource) -> ins.Condition:
    if source.kind is not None:
        return ins.KindIs(frozenset(source.kind))
    if source.area is not None:
        return ins.AreaIs(frozenset(source.area))
    if source.question is not None:
        if source.is_ is not None:
            return ins.AnswerIs(source.question, frozenset(source.is_))
        return ins.AnswerAtLeast(source.question, source.at_least or 0.0)
    if source.all is not None:
        return ins.All(tuple(_condition(part) for part in source.all))
    if source.any is not None:
        return ins.AnyOf(tuple(_condition(part) for part in source.any))
    assert source.not_ is not None
    return ins.Not(_condition(source.not_))


def bands(source: src.BandsSource) -> Bands:
    """Thresholds, lowest first."""
    ordered = sorted(source.bands, key=lambda band: band.from_)
    return Bands(
        bands=tuple(Band(band.level, band.from_, band.to) for band in ordered),
        measure=Measure(source.of),
        inclusive=Edge(source.inclusive),
    )


def _claim(source: src.ClaimSource | None) -> ins.Claim | None:
    return None if source is None else ins.Claim(Counts(source.earns), source.reason == "required")


def _option(source: src.OptionSource) -> ins.Option:
    return ins.Option(
        id=source.id,
        label=text(source.label),
        points=source.points,
        positive=source.positive,
        aliases=tuple(source.aliases),
        needs_reason=source.needs_reason,
        excludes_object=source.excludes == "object",
    )


def _rung(source: src.LevelSource) -> ins.Option:
    rung = ins.LevelText(
        level=source.level,
        text=text(source.text),
        evidence=_text(source.evidence),
        suffices=_text(source.suffices),
        insufficient=_text(source.insufficient),
        remedy=_text(source.remedy),
    )
    number = str(source.level)
    return ins.Option(
        id=f"l{number}", label=rung.text, points=float(source.level), aliases=(number,), rung=rung
    )


class _Builder:
    def __init__(self, source: src.InstrumentSource) -> None:
        self.source = source
        self.bands = {name: bands(one) for name, one in source.bands.items()}

    def options(self, source: list[src.OptionSource] | src.SetSource) -> tuple[ins.Option, ...]:
        if isinstance(source, src.SetSource):
            source = self.source.option_sets[source.set]
        return tuple(_option(option) for option in source)

    def branch(self, source: src.GroupSource) -> ins.Branch:
        gate = None
        if isinstance(source.gate, src.GateSource):
            musts = tuple(Must(m.level, m.node, m.at_least) for m in source.gate.require)
            gate = Gate(source.gate.slack, musts)
        return ins.Branch(
            id=source.id,
            title=text(source.title),
            summary=_text(source.summary),
            weight=1.0 if source.weight is None else source.weight,
            method=Method(source.combine),
            scale=self.scale(source),
            bands=self.bands.get(source.bands or ""),
            gate=gate,
            section=source.section,
            children=tuple(self.child(child) for child in source.children),
        )

    def scale(self, source: src.GroupSource) -> tuple[float, float] | None:
        """The group's own scale, or the instrument's where its method needs one."""
        if source.scale is not None:
            return (source.scale.from_, source.scale.to)
        if source.combine in ("weighted_mean", "minimum", "walk"):
            return (self.source.scale.from_, self.source.scale.to)
        return None

    def child(self, source: src.ChildSource) -> ins.Part:
        if isinstance(source, src.GroupSource):
            return self.branch(source)
        if isinstance(source, src.SliceSource):
            return ins.Slice(
                id=source.id,
                title=text(source.title),
                summary=_text(source.summary),
                matrix=source.slice.matrix,
                columns=tuple(source.slice.columns),
                weight=1.0 if source.weight is None else source.weight,
                bands=self.bands.get(source.bands or ""),
            )
        return self.question(source)

    def dont_know(self, said: str | bool | None) -> Counts | None:
        if said is False:
            return None
        return Counts(str(said or self.source.dont_know))

    def question(self, source: src.QuestionSource) -> ins.Question:
        question = ins.Question(
            id=source.question,
            kind=Kind(source.type),
            title=text(source.title),
            text=text(source.text),
            guidance=_text(source.guidance),
            why=_text(source.why),
            weight=1.0 if source.weight is None else source.weight,
            scored=source.scored,
            required=source.required,
            show_when=condition(source.show_when),
            hidden=Counts(source.hidden),
            applies_when=condition(source.applies_when),
            claim=_claim(source.not_applicable),
            unanswered=Counts(self.source.unanswered),
            dont_know=self.dont_know(source.dont_know),
            evidence_from=source.evidence_from,
            legal=tuple(source.legal),
            crosswalk=tuple(ins.Crosswalk(c.scheme, c.ref) for c in source.crosswalk),
            sources=tuple(source.source),
            blanks=tuple(b.replace("{question}", source.question) for b in self.source.blanks),
        )
        return replace(question, **self.particulars(source))

    def particulars(self, source: src.QuestionSource) -> dict[str, Any]:
        """What only one type of question has."""
        match source:
            case src.LevelQuestion():
                return {
                    "options": tuple(_rung(rung) for rung in source.levels),
                    "bands": _ladder(source),
                }
            case src.ChoiceQuestion():
                return {"options": self.options(source.options)}
            case src.MultipleQuestion():
                options = self.options(source.options)
                return {"options": options, "cap": source.cap, "none_id": source.none_id}
            case src.TristateQuestion():
                return {"options": _tristate(source.points)}
            case src.NumberQuestion() | src.PercentQuestion():
                return {"number": _number(source)}
            case src.TextQuestion():
                return {"max_length": source.max_length}
            case src.MatrixQuestion():
                return {
                    "matrix": self.matrix(source),
                    "bands": self.bands.get(source.bands or ""),
                }
        return {}

    def matrix(self, source: src.MatrixQuestion) -> ins.Matrix:
        objects = source.objects
        if isinstance(objects, src.ListSource):
            objects = self.source.object_lists[objects.list]
        return ins.Matrix(
            objects=tuple(_thing(thing) for thing in objects),
            columns=tuple(self.column(column) for column in source.columns),
            combine_objects=Method(source.combine_objects),
            combine_columns=Method(source.combine_columns),
            unlisted_not_applicable=source.unlisted == "not_applicable",
            paged=source.paged,
        )

    def column(self, source: src.ColumnSource) -> ins.Column:
        return ins.Column(
            id=source.id,
            label=text(source.label),
            help=_text(source.help),
            options=self.options(source.options),
            weight=source.weight,
            needs=tuple(ins.Need(n.column, Effect(n.effect)) for n in source.requires),
            claim=_claim(source.not_applicable),
            dont_know=self.dont_know(source.dont_know),
        )


def _thing(source: src.ThingSource) -> ins.Thing:
    return ins.Thing(
        id=source.id,
        label=text(source.label),
        note=_text(source.note),
        system=source.system,
        legal=tuple(source.legal),
        applies_when=condition(source.applies_when),
    )


def _ladder(source: src.LevelQuestion) -> Bands:
    """A chosen statement is its own level."""
    levels = sorted(rung.level for rung in source.levels)
    ends = [*levels[1:], levels[-1] + 1]
    steps = tuple(
        Band(low, float(low), float(high)) for low, high in zip(levels, ends, strict=True)
    )
    return Bands(steps)


def _tristate(points: src.TristatePoints) -> tuple[ins.Option, ...]:
    worth = {"yes": points.yes, "partial": points.partial, "no": points.no}
    return tuple(
        ins.Option(option_id, label, points=worth[option_id], aliases=aliases)
        for option_id, label, aliases in YES_PARTIAL_NO
    )


def _number(source: src.NumberQuestion | src.PercentQuestion) -> ins.NumberRule:
    percent = isinstance(source, src.PercentQuestion)
    linear = source.points.linear if isinstance(source.points, src.LinearSource) else None
    written = [] if isinstance(source.points, src.LinearSource) else source.points
    return ins.NumberRule(
        minimum=0.0 if isinstance(source, src.PercentQuestion) else source.minimum,
        maximum=100.0 if isinstance(source, src.PercentQuestion) else source.maximum,
        integer=False if isinstance(source, src.PercentQuestion) else source.integer,
        unit=Text("%", "%") if percent else _text(getattr(source, "unit", None)),
        bands=tuple(ins.NumberBand(b.from_, b.to, b.points) for b in written),
        upper_inclusive=source.inclusive == "upper",
        linear=linear,
    )


# --- items and rubric -----------------------------------------------------------------


def _items(part: ins.Part) -> list[ins.Item]:
    if not isinstance(part, ins.Question):
        return []
    if part.matrix is None:
        return [ins.Item(part.id, part, part.kind, part.options, part.claim, part.dont_know)]
    return [
        _cell(part, thing, column)
        for thing in part.matrix.objects
        for column in part.matrix.columns
    ]


def _cell(question: ins.Question, thing: ins.Thing, column: ins.Column) -> ins.Item:
    stem = f"{question.id}/{thing.id}"
    others = {one.id: one for one in question.matrix.columns} if question.matrix else {}
    return ins.Item(
        key=f"{stem}/{column.id}",
        question=question,
        kind=Kind.CHOICE,
        options=column.options,
        claim=column.claim,
        dont_know=column.dont_know,
        thing=thing,
        column=column,
        stem=stem,
        unmet=tuple(
            (f"{stem}/{need.column}", _nothing(others[need.column])) for need in column.needs
        ),
        excluding=frozenset(option.id for option in column.options if option.excludes_object),
    )


def _nothing(column: ins.Column) -> frozenset[str]:
    """The options of a column that earn nothing."""
    return frozenset(option.id for option in column.options if (option.points or 0.0) <= 0.0)


def points_range(item: ins.Item) -> tuple[float, float] | None:
    """Where the percentage of an item starts, and the most it can earn; None: unscored."""
    question = item.question
    if item.kind in (Kind.TEXT, Kind.DATE, Kind.LINK) or not question.scored:
        return None
    if item.kind in (Kind.NUMBER, Kind.PERCENT):
        rule = question.number
        assert rule is not None
        tops = [band.points for band in rule.bands]
        top = rule.linear if rule.linear is not None else max(tops, default=0.0)
        return (0.0, top) if top > 0 else None
    worth = [option.points for option in item.options if option.points is not None]
    if item.kind is Kind.MULTIPLE:
        top = sum(points for points in worth if points > 0)
        return (0.0, top if question.cap is None else min(top, question.cap))
    if not worth:
        return None
    return (min(worth) if item.kind is Kind.LEVEL else 0.0, max(worth))


class _Rubric:
    def __init__(
        self, source: src.InstrumentSource, root: ins.Branch, items: tuple[ins.Item, ...]
    ) -> None:
        self.source, self.root = source, root
        self.by_question: dict[str, list[ins.Item]] = {}
        for item in items:
            self.by_question.setdefault(item.question.id, []).append(item)
        parts = list(ins.below(root))
        self.questions = {part.id: part for part in parts if isinstance(part, ins.Question)}
        self.sliced = {part.matrix for part in parts if isinstance(part, ins.Slice)}
        self.span = (self.source.scale.from_, self.source.scale.to)

    def build(self) -> Rubric:
        root = self.group(self.root)
        if root is None:
            raise ValueError("nothing in this instrument is scored")
        levels = [level.level for level in self.source.levels]
        return Rubric(root, min(levels), max(levels))

    def group(self, branch: ins.Branch) -> Group | None:
        walk = branch.method is Method.WALK
        top = _walk_top(branch, self.by_question) if walk else None
        built = [self.node(child, top=top) for child in branch.children]
        children = tuple(node for node in built if node is not None)
        if not children:
            return None
        return Group(
            id=branch.id,
            children=children,
            method=branch.method,
            weight=branch.weight,
            scale=branch.scale,
            bands=branch.bands,
            gate=branch.gate,
        )

    def node(self, part: ins.Part, *, top: float | None) -> RubricNode | None:
        if isinstance(part, ins.Branch):
            return self.group(part)
        if isinstance(part, ins.Slice):
            matrix = self.questions[part.matrix]
            return self.matrix(part, matrix, columns=part.columns)
        if part.matrix is not None:
            if part.id in self.sliced or not part.scored:
                return None
            columns = tuple(column.id for column in part.matrix.columns)
            return self.matrix(part, part, columns=columns)
        item = self.by_question[part.id][0]
        span = points_range(item)
        if top is not None and part.scored:
            span = (0.0, top)
        return None if span is None else _criterion(item, span, weight=part.weight)

    def matrix(
        self, place: ins.Question | ins.Slice, question: ins.Question, *, columns: tuple[str, ...]
    ) -> Group | None:
        matrix = question.matrix
        assert matrix is not None
        things = []
        for thing in matrix.objects:
            cells = self.cells(question, thing.id, columns)
            if cells:
                group_id = f"{place.id}/{thing.id}"
                things.append(Group(group_id, cells, matrix.combine_columns))
        if not things:
            return None
        method = matrix.combine_objects
        mean = method is not Method.SUM
        scale = self.span if mean else None
        return Group(place.id, tuple(things), method, place.weight, scale, place.bands)

    def cells(
        self, question: ins.Question, thing: str, columns: tuple[str, ...]
    ) -> tuple[Criterion, ...]:
        criteria = []
        for item in self.by_question[question.id]:
            assert item.thing is not None
            assert item.column is not None
            span = points_range(item)
            if item.thing.id == thing and item.column.id in columns and span is not None:
                criteria.append(_criterion(item, span, weight=item.column.weight))
        return tuple(criteria)


def _walk_top(branch: ins.Branch, items: dict[str, list[ins.Item]]) -> float:
    """The highest score any answer of a walk carries."""
    if branch.scale is not None:
        return branch.scale[1]
    questions = (child for child in branch.children if isinstance(child, ins.Question))
    spans = (points_range(item) for q in questions for item in items[q.id])
    return max((span[1] for span in spans if span is not None), default=1.0)


def _criterion(item: ins.Item, span: tuple[float, float], *, weight: float) -> Criterion:
    needs: tuple[Prerequisite, ...] = ()
    if item.column is not None and item.thing is not None:
        stem = f"{item.question.id}/{item.thing.id}"
        needs = tuple(
            Prerequisite(f"{stem}/{need.column}", need.effect) for need in item.column.needs
        )
    return Criterion(
        id=item.key,
        floor=span[0],
        ceiling=span[1],
        weight=weight,
        bands=item.question.bands if item.column is None else None,
        unanswered=item.question.unanswered,
        dont_know=item.dont_know or Counts.MISSING,
        not_applicable=item.claim.earns if item.claim else Counts.EXCLUDED,
        off_path=item.question.hidden if item.column is None else Counts.EXCLUDED,
        requires=needs,
    )
