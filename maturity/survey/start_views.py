"""The start page and the task list."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from maturity.offices.guard import (
    current_actor,
    permit,
    public,
    thing_of,
)
from maturity.offices.permissions import Action, may
from maturity.survey.blueprint import (
    assessment_thing,
    bp,
    is_closed,
    open_work,
)
from maturity.survey.instrument import Branch, Instrument
from maturity.survey.models import Assessment, Round
from maturity.survey.pages import Pages, Row
from maturity.web import reading


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
    missing: int


@bp.get("/assessments/<int:assessment_id>")
@permit(Action.SEE_ASSESSMENT, assessment_thing)
def tasks(assessment_id: int) -> ResponseReturnValue:
    """What is to be done and how far it is."""
    work = open_work(assessment_id)
    pages = Pages(reading(), work)
    progress = work.route.progress(work.instrument.items)
    actor, thing = current_actor(), thing_of(work.office)
    page = TaskPage(
        assessment=work.assessment,
        instrument=work.instrument,
        groups=tuple(_task_groups(work.instrument, pages)),
        done=progress.done,
        asked=progress.asked,
        closed=is_closed(work.assessment),
        may_answer=may(actor, Action.ANSWER, thing),
        may_submit=may(actor, Action.SUBMIT, thing),
        may_extend=may(actor, Action.ADMINISTER, thing),
        missing=len(work.missing()),
    )
    return render_template("survey/tasks.html", page=page)


def _task_groups(instrument: Instrument, pages: Pages) -> list[tuple[str, str, tuple[Row, ...]]]:
    """Sections under the heading of their dimension, in the order of the instrument."""
    sections = set(instrument.sections)
    groups = []
    for child in instrument.root.children:
        if not isinstance(child, Branch):
            continue
        inside = [child] if child in sections else _sections_below(child, sections)
        rows = tuple(pages.task(section) for section in inside)
        if rows:
            summary = child.summary.in_(pages.language) if child.summary else ""
            groups.append((child.title.in_(pages.language), summary, rows))
    return groups


def _sections_below(branch: Branch, sections: set[Branch]) -> list[Branch]:
    found = []
    for child in branch.children:
        if isinstance(child, Branch):
            found.extend([child] if child in sections else _sections_below(child, sections))
    return found
