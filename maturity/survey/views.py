"""Pages of the questionnaire: task list, sections, checking, submitting."""

from __future__ import annotations

from flask import Flask

from maturity.survey import (
    file_views,
    link_views,
    saving_views,
    section_views,
    start_views,
    submitting_views,
    workbook_views,
)
from maturity.survey.blueprint import assessment_or_404, assessment_thing, bp

PAGES = (
    start_views,
    section_views,
    saving_views,
    submitting_views,
    file_views,
    link_views,
    workbook_views,
)
"""Modules whose pages join the blueprint by being imported."""

__all__ = ["assessment_or_404", "assessment_thing", "bp", "init_app"]


def init_app(app: Flask) -> None:
    """Add these pages to an application."""
    app.register_blueprint(bp)
