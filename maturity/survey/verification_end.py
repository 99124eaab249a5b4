"""The end of a verification: what is still undecided, section by section, and the act itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from maturity.offices.guard import permit
from maturity.offices.permissions import Action
from maturity.survey import assessments, judging
from maturity.survey.assessments import NotAllowedError, Work
from maturity.survey.blueprint import (
    assessment_or_404,
    assessment_thing,
    author,
    has_done,
    open_work,
)
from maturity.survey.deadlines import reply_until
from maturity.survey.forms import dom_id
from maturity.survey.instrument import Item
from maturity.survey.judging import UndecidedError
from maturity.survey.lifecycle import STATE_NAMES, AssessmentState
from maturity.survey.stages import Stages, stages
from maturity.survey.threads import all_of, awaited
from maturity.survey.verification_acts import act_refusal, to_overview
from maturity.survey.verification_views import bp
from maturity.web import locale, now, reading, writing

_S = AssessmentState


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A question, or an object of a matrix, with claims that nobody has decided about."""

    href: str
    words: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenSection:
    """A section with ``count`` claims that nobody has decided about."""

    title: str
    count: int
    lines: tuple[OpenLine, ...]


def _by_section(found: Stages, items: Sequence[Item]) -> list[OpenSection]:
    sections = []
    for section in found.work.instrument.sections:
        here = {question.id for question in section.questions}
        mine = [item for item in items if item.question.id in here]
        together = groupby(mine, key=lambda item: item.stem or item.key)
        lines = tuple(_line(found.work, list(group)) for _key, group in together)
        if lines:
            sections.append(OpenSection(section.title.in_(locale()), len(mine), lines))
    return sections


def _line(work: Work, items: Sequence[Item]) -> OpenLine:
    """The undecided claims of one question or object; it leads to the first."""
    first = items[0]
    words = f"{first.key} {first.question.title.in_(locale())}"
    if first.thing is not None:
        words = first.thing.label.in_(locale())
    columns = tuple(item.column.label.in_(locale()) for item in items if item.column is not None)
    return OpenLine(_address(work, first), words, columns)


def _address(work: Work, item: Item) -> str:
    """Where a claim is decided."""
    section = next(s for s in work.instrument.sections if item.question in s.questions)
    here, anchor = work.assessment.id, f"{dom_id(item.key)}-verdict"
    matrix = item.question.matrix
    if matrix is None or not matrix.paged or item.thing is None:
        return url_for(
            "verification.section", assessment_id=here, section=section.id, _anchor=anchor
        )
    return url_for(
        "verification.thing",
        assessment_id=here,
        section=section.id,
        question=item.question.id,
        thing=item.thing.id,
        _anchor=anchor,
    )


@bp.get("/assessments/<int:assessment_id>/verify/finish")
@permit(Action.VERIFY, assessment_thing)
def finish_page(assessment_id: int) -> ResponseReturnValue:
    """What is undecided, and what follows when verification ends."""
    return _finish_page(assessment_id)


def _finish_page(assessment_id: int, error: str = "", status: int = 200) -> ResponseReturnValue:
    session, work = reading(), open_work(assessment_id)
    found = stages(session, work)
    open_ones = [item for item in found.claims() if found.verified(item.key) is None]
    body = render_template(
        "survey/verification_finish.html",
        assessment=work.assessment,
        undecided=len(open_ones),
        sections=_by_section(found, open_ones),
        lowered=len(found.differing()),
        claims=len(found.claims()),
        until=reply_until(work.assessment, now()),
        refusal=error or act_refusal(work.assessment, "finish"),
        threads=sum(awaited(one) is not None for one in all_of(session, assessment_id)),
    )
    return body, status


@bp.post("/assessments/<int:assessment_id>/verify/finish")
@permit(Action.VERIFY, assessment_thing)
def finish(assessment_id: int) -> ResponseReturnValue:
    """End verification: freeze the verified score and open the office's right of reply."""
    try:
        with writing() as session:
            assessment = assessment_or_404(session, assessment_id, held=True)
            work = assessments.work(session, assessment)
            judging.open_reply(session, stages(session, work), author=author())
    except (NotAllowedError, UndecidedError) as error:
        if not has_done(assessment_id, _S.REPLY):
            return _finish_page(assessment_id, error.in_(locale()), error.status)
    state = STATE_NAMES[_S.REPLY].in_(locale())
    flash(
        gettext("Verifikasi selesai; penilaian kini berstatus “%(state)s”.", state=state), "success"
    )
    return to_overview(assessment_id)
