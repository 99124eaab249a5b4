"""Passwords: how they are kept, and which are refused."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 200
ENOUGH_OF_ITS_OWN = 8
"""So many characters must remain when everything that is easily guessed is taken out."""

COMMON = (
    "password", "passw0rd", "p@ssw0rd", "p@ssword", "katasandi", "sandi", "rahasia", "admin",
    "administrator", "operator", "qwerty", "qwertyuiop", "asdfgh", "zxcvbn", "letmein", "welcome",
    "selamat", "datang", "pagi", "indonesia", "merdeka", "garuda", "pancasila", "bismillah",
    "alhamdulillah", "sayang", "cinta", "jakarta", "pemilu", "pilkada", "pilpres", "pemilihan",
    "umum", "komisi", "kabupaten", "kota", "provinsi", "maturitas", "terbuka", "data", "kpu", "kip",
    "anjing", "doraemon", "iloveyou", "monkey", "dragon", "master", "login", "user", "test",
)  # fmt: skip
ROWS = ("0123456789", "9876543210", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl")

_hasher = PasswordHasher()
# The hash of a random text that was thrown away: unknown accounts are checked against it.
_NOBODYS = (
    "$argon2id$v=19$m=65536,t=3,p=4$Cx5VLgug2qNga8UpK5eGAA"
    "$sT6vOx/UmppWsVZfkhjb6BWCI5U0aI7rFalPLu8PJ0I"
)


class Weakness(StrEnum):
    """Why a password is refused."""

    SHORT = "short"
    LONG = "long"
    GUESSABLE = "guessable"


def hashed(password: str) -> str:
    """The argon2 hash to keep (takes some 50 ms: never inside a writing session)."""
    return _hasher.hash(_plain(password))


def matches(stored: str | None, password: str) -> bool:
    """Whether this is the password; the same work is done where there is none."""
    try:
        _hasher.verify(stored or _NOBODYS, _plain(password))
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def is_outdated(stored: str | None) -> bool:
    """Whether a hash was made with weaker parameters than today's."""
    return stored is not None and _hasher.check_needs_rehash(stored)


def weakness(password: str, own: Iterable[str] = ()) -> Weakness | None:
    """Why a new password is refused; ``own``: the person's e-mail, name and offices."""
    plain = _plain(password)
    if len(plain) < SHORTEST:
        return Weakness.SHORT
    if len(plain) > LONGEST:
        return Weakness.LONG
    rest = plain.casefold()
    for word in sorted({*COMMON, *_words(own)}, key=len, reverse=True):
        rest = rest.replace(word, "")
    rest = _without_rows(re.sub(r"(19|20)\d\d|(.)\2{2,}", "", rest))
    if len(rest) < ENOUGH_OF_ITS_OWN or len(set(rest)) < 5:
        return Weakness.GUESSABLE
    return None


def _plain(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def _words(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in re.findall(r"[^\W_]{3,}", text.casefold())}


def _without_rows(text: str) -> str:
    for row in ROWS:
        for start in range(len(row) - 3):
            text = text.replace(row[start : start + 4], "")
    return text
