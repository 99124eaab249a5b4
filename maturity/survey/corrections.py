"""Corrections of words in a running round's instrument: never of ids, options, points, structure.

The round keeps its lineage: every fingerprint that its instrument had. What was made with an
earlier one (a signed workbook) is still read, with the words of that day.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from maturity.errors import MaturityError
from maturity.survey.answers import Author
from maturity.survey.build import build
from maturity.survey.instrument import Instrument
from maturity.survey.judging import must_say
from maturity.survey.loader import fingerprint, load_text
from maturity.survey.log import Kind
from maturity.survey.models import Round
from maturity.survey.rounds import keep_change
from maturity.survey.source import InstrumentSource
from maturity.survey.stage_models import Correction
from maturity.survey.strict_yaml import Path, Plain, parse

NAMED = 10
"""So many places of other structure are named at most."""
_WORDS = frozenset({"id", "en"})


@dataclass(frozen=True, slots=True)
class TextChange:
    """A text before and after; ``path`` leads to it in the file."""

    path: Path
    before: str
    after: str

    @property
    def place(self) -> str:
        """The path in one line."""
        return ".".join(map(str, self.path))


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a file differs from a round's instrument."""

    texts: tuple[TextChange, ...]
    structural: tuple[str, ...]
    """Paths where something else than words differs; such a file is refused."""


class StructureError(MaturityError):
    """A file that would change more than words; ``paths`` says where."""

    def __init__(self, paths: tuple[str, ...]) -> None:
        named = ", ".join(paths[:NAMED])
        super().__init__(
            f"Hanya teks yang boleh dikoreksi dalam periode yang berjalan. Selain teks, berkas "
            f"ini berbeda di: {named}.",
            f"Only words may be corrected in a running period. Beyond words, this file differs "
            f"at: {named}.",
            field="file",
            status=422,
        )
        self.paths = paths


def compare(round_: Round, text: str, *, name: str = "instrument") -> Comparison:
    """What a file would change; InstrumentError where it is no instrument at all."""
    load_text(text, name=name)
    found = _Differences()
    found.look((), parse(round_.source).content, parse(text).content)
    return Comparison(tuple(found.texts), tuple(found.structural))


def correct(
    session: Session, round_: Round, text: str, *, words: str, author: Author, name: str = "file"
) -> Comparison:
    """Take over a file's words. StructureError, InstrumentError, or MaturityError: no reason."""
    session.refresh(round_, with_for_update=True)
    found = compare(round_, text, name=name)
    if found.structural:
        raise StructureError(found.structural)
    must_say(words)
    if found.texts:
        before, round_.source = round_.fingerprint, text
        round_.fingerprint = fingerprint(parse(text).content)
        changes: list[list[object]] = [[list(c.path), c.before, c.after] for c in found.texts]
        keep_change(session, round_, Kind.INSTRUMENT_CORRECTED, changes=changes, words=words,
                    author=author, before=before)  # fmt: skip
    return found


@dataclass(slots=True)
class _Differences:
    """Two files walked side by side."""

    texts: list[TextChange] = field(default_factory=list)
    structural: list[str] = field(default_factory=list)

    def look(self, path: Path, one: Plain, other: Plain) -> None:
        if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
            if _is_text(one) and _is_text(other):
                self.words(path, one, other)
                return
            for key in one:
                self.look((*path, key), one[key], other[key])
        elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
            for place, pair in enumerate(zip(one, other, strict=True)):
                self.look((*path, place), *pair)
        elif type(one) is not type(other) or one != other:
            self.structural.extend(_where(path, one, other))

    def words(self, path: Path, one: dict[str, Plain], other: dict[str, Plain]) -> None:
        for language, before in one.items():
            if before != other[language]:
                texts = cast(str, before), cast(str, other[language])
                self.texts.append(TextChange((*path, language), *texts))


def _is_text(content: dict[str, Plain]) -> bool:
    """Whether this is words in both languages: nothing else of the format has these keys."""
    return content.keys() == _WORDS and all(isinstance(one, str) for one in content.values())


def _where(path: Path, one: Plain, other: Plain) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() ^ other.keys()):
            yield ".".join(map(str, (*path, key)))
    else:
        yield ".".join(map(str, path)) or "(file)"


# --- what was changed -----------------------------------------------------------------


def corrections(session: Session, round_: Round) -> list[Correction]:
    """Everything that was changed of a round, the newest first: words, deadlines, rules."""
    mine = select(Correction).where(Correction.round_id == round_.id)
    return list(session.scalars(mine.order_by(Correction.id.desc())))


_EARLIER: dict[str, Instrument] = {}


def instrument_then(session: Session, round_: Round, wanted: str) -> Instrument | None:
    """A round's instrument as it was when it had this fingerprint; None: it never had it."""
    rows = [row for row in corrections(session, round_) if row.before != row.after]
    if wanted not in {row.before for row in rows}:
        return None
    if wanted not in _EARLIER:
        content = _undone(parse(round_.source).content, rows, wanted)
        _EARLIER[wanted] = build(InstrumentSource.model_validate(content), wanted)
    return _EARLIER[wanted]


def _undone(content: Any, rows: list[Correction], wanted: str) -> Any:
    """The content with the corrections (newest first) taken back, down to a fingerprint."""
    for row in rows:
        for path, before, _after in json.loads(row.changes):
            part = content
            for step in path[:-1]:
                part = part[step]
            part[path[-1]] = before
        if row.before == wanted:
            break
    return content
