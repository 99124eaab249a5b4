"""Deadlines against devices and people that say strange times."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from maturity.db import Database
from maturity.survey.administration import typed_moment
from maturity.survey.assessments import Work
from tests.clock import START, Clock
from tests.survey.filling import RESPONSIBLE, client_of, office_at_work, put, state_of

END = START + timedelta(hours=1)


@pytest.fixture(autouse=True)
def three_answers_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Work, "missing", lambda _work, _items=None: [])


@pytest.mark.parametrize(
    ("late", "said", "accepted"),
    [
        (0, "", True),  # the last microsecond belongs to it
        (10, "2026-11-21T07:59:59+00:00", True),
        (10, "2026-11-21T16:59:59+09:00", True),  # the same moment, in Jayapura
        (10, "2026-11-21T07:59:59Z", True),
        (10, "2026-11-21T07:50:00Z", False),  # under way for 20 minutes
        (10, "1970-01-01T00:00:00Z", False),
        (10, "0001-01-01T00:00:00+14:00", False),  # before the first day there is
        (10, "9999-12-31T23:59:59-14:00", False),
        (10, "2026-11-21T08:00:01Z", False),  # sent after the deadline
        (10, "2026-11-21T08:30:00Z", False),  # in the future
        (10, "2026-11-21T07:59:59", False),  # in whatever zone
        (10, "gestern", False),
        (16, "2026-11-21T08:00:00Z", False),
    ],
)
def test_what_devices_say_of_the_time(
    app: Flask, database: Database, clock: Clock, late: int, said: str, accepted: bool
) -> None:
    assessment = office_at_work(database, closes_at=END)
    office = client_of(app, RESPONSIBLE)
    put(office, assessment, "V01", "l2")
    office.get(f"/assessments/{assessment}/submit")
    clock.advance(hours=1, minutes=late)
    done = office.submit({"confirm": "yes", "sent_at": said})
    assert done.status_code == (303 if accepted else 409)
    assert state_of(database, assessment) == ("submitted" if accepted else "in-progress")


def test_the_timeline_takes_any_moment_in_its_address(app: Flask, database: Database) -> None:
    assessment = office_at_work(database)
    address = f"/assessments/{assessment}/timeline"
    for said in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "\x00", "2026"):
        assert client_of(app).get(address, query_string={"before": said}).status_code == 200


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "9999-12-31", "2026-02-30", "\x00"])
def test_no_deadline_lies_where_no_zone_can_be_reckoned_with(day: str) -> None:
    assert typed_moment(day, "23.59", last=True) is None
    assert typed_moment("2026-12-31", "23.59", last=True) is not None
