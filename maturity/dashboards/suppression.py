"""Which groups of offices may be told about without telling of a few of them. Pure.

A group is told of only while every piece that all told groups cut each other into holds either
none or at least so many offices that the reader may not look at one by one. Rule, source and
what it does not protect against: ``docs/comparison.md``.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import TypeVar

import numpy as np

Name = TypeVar("Name", bound=Hashable)
Crossed = tuple[str | None, str | None]
TOTAL: Crossed = (None, None)


def tellable(
    groups: Mapping[Name, Collection[str]],
    *,
    hidden: Collection[str],
    threshold: int | None,
) -> frozenset[Name]:
    """The groups that may be told of; those that come first are kept first.

    ``groups``: name -> members, ALL groups that the reader may ever ask for, in one order.
    ``hidden``: whom the reader may not look at one by one. ``threshold`` None: nothing is told
    that holds anybody hidden. A group without anybody hidden is always told.
    """
    units = sorted(set(hidden))
    place = {unit: number for number, unit in enumerate(units)}
    pieces = np.zeros(len(units), dtype=np.intp)
    covered = np.zeros(len(units), dtype=bool)
    told: set[Name] = set()
    for name, members in groups.items():
        inside = np.zeros(len(units), dtype=bool)
        inside[[place[one] for one in members if one in place]] = True
        if inside.any():
            if threshold is None:
                continue
            _, finer, sizes = np.unique(
                pieces * 2 + inside, return_inverse=True, return_counts=True
            )
            if (sizes[finer][covered | inside] < threshold).any():
                continue
            pieces, covered = finer, covered | inside
        told.add(name)
    return frozenset(told)


def crossed(
    rows: Mapping[str, str | None], columns: Mapping[str, str | None], units: Sequence[str]
) -> dict[Crossed, tuple[str, ...]]:
    """The groups of a table with totals: (row, column) -> units, None standing for all.

    ``rows`` and ``columns``: unit -> row or column; None: in no single row or column. Widest
    first, so that totals are kept and small cells go.
    """
    found: dict[Crossed, list[str]] = {}
    for unit in units:
        row, column = rows.get(unit), columns.get(unit)
        for name in {TOTAL, (row, None), (None, column), (row, column)}:
            if name == TOTAL or any(name):
                found.setdefault(name, []).append(unit)
    both = {TOTAL: 0}
    order = sorted(
        found,
        key=lambda one: (both.get(one, 1), -len(found[one]), one[0] or "", one[1] or ""),
    )
    return {name: tuple(found[name]) for name in order}
