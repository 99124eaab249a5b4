"""The start page and the task list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from maturity.offices.guard import (
    current_actor,
    permit,
    public,
    thing_of,
)
from maturity.offices.permissions import Action, may
from maturity.survey.answers import evidence_key
from maturity.survey.assessments import Work
from maturity.survey.blueprint import (
    assessment_thing,
    bp,
    is_closed,
    may_answer,
    open_work,
)
from maturity.survey.carried_pages import CarriedPages
from maturity.survey.deadlines import filling_due
from maturity.survey.decision_views import StageNotice, notice_of
from maturity.survey.example_consents import consents
from maturity.survey.expiry import day_there, ending
from maturity.survey.instrument import Branch, Instrument
from maturity.survey.lifecycle import DECIDED, HANDED_IN
from maturity.survey.models import Assessment, Round
from maturity.survey.pages import Pages, Row, item_address, subject_words
from maturity.survey.sections import assigned
from maturity.web import format_day, locale, now, reading


@dataclass(frozen=True, slots=True)
class StartPage:
    """Where a person's work is."""

    mine: tuple[Assessment, ...]
    rounds: tuple[Round, ...]


@bp.get("/start")
@public
def start() -> ResponseReturnValue:
    """The start page: what it is for visitors, the own work for people who signed in."""
    actor = current_actor()
    if actor.delegation is not None:
        return redirect(url_for("survey.own_section"))
    if actor.person_id is None:
        return render_template("survey/welcome.html")
    session = reading()
    rounds = tuple(session.scalars(select(Round).order_by(Round.opens_at.desc())))
    mine = session.scalars(
        select(Assessment)
        .where(Assessment.office_code.in_(actor.offices))
        .options(joinedload(Assessment.office), joinedload(Assessment.round))
        .join(Assessment.round)
        .order_by(Round.opens_at.desc(), Assessment.office_code)
    )
    page = StartPage(tuple(mine), rounds if may(actor, Action.SEE_ROUND) else ())
    return render_template("survey/start.html", page=page)


# --- task list ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EndingLine:
    """Evidence that has ended or ends soon, and where it is attached."""

    href: str
    subject: str
    day: str
    over: bool


@dataclass(frozen=True, slots=True)
class TaskPage:
    """The task list of an assessment."""

    assessment: Assessment
    instrument: Instrument
    groups: tuple[tuple[str, str, tuple[Row, ...]], ...]
    done: int
    asked: int
    closed: bool
    may_answer: bool
    may_submit: bool
    may_extend: bool
    may_permit_examples: bool
    missing: int
    may_share: bool
    only_mine: bool
    notice: StageNotice | None
    due: datetime
    carried: int
    ending: tuple[EndingLine, ...]

    @property
    def handed_in(self) -> bool:
        """Whether the office has handed it in and nothing was returned to it."""
        return self.assessment.state in HANDED_IN and self.assessment.submitted_at is not None


@bp.get("/assessments/<int:assessment_id>")
@permit(Action.SEE_ASSESSMENT, assessment_thing)
def tasks(assessment_id: int) -> ResponseReturnValue:
    """What is to be done and how far it is."""
    session, work = reading(), open_work(assessment_id)
    progress = work.route.progress(work.instrument.items)
    actor, thing = current_actor(), thing_of(work.office)
    fillable = may_answer(work)
    only_mine = request.args.get("sections") == "mine"
    rows = _task_rows(session, work, actor.person_id if only_mine else None)
    page = TaskPage(
        assessment=work.assessment,
        instrument=work.instrument,
        groups=tuple(_task_groups(work.instrument, rows)),
        done=progress.done,
        asked=progress.asked,
        closed=is_closed(work.assessment),
        may_answer=may(actor, Action.ANSWER, thing),
        may_submit=may(actor, Action.SUBMIT, thing),
        may_extend=may(actor, Action.ADMINISTER, thing),
        may_permit_examples=may(actor, Action.PERMIT_EXAMPLES, thing)
        and (work.assessment.state in DECIDED or bool(consents(session, work.assessment))),
        missing=len(work.missing()),
        may_share=may(actor, Action.SHARE_WORK, thing),
        only_mine=only_mine,
        notice=notice_of(reading(), work.assessment) if may(actor, Action.ANSWER, thing) else None,
        due=filling_due(work.assessment),
        carried=len(CarriedPages(session, work, locale()).views()) if fillable else 0,
        ending=tuple(_ending(work)) if fillable else (),
    )
    return render_template("survey/tasks.html", page=page)


def _ending(work: Work) -> Iterator[EndingLine]:
    """Evidence that has ended or ends within thirty days, soonest first."""
    keys, day = work.evidence.keys() | work.files.keys(), day_there(now(), work.office.timezone)
    first = {evidence_key(item): item for item in reversed(work.instrument.items)}
    home = {q.id: section for section in work.instrument.sections for q in section.questions}
    for one in ending(((key, piece) for key in keys for piece in work.pieces(key)), day):
        item = first.get(one.key)
        if item is not None:
            href = item_address(work.assessment.id, home[item.question.id], item)
            words = subject_words(item, locale())
            yield EndingLine(href, words, format_day(one.until, locale()), one.until < day)


def _task_rows(session: Session, work: Work, only: int | None) -> dict[Branch, Row]:
    """The line of each section with who takes care of it; ``only`` those of one person."""
    pages, given, me = Pages(session, work), assigned(session, work.assessment), current_actor()
    found = {}
    for section in work.instrument.sections:
        person = given.get(section.id)
        if only is not None and (person is None or person.id != only):
            continue
        mine = person is not None and person.id == me.person_id
        row = replace(pages.task(section), mark=gettext("Bagian Anda") if mine else "")
        if person is not None and not mine:
            row = replace(row, hint=f"{row.hint} · {person.name}")
        found[section] = row
    return found


def _task_groups(
    instrument: Instrument, lines: Mapping[Branch, Row]
) -> list[tuple[str, str, tuple[Row, ...]]]:
    """Sections under the heading of their dimension, in the order of the instrument."""
    language = locale()
    sections = set(instrument.sections)
    groups = []
    for child in instrument.root.children:
        if not isinstance(child, Branch):
            continue
        inside = [child] if child in sections else _sections_below(child, sections)
        rows = tuple(lines[section] for section in inside if section in lines)
        if rows:
            summary = child.summary.in_(language) if child.summary else ""
            groups.append((child.title.in_(language), summary, rows))
    return groups


def _sections_below(branch: Branch, sections: set[Branch]) -> list[Branch]:
    found = []
    for child in branch.children:
        if isinstance(child, Branch):
            found.extend([child] if child in sections else _sections_below(child, sections))
    return found
