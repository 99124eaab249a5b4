"""A decision whose answer got lost on the line is sent again: it counts once, and is confirmed."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from maturity.survey.models import Decision
from tests.survey.filling import token
from tests.survey.verifying import CLAIMS, OTHER, SETTLER, WORDS, Verification, handed_in


@pytest.fixture
def made(app, database, monkeypatch) -> Verification:
    return handed_in(app, database, monkeypatch, CLAIMS)


def _post(client, address: str, **form: str):
    return client.post(address, data={"csrf_token": token(client), **form})


def _steps(made: Verification) -> list[tuple[str, str]]:
    with made.database.read() as session:
        rows = session.scalars(select(Decision).order_by(Decision.id))
        return [(row.before, row.after) for row in rows]


def _decided(made: Verification):
    client = made.begin()
    client.get(made.url("/verification/SD1"))
    choices = {f"verdict:{key}": "confirmed" for key in CLAIMS}
    client.submit(choices, action=made.url("/verification/SD1"))
    return client


@pytest.mark.parametrize(
    ("act", "form"),
    [
        ("begin", {}),
        ("return", {"words": WORDS, "days": "3"}),
        ("finish", {}),
        ("again", {"words": WORDS}),
    ],
)
def test_an_act_of_verification(made: Verification, act: str, form: dict[str, str]) -> None:
    client = made.client() if act == "begin" else _decided(made)
    if act == "again":
        assert _post(client, made.url("/verify/finish")).status_code == 303
    first = _post(client, made.url(f"/verify/{act}"), **form)
    steps = _steps(made)
    second = _post(client, made.url(f"/verify/{act}"), **form)
    assert (first.status_code, second.status_code) == (303, 303)
    assert _steps(made) == steps


def test_somebody_elses_decision_is_no_success_of_mine(made: Verification) -> None:
    client = _decided(made)
    assert _post(client, made.url("/verify/finish")).status_code == 303
    made.change(verifier_id=made.people[OTHER])
    other = made.client(OTHER)
    assert _post(other, made.url("/verify/finish")).status_code == 409


def test_settling(made: Verification) -> None:
    client = _decided(made)
    assert _post(client, made.url("/verify/finish")).status_code == 303
    settler = made.client(SETTLER)
    first = _post(settler, made.url("/settlement/settle"))
    second = _post(settler, made.url("/settlement/settle"))
    assert (first.status_code, second.status_code) == (303, 303)
    assert [after for _, after in _steps(made)].count("settled") == 1
