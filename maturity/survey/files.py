"""Where the content of files is kept: by its SHA-256, written once, never changed."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from maturity.config import Settings
from maturity.errors import MaturityError

_SHA256 = re.compile("[0-9a-f]{64}")


class FileStore(Protocol):
    """Keeps contents by their SHA-256 (64 lower-case hexadecimal digits)."""

    def put(self, content: bytes) -> str:
        """Keep a content for good and give its SHA-256. NotKeptError where it cannot be kept."""
        ...

    def get(self, sha256: str) -> bytes:
        """The content, checked against its SHA-256.

        LostError where it is not there, or not it; UnreachableError where nobody knows.
        """
        ...


class NotKeptError(MaturityError):
    """The store takes nothing now: full, or not to be written."""

    def __init__(self) -> None:
        super().__init__(
            "Berkas tidak dapat disimpan karena penyimpanan server bermasalah. Jawaban Anda tetap "
            "tersimpan; coba unggah lagi nanti atau hubungi administrator.",
            "The file could not be stored: the server's storage has a problem. Your answers are "
            "kept; try again later or tell the administrator.",
            status=507,
        )


class LostError(MaturityError):
    """A content that was kept is not there, or is damaged."""

    def __init__(self) -> None:
        super().__init__(
            "Berkas ini tidak ditemukan atau rusak di penyimpanan server. "
            "Hubungi administrator agar dipulihkan dari cadangan.",
            "This file is missing or damaged in the server's storage. "
            "Ask the administrator to restore it from a backup.",
            status=500,
        )


def is_sha256(text: str) -> bool:
    """Whether this can name a content."""
    return _SHA256.fullmatch(text) is not None


class UnreachableError(MaturityError):
    """The store does not answer now; what is in it is not lost."""

    def __init__(self) -> None:
        super().__init__(
            "Penyimpanan berkas sedang tidak dapat dihubungi. Berkas dan jawaban yang sudah "
            "tersimpan tetap aman; coba lagi beberapa saat lagi.",
            "The file storage cannot be reached at present. Files and answers that were stored "
            "are safe; try again in a while.",
            status=503,
        )


class FolderStore:
    """Contents as files ``ab/cdef...`` below a folder, for their owner only."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, content: bytes) -> str:
        """Written aside, flushed to the disk, then moved into place: whole, or not there."""
        sha256 = hashlib.sha256(content).hexdigest()
        self.take(sha256, [content])
        return sha256

    def take(self, sha256: str, pieces: Iterable[bytes]) -> None:
        """The same of a content that is known to have this SHA-256, piece by piece."""
        path = self._path(sha256)
        try:
            if not self._holds(path, sha256):
                self._write(path, pieces)
        except OSError as error:
            raise NotKeptError from error

    def all(self) -> Iterator[tuple[str, Path]]:
        """SHA-256 and place of everything that is kept, by name."""
        for path in sorted(self.root.glob("??/*")):
            sha256 = path.parent.name + path.name
            if is_sha256(sha256):
                yield sha256, path

    def get(self, sha256: str) -> bytes:
        """See ``FileStore``."""
        try:
            content = self._path(sha256).read_bytes()
        except FileNotFoundError as error:
            raise LostError from error
        except OSError as error:
            raise UnreachableError from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise LostError
        return content

    def _path(self, sha256: str) -> Path:
        if not is_sha256(sha256):
            raise ValueError(f"{sha256!r} is no SHA-256")
        return self.root / sha256[:2] / sha256[2:]

    def _holds(self, path: Path, sha256: str) -> bool:
        """Whether it is there and whole: a damaged one is written anew by who has it."""
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256

    def _write(self, path: Path, pieces: Iterable[bytes]) -> None:
        for folder in (self.root.parent, self.root, path.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")  # readable by owner only
        try:
            with os.fdopen(handle, "wb") as file:
                file.writelines(pieces)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            with suppress(FileNotFoundError):
                Path(name).unlink()
            raise
        for folder in (path.parent, self.root):
            _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    """The names in a folder reach the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def store_of(settings: Settings) -> FileStore:
    """The store of an installation."""
    return store_at(settings.files or str(settings.data / "files"))


def store_at(where: str) -> FileStore:
    """The store at an address ``s3://bucket/prefix?endpoint=…&region=…``, or in a folder."""
    if not where.startswith("s3://"):
        return FolderStore(Path(where))
    from maturity.survey.bucket import bucket

    return bucket(where)
