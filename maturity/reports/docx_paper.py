"""The report of one office as a DOCX file that can be edited further.

Its template is a file that anybody can change in Word: ``templates/report-<language>.docx`` of
the data folder where there is one, else the one that is shipped.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from flask_babel import force_locale, gettext

from maturity.config import Settings
from maturity.reports.chart import Chart
from maturity.reports.docx_template import About, Picture, fill
from maturity.reports.docx_values import Values, Words
from maturity.reports.figures import charts
from maturity.reports.paper import Paper, paper_name
from maturity.reports.report import Report
from maturity.resources import folder
from maturity.survey.instrument import Text

KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
WIDEST, HIGHEST = 165.0, 115.0
"""Millimetres that a picture may take."""
_LONG_AGO = datetime(1980, 1, 1, tzinfo=UTC)


def docx_paper(report: Report, language: str, settings: Settings) -> Paper:
    """The document. MaturityError where an installation's own template is faulty."""
    drawn = [one for one in charts(report, language) if not one.id.startswith("inventory-")]
    values = Words(report, language).values() | {"charts": [_chart(one) for one in drawn]}
    with force_locale(language):
        title = gettext("Laporan maturitas data terbuka")
        author = gettext("Maturitas Data Terbuka")
    about = About(
        title=f"{title} – {report.office.name.in_(language)}",
        author=author,
        subject=f"{report.round_title.in_(language)}, {report.instrument.ref}",
        language=Text("id-ID", "en-GB").in_(language),
        at=report.submitted_at or _LONG_AGO,
    )
    pictures = {one.id: _picture(one) for one in drawn}
    body = fill(template_of(settings, language).read_bytes(), values,
                pictures=pictures, about=about)  # fmt: skip
    return Paper(Path(paper_name(report, language)).with_suffix(".docx").name, body)


def template_of(settings: Settings, language: str) -> Path:
    """The installation's own template, else the shipped one."""
    own = settings.data / "templates" / f"report-{language}.docx"
    return own if own.is_file() else folder("templates") / f"reports/docx/report-{language}.docx"


def _chart(one: Chart) -> Values:
    return {"id": one.id, "title": one.title, "words": one.summary}


def _picture(one: Chart) -> Picture:
    layout = one.figure["layout"]
    wide, high = float(layout["width"]), float(layout["height"])
    scale = min(WIDEST / wide, HIGHEST / high)
    body = _png(one.drawing, wide, high)
    return Picture(body, one.title, one.summary or one.title, wide * scale, high * scale)


@lru_cache(maxsize=64)
def _png(drawing: str, wide: float, high: float) -> bytes:
    from maturity.reports.pdf import png

    return png(drawing, width=wide, height=high)
