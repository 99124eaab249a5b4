"""The report of a round or of a province on paper: the template filled in, the file's name."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from zoneinfo import ZoneInfo

from flask import render_template
from flask_babel import force_locale
from markupsafe import Markup

from maturity.dashboards.frame import PartName
from maturity.dashboards.provinces import province_names
from maturity.dashboards.queries import Standing
from maturity.reports.chart import Chart, Table
from maturity.reports.paper import HASH_MARK, Paper
from maturity.round_reports import tables
from maturity.round_reports.facts import RoundReport
from maturity.round_reports.figures import charts
from maturity.round_reports.findings import Finding, findings
from maturity.round_reports.shown import Shown
from maturity.survey.lifecycle import STATE_NAMES
from maturity.survey.stage_words import STAGE_NAMES
from maturity.web import format_day, format_moment

ZONE = "Asia/Jakarta"
MOST_PARTS = 12
"""Columns that a table of offices by parts has room for."""


@dataclass(frozen=True)
class RoundPage:
    """What the template gets."""

    report: RoundReport
    document_hash: str

    @cached_property
    def shown(self) -> Shown:
        """How numbers are written."""
        return Shown(self.report.frame, self.report.language)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """The sentences."""
        return findings(self.report)

    @cached_property
    def charts(self) -> dict[str, Chart]:
        """The pictures by name."""
        return {chart.id: chart for chart in charts(self.report)}

    @property
    def stage_name(self) -> str:
        """The stage that all numbers are of."""
        return STAGE_NAMES[self.report.stage].in_(self.report.language)

    @property
    def period(self) -> tuple[str, str]:
        """The first and the last day of the round."""
        zone = ZoneInfo(ZONE)
        days = (self.report.opens_at, self.report.closes_at)
        first, last = (format_day(day.astimezone(zone), self.report.language) for day in days)
        return first, last

    @property
    def last(self) -> str:
        """When the last of the offices handed in; "" where none has."""
        moment = self.report.last_at
        return "" if moment is None else format_moment(moment, ZONE, self.report.language)

    @property
    def groups(self) -> list[tuple[str, list[Standing]]]:
        """The offices by province, each group with its title; "" for those of none."""
        if not self.report.cells:
            return [("", list(self.report.rows))]
        names = province_names(self.report.language)
        by = groupby(self.report.rows, key=lambda row: row.province)
        return [(names.get(code or "", ""), list(rows)) for code, rows in by]

    @property
    def columns(self) -> tuple[PartName, ...]:
        """The parts of the table of offices by parts; none where there is no room for it."""
        parts = self.report.frame.parts
        lowest = tuple(part for part in parts if part.depth) or parts
        return lowest if 0 < len(lowest) <= MOST_PARTS else ()

    def table(self, name: str) -> Table:
        """An annex table by name."""
        made: Table = getattr(tables, name)(self.report, self.shown)
        return made

    def state(self, row: Standing) -> str:
        """What an office's state is called."""
        return STATE_NAMES[row.state].in_(self.report.language)

    def drawing(self, chart_id: str) -> Markup:
        """A picture of this paper."""
        return Markup(self.charts[chart_id].drawing)  # noqa: S704


def round_paper_html(report: RoundReport) -> str:
    """The HTML of the paper, with the hash of its own content printed on it."""
    with force_locale(report.language):
        page = RoundPage(report, HASH_MARK)
        html = render_template("round_reports/report.html", page=page)
    name = hashlib.sha256(html.encode()).hexdigest()
    return html.replace(HASH_MARK, name).replace(HASH_MARK[:16], name[:16])


def round_paper(report: RoundReport) -> Paper:
    """The PDF of a round's report."""
    from maturity.reports.pdf import render

    return Paper(round_paper_name(report), render(round_paper_html(report)))


def round_paper_name(report: RoundReport) -> str:
    """What its file is called."""
    whose = f"provinsi-{report.province.code}" if report.province else "nasional"
    return f"laporan-{report.slug}-{whose}-{report.stage}-{report.language}.pdf"
