"""The findings of a round's report: sentences made from its numbers by stated rules. Pure.

None ranks offices, tells of a group below the threshold, or compares groups without their sizes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from maturity.dashboards.summary import LevelCounts
from maturity.dashboards.weak import WeakVariable
from maturity.reports.words import listed
from maturity.round_reports.facts import RoundReport
from maturity.round_reports.shown import Shown
from maturity.survey.models import Stage
from maturity.survey.stage_words import STAGE_NAMES

WEAK_VARIABLES = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence; ``id`` names the rule that made it."""

    id: str
    words: str


def findings(report: RoundReport) -> tuple[Finding, ...]:
    """All that can be said of this report, in the order of reading."""
    shown = Shown(report.frame, report.language)
    rules = ALWAYS if not report.told else (*ALWAYS, *OF_RESULTS)
    found = ((rule.__name__.strip("_"), rule(report, shown)) for rule in rules)
    return tuple(Finding(name, words) for name, words in found if words)


# --- how far the round is -------------------------------------------------------------


def _coverage(report: RoundReport, shown: Shown) -> str:
    say, counts = shown.say, report.view.counts
    if not counts.total:
        if report.province is None:
            return say("Tidak ada kantor dalam periode ini.", "No office is in this round.")
        return say(
            "Tidak ada kabupaten atau kota provinsi ini dalam periode ini.",
            "No regency or city of this province is in this round.",
        )
    total = shown.offices(counts.total)
    if counts.submitted == counts.total:
        return say(
            f"Semua kantor sudah mengajukan penilaian: {total}.",
            f"All have handed in their assessment: {total}.",
        )
    busy, idle = shown.number(counts.in_progress, 0), shown.number(counts.not_started, 0)
    rest = say(f"{busy} sedang diisi dan {idle} belum dimulai",
               f"{busy} in progress and {idle} not started")  # fmt: skip
    if not counts.submitted:
        return say(
            f"Belum ada kantor yang mengajukan penilaian, dari {total}; {rest}.",
            f"None of {total} has handed in an assessment; {rest}.",
        )
    few = shown.of(counts.submitted, counts.total)
    return say(f"{few} sudah mengajukan penilaian; {rest}.",
               f"{few} {_have(counts.submitted)} handed in; {rest}.")  # fmt: skip


def _stage(report: RoundReport, shown: Shown) -> str:
    if report.stage is Stage.SELF or report.scored == report.view.counts.submitted:
        return ""
    name, few = STAGE_NAMES[report.stage].in_(report.language), shown.offices(report.scored)
    submitted = shown.number(report.view.counts.submitted, 0)
    return shown.say(
        f"Hasil tahap “{name}” sudah ada pada {few}, dari {submitted} yang mengajukan.",
        f"Results of the stage “{name}” exist for {few}, of {submitted} that handed in.",
    )


def _own(report: RoundReport, shown: Shown) -> str:
    if report.province is None:
        return ""
    say, own = shown.say, report.province.own
    if own is None:
        return say("Kantor provinsi sendiri tidak ikut dalam periode ini.",
                   "The province's own office is not in this round.")  # fmt: skip
    if own.result is None:
        return say("Kantor provinsi sendiri belum memiliki hasil pada tahap ini.",
                   "The province's own office has no result at this stage yet.")  # fmt: skip
    value = f"{shown.measure} {shown.value(own.index)}"
    if report.frame.level(own.level) is None:
        return say(f"Kantor provinsi sendiri: {value}.", f"The province's own office: {value}.")
    level = shown.level(own.level)
    return say(
        f"Kantor provinsi sendiri berada pada {level} ({value}).",
        f"The province's own office stands at {level} ({value}).",
    )


def _few(report: RoundReport, shown: Shown) -> str:
    if report.told or not report.scored:
        return ""
    few, least = shown.offices(report.scored), shown.offices(report.threshold)
    return shown.say(
        f"Hasil gabungan tidak ditampilkan: baru {few} memiliki nilai, kurang dari batas {least}.",
        f"Joint results are not shown: {few} with a score, fewer than the threshold of {least}.",
    )


