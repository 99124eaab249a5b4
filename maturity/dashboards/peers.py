"""Which offices are compared with which: groups by kind, province and profile. Pure.

Only what is known of every office is used: kind, province, island region, for provinces how many
regencies and cities they have; and where somebody brought the numbers in, registered voters and
electoral districts. Groups are classes, the same for every office in them: lists of
nearest neighbours would differ by single offices and so give these away.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from maturity.dashboards.queries import Standing
from maturity.dashboards.suppression import TOTAL, crossed
from maturity.offices.registry import OfficeKind, load_registry

ISLANDS = {
    "1": "sumatera", "2": "sumatera", "3": "jawa", "5": "bali-nusa-tenggara", "6": "kalimantan",
    "7": "sulawesi", "8": "maluku-papua", "9": "maluku-papua",
}  # fmt: skip
"""First digit of an area code -> island region, as in official statistics."""
SIZES = {"small": (1, 8), "middle": (9, 14), "large": (15, None)}
"""Provinces by how many regencies and cities they have: (from, to)."""
VOTERS: Mapping[str, Sequence[int]] = {
    OfficeKind.PROVINCE: (1_500_000, 4_000_000),
    OfficeKind.REGENCY: (150_000, 400_000),
    OfficeKind.CITY: (150_000, 400_000),
}
"""Where classes of registered voters begin, after the lowest; the same in every round."""
DISTRICTS: Mapping[str, Sequence[int]] = {
    OfficeKind.PROVINCE: (7, 10),
    OfficeKind.REGENCY: (4, 6),
    OfficeKind.CITY: (4, 6),
}
"""The same of electoral districts."""
MEMBERS = (OfficeKind.REGENCY, OfficeKind.CITY)
ALL = "all"


@dataclass(frozen=True, slots=True)
class Group:
    """Offices that are compared together, by code; "" where a feature is not used.

    ``profile`` is an island region, for provinces one of ``SIZES``, or what ``measure`` names:
    "voters" or "districts" ``at_least`` and below ``below``, None for no end.
    """

    id: str
    kind: str
    province: str
    profile: str
    members: tuple[str, ...]
    measure: str = ""
    at_least: int | None = None
    below: int | None = None


def groups_of(rows: Iterable[Standing]) -> dict[str, Group]:
    """All groups of the offices that have an index, by id, widest first.

    KPU RI is in none: it has no peer.
    """
    scored = [row for row in rows if row.index is not None and row.kind != OfficeKind.NATIONAL]
    codes = [row.code for row in scored]
    kind_of: dict[str, str | None] = {row.code: row.kind for row in scored}
    below: dict[str, str | None] = {
        row.code: row.province if row.kind in MEMBERS else None for row in scored
    }
    table = crossed(kind_of, below, codes)
    found = [_of_table(name[0], name[1], members) for name, members in table.items()]
    found += _profiles(scored)
    found += _classes(scored, "voters", VOTERS) + _classes(scored, "districts", DISTRICTS)
    found.sort(key=lambda one: (_width(one), -len(one.members), one.id))
    return {group.id: group for group in found}


def _of_table(kind: str | None, province: str | None, members: tuple[str, ...]) -> Group:
    words = {(kind, None): f"kind-{kind}", (None, province): f"province-{province}", TOTAL: ALL}
    name = words.get((kind, province), f"kind-{kind}-{province}")
    return Group(name, kind or "", province or "", "", members)


def _profiles(rows: Sequence[Standing]) -> list[Group]:
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        profile = profile_of(row.code, row.kind)
        if profile:
            found.setdefault((row.kind, profile), []).append(row.code)
    return [
        Group(f"profile-{kind}-{profile}", kind, "", profile, tuple(members))
        for (kind, profile), members in found.items()
    ]


def _classes(
    rows: Sequence[Standing], measure: str, bounds: Mapping[str, Sequence[int]]
) -> list[Group]:
    """Offices of a kind in the same class of a number, as far as it is known of them."""
    found: dict[tuple[str, int], list[str]] = {}
    for row in rows:
        number: int | None = getattr(row, measure)
        if number is not None and row.kind in bounds:
            place = bisect_right(bounds[row.kind], number)
            found.setdefault((row.kind, place), []).append(row.code)
    return [
        _class(kind, measure, (None, *bounds[kind], None)[place : place + 2], tuple(members))
        for (kind, place), members in found.items()
    ]


def _class(kind: str, measure: str, ends: Sequence[int | None], members: tuple[str, ...]) -> Group:
    low, high = ends
    profile = f"{measure}-{low or 0}"
    name = f"profile-{kind}-{profile}"
    return Group(name, kind, "", profile, members, measure=measure, at_least=low, below=high)


def _width(group: Group) -> int:
    """Classes of numbers come last, so that whoever brings these in hides nothing shown before."""
    if group.measure:
        return 4
    return 3 if group.province else 2 if group.profile else 1 if group.kind else 0


def profile_of(code: str, kind: str) -> str:
    """The profile of an office within its kind; "" where the register does not know it."""
    if kind == OfficeKind.PROVINCE:
        count = members_of_province().get(code, 0)
        return next((name for name, (low, high) in SIZES.items()
                     if low <= count and (high is None or count <= high)), "")  # fmt: skip
    return ISLANDS.get(code[0], "") if kind in MEMBERS and code in _register() else ""


@cache
def members_of_province() -> Mapping[str, int]:
    """Province -> how many regencies and cities the register has in it."""
    return Counter(one.province for one in load_registry() if one.kind in MEMBERS and one.province)


@cache
def _register() -> frozenset[str]:
    return frozenset(one.code for one in load_registry())


def peers_of(code: str, groups: Mapping[str, Group]) -> list[Group]:
    """The groups an office is looked at in: its kind, its kind in the province, its profiles.

    Where it stands alone is no group.
    """
    mine = [
        group
        for group in groups.values()
        if group.kind and code in group.members and len(group.members) > 1
    ]
    return sorted(mine, key=_nearness)


def _nearness(group: Group) -> int:
    if group.measure:
        return 2 if group.measure == "voters" else 4
    return 3 if group.profile else 1 if group.province else 0


def own_first(groups: Mapping[str, Group], offices: Iterable[str]) -> dict[str, Group]:
    """The same groups, those of somebody's own offices before all others."""
    mine = [group.id for code in sorted(offices) for group in peers_of(code, groups)]
    return {name: groups[name] for name in dict.fromkeys([*mine, *groups])}
