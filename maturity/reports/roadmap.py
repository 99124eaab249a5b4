"""The way to the next level, from the answers of an assessment and the instrument's ladders."""

from __future__ import annotations

from collections.abc import Sequence

from maturity.reports.nodes import Nodes
from maturity.reports.report import Roadmap, Step
from maturity.reports.words import both, level_name, level_words, number
from maturity.scoring import roadmap as search
from maturity.survey.assessments import Work
from maturity.survey.instrument import Instrument, Item, Kind, Option, Slice, Text, below
from maturity.survey.routing import sheet

CLIMBED = (Kind.LEVEL, Kind.CHOICE, Kind.TRISTATE)
NOTHING = Text("Belum dijawab", "Not answered yet")
NO_LEVELS = Text(
    "Instrumen ini tidak menetapkan level untuk keseluruhan, sehingga tidak ada langkah ke level "
    "berikutnya.",
    "This instrument sets no levels for the whole, so there are no steps to a next level.",
)
NOT_YET = Text(
    "Langkah ke level berikutnya dihitung setelah ada jawaban yang dinilai.",
    "Steps to the next level are worked out once there are scored answers.",
)
AT_THE_TOP = Text(
    "Kantor ini sudah berada pada level tertinggi.", "This office is at the highest level already."
)
TOO_ENTANGLED = Text(
    "Langkah termurah ke level berikutnya tidak dapat dihitung karena terlalu banyak jawaban yang "
    "saling bergantung.",
    "The cheapest steps to the next level cannot be worked out: too many answers depend on each "
    "other.",
)


def roadmap(work: Work, nodes: Nodes) -> Roadmap:
    """The fewest level-steps of the variables to the next gated level of the whole.

    The answers of an inventory stay as they are: its datasets are raised as a whole, not
    by a step of one answer.
    """
    bands = work.instrument.rubric.root.bands
    root = nodes.card.root
    if bands is None:
        return _without_steps(NO_LEVELS)
    if root.percent is None:
        return _without_steps(NOT_YET)
    target = next((b.level for b in bands.bands if b.level > (root.gated_level or 0)), None)
    if target is None:
        return _without_steps(AT_THE_TOP)
    return _towards(work, nodes, target)


def _without_steps(words: Text) -> Roadmap:
    return Roadmap(target=None, target_name=None, reachable=False, words=words, steps=())


def _towards(work: Work, nodes: Nodes, target: int) -> Roadmap:
    instrument = work.instrument
    cells = sheet(instrument, [(work.route.profile, work.route.readings)])
    ladders = {item.key: ladder(item) for item in instrument.items if _climbs(item)}
    try:
        way = search.roadmap(instrument.rubric, cells, target, ladders=ladders)
    except search.TooEntangledError:
        return _without_steps(TOO_ENTANGLED)
    return Roadmap(
        target=target,
        target_name=level_name(instrument, target),
        reachable=way.reachable,
        words=_words(nodes, way, target),
        steps=tuple(_step(work, nodes, step) for step in way.steps),
    )


def _climbs(item: Item) -> bool:
    return item.thing is None and item.criterion is not None and item.kind in CLIMBED


def ladder(item: Item) -> tuple[float, ...]:
    """The points of an item's rungs, lowest first."""
    return tuple(sorted({option.points for option in item.options if option.points is not None}))


def _words(nodes: Nodes, way: search.Roadmap, target: int) -> Text:
    if not way.reachable:
        return _no_way(nodes, target)
    count, level = len(way.steps), _named(nodes.instrument, target)
    return Text(
        f"Jalan paling ringan ke {level.id}: naikkan {count} variabel, seluruhnya {way.cost:g} "
        "tingkat jawaban. Urutannya mulai dari langkah yang paling menaikkan indeks.",
        f"The lightest way to {level.en}: raise {count} "
        f"{'variable' if count == 1 else 'variables'} by {way.cost:g} "
        f"{'rung' if way.cost == 1 else 'rungs'} in all. The order begins with the step that "
        "raises the index most.",
    )


def _named(instrument: Instrument, target: int) -> Text:
    """A gated level is called so only where the instrument has gates."""
    if any(group.gate is not None for group in instrument.rubric.groups):
        return Text(f"level terjaga {target}", f"gated level {target}")
    return level_words(target)


def _no_way(nodes: Nodes, target: int) -> Text:
    slices = [part for part in below(nodes.instrument.root) if isinstance(part, Slice)]
    low = [one for one in slices if (nodes.card.node(one.id).level or target) < target]
    level = _named(nodes.instrument, target)
    plain = Text(
        f"Menaikkan jawaban variabel saja belum cukup untuk mencapai {level.id}.",
        f"Raising the answers of variables alone is not enough to reach {level.en}.",
    )
    if not low:
        return plain
    return Text(
        f"{plain.id} Inventaris dataset juga harus naik: {_low(nodes, low, 'id')}.",
        f"{plain.en} The dataset inventory must rise too: {_low(nodes, low, 'en')}.",
    )


def _low(nodes: Nodes, slices: Sequence[Slice], language: str) -> str:
    return "; ".join(
        f"{one.title.in_(language)} ({level_words(nodes.card.node(one.id).level).in_(language)})"
        for one in slices
    )


def _step(work: Work, nodes: Nodes, step: search.Step) -> Step:
    instrument = work.instrument
    item = instrument.item(step.criterion)
    after = _at(item, step.points_after)
    before = _at(item, step.points_before)
    rung = after.rung if after is not None else None
    section = nodes.above(step.criterion)[-1]
    return Step(
        id=step.criterion,
        title=nodes.title(step.criterion),
        section_title=nodes.title(section),
        before=NOTHING if before is None else _standing(before),
        after=NOTHING if after is None else _standing(after),
        remedy=rung.remedy if rung is not None else None,
        evidence=rung.evidence if rung is not None else None,
        effect=_effect(instrument, nodes, step),
    )


def _at(item: Item, points: float | None) -> Option | None:
    return next((option for option in item.options if option.points == points), None)


def _standing(option: Option) -> Text:
    return option.label if option.rung is None else level_words(option.rung.level)


def _effect(instrument: Instrument, nodes: Nodes, step: search.Step) -> Text:
    title = nodes.title(step.area.node)
    before, after = level_words(step.area.level_before), level_words(step.area.level_after)
    if before == after:
        gain = step.target.percent_after or 0.0, step.target.percent_before or 0.0
        span = (instrument.rubric.last_level - instrument.rubric.first_level) / 100.0
        return _index_effect((gain[0] - gain[1]) * span)
    return Text(
        f"{title.id} naik dari {before.id} ke {after.id}.",
        f"{title.en} rises from {before.en} to {after.en}.",
    )


def _index_effect(gain: float) -> Text:
    return both(
        lambda language: (
            f"Adds {number(gain, None, language)} to the overall index."
            if language == "en"
            else f"Menambah {number(gain, None, language)} pada indeks keseluruhan."
        )
    )
