"""Letters about decisions: to the office, as soon as the decision is made."""

from __future__ import annotations

from sqlalchemy.orm import Session

from maturity.mail.outbox import Order, post
from maturity.survey.answers import Author
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.models import Assessment, Decision
from maturity.survey.recipients import of_office

_S = AssessmentState
KEY = "decision"
TEMPLATES = {
    _S.RETURNED: "returned.txt",
    _S.REPLY: "reply_open.txt",
    _S.VERIFYING: "reopened.txt",
    _S.SETTLED: "settled.txt",
    _S.PUBLISHED: "published.txt",
}
"""The letter about having come into a state; others are the office's own doing."""


def on_change(session: Session, decision: Decision, *, author: Author) -> None:
    """Order the letters about a change of state, in its transaction."""
    if decision.after not in TEMPLATES:
        return
    if (decision.before, decision.after) == (_S.SUBMITTED, _S.VERIFYING):
        return
    session.flush()
    assessment = session.get_one(Assessment, decision.assessment_id)
    for person in of_office(session, assessment.office_code):
        order = Order(KEY, f"{KEY}:{decision.id}:{person}", person, {"decision": decision.id})
        post(session, order, now=author.now)
