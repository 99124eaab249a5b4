"""Who is reminded, when, and of what; and that it ends when the work is done."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from maturity.db import Database
from maturity.jobs.models import Job
from maturity.offices.models import Membership, Person, Role
from maturity.survey import answers, assessments, reminders, sections
from maturity.survey.answers import Author, Change
from maturity.survey.instrument import Item
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.models import Assessment, Decision
from maturity.survey.stage_models import Extension
from tests.builders import BANTEN, LEBAK, TANGERANG, add_offices, make_assessment, make_person
from tests.builders import make_round as a_round
from tests.mail.office import Mail, told

WIB, WIT = ZoneInfo("Asia/Jakarta"), ZoneInfo("Asia/Jayapura")
JAYAPURA = "91.71"
CLOSES = datetime(2026, 12, 11, 23, 59, tzinfo=WIB)  # a Friday
OPERATOR, BOSS = "operator@contoh.example", "pj@contoh.example"
THIRD = "cici@contoh.example"
_S = AssessmentState


def day(number: int, hour: int = 8, *, month: int = 12, zone: ZoneInfo = WIB) -> datetime:
    return datetime(2026, month, number, hour, tzinfo=zone).astimezone(UTC)


@pytest.fixture
def office(database: Database) -> int:
    """An office that has not begun, with an operator and a responsible person."""
    with database.write() as session:
        round_ = a_round(session, opens_at=day(1, month=11), closes_at=CLOSES)
        make_person(session, email=OPERATOR)
        make_person(session, email=BOSS, role=Role.RESPONSIBLE, name="Budi")
        return make_assessment(session, round_=round_).id


def change(database: Database, number: int, **values: object) -> None:
    with database.write() as session:
        found = session.get_one(Assessment, number)
        for name, value in values.items():
            setattr(found, name, value)


# --- filling in -------------------------------------------------------------------------


def test_before_the_deadline_people_are_reminded_four_times(mail: Mail, office: int) -> None:
    found: list[tuple[int, int, list[str]]] = []
    moment = day(20, 0, month=11)
    while moment < day(13):
        letters = told(mail.at(moment))
        if letters:
            there = moment.astimezone(WIB)
            found.append((there.month, there.day, sorted(letters)))
            assert there.hour == 8
        moment += timedelta(hours=4)
    both = sorted([OPERATOR, BOSS])
    assert found == [(11, 27, both), (12, 4, both), (12, 8, both), (12, 10, both)]


def test_the_letter_says_what_is_missing_until_when_and_where(
    mail: Mail, database: Database, office: int
) -> None:
    with database.write() as session:
        found = session.get_one(Assessment, office)
        item = assessments.instrument_of(found.round).item("V01")
        missing = len(assessments.work(session, found).missing())
        answers.save(session, found, item, Change("l1"), author=Author(None, day(1)))
        assert len(assessments.work(session, found).missing()) == missing - 1
    text = told(mail.at(day(8)))[OPERATOR]
    assert text.startswith("Pengisian KPU Kota Tangerang: tinggal 3 hari\n\nYth. Siti Rahma,")
    assert f"Yang belum lengkap: {missing - 1} isian." in text
    assert "11 Desember 2026, 23.59 WIB" in text
    assert f"https://maturitas.example/assessments/{office}\n" in text
    assert "https://maturitas.example/account" in text


def test_when_all_is_answered_it_is_to_be_submitted(
    mail: Mail, office: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assessments.Work, "missing", lambda _work, _items=None: [])
    letters = told(mail.at(day(10)))
    assert "Silakan periksa, lalu ajukan." in letters[BOSS]
    assert "Penanggung jawab kantor Anda tinggal" in letters[OPERATOR]


def test_jayapura_is_reminded_at_eight_in_jayapura(mail: Mail, database: Database) -> None:
    with database.write() as session:
        round_ = a_round(session, opens_at=day(1, month=11), closes_at=CLOSES)
        for code in (TANGERANG, JAYAPURA):
            make_assessment(session, round_=round_, office=code)
            make_person(session, email=f"{code}@contoh.example", office=code)
    assert set(told(mail.at(day(4, 7, zone=WIT)))) == set()
    letters = told(mail.at(day(4, 8, zone=WIT)))
    assert set(letters) == {f"{JAYAPURA}@contoh.example"}
    assert "11 Desember 2026, 23.59 WIT" in letters[f"{JAYAPURA}@contoh.example"]
    assert set(told(mail.at(day(4, 9, zone=WIT)))) == set()
    assert set(told(mail.at(day(4, 10, zone=WIT)))) == {f"{TANGERANG}@contoh.example"}


@pytest.mark.parametrize("state", ["submitted", "under-verification", "settled", "published"])
def test_who_has_handed_in_is_left_alone(
    mail: Mail, database: Database, office: int, state: str
) -> None:
    change(database, office, state=state)
    assert mail.at(day(10)) == []


def test_an_own_deadline_takes_the_place_of_the_rounds(
    mail: Mail, database: Database, office: int
) -> None:
    assert len(mail.at(day(8))) == 2
    until = datetime(2026, 12, 18, 12, tzinfo=WIB)
    change(database, office, due_at=until)
    with database.write() as session:
        session.add(Extension(assessment_id=office, stage="filling", until=until, words="Banjir",
                              at=day(8, 12)))  # fmt: skip
    assert mail.at(day(10)) == []
    letters = told(mail.at(day(11)))
    assert "tinggal 7 hari" in letters[OPERATOR]
    assert "18 Desember 2026, 12.00 WIB" in letters[OPERATOR]
    assert len(mail.at(day(15))) == 2


def test_who_joins_late_gets_no_old_reminders(mail: Mail, database: Database, office: int) -> None:
    mail.at(day(4))
    with database.write() as session:
        make_person(session, email="baru@contoh.example")
    letters = told(mail.at(day(9)))
    assert set(letters) == {OPERATOR, BOSS, "baru@contoh.example"}, "that of three days, once"
    assert set(told(mail.at(day(10)))) == {OPERATOR, BOSS, "baru@contoh.example"}


def test_a_worker_that_was_down_makes_up_for_the_last_one_by_day(mail: Mail, office: int) -> None:
    assert mail.at(day(6, 3)) == []
    letters = told(mail.at(day(6, 15)))
    assert "tinggal 5 hari" in letters[OPERATOR]
    assert mail.at(day(6, 16)) == []
    assert mail.at(day(7, 21)) == []


def test_mornings_before_the_opening_or_a_return_do_not_count(
    mail: Mail, database: Database, office: int
) -> None:
    change(database, office, state=_S.RETURNED, due_at=day(11, 12))
    with database.write() as session:
        session.add(Decision(assessment_id=office, before="submitted", after="returned", words="x",
                             at=day(5, 10)))  # fmt: skip
    assert mail.at(day(5, 12)) == []
    assert len(mail.at(day(8))) == 2
    assert mail.at(day(8, 12)) == []


def test_a_round_that_has_not_opened_reminds_nobody(mail: Mail, database: Database) -> None:
    with database.write() as session:
        round_ = a_round(session, opens_at=day(6), closes_at=CLOSES)
        make_person(session, email=OPERATOR)
        make_assessment(session, round_=round_)
    assert mail.at(day(5)) == []
    assert mail.at(day(6)) == []
    assert len(mail.at(day(8))) == 2 - 1


def test_who_has_two_roles_at_an_office_gets_one_letter(
    mail: Mail, database: Database, office: int
) -> None:
    with database.write() as session:
        person = session.scalars(select(Person).where(Person.email == OPERATOR)).one()
        session.add(Membership(person_id=person.id, office_code=TANGERANG, role="responsible",
                               created_at=day(1)))  # fmt: skip
    letters = told(mail.at(day(10)))
    assert set(letters) == {OPERATOR, BOSS}


def test_who_wants_none_gets_none(mail: Mail, database: Database, office: int) -> None:
    with database.write() as session:
        for person in session.scalars(select(Person)):
            person.reminders = person.email == BOSS
    assert set(told(mail.at(day(10)))) == {BOSS}


def test_no_two_letters_however_often_and_by_whomever_it_is_looked(
    mail: Mail, database: Database, office: int
) -> None:
    mail.at(day(10))
    for minute in range(3):
        with database.write() as session:
            session.add(Job(kind="remind", payload="{}", max_attempts=5, not_before=day(10),
                            created_at=day(10)))  # fmt: skip
        assert mail.at(day(10) + timedelta(minutes=minute)) == []
    with database.read() as session:
        keys = list(session.scalars(select(Job.key).where(Job.kind == "mail")))
    assert len(keys) == len(set(keys)) == 2


def test_payloads_name_nobody(mail: Mail, database: Database, office: int) -> None:
    mail.at(day(10))
    with database.read() as session:
        payloads = [json.loads(one) for one in
                    session.scalars(select(Job.payload).where(Job.kind == "mail"))]  # fmt: skip
    assert {frozenset(one) for one in payloads} == {frozenset({"letter", "key", "person", "facts"})}
    assert not any("@" in json.dumps(one) for one in payloads)


# --- divided work -----------------------------------------------------------------------


def divide(database: Database, number: int, shares: dict[str, str | None]) -> None:
    with database.write() as session:
        people = {one.email: one.id for one in session.scalars(select(Person))}
        wanted = {section: people[who] if who else None for section, who in shares.items()}
        sections.assign(session, session.get_one(Assessment, number), wanted,
                        author=Author(people[BOSS], day(1)))  # fmt: skip


def fill(database: Database, number: int, section: str) -> None:
    """Answer all that a section asks."""
    with database.write() as session:
        found = session.get_one(Assessment, number)
        for item in _missing_in(session, found, section):
            change = Change("yes" if "/" in item.key else "l2", note="SK 12/2026")
            answers.save(session, found, item, change, author=Author(None, day(1)))
        assert not _missing_in(session, found, section)


def _missing_in(session: Session, found: Assessment, section: str) -> list[Item]:
    work = assessments.work(session, found)
    place = next(one for one in work.instrument.sections if one.id == section)
    return [one.item for one in work.missing(work.items(place))]


def count_in(text: str) -> int:
    return int(re.search(r"Yang belum lengkap: (\d+) isian", text)[1])  # type: ignore[index]


def test_reminders_of_a_section_go_to_whom_it_was_given_and_to_nobody_else(
    mail: Mail, database: Database, office: int
) -> None:
    whole = count_in(told(mail.at(day(4) - timedelta(days=7)))[BOSS])
    with database.write() as session:
        make_person(session, email=THIRD, name="Cici")
    divide(database, office, {"SD1": OPERATOR, "SD2": THIRD})
    letters = told(mail.at(day(4)))
    assert set(letters) == {OPERATOR, BOSS, THIRD}
    assert "- Strategi, kepemimpinan, dan kelembagaan\n" in letters[OPERATOR]
    assert "Regulasi" not in letters[OPERATOR]
    assert "- Regulasi dan kepatuhan hukum" in letters[THIRD]
    assert "Strategi" not in letters[BOSS]
    assert sum(count_in(one) for one in letters.values()) == whole


def test_who_is_done_with_the_own_sections_is_left_alone(
    mail: Mail, database: Database, office: int
) -> None:
    divide(database, office, {"SD1": OPERATOR})
    fill(database, office, "SD1")
    assert set(told(mail.at(day(4)))) == {BOSS}
    divide(database, office, {"SD1": BOSS, "SD2": OPERATOR})
    letters = told(mail.at(day(8)))
    assert set(letters) == {OPERATOR, BOSS}, "everybody has something: the rest concerns all"
    assert "- Regulasi" not in letters[BOSS]
    divide(database, office, {"SD1": None, "SD2": None})
    letters = told(mail.at(day(10)))
    assert len({count_in(one) for one in letters.values()}) == 1, "nothing is divided any longer"
    assert "tugas Anda" not in letters[BOSS]


# --- digests ----------------------------------------------------------------------------


def test_a_verifier_hears_once_a_day_of_what_is_new_or_overdue(
    mail: Mail, database: Database, office: int
) -> None:
    with database.write() as session:
        verifier = make_person(session, email="v@contoh.example", role=Role.VERIFIER, office=BANTEN)
        found = session.get_one(Assessment, office)
        found.round.verify_by = day(20, 16)
        number = verifier.id
        other = make_assessment(session, round_=found.round, office=LEBAK).id
    change(database, office, state="submitted", submitted_at=day(12), verifier_id=number)
    assert mail.at(day(12, 7)) == []
    text = told(mail.at(day(12)))["v@contoh.example"]
    assert text.startswith("Verifikasi: 1 baru, 0 lewat batas")
    assert "KPU Kota Tangerang" in text
    assert mail.at(day(12, 15)) == []
    assert mail.at(day(13)) == [], "nothing new"
    change(database, other, state="submitted", submitted_at=day(13), verifier_id=number)
    text = told(mail.at(day(13, 9)))["v@contoh.example"]
    assert "KPU Kabupaten Lebak" in text
    assert "Tangerang" not in text
    change(database, office, submitted_at=day(14))
    text = told(mail.at(day(15)))["v@contoh.example"]
    assert "Tangerang" in text, "submitted once more"
    change(database, office, state="settled")
    for at in (21, 22):
        text = told(mail.at(day(at, 9)))["v@contoh.example"]
        assert text.startswith("Verifikasi: 0 baru, 1 lewat batas")
        assert "KPU Kabupaten Lebak" in text


def test_a_province_hears_on_mondays_until_all_have_handed_in(
    mail: Mail, database: Database, office: int
) -> None:
    with database.write() as session:
        round_ = session.get_one(Assessment, office).round
        for code, state in ((LEBAK, "in-progress"), ("36.03", "submitted"), (BANTEN, "submitted")):
            make_assessment(session, round_=round_, office=code, state=AssessmentState(state))
        watcher = make_person(session, email="w@contoh.example", role=Role.VERIFIER, office=BANTEN)
        watcher.memberships.append(
            Membership(office_code=BANTEN, role="responsible", created_at=day(1))
        )
        make_person(session, email="o@contoh.example", role=Role.OPERATOR, office=BANTEN)
    assert mail.at(day(1)) is not None
    assert mail.at(day(6, 15)) != []  # a Sunday: only what offices get themselves
    letters = told(mail.at(day(7)))
    assert set(letters) == {"w@contoh.example"}
    text = letters["w@contoh.example"]
    assert text.startswith("Ringkasan KPU Provinsi Banten: 1 dari 3 kantor sudah mengajukan")
    for line in ("- Belum dimulai: 1", "- Sedang diisi: 1", "- Diajukan: 1",
                 "Belum memulai:\n- KPU Kota Tangerang\n", "mengajukan:\n- KPU Kabupaten Lebak\n",
                 "https://maturitas.example/rounds/2026/provinces/36"):  # fmt: skip
        assert line in text
    assert mail.at(day(7, 9)) == []
    for one in (1, 2):
        change(database, one, state="submitted")
    assert mail.at(day(14)) == []


# --- many -------------------------------------------------------------------------------


def test_553_offices_take_as_few_queries_as_one(database: Database) -> None:
    counts = [0]

    def count(*_: object) -> None:
        counts[-1] += 1

    with database.write() as session:
        round_ = a_round(session, opens_at=day(1, month=11), closes_at=CLOSES)
        made = make_assessment(session, round_=round_)
        make_person(session)
        assert made.id
    event.listen(database.engine, "before_cursor_execute", count)
    for everybody in (False, True):
        if everybody:
            with database.write() as session:
                offices = add_offices(session)
                round_ = session.merge(round_)
                assessments.open_assessments(session, round_, offices)
                for one in offices:
                    make_person(session, office=one.code)
        counts.append(0)
        with database.read() as session:
            found = list(reminders.orders(reminders.read(session, day(8)), day(8)))
        assert len(found) == (554 if everybody else 1)
        counts.append(0)
    assert counts[1] == counts[3] <= 6
