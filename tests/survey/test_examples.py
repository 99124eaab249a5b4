"""Answers of others are examples only where their office consents, and only as it consented."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from maturity.db import Database
from maturity.offices.models import Role
from maturity.survey import settling
from maturity.survey.answers import Author
from maturity.survey.assessments import Work
from maturity.survey.log import lines
from maturity.survey.models import Answer, Assessment, Evidence, Stage, StoredScorecard
from tests.builders import LEBAK, TANGERANG
from tests.clock import START, Clock
from tests.offices.signing import make_user
from tests.strict_client import StrictClient, page_text
from tests.survey.filling import client_of
from tests.survey.in_reply import OPERATOR, VERIFIER, InReply, in_reply

RESPONSIBLE, VIEWER = "penanggung@contoh.example", "pemantau@contoh.example"
ELSEWHERE, LATER = "penanggung.lebak@contoh.example", START + timedelta(days=4)
NOTE, PRIVATE = "SK 12/2026 memuat kewajiban ini.", "Tanyakan kepada Pak Budi."
LINK, BROKEN = "https://kota.contoh.example/sk", "http://192.168.1.7/sk"
NAME = "KPU Kota Tangerang"


@dataclass
class World:
    """KPU Kota Tangerang with a settled result: level 4 in V02, lower in V01 and V03."""

    app: Flask
    made: InReply

    @property
    def url(self) -> str:
        return f"/assessments/{self.made.assessment}/examples"

    def client(self, email: str = RESPONSIBLE) -> StrictClient:
        return client_of(self.app, email)

    def choose(self, *parts: str, client: StrictClient | None = None) -> StrictClient:
        """Open the page, tick exactly these variables and save."""
        office = client or self.client()
        office.get(self.url)
        answer = office.submit({"part": list(parts)}, action=self.url)
        assert answer.status_code == 303
        return office

    def sees(self, variable: str = "V02", email: str = VIEWER) -> str:
        """The variable's page as somebody sees it."""
        return page_text(self.client(email).get(f"/rounds/2026/variables/{variable}"))

    def set(self, **columns: object) -> None:
        with self.made.database.write() as session:
            row = session.get_one(Assessment, self.made.assessment)
            for name, value in columns.items():
                setattr(row, name, value)

    def entries(self) -> list[dict[str, object]]:
        """What the record says of examples."""
        with self.made.database.read() as session:
            found = [json.loads(line) for line in lines(session)]
        return [one for one in found if one["kind"].startswith("example-")]


