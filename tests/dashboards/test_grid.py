"""The tables behind matrix, variables and comparisons say what was frozen, at the right stage."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sqlalchemy import select

from maturity.dashboards.grid import Grid, grid, numbers, variables_of
from maturity.dashboards.queries import standings, variable_texts
from maturity.dashboards.round_queries import stage_of
from maturity.db import Database
from maturity.survey.assessments import instrument_of
from maturity.survey.frozen import variable_ids
from maturity.survey.models import Assessment, Round, Stage, StoredScorecard
from tests.dashboards.country import SMALL, hold_round

STATES = ("published", "reply-open", "submitted", "in-progress")


def _grid(database: Database, stage: Stage) -> Grid:
    with database.read() as session:
        round_ = session.scalars(select(Round)).one()
        rows = standings(session, round_, stage=stage)
        texts = variable_texts(session, round_, [stage])[stage]
        instrument = instrument_of(round_)
        found = numbers(texts, variable_ids(instrument))
        return grid(rows, found, variables_of(instrument, "id"))


@pytest.mark.parametrize("stage", [Stage.SELF, Stage.VERIFIED, Stage.SETTLED])
def test_every_cell_is_what_was_frozen(database: Database, stage: Stage) -> None:
    with database.write() as session:
        hold_round(session, "a", states=STATES, seed=3)
    found = _grid(database, stage)
    assert {office.code for office in found.offices} == {"0", *SMALL}
    assert len(found.variables) == 33 + 2, (
        "two parts of the inventory are scored beside the questions"
    )
    with database.read() as session:
        query = (
            select(Assessment.office_code, StoredScorecard.variables)
            .join(StoredScorecard)
            .where(StoredScorecard.stage == stage)
        )
        kept = {row.office_code: json.loads(row.variables) for row in session.execute(query)}
    for row, office in enumerate(found.offices):
        for column, variable in enumerate(found.variables):
            level, percent, why = kept.get(office.code, {}).get(
                variable.id, (None, None, "unanswered")
            )
            assert found.level[row, column] == (level or 0)
            assert found.why[row, column] == why
            assert np.array_equal(
                found.percent[row, column], np.nan if percent is None else percent, equal_nan=True
            )
    assert found.column("V02") == 1
    assert found.only([2, 0]).offices == (found.offices[2], found.offices[0])


def test_the_stage_shown_is_settled_once_nothing_is_on_its_way(database: Database) -> None:
    with database.write() as session:
        over = hold_round(session, "a", days=-90, states=("published", "settled", "in-progress"))
        running = hold_round(session, "b", states=("published", "submitted"), seed=2)
        empty = hold_round(session, "c", days=-5, states=("not-started",))
        assert [stage_of(session, one) for one in (over, running, empty)] == [
            Stage.SETTLED, Stage.SELF, Stage.SELF,
        ]  # fmt: skip
