"""What is sent twice counts once, and what is sent at once comes one after the other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import select

from maturity import schema
from maturity.db import Database
from maturity.survey.assessments import Work
from maturity.survey.chain import verify
from maturity.survey.log import lines
from maturity.survey.models import Assessment
from maturity.survey.stage_models import Judgement
from tests.clock import Clock
from tests.strict_client import StrictClient
from tests.survey.filling import OPERATOR, RESPONSIBLE, client_of, token
from tests.survey.in_reply import ADMINISTRATOR, in_reply
from tests.survey.in_reply import SETTLER as SETTLING
from tests.survey.in_reply import VERIFIER as JUDGING
from tests.survey.verifying import ADMIN, CLAIMS, SETTLER, VERIFIER, Verification, handed_in

REASON = "Sesuai kesepakatan rapat."


def _post(client: StrictClient, path: str, form: dict[str, str]) -> int:
    return client.post(path, data={**form, "csrf_token": token(client)}).status_code


# --- twice ----------------------------------------------------------------------------


def _rows(database: Database) -> dict[str, int]:
    """How many rows each table has, but for those of sign-ins."""
    with database.read() as session:
        count = sa.select(sa.func.count())
        tables = [one for one in schema.METADATA.sorted_tables if one.name != "sign_in_failure"]
        return {one.name: session.scalar(count.select_from(one)) or 0 for one in tables}


def _judgement(made: Verification, key: str) -> int:
    with made.database.read() as session:
        found = select(Judgement.id).where(Judgement.key == key).order_by(Judgement.id.desc())
        return session.scalars(found.limit(1)).first() or 0


def _steps(made: Verification, clock: Clock) -> Iterator[tuple[str, str, dict[str, str]]]:
    """(who, address, form) of a whole round, each built once what came before is done."""
    slug = "2026"
    ids = {"id": str(made.id), "pick": str(made.id)}
    yield (
        ADMIN,
        f"/administration/rounds/{slug}/assignments",
        {**ids, "to": str(made.people[VERIFIER])},
    )
    yield VERIFIER, made.url("/verify/begin"), {}
    yield (
        VERIFIER,
        made.url("/threads/V01"),
        {"item": "V01", "kind": "question", "words": "Halaman berapa?"},
    )
    yield RESPONSIBLE, made.url("/thread/1"), {"do": "comment", "words": "Halaman 4."}
    yield VERIFIER, made.url("/verify/return"), {"days": "3", "words": REASON}
    yield (
        ADMIN,
        made.url("/extension"),
        {"stage": "filling", "until_day": "2026-12-30", "until_time": "23:59", "words": REASON},
    )
    yield RESPONSIBLE, made.url("/submit"), {"confirm": "yes"}
    yield VERIFIER, made.url("/verify/begin"), {}
    decisions = {f"{name}:{key}": said for key in CLAIMS for name, said in
                 {"verdict": "confirmed", "seen": "0"}.items()}  # fmt: skip
    changed = {"verdict:V01": "changed", "value:V01": "l1", "words:V01": REASON}
    yield VERIFIER, made.url("/verification/SD1"), {**decisions, **changed}
    yield VERIFIER, made.url("/verify/finish"), {}
    yield (
        RESPONSIBLE,
        made.url("/reply"),
        {
            "reply:V01": "disagree",
            "words:V01": "Lihat pasal 3.",
            "seen:V01": "0",
            "on:V01": str(_judgement(made, "V01")),
            "url:V01": "https://jdih.kpu.go.id/sk",
        },
    )
    yield RESPONSIBLE, made.url("/reply/finish"), {"confirm": "yes"}
    yield (
        SETTLER,
        made.url("/settlement"),
        {
            "verdict:V01": "upheld",
            "words:V01": REASON,
            "seen:V01": "0",
            "on:V01": str(_judgement(made, "V01")),
        },
    )
    yield RESPONSIBLE, made.url("/thread/1"), {"do": "resolve", "words": "Terima kasih."}
    yield SETTLER, made.url("/settlement/settle"), {"with_open": "yes"}
    yield ADMIN, f"/settlement/publication/{slug}", {"confirm": "yes"}
    yield SETTLER, made.url("/settlement/reopen"), {"words": REASON}


def test_every_form_of_a_round_sent_twice_counts_once(
    app: Flask, database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = handed_in(app, database, monkeypatch, CLAIMS)
    browsers = {who: made.client(who) for who in (ADMIN, VERIFIER, RESPONSIBLE, SETTLER)}
    for who, address, form in _steps(made, clock):
        clock.advance(minutes=1)
        before = _rows(database)
        assert _post(browsers[who], address, form) == 303, address
        once = _rows(database)
        assert once != before, f"{address} did nothing"
        clock.advance(seconds=1)
        assert _post(browsers[who], address, form) < 500
        assert _rows(database) == once, address
    with database.read() as session:
        assert verify(list(lines(session))).fault is None


# --- at once --------------------------------------------------------------------------

ACTS = {
    "judge": (JUDGING, "/assessments/1/verification/SD1", {
        "verdict:V01": "confirmed", "seen:V01": "0"}),
    "begin": (JUDGING, "/assessments/1/verify/begin", {}),
    "return": (JUDGING, "/assessments/1/verify/return", {"days": "3", "words": REASON}),
    "finish": (JUDGING, "/assessments/1/verify/finish", {}),
    "again": (JUDGING, "/assessments/1/verify/again", {"words": REASON}),
    "reply": (OPERATOR, "/assessments/1/reply", {"reply:V01": "agree", "seen:V01": "0"}),
    "replied": (OPERATOR, "/assessments/1/reply/finish", {"confirm": "yes"}),
    "decide": (SETTLING, "/assessments/1/settlement", {"verdict:V01": "upheld", "seen:V01": "0"}),
    "settle": (SETTLING, "/assessments/1/settlement/settle", {"with_open": "yes"}),
    "reopen": (SETTLING, "/assessments/1/settlement/reopen", {"words": REASON}),
    "undisputed": (SETTLING, "/settlement/undisputed", {"id": "1"}),
    "thread": (OPERATOR, "/assessments/1/threads/V01", {"item": "V01", "words": REASON}),
    "extension": (ADMINISTRATOR, "/assessments/1/extension", {
        "stage": "reply", "until_day": "2026-12-30", "until_time": "23:59", "words": REASON}),
    "extensions": (ADMINISTRATOR, "/administration/rounds/2026/extensions", {
        "pick": "1", "stage": "reply", "until_day": "2026-12-30", "until_time": "23:59",
        "words": REASON}),
    "assign": (ADMINISTRATOR, "/administration/rounds/2026/assignments", {"pick": "1", "to": "3"}),
}  # fmt: skip


@pytest.fixture
def impatient(database_url: str) -> None:
    """Whoever has to wait for a row gives up at once, which pages say as 503."""
    engine = sa.create_engine(
        sa.make_url(database_url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        name = engine.url.database
        connection.execute(sa.text(f"ALTER DATABASE \"{name}\" SET lock_timeout = '100ms'"))
    engine.dispose()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("act", ACTS)
def test_every_act_waits_for_who_holds_the_assessment(
    impatient: None, app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch, act: str,
    clock: Clock,
) -> None:  # fmt: skip
    """Held without barring rows that refer to it: only who asks for the row itself waits."""
    monkeypatch.setattr(Work, "missing", lambda _work, _items=None: [])
    world = in_reply(database, plain=act == "undisputed")
    assert world.assessment == 1
    app.config["PROPAGATE_EXCEPTIONS"] = False
    who, address, form = ACTS[act]
    if act == "undisputed":
        clock.advance(days=4)
    client = client_of(app, who)
    with database.write() as holding:
        query = select(Assessment).where(Assessment.id == 1)
        holding.scalars(query.with_for_update(key_share=True)).one()
        assert _post(client, address, form) == 503
