"""Deadlines and rules of a round, and what is wrong with them. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime

from maturity.errors import MaturityError
from maturity.survey.assignments import DEFAULT, Policy, policy_of, written
from maturity.survey.chain import moment
from maturity.survey.instrument import Text
from maturity.survey.models import Round

NA_POLICIES = ("claimed", "granted")
LEAST_GROUP, MOST_GROUP = 2, 50
MOST_REPLY_DAYS, MOST_GRACE = 60, 720


@dataclass(frozen=True, slots=True)
class Terms:
    """What may still be changed while a round runs: deadlines and rules."""

    closes_at: datetime
    verify_by: datetime | None = None
    reply_by: datetime | None = None
    settle_by: datetime | None = None
    reply_days: int = 3
    grace_minutes: int = 15
    verifiers: Policy = field(default_factory=lambda: DEFAULT)
    na_policy: str = "claimed"
    suppress_below: int = 5

    @classmethod
    def of(cls, round_: Round) -> Terms:
        """The terms that a round has."""
        plain = {one.name: getattr(round_, one.name) for one in fields(cls)}
        return cls(**{**plain, "verifiers": policy_of(round_)})

    def rows(self) -> dict[str, str | int | None]:
        """By column, as the record tells them."""
        return {one.name: _told(getattr(self, one.name)) for one in fields(self)}

    def put_into(self, round_: Round) -> None:
        """Make them the round's."""
        for one in fields(self):
            value = getattr(self, one.name)
            setattr(round_, one.name, written(value) if one.name == "verifiers" else value)


def _told(value: object) -> str | int | None:
    if isinstance(value, datetime):
        return moment(value)
    return value if isinstance(value, str | int | None) else written(value)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a round cannot be as it was asked for, and which value is at fault."""

    field: str
    words: Text

    @property
    def error(self) -> MaturityError:
        """The same, to be raised."""
        return MaturityError(self.words.id, self.words.en, field=self.field, status=422)


AFTER = {
    "closes_at": Text("Batas pengisian harus sesudah waktu pembukaan.",
                      "The deadline must be after the opening."),
    "verify_by": Text("Batas verifikasi harus sesudah batas pengisian.",
                      "The deadline of verification must be after that of filling in."),
    "reply_by": Text("Batas masa sanggah harus sesudah batas sebelumnya.",
                     "The deadline of replies must be after the one before."),
    "settle_by": Text("Batas penetapan harus sesudah batas sebelumnya.",
                      "The deadline of settling must be after the one before."),
}  # fmt: skip


def faults_of(terms: Terms, *, opens_at: datetime) -> Iterator[Problem]:
    """What is wrong with deadlines and rules."""
    yield from _out_of_order(terms, opens_at)
    for name, least, most in (("reply_days", 1, MOST_REPLY_DAYS), ("grace_minutes", 0, MOST_GRACE),
                              ("suppress_below", LEAST_GROUP, MOST_GROUP)):  # fmt: skip
        if not least <= getattr(terms, name) <= most:
            yield Problem(name, Text(f"Tulis angka dari {least} sampai {most}.",
                                     f"Write a number from {least} to {most}."))  # fmt: skip
    if terms.na_policy not in NA_POLICIES:
        yield Problem("na_policy", Text("Pilih salah satu.", "Choose one of them."))
    for kind, bodies in terms.verifiers.items():
        if not bodies:
            words = Text("Pilih sedikitnya satu pihak.", "Choose at least one of them.")
            yield Problem(f"verifiers_{kind}", words)


def _out_of_order(terms: Terms, opens_at: datetime) -> Iterator[Problem]:
    last = opens_at
    for name, words in AFTER.items():
        end: datetime | None = getattr(terms, name)
        if end is not None:
            if end <= last:
                yield Problem(name, words)
            last = max(last, end)
