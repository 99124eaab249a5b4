"""What others decide about an answer, stage by stage, through the doors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from maturity.db import Database
from maturity.errors import MaturityError
from maturity.offices.models import Role
from maturity.scoring.rubric import State
from maturity.survey import answers, assessments, judging, settling
from maturity.survey.answers import Author, Change
from maturity.survey.assessments import NotAllowedError, Work
from maturity.survey.judging import UndecidedError, WordsError
from maturity.survey.lifecycle import TRANSITIONS, AssessmentState, following
from maturity.survey.models import Assessment, Stage
from maturity.survey.reading import Reading
from maturity.survey.rulings import OvertakenError, Ruling
from maturity.survey.stage_models import Judgement, Verdict
from maturity.survey.stages import Stages, stages
from tests.builders import make_assessment, make_person, make_round
from tests.clock import START

LATER = START + timedelta(days=1)
WORDS = "SK tidak memuat kewajiban ini."
CLAIMS = {"V01": "l3", "V02": "l4", "V03": "l2"}
DOCS = Path(__file__).resolve().parents[2] / "docs"
_S = AssessmentState


@dataclass
class World:
    """An assessment with three claims, handed in, and those who take part."""

    database: Database
    assessment: int
    office: Author
    verifier: Author
    settler: Author

    def opened(self, session: Session) -> Stages:
        assessment = session.get_one(Assessment, self.assessment)
        return stages(session, assessments.work(session, assessment))

    def rule(self, key: str, ruling: Ruling, *, by: Author | None = None, do=judging.verify):
        with self.database.write() as session:
            opened = self.opened(session)
            item = opened.work.instrument.item(key)
            return do(session, opened, item, ruling, author=by or self.verifier).id

    def verify(self, key: str, verdict: Verdict, **more: object) -> int:
        return self.rule(key, Ruling(verdict, **more))  # type: ignore[arg-type]

    def do(self, door, *, by: Author, **more: object):
        with self.database.write() as session:
            return door(session, self.opened(session), author=by, **more)

    def move(self, door, *, by: Author, **more: object) -> None:
        with self.database.write() as session:
            door(session, session.get_one(Assessment, self.assessment), author=by, **more)

    def index(self, stage: Stage) -> float:
        with self.database.read() as session:
            found = assessments.results_of(session, session.get_one(Assessment, self.assessment))
            return found[stage].index_value or 0.0

    @property
    def state(self) -> str:
        with self.database.read() as session:
            return session.get_one(Assessment, self.assessment).state


@pytest.fixture
def world(database: Database, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(Work, "missing", lambda _work, _items=None: [])
    with database.write() as session:
        made = make_assessment(session, round_=make_round(session))
        people = [
            make_person(session, role=Role.RESPONSIBLE),
            make_person(session, role=Role.VERIFIER, office="36"),
            make_person(session, role=Role.SETTLER, office="0"),
        ]
        office, verifier, settler = (Author(one.id, START) for one in people)
        instrument = assessments.instrument_of(made.round)
        for key, value in CLAIMS.items():
            answers.save(session, made, instrument.item(key), Change(value), author=office)
        assessments.submit(session, made, author=office)
        world = World(database, made.id, office, verifier, settler)
    return world


@pytest.fixture
def verifying(world: World) -> World:
    world.move(judging.begin, by=world.verifier)
    return world


def _replying(world: World) -> World:
    """Two claims lowered, one confirmed, the office's reply open."""
    world.verify("V01", Verdict.CHANGED, raw="l1", words=WORDS)
    world.verify("V02", Verdict.NOT_VERIFIABLE, words=WORDS)
    world.verify("V03", Verdict.CONFIRMED)
    world.do(judging.open_reply, by=world.verifier)
    return world


