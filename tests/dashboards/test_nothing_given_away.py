"""Whatever somebody who may not see every office can fetch tells nothing of single offices.

The routes are those that ``routes_by_role.txt`` opens for such a reader, all of them. The attack:
offices that the reader may not look at swap all their answers within the pieces that the told
groups cut each other into; if any byte of any page or file differs, something was given away.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from maturity.dashboards.compare import MOST
from maturity.dashboards.sight import Sight, sight_of
from maturity.db import Database
from maturity.offices.models import Role
from maturity.offices.permissions import Actor, Grant
from maturity.survey import assessments
from maturity.survey.models import Assessment, Round, StoredScorecard
from tests.dashboards.country import hold_round
from tests.dashboards.test_peers import JAWA
from tests.offices.test_routes_by_role import table
from tests.strict_client import StrictClient, page_text

READER = Grant(Role.OPERATOR, "36")
"""Of the table's column ``operator``: sees KPU Provinsi Banten and the offices below it."""
OPEN = ("36", "36.71")  # "p" and "b" in the table
SHOWING = ("/rounds", "/results/", "/assessments/<int:assessment_id>/re", "/start")
"""Beginnings of routes that show results: of rounds, published ones, results, replies, reports."""
SWAPPED = ("digest", "level", "gated_level", "index_value", "coverage", "weakest", "dimensions",
           "variables")  # fmt: skip


@pytest.fixture
def a_round(database: Database) -> None:
    """Everything is settled and nothing published; also a round before."""
    with database.write() as session:
        hold_round(session, "2025", JAWA, states=("settled",), seed=9, days=-300)
        hold_round(session, "2026", ("0", *JAWA), states=("settled",), seed=4)
        for made in session.scalars(select(Assessment).where(Assessment.office_code.in_(OPEN))):
            card = assessments.provisional(assessments.work(session, made))
            payload = zlib.compress(card.to_json().encode())  # their result pages read it whole
            for stored in assessments.results_of(session, made).values():
                stored.payload = payload


def sight(database: Database, slug: str) -> Sight:
    with database.read() as session:
        round_ = session.scalars(select(Round).where(Round.slug == slug)).one()
        return sight_of(session, round_, Actor(1, (READER,)), {})


def pieces(seen: Sight) -> list[list[str]]:
    """Hidden offices that lie in the same told groups; those in none are a piece as well."""
    found: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for code in sorted(seen.hidden):
        found[tuple(name for name in seen.told if code in seen.groups[name].members)].append(code)
    assert all(len(some) >= seen.threshold for names, some in found.items() if names)
    return list(found.values())


def swap(database: Database, slug: str, pieces: list[list[str]]) -> None:
    """Each office of a piece gets all results of the next one in it."""
    with database.write() as session:
        query = (
            select(Assessment.office_code, StoredScorecard)
            .join(StoredScorecard)
            .join(Round)
            .where(Round.slug == slug)
        )
        cards = {(r.office_code, r.StoredScorecard.stage): r.StoredScorecard
                 for r in session.execute(query)}  # fmt: skip
        old = {key: {name: getattr(card, name) for name in SWAPPED} for key, card in cards.items()}
        stages = {stage for _, stage in cards}
        for some in pieces:
            for one, other in zip(some, [*some[1:], some[0]], strict=True):
                for stage in stages:
                    for name, value in old[other, stage].items():
                        setattr(cards[one, stage], name, value)


def rules(app: Flask) -> Iterator[Rule]:
    """The routes with results that the table opens for the reader, all of them."""
    opened = {route for route, cells in table().items() if cells["operator"] != "-"}
    for rule in app.url_map.iter_rules():
        if f"GET {rule.rule.replace(', ', ',')}" in opened and rule.rule.startswith(SHOWING):
            yield rule


