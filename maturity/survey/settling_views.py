"""Settling and publishing many: the list, what nobody disputes, a whole round's publication."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import Flask, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from maturity.errors import MaturityError
from maturity.offices.guard import current_actor, permit, signed_in
from maturity.offices.models import Office
from maturity.offices.navigation import Entry, add_entry
from maturity.offices.permissions import TABLE, Action, Actor, may
from maturity.offices.registry import OfficeKind
from maturity.offices.searching import typed_words
from maturity.survey import settling
from maturity.survey.answers import Author
from maturity.survey.blueprint import author, bp
from maturity.survey.forms import number
from maturity.survey.lifecycle import STATE_NAMES, AssessmentState
from maturity.survey.models import Assessment, Round
from maturity.survey.paging import Part, page_said, part_of
from maturity.survey.round_words import kind_names
from maturity.survey.settlement_list import PHASES, Line, Wish, choose, lines
from maturity.survey.settlement_views import settle_one
from maturity.web import locale, now, reading, writing

AT_ONCE = 50
"""Assessments that one request settles or publishes: a page answers within seconds."""
_S = AssessmentState


def init_app(app: Flask) -> None:
    """The menu's line for those who settle or publish."""
    add_entry(app, Entry("survey.settlements", _label, _if_settling, part="/settlement"))


def _label() -> str:
    return gettext("Penetapan")


def _if_settling(actor: Actor) -> dict[str, str] | None:
    return {} if _sees(actor) else None


def _sees(actor: Actor) -> bool:
    roles = TABLE[Action.SETTLE].keys() | TABLE[Action.PUBLISH].keys()
    return any(grant.role in roles for grant in actor.grants)


def _seen_lines() -> list[Line]:
    if not _sees(current_actor()):
        abort(403)
    return lines(reading(), current_actor(), now())


# --- the list -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ListPage:
    """The list as somebody wants to see it."""

    part: Part[Line]
    wish: Wish
    plain: int
    provinces: Sequence[tuple[str, str]]
    rounds: Sequence[tuple[str, str]]
    may_publish: bool


@bp.get("/settlement")
@signed_in
def settlements() -> ResponseReturnValue:
    """Assessments after verification; filters stand in the address."""
    found, wish = _seen_lines(), _wish()
    provinces, person = _provinces(found), current_actor().person_id
    part = part_of(choose(found, wish, provinces=dict(provinces)), wish.page)
    page = ListPage(
        part=part,
        wish=replace(wish, page=part.page),
        plain=sum(line.is_plain(person) for line in choose(found, Wish(round=wish.round))),
        provinces=provinces,
        rounds=_rounds(),
        may_publish=may(current_actor(), Action.PUBLISH),
    )
    names = {"phases": _phases(), "kinds": kind_names()}
    return render_template("survey/settlements.html", page=page, **names)


def _phases() -> dict[str, str]:
    return {
        "open": gettext("Masa sanggah berjalan"),
        "over": gettext("Masa sanggah selesai"),
        "settled": gettext("Ditetapkan"),
        "published": gettext("Dipublikasikan"),
    }


def _wish() -> Wish:
    said = request.args
    phase, disputes, kind = (said.get(name, "") for name in ("phase", "disputes", "kind"))
    return Wish(
        phase=phase if phase in PHASES else "",
        disputes=disputes if disputes in ("open", "any", "none") else "",
        province=said.get("province", "")[:8],
        kind=kind if kind in set(OfficeKind) else "",
        round=said.get("round", "")[:40],
        q=typed_words(said.get("q", "")),
        page=page_said(said.get("page", "")),
    )


def _provinces(found: Sequence[Line]) -> list[tuple[str, str]]:
    codes = {line.province for line in found if line.province}
    names = select(Office.code, Office.short_name).where(Office.code.in_(codes))
    return [(row.code, row.short_name) for row in reading().execute(names.order_by(Office.code))]


def _rounds() -> list[tuple[str, str]]:
    found = reading().scalars(select(Round).order_by(Round.opens_at.desc()))
    return [(one.slug, one.title.in_(locale())) for one in found]


# --- what nobody disputes -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one assessment; ``fault`` says why nothing did."""

    id: int
    office: str
    fault: str = ""


