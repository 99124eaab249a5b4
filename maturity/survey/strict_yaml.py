"""YAML read strictly: YAML 1.2 scalars, no tags, no aliases, no duplicate keys, with lines.

PyYAML alone reads ``no`` as False, ``012`` as 10 and ``12:30`` as 750, and lets the
last of two equal keys win; an instrument must mean what its author sees.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import yaml

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]
Path = tuple[str | int, ...]

MAX_BYTES = 5_000_000
MAX_DEPTH = 60
_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)$")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]*)?(\.[0-9]+)?([eE][-+]?[0-9]+)?$")
_STANDARD = "tag:yaml.org,2002:"
_IMPLICIT = {"null", "bool", "int", "float", "str", "timestamp", "value", "merge", "seq", "map"}


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
    if len(text.encode()) > MAX_BYTES:
        document.problems.append(Problem(1, (), f"the file is larger than {MAX_BYTES} bytes"))
        return document
    try:
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        document.problems.append(Problem(line, (), f"not YAML: {error.problem or error.context}"))
        return document
    except (yaml.YAMLError, RecursionError) as error:
        document.problems.append(Problem(1, (), f"not YAML: {error}"))
        return document
    if root is None:
        document.problems.append(Problem(1, (), "the file is empty"))
        return document
    document.content = _Reader(document).read(root, ())
    return document


class _Reader:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.seen: set[int] = set()

    def fault(self, node: yaml.Node, path: Path, message: str) -> None:
        self.document.problems.append(Problem(node.start_mark.line + 1, path, message))

    def read(self, node: yaml.Node, path: Path) -> Plain:
        self.document.lines.setdefault(path, node.start_mark.line + 1)
        if id(node) in self.seen:
            self.fault(node, path, "aliases (*name) are not allowed; use a shared list instead")
            return None
        self.seen.add(id(node))
        if len(path) > MAX_DEPTH:
            self.fault(node, path, f"nested deeper than {MAX_DEPTH}")
            return None
        kind = node.tag.removeprefix(_STANDARD)
        if node.tag == kind or kind not in _IMPLICIT:
            self.fault(node, path, f"the tag {node.tag!r} is not allowed")
            return None
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(child, (*path, i)) for i, child in enumerate(node.value)]
        return _scalar(node)

    def mapping(self, node: yaml.MappingNode, path: Path) -> Plain:
        content: dict[str, Plain] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.fault(key_node, path, "a key must be a word")
                continue
            key = str(key_node.value)
            if key in content:
                self.fault(key_node, (*path, key), f"the key {key!r} stands here twice")
                continue
            self.document.lines[(*path, key)] = key_node.start_mark.line + 1
            content[key] = self.read(value_node, (*path, key))
        return content


def _scalar(node: yaml.Node) -> Plain:
    value = str(node.value)
    if getattr(node, "style", None):  # quoted or block: always text
        return value
    if value in ("", "~", "null"):
        return None
    if value in ("true", "false"):
        return value == "true"
    if _INT.match(value):
        return int(value)
    if _FLOAT.match(value) and any(character.isdigit() for character in value):
        return float(value)
    return value
