"""Made-up data obeys the rules of real data."""

import json
import shutil
from collections import Counter
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from maturity.db import Database
from maturity.demo.build import build_demo
from maturity.demo.people import JAYAWIJAYA, LEBAK, PASSWORD, SIGN_INS
from maturity.errors import MaturityError
from maturity.offices.models import Membership, Office, Person, Role
from maturity.offices.permissions import Actor, Grant
from maturity.survey import log
from maturity.survey.answers import evidence, fault_of, readings, stored
from maturity.survey.assessments import (
    Lack,
    profile_of,
    provisional,
    result_of,
    valid_results,
    work,
)
from maturity.survey.chain import moment, verify
from maturity.survey.example_models import ExampleConsent
from maturity.survey.frozen import card_of, frozen_row
from maturity.survey.lifecycle import HANDED_IN, AssessmentState, transition
from maturity.survey.log import Kind
from maturity.survey.models import (
    Answer,
    AnswerEvent,
    Assessment,
    Decision,
    Evidence,
    Round,
    Stage,
    StoredScorecard,
)
from maturity.survey.reading import UnreadableError, link, read
from maturity.survey.receipt_models import Receipt
from maturity.survey.receipts import statement_of, text_of
from maturity.survey.routing import Place, Route
from maturity.survey.settlement_list import lines
from maturity.survey.stages import stages
from tests.builders import START
from tests.demo.conftest import Country, some_offices

SUBMITTED = AssessmentState.SUBMITTED
FINISHED = HANDED_IN | {AssessmentState.RETURNED}


def assessments(session: Session, *states: AssessmentState) -> list[Assessment]:
    found = session.scalars(select(Assessment).where(Assessment.state.in_(states)))
    return sorted(found, key=lambda one: (one.round_id, one.office_code))


def test_every_office_has_its_assessment_in_both_rounds(country: Country) -> None:
    with country.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Office)) == 553
        found = Counter(one.round.slug for one in session.scalars(select(Assessment)))
        rounds = {one.slug: one for one in session.scalars(select(Round))}
        assert all(one.demo for one in rounds.values())
        assert rounds["2025"].closes_at < START
        assert rounds["2026"].opens_at < START < rounds["2026"].closes_at
    assert found == {"2025": len(some_offices()), "2026": len(some_offices())}
    assert [sum(one.states.values()) for one in country.summary.rounds] == [len(some_offices())] * 2


def test_submitted_assessments_lack_nothing_and_hold_what_the_door_computes(
    country: Country,
) -> None:
    with country.database.read() as session:
        handed_in = assessments(session, *FINISHED)
        assert len(handed_in) > 20
        for assessment in handed_in:
            opened = work(session, assessment)
            assert opened.missing() == [], assessment.office_code
            kept = result_of(session, assessment)
            assert kept is not None
            card = provisional(opened)
            assert card_of(kept) == card
            again = frozen_row(assessment.id, opened.instrument, card)
            for name in ("digest", "fingerprint", "level", "gated_level", "index_value",
                         "coverage", "weakest", "dimensions", "payload", "stage"):  # fmt: skip
                assert getattr(kept, name) == getattr(again, name), name
            assert kept.created_at == assessment.submitted_at


def test_only_submitted_assessments_have_a_result_and_a_decision(country: Country) -> None:
    with country.database.read() as session:
        for assessment in assessments(session, *AssessmentState):
            decisions = session.scalars(
                select(Decision).where(Decision.assessment_id == assessment.id)
            ).all()
            done = assessment.state in FINISHED
            assert (result_of(session, assessment) is not None) == done
            path = [AssessmentState(one.after) for one in decisions]
            assert path[:1] == ([SUBMITTED] if done else [])
            assert not done or path[-1] == assessment.state
            steps = [(AssessmentState(one.before), AssessmentState(one.after)) for one in decisions]
            assert all(transition(*step) for step in steps)
            assert [one.at for one in decisions] == sorted(one.at for one in decisions)
            assert (assessment.submitted_at is not None) == done


def test_answers_are_such_that_the_questionnaire_takes_them(country: Country) -> None:
    with country.database.read() as session:
        for assessment in assessments(session, *AssessmentState):
            opened = work(session, assessment)
            for key, answer in opened.answers.items():
                item = opened.instrument.item(key)
                if answer.draft is not None:
                    assert answer.state == ""
                    assert fault_of(item, answer) is not None, (key, answer.draft)
                    continue
                typed = answer.value if answer.state == "answered" else answer.state
                assert read(item, typed, reason=answer.reason) == readings({key: answer})[key]
                assert opened.route.places[key] is Place.ASKED, (assessment.office_code, key)


