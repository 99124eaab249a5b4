"""The door for rounds: open one for all offices, with its own copy of the instrument; change
its deadlines and rules, with a reason."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from maturity.errors import MaturityError
from maturity.offices.models import Office
from maturity.offices.registry import OfficeKind
from maturity.survey import log
from maturity.survey.answers import Author
from maturity.survey.assessments import open_assessments
from maturity.survey.chain import moment, sha256
from maturity.survey.instrument import Instrument, Text
from maturity.survey.judging import must_say
from maturity.survey.lifecycle import HANDED_IN
from maturity.survey.loader import load
from maturity.survey.log import Kind, Note
from maturity.survey.models import Assessment, Round
from maturity.survey.reading import clean
from maturity.survey.round_terms import AFTER, Problem, Terms, faults_of
from maturity.survey.stage_models import Correction

RESERVED = frozenset({"new"})


@dataclass(frozen=True, slots=True)
class NewRound:
    """What an administrator decides about a round; moments carry their zone."""

    slug: str
    title: Text
    instrument: Path
    opens_at: datetime
    terms: Terms


# --- what is wrong --------------------------------------------------------------------


def problems(session: Session, new: NewRound) -> list[Problem]:
    """Everything that keeps a round from being opened, but for faults of its instrument."""
    found = []
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,38}", new.slug) or new.slug in RESERVED:
        found.append(Problem("slug", Text(
            f"“{new.slug[:60]}” tidak dapat dipakai dalam alamat; gunakan huruf kecil, angka, "
            "dan “-”.",
            f"“{new.slug[:60]}” cannot stand in an address; use small letters, digits and “-”.",
        )))  # fmt: skip
    elif session.scalar(select(Round.id).where(Round.slug == new.slug)) is not None:
        words = Text(f"Periode {new.slug} sudah ada.", f"There is a period {new.slug} already.")
        found.append(Problem("slug", words))
    for name, title in (("title_id", new.title.id), ("title_en", new.title.en)):
        if not 1 <= len(title) <= 200 or not title.isprintable():
            words = Text("Tulis judul, paling banyak 200 karakter.",
                         "Write a title of at most 200 characters.")  # fmt: skip
            found.append(Problem(name, words))
    return [*found, *faults_of(new.terms, opens_at=new.opens_at)]


# --- opening --------------------------------------------------------------------------


def taking_part(session: Session, instrument: Instrument, today: date) -> list[Office]:
    """The offices that exist today and are of a kind that the instrument is for.

    One that names no kinds is for those of the register.
    """
    kinds = [kind.id for kind in instrument.kinds] or [str(kind) for kind in OfficeKind]
    still = or_(Office.valid_to.is_(None), Office.valid_to > today)
    return list(session.scalars(select(Office).where(still, Office.kind.in_(kinds))))


def _some(offices: list[Office], instrument: Instrument) -> list[Office]:
    if offices:
        return offices
    kinds = ", ".join(kind.id for kind in instrument.kinds)
    raise MaturityError(
        f"Tidak ada kantor yang dituju {instrument.ref} (jenis: {kinds or '–'}); tambahkan dahulu "
        "dengan `maturity offices import`.",
        f"There are no offices that {instrument.ref} is for (kinds: {kinds or '–'}); add them "
        "first with `maturity offices import`.",
        field="instrument",
        status=422,
    )


def open_round(session: Session, new: NewRound, *, today: date, author: Author) -> Round:
    """Make the round and an assessment for every office it is for; put it on record.

    MaturityError names the first fault; InstrumentError when the instrument has faults.
    """
    for problem in problems(session, new):
        raise problem.error
    instrument = load(new.instrument)
    offices = _some(taking_part(session, instrument, today), instrument)
    made = Round(
        slug=new.slug,
        title_id=new.title.id,
        title_en=new.title.en,
        instrument_id=instrument.id,
        instrument_version=instrument.version,
        fingerprint=instrument.fingerprint,
        source=new.instrument.read_text(encoding="utf-8"),
        opens_at=new.opens_at,
    )
    new.terms.put_into(made)
    session.add(made)
    session.flush()
    open_assessments(session, made, offices)
    log.append(session, note_of(made, author, offices=len(offices)))
    return made


def note_of(round_: Round, author: Author, *, offices: int) -> Note:
    """The opening of a round as the record keeps it."""
    return Note(
        kind=Kind.ROUND_OPENED,
        at=author.now,
        round_id=round_.id,
        by_id=author.person_id,
        data={
            "slug": round_.slug,
            "instrument": f"{round_.instrument_id}@{round_.instrument_version}",
            "fingerprint": round_.fingerprint,
            "opens_at": moment(round_.opens_at),
            "offices": offices,
            "way": author.way,
            **Terms.of(round_).rows(),
        },
    )


# --- changing -------------------------------------------------------------------------


Told = str | int | None


def changed_terms(round_: Round, terms: Terms) -> list[tuple[str, Told, Told]]:
    """(name, before, after) of what would change."""
    before, after = Terms.of(round_).rows(), terms.rows()
    return [(name, before[name], after[name]) for name in before if before[name] != after[name]]


def change_round(
    session: Session, round_: Round, terms: Terms, *, words: str, author: Author
) -> None:
    """Change deadlines and rules of a round, with the reason; the instrument and offices never.

    What was and what is now is public, with the words, like corrections of texts.
    """
    session.refresh(round_, with_for_update=True)
    changes = changed_terms(round_, terms)
    must_say(words)
    for problem in _faults_of_change(session, round_, terms, changes=[c[0] for c in changes],
                                     now=author.now):  # fmt: skip
        raise problem.error
    if not changes:
        return
    terms.put_into(round_)
    told: list[list[object]] = [[[name], before, after] for name, before, after in changes]
    keep_change(session, round_, Kind.ROUND_CHANGED, changes=told, words=words, author=author)


def _faults_of_change(
    session: Session, round_: Round, terms: Terms, *, changes: list[str], now: datetime
) -> Iterator[Problem]:
    yield from faults_of(terms, opens_at=round_.opens_at)
    for name in AFTER:
        end = getattr(terms, name)
        if name in changes and end is not None and end <= now:
            yield Problem(name, Text("Batas baru harus di waktu mendatang.",
                                     "The new deadline must lie ahead."))  # fmt: skip
    handed_in = select(func.count()).where(
        Assessment.round_id == round_.id, Assessment.state.in_(HANDED_IN)
    )
    if "na_policy" in changes and session.scalar(handed_in):
        words = Text("Tidak dapat diubah lagi: sudah ada penilaian yang diajukan.",
                     "This cannot be changed any more: an assessment was submitted.")  # fmt: skip
        yield Problem("na_policy", words)


def keep_change(
    session: Session,
    round_: Round,
    kind: Kind,
    *,
    changes: list[list[object]],
    words: str,
    author: Author,
    before: str | None = None,
) -> None:
    """Keep for all to see what was changed of a running round; ``before``: its fingerprint."""
    words, told = clean(words).strip(), json.dumps(changes, ensure_ascii=False)
    row = Correction(
        round_id=round_.id,
        before=before or round_.fingerprint,
        after=round_.fingerprint,
        changes=told,
        words=words,
        at=author.now,
        by_id=author.person_id,
    )
    session.add(row)
    session.flush()
    data: dict[str, object] = {"before": row.before, "after": row.after}
    if kind is Kind.ROUND_CHANGED:
        data = {"changed": changes}
    sums = {"changes_sha256": sha256(told), "words_sha256": sha256(words), "way": author.way}
    note = Note(kind=kind, at=author.now, round_id=round_.id, by_id=author.person_id,
                data={"changes": len(changes), **data, **sums})  # fmt: skip
    log.append(session, note)


def round_named(session: Session, slug: str) -> Round:
    """The round of this name; MaturityError where there is none."""
    found = session.scalar(select(Round).where(Round.slug == slug)) if slug.isprintable() else None
    if found is None:
        raise MaturityError(
            f"Tidak ada periode “{slug[:60]}”.",
            f"There is no period “{slug[:60]}”.",
            field="slug",
            status=404,
        )
    return found
