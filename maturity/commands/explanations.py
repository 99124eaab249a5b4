"""A trace as text that a policy person reads, or as JSON."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from typing import TextIO

from maturity.commands.language import figure, percent, say, spoken, trimmed
from maturity.commands.outputs import about, level_words
from maturity.scoring.bands import Edge
from maturity.scoring.rubric import Group
from maturity.survey.instrument import Instrument
from maturity.survey.trace import Trace

WIDTH = 100
FIXED = "\u00a0"  # a space at which no line is broken


def write_json(stream: TextIO, instrument: Instrument, unit: str, trace: Trace) -> None:
    """Instrument, unit, and the node with its children inside it."""
    data = {"instrument": about(instrument), "unit": unit, "node": trace.to_data()}
    json.dump(data, stream, ensure_ascii=False, indent=1)
    stream.write("\n")


def write_text(stream: TextIO, instrument: Instrument, unit: str, trace: Trace) -> None:
    """One paragraph a node, children indented beneath."""
    print_ = say("sidik jari", "fingerprint")
    stream.write(f"{unit}\n{instrument.title.in_(spoken())}\n")
    stream.write(f"{instrument.ref}  {print_} {instrument.fingerprint}\n\n")
    for line in _lines(instrument, trace, depth=0):
        stream.write(f"{line}\n")


def _lines(instrument: Instrument, trace: Trace, *, depth: int) -> Iterator[str]:
    yield from _wrapped(_headline(instrument, trace, depth=depth), depth=depth, hang=4)
    for words in _details(instrument, trace):
        yield from _wrapped(words, depth=depth + 1, hang=2)
    for child in trace.children:
        yield from _lines(instrument, child, depth=depth + 1)


def _wrapped(words: str, *, depth: int, hang: int) -> list[str]:
    first = "  " * depth
    lines = textwrap.wrap(
        words.replace(" %", f"{FIXED}%"),
        width=WIDTH,
        initial_indent=first,
        subsequent_indent=first + " " * hang,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(FIXED, " ") for line in lines]


def _headline(instrument: Instrument, trace: Trace, *, depth: int) -> str:
    node = trace.node
    words = [percent(node.percent), _score(instrument, trace)]
    if node.level is not None:
        words.append(f"Level {level_words(instrument, node.level)}")
    if depth and node.percent is not None:
        words.append(_share(trace))
    known = ", ".join(word for word in words if word)
    name = node.id.rpartition("/")[2]
    return f"{name}  {trace.title.in_(spoken())}: {known}"


def _score(instrument: Instrument, trace: Trace) -> str:
    node = trace.node
    if node.score is None or node.max is None:
        return ""
    of = say("dari", "of")
    points = "" if isinstance(_scaled(instrument, trace), tuple) else say(" poin", " points")
    return f"{trimmed(node.score)} {of} {trimmed(node.max)}{points}"


def _scaled(instrument: Instrument, trace: Trace) -> tuple[float, float] | None:
    node = instrument.rubric.node(trace.node.id)
    return node.scale if isinstance(node, Group) else None


def _share(trace: Trace) -> str:
    weight = percent(trace.node.weight * 100)
    if trace.contribution is None:
        return say(f"bobot {weight}", f"weight {weight}")
    brings = figure(trace.contribution)
    return say(f"bobot {weight} → menyumbang {brings}", f"weight {weight} → brings {brings}")


def _details(instrument: Instrument, trace: Trace) -> Iterator[str]:
    node = trace.node
    if trace.children:
        yield say("Cara hitung: ", "Worked out as: ") + trace.rule.in_(spoken()) + "."
    yield from _band(instrument, trace)
    yield from _gate(instrument, trace)
    if node.reason.weakest:
        weakest = _named(trace, node.reason.weakest)
        yield say(f"Bagian terlemah: {weakest}.", f"Weakest part: {weakest}.")
    yield from _coverage(trace)
    yield from _answer(trace)


def _band(instrument: Instrument, trace: Trace) -> Iterator[str]:
    reached, bands = trace.node.reason.bands, instrument.rubric.node(trace.node.id).bands
    if reached is None or bands is None or not trace.children:
        return
    of = {
        "score": say("skor", "score"),
        "percent": say("persen", "percent"),
        "index": say("indeks", "index"),
    }[reached.of]
    lower = bands.inclusive is Edge.LOWER
    with_start = lower or reached.start == bands.bands[0].start
    with_end = not lower or reached.end == bands.bands[-1].end
    start = (say("dari", "from") if with_start else say("di atas", "above"), reached.start)
    end = (say("sampai dengan", "up to") if with_end else say("sampai di bawah", "to below"),
           reached.end)  # fmt: skip
    yield (
        f"Level {trace.node.level}: {of} {start[0]} {trimmed(start[1])} {end[0]} {trimmed(end[1])}."
    )


def _gate(instrument: Instrument, trace: Trace) -> Iterator[str]:
    node = trace.node
    if not node.reason.gate:
        return
    held = "; ".join(_named(trace, node_id) for node_id in node.reason.gate)
    gated = level_words(instrument, node.gated_level)
    yield say(
        f"Level terjaga: {gated}. Ditahan oleh {held}.",
        f"Gated level: {gated}. Held down by {held}.",
    )


def _named(trace: Trace, node_id: str) -> str:
    for child in _all(trace):
        if child.node.id == node_id:
            level = "–" if child.node.gated_level is None else child.node.gated_level
            return f"{node_id} {child.title.in_(spoken())} (Level {level})"
    return node_id


def _all(trace: Trace) -> Iterator[Trace]:
    yield trace
    for child in trace.children:
        yield from _all(child)


def _coverage(trace: Trace) -> Iterator[str]:
    node = trace.node
    if node.reason.provisional and node.coverage is not None and trace.children:
        share = percent(node.coverage * 100)
        yield say(
            f"Baru {share} yang terjawab: hasil ini sementara.",
            f"Only {share} is answered: this result is provisional.",
        )


def _answer(trace: Trace) -> Iterator[str]:
    if trace.children or trace.status is None:
        return
    answer = trace.answer
    status = trace.status.in_(spoken())
    if answer is None:
        yield say("Jawaban: ", "Answer: ") + f"({status})"
        return
    counted = trace.node.reason.state == "answered"
    after = "" if counted or answer.words == trace.status else f" ({status})"
    yield say("Jawaban: ", "Answer: ") + f"“{answer.words.in_(spoken())}”{after}"
    if answer.reason:
        yield say("Alasan: ", "Reason: ") + answer.reason
    if answer.evidence:
        yield say("Bukti dukung: ", "Evidence: ") + answer.evidence