def addresses(app: Flask, rule: Rule, numbers: dict[str, int], groups: list[str]) -> Iterator[str]:
    """Every address of a route that matters, with each stage."""
    tables = re.search(r"<any\(([^)]*)\):table>", rule.rule)
    codes = OPEN[:1] if "/provinces/" in rule.rule else OPEN
    choices: dict[str, tuple[Any, ...]] = {
        "slug": ("2026",), "code": codes, "assessment_id": tuple(numbers[one] for one in OPEN),
        "table": tuple(tables[1].split(", ")) if tables else (), "variable": ("V05",),
        "stage": ("settled",), "node_id": ("V05",), "chart_id": ("profile",),
        "office_code": ("33.01", "36.71"),
    }  # fmt: skip
    unknown = rule.arguments - choices.keys()
    assert not unknown, f"say here what {sorted(unknown)} of {rule.rule} may be"
    found: list[dict[str, Any]] = [{}]
    for name in sorted(rule.arguments):
        found = [{**one, name: value} for one in found for value in choices[name]]
    adapter = app.url_map.bind("localhost")
    for values in found:
        address = adapter.build(rule.endpoint, values)
        if "compare" in rule.endpoint:
            ids = ["36", *groups, "33.01"]
            for start in range(0, len(ids), MOST):
                beside = "&".join(f"with={one}" for one in ids[start : start + MOST])
                yield from (f"{address}?{beside}", f"{address}?{beside}&stage=self")
        else:
            yield from (address, f"{address}?stage=self")


def fetched(client: StrictClient, paths: list[str]) -> dict[str, str]:
    """What the reader gets, but for what is new in every answer."""
    found = {}
    for path in paths:
        answer = client.get(path)
        text = page_text(answer) if answer.status_code == 200 else str(answer.status_code)
        found[path] = re.sub(r'(nonce="|csrf_token" value=")[^"]*', "", text)
    return found


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Papers are what they are made of: drawing each would take minutes."""

    def written(html: str) -> str:
        name = hashlib.sha256(html.encode()).hexdigest()
        (tmp_path / name).write_text(html, encoding="utf-8")
        return name

    def made(*told: object) -> SimpleNamespace:
        return SimpleNamespace(body=repr(told).encode(), name="report.pdf")

    for name in ("paper", "docx_paper"):
        monkeypatch.setattr(f"maturity.reports.pdf_views.{name}", made)
    monkeypatch.setattr("maturity.reports.pdf.source_of", written)
    monkeypatch.setattr(
        "maturity.round_reports.drawn.file_of", lambda _s, _w, name: tmp_path / name
    )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("a_round", "drawn")
def test_no_page_or_file_tells_who_of_the_hidden_answered_what(
    app: Flask, as_role: Any, database: Database
) -> None:
    client = as_role(READER.role, READER.office)
    client.strict = False
    with database.read() as session:
        rows = session.execute(
            select(Assessment.office_code, Assessment.id).join(Round).where(Round.slug == "2026")
        )
        numbers = dict(map(tuple, rows))
    seen = sight(database, "2026")
    found = list(rules(app))
    paths = [one for rule in found for one in addresses(app, rule, numbers, [*seen.groups])]
    before = fetched(client, paths)
    opened = {path for path, text in before.items() if not text.isdigit()}
    assert {"/rounds/2026/offices/36.71", "/rounds/2026/offices/36/peers.csv",
            "/rounds/2026/provinces/36", "/rounds/2026/provinces/36/rollup.csv",
            "/rounds/2026/provinces/36/report.pdf"} <= opened  # fmt: skip
    assert any("profile-regency" in before[path] for path in opened if "compare.csv" in path)
    assert seen.hidden.isdisjoint(OPEN)
    for slug in ("2025", "2026"):
        swap(database, slug, pieces(sight(database, slug)))
    after = fetched(client, paths)
    assert [path for path in paths if after[path] != before[path]] == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("a_round", "drawn")
def test_the_attack_sees_what_is_given_away(
    app: Flask, as_role: Any, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a threshold of one every group is told, and a swap of any two offices shows."""
    client = as_role(READER.role, READER.office)
    path = "/rounds/2026/compare.csv?with=36&with=kind-city-34&with=kind-city-33"
    seen = sight(database, "2026")
    with database.write() as session:
        session.scalars(select(Round).where(Round.slug == "2026")).one().suppress_below = 1
    before = fetched(client, [path])
    swap(database, "2026", pieces(seen))
    assert fetched(client, [path]) != before
