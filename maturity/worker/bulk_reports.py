"""Draw the reports of all offices of a round, each as a piece of its own, and pack them.

A report that was drawn lies whole in the folder beside an entry that says what it was drawn
of. Whoever begins again, after a kill or a year later, draws only what is not so yet.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import zipfile
from collections.abc import Mapping, Sequence
from concurrent.futures import as_completed
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import weasyprint
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from maturity.app import create_app
from maturity.config import Settings
from maturity.errors import MaturityError
from maturity.reports import bulk
from maturity.reports.build import report_of
from maturity.reports.paper import paper_html, paper_name
from maturity.reports.pdf import render
from maturity.resources import folder
from maturity.survey.lifecycle import HANDED_IN
from maturity.survey.models import Assessment, Round
from maturity.web import page_of, services
from maturity.worker.context import Context

BATCH = 200
"""Reports after which the processes begin anew, for what the PDF library keeps in memory."""
ENTRIES = ".entries"
UNSIGNED = "-"
"""In place of the secret key: papers sign nothing."""
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # files of one content make a ZIP of one content
_turn = Lock()  # processes of Dask may have threads; the PDF library's fonts are for one
_apps: dict[str, Flask] = {}


@dataclass(frozen=True, slots=True)
class Entry:
    """A drawn report: its file, and ``source``, the digest of what it was drawn of."""

    name: str
    sha256: str
    size: int
    source: str


@dataclass(frozen=True, slots=True)
class Piece:
    """One report to be drawn, as it travels to another process. It carries no secret key."""

    settings: Settings
    assessment_id: int
    language: str
    into: str


# --- the job ---------------------------------------------------------------------------


def bulk_reports(context: Context, payload: Mapping[str, Any]) -> dict[str, Any]:
    """All reports of a round in one language: drawn, listed in a manifest, packed."""
    slug, language = str(payload["round"]), str(payload["language"])
    with context.database.read() as session:
        round_id, numbers = _handed_in(session, slug)
    into = bulk.folder_of(context.settings, round_id, language)
    (into / ENTRIES).mkdir(mode=0o700, parents=True, exist_ok=True)
    plain = replace(context.settings, secret_key=UNSIGNED, extra={})
    pieces = [Piece(plain, number, language, str(into)) for number in numbers]
    entries, drawn = _draw_all(context, pieces)
    _tidy(into, {entry.name for entry in entries})
    manifest = {
        "round": slug,
        "language": language,
        "reports": [
            {"name": entry.name, "sha256": entry.sha256, "size": entry.size} for entry in entries
        ],
    }
    name = f"laporan-{slug}-{language}.zip"
    digest, size = _pack(into, name, json.dumps(manifest, indent=1).encode())
    return {
        "folder": into.name,
        "file": name,
        "sha256": digest,
        "size": size,
        "reports": len(entries),
        "drawn": drawn,
    }


def _handed_in(session: Session, slug: str) -> tuple[int, Sequence[int]]:
    round_id = session.scalar(select(Round.id).where(Round.slug == slug))
    if round_id is None:
        raise MaturityError(f"Tidak ada periode {slug}.", f"There is no round {slug}.")
    wanted = Assessment.round_id == round_id, Assessment.state.in_(HANDED_IN)
    return round_id, session.scalars(
        select(Assessment.id).where(*wanted).order_by(Assessment.office_code)
    ).all()


def _draw_all(context: Context, pieces: Sequence[Piece]) -> tuple[list[Entry], int]:
    """Entries by name, and how many were drawn and not found as they should be."""
    found: list[Entry] = []
    drawn = 0
    context.progress(0, len(pieces))
    for start in range(0, len(pieces), BATCH):
        with context.executor() as executor:
            batch = [executor.submit(draw, piece) for piece in pieces[start : start + BATCH]]
            for done, future in enumerate(as_completed(batch), start=start + 1):
                entry, fresh = future.result()
                drawn += fresh
                found += [] if entry is None else [entry]
                context.progress(done, len(pieces))
    return sorted(found, key=lambda entry: entry.name), drawn


def _tidy(into: Path, wanted: set[str]) -> None:
    """Remove reports that the round has no longer, such as those of reopened assessments."""
    for left in into.rglob(".*.part"):  # of killed processes
        left.unlink(missing_ok=True)
    for path in into.glob("*.pdf"):
        if path.name not in wanted:
            _entry_of(path).unlink(missing_ok=True)
            path.unlink(missing_ok=True)


def _pack(into: Path, name: str, manifest: bytes) -> tuple[str, int]:
    """The manifest and the ZIP file of all it lists; the latter's SHA-256 and size."""
    _put(into / bulk.MANIFEST, manifest)
    part = into / f".{name}.part"
    with zipfile.ZipFile(part, "w") as packed:  # PDF files are compressed already
        for path in (into / bulk.MANIFEST, *sorted(into.glob("*.pdf"))):
            packed.writestr(zipfile.ZipInfo(path.name, _LONG_AGO), path.read_bytes())
    with part.open("rb+") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    part.replace(into / name)
    return digest, (into / name).stat().st_size


# --- a piece, in whatever process --------------------------------------------------------


def draw(piece: Piece) -> tuple[Entry | None, bool]:
    """The report as a file, and whether it was drawn now; none of what is not handed in."""
    with _turn, page_of(_application(piece.settings)):
        with services().database.read() as session:
            report = report_of(session, session.get_one(Assessment, piece.assessment_id))
        if report.provisional:  # reopened since the job began
            return None, False
        html = paper_html(report, piece.language)
        source = hashlib.sha256((html + _look()).encode()).hexdigest()
        path = Path(piece.into) / paper_name(report, piece.language)
        known = _known(path)
        if known is not None and known.source == source:
            return known, False
        return _drawn(path, html, source), True


def _application(settings: Settings) -> Flask:
    name = f"{settings.data} {settings.database}"
    if name not in _apps:
        _apps[name] = create_app(settings)
    return _apps[name]


@cache
def _look() -> str:
    """What a report's look depends on beside its HTML."""
    styles = b"".join(path.read_bytes() for path in sorted(folder("static").glob("css/*.css")))
    return f"{weasyprint.__version__} {hashlib.sha256(styles).hexdigest()}"


def _known(path: Path) -> Entry | None:
    """What was drawn before; None where it is not there as its entry says."""
    try:
        entry = Entry(**json.loads(_entry_of(path).read_bytes()))
        same = hashlib.sha256(path.read_bytes()).hexdigest() == entry.sha256
    except (OSError, ValueError, TypeError):
        return None
    return entry if same else None


def _drawn(path: Path, html: str, source: str) -> Entry:
    body = render(html)
    entry = Entry(path.name, hashlib.sha256(body).hexdigest(), len(body), source)
    _put(path, body)
    _put(_entry_of(path), json.dumps(asdict(entry)).encode())
    return entry


def _entry_of(path: Path) -> Path:
    return path.parent / ENTRIES / f"{path.name}.json"


def _put(path: Path, body: bytes) -> None:
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
