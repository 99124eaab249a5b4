"""Forms of sign-in, invitations and accounts; their rules are those of the doors."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import timedelta

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, StringField
from wtforms.validators import AnyOf, DataRequired, EqualTo, Length

from maturity.errors import MaturityError
from maturity.offices import passwords
from maturity.offices.models import Role
from maturity.web import LOCALES, locale


class LineField(StringField):  # type: ignore[misc]
    """One line of text; control characters, which no page may hold, are left out."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed."""
        super().process_formdata(["".join(filter(str.isprintable, text)) for text in valuelist])


class Form(FlaskForm):  # type: ignore[misc]
    """A form that lists its faults for the summary on top."""

    def faults(self) -> list[tuple[str, str]]:
        """Pairs of field id and message, in the order of the fields."""
        return [(name, str(found[0])) for name, found in self.errors.items() if name and found]

    def first_fault(self, name: str) -> str:
        """What is wrong with one field; empty when nothing is."""
        found = self[name].errors
        return str(found[0]) if found else ""

    def blame(self, error: MaturityError) -> None:
        """Show a door's refusal beside the field that it names, else the first one."""
        names = [name for name in self.data if name != "csrf_token"]
        field = self[error.field if error.field in names else names[0]]
        field.errors = [*field.errors, error.in_(locale())]

    def refuse_weak(self, name: str, own: Iterable[str]) -> bool:
        """Whether the new password in this field is refused; then the field says why."""
        found = passwords.weakness(self[name].data or "", own)
        if found is not None:
            self[name].errors = [_words_for(found)]
        return found is not None


class SignInForm(Form):
    """Who, and the password."""

    email = LineField(validators=[DataRequired(_("Tulis alamat surel Anda."))])
    password = PasswordField(validators=[DataRequired(_("Tulis kata sandi Anda."))])


class NewPasswordForm(Form):
    """A new password, typed twice."""

    password = PasswordField(validators=[DataRequired(_("Tulis kata sandi baru."))])
    again = PasswordField(validators=[EqualTo("password", _("Kedua kata sandi tidak sama."))])


class AcceptForm(NewPasswordForm):
    """What a guest gives: the name as it should stand, and a password."""

    name = LineField(validators=[DataRequired(_("Tulis nama lengkap Anda."))])


class ChangePasswordForm(NewPasswordForm):
    """A new password, and the present one as proof."""

    current = PasswordField(validators=[DataRequired(_("Tulis kata sandi Anda saat ini."))])


class AccountForm(Form):
    """Name, language, and whether reminders are wanted."""

    name = LineField(validators=[DataRequired(_("Tulis nama lengkap Anda."))])
    locale = LineField(validators=[AnyOf(LOCALES, _("Pilih satu bahasa."))])
    reminders = BooleanField()


class InviteForm(Form):
    """Who is invited, with which role, and for administrators to which office."""

    name = LineField(validators=[DataRequired(_("Tulis nama lengkap orang yang diundang."))])
    email = LineField(
        validators=[
            DataRequired(_("Tulis alamat surel orang yang diundang.")),
            Length(max=254, message=_("Alamat surel terlalu panjang.")),
        ]
    )
    office = LineField()
    role = LineField(validators=[DataRequired(_("Pilih satu peran."))])


def role_name(role: str) -> str:
    """A role in the reader's language."""
    names: dict[Role, str] = {
        Role.OPERATOR: gettext("Operator"),
        Role.RESPONSIBLE: gettext("Penanggung jawab"),
        Role.VERIFIER: gettext("Verifikator"),
        Role.EXTERNAL: gettext("Verifikator eksternal"),
        Role.SETTLER: gettext("Tim penetapan"),
        Role.RESEARCHER: gettext("Peneliti"),
        Role.VIEWER: gettext("Pemantau nasional"),
        Role.ADMINISTRATOR: gettext("Administrator"),
    }
    return names[Role(role)]


def role_hint(role: str) -> str:
    """What people with a role can do, in one line."""
    hints: dict[Role, str] = {
        Role.OPERATOR: gettext("Mengisi jawaban dan bukti dukung kantornya."),
        Role.RESPONSIBLE: gettext("Mengisi dan mengajukan penilaian; mengatur tim kantornya."),
        Role.VERIFIER: gettext("Memverifikasi jawaban kantor di bawahnya; tidak mengubahnya."),
        Role.EXTERNAL: gettext("Memverifikasi kantor mana pun, misalnya tim universitas."),
        Role.SETTLER: gettext("Memutuskan sanggahan dan menetapkan hasil."),
        Role.RESEARCHER: gettext("Melihat hasil semua kantor."),
        Role.VIEWER: gettext("Melihat hasil semua kantor, misalnya pimpinan KPU RI."),
        Role.ADMINISTRATOR: gettext("Mengatur pengguna di semua kantor."),
    }
    return hints[Role(role)]


def duration(wait: timedelta) -> str:
    """A wait as people say it, never shorter than it is."""
    seconds = max(1, math.ceil(wait.total_seconds()))
    if seconds <= 90:
        return str(gettext("%(n)s detik", n=seconds))
    return str(gettext("%(n)s menit", n=-(-seconds // 60)))


def _words_for(weakness: passwords.Weakness) -> str:
    words: dict[passwords.Weakness, str] = {
        passwords.Weakness.SHORT: gettext(
            "Kata sandi terlalu pendek. Pakai sedikitnya %(n)s karakter, misalnya beberapa kata.",
            n=passwords.SHORTEST,
        ),
        passwords.Weakness.LONG: gettext(
            "Kata sandi terlalu panjang. Paling banyak %(n)s karakter.", n=passwords.LONGEST
        ),
        passwords.Weakness.GUESSABLE: gettext(
            "Kata sandi mudah ditebak. Jangan pakai nama, surel, kantor, atau kata yang lazim; "
            "gabungkan beberapa kata yang tidak berkaitan."
        ),
    }
    return words[weakness]
