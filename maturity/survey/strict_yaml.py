"""YAML read strictly: YAML 1.2 scalars, no tags, no aliases, no duplicate keys, with lines.

PyYAML alone reads ``no`` as False, ``012`` as 10 and ``12:30`` as 750, and lets the
last of two equal keys win; an instrument must mean what its author sees. The parser's
events are read one by one, so nothing is expanded and each part keeps its own line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]
Path = tuple[str | int, ...]

MAX_BYTES = 5_000_000
MAX_DEPTH = 60
_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,2})?")
_ANCHOR = "anchors and aliases (&name, *name) are not allowed; use a shared list instead"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong at a place of the file. ``line`` counts from 1."""

    line: int
    path: Path
    message: str


@dataclass(slots=True)
class Document:
    """The parsed content and where each part of it stands."""

    content: Plain = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """The line of a path, or of its nearest parent that is in the file."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path, 1)


def parse(text: str) -> Document:
    """Read a text; every problem is noted, none raised."""
    document = Document()
    try:
        if len(text.encode()) > MAX_BYTES:
            message = f"the file is larger than {MAX_BYTES} bytes"
            document.problems.append(Problem(1, (), message))
            return document
        events = yaml.parse(text, Loader=yaml.CSafeLoader)
        document.content = _Reader(document, events).whole()
    except _TooDeepError as error:
        document.problems.append(error.problem)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        document.problems.append(Problem(line, (), f"not YAML: {error.problem or error.context}"))
    except (yaml.YAMLError, UnicodeError) as error:
        words = " ".join(str(error).split())
        document.problems.append(Problem(1, (), f"not YAML: {words}"))
    return document


class _TooDeepError(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class _Reader:
    def __init__(self, document: Document, events: Iterator[yaml.Event]) -> None:
        self.document, self.events = document, events

    def whole(self) -> Plain:
        """The one document of a stream."""
        next(self.events)  # the stream's start
        if isinstance(next(self.events), yaml.StreamEndEvent):
            self.document.problems.append(Problem(1, (), "the file is empty"))
            return None
        content = self.read(next(self.events), ())
        next(self.events)  # the document's end
        following = next(self.events)
        if not isinstance(following, yaml.StreamEndEvent):
            self.fault(following, (), "a second document begins here; a file holds one")
        return content

    def fault(self, event: yaml.Event, path: Path, message: str) -> None:
        self.document.problems.append(Problem(_line(event), path, message))

    def read(self, event: yaml.Event, path: Path) -> Plain:
        self.document.lines.setdefault(path, _line(event))
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            self.fault(event, path, _ANCHOR)
        tag = getattr(event, "tag", None)
        if tag is not None:
            self.fault(event, path, f"the tag {tag!r} is not allowed")
        if len(path) > MAX_DEPTH:
            raise _TooDeepError(Problem(_line(event), path[:8], f"nested deeper than {MAX_DEPTH}"))
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(path)
        return _scalar(event) if isinstance(event, yaml.ScalarEvent) else None

    def sequence(self, path: Path) -> Plain:
        content: list[Plain] = []
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            content.append(self.read(event, (*path, len(content))))
        return content

    def mapping(self, path: Path) -> Plain:
        content: dict[str, Plain] = {}
        for event in self.events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            self.entry(event, path, content)
        return content

    def entry(self, event: yaml.Event, path: Path, content: dict[str, Plain]) -> None:
        if not isinstance(event, yaml.ScalarEvent):
            self.fault(event, path, "a key must be a word")
            self.read(event, (*path, "?"))
            self.read(next(self.events), (*path, "?"))
            return
        key = str(event.value)
        here = (*path, key)
        if event.anchor is not None or event.tag is not None:
            self.fault(event, here, "a key has no anchor and no tag")
        if key in content:
            self.fault(event, here, f"the key {key!r} stands here twice")
            self.read(next(self.events), here)
            return
        self.document.lines[here] = _line(event)
        content[key] = self.read(next(self.events), here)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _scalar(event: yaml.ScalarEvent) -> Plain:
    value = str(event.value)
    if event.style:  # quoted or block: always text
        return value
    if value in ("", "~", "null"):
        return None
    if value in ("true", "false"):
        return value == "true"
    if _INT.fullmatch(value):
        return int(value)
    if len(value) < 100 and _FLOAT.fullmatch(value):
        return float(value)
    return value
