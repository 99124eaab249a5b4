"""The way to the next level, from the answers of an assessment and the instrument's ladders."""

from __future__ import annotations

from dataclasses import replace

from maturity.reports.beside import Practice
from maturity.reports.nodes import Nodes
from maturity.reports.report import Roadmap, Step
from maturity.reports.ways import Asked, Common, Way, Ways, ladder, searched
from maturity.reports.words import both, level_name, level_words, number
from maturity.scoring.roadmap import Step as Climb
from maturity.scoring.roadmap import TooEntangledError
from maturity.scoring.rubric import Criterion
from maturity.survey.assessments import Work
from maturity.survey.instrument import Instrument, Item, Option, Text
from maturity.survey.routing import sheet

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
VARIABLES = Text("variabel", "variables")
LEAST_SHOWN = 0.005  # below it two decimals would say 0,00
TINY = Text(
    "Menambah kurang dari 0,01 pada indeks keseluruhan.",
    "Adds less than 0.01 to the overall index.",
)
ANSWERS = Text("jawaban (termasuk inventaris dataset)", "answers")
ORDER = Text(
    " Urutannya mulai dari langkah yang paling menaikkan indeks.",
    " The order begins with the step that raises the index most.",
)
ORDER_BY_PEERS = Text(
    " Urutannya mulai dari langkah yang paling menaikkan indeks dibandingkan usahanya; di antara "
    "yang sama, yang sudah dilakukan lebih banyak kantor sebanding.",
    " The order begins with the step that raises the index most for its effort; among equal ones, "
    "with what more comparable offices have done.",
)
TOO_ENTANGLED = Text(
    "Langkah termurah ke level berikutnya tidak dapat dihitung karena terlalu banyak jawaban yang "
    "saling bergantung.",
    "The cheapest steps to the next level cannot be worked out: too many answers depend on each "
    "other.",
)


def next_level(instrument: Instrument, gated: int | None) -> int | None:
    """The level of the whole above a gated one; None at the top and where there are no levels."""
    bands = instrument.rubric.root.bands
    found = () if bands is None else bands.bands
    return next((band.level for band in found if band.level > (gated or 0)), None)


def roadmap(
    work: Work, nodes: Nodes, practice: Practice | None = None, *, ways: Ways = searched
) -> Roadmap:
    """The fewest level-steps to the next gated level of the whole.

    By the answers of variables alone where that leads there; the datasets of an inventory
    are raised too only where it does not. ``practice``: what comparable offices have done.
    """
    root = nodes.card.root
    if work.instrument.rubric.root.bands is None:
        return _without_steps(NO_LEVELS)
    if root.percent is None:
        return _without_steps(NOT_YET)
    target = next_level(work.instrument, root.gated_level)
    if target is None:
        return _without_steps(AT_THE_TOP)
    try:
        return _towards(work, nodes, target, practice=practice, ways=ways)
    except TooEntangledError:
        return _without_steps(TOO_ENTANGLED)


def _without_steps(words: Text) -> Roadmap:
    return Roadmap(target=None, target_name=None, reachable=False, words=words, steps=())


def _towards(
    work: Work, nodes: Nodes, target: int, *, practice: Practice | None, ways: Ways
) -> Roadmap:
    cells = sheet(work.instrument, [(work.route.profile, work.route.readings)])
    asked = Asked.of(work.instrument, cells, target, common=_common(work.instrument, practice))
    way = ways(asked)
    if not way.reachable:
        asked = replace(asked, datasets=True)
        way = ways(asked)
    return Roadmap(
        target=target,
        target_name=level_name(work.instrument, target),
        reachable=way.reachable,
        words=_words(way, asked),
        steps=tuple(_step(work, nodes, step, practice=practice) for step in way.steps),
    )


