"""What became of each question between two instruments: random edits are found as what they are."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest
import yaml

from maturity.scoring.engine import AnswerSheet, score
from maturity.survey.bridge import Fate, bridge, common_shares, shares
from maturity.survey.instrument import Branch, Instrument, below
from maturity.survey.loader import load_text
from maturity.survey.shipped import locate
from tests.builders import MAIN

SOURCE: dict[str, Any] = yaml.safe_load(
    locate(MAIN).read_text(encoding="utf-8").replace("weights: sum 100", "weights: free")
)


def read(content: dict[str, Any]) -> Instrument:
    return load_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), name="made")


BEFORE = read(SOURCE)


def questions(content: dict[str, Any]) -> list[tuple[list[Any], dict[str, Any]]]:
    """Every ladder question with the list that it stands in."""
    found, waiting = [], [content["root"]]
    while waiting:
        for child in (children := waiting.pop()["children"]):
            if "children" in child:
                waiting.append(child)
            elif child.get("type") == "level":
                found.append((children, child))
    return found


def key(question: dict[str, Any]) -> str:
    return str(question.get("question", question.get("id")))


def reword(_siblings: list[Any], one: dict[str, Any], dice: random.Random) -> Fate:
    language = dice.choice(["id", "en"])
    one[dice.choice(["title", "text"])][language] += " (diperjelas)"
    return Fate.REWORDED


def reword_level(_siblings: list[Any], one: dict[str, Any], dice: random.Random) -> Fate:
    dice.choice(one["levels"])["text"]["id"] += " (diperjelas)"
    return Fate.REWORDED


def change_condition(_siblings: list[Any], one: dict[str, Any], _dice: random.Random) -> Fate:
    one["applies_when"] = {"kind": ["province"]}
    return Fate.RESCORED


def drop(siblings: list[Any], one: dict[str, Any], _dice: random.Random) -> Fate:
    siblings.remove(one)
    return Fate.DROPPED


def rename(_siblings: list[Any], one: dict[str, Any], _dice: random.Random) -> Fate:
    name = "question" if "question" in one else "id"
    one[name] += "x"
    return Fate.DROPPED


def add(siblings: list[Any], one: dict[str, Any], _dice: random.Random) -> Fate:
    other = copy.deepcopy(one)
    other["question" if "question" in one else "id"] = key(one) + "new"
    for text in (other["title"], other["text"]):
        text["id"], text["en"] = "Lain: " + text["id"], "Other: " + text["en"]
    siblings.append(other)
    return Fate.SAME


EDITS = (reword, reword_level, change_condition, drop, rename, add)


@pytest.mark.parametrize("seed", range(12))
def test_each_edit_is_found_and_nothing_else(seed: int):
    dice, content = random.Random(seed), copy.deepcopy(SOURCE)
    chosen = dice.sample(questions(content), 5)
    expected = {}
    for siblings, one in chosen:
        name = key(one)
        expected[name] = dice.choice(EDITS)(siblings, one, dice)
    after = read(content)
    found = bridge(BEFORE, after)
    by_id = {one.id: one.fate for one in found.spans}
    was, now = ids(BEFORE), ids(after)
    assert {i for i, fate in by_id.items() if fate is Fate.NEW} == now - was
    assert {i for i, fate in by_id.items() if fate is Fate.DROPPED} == was - now
    assert by_id.keys() == was | now
    for one in was & now:
        assert by_id[one] is expected.get(one, Fate.SAME), one
    back = {one.id: one.fate for one in bridge(after, BEFORE).spans}
    assert {i for i in was & now if back[i] is not by_id[i]} == set()


def ids(instrument: Instrument) -> set[str]:
    return {part.id for part in below(instrument.root) if not isinstance(part, Branch)}


def test_white_space_and_references_are_no_change():
    content = copy.deepcopy(SOURCE)
    for _siblings, one in questions(content)[:6]:
        one["legal"] = []
        one["text"]["id"] = one["text"]["id"].replace(" ", "  ")
    found = bridge(BEFORE, read(content))
    assert {one.fate for one in found.spans} == {Fate.SAME}
    assert all(found.reach.values())


def test_a_question_under_anothers_id_is_not_linked():
    content = copy.deepcopy(SOURCE)
    (_, one), (_, other) = questions(content)[:2]
    name = "question" if "question" in one else "id"
    one[name], other[name] = other[name], one[name]
    found = {span.id: span.fate for span in bridge(BEFORE, read(content)).spans}
    assert found[one[name]] is found[other[name]] is Fate.RESCORED


def test_shares_are_what_the_engine_gives_a_question():
    """Full marks in one question alone raise the whole by its share."""
    share = shares(BEFORE)
    assert sum(share.values()) == pytest.approx(1)
    criteria = BEFORE.rubric.criteria
    sheet = AnswerSheet.empty(BEFORE.rubric, len(criteria) + 1)
    sheet.states[:] = 1
    for row, criterion in enumerate(criteria):
        sheet.points[row, :] = criterion.floor
        sheet.points[row, row + 1] = criterion.ceiling
    percent = score(BEFORE.rubric, sheet).percent[0]
    row_of = score(BEFORE.rubric, sheet).row(BEFORE.rubric.root.id)
    percent = score(BEFORE.rubric, sheet).percent[row_of]
    for row, criterion in enumerate(criteria):
        if criterion.id in share:
            assert percent[row + 1] - percent[0] == pytest.approx(100 * share[criterion.id])


def test_a_changed_weight_counts_where_it_changes_the_share_among_the_others():
    content = copy.deepcopy(SOURCE)
    siblings, one = questions(content)[0]
    one["weight"] *= 3
    after = read(content)
    moved = {span.id for span in bridge(BEFORE, after).spans if span.fate is Fate.RESCORED}
    beside = {key(other) for other in siblings if "type" in other}
    assert key(one) in moved <= beside
    found, old, new = common_shares(BEFORE, after), shares(BEFORE), shares(after)
    assert found.keys() == old.keys() - moved
    assert all(share == pytest.approx((old[i] + new[i]) / 2) for i, share in found.items())
    scaled = copy.deepcopy(SOURCE)
    for other in questions(scaled)[0][0]:
        other["weight"] *= 7
    assert {span.fate for span in bridge(BEFORE, read(scaled)).spans} == {Fate.SAME}


def test_where_fewer_points_can_be_reached_the_reach_has_changed():
    content = yaml.safe_load(locate("ndi-oedi").read_text(encoding="utf-8"))
    before, cut = read(content), copy.deepcopy(content)
    del cut["root"]["children"][0]["columns"][-1]
    reach = bridge(before, read(cut)).reach
    assert set(reach.values()) == {False}
    assert set(bridge(before, read(content)).reach.values()) == {True}
