"""The door for a file of answers: all that it says goes into a round, or nothing of it.

What becomes of it is found out by doing it; whoever only wants to know lets the transaction
end without a commit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from maturity.survey import answers as door
from maturity.survey import assessments, log
from maturity.survey.acceptance import Accepted, accept
from maturity.survey.answers import Author
from maturity.survey.assessments import Missing
from maturity.survey.findings import AnswersError, Findings
from maturity.survey.import_plan import Plan, Told, plan_of
from maturity.survey.instrument import Text
from maturity.survey.lifecycle import HANDED_IN
from maturity.survey.log import Kind, Note
from maturity.survey.models import Assessment, Round
from maturity.survey.reading import clean
from maturity.survey.table import Table
from maturity.survey.unit_profiles import looks_at_profile

WAY = "import"
MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file's answers, its SHA-256, and whether to hand in, with gaps too."""

    table: Table
    digest: str
    submit: bool = False
    incomplete: bool = False


@dataclass(frozen=True, slots=True)
class OfficeImport:
    """What became of one office; ``missing``: what it still lacks to be complete."""

    code: str
    added: int
    changed: int
    same: int
    evidence: int
    missing: int
    submitted: bool


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file; ``notes`` say what of it was passed over."""

    offices: tuple[OfficeImport, ...]
    changes: tuple[Told, ...]
    notes: tuple[Text, ...]


def bring(session: Session, round_: Round, wanted: Wanted, *, author: Author) -> Imported:
    """Save a file's answers and hand in where that is wanted; AnswersError names every fault."""
    instrument, table = assessments.instrument_of(round_), wanted.table
    known = _held(session, round_)
    faults = Findings(table.where)
    _unknown_offices(table, known, faults)
    try:
        accepted = accept(instrument, table)
    except AnswersError as error:
        raise _together(faults, error) from error
    faults.stop()
    plans = [
        plan_of(session, accepted, unit, known[_folded(name)], faults=faults, author=author)
        for unit, name in enumerate(accepted.units)
    ]
    faults.stop()
    done = [_carry_out(session, plan, author) for plan in plans]
    submitted = _hand_in(session, plans, author, wanted) if wanted.submit else frozenset[int]()
    found = tuple(
        _outcome(session, plan, n, submitted) for plan, n in zip(plans, done, strict=True)
    )
    if submitted or any(plan.changes_anything for plan in plans):
        _record(session, round_, found, wanted.digest, author=author)
    told = tuple(one for plan in plans for one in plan.told)
    return Imported(found, told, _notes(accepted))


# --- what the file says ---------------------------------------------------------------


def _folded(name: str) -> str:
    return " ".join(clean(name).split()).casefold()


def _held(session: Session, round_: Round) -> dict[str, Assessment]:
    """The round's assessments by office code, held until the end of the transaction."""
    rows = session.scalars(
        select(Assessment)
        .where(Assessment.round_id == round_.id)
        .order_by(Assessment.id)
        .options(joinedload(Assessment.office), joinedload(Assessment.round))
        .with_for_update(of=Assessment)
    )
    return {_folded(one.office_code): one for one in rows}


def _unknown_offices(table: Table, known: Mapping[str, Assessment], faults: Findings) -> None:
    """The first row of each office that does not take part."""
    column = table.column("unit")
    strange = [at for at, name in enumerate(column.values)
               if _folded(name) and _folded(name) not in known]  # fmt: skip
    rows = [int(np.argmax(column.codes == at)) for at in strange if (column.codes == at).any()]
    faults.add(np.array(rows, dtype=np.int64), "unit", lambda row: Text(
        f"“{column.text(row)[:40]}” bukan kode kantor yang ikut dalam periode ini.",
        f"“{column.text(row)[:40]}” is not the code of an office in this period.",
    ))  # fmt: skip


def _together(faults: Findings, error: AnswersError) -> AnswersError:
    """Faults of offices before faults of cells."""
    try:
        faults.stop()
    except AnswersError as first:
        return AnswersError((*first.faults, *error.faults), first.total + error.total)
    return error


def _notes(accepted: Accepted) -> tuple[Text, ...]:
    """What was passed over; kinds of offices are known here, whatever the file says of them."""
    idle = looks_at_profile(accepted.instrument, accepted.profiles)
    notes = tuple(note for note in accepted.notes if note not in idle)
    if not accepted.table.unknown:
        return notes
    file, names = accepted.table.where.file, ", ".join(accepted.table.unknown)
    passed = Text(f"{file}: kolom yang diabaikan: {names}", f"{file}: ignored columns: {names}")
    return (passed, *notes)


# --- doing it -------------------------------------------------------------------------


def _carry_out(session: Session, plan: Plan, author: Author) -> tuple[int, int]:
    """Save one office's answers and links; how many answers are new and how many changed."""
    rows = door.present(session, plan.assessment.id, plan.steps)
    for item, change in plan.steps.values():
        door.save(session, plan.assessment, item, change, author=author, rows=rows)
    for item, url in plan.links:
        key = door.evidence_key(item)
        door.attach(session, plan.assessment, key, url=url, note="", author=author)
    if plan.changes_anything:
        session.flush()
        after = assessments.work(session, plan.assessment, with_evidence=False)
        assessments.note_progress(plan.assessment, after.route)
    changed = sum(bool(plan.kept.get(key) and plan.kept[key].version) for key in plan.steps)
    return len(plan.steps) - changed, changed


def _hand_in(
    session: Session, plans: Sequence[Plan], author: Author, wanted: Wanted
) -> frozenset[int]:
    """Hand in what is not handed in yet; the ids of those. All or none."""
    waiting = [one.assessment for one in plans if one.assessment.state not in HANDED_IN]
    lacking = []
    for one in waiting if not wanted.incomplete else ():
        missing = assessments.work(session, one, now=author.now).missing()
        if missing:
            lacking.append(_lacking(one.office_code, missing))
    if lacking:
        raise AnswersError(tuple(lacking), len(lacking))
    for one in waiting:
        assessments.submit(session, one, author=author, gaps=wanted.incomplete)
    return frozenset(one.id for one in waiting)


def _lacking(code: str, missing: Sequence[Missing]) -> Text:
    keys = ", ".join(one.item.key for one in missing[:MOST_NAMED])
    more = ", …" if len(missing) > MOST_NAMED else ""
    return Text(
        f"{code}: {len(missing)} hal belum lengkap ({keys}{more}); lengkapi, atau ajukan apa "
        "adanya dengan --incomplete.",
        f"{code}: {len(missing)} things are incomplete ({keys}{more}); complete them, or hand in "
        "as it is with --incomplete.",
    )


def _outcome(
    session: Session, plan: Plan, done: tuple[int, int], submitted: frozenset[int]
) -> OfficeImport:
    added, changed = done
    one = plan.assessment
    missing = len(assessments.work(session, one).missing())
    evidence = len(plan.links)
    return OfficeImport(one.office_code, added, changed, plan.same, evidence, missing,
                        one.id in submitted)  # fmt: skip


def _record(
    session: Session,
    round_: Round,
    found: Sequence[OfficeImport],
    digest: str,
    *,
    author: Author,
) -> None:
    data = {
        "file": digest,
        "offices": len(found),
        "added": sum(one.added for one in found),
        "changed": sum(one.changed for one in found),
        "evidence": sum(one.evidence for one in found),
        "submitted": sum(one.submitted for one in found),
        "way": author.way,
    }
    note = Note(kind=Kind.ANSWERS_IMPORTED, at=author.now, round_id=round_.id,
                by_id=author.person_id, data=data)  # fmt: skip
    log.append(session, note)
