"""The list of drawn reports beside their files: one line of JSON each, written as each is done.

A line stands there only after its file lies whole in the folder. So whoever is killed loses at
most the reports that were being drawn, and whoever begins again knows what need not be.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from maturity.errors import PassingError
from maturity.reports.bulk import MANIFEST


@dataclass(frozen=True, slots=True)
class Entry:
    """A drawn report. ``source`` is the digest of all that it was drawn of."""

    round: str
    office: str
    assessment: int
    stage: str
    language: str
    source: str
    file: str
    sha256: str
    bytes: int
    pages: int


def read(folder: Path) -> list[Entry]:
    """What the list says, of each file the newest line; lines that cannot be read are left out."""
    try:
        lines = (folder / MANIFEST).read_bytes().splitlines()
    except FileNotFoundError:
        return []
    found = (_entry(line) for line in lines)
    return list({entry.file: entry for entry in found if entry is not None}.values())


def _entry(line: bytes) -> Entry | None:
    """None for the torn line of a killed process, and for one that names no file of the folder."""
    try:
        entry = Entry(**json.loads(line))
        return entry if Path(entry.file).name == entry.file else None
    except (ValueError, TypeError):
        return None


def holds(folder: Path, entry: Entry) -> bool:
    """Whether the file lies there as the entry says."""
    try:
        return hashlib.sha256((folder / entry.file).read_bytes()).hexdigest() == entry.sha256
    except OSError:
        return False


def add(folder: Path, entry: Entry) -> None:
    """One more line, on the disk when this returns."""
    path = folder / MANIFEST
    with path.open("ab+") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            torn = file.read(1) != b"\n"
            file.write(b"\n" if torn else b"")
        file.write(_line(entry))
        file.flush()
        os.fsync(file.fileno())


def replace(folder: Path, entries: Iterable[Entry]) -> None:
    """The whole list anew."""
    put(folder / MANIFEST, b"".join(_line(entry) for entry in entries))


def _line(entry: Entry) -> bytes:
    return json.dumps(asdict(entry)).encode() + b"\n"


def put(path: Path, body: bytes) -> None:
    """The file appears whole or not at all."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a folder while writing in it. PassingError while another process does so."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise PassingError(
                f"Laporan di {folder.name} sedang dibuat oleh proses lain.",
                f"The reports in {folder.name} are being made by another process.",
            ) from error
        except OSError:  # file systems of a network that know no such locks
            pass
        yield
    finally:
        os.close(handle)