# --- what the results are -------------------------------------------------------------


def commonest(counts: Mapping[int | None, int]) -> tuple[list[int], int]:
    """The levels that most offices have (several where they tie), and how many have each."""
    known = {level: count for level, count in counts.items() if level is not None and count}
    most = max(known.values(), default=0)
    return sorted(level for level, count in known.items() if count == most), most


def _levels(report: RoundReport, shown: Shown) -> str:
    if not shown.has_levels:
        return ""
    whole, *kinds = report.view.levels
    words = level_words(whole, shown)
    big = [one for one in kinds if one.total >= report.threshold]
    if not words or len(big) < 2:
        return words and f"{words}."
    each = "; ".join(f"{shown.frame.kind(one.kind)} {_short(one, shown)}" for one in big)
    return shown.say(f"{words}. Menurut jenis: {each}.", f"{words}. By kind: {each}.")


def level_words(one: LevelCounts, shown: Shown) -> str:
    """``Level 2, Berkembang, paling banyak: 20 dari 38 kantor (52,6%)``; "" without levels."""
    levels, count = commonest(one.by_index)
    if not levels:
        return ""
    few = shown.of(count, one.total)
    if len(levels) == 1:
        level = shown.level(levels[0])
        return shown.say(f"{level}, paling banyak: {few}", f"{level}, is commonest: {few}")
    names = _names(levels, shown)
    return shown.say(f"{names} sama banyak, masing-masing {few}",
                     f"{names} are equally common, each {few}")  # fmt: skip


def _short(one: LevelCounts, shown: Shown) -> str:
    levels, count = commonest(one.by_index)
    names, total = _names(levels, shown) or "–", shown.number(one.total, 0)
    few = shown.number(count, 0)
    each = shown.say("masing-masing ", "each ") if len(levels) > 1 else ""
    return shown.say(f"{names} ({each}{few} dari {total})", f"{names} ({each}{few} of {total})")


def _names(levels: list[int], shown: Shown) -> str:
    return listed([f"Level {level}" for level in levels], shown.language)


def _gated(report: RoundReport, shown: Shown) -> str:
    """How often the gate holds offices below the level of their index."""
    rows = [row for row in report.rows if row.level is not None]
    held = sum((row.gated or 0) < (row.level or 0) for row in rows)
    if not shown.has_levels or not held:
        return ""
    few = shown.of(held, len(rows))
    return shown.say(
        f"Pada {few} level terjaga lebih rendah daripada level, karena ada bagian yang tertinggal.",
        f"In {few} the gated level is below the level, because some part lags behind.",
    )


def _spread(report: RoundReport, shown: Shown) -> str:
    whole = report.view.index
    if whole is None or whole.count < report.threshold:
        return ""
    low, high, middle = (shown.value(one) for one in (whole.lower, whole.upper, whole.median))
    return shown.say(
        f"Median {shown.measure} adalah {middle}; separuh kantor berada antara {low} dan {high}.",
        f"The median {shown.measure} is {middle}; half of the offices lie between {low} and "
        f"{high}.",
    )


def _parts(report: RoundReport, shown: Shown) -> str:
    parts = report.parts()
    lowest = [one for one in parts if one.part and one.part.depth == 1] or list(parts)
    if len(lowest) < 2:
        return ""
    weak = min(lowest, key=lambda one: one.median)
    strong = max(lowest, key=lambda one: one.median)
    if weak.part is None or strong.part is None or weak.median == strong.median:
        return ""
    low, high = shown.value(weak.median), shown.value(strong.median)
    return shown.say(
        f"Bagian terlemah adalah “{weak.part.title}” (median {low}), terkuat "
        f"“{strong.part.title}” (median {high}).",
        f"The weakest part is “{weak.part.title}” (median {low}), the strongest "
        f"“{strong.part.title}” (median {high}).",
    )


