"""One report of many, drawn in whatever process."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from flask import Flask

from maturity.app import create_app
from maturity.config import Settings
from maturity.reports import bulk
from maturity.reports.build import report_of
from maturity.reports.paper import paper_html, paper_name
from maturity.reports.report import Report
from maturity.reports.ways import KeptWays
from maturity.survey.models import Assessment
from maturity.web import page_of, services
from maturity.worker import manifest
from maturity.worker.manifest import Entry

UNSIGNED = "-"
"""In place of the secret key: papers sign nothing."""
_turn = Lock()  # processes of Dask may have threads; the PDF library's fonts are for one
_apps: dict[str, Flask] = {}


@dataclass(frozen=True, slots=True)
class Piece:
    """One report to be drawn, as it travels to another process. It carries no secret key.

    ``known`` is what was drawn of this assessment before: folder and entry.
    """

    settings: Settings
    assessment_id: int
    language: str
    into: str
    known: tuple[tuple[str, Entry], ...] = ()


def draw(piece: Piece) -> tuple[Entry | None, bool]:
    """The report as a file, and whether it was drawn now; none of what is not handed in."""
    from maturity.reports.pdf import render, source_of

    with _turn, page_of(_application(piece.settings)):
        with services().database.read() as session:
            assessment = session.get_one(Assessment, piece.assessment_id)
            kept = KeptWays(bulk.way_file(piece.settings, assessment.id), manifest.put)
            report = report_of(session, assessment, ways=kept)
        if report.provisional:  # reopened since the work began
            return None, False
        html = paper_html(report, piece.language)
        source = source_of(html)
        path = Path(piece.into) / paper_name(report, piece.language)
        found = _found(piece, path, source)
        if found is not None:
            return found, False
        body = render(html)
        manifest.put(path, body)
        return _entry(report, piece.language, path.name, source=source, body=body), True


def _application(settings: Settings) -> Flask:
    name = f"{settings.data} {settings.database}"
    if name not in _apps:
        _apps[name] = create_app(settings)
    return _apps[name]


def _found(piece: Piece, path: Path, source: str) -> Entry | None:
    """What was drawn of the same before, here or (then it is copied) elsewhere."""
    for place, entry in piece.known:
        same = entry.source == source and entry.file == path.name
        if same and manifest.holds(Path(place), entry):
            if place != piece.into:
                manifest.put(path, (Path(place) / entry.file).read_bytes())
            return entry
    return None


def _entry(report: Report, language: str, name: str, *, source: str, body: bytes) -> Entry:
    from pypdf import PdfReader

    return Entry(
        round=report.round_slug,
        office=report.office.code,
        assessment=report.assessment,
        stage=str(report.stage),
        language=language,
        source=source,
        file=name,
        sha256=hashlib.sha256(body).hexdigest(),
        bytes=len(body),
        pages=len(PdfReader(io.BytesIO(body)).pages),
    )
