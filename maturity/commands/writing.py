"""Where a command's output goes: a file that appears whole or not at all, or the terminal."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkstemp
from typing import TextIO, TypeVar

from maturity.commands.language import figure
from maturity.errors import MaturityError

Thing = TypeVar("Thing")
PATIENCE = 1.0  # seconds without a sign
EVERY = 0.5  # seconds between signs on a terminal
SELDOM = 10.0  # and in a log


@contextmanager
def output(path: str | None) -> Iterator[TextIO]:
    """A stream to write to; the file is put in place when everything is written."""
    if path is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    target = Path(path).resolve()
    if target.is_dir():
        raise MaturityError(
            f"{path}: ini folder; --out memerlukan nama berkas.",
            f"{path}: this is a folder; --out needs the name of a file.",
            field="out",
        )
    if target.exists() and not target.is_file():  # a device or a pipe cannot be replaced
        with target.open("w", encoding="utf-8", newline="") as stream:
            yield stream
        return
    with _replacing(target) as stream:
        yield stream


@contextmanager
def _replacing(target: Path) -> Iterator[TextIO]:
    handle, name = mkstemp(dir=target.parent, prefix=".maturity-")
    try:
        with open(handle, "w", encoding="utf-8", newline="") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def put(path: Path, body: bytes) -> None:
    """The file appears whole or not at all; MaturityError where it cannot be written."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(body)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise MaturityError(
            f"{path}: tidak dapat ditulis ({error.strerror}).",
            f"{path}: cannot be written ({error.strerror}).",
        ) from error


def counted(things: Iterable[Thing], *, whole: int, words: str) -> Iterator[Thing]:
    """Pass things on; after a second, count them on the standard error output."""
    tell = meter(words)
    for number, thing in enumerate(things, start=1):
        yield thing
        tell(number, whole)


def meter(words: str) -> Callable[[int, int], None]:
    """To be told how many are done of how many; says so after a second and at the end."""
    start = told = time.monotonic()
    pause = EVERY if sys.stderr.isatty() else SELDOM
    shown = False

    def tell(number: int, whole: int) -> None:
        nonlocal told, shown
        now, over = time.monotonic(), number >= whole
        due = now - start > PATIENCE and (now - told > pause or not shown)
        if due or (over and shown):
            told, shown = now, True
            _tell(f"{words} {figure(number, 0)} / {figure(whole, 0)}", end="\n" if over else "")

    return tell


def _tell(words: str, *, end: str = "") -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{words}{end}")
    else:
        sys.stderr.write(f"{words}\n")
    sys.stderr.flush()
