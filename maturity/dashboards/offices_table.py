"""The table of offices: what was asked of it in the address, and the rows that answer."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from maturity.dashboards.queries import Standing
from maturity.offices.registry import OfficeKind
from maturity.survey.lifecycle import AssessmentState

PAGE_ROWS = 50
STATES = tuple(str(state) for state in AssessmentState)
KINDS = tuple(str(kind) for kind in OfficeKind)
SCORES = ("level", "gated", "index", "change")
Key = Callable[[Standing], float | str | None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What the reader asked for. ``sort`` is a column's name; "" is the best order: by
    nearness to the searched words, else by code."""

    q: str = ""
    kind: str = ""
    province: str = ""
    state: str = ""
    level: str = ""
    sort: str = ""
    down: bool = False
    page: int = 1

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
                 "level": wish.level, "sort": sort, "page": page}  # fmt: skip
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
    page = args.get("page", "")
    return Wish(
        q=_printable(args.get("q", "")),
        kind=one_of("kind", (*KINDS, *kinds)),
        province=one_of("province", provinces),
        state=one_of("state", STATES),
        level=one_of("level", [str(level) for level in levels]),
        sort=column if column in COLUMNS else "",
        down=column in COLUMNS and sort.startswith("-"),
        page=int(page) if re.fullmatch(r"[1-9][0-9]{0,5}", page) else 1,
    )


def _printable(text: str) -> str:
    """At most 80 signs, without control characters and needless spaces."""
    plain = "".join(sign if sign.isprintable() else " " for sign in text[:400])
    return " ".join(plain.split())[:80].rstrip()


def choose(
    rows: Sequence[Standing], wish: Wish, *, locale: str, provinces: Mapping[str, str]
) -> list[Standing]:
    """The rows asked for, in the order asked for. ``provinces``: code -> name."""
    kept = [row for row in rows if _matches(row, wish)]
    if wish.q:
        ranked = [(nearness(row, wish.q, provinces), row) for row in kept]
        near = [(rank, row) for rank, row in ranked if rank is not None]
        kept = [row for _rank, row in sorted(near, key=lambda pair: (pair[0], pair[1].code))]
    return _ordered(kept, wish, _key(wish.sort, locale, provinces)) if wish.sort else kept


def listing(rows: Sequence[Standing], wish: Wish) -> Listing:
    """The page asked for; the last one for a page beyond the end."""
    pages = max(1, math.ceil(len(rows) / PAGE_ROWS))
    page = min(wish.page, pages)
    start = (page - 1) * PAGE_ROWS
    shown = rows[start : start + PAGE_ROWS]
    wish = replace(wish, page=page)
    return Listing(wish, shown, len(rows), pages, start + 1 if shown else 0, start + len(shown))


def _matches(row: Standing, wish: Wish) -> bool:
    return (
        wish.kind in ("", row.kind)
        and wish.province in ("", row.province)
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


# --- search ---------------------------------------------------------------------------

SHORT_FORMS = {"kab": "kabupaten", "prov": "provinsi", "regency": "kabupaten", "city": "kota"}
TITLES = frozenset({"kpu", "kip", "provinsi", "kabupaten", "kota"})


def _words(text: str) -> list[str]:
    plain = re.findall(r"[a-z0-9]+(?:\.[0-9]+)?", text.casefold())
    return [SHORT_FORMS.get(word, word) for word in plain]


def nearness(row: Standing, words: str, provinces: Mapping[str, str]) -> int | None:
    """How near an office is to the searched words, 0 nearest; None: not at all.

    The place alone decides, so a regency and a city of one name are equally near.
    """
    wanted = _words(words)
    own = _words(row.short_name)
    place = [word for word in own if word not in TITLES]
    place_wanted = [word for word in wanted if word not in TITLES]
    if wanted == [row.code]:
        return 0
    more = _words(f"{row.name_id} {row.name_en} {row.code}")
    if _all_begin(wanted, own + more):
        if place == place_wanted:
            return 0
        return 1 if place[: len(place_wanted)] == place_wanted else 2
    around = _words(provinces.get(row.province or "", ""))
    return 3 if wanted and _all_begin(wanted, own + more + around) else None


def _all_begin(wanted: Sequence[str], words: Sequence[str]) -> bool:
    return bool(wanted) and all(any(word.startswith(w) for word in words) for w in wanted)
