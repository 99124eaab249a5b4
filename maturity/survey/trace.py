"""The way of a number down to the answers, in words of both languages. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from maturity.scoring.rubric import Criterion, Group, Method, Node, State
from maturity.scoring.scorecard import NodeResult, Scorecard
from maturity.survey.instrument import Instrument, Item, Kind, Text
from maturity.survey.reading import DONT_KNOW, NOT_APPLICABLE, Reading

RULES: dict[str, Text] = {
    Method.WEIGHTED_MEAN: Text(
        "rata-rata tertimbang dari bagian di bawahnya",
        "the weighted mean of the parts below",
    ),
    Method.SUM: Text(
        "jumlah poin bagian di bawahnya, dibagi poin yang dapat dicapai",
        "the points of the parts below, out of the points they could earn",
    ),
    Method.MEAN_OF_PERCENTAGES: Text(
        "rata-rata persentase bagian di bawahnya, semua sama berat",
        "the mean of the percentages of the parts below, all alike",
    ),
    Method.MINIMUM: Text(
        "bagian terlemah di bawahnya menentukan", "the weakest part below decides"
    ),
    Method.WALK: Text(
        "nilai jawaban terakhir sebelum dan termasuk jawaban negatif pertama",
        "the score of the last answer up to the first negative one",
    ),
    Method.CONTIGUOUS: Text(
        "banyaknya bagian yang terpenuhi berturut-turut sejak yang pertama",
        "how many parts are met without a break from the first on",
    ),
    Method.ALL_OF: Text(
        "terpenuhi hanya bila semua bagian di bawahnya terpenuhi",
        "met only where all parts below are met",
    ),
    "answer": Text("poin dari jawaban", "the points of the answer"),
}
STATES: dict[str, Text] = {
    "unanswered": Text("belum dijawab", "not answered"),
    "answered": Text("dijawab", "answered"),
    "dont-know": DONT_KNOW,
    "not-applicable": NOT_APPLICABLE,
    "off-path": Text("tidak ditanyakan karena jawaban lain", "not asked because of another answer"),
    "prerequisite-unmet": Text(
        "tidak diperhitungkan: prasyaratnya tidak terpenuhi",
        "does not count: its prerequisite is not met",
    ),
}
EXCLUDED = Text(
    "objeknya dikecualikan, keluar dari penyebut",
    "its object is excluded and leaves the denominator",
)
ADDITIVE = (Method.WEIGHTED_MEAN, Method.MEAN_OF_PERCENTAGES)


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What was answered: canonical ``value``, the same in words, and what came with it."""

    value: str
    words: Text
    reason: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """One node and what it was made of.

    ``contribution``: percentage points that it brings to its parent, where the parent's
    percentage is the sum of these.
    """

    node: NodeResult
    title: Text
    rule: Text
    status: Text | None = None
    answer: GivenAnswer | None = None
    contribution: float | None = None
    children: tuple[Trace, ...] = ()

    def to_data(self) -> dict[str, Any]:
        """Lists, dicts, strings, numbers and None only; the node's own fields come first."""
        answer = None if self.answer is None else asdict(self.answer)
        return {
            **Scorecard("", (self.node,)).to_data()["nodes"][0],
            "title": asdict(self.title),
            "rule": asdict(self.rule),
            "status": None if self.status is None else asdict(self.status),
            "answer": answer,
            "contribution": self.contribution,
            "children": [child.to_data() for child in self.children],
        }


def title(instrument: Instrument, node_id: str) -> Text:
    """The words for a node of the rubric: a part, an object of a matrix, or a cell."""
    if instrument.has_part(node_id):
        return instrument.part(node_id).title
    stem, _, last = node_id.rpartition("/")
    for item in instrument.items:
        if item.key == node_id and item.column is not None:
            return item.column.label
        if item.thing is not None and item.thing.id == last and stem:
            return item.thing.label
    return Text(node_id, node_id)


def words_for(item: Item, reading: Reading) -> Text:
    """An answer as a person would say it."""
    if reading.state is State.DONT_KNOW:
        return DONT_KNOW
    if reading.state is State.NOT_APPLICABLE:
        return NOT_APPLICABLE
    if item.kind in (Kind.NUMBER, Kind.PERCENT):
        unit = item.question.number.unit if item.question.number else None
        indonesian = reading.value.replace(".", ",")
        after_id, after_en = (f" {unit.id}", f" {unit.en}") if unit else ("", "")
        return Text(f"{indonesian}{after_id}", f"{reading.value}{after_en}")
    if not item.options:
        return Text(reading.value, reading.value)
    labels = [item.option(one).label for one in reading.value.split(",")]
    return Text("; ".join(one.id for one in labels), "; ".join(one.en for one in labels))


class Tracer:
    """Builds the traces of one unit."""

    def __init__(
        self,
        instrument: Instrument,
        card: Scorecard,
        answers: Mapping[str, Reading],
        evidence: Mapping[str, str] | None = None,
    ) -> None:
        self.instrument, self.card = instrument, card
        self.answers, self.evidence = answers, evidence or {}
        items = (instrument.item(key) for key in answers)
        self.excluded = {_stem(item.key) for item in items if _excludes(item, answers[item.key])}

    def trace(self, node_id: str | None = None) -> Trace:
        """The trace of a node, of the root by default. KeyError when there is none."""
        rubric = self.instrument.rubric
        return self._trace(rubric.node(rubric.root.id if node_id is None else node_id))

    def _trace(self, node: Node, parent: Group | None = None) -> Trace:
        result = self.card.node(node.id)
        children = node.children if isinstance(node, Group) else ()
        state = result.reason.state
        return Trace(
            node=result,
            title=title(self.instrument, node.id),
            rule=RULES[result.reason.rule],
            status=None if state is None else self._status(node.id, state),
            answer=self._answer(node) if isinstance(node, Criterion) else None,
            contribution=_contribution(result, parent),
            children=tuple(self._trace(child, node) for child in children
                           if isinstance(node, Group)),
        )  # fmt: skip

    def _status(self, node_id: str, state: str) -> Text:
        if state == "off-path" and _stem(node_id) in self.excluded:
            return EXCLUDED
        return STATES[state]

    def _answer(self, leaf: Criterion) -> GivenAnswer | None:
        reading = self.answers.get(leaf.id)
        if reading is None:
            return None
        return GivenAnswer(
            value=reading.value or reading.state.name.lower().replace("_", "-"),
            words=words_for(self.instrument.item(leaf.id), reading),
            reason=reading.reason,
            evidence=self.evidence.get(leaf.id, ""),
        )


def _stem(key: str) -> str:
    return key.rpartition("/")[0]


def _excludes(item: Item, reading: Reading) -> bool:
    return any(one.excludes_object and one.id == reading.value for one in item.options)


def _contribution(result: NodeResult, parent: Group | None) -> float | None:
    if parent is None or parent.method not in ADDITIVE or result.percent is None:
        return None
    return round(result.percent * result.weight, 9)
