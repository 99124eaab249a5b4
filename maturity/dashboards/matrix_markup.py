"""The rows of the matrix as markup: 20,000 cells, so every byte of a cell counts.

HTML lets cells and rows end by themselves and short values stand without quotes. A cell's
letter is its colour: ``a`` to ``e`` for levels 1 to 5, ``z`` for none, a capital where a part
begins. Addresses are relative to the page.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from maturity.dashboards.grid import Grid
from maturity.dashboards.queries import Standing

LETTERS = "zabcde"
SIGNS = {"off-path": "·", "not-applicable": "–", "dont-know": "?", "unanswered": "□"}
RANGES = 4


@dataclass(frozen=True, slots=True)
class Cells:
    """How cells are said and where they lead.

    ``words``: sign's reason -> what it is called. ``number``: an index in the reader's language.
    ``up``: from the page to the round, e.g. ``../../``; ``stage``: whose results they show;
    ``asked``: the same where the address names it, which links to offices then keep.
    """

    words: Mapping[str, str]
    nothing: str
    number: Callable[[float | None], str]
    stage: str
    locale: str
    up: str = ""
    asked: str = ""


def range_of(percent: float) -> int:
    """Which quarter of the way a percentage lies in, 1 to 4; for variables without levels."""
    return min(RANGES, 1 + int(percent * RANGES // 100))


def range_names() -> list[str]:
    """What the quarters are called."""
    edges = [(100 * at // RANGES, 100 * (at + 1) // RANGES) for at in range(RANGES)]
    return [f"{low}–{high if high == 100 else high - 1}%" for low, high in edges]


def rows_markup(grid: Grid, cells: Cells, may_open: Callable[[Standing], bool]) -> Markup:
    """The body's rows; cells lead to the answers of the offices that ``may_open`` says."""
    firsts = _firsts(grid)
    levels, percents, whys = grid.level.tolist(), grid.percent.tolist(), grid.why.tolist()
    ids = [one.id for one in grid.variables]
    out: list[str] = []
    for place, office in enumerate(grid.offices):
        out.append(_head(office, cells))
        if office.result is None:
            if ids:
                out.append(f"<td class=y colspan={len(ids)}>{escape(cells.nothing)}")
            continue
        said = [
            _said(*one, cells)
            for one in zip(levels[place], percents[place], whys[place], strict=True)
        ]
        if may_open(office):
            start = f"<a href={cells.up}{cells.stage}/{office.assessment_id}/"
            out += [
                f"<td class={letter.upper() if first else letter}>{start}{id_}{label}>{sign}</a>"
                for first, id_, (letter, label, sign) in zip(firsts, ids, said, strict=True)
            ]
        else:
            out += [
                f"<td class={letter.upper() if first else letter}{label}>{sign}"
                for first, (letter, label, sign) in zip(firsts, said, strict=True)
            ]
    return Markup("".join(out))  # noqa: S704 - names are escaped, ids have no other signs


def _firsts(grid: Grid) -> list[bool]:
    parts = [one.part for one in grid.variables]
    return [place == 0 or parts[place - 1] != part for place, part in enumerate(parts)]


def _head(office: Standing, cells: Cells) -> str:
    name, address = escape(office.name(cells.locale)), f"{cells.up}offices/{office.code}"
    if cells.asked:
        address = f'"{address}?stage={cells.asked}"'
    return (
        f"\n<tr><td>{office.code}<th scope=row><a href={address}>{name}</a>"
        f"<td class=n>{cells.number(office.index)}"
    )


def _said(level: int, percent: float, why: str, cells: Cells) -> tuple[str, str, str]:
    """A cell's letter, its label where the sign does not say it, and its sign."""
    if level:
        return LETTERS[min(level, 5)], "", str(level)
    if not math.isnan(percent):
        return LETTERS[range_of(percent)], "", f"{percent:.0f}"
    return "z", f' aria-label="{escape(cells.words.get(why, why))}"', SIGNS.get(why, "□")
