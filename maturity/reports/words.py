"""Rules, reasons and states in words, in both languages.

The scorecard names ids and rules only; here they become sentences. Numbers are written
as each language writes them, with two decimals, or with more where two would show a
number on the wrong side of a threshold.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from maturity.reports.report import Verdict
from maturity.scoring.bands import Band, Bands, Edge, Measure
from maturity.scoring.rubric import Counts, Criterion, Group, Method
from maturity.scoring.scorecard import UNMET, NodeResult
from maturity.survey.instrument import Instrument, Text
from maturity.web import format_number

DIGITS = 2
NO_LEVEL = Text("belum ada level", "no level yet")

METHODS: dict[Method, Text] = {
    Method.WEIGHTED_MEAN: Text("Rata-rata tertimbang", "Weighted mean"),
    Method.SUM: Text("Jumlah poin", "Sum of points"),
    Method.MEAN_OF_PERCENTAGES: Text("Rata-rata persentase", "Mean of percentages"),
    Method.MINIMUM: Text("Nilai terendah", "Lowest value"),
    Method.WALK: Text(
        "Jawaban bernilai terakhir sebelum jawaban negatif pertama",
        "Last scored answer before the first negative one",
    ),
    Method.CONTIGUOUS: Text(
        "Bagian yang terpenuhi berurutan dari yang pertama", "Parts met in order from the first"
    ),
    Method.ALL_OF: Text("Semua bagian harus terpenuhi", "All parts must be met"),
}

STATES: dict[str, Text] = {
    "answered": Text("Terjawab", "Answered"),
    "unanswered": Text("Belum dijawab", "Not answered yet"),
    "dont-know": Text("Tidak tahu", "Don't know"),
    "not-applicable": Text("Tidak berlaku", "Not applicable"),
    "off-path": Text("Tidak ditanyakan", "Not asked"),
    UNMET: Text("Prasyarat belum terpenuhi", "Prerequisite not met"),
}

VERDICTS: dict[Verdict, Text] = {
    Verdict.MET: Text("Terpenuhi", "Met"),
    Verdict.PARTLY: Text("Sebagian", "Partly"),
    Verdict.UNMET: Text("Belum terpenuhi", "Not met"),
    Verdict.UNKNOWN: Text("Belum diketahui", "Not known"),
    Verdict.NOT_COUNTED: Text("Tidak dihitung", "Not counted"),
}
SIGNS: dict[Verdict, str] = {
    Verdict.MET: "✓",
    Verdict.PARTLY: "½",
    Verdict.UNMET: "×",
    Verdict.UNKNOWN: "?",
    Verdict.NOT_COUNTED: "–",
}

_COUNTED_AS: dict[Counts, Text] = {
    Counts.MISSING: Text(
        "tidak dihitung, sehingga hasil masih sementara",
        "not counted, so the result is still provisional",
    ),
    Counts.EXCLUDED: Text("dikeluarkan dari perhitungan", "left out of the calculation"),
    Counts.FULL: Text("dihitung penuh", "counted in full"),
    Counts.ZERO: Text("dihitung nol", "counted as zero"),
}


def both(make: Callable[[str], str]) -> Text:
    """The same sentence made once in each language."""
    return Text(make("id"), make("en"))


def listed(texts: Sequence[str], language: str) -> str:
    """``a, b, dan c``."""
    if len(texts) < 2:
        return "".join(texts)
    last = "and" if language == "en" else "dan"
    comma = "," if len(texts) > 2 else ""
    return f"{', '.join(texts[:-1])}{comma} {last} {texts[-1]}"


# --- numbers --------------------------------------------------------------------------


def tidy(value: float, language: str) -> str:
    """A number without idle zeros: ``2,5``, ``25``."""
    text = format_number(value, DIGITS, language)
    point = "." if language == "en" else ","
    return text.rstrip("0").rstrip(point) if point in text else text


def digits_for(value: float, bands: Bands | None) -> int:
    """How many decimals keep a number in its own band; two unless that would mislead."""
    if bands is None:
        return DIGITS
    level = bands.level(value)
    for digits in range(DIGITS, 9):
        shown = float(format_number(value, digits, "en").replace(",", ""))
        if bands.level(shown) == level:
            return digits
    return 9


def measured(result: NodeResult, bands: Bands | None) -> float | None:
    """The number over which the bands of a node are laid."""
    if bands is None:
        return result.index
    return {
        Measure.SCORE: result.score,
        Measure.PERCENT: result.percent,
        Measure.INDEX: result.index,
    }[bands.measure]


def number(value: float | None, bands: Bands | None, language: str) -> str:
    """A number as it stands beside its band."""
    if value is None:
        return "–"
    shown = format_number(value, digits_for(value, bands), language)
    per_cent = bands is not None and bands.measure is Measure.PERCENT
    return f"{shown}%" if per_cent else shown


# --- levels ---------------------------------------------------------------------------


def level_name(instrument: Instrument, level: int | None) -> Text | None:
    """The name of a level; None where there is none."""
    found = instrument.level(level)
    return None if found is None else found.name


def level_words(level: int | None) -> Text:
    """``Level 2``."""
    return NO_LEVEL if level is None else Text(f"Level {level}", f"Level {level}")


def band_words(bands: Bands, level: int) -> Text:
    """``1,5 sampai kurang dari 2,5``: the stretch of a level, with its edges."""
    band = bands.band_of(level)
    return both(lambda language: _stretch(bands, band, language))


def _stretch(bands: Bands, band: Band, language: str) -> str:
    low, high = tidy(band.start, language), tidy(band.end, language)
    above, to, below = (
        ("more than", "to", "to less than")
        if language == "en"
        else ("lebih dari", "sampai", "sampai kurang dari")
    )
    if bands.inclusive is Edge.UPPER:
        first = band is bands.bands[0]
        return f"{low} {to} {high}" if first else f"{above} {low} {to} {high}"
    last = band is bands.bands[-1]
    return f"{low} {to} {high}" if last else f"{low} {below} {high}"


# --- reasons --------------------------------------------------------------------------


def group_rule(group: Group, known: int, noun: Text) -> Text:
    """``Rata-rata tertimbang 3 dari 4 variabel``."""
    total = len(group.children)
    name = METHODS[group.method]
    if group.method in (Method.WALK, Method.CONTIGUOUS, Method.ALL_OF):
        return name
    few = Text(
        str(total) if known == total else f"{known} dari {total}",
        str(total) if known == total else f"{known} of {total}",
    )
    of = "" if group.method is not Method.MINIMUM else " dari"
    return Text(f"{name.id}{of} {few.id} {noun.id}", f"{name.en} of {few.en} {noun.en}")


def group_reason(node: Group, result: NodeResult, rule: Text) -> Text:
    """The rule, its outcome and the level it comes to."""
    value = measured(result, node.bands)
    if value is None:
        return Text(
            f"{rule.id}: belum ada yang dapat dihitung.",
            f"{rule.en}: nothing can be counted yet.",
        )
    return both(lambda language: f"{rule.in_(language)} = {outcome(node, result, language)}.")


def outcome(node: Group, result: NodeResult, language: str) -> str:
    """``2,35 → Level 2 (1,5 sampai kurang dari 2,5)``, or ``12 dari 20``."""
    value = measured(result, node.bands)
    if node.bands is None or result.level is None:
        return _points(node, result, language)
    stretch = band_words(node.bands, result.level).in_(language)
    shown = number(value, node.bands, language)
    if node.method is Method.SUM and node.bands.measure is Measure.PERCENT:
        shown = f"{_points(node, result, language)} ({shown})"
    return f"{shown} → Level {result.level} ({stretch})"


def _points(node: Group, result: NodeResult, language: str) -> str:
    if node.method is Method.SUM and result.score is not None and result.max is not None:
        of = "of" if language == "en" else "dari"
        return f"{tidy(result.score, language)} {of} {tidy(result.max, language)}"
    if result.percent is None:
        return "–"
    return f"{tidy(result.percent, language)}%"


def gate_reason(
    node: Group, result: NodeResult, holders: Sequence[tuple[Text, int | None]]
) -> Text:
    """``Level terjaga 1, karena … masih Level 1``; ``holders`` are titles with gated levels."""
    slack = node.gate.slack if node.gate is not None else 0
    return both(
        lambda language: (
            f"{_head(result.gated_level, language)} {_held_by(holders, language)}"
            f"{_allowance(slack, language)}."
        )
    )


def _head(gated: int | None, language: str) -> str:
    if language == "en":
        return "No gated level, because" if gated is None else f"Gated level {gated}, because"
    return "Belum ada level terjaga, karena" if gated is None else f"Level terjaga {gated}, karena"


def _held_by(holders: Sequence[tuple[Text, int | None]], language: str) -> str:
    """Titles by level: ``Akses dan Mutu data masih Level 1``."""
    by_level: dict[int | None, list[str]] = {}
    for title, level in holders:
        by_level.setdefault(level, []).append(f"“{title.in_(language)}”")
    return listed(
        [
            f"{listed(titles, language)} {_still(len(titles), language)} "
            f"{level_words(level).in_(language)}"
            for level, titles in by_level.items()
        ],
        language,
    )


def _still(count: int, language: str) -> str:
    if language == "en":
        return "is still at" if count == 1 else "are still at"
    return "masih"


def _allowance(slack: int, language: str) -> str:
    if slack == 0:
        return ""
    if language == "en":
        return f" (no part may lie more than {slack} level below)"
    return f" (tidak ada bagian yang boleh terpaut lebih dari {slack} level di bawahnya)"


def leaf_reason(leaf: Criterion, result: NodeResult) -> Text:
    """Why a criterion stands where it stands."""
    state = result.reason.state or "unanswered"
    if state == UNMET:
        return Text(
            "Prasyaratnya belum terpenuhi, sehingga tidak memperoleh poin.",
            "Its prerequisite is not met, so it earns no points.",
        )
    if state == "answered":
        return both(lambda language: _answered(leaf, result, language))
    policy = {
        "unanswered": leaf.unanswered,
        "dont-know": leaf.dont_know,
        "not-applicable": leaf.not_applicable,
        "off-path": leaf.off_path,
    }[state]
    name, counted = STATES[state], _COUNTED_AS[policy]
    return Text(f"{name.id}: {counted.id}.", f"{name.en}: {counted.en}.")


def _answered(leaf: Criterion, result: NodeResult, language: str) -> str:
    english = language == "en"
    if result.score is None:
        return "Answered without a score." if english else "Terjawab tanpa nilai."
    earned, high = tidy(result.score, language), tidy(leaf.ceiling, language)
    level = "" if result.level is None else f" → Level {result.level}"
    if leaf.floor > 0:
        low = tidy(leaf.floor, language)
        scale = f"on the scale {low} to {high}" if english else f"pada skala {low} sampai {high}"
        return (
            f"{'The answer stands at' if english else 'Jawaban bernilai'} {earned} {scale}{level}."
        )
    if english:
        return f"The answer earns {earned} of {high} points{level}."
    return f"Jawaban memperoleh {earned} dari {high} poin{level}."
