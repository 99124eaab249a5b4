"""Evidence files inside a backup: members ``files/<SHA-256>``, each its own check."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from typing import IO

from maturity.survey.files import FolderStore, is_sha256

FOLDER = "files/"
PIECE = 1 << 20  # bytes held at once


def pack(packed: zipfile.ZipFile, store: FolderStore) -> tuple[int, list[str]]:
    """Copy all whole files of a store; how many, and which are damaged and were left out."""
    taken, damaged = 0, []
    for sha256, path in store.all():
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                damaged.append(sha256)
                continue
            file.seek(0)
            told = zipfile.ZipInfo(FOLDER + sha256)  # stored: most are compressed already
            told.external_attr = 0o600 << 16
            with packed.open(told, "w", force_zip64=True) as out:
                out.writelines(_pieces(file))
        taken += 1
    return taken, damaged


def packed_files(packed: zipfile.ZipFile) -> list[str]:
    """SHA-256 of the files in a backup."""
    names = (one.removeprefix(FOLDER) for one in packed.namelist() if one.startswith(FOLDER))
    return [name for name in names if is_sha256(name)]


def is_whole(packed: zipfile.ZipFile, sha256: str) -> bool:
    """Whether a file in a backup is what its name says."""
    digest = hashlib.sha256()
    with packed.open(FOLDER + sha256) as file:
        for piece in _pieces(file):
            digest.update(piece)
    return digest.hexdigest() == sha256


def unpack(packed: zipfile.ZipFile, store: FolderStore) -> None:
    """Put all files into a store; NotKeptError where one cannot be kept."""
    for sha256 in packed_files(packed):
        with packed.open(FOLDER + sha256) as file:
            store.take(sha256, _pieces(file))


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: file.read(PIECE), b"")
