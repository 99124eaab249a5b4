"""The table of offices: what was asked of it in the address, and the rows that answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from maturity.dashboards.queries import Standing
from maturity.dashboards.stage_choice import SHOWN
from maturity.offices.registry import OfficeKind
from maturity.offices.searching import nearness, typed_words
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.paging import page_said, part_of

STATES = tuple(str(state) for state in AssessmentState)
KINDS = tuple(str(kind) for kind in OfficeKind)
SCORES = ("level", "gated", "index", "change")
Key = Callable[[Standing], float | str | None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What the reader asked for. ``sort`` is a column's name; "" is the best order: by
    nearness to the searched words, else by code. ``stage`` "" leaves that to the round."""

    q: str = ""
    kind: str = ""
    province: str = ""
    state: str = ""
    level: str = ""
    sort: str = ""
    down: bool = False
    page: int = 1
    stage: str = ""

    def keeps(self, kind: str, province: str | None) -> bool:
        """Whether the filters of the whole page let an office through."""
        return self.kind in ("", kind) and self.province in ("", province)

    @property
    def whole(self) -> dict[str, str]:
        """The part of the address that the whole page follows: stage, kind, province."""
        found = {"stage": self.stage, "kind": self.kind, "province": self.province}
        return {name: value for name, value in found.items() if value}

    @property
    def filtered(self) -> bool:
        """Whether some offices may be left out."""
        return any((self.q, self.kind, self.province, self.state, self.level))

    @property
    def by_score(self) -> bool:
        """Whether the order is one of scores."""
        return self.sort in SCORES

    def address(self, **changes: str | bool | int) -> dict[str, str]:
        """The query of an address that asks for this; what is as usual is left out."""
        wish = replace(self, **changes)  # type: ignore[arg-type]
        sort = ("-" if wish.down else "") + wish.sort if wish.sort else ""
        page = str(wish.page) if wish.page > 1 else ""
        found = {"q": wish.q, "kind": wish.kind, "province": wish.province, "state": wish.state,
                 "level": wish.level, "stage": wish.stage, "sort": sort, "page": page}  # fmt: skip
        return {name: value for name, value in found.items() if value}


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the table. ``first`` and ``last`` count from 1 among ``total`` rows."""

    wish: Wish
    rows: Sequence[Standing]
    total: int
    pages: int
    first: int
    last: int


def read_wish(
    args: Mapping[str, str],
    *,
    provinces: Sequence[str],
    levels: Sequence[int],
    kinds: Sequence[str] = (),
) -> Wish:
    """What an address asks for; anything unknown counts as not asked.

    ``kinds``: those of the instrument beside the register's.
    """

    def one_of(name: str, known: Sequence[str]) -> str:
        value = args.get(name, "")
        return value if value in known else ""

    sort = args.get("sort", "")[:20]
    column = sort.removeprefix("-")
    return Wish(
        q=typed_words(args.get("q", "")),
        kind=one_of("kind", (*KINDS, *kinds)),
        province=one_of("province", provinces),
        state=one_of("state", STATES),
        level=one_of("level", [str(level) for level in levels]),
        sort=column if column in COLUMNS else "",
        down=column in COLUMNS and sort.startswith("-"),
        page=page_said(args.get("page", "")),
        stage=one_of("stage", SHOWN),
    )


def choose(
    rows: Sequence[Standing], wish: Wish, *, locale: str, provinces: Mapping[str, str]
) -> list[Standing]:
    """The rows asked for, in the order asked for. ``provinces``: code -> name."""
    kept = [row for row in rows if _matches(row, wish)]
    if wish.q:
        ranked = [
            (nearness(row, wish.q, province=provinces.get(row.province or "", "")), row)
            for row in kept
        ]
        near = [(rank, row) for rank, row in ranked if rank is not None]
        kept = [row for _rank, row in sorted(near, key=lambda pair: (pair[0], pair[1].code))]
    return _ordered(kept, wish, _key(wish.sort, locale, provinces)) if wish.sort else kept


def listing(rows: Sequence[Standing], wish: Wish) -> Listing:
    """The page asked for; the last one for a page beyond the end."""
    part = part_of(rows, wish.page)
    wish = replace(wish, page=part.page)
    return Listing(wish, part.rows, part.total, part.pages, part.first, part.last)


def _matches(row: Standing, wish: Wish) -> bool:
    return (
        wish.keeps(row.kind, row.province)
        and wish.state in ("", row.state)
        and wish.level in ("", str(row.level))
    )


COLUMNS: dict[str, Key] = {
    "code": lambda row: row.code,
    "name": lambda row: row.short_name,
    "province": lambda row: row.province,
    "state": lambda row: STATES.index(row.state) + row.answered / (row.asked or 1) / 2,
    "level": lambda row: row.level,
    "gated": lambda row: row.gated,
    "index": lambda row: row.index,
    "change": lambda row: row.change,
    "weakest": lambda row: row.result.weakest if row.result else None,
}


def _key(column: str, locale: str, provinces: Mapping[str, str]) -> Key:
    if column == "name":
        return lambda row: row.name(locale).casefold()
    if column == "province":
        return lambda row: provinces.get(row.province or "")
    return COLUMNS[column]


def _ordered(rows: list[Standing], wish: Wish, key: Key) -> list[Standing]:
    """Sorted, those without a value at the end in both directions, ties by code."""
    rows = sorted(rows, key=lambda row: row.code)
    known = [row for row in rows if key(row) is not None]
    unknown = [row for row in rows if key(row) is None]
    known.sort(key=key, reverse=wish.down)  # type: ignore[arg-type]
    return known + unknown
