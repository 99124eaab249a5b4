"""What was typed survives the end of a session, without JavaScript too."""

from __future__ import annotations

import json

from flask import Flask

from maturity.db import Database
from tests.clock import Clock
from tests.offices.signing import PASSWORD
from tests.survey.filling import OPERATOR, answers_of, client_of, office_at_work

HERE = {"Referer": "http://localhost/assessments/1/sections/SD1"}


def test_a_form_sent_too_late_is_kept_through_the_sign_in(
    app: Flask, database: Database, clock: Clock
) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    address = f"/assessments/{assessment}/sections/SD1"
    client.get(address)
    clock.advance(hours=13)
    note = 'Rapat "pleno"\n<b>3 Maret</b>'
    late = client.submit({"value:V01": "l2", "note:V01": note}, action=address, headers=HERE)
    assert "tetapi tidak hilang" in late.text
    again = client.submit({"email": OPERATOR, "password": PASSWORD}, action="/sign-in")
    assert "Isian Anda belum terkirim" in again.text
    assert answers_of(database, assessment) == {}
    saved = client.submit({}, action=address)
    assert saved.status_code == 303
    stored = answers_of(database, assessment)["V01"]
    assert (stored.value, stored.note) == ("l2", note)


def test_a_wrong_password_keeps_it_too(app: Flask, database: Database, clock: Clock) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    address = f"/assessments/{assessment}/sections/SD1"
    client.get(address)
    clock.advance(hours=13)
    client.submit({"value:V01": "l2"}, action=address, headers=HERE)
    client.submit({"email": OPERATOR, "password": "salah sama sekali"}, action="/sign-in")
    client.submit({"email": OPERATOR, "password": PASSWORD}, action="/sign-in")
    client.submit({}, action=address)
    assert answers_of(database, assessment)["V01"].value == "l2"


def test_a_form_from_elsewhere_is_not_carried(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    address = f"/assessments/{assessment}/sections/SD1"
    for headers in ({}, {"Referer": "https://jahat.example/"}):
        reply = app.test_client().post(address, data={"value:V01": "l4"}, headers=headers)
        assert reply.status_code == 303
        assert reply.location.startswith("/sign-in")


def test_a_carried_form_can_only_go_to_our_own_pages(app: Flask, database: Database) -> None:
    office_at_work(database)
    client = app.test_client()
    for path in ("//jahat.example/", "https://jahat.example/", "/\\jahat.example", "/\tx", 7):
        client.get("/sign-in")
        said = json.dumps([path, [["a", "b"]]])
        values = {"email": OPERATOR, "password": PASSWORD, "parked": said}
        reply = client.submit(values, action="/sign-in")
        assert reply.status_code == 303
        client.get("/about")
        client.submit({}, action="/sign-out")


def test_no_password_is_carried(app: Flask, database: Database, clock: Clock) -> None:
    office_at_work(database)
    client = client_of(app)
    client.get("/account")
    clock.advance(hours=13)
    typed = {"current": PASSWORD, "password": "sembilan ekor bangau", "again": "sembilan bangau"}
    late = client.submit(
        typed, action="/account/password", headers={"Referer": "http://localhost/account"}
    )
    assert late.status_code == 303
    assert not any(word in late.text for word in typed.values())


def test_a_carried_form_that_is_none_is_forgotten(app: Flask, database: Database) -> None:
    office_at_work(database)
    client = app.test_client()
    for said in ("[" * 100_000, "{}", '["/x", [1]]', '["/x", null]', "[1, []]"):
        client.get("/sign-in")
        typed = {"email": "", "password": PASSWORD, "parked": said}
        reply = client.submit(typed, action="/sign-in")
        assert reply.status_code == 422
        assert 'name="parked"' not in reply.text
