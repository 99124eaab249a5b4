"""All contents that the database refers to: are they there, and copying them elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from maturity.survey.file_models import StoredFile
from maturity.survey.files import FileStore, LostError
from maturity.survey.link_models import ArchivedLink


class Copied(StrEnum):
    """What became of one content."""

    COPIED = "copied"
    THERE = "there"
    LOST = "lost"


def referred(session: Session) -> list[str]:
    """SHA-256 of every evidence file, removed ones too, and of every copy of a link."""
    kept = select(ArchivedLink.content_sha256).where(ArchivedLink.content_sha256.is_not(None))
    both = union(select(StoredFile.sha256), kept).subquery()
    return list(session.scalars(select(both.c[0]).order_by(both.c[0])))


def lost(store: FileStore, contents: list[str]) -> Iterator[str]:
    """Those that are missing or damaged; UnreachableError where the store does not answer."""
    return (sha256 for sha256 in contents if not _has(store, sha256))


def copy(source: FileStore, target: FileStore, contents: list[str]) -> Iterator[tuple[str, Copied]]:
    """Copy each content that the target does not have whole; begun again, it goes on."""
    for sha256 in contents:
        if _has(target, sha256):
            yield sha256, Copied.THERE
            continue
        try:
            target.put(source.get(sha256))
            yield sha256, Copied.COPIED
        except LostError:
            yield sha256, Copied.LOST


def _has(store: FileStore, sha256: str) -> bool:
    try:
        store.get(sha256)
    except LostError:
        return False
    return True
