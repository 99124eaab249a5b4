"""What pages keep between requests is never old: whatever changes, they say what they would say
with nothing kept."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Hashable

import pytest
from sqlalchemy import select, update
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from maturity.dashboards.memory import Memory, results_digest
from maturity.dashboards.rank_places import places
from maturity.db import Database
from maturity.offices.models import Office
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.models import Assessment, Round, Stage, StoredScorecard
from maturity.survey.target_models import RoundTarget
from tests.clock import START
from tests.dashboards.country import hold_round
from tests.strict_client import StrictClient, page_text

PAGES = (
    "", "?kind=regency", "?stage=self", "/provinces/36", "/matrix", "/variables/V05",
    "/compare?with=36.71&with=kind-regency",
)  # fmt: skip


def assessment_of(session: Session, code: str, slug: str = "2026") -> Assessment:
    query = select(Assessment).join(Round, Round.id == Assessment.round_id)
    return session.scalars(query.where(Assessment.office_code == code, Round.slug == slug)).one()


def frozen_anew(stage: Stage, slug: str = "2026") -> Callable[[Session], None]:
    """The result of one office at a stage is taken back and another one frozen."""

    def change(session: Session) -> None:
        assessment = assessment_of(session, "36.01", slug)
        assessment.state = AssessmentState.PUBLISHED
        mine = (StoredScorecard.assessment_id == assessment.id, StoredScorecard.stage == stage,
                StoredScorecard.superseded_at.is_(None))  # fmt: skip
        old = session.scalars(select(StoredScorecard).where(*mine)).one()
        old.superseded_at = START
        session.flush()
        columns = {c.key for c in StoredScorecard.__table__.columns} - {"id", "superseded_at"}
        row = {name: getattr(old, name) for name in columns}
        digits = str.maketrans("123", "444")
        row |= {"digest": f"another {old.digest}"[:64], "index_value": 3.99, "level": 4,
                "dimensions": old.dimensions.translate(digits),
                "variables": re.sub(r"\[[123], \d+\.\d+", "[4, 100.0", old.variables)}  # fmt: skip
        session.add(StoredScorecard(**row))

    return change


def given_back(session: Session) -> None:
    assessment_of(session, "36.01").state = AssessmentState.RETURNED


def voters_told(session: Session) -> None:
    for number, office in enumerate(session.scalars(select(Office))):
        office.voters = 1000 * (number + 1)


def voters_corrected(session: Session) -> None:
    session.execute(update(Office).where(Office.code == "36.02").values(voters=9_000_000))


def of_another_kind(session: Session) -> None:
    session.execute(update(Office).where(Office.code == "36.02").values(kind="city"))


def aimed(session: Session) -> None:
    round_ = session.scalars(select(Round).where(Round.slug == "2026")).one()
    session.add(RoundTarget(round_id=round_.id, part="", kind="", value=3.25))


def renamed(slug: str) -> Callable[[Session], None]:
    def change(session: Session) -> None:
        titles = {"title_id": "Nama lain", "title_en": "Another name"}
        session.execute(update(Round).where(Round.slug == slug).values(**titles))

    return change


CHANGES = {
    "self-assessed result": frozen_anew(Stage.SELF),
    "verified result": frozen_anew(Stage.VERIFIED),
    "settled result": frozen_anew(Stage.SETTLED),
    "result of the round before": frozen_anew(Stage.SETTLED, "2025"),
    "given back": given_back,
    "voters told": voters_told,
    "voters": voters_corrected,
    "kind": of_another_kind,
    "a target": aimed,
    "title": renamed("2026"),
    "title of the round before": renamed("2025"),
}


@pytest.fixture
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ranks are not what is looked at here, and they are drawn anew for every page."""
    monkeypatch.setattr(places, "__kwdefaults__", {"node": None, "draws": 50})


@pytest.fixture
def rounds(database: Database) -> None:
    with database.write() as session:
        hold_round(session, "2025", states=("published",), seed=3, days=-300)
        hold_round(session, "2026", states=("published",), seed=11)


