"""Who reads sees one state of the data, on both databases."""

from __future__ import annotations

from sqlalchemy import func, select

from maturity.db import Database
from maturity.survey.models import Round
from tests.builders import make_round


def test_a_page_sees_one_state_while_others_write(database: Database) -> None:
    rounds = select(func.count()).select_from(Round)
    with database.read() as session:
        before = session.scalar(rounds)
        with database.write() as other:
            make_round(other)
        assert session.scalar(rounds) == before
    with database.read() as session:
        assert session.scalar(rounds) == before + 1
