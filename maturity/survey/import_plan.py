"""What a file's answers would change of one office's assessment, and what cannot be taken."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy.orm import Session

from maturity.errors import MaturityError
from maturity.scoring.rubric import State
from maturity.survey import answers as door
from maturity.survey.acceptance import Accepted
from maturity.survey.answers import MAX_EVIDENCE, MAX_NOTE, STATES, Author, Change, Kept
from maturity.survey.findings import Findings
from maturity.survey.instrument import Item, Text
from maturity.survey.models import Assessment
from maturity.survey.reading import Reading, UnreadableError, clean, link
from maturity.survey.table import Table


@dataclass(frozen=True, slots=True)
class Told:
    """An answer that says something else now, and where the file says so."""

    place: Text
    before: str
    after: str


@dataclass(slots=True)
class Plan:
    """What is to be done for one office."""

    assessment: Assessment
    kept: Mapping[str, Kept]
    steps: dict[str, tuple[Item, Change]] = field(default_factory=dict)
    links: list[tuple[Item, str]] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    same: int = 0

    @property
    def changes_anything(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.steps or self.links)


def plan_of(
    session: Session,
    accepted: Accepted,
    unit: int,
    assessment: Assessment,
    *,
    faults: Findings,
    author: Author,
) -> Plan:
    """Hold one office's cells against what is stored. Changes nothing."""
    plan = Plan(assessment, door.stored(session, assessment.id))
    evidence = door.evidence(session, assessment.id)
    present = {key: {row.url for row in rows} for key, rows in evidence.items()}
    cells = range(int(accepted.starts[unit]), int(accepted.starts[unit + 1]))
    for cell in cells:
        item = accepted.instrument.items[int(accepted.items[cell])]
        reading, row = accepted.distinct[int(accepted.readings[cell])], int(accepted.rows[cell])
        _plan_answer(plan, accepted.table, row, item, reading=reading, faults=faults)
        _plan_links(plan, accepted.table, row, item, present=present, faults=faults)
    if plan.changes_anything:
        try:
            door.must_be_open(assessment, author.now)
        except MaturityError as error:
            _blame(faults, int(accepted.rows[cells[0]]), "unit", error.message_id, error.message_en)
    return plan


def _blame(faults: Findings, row: int, column: str, indonesian: str, english: str) -> None:
    words = Text(indonesian, english)
    faults.add(np.array([row], dtype=np.int64), column, lambda _row: words)


def _plan_answer(
    plan: Plan, table: Table, row: int, item: Item, *, reading: Reading, faults: Findings
) -> None:
    """What changes an answer; empty reasons and notes leave what is there."""
    kept = plan.kept.get(item.key)
    said = {name: clean(table.column(name).text(row)) for name in ("reason", "note")}
    for name, text in said.items():
        if len(text) > MAX_NOTE:
            _blame(faults, row, name, f"Lebih panjang dari {MAX_NOTE} karakter.",
                   f"Longer than {MAX_NOTE} characters.")  # fmt: skip
    raw = reading.value if reading.state is State.ANSWERED else STATES[reading.state]
    if kept is None:
        change = Change(raw, said["reason"], said["note"])
    else:
        change = Change(raw, said["reason"] or kept.reason, said["note"] or kept.note, kept.version)
    if kept is not None and _says_the_same(kept, reading, change):
        plan.same += 1
        return
    plan.steps[item.key] = (item, change)
    if kept is not None and door.shown_value(kept):
        plan.told.append(Told(table.where.cell(row, "answer"), door.shown_value(kept), raw))


def _says_the_same(kept: Kept, reading: Reading, change: Change) -> bool:
    there = (kept.state, kept.value, kept.draft, kept.reason, kept.note)
    return there == (STATES[reading.state], reading.value, None, change.reason, change.note)


def _plan_links(
    plan: Plan,
    table: Table,
    row: int,
    item: Item,
    *,
    present: dict[str, set[str]],
    faults: Findings,
) -> None:
    """Links that are not there yet; several stand apart by white space."""
    urls = present.setdefault(door.evidence_key(item), set())
    for word in re.split(r"\s+", clean(table.column("evidence").text(row))):
        try:
            url = _link(word) if word else ""
        except UnreadableError as error:
            _blame(faults, row, "evidence", error.text.id, error.text.en)
            continue
        if url and url not in urls:
            urls.add(url)
            plan.links.append((item, url))
    if len(urls) > MAX_EVIDENCE:
        _blame(faults, row, "evidence", f"Paling banyak {MAX_EVIDENCE} bukti dukung.",
               f"At most {MAX_EVIDENCE} pieces of evidence.")  # fmt: skip


def _link(word: str) -> str:
    """A whole address: a bare word would become one as well."""
    return link(word if word.lower().startswith(("https://", "http://")) else "about:")
