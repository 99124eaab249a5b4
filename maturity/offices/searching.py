"""Which offices somebody means by a few typed words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

SHORT_FORMS = {"kab": "kabupaten", "prov": "provinsi", "regency": "kabupaten", "city": "kota"}
TITLES = frozenset({"kpu", "kip", "provinsi", "kabupaten", "kota"})


class Named(Protocol):
    """An office's code and names."""

    @property
    def code(self) -> str:
        """``0``, ``36`` or ``36.71``."""

    @property
    def short_name(self) -> str:
        """As tables show it."""

    @property
    def name_id(self) -> str:
        """The official name."""

    @property
    def name_en(self) -> str:
        """The official name in English."""


def typed_words(text: str) -> str:
    """At most 80 signs, without control characters and needless spaces."""
    plain = "".join(sign if sign.isprintable() else " " for sign in text[:400])
    return " ".join(plain.split())[:80].rstrip()


def nearness(office: Named, words: str, *, province: str) -> int | None:
    """How near an office is to the searched words, 0 nearest; None: not at all.

    The place alone decides, so a regency and a city of one name are equally near.
    ``province``: the name of the office's province.
    """
    wanted = _words(words)
    own = _words(office.short_name)
    place = [word for word in own if word not in TITLES]
    place_wanted = [word for word in wanted if word not in TITLES]
    if wanted == [office.code]:
        return 0
    more = _words(f"{office.name_id} {office.name_en} {office.code}")
    if _all_begin(wanted, own + more):
        if place == place_wanted:
            return 0
        return 1 if place[: len(place_wanted)] == place_wanted else 2
    return 3 if wanted and _all_begin(wanted, own + more + _words(province)) else None


def _words(text: str) -> list[str]:
    plain = re.findall(r"[a-z0-9]+(?:\.[0-9]+)?", text.casefold())
    return [SHORT_FORMS.get(word, word) for word in plain]


def _all_begin(wanted: Sequence[str], words: Sequence[str]) -> bool:
    return bool(wanted) and all(any(word.startswith(w) for word in words) for w in wanted)
