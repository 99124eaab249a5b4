"""The record's hash chain: the form that is hashed, and what a broken chain shows.

Pure: it knows lines of text, not where they lie. ``docs/record.md`` describes the form, and
``tools/verify_log.py`` reads it once more, on its own, for those who trust no installation.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class Head:
    """The number and hash of a chain's newest entry: to publish, it vouches for all before."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


EMPTY = Head(0, "0" * 64)
"""Before the first entry."""


class What(StrEnum):
    """What happened to an entry."""

    ALTERED = "altered"
    MISSING = "missing"
    MOVED = "moved"
    UNPUBLISHED = "unpublished"  # whole in itself, but not what was published


@dataclass(frozen=True, slots=True)
class Fault:
    """The first entry that is not as it was written."""

    seq: int
    what: What


@dataclass(frozen=True, slots=True)
class Verdict:
    """What holds up to ``head``, and the first fault after it."""

    head: Head
    fault: Fault | None


# --- the form ---------------------------------------------------------------------------


def canonical(value: object) -> str:
    """The one way to write a value: JSON, keys sorted, no spaces, nothing escaped needlessly."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def canonical_data(data: Mapping[str, Any]) -> str:
    """The same for an entry's data; ValueError where two machines could write it differently."""
    _refuse_ambiguous(data)
    text = canonical(data)
    text.encode()  # half a surrogate pair is no text
    return text


def _refuse_ambiguous(value: object) -> None:
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise ValueError("keys of data are texts")
        for below in value.values():
            _refuse_ambiguous(below)
    elif isinstance(value, list | tuple):
        for below in value:
            _refuse_ambiguous(below)
    elif not (value is None or isinstance(value, str | int)):
        raise ValueError(f"data holds texts, whole numbers, yes and no, not {type(value).__name__}")


def moment(at: datetime) -> str:
    """A moment in UTC with its microseconds."""
    if at.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def sha256(text: str) -> str:
    """The SHA-256 of a text's UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def written(fields: Mapping[str, Any], data: str) -> str:
    """An object in canonical form with ``data``, a JSON text, put in as it is.

    So a line shows what is stored, also where somebody bent it.
    """
    texts = {name: canonical(value) for name, value in fields.items()} | {"data": data}
    return "{" + ",".join(f'"{name}":{texts[name]}' for name in sorted(texts)) + "}"


# --- checking ---------------------------------------------------------------------------


def head_from(text: str) -> Head:
    """A head as ``str`` writes it; ValueError otherwise."""
    found = re.fullmatch(r"([0-9]{1,18}):([0-9a-f]{64})", text.strip())
    if found is None:
        raise ValueError(text)
    return Head(int(found[1]), found[2])


def verify(lines: Iterable[str], published: Sequence[Head] = ()) -> Verdict:
    """Follow the chain, one line an entry, and name the first entry that does not fit.

    Without published heads a chain that was cut at its end, or written anew from some entry
    to its end, looks whole.
    """
    rest, last = iter(lines), EMPTY
    for line in rest:
        entry = _read(line)
        fault = _fault(entry, last, rest)
        if entry is None or fault is not None:
            return Verdict(last, fault)
        last = Head(last.seq + 1, entry["hash"])
        if any(head.seq == last.seq and head != last for head in published):
            return Verdict(last, Fault(last.seq, What.UNPUBLISHED))
    if any(head.seq > last.seq for head in published):
        return Verdict(last, Fault(last.seq + 1, What.MISSING))
    return Verdict(last, None)


def _read(line: str) -> dict[str, Any] | None:
    """An entry in canonical form that fits its own hash, else None."""
    try:
        found = json.loads(line)
        if not isinstance(found, dict) or canonical(found) != line:
            return None
        body = {name: value for name, value in found.items() if name != "hash"}
        return found if found.get("hash") == sha256(canonical(body)) else None
    except (ValueError, RecursionError):
        return None


def _fault(entry: dict[str, Any] | None, last: Head, rest: Iterator[str]) -> Fault | None:
    """What is wrong with the entry that stands after ``last``."""
    place = last.seq + 1
    if entry is None:
        return Fault(place, What.ALTERED)
    if entry.get("seq") != place:
        later = (other for other in map(_read, rest) if other is not None)
        moved = any(other.get("seq") == place for other in later)
        return Fault(place, What.MOVED if moved else What.MISSING)
    if entry.get("previous") == last.hash:
        return None
    # One of the two was given a new hash: not this one, if the next was written after it.
    following = _read(next(rest, ""))
    vouched = following is None or following.get("previous") == entry["hash"]
    return Fault(last.seq if vouched and last.seq else place, What.ALTERED)
