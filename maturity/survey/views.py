"""Pages of the questionnaire: task list, sections, checking, submitting."""

from __future__ import annotations

from flask import Flask
from flask_babel import gettext

from maturity.offices.guard import current_person_id
from maturity.offices.navigation import Entry, add_entry
from maturity.offices.permissions import Action, Actor, may
from maturity.survey import (
    administration,
    archive_views,
    assignment_views,
    carried_views,
    correction_views,
    decision_views,
    example_views,
    extension_views,
    file_views,
    interest_views,
    lifecycle_views,
    link_views,
    reply_views,
    round_views,
    saving_views,
    section_views,
    sections_views,
    settlement_views,
    settling_views,
    sign_off_views,
    start_views,
    submitting_views,
    taking_up,
    target_views,
    thread_views,
    timeline_views,
    verification_acts,
    verification_end,
    verification_views,
    verify_views,
    workbook_views,
)
from maturity.survey.blueprint import assessment_or_404, assessment_thing, bp
from maturity.survey.deadlines import filling_due, is_extended
from maturity.survey.lifecycle import STATE_NAMES, AssessmentState
from maturity.survey.verification_queue import LISTED
from maturity.web import locale, reading

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
    thread_views,
    decision_views,
    example_views,
    verification_acts,
    verification_end,
    round_views,
    assignment_views,
    extension_views,
    correction_views,
    target_views,
    interest_views,
    lifecycle_views,
    reply_views,
    settlement_views,
    settling_views,
)
"""Modules whose pages join the blueprint by being imported."""

__all__ = ["assessment_or_404", "assessment_thing", "bp", "init_app"]


def init_app(app: Flask) -> None:
    """Add these pages to an application."""
    app.register_blueprint(bp)
    app.register_blueprint(verification_views.bp)
    app.register_blueprint(administration.bp)
    add_entry(app, Entry("verification.queue_page", _queue_label, _queue_values))
    add_entry(app, Entry("administration.index", lambda: gettext("Kelola periode"), _runs_rounds))
    settling_views.init_app(app)
    app.jinja_env.filters.update(state_name=state_name, state_kind=state_kind)
    app.jinja_env.globals.update(
        state_choices=state_choices,
        queue_states=queue_states,
        filling_due=filling_due,
        is_extended=is_extended,
    )
    link_views.init_app(app)


def _runs_rounds(actor: Actor) -> dict[str, str] | None:
    return {} if may(actor, Action.ASSIGN) else None


def state_name(state: str) -> str:
    """Template filter: the name of an assessment's state in the reader's language."""
    return STATE_NAMES[AssessmentState(state)].in_(locale())


def state_kind(state: str) -> str:
    """Template filter: the kind of tag that shows a state."""
    return _TAGS.get(AssessmentState(state), "sent")


def state_choices() -> list[tuple[str, str]]:
    """All states with their names, for a list to choose from."""
    return [(str(state), state_name(state)) for state in AssessmentState]


def queue_states() -> list[tuple[str, str]]:
    """The states that a verifier's queue can be asked for, with their names."""
    return [(str(state), state_name(state)) for state in LISTED]


def _queue_label() -> str:
    waiting = taking_up.waiting(reading(), current_person_id())
    return gettext("Verifikasi (%(n)s)", n=waiting) if waiting else gettext("Verifikasi")


def _queue_values(actor: Actor) -> dict[str, str] | None:
    return {} if may(actor, Action.SEE_QUEUE) else None


_TAGS = {
    AssessmentState.NOT_STARTED: "none",
    AssessmentState.IN_PROGRESS: "doing",
    AssessmentState.RETURNED: "check",
    AssessmentState.SETTLED: "done",
    AssessmentState.PUBLISHED: "done",
}