def test_counters_say_what_the_route_says(country: Country) -> None:
    with country.database.read() as session:
        for assessment in assessments(session, *AssessmentState):
            opened = work(session, assessment)
            progress = opened.route.progress(opened.instrument.items)
            assert (assessment.asked, assessment.answered) == (progress.asked, progress.done)
            assert (assessment.answered == 0) >= (assessment.state == "not-started")


def test_moments_follow_each_other_inside_the_round(country: Country) -> None:
    with country.database.read() as session:
        for one in assessments(session, AssessmentState.IN_PROGRESS, SUBMITTED):
            answers = stored(session, one.id).values()
            assert one.started_at is not None
            assert one.updated_at is not None
            assert one.round.opens_at <= one.started_at <= one.updated_at
            assert one.updated_at <= min(one.round.closes_at, START)
            assert all(one.started_at <= a.updated_at <= one.updated_at for a in answers)
            zone = ZoneInfo(one.office.timezone)
            assert all(8 <= a.updated_at.astimezone(zone).hour <= 16 for a in answers)


def test_the_open_round_keeps_the_first_save_of_each_answer(country: Country) -> None:
    with country.database.read() as session:
        for one in assessments(session, *AssessmentState):
            events = session.scalars(select(AnswerEvent).where(AnswerEvent.assessment_id == one.id))
            saved = {event.key: (event.version, event.value, event.at) for event in events}
            answers = stored(session, one.id).values()
            now = {answer.key: (answer.version, answer.value, answer.updated_at)
                   for answer in answers}  # fmt: skip
            assert saved == (now if one.round.slug == "2026" else {})


def test_what_makes_real_data_hard_is_there(country: Country) -> None:
    with country.database.read() as session:
        answers = session.scalars(select(Answer)).all()
        links = session.scalars(select(Evidence)).all()
        states = Counter(answer.state for answer in answers)
        excluded = [answer for answer in answers if answer.value == "excluded"]
        claims = [answer for answer in answers if answer.state == "not-applicable"]
        assert states["dont-know"] > 10
        assert len(excluded) > 5
        assert all("konsekuensi Nomor" in answer.reason for answer in excluded)
        assert any(claim.reason for claim in claims)
        assert any(answer.draft for answer in answers)
        assert any(answer.note for answer in answers)
        assert len(links) > 300
        assert 0 < sum(not row.usable for row in links) < len(links) / 10


def test_evidence_leads_nowhere_real_and_bad_addresses_are_flagged(country: Country) -> None:
    with country.database.read() as session:
        for row in session.scalars(select(Evidence)):
            if row.usable:
                assert link(row.url) == row.url
                assert (urlsplit(row.url).hostname or "").endswith(".example")
            else:
                with pytest.raises(UnreadableError):
                    link(row.url)


def test_the_offices_of_the_sign_ins_are_worth_a_first_look(country: Country) -> None:
    with country.database.read() as session:
        last = {one.office_code: one for one in assessments(session, *AssessmentState)
                if one.round.slug == "2026"}  # fmt: skip
        lebak = work(session, last[LEBAK])
        lacks = {missing.lack for missing in lebak.missing()}
        assert last[JAYAWIJAYA].state == "not-started"
        assert (last["36"].state, last["0"].state) == ("reply-open", "submitted")
        assert 0.85 < last[LEBAK].answered / last[LEBAK].asked < 1.0
        assert lacks >= {Lack.ANSWER, Lack.DRAFT}
        assert evidence(session, last[LEBAK].id)
        office = session.get(Office, JAYAWIJAYA)
        assert office is not None
        assert office.timezone == "Asia/Jayapura"


def test_each_role_can_sign_in_and_nobody_else(country: Country) -> None:
    with country.database.read() as session:
        people = {person.email: person for person in session.scalars(select(Person))}
        members = session.execute(
            select(Person.email, Membership.office_code, Membership.role).join(Membership.person)
        ).all()
        assert {one.role for one in SIGN_INS} == set(Role)
        assert len(PASSWORD) >= 12
        hashes = {people[one.email].password_hash for one in SIGN_INS}
        assert all(PasswordHasher().verify(hashed or "", PASSWORD) for hashed in hashes)
        held = {tuple(row) for row in members}
        assert {(one.email, one.office, one.role) for one in SIGN_INS} <= held
        locked = [person for email, person in people.items()
                  if email not in {one.email for one in SIGN_INS}]  # fmt: skip
        assert all(person.password_hash is None for person in locked)
        assert all(email.endswith(".example") for email in people)
        staffed = {(row.office_code, row.role) for row in members}
        for office in some_offices():
            assert {(office.code, "operator"), (office.code, "responsible")} <= staffed


