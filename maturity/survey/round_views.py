"""Pages on which administrators open rounds and change their deadlines and rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import func, select

from maturity.errors import MaturityError
from maturity.offices.guard import current_actor, permit
from maturity.offices.permissions import Action, may
from maturity.offices.registry import OfficeKind
from maturity.survey import rounds
from maturity.survey.administration import bp, round_or_404
from maturity.survey.assignments import BODY_NAMES, POSSIBLE, Body
from maturity.survey.blueprint import author
from maturity.survey.deadlines import there
from maturity.survey.instrument import Instrument, Text
from maturity.survey.lifecycle import HANDED_IN
from maturity.survey.models import Assessment, Round
from maturity.survey.round_forms import ENDS, ChangeRoundForm, NewRoundForm, TermsForm
from maturity.survey.round_terms import Terms, faults_of
from maturity.survey.round_words import kind_names, term_name
from maturity.survey.rounds import NewRound
from maturity.survey.shipped import find, locate, shipped
from maturity.web import ZONES, format_moment, locale, now, reading, writing


@dataclass(frozen=True, slots=True)
class RoundLine:
    """A round in the list."""

    round: Round
    offices: int
    handed_in: int
    unassigned: int


@bp.get("")
@permit(Action.ASSIGN)
def index() -> ResponseReturnValue:
    """All rounds, and the way to open one."""
    session = reading()
    counts = {
        row.round_id: row
        for row in session.execute(
            select(
                Assessment.round_id,
                func.count().label("offices"),
                func.count().filter(Assessment.state.in_(HANDED_IN)).label("handed_in"),
                func.count().filter(Assessment.verifier_id.is_(None)).label("unassigned"),
            ).group_by(Assessment.round_id)
        )
    }
    found = session.scalars(select(Round).order_by(Round.opens_at.desc(), Round.id.desc())).all()
    lines = [_line(one, counts.get(one.id)) for one in found]
    administers = may(current_actor(), Action.ADMINISTER)
    return render_template("survey/rounds/index.html", lines=lines, administers=administers)


def _line(round_: Round, row: object) -> RoundLine:
    return RoundLine(
        round_, *(getattr(row, name, 0) for name in ("offices", "handed_in", "unassigned"))
    )


# --- a new one ------------------------------------------------------------------------


@bp.get("/new")
@permit(Action.ADMINISTER)
def new() -> ResponseReturnValue:
    """The form of a new round."""
    return _new_page(NewRoundForm())


@bp.post("/new")
@permit(Action.ADMINISTER)
def open_new() -> ResponseReturnValue:
    """Show what would be opened; open it once that was seen; or go back to the form."""
    form = NewRoundForm()
    form.validate()
    wanted = _wanted(form)
    if wanted is None or form.show(rounds.problems(reading(), wanted)):
        return _new_page(form, 422)
    step = request.form.get("do")
    if step == "edit":
        return _new_page(form)
    if step != "open":
        return _preview(form, wanted)
    try:
        with writing() as session:
            rounds.open_round(session, wanted, today=now().date(), author=author())
    except MaturityError as error:  # somebody took the name meanwhile
        form.blame(error)
        return _new_page(form, error.status)
    flash(gettext("Periode %(slug)s sudah dibuka.", slug=wanted.slug), "success")
    return redirect(url_for("administration.edit", slug=wanted.slug), 303)


def _wanted(form: NewRoundForm) -> NewRound | None:
    """The round that was typed; None where something cannot be read."""
    terms = form.terms()
    opens_at = form.end("opens", last=False)
    known = shipped()
    if form.instrument.data and form.instrument.data not in known:
        form.complain("instrument", gettext("Pilih instrumen."))
    if form.errors or terms is None or opens_at is None:
        return None
    title = Text(" ".join(form.title_id.data.split()), " ".join(form.title_en.data.split()))
    path = locate(form.instrument.data)
    return NewRound(form.slug.data.strip(), title, path, opens_at, terms)


def _new_page(form: NewRoundForm, status: int = 200) -> tuple[str, int]:
    body = render_template(
        "survey/rounds/new.html", form=form, instruments=_instruments(), **_choices()
    )
    return body, status


def _preview(form: NewRoundForm, wanted: NewRound) -> ResponseReturnValue:
    instrument = find(form.instrument.data)
    return render_template(
        "survey/rounds/preview.html",
        form=form,
        wanted=wanted,
        instrument=instrument,
        offices=len(rounds.taking_part(reading(), instrument, now().date())),
        rows=deadline_rows(wanted.terms, opens_at=wanted.opens_at),
        **_choices(),
    )


def _instruments() -> list[Instrument]:
    return [find(ref) for ref in shipped()]


# --- one that is there ----------------------------------------------------------------


@bp.get("/<slug>")
@permit(Action.ADMINISTER)
def edit(slug: str) -> ResponseReturnValue:
    """A round, and the form that changes its deadlines and rules."""
    round_ = round_or_404(reading(), slug)
    form = ChangeRoundForm(formdata=None)
    form.fill(Terms.of(round_))
    return _edit_page(round_, form)


@bp.post("/<slug>")
@permit(Action.ADMINISTER)
def change(slug: str) -> ResponseReturnValue:
    """Change deadlines and rules, with the reason."""
    form, round_ = ChangeRoundForm(), round_or_404(reading(), slug)
    form.validate()
    terms = form.terms_after(Terms.of(round_))
    if terms is None or form.errors or form.show(faults_of(terms, opens_at=round_.opens_at)):
        return _edit_page(round_, form, 422)
    try:
        with writing() as session:
            held = round_or_404(session, slug)
            rounds.change_round(session, held, terms, words=form.words.data, author=author())
    except MaturityError as error:
        form.complain(error.field or "words", error.in_(locale()))
        return _edit_page(round_or_404(reading(), slug), form, error.status)
    flash(gettext("Batas waktu dan aturan periode sudah disimpan."), "success")
    return redirect(url_for("administration.edit", slug=slug), 303)


def _edit_page(round_: Round, form: TermsForm, status: int = 200) -> tuple[str, int]:
    offices = select(func.count()).where(Assessment.round_id == round_.id)
    body = render_template(
        "survey/rounds/edit.html",
        round=round_,
        form=form,
        offices=reading().scalar(offices),
        rows=deadline_rows(Terms.of(round_), opens_at=round_.opens_at),
        **_choices(),
    )
    return body, status


# --- what they show -------------------------------------------------------------------


def deadline_rows(terms: Terms, *, opens_at: datetime) -> list[list[str]]:
    """For each deadline its name and the moment in each of the three zones."""
    rows = [[_names()["opens"], *(format_moment(opens_at, zone, locale()) for zone in ZONES)]]
    for prefix, column in ENDS.items():
        end: datetime | None = getattr(terms, column)
        shown = (
            (format_moment(there(end, zone), zone, locale()) for zone in ZONES) if end else "–––"
        )
        rows.append([_names()[prefix], *shown])
    return rows


def _names() -> dict[str, str]:
    """Names of the deadlines by the prefix of their fields."""
    return {prefix: term_name(column) for prefix, column in {"opens": "opens_at", **ENDS}.items()}


def _choices() -> dict[str, object]:
    """What the forms of rounds offer."""
    bodies = {
        kind: [
            {"value": str(body), "label": BODY_NAMES[body].in_(locale())}
            for body in Body
            if body in POSSIBLE[kind]
        ]
        for kind in OfficeKind
    }
    return {"kinds": kind_names(), "bodies": bodies, "names": _names(), "ends": list(ENDS)}