@pytest.fixture
def world(app: Flask, database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(Work, "missing", lambda _work, _items=None: [])
    found = in_reply(database, plain=True)
    with database.write() as session:
        make_user(session, email=RESPONSIBLE, role=Role.RESPONSIBLE, office=TANGERANG)
        make_user(session, email=ELSEWHERE, role=Role.RESPONSIBLE, office=LEBAK)
        make_user(session, email=VIEWER, role=Role.VIEWER, office="0")
        wanted = (Answer.assessment_id == found.assessment, Answer.key == "V02")
        answer = session.scalars(select(Answer).where(*wanted)).one()
        answer.note, answer.private_note = NOTE, PRIVATE
        here = {"assessment_id": found.assessment, "key": "V02", "added_at": START}
        session.add(Evidence(**here, url=LINK, place="hlm. 4", note="Bab II"))
        session.add(Evidence(**here, url=BROKEN, usable=False))
        session.add(Evidence(**here, url="https://lama.contoh.example/", removed_at=START))
    made = World(app, found)
    settle(made)
    clock.at = LATER
    return made


def settle(world: World) -> None:
    with world.made.database.write() as session:
        settler = Author(None, LATER)
        settling.settle(session, world.made.opened(session), with_open=True, author=settler)


def test_the_office_sees_in_full_what_it_may_consent_to(world: World) -> None:
    office = world.client()
    assert world.url in page_text(office.get(f"/assessments/{world.made.assessment}"))
    page = page_text(office.get(world.url))
    assert page.count('type="checkbox"') == 1
    for words in ("V02 ", "Level 4", NOTE, LINK, "hlm. 4 – Bab II"):
        assert words in page
    for words in (PRIVATE, BROKEN, "lama.contoh", "V01 ", "V03 "):
        assert words not in page


def test_consent_shows_just_that_and_withdrawal_hides_it_at_once(world: World) -> None:
    page = world.sees()
    assert NAME not in page
    assert "Belum ada contoh." in page
    office = world.choose("V02")
    page = world.sees()
    for words in (NAME, NOTE, LINK, "hlm. 4 – Bab II", "1 kantor mengizinkan", "Lihat jawabannya"):
        assert words in page
    for words in (PRIVATE, BROKEN, "lama.contoh"):
        assert words not in page
    assert NAME not in world.sees("V01")
    table = page_text(world.client(VIEWER).get("/rounds/2026/variables/V02.csv"))
    assert "Tangerang" not in table
    world.choose("V02", client=office)  # the same again changes nothing
    world.choose(client=office)
    assert NAME not in world.sees()
    kinds = [one["kind"] for one in world.entries()]
    assert kinds == ["example-permitted", "example-withdrawn"]
    given, withdrawn = (one["data"] for one in world.entries())
    assert given["consent"] == withdrawn["consent"]
    assert given["part"] == "V02"


def test_a_lower_level_other_words_or_a_reopening_end_what_is_shown(world: World) -> None:
    office = world.choose("V02")
    world.set(state="under-verification")
    assert NAME not in world.sees()
    page = page_text(office.get(world.url))
    assert "Belum ada hasil penetapan" in page
    assert "Izin yang sekarang tidak menampilkan apa pun" in page
    world.choose("V02", client=office)  # what rests can be left as it is, or withdrawn
    world.choose(client=office)
    world.set(state="settled")
    assert NAME not in world.sees()
    world.choose("V02", client=office)
    assert NAME in world.sees()
    level_of(world, 3)
    assert NAME not in world.sees()
    level_of(world, 4)
    with world.made.database.write() as session:
        answer = session.scalars(select(Answer).where(Answer.key == "V02")).one()
        answer.note = "Lain."
    assert NAME not in world.sees()
    assert "berubah sejak Anda memberi izin" in page_text(office.get(world.url))
    world.choose("V02", client=office)
    assert "Lain." in world.sees()
    assert [one["kind"][8:] for one in world.entries()] == [
        "permitted", "withdrawn", "permitted", "withdrawn", "permitted"
    ]  # fmt: skip


def level_of(world: World, level: int) -> None:
    with world.made.database.write() as session:
        card = session.scalars(
            select(StoredScorecard).where(StoredScorecard.stage == Stage.SETTLED)
        ).one()
        card.variables = json.dumps({"V02": [level, 66.67, ""]})


def test_what_was_not_looked_at_is_not_consented_to(world: World) -> None:
    office = world.client()
    office.get(world.url)
    with world.made.database.write() as session:
        answer = session.scalars(select(Answer).where(Answer.key == "V02")).one()
        answer.note = "Diubah."
    office.strict = False
    refused = office.submit({"part": "V02"}, action=world.url)
    assert refused.status_code == 409
    assert "Diubah." in refused.text
    assert world.entries() == []


def test_identity_numbers_are_never_shown(world: World) -> None:
    with world.made.database.write() as session:
        answer = session.scalars(select(Answer).where(Answer.key == "V02")).one()
        answer.note = "NIK 3671014505900001"
    page = page_text(world.client().get(world.url))
    assert "tampaknya memuat NIK" in page
    assert 'type="checkbox"' not in page


def test_only_the_responsible_of_the_office_decides(world: World) -> None:
    for email in (OPERATOR, VERIFIER, ELSEWHERE, VIEWER):
        client = world.client(email)
        client.strict = False
        assert client.get(world.url).status_code == 403
