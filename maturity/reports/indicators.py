"""The answers of an assessment as a reader sees them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from maturity.reports import words
from maturity.reports.nodes import Nodes
from maturity.reports.report import EvidenceLink, Indicator
from maturity.reports.stages import History
from maturity.scoring.rubric import State
from maturity.survey.answers import evidence_key
from maturity.survey.assessments import Work
from maturity.survey.instrument import Branch, Item, Kind, Question, Text, below
from maturity.survey.reading import Reading
from maturity.survey.routing import Place

NO_ANSWER = Text("Belum diisi", "Not filled in yet")
_PLACES = {
    Place.NOT_APPLICABLE: "not-applicable",
    Place.EXCLUDED: "not-applicable",
    Place.OFF_PATH: "off-path",
    Place.NOT_NEEDED: "off-path",
}
_STATES = {
    State.ANSWERED: "answered",
    State.DONT_KNOW: "dont-know",
    State.NOT_APPLICABLE: "not-applicable",
}


def indicators(
    work: Work, nodes: Nodes, *, told: History | None = None, claims: Work | None = None
) -> tuple[Indicator, ...]:
    """All questions of the instrument but the matrices, in order.

    ``work`` holds the answers that count, ``claims`` those of the office where they differ.
    """
    found = (
        _indicator(work, nodes, branch, question)
        for branch, question in questions(work.instrument.root)
        if question.kind is not Kind.MATRIX
    )
    if told is None or claims is None:
        return tuple(found)
    return tuple(_with_decisions(one, told, claims) for one in found)


def _with_decisions(one: Indicator, told: History, claims: Work) -> Indicator:
    item = claims.instrument.item(one.id)
    claim = _answer(claims, item)
    decisions = told.about(item)
    return replace(one, decisions=decisions, claim=claim if decisions else None)


def _answer(work: Work, item: Item) -> Text:
    state = state_of(work, item)
    if state != "answered":
        return words.STATES[state]
    return answer_text(item, work.route.readings.get(item.key))


def questions(root: Branch) -> Iterator[tuple[Branch, Question]]:
    """Every question with the branch that holds it."""
    for part in below(root):
        if isinstance(part, Branch):
            for child in part.children:
                if isinstance(child, Question):
                    yield part, child


def _indicator(work: Work, nodes: Nodes, branch: Branch, question: Question) -> Indicator:
    item = work.instrument.item(question.id)
    reading = work.route.readings.get(item.key)
    state = state_of(work, item)
    answer = work.answers.get(item.key)
    return Indicator(
        id=question.id,
        title=question.title,
        question=question.text,
        section=branch.id,
        section_title=branch.title,
        standing=nodes.standing(question.id) if item.criterion is not None else None,
        state=words.STATES[state],
        answered=state == "answered",
        answer=_answer(work, item),
        reason=reading.reason if reading is not None else "",
        note=answer.note if answer is not None else "",
        blank=state == "unanswered",
        evidence=evidence_of(work, evidence_key(item)),
        legal=question.legal,
        remedy=_remedy(item, reading),
    )


def state_of(work: Work, item: Item) -> str:
    """A key of ``words.STATES``: what the route says comes before what was answered."""
    place = work.route.places[item.key]
    if place is not Place.ASKED:
        return _PLACES[place]
    reading = work.route.readings.get(item.key)
    return "unanswered" if reading is None else _STATES[reading.state]


def answer_text(item: Item, reading: Reading | None) -> Text:
    """The chosen answer in words."""
    if reading is None:
        return NO_ANSWER
    if not item.options:
        return _typed(item, reading.value)
    chosen = [item.option(one) for one in reading.value.split(",")]
    return Text(
        "; ".join(option.label.id for option in chosen),
        "; ".join(option.label.en for option in chosen),
    )


def _typed(item: Item, value: str) -> Text:
    if item.kind not in (Kind.NUMBER, Kind.PERCENT):
        return Text(value, value)
    rule = item.question.number
    unit = rule.unit if rule is not None else None
    mark = "%" if item.kind is Kind.PERCENT else ""
    return words.both(
        lambda language: (
            f"{words.tidy(float(value), language)}{mark} "
            f"{unit.in_(language) if unit is not None else ''}"
        ).strip()
    )


def evidence_of(work: Work, key: str) -> tuple[EvidenceLink, ...]:
    """The evidence kept under a key: links, then files by name.

    Only usable web addresses become links: who may read a report may not open the files.
    """
    links = tuple(
        EvidenceLink(row.url, row.url if row.usable and is_web(row.url) else None, row.note)
        for row in work.evidence.get(key, ())
    )
    files = (
        EvidenceLink(row.name_as_given, None, " – ".join(filter(None, (row.place, row.note))))
        for row in work.files.get(key, ())
    )
    return (*links, *files)


def is_web(url: str) -> bool:
    """Whether an address may stand in a link."""
    return url.lower().startswith(("https://", "http://"))


def _remedy(item: Item, reading: Reading | None) -> Text | None:
    """What leads one rung up; from no answer, what the first rung above the lowest asks."""
    if item.kind is not Kind.LEVEL:
        return None
    ids = [option.id for option in item.options]
    here = ids.index(reading.value) if reading is not None and reading.value in ids else 0
    following = item.options[here + 1] if here + 1 < len(ids) else None
    return following.rung.remedy if following is not None and following.rung is not None else None