def test_each_stage_has_its_own_answers_and_its_own_score(verifying: World) -> None:
    world = _replying(verifying)
    disagree = Ruling(Verdict.DISAGREE, words="Lihat halaman 4.")
    world.rule("V01", disagree, by=world.office, do=settling.reply)
    world.rule("V02", Ruling(Verdict.AGREE), by=world.office, do=settling.reply)
    accepted = Ruling(Verdict.CHANGED, raw="l2", words="Sebagian benar.")
    world.rule("V01", accepted, by=world.settler, do=settling.decide)
    world.do(settling.finish_reply, by=world.office)
    world.do(settling.settle, by=world.settler, with_open=False)
    with world.database.read() as session:
        opened = world.opened(session)
        found = {
            stage: {key: opened.readings(stage)[key].value for key in CLAIMS}
            for stage in (Stage.SELF, Stage.VERIFIED, Stage.CONTESTED, Stage.SETTLED)
        }
    assert found == {
        Stage.SELF: {"V01": "l3", "V02": "l4", "V03": "l2"},
        Stage.VERIFIED: {"V01": "l1", "V02": "l2", "V03": "l2"},
        Stage.CONTESTED: {"V01": "l3", "V02": "l2", "V03": "l2"},
        Stage.SETTLED: {"V01": "l2", "V02": "l2", "V03": "l2"},
    }
    assert world.index(Stage.VERIFIED) < world.index(Stage.SETTLED) < world.index(Stage.CONTESTED)
    assert world.index(Stage.CONTESTED) < world.index(Stage.SELF)


def test_what_cannot_be_verified_counts_below_the_level_that_needs_evidence(
    verifying: World,
) -> None:
    verifying.verify("V02", Verdict.NOT_VERIFIABLE, words=WORDS)
    verifying.verify("V03", Verdict.NOT_VERIFIABLE, words=WORDS)
    with verifying.database.read() as session:
        opened = verifying.opened(session)
        assert opened.work.instrument.item("V02").question.evidence_from == 3
        found = opened.readings(Stage.VERIFIED)
    assert found["V02"] == Reading(State.ANSWERED, "l2")
    assert found["V03"] == Reading(State.ANSWERED, "l2"), "level 2 needs no evidence"


@pytest.mark.parametrize("verdict", [Verdict.CHANGED, Verdict.NOT_VERIFIABLE])
def test_who_does_not_confirm_says_why(verifying: World, verdict: Verdict) -> None:
    with pytest.raises(WordsError):
        verifying.verify("V01", verdict, raw="l1", words=" . ")


def test_only_the_assigned_verifier_decides(verifying: World) -> None:
    with pytest.raises(NotAllowedError, match="not assigned to you"):
        verifying.rule("V01", Ruling(Verdict.CONFIRMED), by=verifying.settler)


def test_two_who_decide_at_once_hear_of_each_other(verifying: World) -> None:
    first = verifying.verify("V01", Verdict.CONFIRMED)
    with pytest.raises(OvertakenError):
        verifying.verify("V01", Verdict.CHANGED, raw="l1", words=WORDS)
    again = verifying.verify("V01", Verdict.CONFIRMED)
    assert again == first, "saying the same twice is one decision"
    verifying.verify("V01", Verdict.CHANGED, raw="l1", words=WORDS, seen=first)
    with verifying.database.read() as session:
        rows = session.scalars(select(Judgement.verdict).order_by(Judgement.id)).all()
    assert rows == ["confirmed", "changed"], "nothing is overwritten"


def test_verification_does_not_end_while_a_claim_is_undecided(verifying: World) -> None:
    verifying.verify("V01", Verdict.CONFIRMED)
    with pytest.raises(UndecidedError) as error:
        verifying.do(judging.open_reply, by=verifying.verifier)
    assert [item.key for item in error.value.items] == ["V02", "V03"]


def test_confirming_the_rest_leaves_claims_without_evidence(verifying: World) -> None:
    with verifying.database.write() as session:
        opened = verifying.opened(session)
        items = opened.work.instrument.items
        done = judging.confirm_rest(session, opened, items, author=verifying.verifier)
    assert [item.key for item in done] == ["V03"], "V01 and V02 claim level 3 without evidence"


def test_an_answer_changed_after_it_was_returned_is_decided_anew(verifying: World) -> None:
    world = verifying
    world.verify("V01", Verdict.CONFIRMED)
    world.verify("V03", Verdict.CONFIRMED)
    world.move(judging.give_back, by=world.verifier, words="Lengkapi V01.", days=3)
    assert world.state == _S.RETURNED
    with world.database.write() as session:
        made = session.get_one(Assessment, world.assessment)
        item = assessments.instrument_of(made.round).item("V01")
        answers.save(session, made, item, Change("l4", seen=1), author=world.office)
        assessments.submit(session, made, author=world.office)
    world.move(judging.begin, by=world.verifier)
    with world.database.read() as session:
        opened = world.opened(session)
        assert opened.verified("V01") is None
        assert opened.verified("V03") is not None


