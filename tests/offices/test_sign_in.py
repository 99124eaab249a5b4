"""Signing in and out, through the form."""

import pytest
from sqlalchemy import func, select

from maturity.offices import passwords
from maturity.offices.models import Person, Role, SignInFailure
from tests.offices.signing import PASSWORD, make_user, sign_in

EMAIL = "siti@kpu.example"


@pytest.fixture
def person(database):
    with database.write() as session:
        return make_user(session, email=EMAIL, role=Role.RESPONSIBLE).id


def is_signed_in(client):
    return client.get("/account").status_code == 200


def test_the_right_password_signs_in_and_leads_on(client, person):
    response = sign_in(client, f"  {EMAIL.upper()} ")
    assert (response.status_code, response.location) == (303, "/")
    page = client.get("/account").text
    assert "Siti Rahma" in page
    assert "Komisi Pemilihan" not in page
    assert "KPU Kota Tangerang" in page
