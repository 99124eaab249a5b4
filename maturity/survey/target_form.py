"""The form of a round's targets: one field for each part, and for each kind of office in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask_babel import gettext

from maturity.errors import MaturityError
from maturity.survey.frozen import outline_ids
from maturity.survey.instrument import Instrument
from maturity.survey.round_words import kind_names
from maturity.survey.targets import (
    ALL_KINDS,
    WHOLE,
    Key,
    Targets,
    kinds_asked,
    level_meant,
    typed_target,
)
from maturity.web import locale


@dataclass(frozen=True, slots=True)
class Box:
    """A field: what was typed, what is wrong with it, and else which level it means."""

    id: str
    label: str
    typed: str
    error: str
    level: str


@dataclass(frozen=True, slots=True)
class PartRow:
    """A part: the field for all kinds of office, and those by kind."""

    title: str
    depth: int
    box: Box
    kinds: tuple[Box, ...]

    @property
    def is_open(self) -> bool:
        """Whether a field by kind holds something."""
        return any(one.typed for one in self.kinds)


@dataclass(frozen=True, slots=True)
class TargetForm:
    """What was typed, by part and kind; ``targets`` is None where some of it is no target."""

    rows: tuple[PartRow, ...]
    targets: Targets | None

    def faults(self) -> list[tuple[str, str]]:
        """Pairs of field id and message, in the order of the fields."""
        boxes = [(row, box) for row in self.rows for box in (row.box, *row.kinds) if box.error]
        return [(box.id, f"{_name(row, box)}: {box.error}") for row, box in boxes]


def _name(row: PartRow, box: Box) -> str:
    return row.title if box is row.box else f"{row.title}, {box.label}"


def stored_form(instrument: Instrument, targets: Targets) -> TargetForm:
    """The targets that a round has."""
    texts = {key: _shown(value) for key, value in targets.items()}
    return _form(instrument, lambda key, _name_: texts.get(key, ""))


def sent_form(instrument: Instrument, said: Mapping[str, str]) -> TargetForm:
    """What was typed into the fields."""

    def text(_key: Key, name: str) -> str:
        return "".join(filter(str.isprintable, said.get(name, ""))).strip()

    return _form(instrument, text)


def _form(instrument: Instrument, text_of: Callable[[Key, str], str]) -> TargetForm:
    targets: dict[Key, float] = {}
    names, rows, ok = _kind_names(instrument), [], True
    for place, part in enumerate((WHOLE, *outline_ids(instrument))):
        title = instrument.part(part).title.in_(locale()) if part else gettext("Keseluruhan")
        boxes = []
        for kind, label in names.items():
            name = f"t{place}-{kind}" if kind else f"t{place}"
            box, value = _box(instrument, part, name, label=label, text=text_of((part, kind), name))
            ok = ok and not box.error
            if value is not None:
                targets[part, kind] = value
            boxes.append(box)
        rows.append(PartRow(title, _depth(instrument, part), boxes[0], tuple(boxes[1:])))
    return TargetForm(tuple(rows), targets if ok else None)


def _box(
    instrument: Instrument, part: str, name: str, *, label: str, text: str
) -> tuple[Box, float | None]:
    if not text:
        return Box(name, label, "", "", ""), None
    try:
        value = typed_target(text, instrument)
    except MaturityError as error:
        return Box(name, label, text, error.in_(locale()), ""), None
    return Box(name, label, text, "", _level(instrument, part, value)), value


def _level(instrument: Instrument, part: str, value: float) -> str:
    number = level_meant(instrument, part, value)
    found = next((one for one in instrument.levels if one.level == number), None)
    return (
        gettext("Level %(n)s, %(name)s", n=number, name=found.name.in_(locale())) if found else ""
    )


def _depth(instrument: Instrument, part: str) -> int:
    if not part:
        return 0
    return 1 if part in {one.id for one in instrument.dimensions} else 2


def _kind_names(instrument: Instrument) -> dict[str, str]:
    """All kinds together first; fields by kind only where there are several."""
    known: dict[str, str] = {str(kind): name for kind, name in kind_names().items()}
    titles = {kind.id: kind.title.in_(locale()) for kind in instrument.kinds}
    kinds = kinds_asked(instrument)
    every = {ALL_KINDS: gettext("Semua jenis kantor")}
    single = {kind: known.get(kind) or titles[kind] for kind in kinds}
    return every | (single if len(kinds) > 1 else {})


def _shown(value: float) -> str:
    text = f"{value:.9g}"
    return text if locale() == "en" else text.replace(".", ",")
