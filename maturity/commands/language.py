"""In which language the commands speak, and how they write numbers."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import ROUND_HALF_UP, Decimal

LANGUAGES = ("id", "en")
_SPOKEN: ContextVar[str] = ContextVar("language", default="id")


def asked_for(words: Sequence[str]) -> str:
    """The language of ``--lang``, else of ``MATURITY_LANG``, else Indonesian."""
    asked = os.environ.get("MATURITY_LANG", "")
    for place, word in enumerate(words):
        if word == "--lang" and place + 1 < len(words):
            asked = words[place + 1]
        elif word.startswith("--lang="):
            asked = word.removeprefix("--lang=")
    return asked if asked in LANGUAGES else LANGUAGES[0]


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak one language for a while."""
    token = _SPOKEN.set(language)
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def spoken() -> str:
    """The language spoken now."""
    return _SPOKEN.get()


def say(indonesian: str, english: str) -> str:
    """The words in the language spoken now."""
    return english if spoken() == "en" else indonesian


def warn(words: str) -> None:
    """One line to the standard error output."""
    sys.stderr.write(f"maturity: {words}\n")


def figure(value: float | None, places: int = 1) -> str:
    """A number for people: rounded once, half up, with the language's decimal mark."""
    if value is None:
        return "–"
    exact = Decimal(str(round(value, 9))).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{exact + 0:,f}"
    if spoken() == "en":
        return text
    return text.replace(",", " ").replace(".", ",").replace(" ", ".")


def trimmed(value: float | None) -> str:
    """A number for people with up to two decimals, and none that are zero."""
    text = figure(value, 2)
    mark = say(",", ".")
    return text.rstrip("0").rstrip(mark) if mark in text else text


def percent(value: float | None) -> str:
    """A percentage 0..100 for people."""
    return "–" if value is None else figure(value) + say(" %", "%")
