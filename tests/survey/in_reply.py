"""An assessment whose reply is open, with everybody who takes part able to sign in."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from maturity.db import Database
from maturity.offices.models import Person, Role
from maturity.survey import answers, assessments, judging
from maturity.survey.answers import Author, Change
from maturity.survey.models import Assessment, Round
from maturity.survey.rulings import Ruling
from maturity.survey.stage_models import Verdict
from maturity.survey.stages import Stages, stages
from tests.builders import BANTEN, LEBAK, TANGERANG, make_assessment, make_round
from tests.clock import START
from tests.offices.signing import make_user

OPERATOR, OTHER = "operator@contoh.example", "operator.lebak@contoh.example"
VERIFIER, SETTLER = "verifikator@contoh.example", "penetapan@contoh.example"
ADMINISTRATOR = "admin@contoh.example"
WORDS = "SK tidak memuat kewajiban ini."
CLAIMS = {"V01": "l3", "V02": "l4", "V03": "l2"}


@dataclass(frozen=True)
class InReply:
    """V01 changed from level 3 to 1, V02 not verifiable (4 to 2), V03 confirmed."""

    database: Database
    assessment: int
    verifier: Author
    office: Author

    def opened(self, session: Session) -> Stages:
        """The assessment with all decisions."""
        assessment = session.get_one(Assessment, self.assessment)
        return stages(session, assessments.work(session, assessment))

    @property
    def state(self) -> str:
        """Where it stands."""
        with self.database.read() as session:
            return session.get_one(Assessment, self.assessment).state


def in_reply(
    database: Database, *, office: str = TANGERANG, plain: bool = False, people: bool = True
) -> InReply:
    """Through the doors: filled in, handed in, verified; ``plain``: all claims confirmed.

    ``Work.missing`` must be patched away: three answers are enough here.
    """
    with database.write() as session:
        if people:
            add_people(session)
        round_ = session.scalar(select(Round)) or make_round(session)
        made = make_assessment(session, round_=round_, office=office)
        who = {name: Author(_id(session, name), START) for name in (OPERATOR, VERIFIER)}
        instrument = assessments.instrument_of(made.round)
        for key, value in CLAIMS.items():
            answers.save(session, made, instrument.item(key), Change(value), author=who[OPERATOR])
        assessments.submit(session, made, author=who[OPERATOR])
        judging.begin(session, made, author=who[VERIFIER])
        _verify(session, made, plain=plain, author=who[VERIFIER])
        number = made.id
    return InReply(database, number, who[VERIFIER], who[OPERATOR])


def add_people(session: Session) -> None:
    """One of each role that takes part, and an operator of another office."""
    make_user(session, email=OPERATOR, role=Role.OPERATOR, office=TANGERANG)
    make_user(session, email=OTHER, role=Role.OPERATOR, office=LEBAK)
    make_user(session, email=VERIFIER, role=Role.VERIFIER, office=BANTEN, name="Arif Hidayat")
    make_user(session, email=SETTLER, role=Role.SETTLER, office="0", name="Lukman Hakim")
    make_user(session, email=ADMINISTRATOR, role=Role.ADMINISTRATOR, office="0")


def _id(session: Session, email: str) -> int:
    return session.scalars(select(Person.id).where(Person.email == email)).one()


def _verify(session: Session, made: Assessment, *, plain: bool, author: Author) -> None:
    def rule(key: str, ruling: Ruling) -> None:
        opened = stages(session, assessments.work(session, made))
        judging.verify(session, opened, opened.work.instrument.item(key), ruling, author=author)

    same = Ruling(Verdict.CONFIRMED)
    changed = Ruling(Verdict.CHANGED, raw="l1", words=WORDS, private_words="Cek lagi 2027.")
    rule("V01", same if plain else changed)
    rule("V02", same if plain else Ruling(Verdict.NOT_VERIFIABLE, words="Tautan mati."))
    rule("V03", same)
    judging.open_reply(session, stages(session, assessments.work(session, made)), author=author)