@pytest.mark.usefixtures("rounds", "few_draws")
def test_after_any_change_pages_say_what_they_would_with_nothing_kept(
    database: Database,
    viewer: StrictClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = said(viewer)
    for name, change in CHANGES.items():
        with database.write() as session:
            change(session)
        after = said(viewer)
        with monkeypatch.context() as patched:
            patched.setattr(Memory, "get", nothing_kept)
            fresh = said(viewer)
        old = [page for page in PAGES if after[page] != fresh[page]]
        assert old == [], f"after a change of {name} these pages are as before"
        assert after != before, f"no page tells of a change of {name}"
        before = after


@pytest.mark.usefixtures("rounds")
def test_links_that_one_reader_asked_for_do_not_reach_another(viewer: StrictClient) -> None:
    """A kind that nobody has filters nothing, yet links would carry it on."""
    assert "kind=none" in text(viewer, "?kind=none")
    assert "kind=none" not in text(viewer, "")


def test_the_words_are_those_of_the_language_asked_for(rounds: None, viewer: StrictClient) -> None:
    indonesian = text(viewer, "")
    viewer.post("/language", data={"lang": "en", "csrf_token": viewer.csrf()})
    english = text(viewer, "")
    assert "Variabel yang paling sering lemah" in indonesian
    assert "Variabel yang paling sering lemah" not in english


def said(viewer: StrictClient) -> dict[str, str]:
    return {rest: text(viewer, rest) for rest in PAGES}


def text(viewer: StrictClient, rest: str) -> str:
    found = page_text(viewer.get(f"/rounds/2026{rest}"))
    return re.sub(r'(nonce|value)="[^"]{20,}"', "", found)  # as it is only in this request


def nothing_kept(_memory: Memory, _key: Hashable, make: Callable[[], object]) -> object:
    return make()


# --- the memory itself ------------------------------------------------------------------


def test_the_last_that_were_asked_for_are_kept() -> None:
    memory: Memory[str] = Memory(2)
    made: list[str] = []

    def ask(key: str) -> None:
        assert memory.get(key, lambda: made.append(key) or key.upper()) == key.upper()

    for key in ("a", "b", "a", "c", "a", "b"):
        ask(key)
    assert made == ["a", "b", "c", "b"]


def test_what_could_not_be_made_is_not_kept() -> None:
    memory: Memory[int] = Memory(2)
    with pytest.raises(ZeroDivisionError):
        memory.get("a", lambda: 1 // 0)
    assert memory.get("a", lambda: 7) == 7


def test_two_threads_that_make_the_same_get_the_same() -> None:
    memory: Memory[object] = Memory(2)
    both_make = threading.Barrier(2)
    found: list[object] = []

    def make() -> object:
        both_make.wait(timeout=20)
        return object()

    threads = [threading.Thread(target=lambda: found.append(memory.get("a", make)))
               for _ in range(2)]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found[0] is found[1]


PLANS = ("seqscan", "indexscan", "hashjoin", "nestloop", "mergejoin", "hashagg")


def test_results_have_one_digest_however_the_database_looks_for_them(
    new_database: Callable[..., str],
):
    """PostgreSQL reads rows in the order of its plan, which changes with its statistics."""
    database = Database(new_database("postgresql"))
    codes = ("36.01", "36.02", "36.03", "36.71")
    with database.write() as session:
        number = hold_round(session, "2026", codes, states=("settled",)).id
    with database.write() as session:  # a row that is written anew goes to the end
        mine = StoredScorecard.assessment_id == assessment_of(session, "36.01").id
        session.execute(update(StoredScorecard).where(mine).values(coverage=0.5))
    digests = set()
    for allowed in range(2 ** len(PLANS)):
        with database.read() as session:
            for place, name in enumerate(PLANS):
                session.execute(sql(f"SET LOCAL enable_{name} = {bool(allowed >> place & 1)}"))
            round_ = session.get_one(Round, number)
            digests.add(results_digest(session, [round_], *Stage))
    database.dispose()
    assert len(digests) == 1
