"""What a receipt seals: everything an office handed in, as one text that hashes one way.

``docs/sign-off.md`` describes the form for those who want to hash it on their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from maturity.survey import chain

FORMAT = "maturity-statement/1"
CODE = 16
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: nobody has to guess what was meant
_MEANT = str.maketrans("ILO", "110")
_DIGEST = re.compile("[0-9a-f]{64}")


class Said(NamedTuple):
    """An answer that was accepted."""

    state: str
    value: str
    reason: str
    note: str


@dataclass(frozen=True, slots=True)
class About:
    """Whose statement it is, and by which instrument."""

    office: str
    round_slug: str
    instrument: str
    fingerprint: str
    scorecard: str


@dataclass(frozen=True, slots=True)
class Statement:
    """The text that is hashed, with what a paper tells of it."""

    text: str
    answers: int
    evidence: int

    @property
    def digest(self) -> str:
        """The SHA-256 of the text's UTF-8."""
        return chain.sha256(self.text)


def statement(
    about: About,
    *,
    answers: Mapping[str, Said],
    links: Mapping[str, Iterable[str]],
    files: Mapping[str, Iterable[str]],
) -> Statement:
    """All accepted answers by item key; links and SHA-256 of files by question."""
    shown = {
        key: {"links": sorted(links.get(key, ())), "files": sorted(files.get(key, ()))}
        for key in {*links, *files}
    }
    text = chain.canonical_data(
        {
            "format": FORMAT,
            "office": about.office,
            "round": about.round_slug,
            "instrument": about.instrument,
            "fingerprint": about.fingerprint,
            "scorecard": about.scorecard,
            "answers": {key: one._asdict() for key, one in answers.items()},
            "evidence": shown,
        }
    )
    pieces = sum(len(one["links"]) + len(one["files"]) for one in shown.values())
    return Statement(text, len(answers), pieces)


# --- codes ------------------------------------------------------------------------------


def code_of(chance: bytes) -> str:
    """The code that ten random bytes make: 80 bits, so that nobody finds one by trying."""
    number = int.from_bytes(chance, "big")
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in reversed(range(CODE)))


def grouped(text: str, size: int, between: str) -> str:
    """``7K3M-QX2P-…``: long codes and digests as people can compare them."""
    return between.join(text[at : at + size] for at in range(0, len(text), size))


def typed(said: str) -> str:
    """The code or digest somebody typed or pasted; empty where it can be neither.

    Spaces, hyphens, small letters, the whole address, and I, L, O for 1, 1, 0 are all right.
    """
    plain = re.sub(r"[\W_]", "", said.strip().rstrip("/").rsplit("/", 1)[-1])
    if _DIGEST.fullmatch(plain.lower()):
        return plain.lower()
    code = plain.upper().translate(_MEANT)
    return code if len(code) == CODE and set(code) <= set(_ALPHABET) else ""
