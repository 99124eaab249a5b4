"""Signing in and out, accepting an invitation; and the start of this package in an application."""

from __future__ import annotations

from flask import Flask, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import update

from maturity.errors import MaturityError
from maturity.offices import (
    account,
    administration,
    guard,
    invites,
    navigation,
    parked,
    passwords,
    team,
)
from maturity.offices import sign_in as sign_ins
from maturity.offices.blueprint import bp
from maturity.offices.forms import AcceptForm, SignInForm, duration, role_hint, role_name
from maturity.offices.guard import current_actor, public
from maturity.offices.models import Person
from maturity.offices.people import checked_name, new_session_key
from maturity.web import locale, now, reading, safe_next, writing

PAGES = (account, administration, team)
"""Modules whose pages join the blueprint by being imported."""


def init_app(app: Flask) -> None:
    """Add these pages, the check of permissions and the menu to an application."""
    app.register_blueprint(bp)
    guard.init_app(app)
    navigation.init_app(app)
    app.after_request(_remember_language)
    app.jinja_env.filters.update(role_name=role_name, role_hint=role_hint)


def _remember_language(response: Response) -> Response:
    """Whoever switches the language while signed in finds it so next time."""
    if request.endpoint == "web.set_language" and current_user.is_authenticated:
        with writing() as writer:
            mine = Person.id == current_user.person_id
            writer.execute(update(Person).where(mine).values(locale=locale()))
    return response


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Sign in, then go on to where one was."""
    target = safe_next(request.values.get("next"))
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(target)
    form = SignInForm()
    if not form.validate_on_submit():
        return _sign_in_page(form, target, status=422 if form.is_submitted() else 200)
    found = sign_ins.attempt(form.email.data, form.password.data, address=request.remote_addr)
    if found.succeeded:
        kept = parked.carried()
        return (
            render_template("offices/resume.html", parked=kept) if kept else redirect(target, 303)
        )
    if found.wait is None:
        words = gettext(
            "Surel atau kata sandi tidak cocok. Periksa keduanya, lalu coba lagi. "
            "Bila lupa, mintalah tautan baru kepada penanggung jawab atau administrator."
        )
        return _sign_in_page(form, target, fault=words, status=422)
    wait = duration(found.wait)
    words = gettext("Terlalu banyak percobaan. Tunggu %(wait)s, lalu coba lagi.", wait=wait)
    body, status = _sign_in_page(form, target, fault=words, status=429)
    return body, status, {"Retry-After": str(max(1, round(found.wait.total_seconds())))}


def _sign_in_page(
    form: SignInForm, target: str, *, fault: str = "", status: int
) -> tuple[str, int]:
    page = render_template(
        "offices/sign_in.html", form=form, target=target, fault=fault, parked=parked.carried()
    )
    return page, status


@bp.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """Sign out, on every device."""
    sign_ins.end(current_actor().person_id)
    flash(gettext("Anda sudah keluar, juga di perangkat lain."), "success")
    return redirect(url_for("offices.sign_in"), 303)


@bp.route("/invite/<token>", methods=["GET", "POST"])
@public
def accept_invite(token: str) -> ResponseReturnValue:
    """Set a password through an invitation, and be signed in."""
    state, guest = invites.look(reading(), token, now())
    if guest is None:
        return _closed_page(state)
    form = AcceptForm(name=guest.name) if request.method == "GET" else AcceptForm()
    own = [guest.email, form.name.data or "", *(office for _, office in guest.roles)]
    if not form.validate_on_submit() or form.refuse_weak("password", own):
        return _accept_page(form, token, guest)
    try:
        name = checked_name(form.name.data)
    except MaturityError as error:
        form.blame(error)
        return _accept_page(form, token, guest)
    if not _accept(token, name=name, password=form.password.data):
        return _closed_page(invites.LinkState.USED)
    return redirect(url_for("web.home"), 303)


def _accept(token: str, *, name: str, password: str) -> bool:
    fresh, language = passwords.hashed(password), locale()
    with writing() as writer:
        person = invites.accept(writer, token, at=now())
        if person is None:
            return False
        person.name, person.password_hash, person.locale = name, fresh, language
        person.session_key = new_session_key()
        sign_ins.begin(person)
    return True


def _accept_page(form: AcceptForm, token: str, guest: invites.Guest) -> tuple[str, int]:
    page = render_template("offices/accept_invite.html", form=form, token=token, guest=guest)
    return page, 422 if form.is_submitted() else 200


def _closed_page(state: invites.LinkState) -> tuple[str, int]:
    page = render_template("offices/invite_closed.html", state=state.value)
    return page, 404 if state == invites.LinkState.UNKNOWN else 410
