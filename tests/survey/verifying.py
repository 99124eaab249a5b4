"""An assessment that was handed in, and browsers of those who verify it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select

from maturity.db import Database
from maturity.offices.models import Interest, Role
from maturity.survey import answers, assessments, judging
from maturity.survey.answers import Author, Change
from maturity.survey.assessments import Work
from maturity.survey.models import Assessment
from maturity.survey.stage_models import Judgement
from tests.builders import TANGERANG, make_assessment, make_round
from tests.clock import START
from tests.offices.signing import make_user
from tests.strict_client import StrictClient
from tests.survey.filling import OPERATOR, RESPONSIBLE, client_of

VERIFIER, OTHER, EXTERNAL = "verif@contoh.example", "lain@contoh.example", "kampus@contoh.example"
SETTLER, ADMIN = "tetap@contoh.example", "admin@contoh.example"
WORDS = "SK tidak memuat kewajiban ini."
CLAIMS = {"V01": "l3", "V02": "l4", "V03": "l2"}


@dataclass
class Verification:
    """The assessment of KPU Kota Tangerang with three claims, and its people."""

    app: Flask
    database: Database
    id: int
    people: dict[str, int]

    def client(self, email: str = VERIFIER) -> StrictClient:
        """A browser in which this person has signed in."""
        return client_of(self.app, email)

    def url(self, rest: str = "") -> str:
        """An address of the assessment's pages."""
        return f"/assessments/{self.id}{rest}"

    def begin(self) -> StrictClient:
        """The verifier's browser, after taking the assessment up."""
        client = self.client()
        client.get(self.url("/verification"))
        assert client.submit({}, action=self.url("/verify/begin")).status_code == 303
        return client

    def rows(self) -> list[tuple[str, str, str, str]]:
        """All judgements: key, verdict, value, words."""
        with self.database.read() as session:
            found = session.scalars(select(Judgement).order_by(Judgement.id))
            return [(one.key, one.verdict, one.value, one.words) for one in found]

    def change(self, **columns: object) -> None:
        """Set columns of the assessment."""
        with self.database.write() as session:
            made = session.get_one(Assessment, self.id)
            for name, value in columns.items():
                setattr(made, name, value)

    def declare(self, email: str, office: str) -> None:
        """A person declares an interest in an office."""
        with self.database.write() as session:
            person = self.people[email]
            session.add(Interest(person_id=person, office_code=office, declared_at=START))

    def author(self, email: str) -> Author:
        """As the doors know a person."""
        return Author(self.people[email], START)

    @property
    def state(self) -> str:
        """Where the assessment stands."""
        with self.database.read() as session:
            return session.get_one(Assessment, self.id).state


def handed_in(
    app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch, claims: dict[str, str]
) -> Verification:
    """An assessment with these claims, submitted although others are missing."""
    monkeypatch.setattr(Work, "missing", lambda _work, _items=None: [])
    wanted = {
        OPERATOR: (Role.OPERATOR, TANGERANG, "Siti Rahma"),
        RESPONSIBLE: (Role.RESPONSIBLE, TANGERANG, "Budi Santoso"),
        VERIFIER: (Role.VERIFIER, "36", "Arif Hidayat"),
        OTHER: (Role.VERIFIER, "36", "Rina Wijaya"),
        EXTERNAL: (Role.EXTERNAL, "0", "Dewi Anggraini"),
        SETTLER: (Role.SETTLER, "0", "Lukman Hakim"),
        ADMIN: (Role.ADMINISTRATOR, "0", "Taufik Gunawan"),
    }
    with database.write() as session:
        people = {
            email: make_user(session, email=email, role=role, office=office, name=name).id
            for email, (role, office, name) in wanted.items()
        }
        made = make_assessment(session, round_=make_round(session))
        office = Author(people[RESPONSIBLE], START)
        instrument = assessments.instrument_of(made.round)
        for key, value in claims.items():
            change = Change(value, reason="Tidak ada unit ini.", note="Lihat SK 12/2026.")
            answers.save(session, made, instrument.item(key), change, author=office)
        assessments.submit(session, made, author=office)
        return Verification(app, database, made.id, people)


def begin_directly(made: Verification, email: str = VERIFIER) -> None:
    """Take the assessment up through the door."""
    with made.database.write() as session:
        assessment = session.get_one(Assessment, made.id)
        judging.begin(session, assessment, author=made.author(email))
