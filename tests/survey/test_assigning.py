"""Assessments get verifiers, within the round's rule and away from what is close to them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from maturity.db import Database
from maturity.offices.models import Interest, Role
from maturity.survey import judging
from maturity.survey.answers import Author
from maturity.survey.assessments import NotAllowedError
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.log_models import LogEntry
from maturity.survey.models import Assessment
from tests.builders import BANTEN, LEBAK, TANGERANG, make_assessment, make_person, make_round
from tests.clock import START
from tests.offices.signing import make_user
from tests.strict_client import StrictClient
from tests.survey.filling import client_of

ADMIN, SETTLER = "admin@contoh.example", "penetap@contoh.example"
BANDUNG, PAGE = "32.73", "/administration/rounds/2026/assignments"


@dataclass
class World:
    """Five offices without verifier, and those who could be."""

    database: Database
    ids: dict[str, int]
    province: int
    national: int
    external: int

    def verifiers(self) -> dict[str, int | None]:
        with self.database.read() as session:
            found = session.execute(select(Assessment.office_code, Assessment.verifier_id))
            return {row.office_code: row.verifier_id for row in found}


@pytest.fixture
def world(database: Database) -> World:
    with database.write() as session:
        make_user(session, email=ADMIN, role=Role.ADMINISTRATOR, office="0")
        make_user(session, email=SETTLER, role=Role.SETTLER, office="0")
        round_ = make_round(session)
        ids = {
            code: make_assessment(session, round_=round_, office=code).id
            for code in ("0", BANTEN, TANGERANG, LEBAK, BANDUNG)
        }
        people = [
            make_person(session, role=Role.VERIFIER, office=BANTEN, name="Ani Banten"),
            make_person(session, role=Role.VERIFIER, office="0", name="Budi Pusat"),
            make_person(session, role=Role.EXTERNAL, office="0", name="Citra Kampus"),
        ]
        return World(database, ids, *(one.id for one in people))


@pytest.fixture
def admin(app: Flask, world: World) -> StrictClient:
    return client_of(app, ADMIN)


def numbers_in(row: str) -> list[str]:
    return re.findall(r'<td class="n"[^>]*><div>(\d+)', row)


def give(client: StrictClient, to: int | str, *ids: int, **more: object):
    client.get(PAGE)
    return client.submit({"to": str(to), "pick": list(ids), **more}, action=PAGE)


def test_offices_are_given_to_who_may_verify_them(admin: StrictClient, world: World) -> None:
    done = give(admin, world.province, world.ids[TANGERANG], world.ids[LEBAK])
    assert done.status_code == 303
    found = world.verifiers()
    assert found[TANGERANG] == found[LEBAK] == world.province
    page = admin.get(PAGE).text
    row = re.search(r"Ani Banten</a>.*?</tr>", page, re.DOTALL)
    assert row
    assert numbers_in(row[0]) == ["2", "0", "2", "0"]
    with world.database.read() as session:
        kinds = session.scalars(select(LogEntry).order_by(LogEntry.seq)).all()
        assert [one.kind for one in kinds] == ["verifier-assigned"] * 2
        told = {"before": None, "after": world.province, "way": "web"}
        assert json.loads(kinds[0].data) == told


@pytest.mark.parametrize(
    ("who", "office", "words"),
    [
        ("province", BANDUNG, "tidak mencakup"),
        ("province", BANTEN, "bekerja di kantor tersebut"),
        ("national", TANGERANG, "diverifikasi pihak lain"),
        ("national", "0", "bekerja di kantor tersebut"),
        ("external", LEBAK, "diverifikasi pihak lain"),
    ],
)
def test_who_may_not_is_refused_at_the_row(
    admin: StrictClient, world: World, who: str, office: str, words: str
) -> None:
    page = give(admin, getattr(world, who), world.ids[office])
    assert page.status_code == 409
    row = re.search(rf'id="a-{world.ids[office]}".*?</tr>', page.text, re.DOTALL)
    assert row
    assert words in row[0]
    assert world.verifiers()[office] is None


def test_a_declared_interest_keeps_an_office_away(admin: StrictClient, world: World) -> None:
    with world.database.write() as session:
        session.add(Interest(person_id=world.external, office_code=BANTEN, declared_at=START))
    assert "menyatakan kepentingan" in give(admin, world.external, world.ids[BANTEN]).text
    assert give(admin, world.national, world.ids[BANTEN]).status_code == 303


def test_all_that_are_shown_are_given_at_once(admin: StrictClient, world: World) -> None:
    admin.get(f"{PAGE}?province={BANTEN}&kind=city")
    done = admin.submit({"to": str(world.province), "all": "yes"}, action=PAGE)
    assert done.status_code == 303
    assert [code for code, who in world.verifiers().items() if who] == [TANGERANG]


def test_somebody_must_be_chosen_and_something_ticked(admin: StrictClient, world: World) -> None:
    assert "Pilih verifikator" in give(admin, "", world.ids[LEBAK]).text
    page = give(admin, world.province)
    assert page.status_code == 422
    assert "sedikitnya satu kantor" in page.text
    assert f'value="{world.province}" selected' in page.text


def test_even_shares_are_shown_first_and_keep_to_the_rule(app: Flask, world: World) -> None:
    settler = client_of(app, SETTLER)
    page = settler.get(f"{PAGE}/even").text
    assert "KPU Kota Bandung" in page, "nobody may take it"
    assert set(world.verifiers().values()) == {None}, "nothing is saved yet"
    assert settler.submit({}).status_code == 303
    found = world.verifiers()
    assert found == {
        "0": world.external,
        BANTEN: world.national,
        TANGERANG: world.province,
        LEBAK: world.province,
        BANDUNG: None,
    }


def test_who_was_assigned_meanwhile_stays(admin: StrictClient, world: World) -> None:
    admin.get(f"{PAGE}/even")
    with world.database.write() as session:
        session.get_one(Assessment, world.ids[BANTEN]).verifier_id = world.external
    page = admin.submit({})
    assert page.status_code == 409
    assert "kepada orang lain" in page.text
    assert world.verifiers()[BANTEN] == world.external
    assert world.verifiers()[LEBAK] == world.province


def test_a_verification_that_runs_is_passed_on_but_never_dropped(
    admin: StrictClient, world: World
) -> None:
    with world.database.write() as session:
        one = session.get_one(Assessment, world.ids[BANTEN])
        one.state, one.verifier_id = AssessmentState.VERIFYING, world.national
    assert "tunjuk penggantinya" in give(admin, "none", world.ids[BANTEN]).text
    assert give(admin, world.external, world.ids[BANTEN]).status_code == 303


def test_work_past_its_deadline_is_counted(
    admin: StrictClient, world: World, database: Database
) -> None:
    with database.write() as session:
        one = session.get_one(Assessment, world.ids[BANTEN])
        one.state, one.verifier_id = AssessmentState.SUBMITTED, world.national
        one.verify_due_at = START - timedelta(minutes=1)
    row = re.search(r"Budi Pusat</a>.*?</tr>", admin.get(PAGE).text, re.DOTALL)
    assert row
    assert numbers_in(row[0]) == ["1", "0", "1", "1"]


def test_who_takes_up_an_unassigned_office_keeps_to_the_rule(world: World) -> None:
    with world.database.write() as session:
        one = session.get_one(Assessment, world.ids[LEBAK])
        one.state = AssessmentState.SUBMITTED
        with pytest.raises(NotAllowedError, match="others verify"):
            judging.begin(session, one, author=Author(world.national, START))
        judging.begin(session, one, author=Author(world.province, START))
        assert one.verifier_id == world.province
