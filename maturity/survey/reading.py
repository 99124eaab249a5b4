"""From what somebody typed to an accepted answer, tolerantly; and what it earns.

Pure. An answer is kept as one canonical string (an option id, ids joined by commas, a
decimal number, an ISO date, an address, text), so that files, rows and pages agree.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from maturity.scoring.rubric import State
from maturity.survey.instrument import Item, Kind, NumberBand, NumberRule, Text
from maturity.survey.links import UnreadableError, clean, link

__all__ = [
    "DONT_KNOW",
    "NOT_APPLICABLE",
    "Reading",
    "UnreadableError",
    "clean",
    "earn",
    "fold",
    "link",
    "number_points",
    "read",
]

DONT_KNOW = Text("Tidak tahu", "Don't know")
NOT_APPLICABLE = Text("Tidak berlaku", "Not applicable")
MAX_RAW = 20_000
MAX_DIGITS = 20

_DONT_KNOW = {
    "dont-know",
    "don't know",
    "i don't know",
    "dont know",
    "do not know",
    "tidak tahu",
    "tidak-tahu",
}
_NOT_APPLICABLE = {"not-applicable", "not applicable", "n/a", "tidak berlaku", "tidak-berlaku"}
_MONTHS = (
    "januari january jan",
    "februari february feb",
    "maret march mar",
    "april apr",
    "mei may",
    "juni june jun",
    "juli july jul",
    "agustus august agu aug",
    "september sep",
    "oktober october okt oct",
    "november nov",
    "desember december des dec",
)


@dataclass(frozen=True, slots=True)
class Reading:
    """An accepted answer. ``value`` is canonical; empty for answers that are none."""

    state: State
    value: str = ""
    reason: str = ""


def fold(raw: str) -> str:
    """For comparing: trimmed, one space, no case, plain quotes."""
    plain = unicodedata.normalize("NFKC", raw).replace("’", "'").replace("‘", "'")
    return " ".join(plain.split()).casefold()


def read(item: Item, raw: str, *, reason: str = "") -> Reading | None:
    """The accepted answer; None for an empty one. UnreadableError says what is wrong."""
    if len(raw) > MAX_RAW:
        raise UnreadableError(
            f"Jawaban lebih panjang dari {MAX_RAW} karakter.",
            f"The answer is longer than {MAX_RAW} characters.",
        )
    raw, reason = clean(raw), clean(reason)
    folded = fold(raw)
    if not folded or any(folded == fold(blank) for blank in item.question.blanks):
        return None
    if item.options and item.kind is not Kind.MULTIPLE:
        option_id = _spellings(item).get(folded)
        if option_id is not None:
            return Reading(State.ANSWERED, option_id, reason)
    no_answer = _no_answer(item, folded, reason)
    if no_answer is not None:
        return no_answer
    value = _value(item, raw, folded)
    return Reading(State.ANSWERED, value, reason) if value else None


def _no_answer(item: Item, folded: str, reason: str) -> Reading | None:
    if item.kind is Kind.TEXT:
        return None
    if folded in _DONT_KNOW:
        if item.dont_know is None:
            raise UnreadableError(
                "Jawaban “tidak tahu” tidak tersedia untuk pertanyaan ini.",
                "“Don't know” is not offered for this question.",
            )
        return Reading(State.DONT_KNOW, "", reason)
    if folded in _NOT_APPLICABLE:
        if item.claim is None:
            raise UnreadableError(
                "Jawaban “tidak berlaku” tidak tersedia untuk pertanyaan ini.",
                "“Not applicable” is not offered for this question.",
            )
        return Reading(State.NOT_APPLICABLE, "", reason)
    return None


@lru_cache(maxsize=4096)
def _spellings(item: Item) -> dict[str, str]:
    """Every accepted spelling of every option."""
    found: dict[str, str] = {}
    for option in item.options:
        for spelling in (option.label.id, option.label.en, *option.aliases):
            found.setdefault(fold(spelling), option.id)
    found.update({fold(option.id): option.id for option in item.options})
    return found


def _value(item: Item, raw: str, folded: str) -> str:
    match item.kind:
        case Kind.MULTIPLE:
            return _multiple(item, raw)
        case Kind.NUMBER | Kind.PERCENT:
            return _number(item.question.number or NumberRule(), folded)
        case Kind.DATE:
            return _date(folded)
        case Kind.LINK:
            return link(raw)
        case Kind.TEXT:
            return _words(raw, item.question.max_length)
    known = ", ".join(option.id for option in item.options)
    raise UnreadableError(
        f"“{raw[:80]}” bukan salah satu pilihan ({known}).",
        f"“{raw[:80]}” is not one of the options ({known}).",
    )


def _multiple(item: Item, raw: str) -> str:
    spellings = _spellings(item)
    whole = spellings.get(fold(raw))
    if whole is not None:
        return whole
    chosen = set()
    for part in re.split(r"[,;|\n]", raw):
        if not part.strip():
            continue
        option_id = spellings.get(fold(part))
        if option_id is None:
            known = ", ".join(option.id for option in item.options)
            raise UnreadableError(
                f"“{part.strip()[:80]}” bukan salah satu pilihan ({known}).",
                f"“{part.strip()[:80]}” is not one of the options ({known}).",
            )
        chosen.add(option_id)
    none_id = item.question.none_id
    if none_id in chosen and len(chosen) > 1:
        raise UnreadableError(
            "Pilihan “tidak ada” tidak dapat digabung dengan pilihan lain.",
            "“None” cannot be combined with other options.",
        )
    return ",".join(option.id for option in item.options if option.id in chosen)


_THOUSANDS = r"-?[1-9]\d{0,2}(\.\d{3})+(,\d+)?"


def _decimal(rule: NumberRule, folded: str) -> Decimal:
    plain = folded.replace(" ", "").removesuffix("%")
    small = rule.maximum is not None and rule.maximum < 1000
    if re.fullmatch(_THOUSANDS, plain) and not small:
        plain = plain.replace(".", "")
    try:
        number = Decimal(plain.replace(",", "."))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > MAX_DIGITS:
        raise UnreadableError(f"“{folded[:40]}” bukan angka.", f"“{folded[:40]}” is not a number.")
    return number


def _number(rule: NumberRule, folded: str) -> str:
    number = _decimal(rule, folded)
    if rule.integer and number != number.to_integral_value():
        raise UnreadableError(
            "Isilah dengan bilangan bulat.",
            "Enter a whole number.",
        )
    low, high = rule.minimum, rule.maximum
    if (low is not None and number < Decimal(str(low))) or (
        high is not None and number > Decimal(str(high))
    ):
        span = f"{'…' if low is None else f'{low:g}'} – {'…' if high is None else f'{high:g}'}"
        raise UnreadableError(f"Angka harus berada dalam {span}.", f"The number must be in {span}.")
    plain = f"{number.normalize() + 0:f}"
    return f"{plain}0" if re.fullmatch(_THOUSANDS, plain) else plain  # 1.234 reads as 1234


def day(raw: str) -> date | None:
    """A date as people write it; None for an empty text. UnreadableError says what is wrong."""
    folded = fold(clean(raw))
    return date.fromisoformat(_date(folded)) if folded else None


def _date(folded: str) -> str:
    for pattern, order in (
        (r"(\d{4})-(\d{1,2})-(\d{1,2})", (0, 1, 2)),
        (r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})", (2, 1, 0)),
    ):
        found = re.fullmatch(pattern, folded)
        if found:
            year, month, day = (int(found.groups()[place]) for place in order)
            return _iso(year, month, day)
    found = re.fullmatch(r"(\d{1,2}) ([a-z]+) (\d{4})", folded)
    if found:
        for number, names in enumerate(_MONTHS, start=1):
            if found[2] in names.split():
                return _iso(int(found[3]), number, int(found[1]))
    raise UnreadableError("Tulislah tanggal seperti 21-11-2026.", "Write the date as 21-11-2026.")


def _iso(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        raise UnreadableError(
            "Tanggal itu tidak ada.",
            "There is no such date.",
        ) from None


def _words(raw: str, most: int) -> str:
    if len(raw) > most:
        raise UnreadableError(
            f"Teks terlalu panjang: {len(raw)} dari paling banyak {most} karakter.",
            f"The text is too long: {len(raw)} of at most {most} characters.",
        )
    return raw


# --- what an answer earns -------------------------------------------------------------


def earn(item: Item, reading: Reading) -> tuple[State, float]:
    """The cell of an answer sheet: its state and its points (NaN: none in a walk)."""
    if reading.state is not State.ANSWERED or item.criterion is None:
        return (reading.state, 0.0)
    if item.kind is Kind.MULTIPLE:
        chosen = [item.option(one).points or 0.0 for one in reading.value.split(",") if one]
        cap = item.question.cap
        return (State.ANSWERED, sum(chosen) if cap is None else min(sum(chosen), cap))
    if item.kind in (Kind.NUMBER, Kind.PERCENT):
        rule = item.question.number or NumberRule()
        return (State.ANSWERED, number_points(rule, float(reading.value)))
    option = item.option(reading.value)
    state = State.ANSWERED if option.positive else State.STOPS
    return (state, float("nan") if option.points is None else option.points)


def number_points(rule: NumberRule, value: float) -> float:
    """Points of a number: in proportion, or of the band it lies in (0 outside)."""
    if rule.linear is not None:
        return rule.linear * value / 100.0
    for place, band in enumerate(rule.bands):
        first, last = place == 0, place == len(rule.bands) - 1
        if _inside(band, round(value, 9), upper=rule.upper_inclusive, first=first, last=last):
            return band.points
    return 0.0


def _inside(band: NumberBand, value: float, *, upper: bool, first: bool, last: bool) -> bool:
    low = float("-inf") if band.start is None else band.start
    high = float("inf") if band.end is None else band.end
    above = value > low or (value == low and (not upper or first))
    under = value < high or (value == high and (upper or last))
    return above and under