def _variables(report: RoundReport, shown: Shown) -> str:
    weak = weakest_variables(report)
    if not weak:
        return ""
    each = listed([_variable(one, shown) for one in weak], report.language)
    lower = _names([level.number for level in report.frame.lower], shown)
    if lower:
        return shown.say(
            f"Variabel yang paling sering berada pada level bawah ({lower}): {each}.",
            f"Variables most often at a low level ({lower}): {each}.",
        )
    return shown.say(f"Variabel yang paling sering di bawah separuh: {each}.",
                     f"Variables most often below half: {each}.")  # fmt: skip


def weakest_variables(report: RoundReport) -> list[WeakVariable]:
    """Those in which the largest shares of offices are low."""
    return [one for one in report.variables if one.low][:WEAK_VARIABLES]


def _variable(one: WeakVariable, shown: Shown) -> str:
    few, total = shown.number(one.low, 0), shown.number(one.count, 0)
    return f"“{one.variable.title}” ({few} {shown.say('dari', 'of')} {total})"


def _provinces(report: RoundReport, shown: Shown) -> str:
    if len(report.areas) < 2:
        return ""
    low = min(report.areas, key=lambda one: one.spread.median)
    high = max(report.areas, key=lambda one: one.spread.median)
    ends = [f"{shown.value(one.spread.median)} ({one.name}, {shown.offices(one.spread.count)})"
            for one in (low, high)]  # fmt: skip
    words = shown.say(
        f"Median kabupaten/kota per provinsi terentang dari {ends[0]} sampai {ends[1]}",
        f"The medians of regencies and cities by province reach from {ends[0]} to {ends[1]}",
    )
    if low.spread.upper < high.spread.lower:
        return f"{words}."
    return shown.say(
        f"{words}; separuh tengah kedua provinsi bertumpang tindih, sehingga selisihnya belum "
        "tentu berarti.",
        f"{words}; the middle halves of the two overlap, so the difference may mean nothing.",
    )


def _gap(report: RoundReport, shown: Shown) -> str:
    gap = report.gap
    if gap is None:
        return ""
    lower, same, higher = (
        shown.number(one, 0) for one in (gap.claimed_higher, gap.same, gap.claimed_lower)
    )
    return shown.say(
        f"Pada {shown.offices(gap.count)} yang sudah diverifikasi, nilai verifikasi berbeda "
        f"{shown.step(-gap.median)} (median) dari nilai mandiri: lebih rendah pada {lower}, sama "
        f"pada {same}, lebih tinggi pada {higher}.",
        f"In {shown.offices(gap.count)} with verification, the verified {shown.measure} differs "
        f"by {shown.step(-gap.median)} (median) from the self-assessed one: lower in {lower}, "
        f"equal in {same}, higher in {higher}.",
    )


def _change(report: RoundReport, shown: Shown) -> str:
    changes = report.view.changes
    if not report.earlier or not changes.compared + changes.incomparable:
        return ""
    if changes.compared < max(report.threshold, 1):
        return shown.say(
            f"Perubahan sejak {report.earlier} tidak ditampilkan: hanya "
            f"{shown.offices(changes.compared)} yang hasilnya dapat dibandingkan.",
            f"Change since {report.earlier} is not shown: only "
            f"{shown.offices(changes.compared)} with results that compare.",
        )
    step, few = shown.step(changes.median), shown.offices(changes.compared)
    words = shown.say(
        f"Sejak {report.earlier} {shown.measure} berubah {step} (median {few} yang dapat "
        "dibandingkan)",
        f"Since {report.earlier} the {shown.measure} changed by {step} (median of {few} that "
        "compare)",
    )
    if not shown.has_levels:
        return f"{words}."
    up, same, down = (shown.number(one, 0) for one in (changes.up, changes.same, changes.down))
    return shown.say(
        f"{words}; level naik pada {up}, tetap pada {same}, dan turun pada {down}.",
        f"{words}; the level rose in {up}, stayed in {same} and fell in {down}.",
    )


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


Rule = Callable[[RoundReport, Shown], str]
ALWAYS: tuple[Rule, ...] = (_coverage, _stage, _own, _few)
OF_RESULTS: tuple[Rule, ...] = (
    _levels, _gated, _spread, _parts, _variables, _provinces, _gap, _change,
)  # fmt: skip
