"""Forms of rounds: what an administrator types, and the terms it stands for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import SelectMultipleField, TextAreaField
from wtforms.validators import DataRequired, Length

from maturity.offices.forms import Form, LineField
from maturity.offices.registry import OfficeKind
from maturity.survey.administration import typed_moment
from maturity.survey.assignments import DEFAULT, POSSIBLE, Body
from maturity.survey.deadlines import REFERENCE
from maturity.survey.forms import number
from maturity.survey.round_terms import Problem, Terms
from maturity.web import locale

ENDS = {"closes": "closes_at", "verify": "verify_by", "reply": "reply_by", "settle": "settle_by"}
"""Prefix of the form's fields -> column of the round."""
_FIELD_OF = {column: f"{prefix}_day" for prefix, column in ENDS.items()}
NUMBERS = ("reply_days", "grace_minutes", "suppress_below")
MOST_WORDS = 2_000


class BodiesField(SelectMultipleField):  # type: ignore[misc]
    """Who may verify one kind of office."""

    def __init__(self, kind: OfficeKind, **more: Any) -> None:
        self.kind = kind
        choices = [str(body) for body in Body if body in POSSIBLE[kind]]
        usual = sorted(map(str, DEFAULT[kind]))
        super().__init__(choices=choices, default=usual, validate_choice=False, **more)


class TermsForm(Form):
    """Deadlines and rules; ids of fields are their names."""

    closes_day = LineField(validators=[DataRequired(_("Tulis tanggal batas pengisian."))])
    closes_time = LineField(default="23:59")
    verify_day = LineField()
    verify_time = LineField(default="23:59")
    reply_day = LineField()
    reply_time = LineField(default="23:59")
    settle_day = LineField()
    settle_time = LineField(default="23:59")
    reply_days = LineField(default="3")
    grace_minutes = LineField(default="15")
    suppress_below = LineField(default="5")
    na_policy = LineField(default="claimed")
    verifiers_national = BodiesField(OfficeKind.NATIONAL)
    verifiers_province = BodiesField(OfficeKind.PROVINCE)
    verifiers_regency = BodiesField(OfficeKind.REGENCY)
    verifiers_city = BodiesField(OfficeKind.CITY)

    def terms(self) -> Terms | None:
        """What was typed; None where it cannot be read, which the fields then say."""
        ends = {column: self.end(prefix) for prefix, column in ENDS.items()}
        numbers = {name: number((self[name].data or "").strip()) for name in NUMBERS}
        for name, value in numbers.items():
            if value is None:
                self.complain(name, gettext("Tulis angka bulat."))
        closes_at = ends.pop("closes_at")
        if self.errors or closes_at is None:
            return None
        rules = {k: frozenset(map(Body, self._bodies(k))) & POSSIBLE[k] for k in OfficeKind}
        plain: dict[str, Any] = {**ends, **numbers}
        return Terms(closes_at, verifiers=rules, na_policy=self.na_policy.data or "", **plain)

    def _bodies(self, kind: OfficeKind) -> list[str]:
        return [one for one in self[f"verifiers_{kind}"].data or [] if one in set(Body)]

    def end(self, prefix: str, *, last: bool = True) -> datetime | None:
        """The moment of two fields; None where empty, or not readable, which is then said."""
        day, clock = self[f"{prefix}_day"].data or "", self[f"{prefix}_time"].data or ""
        if not day.strip():
            return None
        found = typed_moment(day, clock, last=last)
        if found is None:
            words = gettext("Tanggal atau jam ini tidak dapat dibaca. Contoh: 2027-03-31, 23:59.")
            self.complain(f"{prefix}_day", words)
        return found

    def complain(self, name: str, words: str) -> None:
        """Show a fault at a field."""
        field = self[_FIELD_OF.get(name, name)]
        field.errors = [*field.errors, words]

    def show(self, problems: Iterable[Problem]) -> bool:
        """Show what the door says; whether there was anything."""
        found = list(problems)
        for problem in found:
            self.complain(problem.field, problem.words.in_(locale()))
        return bool(found)

    def fill(self, terms: Terms) -> None:
        """Show the terms of a round that is there."""
        for prefix, column in ENDS.items():
            day, clock = shown_moment(getattr(terms, column))
            self[f"{prefix}_day"].data, self[f"{prefix}_time"].data = day, clock or "23:59"
        for name in NUMBERS:
            self[name].data = str(getattr(terms, name))
        self.na_policy.data = terms.na_policy
        for kind in OfficeKind:
            self[f"verifiers_{kind}"].data = sorted(map(str, terms.verifiers[kind]))

    def sent(self) -> list[tuple[str, str]]:
        """All values as hidden fields carry them on."""
        pairs = []
        for name, value in self.data.items():
            if name != "csrf_token":
                pairs += [(name, one) for one in ([value] if isinstance(value, str) else value)]
        return pairs


class NewRoundForm(TermsForm):
    """A new round."""

    slug = LineField(validators=[DataRequired(_("Tulis nama singkat periode."))])
    title_id = LineField(validators=[DataRequired(_("Tulis judul dalam bahasa Indonesia."))])
    title_en = LineField(validators=[DataRequired(_("Tulis judul dalam bahasa Inggris."))])
    instrument = LineField(validators=[DataRequired(_("Pilih instrumen."))])
    opens_day = LineField(validators=[DataRequired(_("Tulis tanggal pembukaan."))])
    opens_time = LineField(default="00:00")

    def faults(self) -> list[tuple[str, str]]:
        """As on the page: what only a new round has comes first."""
        return sorted(super().faults(), key=lambda fault: hasattr(TermsForm, fault[0]))


class WordsField(TextAreaField):  # type: ignore[misc]
    """Several lines of words, without what no page may hold."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed."""
        keep = "".join(c for c in "".join(valuelist) if c.isprintable() or c in "\n\t")
        super().process_formdata([keep])


_REASON = [
    DataRequired(_("Tulis alasannya.")),
    Length(max=MOST_WORDS, message=_("Alasan terlalu panjang.")),
]


class ChangeRoundForm(TermsForm):
    """Deadlines and rules of a round that runs, with the reason."""

    words = WordsField(validators=_REASON)

    def terms_after(self, before: Terms) -> Terms | None:
        """What was typed; a deadline whose minute was left as it was keeps its seconds."""
        typed = self.terms()
        if typed is None:
            return None
        same = {
            column: getattr(before, column)
            for column in ENDS.values()
            if shown_moment(getattr(before, column)) == shown_moment(getattr(typed, column))
        }
        return replace(typed, **same)


class ExtensionForm(Form):
    """More time: for which stage, until when, why."""

    stage = LineField(validators=[DataRequired(_("Pilih tahap."))])
    until_day = LineField(validators=[DataRequired(_("Tulis tanggal batas baru."))])
    until_time = LineField(default="23:59")
    words = WordsField(validators=_REASON)


def shown_moment(moment: datetime | None) -> tuple[str, str]:
    """Date and time of day as fields hold them; empty for none."""
    if moment is None:
        return "", ""
    there = moment.astimezone(REFERENCE)
    return f"{there:%Y-%m-%d}", f"{there:%H:%M}"
