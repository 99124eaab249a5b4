"""The register of election offices and the tile map of provinces, read from the shipped files."""

import csv
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path

_DATA = Path(__file__).with_name("data")


class OfficeKind(StrEnum):
    """The tier of an office."""

    NATIONAL = "national"
    PROVINCE = "province"
    REGENCY = "regency"
    CITY = "city"


@dataclass(frozen=True, slots=True)
class OfficeRecord:
    """One office as the register states it.

    `code` is stable: `0` for the national office, `36` for a province, `36.71` for a regency
    or city. `province` is the province's own code on its row, and None on the national row.
    `timezone` is an IANA name. `areas` holds those of aceh, dki, diy, papua that apply.
    `valid_from` None means since before the register began, `valid_to` None still valid;
    `successor` is the code of the office that took over.
    """

    code: str
    kind: OfficeKind
    name_id: str
    short_name: str
    name_en: str
    parent: str | None
    province: str | None
    region_name: str
    timezone: str
    areas: frozenset[str]
    url: str | None
    valid_from: date | None
    valid_to: date | None
    successor: str | None


@dataclass(frozen=True, slots=True)
class Tile:
    """The place of one province on the tile map; row and column count from 0, north-west."""

    code: str
    row: int
    col: int
    abbreviation: str


@cache
def load_registry() -> tuple[OfficeRecord, ...]:
    """Every office, sorted by code."""
    return tuple(_office(row) for row in _rows("offices.csv"))


@cache
def load_tiles() -> tuple[Tile, ...]:
    """One tile per province, sorted by code."""
    return tuple(
        Tile(row["code"], int(row["row"]), int(row["col"]), row["abbreviation"])
        for row in _rows("tiles.csv")
    )


def _rows(name: str) -> list[dict[str, str]]:
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _office(row: dict[str, str]) -> OfficeRecord:
    return OfficeRecord(
        code=row["code"],
        kind=OfficeKind(row["kind"]),
        name_id=row["name_id"],
        short_name=row["short_name"],
        name_en=row["name_en"],
        parent=row["parent"] or None,
        province=row["province"] or None,
        region_name=row["region_name"],
        timezone=row["timezone"],
        areas=frozenset(row["areas"].split()),
        url=row["url"] or None,
        valid_from=_date(row["valid_from"]),
        valid_to=_date(row["valid_to"]),
        successor=row["successor"] or None,
    )


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
