"""Pages of the conversations between an office and its verifier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from maturity.db import MAX_ID
from maturity.errors import MaturityError
from maturity.offices.guard import current_actor, permit
from maturity.offices.models import Person
from maturity.offices.permissions import Action
from maturity.survey import assessments, threads
from maturity.survey.answers import MAX_NOTE, evidence_key
from maturity.survey.blueprint import assessment_or_404, assessment_thing, author, bp
from maturity.survey.evidence_pages import typed_warning
from maturity.survey.instrument import Instrument, Item
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.models import Assessment
from maturity.survey.stage_models import Comment, Thread, ThreadKind
from maturity.survey.threads import Side
from maturity.web import format_moment, locale, now, reading, writing

ACTS = {"comment": threads.comment, "resolve": threads.resolve, "reopen": threads.reopen}


@dataclass(frozen=True, slots=True)
class CommentView:
    """One contribution."""

    side: str
    who: str
    when: str
    words: str
    warning: str


@dataclass(frozen=True, slots=True)
class ThreadView:
    """A conversation. ``waiting`` says for whom it waits, and for how long."""

    id: int
    kind: str
    title: str
    href: str
    resolved: str
    waiting: str
    comments: tuple[CommentView, ...]
    typed: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class ThreadsPage:
    """Conversations about an assessment, or about one question or object of it."""

    assessment: Assessment
    title: str
    side: Side
    threads: tuple[ThreadView, ...]
    show: str
    counts: dict[str, int]
    key: str
    items: tuple[tuple[str, str], ...]
    kinds: tuple[tuple[str, str], ...]
    may_open: bool
    unassigned: bool
    error: str
    typed: dict[str, str]
    limit: int = MAX_NOTE


@dataclass(frozen=True, slots=True)
class Refused:
    """What could not be kept: in the thread of this number, or as a new one (0), and why."""

    thread: int
    error: str


def _side(assessment: Assessment) -> Side:
    """For whom this person speaks; ends the request for others."""
    return threads.side_of(current_actor(), assessment) or abort(403)


@bp.get("/assessments/<int:assessment_id>/threads")
@permit(Action.SEE_ASSESSMENT, assessment_thing)
def all_threads(assessment_id: int) -> ResponseReturnValue:
    """All conversations about an assessment."""
    return _page(assessment_id, "")


@bp.get("/assessments/<int:assessment_id>/threads/<path:key>")
@permit(Action.SEE_ASSESSMENT, assessment_thing)
def item_threads(assessment_id: int, key: str) -> ResponseReturnValue:
    """The conversations about one question, or one object of a matrix."""
    return _page(assessment_id, key)


@bp.post("/assessments/<int:assessment_id>/threads/<path:key>")
@permit(Action.SEE_ASSESSMENT, assessment_thing)
def open_thread(assessment_id: int, key: str) -> ResponseReturnValue:
    """Begin a conversation about an item."""
    form, who = request.form, author()
    try:
        with writing() as session:
            assessment = assessment_or_404(session, assessment_id, held=True)
            side = _speaking(assessment)
            items = _items_or_404(assessments.instrument_of(assessment.round), key)
            item = next((one for one in items if one.key == form.get("item")), items[0])
            threads.begin(
                session,
                assessment,
                item,
                kind=_kind(form.get("kind", "")),
                words=form.get("words", ""),
                side=side,
                author=who,
            )
    except MaturityError as error:
        return _page(assessment_id, key, Refused(0, error.in_(locale())), error.status)
    flash(gettext("Pesan terkirim."), "success")
    return redirect(url_for("survey.item_threads", assessment_id=assessment_id, key=key), 303)


@bp.post("/assessments/<int:assessment_id>/thread/<int:thread_id>")
@permit(Action.SEE_ASSESSMENT, assessment_thing)
def act_on_thread(assessment_id: int, thread_id: int) -> ResponseReturnValue:
    """Answer in a conversation, mark it as resolved, or take it up again."""
    _speaking(assessment_or_404(reading(), assessment_id))
    act = ACTS.get(request.form.get("do", "")) or abort(400)
    who, words = author(), request.form.get("words", "")
    try:
        with writing() as session:
            assessment = assessment_or_404(session, assessment_id, held=True)
            side = _speaking(assessment)
            thread = session.get(Thread, thread_id) if thread_id <= MAX_ID else None
            if thread is None or thread.assessment_id != assessment_id:
                abort(404)
            key = evidence_key(assessments.instrument_of(assessment.round).item(thread.key))
            act(session, thread, words=words, side=side, author=who)
    except MaturityError as error:
        return _page(assessment_id, key, Refused(thread_id, error.in_(locale())), error.status)
    back = url_for("survey.item_threads", assessment_id=assessment_id, key=key)
    return redirect(f"{back}#thread-{thread_id}", 303)


def _speaking(assessment: Assessment) -> Side:
    side = _side(assessment)
    return side if side is not Side.READER else abort(403)


def _kind(said: str) -> ThreadKind:
    return ThreadKind(said) if said in set(ThreadKind) else ThreadKind.QUESTION


def _items_or_404(instrument: Instrument, key: str) -> list[Item]:
    """The items that a key stands for: one, or all of an object of a matrix."""
    found = [item for item in instrument.items if key in (item.key, evidence_key(item))]
    return found or abort(404)


# --- what the pages show --------------------------------------------------------------


def _page(
    assessment_id: int, key: str, refused: Refused | None = None, status: int = 200
) -> ResponseReturnValue:
    session = reading()
    assessment = assessment_or_404(session, assessment_id)
    side, instrument = _side(assessment), assessments.instrument_of(assessment.round)
    items = _items_or_404(instrument, key) if key else []
    keys = {item.key for item in items}
    rows = [one for one in threads.all_of(session, assessment_id) if not key or one.key in keys]
    show = request.args.get("show", "open" if not key else "all")
    shown = [one for one in rows if show == "all" or _status(one) == show]
    views = ThreadViews(session, assessment, instrument, refused)
    page = ThreadsPage(
        assessment=assessment,
        title=about_words(items[0]) if items else "",
        side=side,
        threads=tuple(views.view(one) for one in shown),
        show=show,
        counts={name: sum(_status(one) == name for one in rows) for name in ("open", "resolved")},
        key=key,
        items=tuple((item.key, _cell_words(item)) for item in items),
        kinds=tuple((str(kind), kind_words(kind)) for kind in ThreadKind),
        may_open=side is not Side.READER and assessment.state != AssessmentState.NOT_STARTED,
        unassigned=side is Side.OFFICE and assessment.verifier_id is None,
        error=refused.error if refused and not refused.thread else "",
        typed=request.form.to_dict() if refused and not refused.thread else {},
    )
    return render_template("survey/threads.html", page=page), status


def _status(thread: Thread) -> str:
    return "open" if thread.resolved_at is None else "resolved"


def talks(session: Session, assessment: Assessment) -> Mapping[str, int] | None:
    """Open threads by question (or object of a matrix); None for who may not read them."""
    if threads.side_of(current_actor(), assessment) is None:
        return None
    instrument = assessments.instrument_of(assessment.round)
    found: dict[str, int] = {}
    for key, count in threads.open_counts(session, assessment.id).items():
        about = evidence_key(instrument.item(key))
        found[about] = found.get(about, 0) + count
    return found


class ThreadViews:
    """Makes the page values of conversations."""

    def __init__(
        self,
        session: Session,
        assessment: Assessment,
        instrument: Instrument,
        refused: Refused | None,
    ) -> None:
        self.session, self.assessment, self.instrument = session, assessment, instrument
        self.refused = refused
        self.names = _names(session, threads.all_of(session, assessment.id))

    def view(self, one: Thread) -> ThreadView:
        """One conversation."""
        item = self.instrument.item(one.key)
        here = self.assessment.id
        mine = self.refused is not None and self.refused.thread == one.id
        return ThreadView(
            id=one.id,
            kind=kind_words(ThreadKind(one.kind)),
            title=about_words(item) + (f" – {_cell_words(item)}" if item.column else ""),
            href=url_for("survey.item_threads", assessment_id=here, key=evidence_key(item)),
            resolved=self._when(one.resolved_at) if one.resolved_at else "",
            waiting=waiting_words(one, now()),
            comments=tuple(map(self._comment, one.comments)),
            typed=request.form.get("words", "") if mine else "",
            error=self.refused.error if mine and self.refused else "",
        )

    def _comment(self, one: Comment) -> CommentView:
        who = self.names.get(one.by_id or 0, "")
        return CommentView(one.side, who, self._when(one.at), one.words, typed_warning(one.words))

    def _when(self, at: datetime) -> str:
        return format_moment(at, self.assessment.office.timezone, locale())


def _names(session: Session, rows: Sequence[Thread]) -> dict[int, str]:
    by = {comment.by_id for one in rows for comment in one.comments} - {None}
    wanted = select(Person.id, Person.name).where(Person.id.in_(by))
    return {row.id: row.name for row in session.execute(wanted)}


def about_words(item: Item) -> str:
    """What a conversation is about."""
    if item.thing is not None:
        return item.thing.label.in_(locale())
    return f"{item.key} {item.question.title.in_(locale())}"


def _cell_words(item: Item) -> str:
    return (item.column.label if item.column else item.question.title).in_(locale())


def kind_words(kind: ThreadKind) -> str:
    """What a conversation is for."""
    return {
        ThreadKind.QUESTION: gettext("Pertanyaan"),
        ThreadKind.CORRECTION: gettext("Koreksi"),
        ThreadKind.DISPUTE: gettext("Keberatan"),
    }[kind]


def waiting_words(thread: Thread, at: datetime) -> str:
    """For whom an open conversation waits, and since when; empty where it is resolved."""
    side = threads.awaited(thread)
    if side is None:
        return ""
    days = (at - thread.comments[-1].at).days
    office = side is Side.OFFICE
    if not days:
        if office:
            return gettext("menunggu jawaban kantor sejak hari ini")
        return gettext("menunggu jawaban verifikator sejak hari ini")
    if office:
        return gettext("menunggu jawaban kantor sejak %(days)s hari", days=days)
    return gettext("menunggu jawaban verifikator sejak %(days)s hari", days=days)
