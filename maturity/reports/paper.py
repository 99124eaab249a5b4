"""The report of one office on paper: the template filled in, and the file's name."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from flask import render_template
from flask_babel import force_locale
from markupsafe import Markup

from maturity.reports.beside import Earlier, Peers, Rank
from maturity.reports.chart import Chart
from maturity.reports.figures import charts
from maturity.reports.peers_figure import basis, rank_words, signed, silence
from maturity.reports.report import Report, scale_class
from maturity.survey.instrument import Text
from maturity.web import format_moment, format_number

HASH_MARK = "0" * 64
BRIEF_STEPS = 4


@dataclass(frozen=True)
class Paper:
    """A finished report."""

    name: str
    body: bytes


@dataclass(frozen=True)
class PaperPage:
    """What the template gets: the report in one language."""

    report: Report
    language: str
    charts: dict[str, Chart]
    document_hash: str

    def say(self, words: object) -> str:
        """The words in the paper's language."""
        return "" if words is None else str(words.in_(self.language))  # type: ignore[attr-defined]

    def number(self, value: float | None, digits: int = 2) -> str:
        """A number as it is written in the paper's language."""
        return format_number(value, digits, self.language)

    def share(self, value: float | None) -> str:
        """A share 0..1 in percent."""
        return "–" if value is None else f"{format_number(value * 100, 0, self.language)}%"

    @property
    def brief_steps(self) -> int:
        """How many steps the first two pages have room for; all are in the annex."""
        return BRIEF_STEPS

    @property
    def submitted(self) -> str:
        """When it was handed in, in the office's zone."""
        moment = self.report.submitted_at
        if moment is None:
            return "–"
        return format_moment(moment, self.report.office.zone, self.language)

    @property
    def scale_class(self) -> str:
        """The colours of this instrument's number of levels."""
        return scale_class(len(self.report.instrument.levels))

    def rank(self, rank: Rank) -> Text:
        """A rank with its interval and ties."""
        return rank_words(rank)

    def signed(self, change: float | None) -> str:
        """A change with its sign."""
        return signed(change, self.language)

    def basis(self, one: Earlier) -> Text:
        """On what an earlier round is compared."""
        return basis(one)

    def silence(self, peers: Peers) -> Text:
        """Why a group is not told about."""
        return silence(peers)

    def drawing(self, chart_id: str) -> Markup:
        """A chart as a picture; empty where the report has none of that name."""
        chart = self.charts.get(chart_id)
        return Markup("") if chart is None else Markup(chart.drawing)  # noqa: S704


def paper_html(report: Report, language: str) -> str:
    """The HTML of the paper, with the hash of its own content printed on it."""
    drawn = {chart.id: chart for chart in charts(report, language)}
    with force_locale(language):
        page = PaperPage(report, language, drawn, HASH_MARK)
        html = render_template("reports/pdf/report.html", page=page)
    name = hashlib.sha256(html.encode()).hexdigest()
    return html.replace(HASH_MARK, name).replace(HASH_MARK[:16], name[:16])


def paper(report: Report, language: str) -> Paper:
    """The PDF of a report."""
    from maturity.reports.pdf import render

    return Paper(paper_name(report, language), render(paper_html(report, language)))


def paper_name(report: Report, language: str) -> str:
    """What its file is called."""
    return f"laporan-{report.round_slug}-{report.office.code}-{language}.pdf"
