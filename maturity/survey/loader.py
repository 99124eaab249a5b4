"""The door for instrument files: YAML in, an Instrument or every fault at once out. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from maturity.survey import checks, reach
from maturity.survey.build import build
from maturity.survey.instrument import Instrument
from maturity.survey.mending import at, mend_shape, mend_structure
from maturity.survey.source import InstrumentSource, ListSource
from maturity.survey.strict_yaml import MAX_BYTES, Document, Plain, parse
from maturity.survey.strict_yaml import Path as Trail


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong with an instrument file. ``line`` counts from 1."""

    file: str
    line: int
    path: str
    message: str

    def __str__(self) -> str:
        """The form that editors and people can follow: ``file:line: path: message``."""
        return f"{self.file}:{self.line}: {self.path or '(file)'}: {self.message}"


class InstrumentError(ValueError):
    """A file that is no instrument; ``faults`` says everything that is wrong."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))


def load(path: Path) -> Instrument:
    """The instrument in a file; InstrumentError names every fault."""
    try:
        if path.stat().st_size > MAX_BYTES:
            words = f"the file is larger than {MAX_BYTES} bytes"
            raise InstrumentError([Fault(str(path), 1, "", words)])
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "the file is not UTF-8 text"
        raise InstrumentError([Fault(str(path), 1, "", reason)]) from error
    return load_text(text, name=str(path))


@lru_cache(maxsize=32)
def load_text(text: str, *, name: str = "instrument") -> Instrument:
    """The instrument in a text; parsed once for the same text."""
    document = parse(text)
    faults = [Fault(name, p.line, _dotted(p.path), p.message) for p in document.problems]
    if document.content is None:
        raise InstrumentError(faults or [Fault(name, 1, "", "the file is empty")])
    source, shape = _shape(document.content)
    faults.extend(_place(document, name, shape))
    structural = list(checks.structural(source)) if source is not None else []
    faults.extend(_place(document, name, structural))
    if not faults and source is not None:
        instrument, behind = _built(source, document.content)
        if instrument is not None and not behind:
            return instrument
    else:
        behind = _behind(source, [path for path, _ in structural])
    raise InstrumentError([*faults, *_place(document, name, behind)])


Faults = list[tuple[Trail, str]]


def _shape(content: Plain) -> tuple[InstrumentSource | None, Faults]:
    """The source, mended where it has faults; None where it cannot be mended."""
    try:
        return InstrumentSource.model_validate(content), []
    except ValidationError as error:
        errors = error.errors(include_url=False)
    paths = [_in_file(one["loc"]) for one in errors]
    faults = [(path, _words(e, path, content)) for path, e in zip(paths, errors, strict=True)]
    kinds = [str(one["type"]) for one in errors]
    mended = mend_shape(content, zip(paths, kinds, strict=True))
    try:
        return InstrumentSource.model_validate(mended), faults
    except ValidationError:
        return None, faults


def _built(source: InstrumentSource, content: Plain) -> tuple[Instrument | None, Faults]:
    try:
        instrument = build(source, fingerprint(content))
        return instrument, list(_reached(source, instrument))
    except ValueError as error:
        return None, [(("root",), str(error))]


def _behind(source: InstrumentSource | None, paths: list[Trail]) -> Faults:
    """Faults of the whole that show once the known ones are mended; none where they cannot be."""
    if source is None:
        return []
    content = source.model_dump(by_alias=True, exclude_unset=True)
    try:
        mended = InstrumentSource.model_validate(mend_structure(content, paths))
        return list(_reached(mended, build(mended, "")))
    except (ValueError, LookupError, AttributeError, AssertionError):
        return []


def _reached(source: InstrumentSource, instrument: Instrument) -> Iterator[tuple[Trail, str]]:
    """What only the whole shows: conditions that never hold, levels out of reach."""
    tree = {place.id: place for place in checks.placed(source)}
    for never in reach.never_shown(instrument):
        place = tree[never.question]
        path = place.path if never.thing is None else _thing(source, place, never.thing)
        yield (*path, never.key), "this condition can never hold for any office"
    paths = {one: place.path for one, place in tree.items()}
    for node, level in reach.unreachable(instrument):
        where = paths.get(node, ("root",))
        yield where, f"no kind of office can reach level {level} of {node!r}"
    for node, value in reach.uncovered(instrument):
        where = paths.get(node, ("root",))
        yield where, f"the value {value:g} of {node!r} lies outside all bands and has no level"


def _thing(source: InstrumentSource, place: checks.Placed, thing_id: str) -> Trail:
    """The path of a matrix object, in the question or in the shared list."""
    objects = getattr(place.part, "objects", [])
    path: Trail = (*place.path, "objects")
    if isinstance(objects, ListSource):
        path, objects = ("object_lists", objects.list), source.object_lists[objects.list]
    return (*path, [thing.id for thing in objects].index(thing_id))


def fingerprint(content: Plain) -> str:
    """SHA-256 of the parsed content: blind to comments, quotes, spaces and key order."""
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def json_schema() -> dict[str, Any]:
    """The JSON Schema of the format, for editors."""
    schema = InstrumentSource.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _place(document: Document, name: str, found: Iterable[tuple[Trail, str]]) -> list[Fault]:
    faults = (Fault(name, document.line(path), _dotted(path), words) for path, words in found)
    return sorted(set(faults))


def _dotted(path: Trail) -> str:
    return ".".join(str(step) for step in path)


def _in_file(loc: Iterable[int | str]) -> Trail:
    """Of pydantic's location only the steps that are in the file: tags stand in brackets."""
    return tuple(step for step in loc if not (isinstance(step, str) and step.startswith("(")))


_LANGUAGES = {"id": "Indonesian", "en": "English"}


def _words(error: Any, path: Trail, content: Plain) -> str:
    kind, last = error["type"], path[-1] if path else ""
    if last in _LANGUAGES and _untranslated(error, at(content, path[:-1])):
        return f"missing translation ({_LANGUAGES[str(last)]})"
    plain = {
        "extra_forbidden": "unknown key",
        "missing": "missing",
        "union_tag_invalid": _types(error),
    }
    if kind in plain:
        return plain[kind]
    if kind == "value_error":
        return str(error["msg"]).removeprefix("Value error, ")
    return f"{error['msg']} (found {error['input']!r:.60})"


def _untranslated(error: Any, beside: Plain) -> bool:
    """Whether the fault is that a text lacks its words in one language."""
    if not isinstance(beside, dict) or not beside or set(beside) - set(_LANGUAGES):
        return False
    empty = error["input"] is None or not str(error["input"]).strip()
    return error["type"] == "missing" or empty


def _types(error: Any) -> str:
    context = error.get("ctx", {})
    known = re.findall(r"\((\w+)\)", str(context.get("expected_tags", "")))
    asked = [one for one in known if one not in ("group", "slice")]
    found = str(context.get("tag", "")).strip("()")
    return f"there is no question type {found!r} ({', '.join(asked)})"