def _common(instrument: Instrument, practice: Practice | None) -> Common:
    """Which share of comparable offices has each rung of each variable, where it may be told."""
    if practice is None:
        return ()
    found = (
        ((item.key, rung), practice.have(item.key, _percent(instrument, item.key, points)))
        for item in instrument.items
        if item.key in practice.percents
        for rung, points in enumerate(ladder(item))
    )
    return tuple((key, have / of) for key, (have, of) in ((k, h) for k, h in found if h))


def _percent(instrument: Instrument, criterion: str, points: float) -> float:
    """What so many points are of what can be reached."""
    leaf = instrument.rubric.node(criterion)
    assert isinstance(leaf, Criterion)
    return (points - leaf.floor) / (leaf.ceiling - leaf.floor) * 100.0


def _words(way: Way, asked: Asked) -> Text:
    instrument, target, datasets = asked.instrument, asked.target, asked.datasets
    level, count = _named(instrument, target), len(way.steps)
    if not way.reachable:
        return Text(
            f"Menaikkan jawaban saja tidak cukup untuk mencapai {level.id}: sebagian penilaian "
            "dinyatakan tidak berlaku, atau dijawab dengan angka atau teks.",
            f"Raising answers alone is not enough to reach {level.en}: part of the assessment is "
            "said not to apply, or is answered by numbers or text.",
        )
    what = ANSWERS if datasets else VARIABLES
    order = ORDER_BY_PEERS if asked.common else ORDER
    order = order if count > 1 else Text("", "")
    return Text(
        f"Jalan paling ringan ke {level.id}: naikkan {count} {what.id}, seluruhnya "
        f"{way.cost:g} kali naik satu pilihan.{order.id}",
        f"The easiest way to {level.en}: raise {count} {what.en if count > 1 else what.en[:-1]} "
        f"by {way.cost:g} {'option' if way.cost == 1 else 'options'} in all.{order.en}",
    )


def _named(instrument: Instrument, target: int) -> Text:
    """A gated level is called so only where the instrument has gates."""
    if any(group.gate is not None for group in instrument.rubric.groups):
        return Text(f"level terjaga {target}", f"gated level {target}")
    return level_words(target)


def _step(work: Work, nodes: Nodes, step: Climb, *, practice: Practice | None) -> Step:
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
        remedy=_remedies(item, before, after),
        evidence=rung.evidence if rung is not None else None,
        effect=_effect(instrument, nodes, step),
        peers=_peers(instrument, step, practice),
    )


def _peers(instrument: Instrument, step: Climb, practice: Practice | None) -> Text | None:
    if practice is None or step.points_after is None or step.criterion not in practice.percents:
        return None
    percent = _percent(instrument, step.criterion, step.points_after)
    found = practice.have(step.criterion, percent)
    if found is None:
        return None
    have, of = found
    return Text(
        f"Sudah dicapai {have} dari {of} {practice.kind.id} lain pada level yang sama atau "
        "berikutnya.",
        f"Reached by {have} of {of} other {practice.kind.en} at the same level or the next.",
    )


def _remedies(item: Item, before: Option | None, after: Option | None) -> Text | None:
    """What to do for every rung of the climb, the first one first."""
    ids = [option.id for option in item.options]
    start = 1 if before is None else ids.index(before.id) + 1
    end = start if after is None else ids.index(after.id) + 1
    rungs = [option.rung for option in item.options[start:end] if option.rung is not None]
    found = [rung.remedy for rung in rungs if rung.remedy is not None]
    if not found:
        return None
    return Text(" ".join(one.id for one in found), " ".join(one.en for one in found))


def _at(item: Item, points: float | None) -> Option | None:
    return next((option for option in item.options if option.points == points), None)


def _standing(option: Option) -> Text:
    return option.label if option.rung is None else level_words(option.rung.level)


def _effect(instrument: Instrument, nodes: Nodes, step: Climb) -> Text:
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
    if 0 < gain < LEAST_SHOWN:
        return TINY
    return both(
        lambda language: (
            f"Adds {number(gain, None, language)} to the overall index."
            if language == "en"
            else f"Menambah {number(gain, None, language)} pada indeks keseluruhan."
        )
    )
