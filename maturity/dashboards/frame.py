"""What of a round's instrument the dashboards need: levels, parts and the scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from maturity.offices.registry import OfficeKind
from maturity.survey.assessments import instrument_of
from maturity.survey.frozen import outline_ids
from maturity.survey.instrument import Instrument, Text
from maturity.survey.models import Round

KIND_NAMES = {
    "": Text("Semua kantor", "All offices"),
    OfficeKind.NATIONAL: Text("KPU RI", "KPU RI"),
    OfficeKind.PROVINCE: Text("Provinsi", "Province"),
    OfficeKind.REGENCY: Text("Kabupaten", "Regency"),
    OfficeKind.CITY: Text("Kota", "City"),
}


@dataclass(frozen=True, slots=True)
class LevelName:
    """A level by number, name, and the name without the words that all levels share."""

    number: int
    name: str
    short: str


@dataclass(frozen=True, slots=True)
class PartName:
    """A dimension (``depth`` 0) or a sub-dimension (1); ``dimension`` counts from 1."""

    id: str
    title: str
    depth: int
    dimension: int


@dataclass(frozen=True, slots=True)
class Frame:
    """The instrument of a round in one ``language``. ``low`` and ``high`` bound the index.

    ``levels``: none where the instrument lays none over the whole. ``kinds``: names of all
    kinds of office, "" standing for all; ``further``: those the register does not know.
    """

    ref: str
    fingerprint: str
    levels: tuple[LevelName, ...]
    parts: tuple[PartName, ...]
    low: int
    high: int
    kinds: Mapping[str, str] = field(default_factory=dict)
    further: tuple[str, ...] = ()
    language: str = "id"

    def kind(self, kind: str) -> str:
        """What a kind of office is called; "" for all."""
        return self.kinds.get(kind, kind)

    @property
    def lower(self) -> tuple[LevelName, ...]:
        """The lower half of the levels, less the middle one."""
        return self.levels[: len(self.levels) // 2]

    def level(self, number: int | None) -> LevelName | None:
        """The level of this number; None where there is none."""
        return next((level for level in self.levels if level.number == number), None)

    def part(self, part_id: str | None) -> str:
        """The title of a part; "" for none."""
        return next((part.title for part in self.parts if part.id == part_id), "")

    @property
    def scale_class(self) -> str:
        """The style class of instruments with other than four levels."""
        count = len(self.levels)
        return f"levels-{min(count, 5)}" if count != 4 and count > 2 else ""


def frame_of(round_: Round, locale: str) -> Frame:
    """The frame of a round."""
    instrument = instrument_of(round_)
    levels = instrument.levels if instrument.rubric.root.bands is not None else ()
    names = [level.name.in_(locale) for level in levels]
    further = {one.id: one.title for one in instrument.kinds if one.id not in KIND_NAMES}
    shorts = shorter(names)
    return Frame(
        ref=instrument.ref,
        fingerprint=instrument.fingerprint,
        levels=tuple(
            LevelName(level.level, name, short)
            for level, name, short in zip(levels, names, shorts, strict=True)
        ),
        parts=_parts(instrument, locale),
        low=instrument.rubric.first_level,
        high=instrument.rubric.last_level,
        kinds={kind: name.in_(locale) for kind, name in (KIND_NAMES | further).items()},
        further=tuple(further),
        language=locale,
    )


def _parts(instrument: Instrument, locale: str) -> tuple[PartName, ...]:
    dimensions = [dimension.id for dimension in instrument.dimensions]
    found: list[PartName] = []
    number = 0
    for part_id in outline_ids(instrument):
        top = part_id in dimensions
        number += top
        title = instrument.part(part_id).title.in_(locale)
        found.append(PartName(part_id, title, 0 if top else 1, number))
    return tuple(found)


def shorter(names: Sequence[str]) -> list[str]:
    """Names without the first or last words that all of them share.

    >>> shorter(["Kapasitas Awal", "Kapasitas Mapan"])
    ['Awal', 'Mapan']
    """
    words = [name.split() for name in names]
    for end in (0, -1):
        while _shared(words, end):
            for one in words:
                one.pop(end)
    return [text[:1].upper() + text[1:] for text in map(" ".join, words)]


def _shared(words: Sequence[Sequence[str]], end: int) -> bool:
    """Whether all begin (0) or end (-1) with the same word and have others beside it."""
    several = len(words) > 1 and all(len(one) > 1 for one in words)
    return several and len({one[end] for one in words}) == 1
