"""Who verified, belongs to the office or is close to it has no further word about its result."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from maturity.db import Database
from maturity.offices.models import Interest, Membership, Role
from maturity.survey.assessments import Work
from maturity.survey.models import Assessment
from maturity.survey.stage_models import Judgement
from tests.builders import BANTEN, TANGERANG, add_offices, make_assessment
from tests.clock import START, Clock
from tests.offices.signing import make_user
from tests.survey.filling import client_of, token
from tests.survey.in_reply import ADMINISTRATOR, SETTLER, VERIFIER, InReply, in_reply

SECOND = "verifikator.dua@contoh.example"


@pytest.fixture
def world(database: Database, monkeypatch: pytest.MonkeyPatch) -> InReply:
    monkeypatch.setattr(Work, "missing", lambda _work, _items=None: [])
    return in_reply(database)


def _give(database: Database, person_id: int | None, role: Role, office: str) -> None:
    with database.write() as session:
        add_offices(session, [office])
        session.add(
            Membership(person_id=person_id, office_code=office, role=role, created_at=START)
        )


def _post(client, path: str, **data: object) -> int:
    return client.post(path, data={**data, "csrf_token": token(client)}).status_code


def test_who_verified_settles_nothing_after_passing_it_on(
    app: Flask, world: InReply, clock: Clock
) -> None:
    _give(world.database, world.verifier.person_id, Role.SETTLER, "0")
    with world.database.write() as session:
        second = make_user(session, email=SECOND, role=Role.VERIFIER, office=BANTEN).id
        slug = session.get_one(Assessment, world.assessment).round.slug
    clock.advance(days=4)
    both = client_of(app, VERIFIER)
    passed_on = _post(both, f"/administration/rounds/{slug}/assignments",
                      pick=str(world.assessment), to=str(second))  # fmt: skip
    assert passed_on == 303
    page = f"/assessments/{world.assessment}/settlement"
    assert "tidak menetapkan hasilnya sendiri" in both.get(page).text
    assert _post(both, f"{page}/settle", with_open="yes") == 403
    assert world.state == "reply-open"
    assert _post(client_of(app, SETTLER), f"{page}/settle", with_open="yes") == 303


def test_who_is_close_to_an_office_neither_reads_its_settlement_nor_reopens_it(
    app: Flask, world: InReply, clock: Clock
) -> None:
    clock.advance(days=4)
    settler = client_of(app, SETTLER)
    page = f"/assessments/{world.assessment}/settlement"
    assert _post(settler, f"{page}/settle", with_open="yes") == 303
    with world.database.write() as session:
        who = session.scalars(
            select(Membership.person_id).where(Membership.role == Role.SETTLER)
        ).one()
        session.add(Interest(person_id=who, office_code=BANTEN, declared_at=START))
    assert settler.get(page).status_code == 403
    assert _post(settler, f"{page}/reopen", words="Saya tidak setuju dengan hasilnya.") == 403
    assert world.state == "settled"
    assert f'href="{page}"' not in settler.get("/settlement").text
    admin = client_of(app, ADMINISTRATOR)
    assert _post(admin, f"{page}/reopen", words="Ada berkas yang terlewat.") == 303


def test_an_interest_declared_after_assignment_stops_the_verifier_at_once(
    app: Flask, world: InReply
) -> None:
    verifier = client_of(app, VERIFIER)
    again = f"/assessments/{world.assessment}/verify/again"
    assert verifier.get(again).status_code == 200
    verifier.get("/account/interests")
    assert verifier.submit({"office": TANGERANG, "words": "Adik"}).status_code == 303
    assert _post(verifier, again, words="Saya periksa lagi.") == 403
    for path in ("verification", "verification/SD1", "verify/finish", "settlement", "threads"):
        assert verifier.get(f"/assessments/{world.assessment}/{path}").status_code == 403, path
    assert world.state == "reply-open"


def test_no_number_of_another_office_opens_anything(app: Flask, world: InReply) -> None:
    """Numbers of one assessment's rows in the addresses of another."""
    with world.database.write() as session:
        round_ = session.get_one(Assessment, world.assessment).round
        other = make_assessment(session, round_=round_, office="36.02").id
        make_user(session, email=SECOND, role=Role.OPERATOR, office="36.02")
        before = session.scalars(select(Judgement.id)).all()
    stranger = client_of(app, SECOND)
    for path in ("reply", "reply/finish", "threads", "timeline", "decisions", "berita-acara"):
        address = f"/assessments/{world.assessment}/{path}"
        assert stranger.get(address).status_code == 403, path
    assert (
        _post(stranger, f"/assessments/{world.assessment}/reply", **{"reply:V01": "agree"}) == 403
    )
    claimed = {"reply:V01": "agree", "seen:V01": "0", "on:V01": str(before[0])}
    assert _post(stranger, f"/assessments/{other}/reply", **claimed) == 409
    with world.database.read() as session:
        assert session.scalars(select(Judgement.id)).all() == before
