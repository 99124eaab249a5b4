"""What a search found is not searched again, and is the same to the last digit."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from maturity.reports import ways
from maturity.reports.build import build
from maturity.reports.report import Roadmap
from maturity.survey.assessments import Work
from maturity.worker.manifest import put
from tests.reports.test_report import main_work, small_work

LOW = {"INV/voters/free": ("no", ""), "INV/voters/open": ("no", "")}
"""Answers from which variables alone do not lead up, so that two ways are asked for."""


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[ways.Asked]:
    """All that was searched for, in order."""
    found: list[ways.Asked] = []
    search = ways.searched.__wrapped__

    def searched(asked: ways.Asked) -> ways.Way:
        found.append(asked)
        return search(asked)

    monkeypatch.setattr(ways, "searched", searched)
    return found


def roadmap(work: Work, path: Path) -> Roadmap:
    """As the next run of the program sees it."""
    return build(work, None, ways=ways.KeptWays(path, put)).roadmap


@pytest.mark.parametrize(("work", "asked"), [(main_work, 1), (lambda: small_work(**LOW), 2)])
def test_the_next_run_reads_what_the_first_one_found(
    work: Callable[[], Work], asked: int, tmp_path: Path, searches: list[ways.Asked]
) -> None:
    path = tmp_path / "ways" / "7.json"
    first = roadmap(work(), path)
    assert first.steps
    assert len(searches) == asked
    assert roadmap(work(), path) == first == build(work(), None).roadmap
    assert len(searches) == asked
    assert (path.parent.stat().st_mode & 0o777) == 0o700


def test_other_answers_are_searched_and_only_the_last_are_kept(
    tmp_path: Path, searches: list[ways.Asked]
) -> None:
    path = tmp_path / "7.json"
    roadmap(small_work(**LOW), path)
    before = json.loads(path.read_bytes())
    changed = roadmap(main_work(), path)
    assert changed == build(main_work(), None).roadmap
    assert len(searches) == 3
    kept = json.loads(path.read_bytes())
    assert (len(before), len(kept), before.keys() & kept.keys()) == (2, 1, set())


@pytest.mark.parametrize(
    "torn", [b"", b"[]", b'{"x": {"reachable": true}}', b'{"x": 7}', b"\xff", b"[" * 100_000]
)
def test_what_cannot_be_read_is_searched_again(
    torn: bytes, tmp_path: Path, searches: list[ways.Asked]
) -> None:
    path = tmp_path / "7.json"
    path.write_bytes(torn)
    assert roadmap(main_work(), path) == build(main_work(), None).roadmap
    assert len(searches) == 1
    roadmap(main_work(), path)
    assert len(searches) == 1


def test_another_engine_searches_anew(
    tmp_path: Path, searches: list[ways.Asked], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "7.json"
    roadmap(main_work(), path)
    monkeypatch.setattr(ways, "ENGINE", "another")
    roadmap(main_work(), path)
    assert len(searches) == 2


def test_where_nothing_can_be_written_the_report_is_made_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"in the way")
    way = roadmap(main_work(), tmp_path / "file" / "7.json")
    assert way == build(main_work(), None).roadmap


def test_another_rubric_of_the_same_file_is_searched_anew(
    tmp_path: Path, searches: list[ways.Asked]
) -> None:
    roadmap(main_work(), tmp_path / "7.json")
    (asked,) = searches
    rubric = asked.instrument.rubric
    root = replace(rubric.root, children=rubric.root.children[::-1])
    other = replace(asked, instrument=replace(asked.instrument, rubric=replace(rubric, root=root)))
    assert (other == asked, other.digest == asked.digest) == (True, False)
