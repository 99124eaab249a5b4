"""What an address asks to be set side by side, and what of it this person may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext
from sqlalchemy.orm import Session

from maturity.dashboards.compare import (
    MOST,
    Column,
    Comparison,
    comparison,
    group_column,
    office_column,
)
from maturity.dashboards.frame import Frame
from maturity.dashboards.grid import Grid
from maturity.dashboards.grid_reading import read_grid
from maturity.dashboards.group_words import group_name
from maturity.dashboards.queries import Standing
from maturity.dashboards.rank_places import Place, places
from maturity.dashboards.round_ranks import rank_material
from maturity.dashboards.sight import Sight
from maturity.offices.searching import nearness, typed_words
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.models import Round

MATCHES = 8


@dataclass(frozen=True, slots=True)
class Picked:
    """Ids that may be shown, and words for each that may not."""

    ids: tuple[str, ...]
    refused: tuple[str, ...]


def picked(
    wanted: Sequence[str], sight: Sight, *, frame: Frame, language: str, names: Mapping[str, str]
) -> Picked:
    """What may be shown of the ids an address names, each once and no more than fit."""
    ids, refused = [], []
    for one in dict.fromkeys(part[:40] for part in wanted if part):
        words = _refusal(one, sight, frame=frame, language=language, names=names)
        if words:
            refused.append(words)
        else:
            ids.append(one)
    if len(ids) > MOST:
        refused.append(gettext("Paling banyak %(n)s yang dapat dibandingkan; selebihnya tidak "
                               "ditampilkan.", n=MOST))  # fmt: skip
    return Picked(tuple(ids[:MOST]), tuple(refused))


def _refusal(
    one: str, sight: Sight, *, frame: Frame, language: str, names: Mapping[str, str]
) -> str:
    row = sight.row(one)
    if row is not None:
        return _office_refusal(row, sight, language)
    group = sight.groups.get(one)
    if group is None:
        shown = "".join(sign for sign in one if sign.isprintable())
        return gettext("“%(one)s” tidak dikenal pada periode ini.", one=shown)
    if one in sight.told:
        return ""
    name = group_name(group, names, frame.kinds)
    if not sight.final:
        return gettext("Angka %(name)s tampil setelah semua penilaian yang diajukan "
                       "ditetapkan.", name=name)  # fmt: skip
    return gettext(
        "Angka %(name)s tidak ditampilkan: kelompok ini, atau selisihnya dengan kelompok lain, "
        "memuat kurang dari %(n)s kantor lain.",
        name=name,
        n=sight.threshold,
    )


def _office_refusal(row: Standing, sight: Sight, language: str) -> str:
    name = row.name(language)
    if row.code in sight.hidden and row.state is not AssessmentState.PUBLISHED:
        return gettext("Hasil %(name)s belum diumumkan dan kantor itu tidak termasuk wewenang "
                       "Anda.", name=name)  # fmt: skip
    if row.result is None:
        return gettext("%(name)s belum memiliki hasil.", name=name)
    return ""


def compared(
    session: Session,
    round_: Round,
    ids: Sequence[str],
    *,
    sight: Sight,
    frame: Frame,
    names: Mapping[str, str],
    language: str,
) -> Comparison:
    """The offices and groups of these ids, all of which may be shown."""
    cells = read_grid(session, round_, sight.rows, stage=sight.stage, locale=language)
    at = {row.code: number for number, row in enumerate(sight.rows)}
    ranks = _ranks(session, round_, ids, sight)
    columns = []
    for one in ids:
        row = sight.row(one)
        if row is None:
            columns.append(_group(one, sight, cells, at, frame=frame, names=names))
        else:
            own = cells.only([at[one]])
            columns.append(office_column(row, row.name(language), own, frame, ranks.get(one)))
    return comparison(columns, {variable.id: variable.title for variable in cells.variables})


def _group(
    one: str,
    sight: Sight,
    cells: Grid,
    at: Mapping[str, int],
    *,
    frame: Frame,
    names: Mapping[str, str],
) -> Column:
    group = sight.groups[one]
    some = [at[code] for code in group.members]
    rows = [sight.rows[number] for number in some]
    name = group_name(group, names, frame.kinds)
    kind = group.kind or "several"
    return group_column(name, rows, cells.only(some), frame, id=one, kind=kind)


def _ranks(session: Session, round_: Round, ids: Sequence[str], sight: Sight) -> dict[str, Place]:
    """The places of offices of one kind among those that are compared here."""
    kinds: dict[str, list[str]] = {}
    for one in ids:
        row = sight.row(one)
        if row is not None:
            kinds.setdefault(row.kind, []).append(one)
    several = [codes for codes in kinds.values() if len(codes) > 1]
    if not several:
        return {}
    numbers = rank_material(session, round_, sight.rows, sight.stage)
    return {code: place for codes in several for code, place in places(numbers, codes).items()}


@dataclass(frozen=True, slots=True)
class Offers:
    """What may be added: offices that fit what was typed, and groups."""

    q: str
    offices: tuple[tuple[str, str], ...]
    groups: tuple[tuple[str, str], ...]


def offers(
    q: str, sight: Sight, ids: Sequence[str], *, frame: Frame, names: Mapping[str, str],
    language: str,
) -> Offers:  # fmt: skip
    """What may be added to what is compared already."""
    q = typed_words(q)
    near = []
    for row in sight.rows if q else ():
        rank = nearness(row, q, province=names.get(row.province or "", ""))
        if rank is not None and row.code not in ids and not _office_refusal(row, sight, language):
            near.append((rank, row.code, row.name(language)))
    groups = tuple(
        (name, group_name(group, names, frame.kinds))
        for name, group in sight.groups.items()
        if name in sight.told and name not in ids
    )
    return Offers(q, tuple(one[1:] for one in sorted(near)[:MATCHES]), groups)
