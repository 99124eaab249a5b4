"""The provinces: their names, their places on the tile map, their standing in a round. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from maturity.dashboards.frame import Frame, LevelName
from maturity.dashboards.queries import Standing
from maturity.dashboards.summary import spread
from maturity.offices.registry import OfficeKind, load_registry, load_tiles
from maturity.survey.lifecycle import HANDED_IN

MEMBERS = (OfficeKind.REGENCY, OfficeKind.CITY)
OFFICE_WORDS = re.compile(
    r"^KPU (Provinsi )?|^KIP | Provincial Election Commission$| Independent Election Commission$"
)


@dataclass(frozen=True, slots=True)
class ProvinceCell:
    """A province: its own office's standing (None: not in the round), and those below it."""

    code: str
    name: str
    abbreviation: str
    row: int
    column: int
    own: Standing | None
    level: LevelName | None
    members: int
    submitted: int
    median: float | None
    levels: Mapping[int | None, int]


def provinces(
    rows: Sequence[Standing], frame: Frame, names: Mapping[str, str]
) -> tuple[ProvinceCell, ...]:
    """The 38 provinces with their places on the tile map, by code; none for a round of others."""
    if not any(row.kind in (OfficeKind.PROVINCE, *MEMBERS) for row in rows):
        return ()
    own = {row.code: row for row in rows if row.kind == OfficeKind.PROVINCE}
    below: dict[str, list[Standing]] = {}
    for row in rows:
        if row.kind in MEMBERS and row.province is not None:
            below.setdefault(row.province, []).append(row)
    cells = []
    for tile in load_tiles():
        office, members = own.get(tile.code), below.get(tile.code, [])
        middle = spread([row.index for row in members])
        cells.append(
            ProvinceCell(
                code=tile.code,
                name=names[tile.code],
                abbreviation=tile.abbreviation,
                row=tile.row + 1,
                column=tile.col + 1,
                own=office,
                level=frame.level(office.level) if office else None,
                members=len(members),
                submitted=sum(row.state in HANDED_IN for row in members),
                median=middle.median if middle else None,
                levels=Counter(row.level for row in members if row.result is not None),
            )
        )
    return tuple(cells)


def province_names(locale: str) -> dict[str, str]:
    """Code -> name of each province."""
    found = {}
    for record in load_registry():
        if record.kind is OfficeKind.PROVINCE:
            name = record.name_en if locale == "en" else record.short_name
            found[record.code] = OFFICE_WORDS.sub("", name)
    return found
