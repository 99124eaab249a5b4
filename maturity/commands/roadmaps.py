"""A roadmap as text that a policy person reads, or as JSON."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, TextIO

from maturity.commands.language import percent, say, spoken, trimmed
from maturity.commands.outputs import about, level_words
from maturity.scoring.roadmap import Effect, Roadmap, Step
from maturity.survey.instrument import Instrument, Item, LevelText, Text
from maturity.survey.steps import Rung, rungs
from maturity.survey.trace import title

WIDTH = 100


@dataclass(frozen=True, slots=True)
class Way:
    """A roadmap, and the items that its steps bring on to the path."""

    found: Roadmap
    opened: tuple[Item, ...]


def write_json(stream: TextIO, instrument: Instrument, unit: str, way: Way) -> None:
    """Target, cost, and every step with its words in both languages."""
    found = way.found
    data = {
        "instrument": about(instrument),
        "unit": unit,
        "node": found.node,
        "target": found.level,
        "level_now": found.level_now,
        "reachable": found.reachable,
        "highest": found.highest,
        "cost": found.cost,
        "steps": [_step_data(instrument, step) for step in found.steps],
        "opens": [item.key for item in way.opened],
    }
    json.dump(data, stream, ensure_ascii=False, indent=1)
    stream.write("\n")


def _step_data(instrument: Instrument, step: Step) -> dict[str, Any]:
    item = instrument.item(step.criterion)
    rung = rungs(item)[step.rung]
    return {
        "id": step.criterion,
        "title": asdict(title(instrument, step.criterion)),
        "option": rung.option.id if rung.option else None,
        "becomes": asdict(rung.words),
        "remedies": [asdict(one) for one in _remedies(item, step)],
        "points_before": step.points_before,
        "points_after": step.points_after,
        "cost": step.cost,
        "area": asdict(step.area),
        "target": asdict(step.target),
    }


def write_text(stream: TextIO, instrument: Instrument, unit: str, way: Way) -> None:
    """The way in one sentence, then each step with what is to be done."""
    found = way.found
    print_ = say("sidik jari", "fingerprint")
    stream.write(f"{unit}\n{instrument.title.in_(spoken())}\n")
    stream.write(f"{instrument.ref}  {print_} {instrument.fingerprint}\n\n")
    stream.write(f"{_summary(instrument, found)}\n")
    for number, step in enumerate(found.steps, start=1):
        stream.write("\n")
        for line in _step(instrument, step, number):
            stream.write(f"{line}\n")
    if way.opened:
        names = ", ".join(item.key for item in way.opened)
        words = say(
            f"Langkah di atas membuka pertanyaan lain yang belum diperhitungkan: {names}.",
            f"The steps above open questions that are not reckoned with yet: {names}.",
        )
        stream.write("\n" + "\n".join(_wrapped(words, "")) + "\n")


def _summary(instrument: Instrument, found: Roadmap) -> str:
    now, target = (level_words(instrument, level) for level in (found.level_now, found.level))
    if not found.reachable:
        highest = level_words(instrument, found.highest)
        return say(
            f"Level {target} tidak dapat dicapai; yang tertinggi: {highest}.",
            f"Level {target} cannot be reached; the highest is {highest}.",
        )
    if not found.steps:
        return say(
            f"Level {target} sudah tercapai (sekarang {now}).",
            f"Level {target} is reached already (now {now}).",
        )
    count, cost = len(found.steps), trimmed(found.cost)
    return say(
        f"Dari level {now} ke level {target}: {count} langkah, biaya seluruhnya {cost}.",
        f"From level {now} to level {target}: {count} steps, cost {cost} in all.",
    )


def _step(instrument: Instrument, step: Step, number: int) -> Iterator[str]:
    item = instrument.item(step.criterion)
    name = f"{number}. {step.criterion}  {_named(instrument, item)}"
    yield from _wrapped(f"{name} ({say('biaya', 'cost')} {trimmed(step.cost)})", "")
    rung = rungs(item)[step.rung]
    yield from _wrapped(_becomes(step, rung), "   ")
    for remedy in _remedies(item, step):
        yield from _wrapped(say("Lakukan: ", "Do: ") + remedy.in_(spoken()), "   ")
    text = _ladder_text(rung)
    if text and text.evidence:
        shows = say("Bukti dukung: ", "Evidence: ") + text.evidence.in_(spoken())
        yield from _wrapped(shows, "   ")
    for effect in dict.fromkeys((step.area, step.target)):
        yield from _wrapped(_effect(instrument, effect), "   ")


def _named(instrument: Instrument, item: Item) -> str:
    words = title(instrument, item.key).in_(spoken())
    return words if item.thing is None else f"{item.thing.label.in_(spoken())}: {words}"


def _becomes(step: Step, rung: Rung) -> str:
    before = "–" if step.points_before is None else trimmed(step.points_before)
    after = "–" if step.points_after is None else trimmed(step.points_after)
    return say(
        f"Menjadi: “{rung.words.id}” (poin {before} → {after})",
        f"Becomes: “{rung.words.en}” (points {before} → {after})",
    )


def _ladder_text(rung: Rung) -> LevelText | None:
    return rung.option.rung if rung.option else None


def _remedies(item: Item, step: Step) -> list[Text]:
    """What to do for each rung that is climbed, lowest first."""
    found = []
    for rung in rungs(item)[: step.rung + 1]:
        text = _ladder_text(rung)
        climbed = step.points_before is None or rung.points > step.points_before
        if text and text.remedy and climbed:
            found.append(text.remedy)
    return found


def _effect(instrument: Instrument, effect: Effect) -> str:
    before, after = (percent(value) for value in (effect.percent_before, effect.percent_after))
    levels = [
        "–" if level is None else str(level) for level in (effect.level_before, effect.level_after)
    ]
    name = f"{effect.node} {title(instrument, effect.node).in_(spoken())}"
    return f"{name}: {before} → {after}, Level {levels[0]} → {levels[1]}"


def _wrapped(words: str, indent: str) -> list[str]:
    return textwrap.wrap(
        words,
        width=WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + "   ",
        break_long_words=False,
        break_on_hyphens=False,
    )
