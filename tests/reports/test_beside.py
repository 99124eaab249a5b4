"""A report beside other offices: only what the office itself may see, the same for everybody."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import event, select, update
from sqlalchemy.orm import undefer

from maturity.db import Database
from maturity.offices.models import Office, Role
from maturity.reports.beside import Beside, Practice
from maturity.reports.build import build
from maturity.reports.docx_values import Words
from maturity.reports.paper import BRIEF_STEPS, paper_html
from maturity.reports.pdf import render
from maturity.reports.report import Report
from maturity.round_reports import around as reading
from maturity.round_reports.around import around
from maturity.survey.assessments import provisional
from maturity.survey.frozen import frozen_row
from maturity.survey.instrument import Text
from maturity.survey.models import Assessment, Round, Stage, StoredScorecard
from tests.dashboards.country import hold_round
from tests.offices.signing import make_user, sign_in
from tests.reports.test_report import main_work
from tests.reports.test_round_report import CODES
from tests.served import served
from tests.strict_client import StrictClient

OWN = "36.01"
LEVELS = frozenset({1, 2})


@dataclass(frozen=True)
class World:
    """An application with a final round, the one before it, and one that is still going on."""

    app: Flask
    database: Database
    client: StrictClient


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[World]:
    data = tmp_path_factory.mktemp("beside")
    shutil.copy(sqlite_template, data / "maturity.sqlite3")
    with served(data) as (app, database):
        with database.write() as session:
            hold_round(session, "2025", CODES, days=-400, seed=5, states=("published",))
            hold_round(session, "2026", CODES, seed=29, states=("published", "settled"))
            hold_round(session, "open", CODES, days=-10, seed=3, states=("published", "submitted"))
            make_user(session, email="own@contoh.example", role=Role.RESPONSIBLE, office=OWN)
        client = app.test_client()
        assert isinstance(client, StrictClient)
        sign_in(client, "own@contoh.example")
        yield World(app, database, client)


def facts(world: World, slug: str = "2026", code: str = OWN) -> Beside:
    with world.app.test_request_context(), world.database.read() as session:
        chosen = Round.slug == slug, Assessment.office_code == code
        one = session.scalars(select(Assessment).join(Assessment.round).where(*chosen)).one()
        return around(session, one, Stage.SETTLED, LEVELS)


def test_it_tells_of_peers_what_the_offices_own_page_tells(world: World):
    reply = world.client.get(f"/rounds/2026/offices/{OWN}/peers.csv")
    rows = list(csv.DictReader(io.StringIO(reply.get_data(as_text=True).lstrip("\ufeff"))))
    found = facts(world).peers
    assert found is not None
    mine = [
        [group.name.id, part.offices, part.median, part.own,
         part.rank.best, part.rank.worst, part.rank.tied]
        for group in found.told for part in group.parts if part.rank
    ]  # fmt: skip
    assert mine == [
        [one["group_name"], int(one["offices"]), float(one["median"]), float(one["own"]),
         int(one["rank_best"]), int(one["rank_worst"]), int(one["tied_with"])]
        for one in rows
    ]  # fmt: skip
    assert len(mine) >= 4
    assert any(not group.parts for group in found.groups), "small groups keep silent"


def test_while_results_are_on_their_way_nothing_is_told_of_others(world: World):
    found = facts(world, "open")
    assert found.practice is None
    assert found.peers is not None
    assert (found.peers.groups, found.peers.final) == ((), False)


def test_the_past_is_that_of_the_office(world: World):
    (row,) = facts(world).earlier
    with world.database.read() as session:
        query = (
            select(Round.slug, StoredScorecard.index_value)
            .join(Assessment, Assessment.id == StoredScorecard.assessment_id)
            .join(Round, Round.id == Assessment.round_id)
            .where(Assessment.office_code == OWN, StoredScorecard.stage == Stage.SETTLED)
        )
        index = {one.slug: one.index_value for one in session.execute(query)}
    assert (row.title.id, row.same) == ("Pengukuran 2025", True)
    assert (row.then, row.now) == (index["2025"], index["2026"])


def test_practice_counts_others_of_the_kind_at_these_levels(world: World):
    practice = facts(world).practice
    assert practice is not None
    percents = []
    with world.database.read() as session:
        for card in _settled(session):
            if card.assessment_id in _regencies(session) and card.gated_level in LEVELS:
                percents.append(_percents(card).get("V07"))
    known = [one for one in percents if one is not None]
    assert practice.percents["V07"] == tuple(sorted(known))
    have = sum(one > 60 for one in known)
    assert practice.have("V07", 66.67) == (have, len(known))
    assert replace(practice, threshold=len(known) + 1).have("V07", 66.67) is None


def test_swapping_two_hidden_offices_changes_no_word(world: World):
    before = facts(world)
    with world.database.write() as session:
        one, other = (
            next(card for card in _settled(session) if _code(session, card) == code)
            for code in ("11.02", "11.05")
        )
        for name in ("digest", "level", "gated_level", "index_value", "dimensions", "variables"):
            mine, yours = getattr(one, name), getattr(other, name)
            setattr(one, name, yours)
            setattr(other, name, mine)
    after = facts(world)
    assert after.practice == before.practice
    assert _numbers(after) == _numbers(before)


def _numbers(found: Beside) -> list[object]:
    assert found.peers is not None
    return [(part.offices, part.least, part.median, part.most)
            for group in found.peers.told for part in group.parts]  # fmt: skip


def test_what_all_offices_share_is_read_once_and_anew_when_something_changed(world: World):
    facts(world)
    known = asked(world, lambda: facts(world, code="36.02"))
    reading._memory.forget()
    assert known < asked(world, lambda: facts(world, code="36.02"))
    with world.database.write() as session:
        chosen = Assessment.office_code == "11.04", Assessment.round_id == _round(session, "2026")
        late = session.scalars(select(Assessment).where(*chosen)).one()
        late.state = "under-verification"  # reopened
        number = late.id
    found = facts(world, code="36.02")
    assert found.practice is None
    with world.database.write() as session:
        session.get_one(Assessment, number).state = "published"
    assert facts(world, code="36.02").practice is not None


def test_numbers_of_voters_that_come_in_later_make_groups_at_once(world: World):
    before = facts(world).peers
    _voters(world, 100_000)
    after = facts(world).peers
    _voters(world, None)
    assert before is not None
    assert after is not None
    assert len(after.told) == len(before.told) + 1


def _voters(world: World, number: int | None) -> None:
    with world.database.write() as session:
        session.execute(update(Office).where(Office.code.in_(CODES)).values(voters=number))


def test_steps_say_who_has_done_them_and_begin_with_the_common_ones_among_equals():
    plain = _report(None)
    rare = dict.fromkeys((one.id for one in plain.roadmap.steps), (0.0,) * 9)
    last = next(one for one in reversed(plain.roadmap.steps) if one.effect == _tie(plain))
    common = rare | {last.id: (100.0,) * 9}
    told = _report(Practice(Text("KPU/KIP kota", "city offices"), 5, common))
    assert {one.id for one in told.roadmap.steps} == {one.id for one in plain.roadmap.steps}
    order = [one.id for one in told.roadmap.steps]
    assert order.index(last.id) <= [one.id for one in plain.roadmap.steps].index(last.id)
    step = next(one for one in told.roadmap.steps if one.id == last.id)
    assert step.peers is not None
    assert step.peers.id.startswith("Sudah dicapai 9 dari 9 KPU/KIP kota lain")
    silent = _report(Practice(Text("a", "b"), 10, common))
    assert all(one.peers is None for one in silent.roadmap.steps)
    assert silent.roadmap == plain.roadmap


def _tie(report: Report) -> Text:
    return report.roadmap.steps[-1].effect


def _report(practice: Practice | None) -> Report:
    work = main_work()
    card = frozen_row(7, work.instrument, provisional(work))
    return build(work, card, beside=Beside(practice=practice))


@pytest.mark.parametrize("language", ["id", "en"])
def test_paper_and_text_say_it(world: World, language: str):
    report = replace(_report(None), beside=facts(world))
    with world.app.test_request_context():
        html = paper_html(report, language)
    values = Words(report, language).values()
    peers = report.beside.peers
    assert peers is not None
    rank = next(part.rank for part in peers.told[0].parts if part.rank)
    said = f"{'peringkat' if language == 'id' else 'rank'} {rank.best}"
    assert said in html
    assert said in values["peers"][0]["parts"][0]["rank"]
    title = "Lampiran F" if language == "id" else "Annex F"
    assert f"{title}. " in html
    for one in values["earlier"]:
        assert one["round"] in html
        assert one["basis"] in html
    assert any(one["silence"] and one["silence"] in html for one in values["peers"])


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_commissioner_reads_two_pages_whatever_stands_beside(world: World, language: str):
    found = facts(world)
    report = replace(_report(found.practice), beside=found, demo=True)
    assert len(report.roadmap.steps) > BRIEF_STEPS
    with world.app.test_request_context():
        body = render(paper_html(report, language))
    annex = "Lampiran A." if language == "id" else "Annex A."
    texts = [page.extract_text() for page in PdfReader(io.BytesIO(body)).pages]
    assert [number for number, text in enumerate(texts, 1) if annex in text] == [3]
    more = "Langkah lainnya ada di lampiran." if language == "id" else "steps are in the annex."
    assert more in " ".join(texts[1].split())


# --- reading the rows -----------------------------------------------------------------


def asked(world: World, work: Callable[[], object]) -> int:
    """How many statements the database is asked meanwhile."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        found.append(statement)

    event.listen(world.database.engine, "before_cursor_execute", note)
    work()
    event.remove(world.database.engine, "before_cursor_execute", note)
    return len(found)


def _round(session, slug: str) -> int:
    return session.scalars(select(Round.id).where(Round.slug == slug)).one()


def _settled(session) -> list[StoredScorecard]:
    query = (
        select(StoredScorecard)
        .join(Assessment, Assessment.id == StoredScorecard.assessment_id)
        .where(Assessment.round_id == _round(session, "2026"),
               StoredScorecard.stage == Stage.SETTLED)
        .options(undefer(StoredScorecard.variables))
    )  # fmt: skip
    return list(session.scalars(query))


def _code(session, card: StoredScorecard) -> str:
    return session.get_one(Assessment, card.assessment_id).office_code


def _regencies(session) -> set[int]:
    rows = session.scalars(select(Assessment).where(Assessment.office_code != OWN))
    return {one.id for one in rows if "." in one.office_code and one.office_code[3] < "7"}


def _percents(card: StoredScorecard) -> dict[str, float]:
    kept = json.loads(card.variables)
    return {name: percent for name, (_level, percent, _why) in kept.items() if percent is not None}
