"""Pages on which assessments are given to verifiers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from maturity.offices.guard import permit
from maturity.offices.permissions import Action
from maturity.survey import assignments as door
from maturity.survey.administration import (
    NOBODY_YET,
    Wish,
    bp,
    matching,
    province_choices,
    round_or_404,
)
from maturity.survey.assignments import OVER, Assigned
from maturity.survey.blueprint import author
from maturity.survey.bulk import Offered, chosen, preview
from maturity.survey.forms import number
from maturity.survey.models import Assessment
from maturity.survey.round_words import kind_names
from maturity.survey.workload import loads
from maturity.web import now, reading, writing

NOTHING_DONE = Assigned(0, ())


@bp.get("/<slug>/assignments")
@permit(Action.ASSIGN)
def assignments(slug: str) -> ResponseReturnValue:
    """Who has how much to verify, and who verifies which office."""
    return _page(slug, Wish.read(request.args))


@bp.post("/<slug>/assignments")
@permit(Action.ASSIGN)
def assign(slug: str) -> ResponseReturnValue:
    """Give the ticked assessments, or all that match, to one verifier."""
    wish, said = Wish.read(request.form), request.form.get("to", "")
    session = reading()
    wanted = chosen(session, round_or_404(session, slug), wish)
    person_id = number(said)
    if request.form.get("do") == "edit":
        return _page(slug, wish, to=said)
    if person_id is None and said != NOBODY_YET:
        words = gettext("Pilih verifikator.")
        return _page(slug, wish, ticked=wanted.ids, error=("to", words))
    if not wanted.ids:
        words = gettext("Beri tanda pada sedikitnya satu kantor.")
        return _page(slug, wish, error=("all", words), to=said)
    if wanted.unseen:
        return _look(slug, wish, wanted.unseen, person_id)
    return _assigned(slug, wish, dict.fromkeys(wanted.ids, person_id))


def _assigned(slug: str, wish: Wish, wanted: dict[int, int | None]) -> ResponseReturnValue:
    with writing() as session:
        done = door.assign(session, round_or_404(session, slug), wanted, author=author())
    if done.done:
        flash(gettext("%(n)s penugasan disimpan.", n=done.done), "success")
    elif not done.refused:
        flash(gettext("Tidak ada penugasan yang berubah."), "info")
    if done.refused:
        left = frozenset(one.id for one in done.refused)
        said = request.form.get("to", "")
        return _page(slug, wish, ticked=left, done=done, to=said, status=409)
    return redirect(url_for("administration.assignments", **wish.address(slug)), 303)


@dataclass(frozen=True, slots=True)
class Before:
    """How the offices stand before they are given to somebody."""

    free: int
    same: int
    others: int


def _look(
    slug: str, wish: Wish, rows: Sequence[Assessment], person_id: int | None
) -> ResponseReturnValue:
    """All that match, shown before they are given to somebody."""
    session = reading()
    held_by = [one.verifier_id for one in rows]
    free, same = held_by.count(None), held_by.count(person_id)
    before = Before(free, same, len(rows) - same - (free if person_id is not None else 0))
    names = {judge.person_id: judge.name for judge in door.judges(session)}
    return render_template(
        "survey/rounds/assign_all.html",
        round=round_or_404(session, slug),
        wish=wish,
        look=preview(session, rows),
        before=before,
        name=None if person_id is None else names.get(person_id, gettext("Tidak lagi verifikator")),
    )


@bp.get("/<slug>/assignments/even")
@permit(Action.ASSIGN)
def even(slug: str) -> ResponseReturnValue:
    """Show how the free assessments would be divided; nothing is saved."""
    session = reading()
    round_ = round_or_404(session, slug)
    free = matching(session, round_, Wish(verifier=NOBODY_YET))
    shares = door.even_shares(session, round_, [one for one in free if one.state not in OVER])
    pairs = ",".join(f"{one.id}:{judge.person_id}" for one, judge in shares.given)
    by_judge: dict[int, list[str]] = {}
    for one, judge in shares.given:
        by_judge.setdefault(judge.person_id, []).append(one.office.short_name)
    return render_template(
        "survey/rounds/even.html",
        round=round_,
        shares=shares,
        pairs=pairs,
        loads=loads(door.judges(session), matching(session, round_, Wish()), now()),
        by_judge=by_judge,
    )


@bp.post("/<slug>/assignments/even")
@permit(Action.ASSIGN)
def assign_evenly(slug: str) -> ResponseReturnValue:
    """Assign what was shown; who has got a verifier meanwhile keeps theirs."""
    pairs = re.findall(r"(?<![0-9])([0-9]{1,9}):([0-9]{1,9})(?![0-9])", request.form["pairs"])
    wanted: dict[int, int | None] = {int(one): int(person) for one, person in pairs}
    with writing() as session:
        round_ = round_or_404(session, slug)
        done = door.assign(session, round_, wanted, author=author(), only_free=True)
    flash(gettext("%(n)s penugasan disimpan.", n=done.done), "success")
    if done.refused:
        return _page(slug, Wish(verifier=NOBODY_YET), done=done, status=409)
    return redirect(url_for("administration.assignments", slug=slug), 303)


def _page(
    slug: str,
    wish: Wish,
    *,
    ticked: frozenset[int] = frozenset(),
    done: Assigned = NOTHING_DONE,
    error: tuple[str, str] | None = None,
    to: str = "",
    status: int = 200,
) -> tuple[str, int]:
    session = reading()
    round_ = round_or_404(session, slug)
    people, everything = door.judges(session), matching(session, round_, Wish())
    body = render_template(
        "survey/rounds/assignments.html",
        round=round_,
        wish=wish,
        offered=Offered.of(matching(session, round_, wish), wish.page),
        loads=loads(people, everything, now()),
        free=sum(one.verifier_id is None for one in everything),
        people={judge.person_id: judge for judge in people},
        reasons={one.id: one.why for one in done.refused},
        ticked=ticked,
        refused=done.refused,
        error=error,
        to=to,
        kinds=kind_names(),
        provinces=province_choices(session),
    )
    return body, 422 if error else status
