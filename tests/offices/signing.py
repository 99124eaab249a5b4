"""Signing in as people do, through the form."""

from functools import cache

import pytest
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from maturity.offices import passwords
from maturity.offices.models import Person, Role
from tests.builders import TANGERANG, make_person
from tests.conftest import DATABASES
from tests.strict_client import StrictClient

PASSWORD = "kuda hijau baca koran"
both_databases = pytest.mark.parametrize("database_kind", DATABASES)


@cache
def hash_of(password: str = PASSWORD) -> str:
    """The hash of a password, made once a run."""
    return passwords.hashed(password)


def make_user(
    session: Session,
    *,
    email: str,
    role: Role | None = Role.OPERATOR,
    office: str = TANGERANG,
    name: str = "Siti Rahma",
) -> Person:
    """A person who can sign in with PASSWORD."""
    return make_person(
        session, email=email, role=role, office=office, name=name, password_hash=hash_of()
    )


def sign_in(
    client: StrictClient, email: str, password: str = PASSWORD, **kwargs: object
) -> TestResponse:
    """Fill in the form and send it; the response is not followed."""
    client.get("/sign-in")
    return client.submit({"email": email, "password": password}, action="/sign-in", **kwargs)
