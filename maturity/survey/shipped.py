"""Instruments by name: a file, or the id of one that is shipped."""

from __future__ import annotations

import re
from pathlib import Path

from maturity.errors import MaturityError
from maturity.resources import folder
from maturity.survey.instrument import Instrument
from maturity.survey.loader import load

_ID = re.compile(r"^id:[ \t]*[\"']?([A-Za-z0-9_.-]+)", re.MULTILINE)
_VERSION = re.compile(r"^version:[ \t]*[\"']?([A-Za-z0-9_.+-]+)", re.MULTILINE)


def shipped() -> dict[str, Path]:
    """The shipped files by ``id@version``, oldest version of an id first."""
    found: list[tuple[str, list[int], str, Path]] = []
    for path in folder("instruments").glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        name, version = _ID.search(text), _VERSION.search(text)
        if name and version:
            numbers = [int(number) for number in re.findall(r"\d+", version[1])]
            found.append((name[1], numbers, version[1], path))
    return {f"{name}@{version}": path for name, _, version, path in sorted(found)}


def locate(name: str) -> Path:
    """The file of an instrument: a path, an id (its newest version) or ``id@version``.

    MaturityError when there is none.
    """
    path = Path(name)
    if path.is_file():
        return path
    known = shipped()
    for ref in reversed(known):
        if name in (ref, ref.partition("@")[0]):
            return known[ref]
    refs = ", ".join(known)
    raise MaturityError(
        f"Tidak ada instrumen “{name}”: bukan berkas dan bukan salah satu yang tersedia ({refs}).",
        f"There is no instrument “{name}”: it is no file and none of the shipped ones ({refs}).",
        field="instrument",
        status=404,
    )


def find(name: str) -> Instrument:
    """The instrument of a file or of a shipped id; MaturityError or InstrumentError."""
    return load(locate(name))
