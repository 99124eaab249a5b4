"""Faulty content made just sound enough to look for the faults behind the faults. Pure.

A file is reported on as a whole: an unknown key must not hide a level that nobody can
reach. Whatever is mended here was reported before; nothing mended is ever used. Mending
only loosens (a condition or a gate goes), so it makes no new fault.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from typing import Any

from maturity.survey.strict_yaml import Path, Plain

_LOOSE = ("show_when", "applies_when", "gate")
_WORDED = ("title", "text", "label", "name", "summary")


def at(content: Plain, path: Path) -> Plain:
    """What stands at a path; None where there is nothing."""
    for step in path:
        if isinstance(content, dict):
            content = content.get(str(step))
        elif isinstance(content, list) and isinstance(step, int) and step < len(content):
            content = content[step]
        else:
            return None
    return content


def mend_shape(content: Plain, faults: Iterable[tuple[Path, str]]) -> Plain:
    """A copy without unknown keys and unreadable values, with words where they are missing.

    ``faults`` are paths with pydantic's kind of error.
    """
    mended = copy.deepcopy(content)
    for path, kind in faults:
        above = at(mended, path[:-1])
        if not path or not isinstance(above, dict):
            continue
        key = str(path[-1])
        if key in ("id", "en") and set(above) <= {"id", "en"}:
            above[key] = "?"
        elif kind == "missing" and key in _WORDED:
            above[key] = {"id": "?", "en": "?"}
        elif kind != "extra_forbidden" and key in ("points", "weight"):
            above[key] = 1
            _drop(mended, (*path[:-3], "weights"), instead="free")
        else:
            above.pop(key, None)
    return mended


def mend_structure(content: Plain, faults: Iterable[Path]) -> Plain:
    """A copy without the conditions, gates and bands at these paths, and with ids apart."""
    mended: Any = copy.deepcopy(content)
    for number, path in enumerate(faults):
        loose = [place for place, step in enumerate(path) if step in _LOOSE]
        if loose:
            _drop(mended, path[: loose[0] + 1])
        elif path[:1] == ("bands",) and path[-1] != "level":
            _drop(mended, path[:2])
            for group in _groups(mended.get("root")):
                group.pop("gate", None)
        else:
            _rename(mended, path, number)
    return mended


def _drop(content: Plain, path: Path, *, instead: Plain = None) -> None:
    """Take a key away, or put something else there where the key is used."""
    above = at(content, path[:-1])
    if isinstance(above, dict) and path[-1] in above:
        del above[str(path[-1])]
        if instead is not None:
            above[str(path[-1])] = instead


def _rename(content: Plain, path: Path, number: int) -> None:
    named = at(content, path[:-1] if path[-1] in ("id", "question") else path)
    if isinstance(named, dict):
        for key in ("id", "question"):
            if isinstance(named.get(key), str):
                named[key] = f"{named[key]}.again{number}"


def _groups(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict) and isinstance(part.get("children"), list):
        yield part
        for child in part["children"]:
            yield from _groups(child)
