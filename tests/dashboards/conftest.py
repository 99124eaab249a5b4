"""People who look at rounds."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from maturity.db import Database
from maturity.offices.models import Role
from tests.offices.signing import make_user, sign_in
from tests.strict_client import StrictClient


@pytest.fixture
def as_role(app: Flask, database: Database) -> Callable[..., StrictClient]:
    """A signed-in browser: ``as_role(Role.VIEWER)``, ``as_role(Role.VERIFIER, "36")``."""

    def enter(role: Role, office: str = "0") -> StrictClient:
        email = f"{role}-{office}@contoh.example"
        with database.write() as session:
            make_user(session, email=email, role=role, office=office)
        client = app.test_client()
        assert isinstance(client, StrictClient)
        assert sign_in(client, email).status_code in (302, 303)
        return client

    return enter


@pytest.fixture
def viewer(as_role: Callable[..., StrictClient]) -> StrictClient:
    """A national viewer."""
    return as_role(Role.VIEWER)
