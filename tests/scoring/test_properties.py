"""What must hold for every rubric and every sheet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maturity.scoring.engine import AnswerSheet, score
from maturity.scoring.rubric import Counts, Criterion, Group, Method, Node, Rubric, State, walk
from tests.scoring.build import same, scored
from tests.scoring.strategies import rebuilt, rubrics_and_sheets, seeded

quick = settings(max_examples=80, derandomize=True, deadline=None)
ORDERED = (Method.WALK, Method.CONTIGUOUS)


def near(value: float) -> object:
    return pytest.approx(value, rel=1e-9, abs=1e-9, nan_ok=True)


@given(rubrics_and_sheets())
@quick
def test_everything_is_bounded(pair: tuple[Rubric, AnswerSheet]) -> None:
    rubric, sheet = pair
    scores = score(rubric, sheet)
    for field, top in (("percent", 100.0), ("coverage", 1.0)):
        values = getattr(scores, field)
        assert np.all(np.isnan(values) | ((values >= 0.0) & (values <= top))), field
    assert np.all(scores.gated_level <= scores.level)
    for node in walk(rubric.root):
        if isinstance(node, Group) and node.scale is not None and node.method is not Method.WALK:
            own = scores.score[scores.row(node.id)]
            low, high = node.scale
            assert np.all(np.isnan(own) | ((own >= low) & (own <= high))), node.id


@given(rubrics_and_sheets(tame=True, units=1, blanks=False), st.data())
@quick
def test_a_better_answer_lowers_nothing(
    pair: tuple[Rubric, AnswerSheet], data: st.DataObject
) -> None:
    """Prerequisites here only cap, so that meeting one never lets lost points go negative."""
    rubric, sheet = pair
    row = data.draw(st.sampled_from(range(len(rubric.criteria))))
    before = score(rubric, sheet)
    if np.isnan(sheet.points[row, 0]):
        return
    better = sheet.points[row, 0] + data.draw(st.sampled_from((0.01, 0.5, 1.0, 5.0)))
    sheet.points[row, 0] = max(sheet.points[row, 0], min(better, rubric.criteria[row].ceiling))
    after = score(rubric, sheet)
    for field in ("score", "percent", "level", "gated_level"):
        old, new = getattr(before, field)[:, 0], getattr(after, field)[:, 0]
        worse = new < old - 1e-9
        assert not worse.any(), (field, np.array(before.plan.ids)[worse])


@given(rubrics_and_sheets(), st.randoms(use_true_random=False))
@quick
def test_order_of_children_does_not_matter(pair: tuple[Rubric, AnswerSheet], random) -> None:
    rubric, sheet = pair

    def shuffled(node: Node) -> Node:
        if isinstance(node, Criterion) or node.method in ORDERED:
            return node
        children = list(node.children)
        random.shuffle(children)
        return replace(node, children=tuple(children))

    other = Rubric(rebuilt(rubric.root, shuffled), rubric.first_level, rubric.last_level)
    place = {leaf.id: row for row, leaf in enumerate(rubric.criteria)}
    rows = [place[leaf.id] for leaf in other.criteria]
    one = score(rubric, sheet)
    two = score(other, AnswerSheet(sheet.points[rows], sheet.states[rows]))
    for node_id in rubric.ids:
        for field in ("percent", "score", "coverage", "level", "gated_level"):
            got = getattr(two, field)[two.row(node_id)]
            assert got == near(getattr(one, field)[one.row(node_id)]), (node_id, field)


@pytest.mark.parametrize("seed", range(40))
def test_units_do_not_touch_each_other(seed: int) -> None:
    """Alone, among others, in another order: equal to the last bit."""
    rubric, sheet = seeded(seed, units=7)
    together = score(rubric, sheet)
    order = np.random.default_rng(seed).permutation(7)
    mixed = score(rubric, AnswerSheet(sheet.points[:, order], sheet.states[:, order]))
    for place, column in enumerate(order):
        alone = score(rubric, AnswerSheet(sheet.points[:, [column]], sheet.states[:, [column]]))
        for field in ("score", "maximum", "percent", "coverage", "level", "gated_level"):
            expected = getattr(together, field)[:, column]
            for got in (getattr(alone, field)[:, 0], getattr(mixed, field)[:, place]):
                assert np.array_equal(got, expected, equal_nan=True), field


def test_blocks_and_threads_change_no_bit() -> None:
    rubric, sheet = seeded(3, units=11)
    wide = AnswerSheet(np.tile(sheet.points, 500), np.tile(sheet.states, 500))
    few, many = score(rubric, sheet), score(rubric, wide)
    for field in ("score", "maximum", "percent", "coverage", "level", "gated_level"):
        expected = np.tile(getattr(few, field), 500)
        assert np.array_equal(getattr(many, field), expected, equal_nan=True), field


def free_criteria(rubric: Rubric) -> list[str]:
    """Criteria that can be left out: nothing names them and their place has no meaning."""
    named = {need.criterion for leaf in rubric.criteria for need in leaf.requires}
    named |= {must.node for group in rubric.groups if group.gate for must in group.gate.musts}
    return [
        child.id
        for group in rubric.groups
        if group.method not in ORDERED and len(group.children) > 1
        for child in group.children
        if isinstance(child, Criterion) and child.id not in named
    ]


def without(rubric: Rubric, gone: str) -> Rubric:
    def smaller(node: Node) -> Node:
        if isinstance(node, Criterion):
            return replace(node, not_applicable=Counts.EXCLUDED)
        return replace(node, children=tuple(c for c in node.children if c.id != gone))

    return Rubric(rebuilt(rubric.root, smaller), rubric.first_level, rubric.last_level)


def test_what_is_excluded_is_as_if_it_did_not_exist() -> None:
    checked = 0
    for seed in range(100):
        rubric, sheet = seeded(seed, units=3)
        rubric = without(rubric, "nothing")
        while free := free_criteria(rubric):
            gone = free[len(free) // 2]
            row = [leaf.id for leaf in rubric.criteria].index(gone)
            sheet.states[row] = State.NOT_APPLICABLE
            rest = np.delete(np.arange(len(rubric.criteria)), row)
            two = score(without(rubric, gone), AnswerSheet(sheet.points[rest], sheet.states[rest]))
            assert same(two, score(rubric, sheet)), (seed, gone)
            rubric = without(rubric, gone)
            sheet = AnswerSheet(sheet.points[rest], sheet.states[rest])
            checked += 1
    assert checked > 100


@given(rubrics_and_sheets(units=1, blanks=False))
@quick
def test_a_perfect_sheet_has_the_top_level(pair: tuple[Rubric, AnswerSheet]) -> None:
    rubric, sheet = pair
    sheet.points[:, 0] = [leaf.ceiling for leaf in rubric.criteria]
    sheet.states[:] = State.ANSWERED
    scores = score(rubric, sheet)
    for node in walk(rubric.root):
        row = scores.row(node.id)
        if isinstance(node, Criterion) and node.bands is not None:
            assert scores.level[row, 0] == node.bands.last
        last = isinstance(node, Group) and node.children and node.method is Method.WALK
        if last or np.isnan(scores.percent[row, 0]):
            continue  # a walk shows its last answer; a group of weight 0 shows nothing
        below = [n for n in walk(node) if isinstance(n, Group) and n.method is Method.WALK]
        if not below:
            assert scores.percent[row, 0] == 100.0, node.id
            if isinstance(node, Group) and node.bands and node.bands.measure != "score":
                assert scores.level[row, 0] == node.bands.last, node.id


@given(rubrics_and_sheets(units=1))
@quick
def test_blanks_that_are_missing_earn_nothing_known(pair: tuple[Rubric, AnswerSheet]) -> None:
    rubric, _ = pair

    def lenient(node: Node) -> Node:
        if isinstance(node, Criterion):
            return replace(node, unanswered=Counts.MISSING, requires=())
        return node

    rubric = Rubric(rebuilt(rubric.root, lenient), rubric.first_level, rubric.last_level)
    scores = score(rubric, AnswerSheet.empty(rubric))
    assert np.isnan(scores.score).all()
    assert np.isnan(scores.percent).all()
    assert (scores.level == 0).all()
    assert (scores.coverage == 0).all()


def test_one_answer_of_many_is_provisional_not_low() -> None:
    leaves = tuple(Criterion(f"V{i}", 4, 1) for i in range(4))
    rubric = Rubric(Group("root", leaves, scale=(1, 4)))
    scores = scored(rubric, {"V2": 4})
    root = scores.row("root")
    assert scores.score[root, 0] == 4.0
    assert scores.coverage[root, 0] == 0.25