def test_returning_gives_the_office_time_even_after_the_deadline(verifying: World) -> None:
    late = Author(verifying.verifier.person_id, START + timedelta(days=60))
    verifying.move(judging.give_back, by=late, words="Lengkapi V01.", days=3)
    with verifying.database.write() as session:
        made = session.get_one(Assessment, verifying.assessment)
        answers.must_be_open(made, late.now + timedelta(days=2))
        with pytest.raises(answers.LateError):
            answers.must_be_open(made, late.now + timedelta(days=4))


def test_the_reply_ends_with_its_window(verifying: World) -> None:
    world = _replying(verifying)
    late = Author(world.office.person_id, START + timedelta(days=3, seconds=1))
    with pytest.raises(NotAllowedError, match="The time for replies is over"):
        world.rule("V01", Ruling(Verdict.AGREE), by=late, do=settling.reply)
    early = Author(world.settler.person_id, START + timedelta(days=2))
    with pytest.raises(NotAllowedError, match="may still reply"):
        world.do(settling.settle, by=early, with_open=True)


def test_settling_with_open_disputes_takes_a_second_word(verifying: World) -> None:
    world = _replying(verifying)
    disagree = Ruling(Verdict.DISAGREE, words="Lihat halaman 4.")
    world.rule("V01", disagree, by=world.office, do=settling.reply)
    settler = Author(world.settler.person_id, START + timedelta(days=4))
    with pytest.raises(UndecidedError):
        world.do(settling.settle, by=settler, with_open=False)
    world.do(settling.settle, by=settler, with_open=True)
    assert world.index(Stage.SETTLED) == world.index(Stage.VERIFIED)


def test_who_verified_does_not_settle(verifying: World) -> None:
    world = _replying(verifying)
    late = Author(world.verifier.person_id, START + timedelta(days=4))
    with pytest.raises(NotAllowedError, match="does not settle"):
        world.do(settling.settle, by=late, with_open=True)


def test_a_published_result_is_reopened_with_a_reason_only(verifying: World) -> None:
    world = _replying(verifying)
    settler = Author(world.settler.person_id, START + timedelta(days=4))
    world.do(settling.settle, by=settler, with_open=True)
    world.move(settling.publish, by=settler)
    with pytest.raises(MaturityError, match="Say why"):
        world.move(settling.reopen, by=settler, words="  ")
    world.move(settling.reopen, by=settler, words="Bukti baru ditemukan.")
    assert world.state == _S.VERIFYING
    with world.database.read() as session:
        assert session.scalars(select(Judgement)).all(), "no decision is lost"


def test_only_transitions_of_the_table_are_made(database: Database) -> None:
    allowed = {(one.before, one.after) for one in TRANSITIONS}
    author = Author(None, START)
    with database.write() as session:
        made = make_assessment(session)
        for before, after in product(_S, _S):
            made.state = before
            try:
                assessments.change_state(session, made, after, author=author, words="alasan")
            except NotAllowedError:
                assert (before, after) not in allowed
                assert made.state == before
            else:
                assert (before, after) in allowed
                assert made.state == after


def test_the_documentation_has_the_table() -> None:
    head = "| from | to | who | reason |\n|---|---|---|---|\n"
    rows = (
        f"| {one.before} | {one.after} | {one.action} | {'needed' if one.needs_words else ''} |\n"
        for one in TRANSITIONS
    )
    assert head + "".join(rows) in DOCS.joinpath("rounds.md").read_text(encoding="utf-8")


def test_every_state_is_reached_and_left() -> None:
    reached, at = set(), [_S.NOT_STARTED]
    while at:
        state = at.pop()
        if state not in reached:
            reached.add(state)
            at.extend(one.after for one in following(state))
    assert reached == set(_S)
    assert all(following(state) for state in _S)