def test_all_decisions_are_on_record_in_their_order(country: Country) -> None:
    with country.database.read() as session:
        lines = list(log.lines(session))
        rows = session.scalars(select(Decision))
        decided = {(row.assessment_id, row.by_id, moment(row.at)) for row in rows}
        frozen = {(row.assessment_id, row.stage): row.digest
                  for row in session.scalars(select(StoredScorecard))}  # fmt: skip
        sealed = {row.assessment_id: row.digest for row in session.scalars(select(Receipt))}
        shown = [row.shown for row in session.scalars(select(ExampleConsent))]
    assert verify(lines).fault is None
    entries = [json.loads(line) for line in lines]
    assert [entry["at"] for entry in entries] == sorted(entry["at"] for entry in entries)
    opened = [entry["data"]["slug"] for entry in entries if entry["kind"] == Kind.ROUND_OPENED]
    assert opened == ["2025", "2026"]
    moves = [entry for entry in entries if entry["kind"] == Kind.STATE_CHANGED]
    assert {(entry["assessment"], entry["by"], entry["at"]) for entry in moves} == decided
    stages_of = {"submitted": "self", "reply-open": "verified", "settled": "settled",
                 "published": "settled"}  # fmt: skip
    said = [(entry["assessment"], entry["data"]) for entry in moves]
    assert all(
        data["scorecard"] == frozen[number, stages_of[data["after"]]]
        for number, data in said
        if data["after"] in stages_of
    )
    handed_in = {number: data for number, data in said if data["after"] == "submitted"}
    assert {number: data["receipt"] for number, data in handed_in.items()} == sealed
    permitted = [one["data"]["shown"] for one in entries if one["kind"] == Kind.EXAMPLE_PERMITTED]
    assert sorted(permitted) == sorted(shown) != []


def test_receipts_are_those_that_the_door_would_issue(country: Country) -> None:
    with country.database.read() as session:
        found = list(session.scalars(select(Receipt)))
        assert found
        assert len({receipt.code for receipt in found}) == len(found)
        for receipt in found:
            opened = work(session, receipt.assessment)
            stored = result_of(session, receipt.assessment)
            assert stored is not None
            assert statement_of(opened, stored).text.encode() == text_of(receipt)
            assert receipt.issued_at == receipt.assessment.submitted_at


def test_the_closed_round_went_through_all_stages(country: Country) -> None:
    with country.database.read() as session:
        published = assessments(session, AssessmentState.PUBLISHED)
        assert {one.round.slug for one in published} == {"2025"}
        assert len(published) > 10
        disputed = 0
        for one in published:
            found = stages(session, work(session, one))
            disputed += len(found.disputed())
            assert found.progress().done == found.progress().asked
            assert found.undecided() == []
            for stage, row in valid_results(session, one).items():
                if stage is not Stage.SELF:
                    assert card_of(row) == found.score(stage), (one.office_code, stage)
        assert disputed > 0


def test_each_role_has_something_to_do_in_the_open_round(country: Country) -> None:
    with country.database.read() as session:
        people = {one.email: one.id for one in session.scalars(select(Person))}
        now_open = [one for one in assessments(session, *AssessmentState)
                    if one.round.slug == "2026"]  # fmt: skip
        states = Counter(one.state for one in now_open)
        assert states.keys() == {str(one) for one in AssessmentState} - {"settled", "published"}
        banten = next(one for one in now_open if one.office_code == "36")
        assert stages(session, work(session, banten)).differing(), "pj@banten may reply"
        mine = [one.state for one in now_open
                if one.verifier_id == people["verifikator@banten.example"]]  # fmt: skip
        assert "under-verification" in mine
        settler = Actor(people["penetapan@kpu.example"], (Grant(Role.SETTLER, "0"),))
        waiting = [one for one in lines(session, settler, START) if one.phase == "over"]
        assert any(one.undecided for one in waiting)
        assert any(one.is_plain(settler.person_id) for one in waiting)


def test_a_database_with_rounds_is_refused_and_left_alone(country: Country) -> None:
    with country.database.read() as session:
        before = session.scalar(select(func.count()).select_from(Answer))
    with pytest.raises(MaturityError, match="already holds rounds"):
        build_demo(country.database, now=START, offices=some_offices())
    with country.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Answer)) == before


def test_conditions_of_the_office_decide_what_it_answers(country: Country) -> None:
    with country.database.read() as session:
        diy = next(one for one in assessments(session, *FINISHED) if one.office_code == "34")
        opened = work(session, diy)
        empty = Route(opened.instrument, profile_of(diy.office), {})
    left_out = {key for key, place in empty.places.items() if place is Place.NOT_APPLICABLE}
    assert left_out
    assert not left_out & set(opened.answers)


def test_the_seed_alone_decides_what_is_built(
    country: Country, another_country: Country, tmp_path: Path, sqlite_template: Path
) -> None:
    path = shutil.copy(sqlite_template, tmp_path / "again.sqlite3")
    again = Database(f"sqlite:///{path}")
    later = START + timedelta(days=3)
    assert build_demo(again, now=later, offices=some_offices()) == country.summary
    again.dispose()
    assert another_country.summary.digest != country.summary.digest