@bp.get("/settlement/undisputed")
@signed_in
def undisputed() -> ResponseReturnValue:
    """What would be settled: to be looked over before it is."""
    return _undisputed_page()


def _plain_lines() -> list[Line]:
    person = current_actor().person_id
    chosen = choose(_seen_lines(), Wish(round=request.values.get("round", "")[:40]))
    return [line for line in chosen if line.is_plain(person)]


def _undisputed_page(error: str = "", *, status: int = 200) -> ResponseReturnValue:
    found = _plain_lines()
    return render_template(
        "survey/undisputed.html",
        lines=found[:AT_ONCE],
        total=len(found),
        round=request.values.get("round", "")[:40],
        error=error,
    ), status


@bp.post("/settlement/undisputed")
@signed_in
def settle_undisputed() -> ResponseReturnValue:
    """Settle those that were ticked, each in a transaction of its own."""
    found = {line.id: line for line in _plain_lines()}
    said = [number(one) for one in request.form.getlist("id")][:AT_ONCE]
    if not said:
        return _undisputed_page(gettext("Pilih sedikitnya satu kantor."), status=422)
    done = [_settle_line(found, one) for one in dict.fromkeys(said) if one is not None]
    left = len(_plain_lines())
    return render_template("survey/undisputed_done.html", outcomes=done, left=left)


def _settle_line(found: dict[int, Line], assessment_id: int) -> Outcome:
    line = found.get(assessment_id)
    if line is None:
        words = gettext("Tidak lagi dapat ditetapkan tanpa keputusan; periksa penilaiannya.")
        return Outcome(0, gettext("Penilaian %(n)s", n=assessment_id), words)
    try:
        settle_one(line.id, with_open=False, undisputed=True)
    except MaturityError as error:
        return Outcome(line.id, line.short_name, error.in_(locale()))
    return Outcome(line.id, line.short_name)


# --- publication ----------------------------------------------------------------------


@bp.get("/settlement/publication/<slug>")
@permit(Action.PUBLISH)
def publication(slug: str) -> ResponseReturnValue:
    """How many results of a round are settled, and the act of publishing them."""
    return _publication_page(_round_or_404(slug))


def _round_or_404(slug: str) -> Round:
    found = select(Round).where(Round.slug == slug) if slug.isprintable() else None
    return (None if found is None else reading().scalar(found)) or abort(404)


def _publication_page(round_: Round, error: str = "", *, status: int = 200) -> ResponseReturnValue:
    query = (
        select(Assessment.state, func.count())
        .where(Assessment.round_id == round_.id)
        .group_by(Assessment.state)
    )
    counts = {row[0]: row[1] for row in reading().execute(query)}
    states = [(STATE_NAMES[one].in_(locale()), counts[one]) for one in _S if one in counts]
    return render_template(
        "survey/publication.html",
        round=round_,
        states=states,
        total=sum(counts.values()),
        settled=counts.get(_S.SETTLED, 0),
        published=counts.get(_S.PUBLISHED, 0),
        error=error,
    ), status


@bp.post("/settlement/publication/<slug>")
@permit(Action.PUBLISH)
def publish(slug: str) -> ResponseReturnValue:
    """Publish what is settled, in batches; one that was reopened meanwhile is left alone."""
    round_, who = _round_or_404(slug), author()
    if request.form.get("confirm") != "yes":
        words = gettext("Beri tanda setuju sebelum memublikasikan.")
        return _publication_page(round_, words, status=422)
    count, round_id = 0, round_.id
    while True:
        with writing() as session:
            batch = _publish_some(session, round_id, who)
        count += batch
        if batch == 0:
            break
    flash(gettext("%(n)s hasil dipublikasikan.", n=count), "success")
    return redirect(url_for("survey.publication", slug=slug), 303)


def _publish_some(session: Session, round_id: int, who: Author) -> int:
    query = (
        select(Assessment)
        .where(Assessment.round_id == round_id, Assessment.state == _S.SETTLED)
        .order_by(Assessment.id)
        .limit(AT_ONCE)
        .with_for_update(of=Assessment)
    )
    found = session.scalars(query).all()
    for assessment in found:
        settling.publish(session, assessment, author=who)
    return len(found)
