"""Whoever asked for a stage keeps it from page to page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from flask import Flask

from maturity.db import Database
from tests.dashboards.country import hold_round, page, words
from tests.strict_client import StrictClient, page_text

PAGES = ("", "/provinces/36", "/offices/36.71", "/matrix", "/provinces/36/matrix", "/variables",
         "/variables/V05", "/compare?with=36.71&with=36.01", "/monitor")  # fmt: skip
ELSEWHERE = ("survey.", "bridge.", "web.", "monitor.", "operations.", "matrix.cell")
"""What knows no stage, or has it in its path."""
CHOOSING = ("nilai mandiri", "nilai verifikasi", "penetapan", "Hapus saringan")
"""Links that name a stage of their own, or lose what was asked for."""


@pytest.fixture
def a_round(database: Database) -> None:
    with database.write() as session:
        hold_round(session, "2025", states=("published",), seed=3, days=-300)
        hold_round(session, "2026", states=("published", "settled", "reply-open"), seed=11)


def links(html: str) -> Iterator[tuple[str, str]]:
    """(address, words) of the links of the page's own part and of the way to it."""
    for part in page(html).iter():
        if part.tag == "main" or part.get("class") == "breadcrumbs":
            yield from ((one.get("href", ""), words(one)) for one in part.iter("a"))


def leads_to(app: Flask, address: str) -> str:
    routes = app.url_map.bind("localhost")
    return str(routes.match(urlsplit(address).path)[0])


@pytest.mark.usefixtures("a_round")
def test_every_link_between_the_pages_of_a_round_keeps_the_stage(
    app: Flask, viewer: StrictClient
) -> None:
    lost, seen = [], set()
    for rest in PAGES:
        here = f"/rounds/2026{rest}{'&' if '?' in rest else '?'}stage=verified"
        for href, said in links(page_text(viewer.get(here))):
            address = urljoin(here, href)
            to = leads_to(app, address) if urlsplit(address).netloc == "" else "elsewhere"
            if href.startswith("#") or to.startswith(ELSEWHERE) or to == "dashboards.rounds":
                continue
            seen.add(to)
            if parse_qs(urlsplit(address).query).get("stage") != ["verified"]:
                lost.append((rest, href, said))
    assert [one for one in lost if not one[2].startswith(CHOOSING)] == []
    assert {"dashboards.national", "dashboards.province", "dashboards.office", "matrix.national",
            "matrix.province", "variables.listed", "variables.variable", "compare.page",
            "round_reports.national", "round_reports.province", "dashboards.tables_xlsx",
            "reports.result"} <= seen  # fmt: skip


@pytest.mark.usefixtures("a_round")
def test_kind_and_province_go_where_they_are_known(viewer: StrictClient) -> None:
    def query(here: str, to: str) -> dict[str, list[str]]:
        found = (urlsplit(urljoin(here, href)) for href, _ in links(page_text(viewer.get(here))))
        return next(parse_qs(one.query) for one in found if one.path == to)

    here = "/rounds/2026?stage=verified&kind=city&province=36"
    asked: dict[str, Any] = {"stage": ["verified"], "kind": ["city"], "province": ["36"]}
    assert query(here, "/rounds/2026/matrix") == asked
    assert query("/rounds/2026/matrix" + here[12:], "/rounds/2026") == asked
    assert query(here, "/rounds/2026/variables") == {"stage": ["verified"]}
    assert query("/rounds/2026?kind=city", "/rounds/2026/matrix") == {"kind": ["city"]}
    cleared = [
        href for href, said in links(page_text(viewer.get(here))) if said == "Hapus saringan"
    ]
    assert cleared == ["/rounds/2026"]
    odd = "/rounds/2026?stage=%22%3E%3Cb"
    assert query(odd, "/rounds/2026/matrix") == {}
