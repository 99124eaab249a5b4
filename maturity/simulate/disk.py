"""A disk for evidence that is full at times: a file system of its own, where one can be mounted."""

from __future__ import annotations

import random
import shutil
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

SIZE_MB = 64
LONGEST = 120.0
"""Seconds that the disk stays full at most when nobody notices."""


class NoDiskError(RuntimeError):
    """No file system can be mounted here; says why."""


@dataclass
class SmallDisk:
    """Evidence on a file system of ``SIZE_MB``, taken away again with all it holds at the end.

    What it holds is copied to the folder below it, so that it can be looked at afterwards.
    """

    folder: Path
    _mounted: bool = False

    def mount(self) -> None:
        """Put it in the place of the folder; NoDiskError where that cannot be done."""
        self.folder.mkdir(parents=True, exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m,mode=0700", "tmpfs"]
        try:
            done = subprocess.run(
                [*command, str(self.folder)], capture_output=True, text=True, check=False
            )
        except OSError as error:
            raise NoDiskError(str(error)) from error
        if done.returncode:
            raise NoDiskError((done.stderr.strip().splitlines() or ["mount"])[0])
        self._mounted = True

    def unmount(self) -> None:
        """Give the folder back, with what was handed in."""
        if not self._mounted:
            return
        self.free()
        beside = self.folder.with_name(f"{self.folder.name}.kept")
        shutil.copytree(self.folder, beside)
        command = ["umount", "--lazy", str(self.folder)]
        subprocess.run(command, check=True)
        self.folder.rmdir()
        beside.rename(self.folder)
        self._mounted = False

    def fill(self) -> None:
        """Take all the room there is left."""
        with (self.folder / "filler").open("ab", buffering=0) as file:
            for size in (1 << 20, 4096, 1):
                try:
                    while True:
                        file.write(b"x" * size)
                except OSError:
                    continue

    def free(self) -> None:
        """Give the room back."""
        (self.folder / "filler").unlink(missing_ok=True)


@dataclass
class Shortage:
    """Fills the disk now and then, until it is told to end; at first until somebody noticed."""

    disk: SmallDisk
    every: float
    """Mean seconds between two times."""
    lasting: float
    noticed: Callable[[], bool]
    chance: random.Random
    times: int = 0
    _end: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Shortage:
        if self.every > 0:
            self.disk.fill()
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._end.set()
        if self._thread is not None:
            self._thread.join()
            self.disk.free()

    def _run(self) -> None:
        left = LONGEST
        while left > 0 and not self.noticed() and not self._end.wait(0.2):
            left -= 0.2
        while not self._end.is_set():
            self.times += 1
            self.disk.free()
            if not self._end.wait(self.chance.expovariate(1 / self.every)):
                self.disk.fill()
                self._end.wait(self.lasting)
