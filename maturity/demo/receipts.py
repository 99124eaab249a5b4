"""The receipts of the made-up handings in, each as the door would have issued it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import cast

import numpy as np
from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from maturity.demo.rounds import Task
from maturity.survey.answers import STATES
from maturity.survey.instrument import Instrument
from maturity.survey.receipt_models import Receipt
from maturity.survey.receipts import receipt_row
from maturity.survey.statements import About, Said, Statement, code_of, statement

_CODES = 7_301  # sets these dice apart from those of the offices


def add_receipts(
    session: Session,
    instrument: Instrument,
    tasks: Sequence[Task],
    *,
    scorecards: Sequence[str],
    seed: int,
) -> dict[int, str]:
    """Insert a receipt for each finished office; its digest by assessment."""
    dice = np.random.default_rng([seed, _CODES])
    rows = []
    for task, digest in zip(tasks, scorecards, strict=True):
        sealed = _statement(instrument, task, digest)
        row = receipt_row(task.assessment_id, sealed, code=code_of(dice.bytes(10)))
        row.issued_at, row.by_id = cast(datetime, task.submitted_at), task.staff.responsible
        rows.append(row)
    names = [column.key for column in cast(Table, Receipt.__table__).columns if column.key != "id"]
    values = [{name: getattr(row, name) for name in names} for row in rows]
    if values:
        session.execute(insert(Receipt), values)
    return {row.assessment_id: row.digest for row in rows}


def _statement(instrument: Instrument, task: Task, scorecard: str) -> Statement:
    filled, links = task.filled, defaultdict(list)
    for link in filled.links:
        links[link.key].append(link.url)
    answers = {
        key: Said(STATES[one.state], one.value, one.reason, filled.notes.get(key, ""))
        for key, one in filled.readings.items()
    }
    about = About(
        office=task.case.office,
        round_slug=task.case.round_slug,
        instrument=instrument.ref,
        fingerprint=instrument.fingerprint,
        scorecard=scorecard,
    )
    return statement(about, answers=answers, links=links, files={})
