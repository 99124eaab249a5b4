"""The door for consent: an office lets others read answers of its own as examples."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from maturity.errors import MaturityError
from maturity.survey import log
from maturity.survey.answers import Author
from maturity.survey.assessments import instrument_of, valid_results
from maturity.survey.example_models import ExampleConsent
from maturity.survey.examples import Example, example, stands_high, told_by
from maturity.survey.frozen import items_behind, variable_ids
from maturity.survey.log import Kind, Note
from maturity.survey.models import Assessment, Stage


@dataclass(frozen=True, slots=True)
class Offer:
    """An example that the office may let others see. ``earlier``: it once consented to other
    words, which are no longer shown."""

    example: Example
    consented: bool
    earlier: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """What the office says of a variable; ``seen``: the digest of what it was shown."""

    part: str
    seen: str
    consents: bool


class OtherWordsError(MaturityError):
    """What would be shown is not what the office looked at."""

    def __init__(self) -> None:
        super().__init__(
            "Isi yang akan ditampilkan sudah berubah sejak halaman ini dibuka. Belum ada yang "
            "disimpan; baca kembali isinya, lalu simpan.",
            "What would be shown has changed since this page was opened. Nothing was saved; read "
            "it again, then save.",
            status=409,
        )


class PersonalDataError(MaturityError):
    """What would be shown seems to hold an identity number."""

    def __init__(self) -> None:
        super().__init__(
            "Ada isian yang tampaknya memuat NIK, sehingga tidak dapat dijadikan contoh. Belum ada "
            "yang disimpan.",
            "Some text seems to hold an identity number (NIK), so it cannot be an example. Nothing "
            "was saved.",
            status=422,
        )


def offers(session: Session, assessment: Assessment) -> list[Offer]:
    """The variables in which the office stands high in the settled result that counts now."""
    card = valid_results(session, assessment).get(Stage.SETTLED)
    if card is None:
        return []
    instrument = instrument_of(assessment.round)
    numbers = json.loads(card.variables)
    high = [one for one in variable_ids(instrument) if stands_high(instrument, numbers.get(one))]
    items = [item for part in high for item in items_behind(instrument, part)]
    told = told_by(session, [assessment.id], items)[assessment.id]
    given = consents(session, assessment)
    found = []
    for part in high:
        one = example(instrument, part, card.variables, told)
        consent = given.get(part)
        same = consent is not None and consent.shown == one.digest
        found.append(Offer(one, consented=same, earlier=consent is not None and not same))
    return found


def consents(session: Session, assessment: Assessment) -> dict[str, ExampleConsent]:
    """What the office consents to, by variable; also where nothing is shown at present."""
    query = select(ExampleConsent).where(
        ExampleConsent.assessment_id == assessment.id, ExampleConsent.withdrawn_at.is_(None)
    )
    return {one.part: one for one in session.scalars(query)}


def choose(
    session: Session, assessment: Assessment, choices: Sequence[Choice], *, author: Author
) -> int:
    """Give and withdraw consent as chosen; how many changes that were.

    OtherWordsError, PersonalDataError: then nothing was changed.
    """
    offered = {one.example.part: one.example for one in offers(session, assessment)}
    given, notes = consents(session, assessment), []
    for choice in choices:
        row = given.get(choice.part)
        stays = row is not None and choice.consents and choice.seen in ("", row.shown)
        if stays:
            continue
        if row is not None:
            notes.append(_withdraw(row, assessment, author))
        if choice.consents:
            session.flush()
            example = _agreed(offered.get(choice.part), choice)
            notes.append(give(session, example, assessment, author))
    if notes:
        log.append(session, *notes)
    return len(notes)


def _agreed(example: Example | None, choice: Choice) -> Example:
    if example is None or example.digest != choice.seen:
        raise OtherWordsError
    if example.holds_nik:
        raise PersonalDataError
    return example


def give(session: Session, example: Example, assessment: Assessment, author: Author) -> Note:
    """Store consent to what is shown here; the entry of the record, not yet in it."""
    row = ExampleConsent(
        assessment_id=assessment.id,
        part=example.part,
        shown=example.digest,
        given_at=author.now,
        given_by_id=author.person_id,
    )
    session.add(row)
    session.flush()
    return _note(Kind.EXAMPLE_PERMITTED, row, assessment, author, {"shown": row.shown})


def _withdraw(row: ExampleConsent, assessment: Assessment, author: Author) -> Note:
    row.withdrawn_at, row.withdrawn_by_id = author.now, author.person_id
    return _note(Kind.EXAMPLE_WITHDRAWN, row, assessment, author, {})


def _note(
    kind: Kind, row: ExampleConsent, assessment: Assessment, author: Author, more: dict[str, str]
) -> Note:
    return Note(
        kind=kind,
        at=author.now,
        assessment_id=assessment.id,
        round_id=assessment.round_id,
        by_id=author.person_id,
        data={"consent": row.id, "part": row.part, "way": author.way, **more},
    )
