"""One page of a long list."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

ROWS = 50
_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class Part(Generic[_Row]):
    """Some rows of ``total``; ``first`` and ``last`` count from 1."""

    rows: Sequence[_Row]
    page: int
    pages: int
    total: int
    first: int
    last: int


def part_of(rows: Sequence[_Row], page: int, *, size: int = ROWS) -> Part[_Row]:
    """The page asked for; the last one for a page beyond the end."""
    pages = max(1, math.ceil(len(rows) / size))
    page = min(page, pages)
    start = (page - 1) * size
    shown = rows[start : start + size]
    return Part(shown, page, pages, len(rows), start + 1 if shown else 0, start + len(shown))


def page_said(text: str) -> int:
    """The page that an address asks for; the first for nonsense."""
    return int(text) if re.fullmatch(r"[1-9][0-9]{0,5}", text) else 1
