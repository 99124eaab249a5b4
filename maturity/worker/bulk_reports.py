"""The reports of all offices of a round: drawn by processes, listed, and (for the page) packed.

The command and the job are the same work. What was drawn lies whole in the folder beside a line
of the manifest that says of what. Whoever begins again, after a kill or a year later, draws only
what is not so yet.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections import defaultdict, deque
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from maturity.config import Settings
from maturity.errors import MaturityError
from maturity.reports import bulk
from maturity.survey.lifecycle import HANDED_IN
from maturity.survey.models import Assessment, Round
from maturity.worker import manifest
from maturity.worker.context import Context
from maturity.worker.manifest import Entry
from maturity.worker.report_piece import UNSIGNED, Piece, draw

BATCH = 200
"""Drawn reports after which processes begin anew, for what the PDF library keeps in memory."""
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # files of one content make a ZIP of one content
Progress = Callable[[int, int], None]
"""Is told how many are done of how many; what it raises ends the work."""


@dataclass(frozen=True, slots=True)
class Work:
    """All reports of a round in one language, to be made in a folder.

    ``cache`` is another folder that may hold some of them already.
    """

    settings: Settings
    language: str
    numbers: Sequence[int]
    into: Path
    cache: Path


@dataclass(frozen=True, slots=True)
class Made:
    """All of them by file name; ``drawn`` is how many were not there as they should be."""

    entries: tuple[Entry, ...]
    drawn: int


def work_of(
    session: Session, settings: Settings, slug: str, *, language: str, into: Path | None = None
) -> Work:
    """The work on all that is handed in; without ``into`` in the job's own folder.

    MaturityError where there is no such round.
    """
    round_id = session.scalar(select(Round.id).where(Round.slug == slug))
    if round_id is None:
        raise MaturityError(f"Tidak ada periode {slug}.", f"There is no round {slug}.")
    wanted = Assessment.round_id == round_id, Assessment.state.in_(HANDED_IN)
    numbers = session.scalars(
        select(Assessment.id).where(*wanted).order_by(Assessment.office_code)
    ).all()
    cache = bulk.folder_of(settings, round_id, language)
    return Work(settings, language, numbers, into or cache, cache)


def make(
    work: Work, executor: Callable[[], AbstractContextManager[Executor]], progress: Progress
) -> Made:
    """Draw what is not there yet, and list all. PassingError while another process does so."""
    work.into.mkdir(mode=0o700, parents=True, exist_ok=True)
    with manifest.alone(work.into):
        before = manifest.read(work.into)
        found: list[Entry] = []
        drawn, pieces = 0, _pieces(work)
        progress(0, len(pieces))
        with closing(_drawn(pieces, executor)) as outcomes:
            for done, (entry, fresh) in enumerate(outcomes, start=1):
                drawn += fresh
                if entry is not None:
                    found.append(entry)
                if entry is not None and entry not in before:
                    manifest.add(work.into, entry)
                progress(done, len(pieces))
        entries = tuple(sorted(found, key=lambda entry: entry.file))
        _tidy(work.into, {one.file for one in before} - {one.file for one in entries})
        manifest.replace(work.into, entries)
    return Made(entries, drawn)


def _drawn(
    pieces: Sequence[Piece], executor: Callable[[], AbstractContextManager[Executor]]
) -> Generator[tuple[Entry | None, bool]]:
    """What came of each piece, as it is done; by new processes after so many drawn ones."""
    waiting = deque(pieces)
    while waiting:
        drawn = 0
        with executor() as pool:
            running: set[Future[tuple[Entry | None, bool]]] = set()
            while running or (waiting and drawn < BATCH):
                while waiting and drawn + len(running) < BATCH:
                    running.add(pool.submit(draw, waiting.popleft()))
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in sorted(done, key=_failed):  # first what can be listed
                    entry, fresh = future.result()
                    drawn += fresh
                    yield entry, fresh


def _failed(future: Future[Any]) -> bool:
    return future.cancelled() or future.exception() is not None


def _pieces(work: Work) -> list[Piece]:
    plain = replace(work.settings, secret_key=UNSIGNED, extra={})
    known: dict[int, list[tuple[str, Entry]]] = defaultdict(list)
    for place in dict.fromkeys((work.into, work.cache)):
        for entry in manifest.read(place):
            if entry.language == work.language:
                known[entry.assessment].append((str(place), entry))
    return [
        Piece(plain, number, work.language, str(work.into), tuple(known[number]))
        for number in work.numbers
    ]


def _tidy(into: Path, gone: set[str]) -> None:
    """Remove reports that the round has no longer, such as those of reopened assessments."""
    for left in into.glob(".*.part"):  # of killed processes
        if left.name.startswith((".laporan-", f".{bulk.MANIFEST}.")):
            left.unlink(missing_ok=True)
    for name in gone:
        (into / name).unlink(missing_ok=True)


# --- the job ---------------------------------------------------------------------------


def bulk_reports(context: Context, payload: Mapping[str, Any]) -> dict[str, Any]:
    """All reports of a round in one language: drawn, listed in a manifest, packed."""
    slug, language = str(payload["round"]), str(payload["language"])
    with context.database.read() as session:
        work = work_of(session, context.settings, slug, language=language)
    made = make(work, context.executor, context.progress)
    name = f"laporan-{slug}-{language}.zip"
    digest, size = _pack(work.into, name, made.entries)
    return {
        "folder": work.into.name,
        "file": name,
        "sha256": digest,
        "size": size,
        "reports": len(made.entries),
        "drawn": made.drawn,
    }


def _pack(into: Path, name: str, entries: Sequence[Entry]) -> tuple[str, int]:
    """The ZIP file of the manifest and all it lists; its SHA-256 and size."""
    part = into / f".{name}.part"
    with zipfile.ZipFile(part, "w") as packed:  # PDF files are compressed already
        for one in (bulk.MANIFEST, *(entry.file for entry in entries)):
            packed.writestr(zipfile.ZipInfo(one, _LONG_AGO), (into / one).read_bytes())
    with part.open("rb+") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    part.replace(into / name)
    return digest, (into / name).stat().st_size
