"""Assessments that are answered in a known way, with and without a database."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from maturity.offices.models import Office
from maturity.survey import answers as door
from maturity.survey import assessments
from maturity.survey.answers import Author, evidence_key
from maturity.survey.assessments import Work, profile_of
from maturity.survey.instrument import Instrument
from maturity.survey.models import Answer, Assessment, Evidence, Round
from maturity.survey.reading import read
from maturity.survey.routing import Place, Route
from tests.builders import TANGERANG
from tests.clock import START

AUTHOR = Author(None, START)
FORMULA = '=HYPERLINK("http://contoh.example")'
EXCLUDED, CLOSED = "dana-kampanye", "citra-c-hasil"


def usual(instrument: Instrument) -> dict[str, tuple[str, str]]:
    """Item key to raw answer and reason: levels 1 to 3 in turn, most principles met.

    One dataset is excluded by a consequence test, one is not available at all.
    """
    found: dict[str, tuple[str, str]] = {}
    for place, item in enumerate(instrument.items):
        if item.thing is None:
            found[item.key] = (f"l{1 + place * 5 % 7 % 3}", "")
        elif item.thing.id == EXCLUDED:
            if item.column is not None and item.column.id == "available":
                found[item.key] = ("excluded", "Nomor 7/2026")
        elif item.thing.id == CLOSED:
            found[item.key] = ("no", "")
        else:
            yes = item.column is not None and (item.column.id == "available" or place * 7 % 5 > 1)
            found[item.key] = ("yes" if yes else "no", "")
    return found


def fill(session: Session, assessment: Assessment, skip: frozenset[str] = frozenset()) -> None:
    """Answer as ``usual``, with evidence where a level asks for it."""
    instrument = assessments.instrument_of(assessment.round)
    said = {key: one for key, one in usual(instrument).items() if key not in skip}
    route = opened(instrument, said, office=assessment.office).route
    for key, (raw, reason) in said.items():
        item = instrument.item(key)
        if route.places[key] is not Place.ASKED:
            continue
        reading = read(item, raw, reason=reason)
        session.add(
            Answer(assessment_id=assessment.id, key=key, state="answered", updated_at=START,
                   value=reading.value, reason=reading.reason,
                   note=FORMULA if key == "V01" else "")
        )  # fmt: skip
        if raw == "l3":
            door.attach(session, assessment, evidence_key(item), author=AUTHOR,
                        url=f"https://jdih.kpu.go.id/{key}", note="SK")  # fmt: skip
    door.attach(session, assessment, "V01", url="javascript:alert(1)", note="", author=AUTHOR)


def submit(session: Session, assessment: Assessment, person_id: int | None = None) -> None:
    """Hand in a filled assessment."""
    assessments.submit(session, assessment, author=Author(person_id, START))


# --- without a database ---------------------------------------------------------------


def opened(
    instrument: Instrument,
    answers: Mapping[str, tuple[str, str]],
    *,
    office: Office,
    notes: Mapping[str, str] | None = None,
    links: Mapping[str, list[tuple[str, bool]]] | None = None,
) -> Work:
    """An assessment as its pages open it, made of plain answers."""
    readings = {}
    for key, (raw, reason) in answers.items():
        reading = read(instrument.item(key), raw, reason=reason)
        if reading is not None:
            readings[key] = reading
    rows = {key: Answer(key=key, note=note) for key, note in (notes or {}).items()}
    evidence = {
        key: [Evidence(url=url, note="", usable=usable) for url, usable in urls]
        for key, urls in (links or {}).items()
    }
    round_ = Round(slug="2026", title_id="Pengukuran 2026", title_en="Assessment 2026", demo=False)
    made = Assessment(id=7, round=round_, office=office, office_code=office.code, state="submitted",
                      submitted_at=START)  # fmt: skip
    route = Route(instrument, profile_of(office), readings)
    return Work(made, instrument, rows, evidence, route)  # type: ignore[arg-type]


def tangerang(**other: str) -> Office:
    """KPU Kota Tangerang, or another office much like it."""
    facts = {
        "code": TANGERANG,
        "kind": "city",
        "name_id": "KPU Kota Tangerang",
        "name_en": "Tangerang City Election Commission",
        "short_name": "Kota Tangerang",
        "timezone": "Asia/Jakarta",
        "areas": "",
    }
    return Office(**(facts | other))
