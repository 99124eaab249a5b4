"""An office that fills in, and ways to answer everything."""

from __future__ import annotations

import re
from html import unescape

from flask import Flask
from sqlalchemy import select

from maturity.db import Database
from maturity.offices.models import Role
from maturity.survey.models import Answer, Assessment
from tests.builders import TANGERANG, make_assessment, make_round
from tests.offices.signing import make_user, sign_in
from tests.strict_client import StrictClient

OPERATOR, RESPONSIBLE = "operator@contoh.example", "penanggung@contoh.example"


def office_at_work(database: Database, *, office: str = TANGERANG, **round_: object) -> int:
    """An open assessment with an operator and a responsible person; its id."""
    with database.write() as session:
        make_user(session, email=OPERATOR, role=Role.OPERATOR, office=office, name="Siti Rahma")
        make_user(session, email=RESPONSIBLE, role=Role.RESPONSIBLE, office=office, name="Budi S.")
        opened = make_assessment(session, round_=make_round(session, **round_), office=office)  # type: ignore[arg-type]
        return opened.id


def client_of(app: Flask, email: str = OPERATOR) -> StrictClient:
    """A browser in which this person has signed in."""
    client = app.test_client()
    assert isinstance(client, StrictClient)
    assert sign_in(client, email).status_code == 303
    return client


def token(client: StrictClient) -> str:
    """A form token of the client's session."""
    return str(client.get("/form-token").json["token"])


def put(client: StrictClient, assessment: int, key: str, value: str, **more: object):
    """Save one answer as the script does."""
    return client.put(
        f"/assessments/{assessment}/answers/{key}",
        json={"value": value, "seen": 0, **more},
        headers={"X-CSRFToken": token(client), "Accept": "application/json"},
    )


def answers_of(database: Database, assessment: int) -> dict[str, Answer]:
    """What is stored."""
    with database.read() as session:
        rows = session.scalars(select(Answer).where(Answer.assessment_id == assessment))
        found = {row.key: row for row in rows}
        session.expunge_all()
        return found


def state_of(database: Database, assessment: int) -> str:
    """The assessment's state."""
    with database.read() as session:
        return session.get_one(Assessment, assessment).state


def fill_by_forms(client: StrictClient, assessment: int, *, level: str = "l2") -> None:
    """Answer every question as somebody without JavaScript: page by page, by the forms."""
    tasks = client.get(f"/assessments/{assessment}").text
    for section in _links(tasks, rf"/assessments/{assessment}/sections/[^/\"?]+"):
        page = client.get(section).text
        subjects = _links(page, rf"{re.escape(section)}/[^/\"?]+/[^/\"?]+")
        for address in subjects or [section]:
            client.submit(_choices(client.get(address).text, level), action=address)


def _links(page: str, pattern: str) -> list[str]:
    return list(
        dict.fromkeys(unescape(found) for found in re.findall(rf'href="({pattern})"', page))
    )


def _choices(page: str, level: str) -> dict[str, str]:
    """For each item of a page: the level statement asked for, or yes; and an explanation."""
    keys = dict.fromkeys(re.findall(r'name="value:([^"]+)"', page))
    chosen = {f"value:{key}": "yes" if "/" in key else level for key in keys}
    return {**chosen, **{f"note:{key}": "SK 12/2026" for key in keys if "/" not in key}}
