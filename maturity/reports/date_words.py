"""Days in Indonesian words, as official papers write them."""

from __future__ import annotations

from datetime import date

from maturity.web import MONTHS_ID

_SMALL = (
    "nol", "satu", "dua", "tiga", "empat", "lima",
    "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas",
)  # fmt: skip
_STEPS = ((1000, "ribu", "seribu"), (100, "ratus", "seratus"), (10, "puluh", "sepuluh"))


def in_words(day: date) -> str:
    """A day in words.

    >>> in_words(date(2026, 11, 21))
    'tanggal dua puluh satu bulan November tahun dua ribu dua puluh enam'
    """
    month = MONTHS_ID[day.month - 1]
    return f"tanggal {number(day.day)} bulan {month} tahun {number(day.year)}"


def number(value: int) -> str:
    """A whole number from 0 to 9999 in words."""
    if value < 12:
        return _SMALL[value]
    if value < 20:
        return f"{_SMALL[value - 10]} belas"
    size, many, one = next(step for step in _STEPS if value >= step[0])
    count, rest = divmod(value, size)
    head = one if count == 1 else f"{_SMALL[count]} {many}"
    return f"{head} {number(rest)}" if rest else head
