"""The door for instrument files: YAML in, an Instrument or every fault at once out. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from maturity.survey import checks, reach
from maturity.survey.build import build
from maturity.survey.instrument import Instrument
from maturity.survey.source import InstrumentSource
from maturity.survey.strict_yaml import Document, Plain, parse
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
    source: InstrumentSource | None = None
    if document.content is not None:
        try:
            source = InstrumentSource.model_validate(document.content)
        except ValidationError as error:
            faults.extend(_shape_faults(error, document, name))
    if source is not None:
        faults.extend(_place(document, name, checks.structural(source)))
    if faults or source is None:
        raise InstrumentError(faults)
    return _built(source, document, name)


def _built(source: InstrumentSource, document: Document, name: str) -> Instrument:
    try:
        instrument = build(source, fingerprint(document.content))
    except ValueError as error:
        raise InstrumentError([Fault(name, 1, "root", str(error))]) from error
    paths = {place.id: place.path for place in checks.placed(source)}
    found: list[tuple[Trail, str]] = [
        ((*paths[one], "show_when"), "this condition can never hold for any office")
        for one in reach.never_shown(instrument)
    ]
    found.extend(
        (paths.get(node, ("root",)), f"no kind of office can reach level {level} of {node!r}")
        for node, level in reach.unreachable(instrument)
    )
    if found:
        raise InstrumentError(_place(document, name, found))
    return instrument


def fingerprint(content: Plain) -> str:
    """SHA-256 of the parsed content: blind to comments, quotes, spaces and key order."""
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def json_schema() -> dict[str, Any]:
    """The JSON Schema of the format, for editors."""
    schema = InstrumentSource.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _place(document: Document, name: str, found: Iterable[tuple[Trail, str]]) -> list[Fault]:
    return [Fault(name, document.line(path), _dotted(path), words) for path, words in found]


def _dotted(path: Trail) -> str:
    return ".".join(str(step) for step in path)


def _shape_faults(error: ValidationError, document: Document, name: str) -> list[Fault]:
    faults = []
    for one in error.errors(include_url=False):
        path = _in_file(document.content, one["loc"])
        faults.append(Fault(name, document.line(path), _dotted(path), _words(one)))
    return sorted(set(faults))


def _in_file(content: Plain, loc: Iterable[int | str]) -> Trail:
    """Of pydantic's location only the steps that are in the file (no union tags)."""
    path: list[str | int] = []
    steps, here = list(loc), content
    for place, step in enumerate(steps):
        if isinstance(here, dict) and step in here:
            here = here[str(step)]
        elif isinstance(here, list) and isinstance(step, int) and step < len(here):
            here = here[step]
        elif place < len(steps) - 1:
            continue
        path.append(step)
    return tuple(path)


def _words(error: Any) -> str:
    kind, last = error["type"], error["loc"][-1] if error["loc"] else ""
    if kind == "extra_forbidden":
        return "unknown key"
    if kind == "missing" and last in ("id", "en") and "text" in str(error["loc"][-2:-1]) + "text":
        language = {"id": "Indonesian", "en": "English"}[last]
        return (
            f"missing ({language} text or id)" if last == "id" else "missing translation (English)"
        )
    if kind == "missing":
        return "missing"
    if kind == "value_error":
        return str(error["msg"]).removeprefix("Value error, ")
    return f"{error['msg']} (found {error['input']!r:.60})"
