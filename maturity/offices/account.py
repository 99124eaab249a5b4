"""The own account: name, language, reminders, password."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext

from maturity.errors import MaturityError
from maturity.offices import passwords, throttle
from maturity.offices import sign_in as sign_ins
from maturity.offices.blueprint import bp
from maturity.offices.forms import AccountForm, ChangePasswordForm, duration
from maturity.offices.guard import current_person_id, signed_in
from maturity.offices.interests import is_judge
from maturity.offices.models import Person
from maturity.offices.people import checked_name, new_session_key
from maturity.web import now, reading, writing


@bp.get("/account")
@signed_in
def account() -> ResponseReturnValue:
    """The own account."""
    person = _me()
    return _page(_unchanged(person), ChangePasswordForm())


@bp.post("/account")
@signed_in
def save_account() -> ResponseReturnValue:
    """Change name, language, and whether reminders are wanted."""
    form = AccountForm()
    if not form.validate_on_submit():
        return _page(form, ChangePasswordForm(formdata=None), status=422)
    try:
        name = checked_name(form.name.data)
    except MaturityError as error:
        form.blame(error)
        return _page(form, ChangePasswordForm(formdata=None), status=422)
    with writing() as writer:
        person = writer.get_one(Person, current_person_id())
        person.name, person.locale = name, form.locale.data
        person.reminders = form.reminders.data
    session["locale"] = form.locale.data
    with force_locale(form.locale.data):
        flash(gettext("Akun Anda sudah disimpan."), "success")
    return redirect(url_for("offices.account"), 303)


@bp.post("/account/password")
@signed_in
def change_password() -> ResponseReturnValue:
    """Change the password; every other session of the person ends."""
    form, person = ChangePasswordForm(), _me()
    own = [person.email, person.name, *(m.office.short_name for m in person.memberships)]
    if not form.validate_on_submit() or form.refuse_weak("password", own):
        return _page(_unchanged(person), form, status=422)
    source = throttle.Source.of(person.email, request.remote_addr)
    stored = person.password_hash
    with writing() as writer:
        wait = throttle.claim(writer, source, now())
    if wait is not None:
        words = gettext("Terlalu banyak percobaan. Tunggu %(wait)s, lalu coba lagi.",
                        wait=duration(wait))  # fmt: skip
        form.current.errors = [words]
        return _page(_unchanged(_me()), form, status=429)
    if not passwords.matches(stored, form.current.data):
        form.current.errors = [gettext("Kata sandi saat ini tidak cocok.")]
        return _page(_unchanged(_me()), form, status=422)
    _change(form.password.data, source)
    flash(gettext("Kata sandi sudah diganti. Sesi Anda di perangkat lain sudah diakhiri."),
          "success")  # fmt: skip
    return redirect(url_for("offices.account"), 303)


def _change(password: str, source: throttle.Source) -> None:
    fresh = passwords.hashed(password)
    with writing() as writer:
        throttle.forgive(writer, source)
        person = writer.get_one(Person, current_person_id())
        person.password_hash, person.session_key = fresh, new_session_key()
        sign_ins.begin(person)


def _me() -> Person:
    return reading().get_one(Person, current_person_id())


def _unchanged(person: Person) -> AccountForm:
    return AccountForm(
        formdata=None, name=person.name, locale=person.locale, reminders=person.reminders
    )


def _page(form: AccountForm, password: ChangePasswordForm, *, status: int = 200) -> tuple[str, int]:
    page = render_template(
        "offices/account.html", form=form, password_form=password, person=_me(),
        faults=form.faults() + password.faults(), judges=is_judge(_me()),
    )  # fmt: skip
    return page, status
