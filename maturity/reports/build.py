"""From an assessment to its report: one frozen object for the page and for the PDF.

Nothing is scored here: a handed-in assessment shows its frozen scorecard, one that is
still being filled in the provisional one, marked as such.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from maturity.offices.models import Person
from maturity.reports.beside import NOTHING, Beside, Levels, beside_of
from maturity.reports.indicators import indicators
from maturity.reports.inventory import inventories
from maturity.reports.nodes import Nodes
from maturity.reports.report import InstrumentFacts, OfficeFacts, Report, Standing
from maturity.reports.roadmap import next_level, roadmap
from maturity.reports.stages import History, history
from maturity.reports.trace import trace
from maturity.reports.ways import Ways, searched
from maturity.scoring.bands import Measure
from maturity.survey import assessments, frozen
from maturity.survey.assessments import Work
from maturity.survey.instrument import Branch, Instrument, Text, below
from maturity.survey.models import Assessment, Stage, StoredScorecard

WEAK_INDICATORS = 5


def report_of(
    session: Session,
    assessment: Assessment,
    stage: Stage | None = None,
    *,
    alone: bool = False,
    ways: Ways = searched,
) -> Report:
    """Read an assessment and build its report, in a fixed number of queries.

    All its numbers are those of ``stage``, by default the newest that is decided; ``alone``:
    nothing of other offices; ``ways`` finds the way up. LookupError where that stage has no result.
    """
    author = assessment.submitted_by_id
    person = session.get(Person, author) if author is not None else None
    work = assessments.work(session, assessment)
    found = history(session, assessment, work, stage=stage)
    if found is None:
        raise LookupError(stage)
    name = person.name if person is not None else ""
    levels = frozenset() if alone else _levels(work.instrument, found)
    beside = beside_of(session, assessment, found.stage, levels) if levels else NOTHING
    return build(work, found.card, submitted_by=name, told=found, beside=beside, ways=ways)


def _levels(instrument: Instrument, found: History) -> Levels:
    """The gated level of a frozen result and the one that comes next; empty where it is not."""
    if found.card is None:
        return frozenset()
    gated = found.card.gated_level
    return frozenset({gated, next_level(instrument, gated)} - {None}) or frozenset({None})


def nodes_of(work: Work, stored: StoredScorecard | None) -> Nodes:
    """The frozen scorecard where there is one, else the provisional one."""
    card = assessments.provisional(work) if stored is None else frozen.card_of(stored)
    return Nodes(work.instrument, card)


def build(
    work: Work,
    stored: StoredScorecard | None,
    *,
    submitted_by: str = "",
    told: History | None = None,
    beside: Beside = NOTHING,
    ways: Ways = searched,
) -> Report:
    """The report of an opened assessment; without a stored scorecard a provisional one."""
    told = told or History()
    claims, work = work, told.at_stage(work)
    nodes = nodes_of(work, stored)
    dimensions = _dimensions(nodes)
    assessment, round_ = work.assessment, work.assessment.round
    return Report(
        assessment=assessment.id,
        office=office_facts(work),
        round_slug=round_.slug,
        round_title=round_.title,
        instrument=instrument_facts(work.instrument),
        demo=round_.demo,
        provisional=stored is None,
        submitted_at=None if stored is None else assessment.submitted_at,
        submitted_by="" if stored is None else submitted_by,
        digest="" if stored is None else stored.digest,
        overall=nodes.standing(nodes.card.root.id),
        dimensions=dimensions,
        weakest=_weakest(nodes),
        weak_indicators=_weak_indicators(nodes),
        roadmap=roadmap(work, nodes, beside.practice, ways=ways),
        inventories=inventories(work, nodes),
        indicators=indicators(work, nodes, told=told, claims=claims),
        traces=tuple(trace(nodes, one) for one in _traced(nodes)),
        stage=told.stage,
        stages=told.scores(work.instrument),
        changes=told.changes(claims),
        beside=beside,
    )


def office_facts(work: Work) -> OfficeFacts:
    """What a report says of the office."""
    office = work.office
    kinds = {kind.id: kind.title for kind in work.instrument.kinds}
    return OfficeFacts(
        code=office.code,
        name=Text(office.name_id, office.name_en),
        short_name=office.short_name,
        kind=kinds.get(office.kind, Text(office.kind, office.kind)),
        zone=office.timezone,
    )


def instrument_facts(instrument: Instrument) -> InstrumentFacts:
    """What a report says of the instrument."""
    return InstrumentFacts(
        ref=instrument.ref,
        title=instrument.title,
        summary=instrument.summary,
        fingerprint=instrument.fingerprint,
        notice=instrument.notice,
        explanations=instrument.explanations,
        levels=instrument.levels,
        edges=_edges(instrument),
        sources=instrument.sources,
        licence=instrument.licence,
    )


def _edges(instrument: Instrument) -> tuple[float, ...]:
    """Of the first group that has bands; all groups of an instrument share them as a rule."""
    rubric = instrument.rubric
    banded = next((group for group in rubric.groups if group.bands is not None), None)
    if banded is None or banded.bands is None:
        return ()
    bands = banded.bands.bands
    low, high = {
        Measure.SCORE: banded.scale or (bands[0].start, bands[-1].end),
        Measure.PERCENT: (0.0, 100.0),
        Measure.INDEX: (rubric.first_level, rubric.last_level),
    }[banded.bands.measure]
    span = rubric.last_level - rubric.first_level
    starts = [band.start for band in bands[1:]]
    return tuple(rubric.first_level + (at - low) / (high - low) * span for at in starts)


def _dimensions(nodes: Nodes) -> tuple[Standing, ...]:
    scored = set(nodes.instrument.rubric.ids)
    return tuple(
        nodes.standing(
            dimension.id,
            (
                nodes.standing(child.id)
                for child in dimension.children
                if isinstance(child, Branch) and child.id in scored
            ),
        )
        for dimension in nodes.instrument.dimensions
    )


def _weakest(nodes: Nodes) -> Standing | None:
    found = frozen.weakest_of(nodes.instrument, nodes.card)
    return None if found is None else nodes.standing(found)


def _weak_indicators(nodes: Nodes) -> tuple[Standing, ...]:
    """The lowest variables; among equals those that weigh most in the whole."""
    scored = set(nodes.instrument.rubric.ids)
    parts = (part for part in below(nodes.instrument.root) if not isinstance(part, Branch))
    found = [nodes.standing(part.id) for part in parts if part.id in scored]
    known = [one for one in found if one.index is not None and one.weight_in_all > 0.0]
    lowest = sorted(known, key=lambda one: (one.index or 0.0, -one.weight_in_all))
    below_top = [one for one in lowest if (one.percent or 0.0) < 100.0]
    return tuple(below_top[:WEAK_INDICATORS])


def _traced(nodes: Nodes) -> list[str]:
    return [nodes.card.root.id, *frozen.outline_ids(nodes.instrument)]
