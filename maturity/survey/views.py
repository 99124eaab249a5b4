"""Pages of the questionnaire: task list, sections, checking, submitting."""

from __future__ import annotations

from flask import Flask

from maturity.survey import (
    archive_views,
    carried_views,
    file_views,
    link_views,
    saving_views,
    section_views,
    sections_views,
    sign_off_views,
    start_views,
    submitting_views,
    timeline_views,
    verify_views,
    workbook_views,
)
from maturity.survey.blueprint import assessment_or_404, assessment_thing, bp
from maturity.survey.lifecycle import STATE_NAMES, AssessmentState
from maturity.web import locale

PAGES = (
    start_views,
    section_views,
    sections_views,
    link_views,
    saving_views,
    carried_views,
    submitting_views,
    timeline_views,
    file_views,
    archive_views,
    workbook_views,
    sign_off_views,
    verify_views,
)
"""Modules whose pages join the blueprint by being imported."""

__all__ = ["assessment_or_404", "assessment_thing", "bp", "init_app"]


def init_app(app: Flask) -> None:
    """Add these pages to an application."""
    app.register_blueprint(bp)
    app.jinja_env.filters.update(state_name=state_name, state_kind=state_kind)
    app.jinja_env.globals.update(state_choices=state_choices)
    link_views.init_app(app)


def state_name(state: str) -> str:
    """Template filter: the name of an assessment's state in the reader's language."""
    return STATE_NAMES[AssessmentState(state)].in_(locale())


def state_kind(state: str) -> str:
    """Template filter: the kind of tag that shows a state."""
    return _TAGS.get(AssessmentState(state), "sent")


def state_choices() -> list[tuple[str, str]]:
    """All states with their names, for a list to choose from."""
    return [(str(state), state_name(state)) for state in AssessmentState]


_TAGS = {
    AssessmentState.NOT_STARTED: "none",
    AssessmentState.IN_PROGRESS: "doing",
    AssessmentState.RETURNED: "check",
    AssessmentState.SETTLED: "done",
    AssessmentState.PUBLISHED: "done",
}
